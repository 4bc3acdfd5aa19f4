"""Where an address stands in what somebody wrote: that address, not one of which it is the end."""

import json
import re
from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

# What an address may hold before the @; quotes and slashes may too, but in a text they stand around it.
LOCAL = r"[\w.!#$%&*+?^{|}~-]"


def names(said: Any, email: str) -> bool:
    """`said` is a text, or whatever a JSON column holds."""
    whole = re.compile(rf"(?<!{LOCAL}){re.escape(email)}(?![\w-]|\.\w)", re.IGNORECASE)
    return any(whole.search(text) for text in _texts(said))


def naming(rows: QuerySet[Any], email: str, *columns: str) -> list[Any]:
    """The database finds the letters of it, as it keeps them: SQLite writes some by their numbers."""
    wanted, written = Q(), json.dumps(email)[1:-1]
    for column in columns:
        rows = rows.alias(**{f"said_{column}": Cast(column, TextField())})
        wanted |= Q(**{f"said_{column}__icontains": email}) | Q(**{f"said_{column}__icontains": written})
    return [row for row in rows.filter(wanted) if any(names(getattr(row, column), email) for column in columns)]


def _texts(said: Any) -> Iterator[str]:
    if isinstance(said, str):
        yield said
    elif isinstance(said, dict):
        for key, value in said.items():
            yield str(key)
            yield from _texts(value)
    elif isinstance(said, list):
        for value in said:
            yield from _texts(value)
