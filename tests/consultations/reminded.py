"""What reminders have come to, and how tests move a deadline."""

from datetime import UTC, datetime

from accounts.models import Letter, Organization, State
from accounts.rendering import as_message
from consultations.actions import schedule
from consultations.models import ReminderKind, ReminderRule, ReminderRun
from tests.factories.consultations import DAY, OPENS, PUBLISHED

# Remarks last until the end of 3 November; three days before it, at nine in winter time.
DUE = datetime(2021, 10, 31, 8, tzinfo=UTC)
WEEK = 7 * DAY


def closing(made) -> ReminderRule:
    return made.reminder_rules.get(kind=ReminderKind.STAGE_CLOSES)


def runs(made) -> list[ReminderRun]:
    return list(closing(made).runs.order_by("pk"))


def letters(kind: str = "stage_closes") -> list[Letter]:
    return list(Letter.objects.filter(kind=kind).order_by("pk"))


def move(made, closes_at: datetime, *, at: datetime) -> None:
    schedule.move_stage(made.stages.get(), opens_at=OPENS, closes_at=closes_at, reason="Powód.", by=None, at=at)


def told(kind: str = "stage_closes") -> list[str]:
    return sorted(Letter.objects.filter(kind=kind).exclude(state=State.OBSOLETE).values_list("to", flat=True))


def letter(kind: str, to: str = "") -> Letter:
    found = Letter.objects.filter(kind=kind)
    return (found.filter(to=to) if to else found).get()


def words(of: Letter) -> str:
    """The letter as it is read, without its line breaks."""
    message = as_message(of)
    return " ".join(f"{message.subject} {message.body}".split())


def organization(name: str, email: str, **values: object) -> Organization:
    return Organization.objects.create(name=name, email=email, **{"verified_at": PUBLISHED, **values})
