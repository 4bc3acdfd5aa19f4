"""An entry of the audit as people read it: fields and choices by their words, moments by our clocks, rows by their names."""

import json
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models
from django.utils.formats import date_format
from django.utils.timezone import get_default_timezone, is_naive, localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import AuditEntry, Export
from accounts.roles import ROLE_WORDS, Role

NOTHING = "–"
# allauth names neither its rows nor their columns for people.
KINDS_OF_ALLAUTH = {"mfa.Authenticator": gettext_lazy("second factor")}


class Changed(NamedTuple):
    name: str
    before: str
    after: str
    is_withheld: bool = False


def model_of(label: str) -> type[models.Model] | None:
    """None for a kind of thing that the portal no longer has."""
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None


def kind_words(label: str) -> str:
    model = model_of(label)
    return str(KINDS_OF_ALLAUTH.get(label) or (model._meta.verbose_name if model else label))


def row_of(entry: AuditEntry) -> models.Model | None:
    """What it is about, if it is still there."""
    model = model_of(entry.model)
    return _row(model, entry.object_pk) if model else None


def columns_words(entry: AuditEntry) -> str:
    """What changed, by name; asks no row."""
    return ", ".join(sorted({name_words(entry, column) for column in _columns(entry)}))


def changes(entry: AuditEntry) -> list[Changed]:
    found = [
        Changed(
            name_words(entry, column),
            value_words(entry, column, entry.before.get(column)),
            value_words(entry, column, entry.after.get(column)),
            column in entry.withheld,
        )
        for column in _columns(entry)
    ]
    return sorted(found, key=lambda one: one.name)


def moment_words(moment: datetime) -> str:
    aware = moment.replace(tzinfo=UTC) if is_naive(moment) else moment
    return date_format(localtime(aware, get_default_timezone()), "j E Y, H:i:s")


def name_words(entry: AuditEntry, column: str) -> str:
    field = _field(entry, column)
    named = {
        "network": _("network"),
        "export": _("what was downloaded"),
        "rows": _("how many people or rows"),
        "address": _("the address, as a code"),
    }
    return str(field.verbose_name) if field is not None else named.get(column, column)


def value_words(entry: AuditEntry, column: str, value: Any) -> str:
    if value in (None, "", [], {}):
        return NOTHING
    if column == "export" and value in Export.values:
        return str(Export(value).label)
    field = _field(entry, column)
    if isinstance(field, (models.ForeignKey, models.ManyToManyField)):
        return _called(field, value)
    if field is None:
        return str(value)
    try:
        return _told(field, field.to_python(value))
    except ValidationError:
        # The field has changed since: what is kept is shown as it is.
        return str(value)


def _told(field: models.Field[Any, Any], value: Any) -> str:
    if isinstance(value, datetime):
        return moment_words(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(field, models.DateField):
        return date_format(value, "j E Y")
    if isinstance(field, models.JSONField):
        # SQLite keeps it as text.
        value = json.loads(value) if isinstance(value, str) else value
        return ", ".join(map(str, value)) if isinstance(value, list) else json.dumps(value, ensure_ascii=False)
    return str(dict(field.flatchoices).get(value, value))


def _called(field: Any, value: Any) -> str:
    row = _row(field.related_model, value)
    number = _("no. %(number)s, no longer there") % {"number": value}
    if row is None:
        return number
    words = str(row)
    return str(ROLE_WORDS[Role(words)]) if words in {role.value for role in ROLE_WORDS} else words


def _row(model: type[models.Model], pk: Any) -> models.Model | None:
    try:
        return model._default_manager.get(pk=pk)
    except (ObjectDoesNotExist, ValidationError, ValueError, OverflowError):
        return None


def _columns(entry: AuditEntry) -> list[str]:
    return list({**entry.before, **entry.after, **dict.fromkeys(entry.withheld)})


def _field(entry: AuditEntry, column: str) -> Any:
    """Of the row's own table, or the many-to-many field whose table holds the column."""
    model = model_of(entry.model)
    if model is None:
        return None
    own: list[Any] = [field for field in model._meta.local_concrete_fields if field.column == column]
    joins = [field for field in model._meta.local_many_to_many if field.m2m_reverse_name() == column]
    return next(iter([*own, *joins]), None)
