"""The story of each sign-up, written in the transaction in which it happens."""

from collections.abc import Iterable
from datetime import datetime

from accounts.models import User
from meetings.models import Registration, RegistrationEvent, What


def note(registration: Registration, what: What, *, at: datetime, by: User | None = None) -> None:
    note_all([registration], what, at=at, by=by)


def note_all(registrations: Iterable[Registration], what: What, *, at: datetime, by: User | None = None) -> None:
    """One statement, however many people."""
    RegistrationEvent.objects.bulk_create(
        RegistrationEvent(
            registration=one,
            what=what,
            at=at,
            by=by,
            group_id=one.group_id,
            because=one.ended_because if what == What.ENDED else "",
        )
        for one in registrations
    )
