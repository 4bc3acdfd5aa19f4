"""People and letters for tests, made through the verbs."""

from datetime import UTC, datetime, timedelta
from itertools import count

from accounts.actions import account_for, give_roles
from accounts.letters import owe_letter
from accounts.models import Letter, User
from accounts.roles import Role

SECOND = timedelta(seconds=1)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)

_numbers = count(1)


def person(email: str = "", *roles: Role, **values: object) -> User:
    """Somebody with exactly these roles at the desk; with none, a visitor who has answered a letter."""
    user = account_for(email or f"person{next(_numbers)}@example.org")
    if values:
        User.objects.filter(pk=user.pk).update(**values)
    give_roles(user, roles=roles, by=None)
    return User.objects.get(pk=user.pk)


def owed(to: str = "anna@example.org", **values: object) -> Letter:
    """A letter that needs nothing else: no account with this e-mail."""
    occasion = str(values.pop("occasion", f"unknown_account:{next(_numbers)}"))
    owe_letter(to, **{"kind": "unknown_account", "occasion": occasion, "at": NOW, **values})
    return Letter.objects.get(to=to, occasion=occasion)
