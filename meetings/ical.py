"""Calendar entries (RFC 5545, 5546): stable UID, rising SEQUENCE, CANCEL when it is off, the zone spelled out.

An entry lands in shared calendars, so it never carries a personal link nor the link to a room.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parseaddr
from enum import StrEnum

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from icalendar import Event, vCalAddress

from accounts.models import Portal
from consultations.ical import new_calendar, uid_of
from meetings.models import Meeting, Registration, WorkingGroup


class Method(StrEnum):
    PUBLISH = "PUBLISH"
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


def public_entry(meeting: Meeting, *, at: datetime) -> bytes:
    """The meeting as anybody may put it into a calendar; CANCEL once it is cancelled."""
    method = Method.CANCEL if meeting.cancelled_at else Method.PUBLISH
    event = _event(meeting, uid=f"meeting-{meeting.pk}", sequence=meeting.ics_sequence, at=at)
    return _calendar(event, method)


def personal_entry(registration: Registration, *, at: datetime) -> str:
    """What one person's letter carries: the meeting and the group, or the end of it."""
    meeting = registration.meeting
    ended = registration.ended_at or meeting.cancelled_at or registration.group.cancelled_at
    uid = f"registration-{registration.pk}"
    event = _event(meeting, uid=uid, sequence=registration.calendar_sequence, at=at, group=registration.group)
    # A mail program shows an invitation only when both are named.
    event.add("organizer", _mailbox(parseaddr(settings.DEFAULT_FROM_EMAIL)[1], Portal.current().office))
    answer = "ACCEPTED" if registration.is_confirmed else "NEEDS-ACTION"
    event.add("attendee", _mailbox(registration.email, registration.name, RSVP="FALSE", PARTSTAT=answer))
    return _calendar(event, Method.CANCEL if ended else Method.REQUEST).decode()


def own_entries(registrations: Iterable[Registration], *, at: datetime) -> bytes:
    """One person's meetings as they have them, to be kept: nobody is invited by it."""
    calendar = new_calendar(Method.PUBLISH.value)
    for one in registrations:
        event = _event(one.meeting, uid=f"registration-{one.pk}", sequence=one.calendar_sequence, at=at, group=one.group)
        if one.ended_at or one.meeting.cancelled_at or one.group.cancelled_at:
            event["status"] = "CANCELLED"
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _event(meeting: Meeting, *, uid: str, sequence: int, at: datetime, group: WorkingGroup | None = None) -> Event:
    zone = timezone.get_default_timezone()
    event = Event()
    event.add("uid", uid_of(uid))
    event.add("sequence", sequence)
    event.add("dtstamp", at.astimezone(UTC))
    starts_at, ends_at = (group.begins_at, group.finishes_at) if group else (meeting.starts_at, meeting.ends_at)
    event.add("dtstart", starts_at.astimezone(zone))
    event.add("dtend", ends_at.astimezone(zone))
    event.add("summary", f"{meeting.title}: {group.full_name}" if group else meeting.title)
    event.add("location", meeting.place or meeting.get_mode_display())
    if meeting.description:
        event.add("description", meeting.description)
    event.add("url", settings.PUBLIC_URL + reverse("meetings:detail", args=[meeting.slug]))
    event.add("status", "CANCELLED" if meeting.cancelled_at else "CONFIRMED")
    return event


def _calendar(event: Event, method: Method) -> bytes:
    if method is Method.CANCEL:
        event["status"] = "CANCELLED"
    calendar = new_calendar(method.value)
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _mailbox(address: str, name: str, **parameters: str) -> vCalAddress:
    mailbox = vCalAddress(f"mailto:{address}")
    mailbox.params["CN"] = name
    mailbox.params.update(parameters)
    return mailbox
