"""The control: the same app without its fence. A worker does not ask whether a letter is still its own, and what lies under
a lease that has run out is sent by the next one."""

from datetime import datetime

from tests.chaos.app import app

# isort: split
# The app brings the apps, which these need.
from accounts import sending
from accounts.models import Letter, State

__all__ = ["app"]


def begin(letter: Letter, *, at: datetime) -> bool:
    Letter.objects.filter(pk=letter.pk).update(state=State.SENDING, lease_until=at + sending.LEASE)
    return True


def sweep(*, at: datetime) -> None:
    Letter.objects.abandoned(at).update(state=State.QUEUED, next_attempt_at=at, lease_until=None)


sending.begin = begin
sending.sweep = sweep
