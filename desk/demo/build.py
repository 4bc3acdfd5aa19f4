from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from consultations import deadlines
from consultations.actions import move_stage
from consultations.models import Consultation
from consultations.stages import Action
from desk.demo.calendar import Calendar
from desk.demo.cycle import Cycle, adopt_last_years_program, offer_last_years_program
from desk.demo.people import STAFF, enter_organizations, hire_staff
from meetings.actions import move_meeting
from programs.models import ProgramKind, StatutoryElement

REASON = "Demonstracja: terminy przesunięto, aby konsultacje były otwarte także dziś."
ARCHIVE = "2022"
CURRENT = {ProgramKind.ANNUAL: "consultation-current.json", ProgramKind.MULTIANNUAL: "consultation-multiyear.json"}


@transaction.atomic
def load(*, at: datetime) -> None:
    """Build the three consultations; run again, only bring the two current ones back to today."""
    calendar = Calendar(timezone.localdate(at))
    if User.objects.filter(email=STAFF[0].email).exists():
        for kind, name in CURRENT.items():
            # The demonstration's own: what a visitor of the demonstration has published since stays as it is.
            consultation = Consultation.objects.filter(programs__kind=kind).exclude(slug=ARCHIVE).earliest("pk")
            bring_to_today(consultation, calendar.read(name), calendar, at=at)
    else:
        build(calendar, at=at)


def build(calendar: Calendar, *, at: datetime) -> None:
    staff = hire_staff()
    StatutoryElement.objects.bulk_create(StatutoryElement(**row) for row in calendar.read("elements.json"))
    enter_organizations(calendar, at=at)
    archive = Cycle(calendar.read("consultation-2022.json"), calendar, staff, on_paper=True)
    last_year = adopt_last_years_program(archive)
    archive.live()
    offer_last_years_program(archive, last_year)
    for name in CURRENT.values():
        Cycle(calendar.read(name), calendar, staff).live()


def is_open(consultation: Consultation, at: datetime) -> bool:
    waits_for_people = any(consultation.may(action, at) for action in Action)
    coming = consultation.meetings.filter(consultation__programs__kind=ProgramKind.ANNUAL)
    return waits_for_people and (not coming.exists() or coming.taking_sign_ups(at).exists())


def bring_to_today(consultation: Consultation, data: dict[str, Any], calendar: Calendar, *, at: datetime) -> None:
    """Move every window and the meeting by the days that have passed since they were set; what people typed stays."""
    if is_open(consultation, at):
        return
    coordinator = User.objects.get(email=STAFF[0].email)
    dated = consultation.stages.exclude(opens_at=None)
    begun = dated.earliest("opens_at").opens_at or at
    days = calendar.day(data["stages"][0]["opens"]) - timezone.localdate(begun)

    def later(moment: datetime) -> datetime:
        """As many days on, at the same hour of the clock."""
        return deadlines.moment(deadlines.local_day(moment) + days, timezone.localtime(moment).time())

    for stage in dated:
        opens_at, closes_at = (moment and later(moment) for moment in (stage.opens_at, stage.closes_at))
        move_stage(stage, opens_at=opens_at, closes_at=closes_at, reason=REASON, by=coordinator, at=at)
    for meeting in consultation.meetings.all():
        move_meeting(
            meeting,
            reason=REASON,
            by=coordinator,
            at=at,
            starts_at=later(meeting.starts_at),
            ends_at=later(meeting.ends_at),
            topics_until=meeting.topics_until and later(meeting.topics_until),
            signup_until=meeting.signup_until and later(meeting.signup_until),
            confirm_until=meeting.confirm_until and later(meeting.confirm_until),
        )
