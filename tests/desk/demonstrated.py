"""What of the demonstration is open, and every day that it names."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from consultations import deadlines
from consultations.models import Consultation, FormalEvent
from consultations.stages import Action
from desk.demo.build import ARCHIVE
from meetings.models import Meeting
from programs.models import DraftVersion

WARSAW = ZoneInfo("Europe/Warsaw")
TODAY = datetime(2026, 11, 23, 10, 0, tzinfo=WARSAW)


def open_today(at: datetime) -> tuple[bool, bool, bool]:
    proposals = Consultation.objects.published(at).permitting(Action.PROPOSE, at).exists()
    remarks = Consultation.objects.published(at).permitting(Action.REMARK, at).exists()
    return Meeting.objects.taking_sign_ups(at).exists(), proposals, remarks


def days_of_the_current_two() -> set[date]:
    """Every day that their pages or their desk name."""
    own = Consultation.objects.exclude(slug=ARCHIVE)
    meetings = Meeting.objects.filter(consultation__in=own)
    events = FormalEvent.objects.filter(consultation__in=own)
    at = [
        *own.values_list("published_at", "stages__opens_at", "announcements__published_at", "voices__submission__received_at"),
        *meetings.values_list("starts_at", "registrations__created_at", "topic_proposals__received_at"),
        *DraftVersion.objects.filter(program__consultations__in=own).values_list("frozen_at"),
    ]
    until = [
        *own.values_list("stages__closes_at"),
        *meetings.values_list("ends_at", "topics_until", "signup_until", "confirm_until"),
    ]
    days = {day for row in events.values_list("planned_on", "done_on") for day in row}
    days |= {moment and deadlines.local_day(moment) for row in at for moment in row}
    days |= {moment and deadlines.last_day(moment) for row in until for moment in row}
    return days - {None}
