"""The public dates of consultations as a calendar to subscribe to (RFC 5545): stable UIDs, rising SEQUENCE, zone spelled out."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar, Event

from consultations import deadlines
from consultations.models import Consultation, DateChange, FormalEvent, Stage
from consultations.stages import Kind
from consultations.timeline import changes_of


def calendar_of(consultations: Iterable[Consultation], *, name: str, at: datetime) -> bytes:
    """Stages with dates, formal events and published meetings; the consultations come loaded by timeline.for_timelines."""
    calendar = Calendar()
    calendar.add("prodid", "-//Wspólnie//PL")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    for consultation in consultations:
        for event in _events(consultation, at):
            calendar.add_component(event)
    # Only the turns of the clocks around the present matter; the whole history of the zone would be 30 kB.
    around = timedelta(days=3 * 366)
    calendar.add_missing_timezones(first_date=at.date() - around, last_date=at.date() + around)
    return bytes(calendar.to_ical())


def _events(consultation: Consultation, at: datetime) -> Iterable[Event]:
    changes = changes_of(consultation)
    page = settings.PUBLIC_URL + reverse("consultations:detail", args=[consultation.slug])
    meetings = [meeting for meeting in consultation.meetings.all() if meeting.is_published(at)]
    for stage in consultation.stages.all():
        # A meeting that is there stands for its stage: nobody needs both in a calendar.
        if stage.opens_at and stage.closes_at and not (stage.kind == Kind.MEETING and meetings):
            event = _entry(consultation, f"stage-{stage.pk}", stage.name, page, changes[("stage", stage.pk)])
            yield _stage_dates(event, stage, stage.opens_at, stage.closes_at)
    for formal in consultation.events.all():
        if formal.done_on or formal.planned_on:
            event = _entry(consultation, f"event-{formal.pk}", formal.name, page, changes[("formalevent", formal.pk)])
            yield _event_day(event, formal)
    for meeting in meetings:
        yield _meeting_entry(consultation, meeting)


def _entry(consultation: Consultation, uid: str, summary: str, page: str, changes: list[DateChange]) -> Event:
    event = Event()
    event.add("uid", f"{uid}@{urlsplit(settings.PUBLIC_URL).hostname}")
    event.add("summary", summary)
    event.add("description", consultation.title)
    event.add("url", page)
    # When it was last changed, not when it was asked for: the same dates are the same bytes.
    event.add("dtstamp", _changed_at(consultation, changes))
    event.add("sequence", len({change.at for change in changes}))
    # A window of weeks must not make anybody look busy.
    event.add("transp", "TRANSPARENT")
    return event


def _changed_at(consultation: Consultation, changes: list[DateChange]) -> datetime:
    moments = [change.at for change in changes] + [consultation.published_at]
    return max(moment for moment in moments if moment).astimezone(UTC)


def _stage_dates(event: Event, stage: Stage, opens_at: datetime, closes_at: datetime) -> Event:
    zone = timezone.get_default_timezone()
    if deadlines.is_midnight(opens_at) and deadlines.is_midnight(closes_at):
        event.add("dtstart", deadlines.local_day(opens_at))
        event.add("dtend", deadlines.local_day(closes_at))
    else:
        event.add("dtstart", opens_at.astimezone(zone))
        event.add("dtend", closes_at.astimezone(zone))
    return event


def _event_day(event: Event, formal: FormalEvent) -> Event:
    day = formal.done_on or formal.planned_on
    if day:
        event.add("dtstart", day)
        event.add("dtend", day + deadlines.DAY)
        event.add("status", "CONFIRMED" if formal.done_on else "TENTATIVE")
    return event


def _meeting_entry(consultation: Consultation, meeting: Any) -> Event:
    """With the UID of the meeting's own entry, so that a calendar holding both shows one."""
    zone = timezone.get_default_timezone()
    event = Event()
    event.add("uid", f"meeting-{meeting.pk}@{urlsplit(settings.PUBLIC_URL).hostname}")
    event.add("summary", meeting.title)
    event.add("description", consultation.title)
    event.add("location", meeting.place or meeting.get_mode_display())
    event.add("url", settings.PUBLIC_URL + reverse("meetings:detail", args=[meeting.slug]))
    event.add("dtstamp", meeting.published_at.astimezone(UTC))
    event.add("sequence", meeting.ics_sequence)
    event.add("dtstart", meeting.starts_at.astimezone(zone))
    event.add("dtend", meeting.ends_at.astimezone(zone))
    event.add("status", "CANCELLED" if meeting.cancelled_at else "CONFIRMED")
    return event
