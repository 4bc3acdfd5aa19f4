from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from consultations import deadlines
from consultations.actions import move_stage
from consultations.actions.rules import forget_missed
from consultations.models import Consultation
from consultations.stages import Action, kinds_permitting
from desk.demo.answers import adopt_program, answer_voices, furnish_office, report, tell_where_proposals_landed
from desk.demo.calendar import Calendar, working
from desk.demo.cycle import Cycle, adopt_last_years_program, offer_last_years_program
from desk.demo.people import STAFF, enter_organizations, hire_staff
from meetings.actions import move_meeting
from programs.models import ProgramKind, StatutoryElement

REASON = "Demonstracja: terminy przesunięto, aby konsultacje były otwarte także dziś."
ARCHIVE = "2022"
WEEK = timedelta(weeks=1)
CURRENT = {ProgramKind.ANNUAL: "consultation-current.json", ProgramKind.MULTIANNUAL: "consultation-multiyear.json"}


@transaction.atomic
def load(*, at: datetime) -> None:
    """Build the three consultations; run again, only bring the two current ones back to today."""
    if User.objects.filter(email=STAFF[0].email).exists():
        for kind in CURRENT:
            # The demonstration's own: what a visitor of the demonstration has published since stays as it is.
            consultation = Consultation.objects.filter(programs__kind=kind).exclude(slug=ARCHIVE).earliest("pk")
            bring_to_today(consultation, at=at)
    else:
        build(Calendar(timezone.localdate(at)), at=at)
    for consultation in Consultation.objects.all():
        # Their dates were set into the past, where nobody was to be written to.
        forget_missed(consultation, at=at)


def build(calendar: Calendar, *, at: datetime) -> None:
    staff = hire_staff()
    StatutoryElement.objects.bulk_create(StatutoryElement(**row) for row in calendar.read("elements.json"))
    enter_organizations(calendar, at=at)
    furnish_office(calendar, staff=staff)
    archive = Cycle(calendar.read("consultation-2022.json"), calendar, staff, on_paper=True)
    last_year = adopt_last_years_program(archive)
    archive.live()
    answer(archive)
    adopt_program(archive)
    report(archive)
    offer_last_years_program(archive, last_year)
    for name in CURRENT.values():
        cycle = Cycle(calendar.read(name), calendar, staff)
        cycle.live()
        if "answers" in cycle.data:
            answer(cycle)


def answer(cycle: Cycle) -> None:
    answer_voices(cycle)
    tell_where_proposals_landed(cycle)


def is_open(consultation: Consultation, at: datetime) -> bool:
    waits_for_people = any(consultation.may(action, at) for action in Action)
    coming = consultation.meetings.filter(consultation__programs__kind=ProgramKind.ANNUAL)
    return waits_for_people and (not coming.exists() or coming.taking_sign_ups(at).exists())


def open_until(consultation: Consultation) -> datetime:
    """When the last thing that is_open asks for closes."""
    if meeting := consultation.meetings.filter(consultation__programs__kind=ProgramKind.ANNUAL).first():
        return meeting.sign_up_closes_at
    remarks = consultation.stages.filter(kind__in=kinds_permitting(Action.REMARK))
    closes_at: datetime = remarks.aggregate(last=Max("closes_at"))["last"]
    return closes_at


def after_holiday(day: date) -> date:
    """A week-end stays one: if somebody chose it, it was a visitor."""
    return working(day) if day.weekday() < 5 else day


def bring_to_today(consultation: Consultation, *, at: datetime) -> None:
    """Move every window and the meeting by the fewest weeks that open it again for a day at least; what people typed stays.

    Whole weeks keep the days of the week; a holiday gives way to the next working day.
    """
    if is_open(consultation, at):
        return
    coordinator = User.objects.get(email=STAFF[0].email)
    weeks = -((open_until(consultation) - deadlines.DAY - at) // WEEK) * WEEK

    def later(moment: datetime) -> datetime:
        """At the same hour of the clock."""
        return deadlines.moment(after_holiday(deadlines.local_day(moment) + weeks), timezone.localtime(moment).time())

    def later_end(moment: datetime) -> datetime:
        is_midnight = deadlines.is_midnight(moment)
        return deadlines.end_of(after_holiday(deadlines.last_day(moment) + weeks)) if is_midnight else later(moment)

    for stage in consultation.stages.exclude(opens_at=None):
        opens_at, closes_at = stage.opens_at and later(stage.opens_at), stage.closes_at and later_end(stage.closes_at)
        move_stage(stage, opens_at=opens_at, closes_at=closes_at, reason=REASON, by=coordinator, at=at)
    for meeting in consultation.meetings.all():
        move_meeting(
            meeting,
            reason=REASON,
            by=coordinator,
            at=at,
            starts_at=later(meeting.starts_at),
            ends_at=later(meeting.ends_at),
            topics_until=meeting.topics_until and later_end(meeting.topics_until),
            signup_until=meeting.signup_until and later_end(meeting.signup_until),
            confirm_until=meeting.confirm_until and later_end(meeting.confirm_until),
        )
