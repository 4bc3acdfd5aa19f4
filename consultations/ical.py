"""The public dates of consultations as a calendar to subscribe to (RFC 5545): stable UIDs, rising SEQUENCE, zone spelled out."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from icalendar import Calendar, Event, Timezone

from consultations import deadlines
from consultations.models import Consultation, DateChange
from consultations.stages import Kind
from consultations.timeline import changes_of

# How often programs ask for a feed again.
REFRESH = timedelta(hours=6)
DEADLINES: dict[str, Promise] = {
    "topics_until": _("Extra topics close: %(meeting)s"),
    "signup_until": _("Sign-up closes: %(meeting)s"),
    "confirm_until": _("Confirming attendance closes: %(meeting)s"),
}

# By the rule in force since 1996: small, and right for every year. What the library makes turns an hour late in spring.
POLISH_TIME = """\
BEGIN:VTIMEZONE
TZID:Europe/Warsaw
BEGIN:DAYLIGHT
DTSTART:19960331T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
"""


def new_calendar(method: str) -> Calendar:
    """With the zone that every entry of ours with an hour names."""
    calendar = Calendar()
    calendar.add("prodid", "-//Wspólnie//PL")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(Timezone.from_ical(POLISH_TIME))
    return calendar


def uid_of(thing: str) -> str:
    return f"{thing}@{urlsplit(settings.PUBLIC_URL).hostname}"


def calendar_of(consultations: Iterable[Consultation], *, name: str, at: datetime) -> bytes:
    """Stages with dates, formal events, published meetings and their deadlines, in the language that is active.

    The consultations come loaded by timeline.for_timelines.
    """
    calendar = new_calendar("PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", f"PT{REFRESH // timedelta(hours=1)}H")
    for consultation in consultations:
        for event in _events(consultation, at):
            calendar.add_component(event)
    return bytes(calendar.to_ical())


def _events(consultation: Consultation, at: datetime) -> Iterator[Event]:
    changes = changes_of(consultation)
    meetings = [meeting for meeting in consultation.meetings.all() if meeting.is_published(at)]
    for stage in consultation.stages.all():
        # A meeting that is there stands for its stage: nobody needs both in a calendar.
        if stage.opens_at and stage.closes_at and not (stage.kind == Kind.MEETING and meetings):
            event = _note(consultation, f"stage-{stage.pk}", stage.name, changes[("stage", stage.pk)])
            yield _window(event, stage.opens_at, stage.closes_at)
    for formal in consultation.events.all():
        if day := formal.day:
            event = _note(consultation, f"event-{formal.pk}", formal.name, changes[("formalevent", formal.pk)])
            event.add("status", "CONFIRMED" if formal.acted_on else "TENTATIVE")
            yield _whole_day(event, day)
    for meeting in meetings:
        moved = changes[("meeting", meeting.pk)]
        yield _meeting(consultation, meeting, moved)
        yield from _deadlines(consultation, meeting, moved)


def _entry(consultation: Consultation, thing: str, summary: str, page: str, moments: Iterable[datetime | None]) -> Event:
    """`moments` are those at which it was published and changed."""
    event = Event()
    event.add("uid", uid_of(thing))
    event.add("summary", summary)
    event.add("description", consultation.title)
    event.add("url", settings.PUBLIC_URL + page)
    # When it was last changed, not when it was asked for: the same dates are the same bytes.
    changed_at = max(moment for moment in (consultation.published_at, *moments) if moment).astimezone(UTC)
    event.add("dtstamp", changed_at)
    event.add("last-modified", changed_at)
    return event


def _note(consultation: Consultation, thing: str, summary: str, changes: list[DateChange], page: str = "") -> Event:
    """What people watch for and need not attend: it must not make anybody look busy."""
    moments = {change.at for change in changes}
    page = page or reverse("consultations:detail", args=[consultation.slug])
    event = _entry(consultation, thing, summary, page, moments)
    event.add("sequence", len(moments))
    event.add("transp", "TRANSPARENT")
    return event


def _meeting(consultation: Consultation, meeting: Any, moved: list[DateChange]) -> Event:
    """With the UID and SEQUENCE of the meeting's own entry, so that a calendar holding both shows one."""
    moments = [meeting.published_at, *(change.at for change in moved)]
    page = reverse("meetings:detail", args=[meeting.slug])
    event = _entry(consultation, f"meeting-{meeting.pk}", meeting.title, page, moments)
    event.add("sequence", meeting.ics_sequence)
    event.add("location", meeting.place or meeting.get_mode_display())
    event.add("status", _status(meeting))
    return _hours(event, meeting.starts_at, meeting.ends_at)


def _deadlines(consultation: Consultation, meeting: Any, moved: list[DateChange]) -> Iterator[Event]:
    page = reverse("meetings:detail", args=[meeting.slug])
    for field, words in DEADLINES.items():
        closes_at = getattr(meeting, field)
        if closes_at and (field != "confirm_until" or meeting.separate_confirmation):
            own = [change for change in moved if change.field in (field, "cancelled_at")]
            event = _note(consultation, f"meeting-{meeting.pk}-{field}", words % {"meeting": meeting.title}, own, page)
            event.add("status", _status(meeting))
            if deadlines.is_midnight(closes_at):
                yield _whole_day(event, deadlines.last_day(closes_at))
            else:
                yield _hours(event, closes_at)


def _status(meeting: Any) -> str:
    return "CANCELLED" if meeting.cancelled_at else "CONFIRMED"


def _window(event: Event, opens_at: datetime, closes_at: datetime) -> Event:
    if deadlines.is_midnight(opens_at) and deadlines.is_midnight(closes_at):
        return _whole_day(event, deadlines.local_day(opens_at), deadlines.last_day(closes_at))
    return _hours(event, opens_at, closes_at)


def _hours(event: Event, begins: datetime, ends: datetime | None = None) -> Event:
    """Without an end it is a moment."""
    zone = timezone.get_default_timezone()
    event.add("dtstart", begins.astimezone(zone))
    if ends:
        event.add("dtend", ends.astimezone(zone))
    return event


def _whole_day(event: Event, first: date, last: date | None = None) -> Event:
    event.add("dtstart", first)
    # The day after the last one, as the standard has it.
    event.add("dtend", (last or first) + deadlines.DAY)
    return event
