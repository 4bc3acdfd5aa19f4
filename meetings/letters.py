"""What the letters of this app say. Each is owed in the transaction of the verb that causes it."""

from datetime import UTC, datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.letters import owe_letter, withdraw_letters, withdraw_unwanted
from accounts.tokens import Purpose
from consultations.deadlines import full_words, until_words
from consultations.models import ReminderKind, ReminderRun
from consultations.rules import MEETING_KINDS
from meetings.ical import personal_entry
from meetings.models import Ended, Meeting, MeetingAction, Registration, TopicProposal
from meetings.words import when_words

REPLACES = gettext_lazy("The attached entry replaces the earlier one in your calendar.")
REMOVES = gettext_lazy("The attached entry removes the meeting from your calendar.")
CALENDAR_NOTES = {
    "signup_registered": gettext_lazy("The entry for your calendar is attached."),
    "group_changed": REPLACES,
    "meeting_moved": REPLACES,
    "signup_cancelled": REMOVES,
    "meeting_cancelled": REMOVES,
}


def minute_of(at: datetime) -> str:
    """As an occasion names a minute."""
    return at.astimezone(UTC).isoformat(timespec="minutes")


def about_meeting(meeting: Meeting, *, at: datetime) -> dict[str, str]:
    """The facts that every letter about a meeting may use, as words in the language that is active."""
    return {
        "meeting": meeting.title,
        "when": when_words(meeting),
        "mode": meeting.get_mode_display(),
        "place": meeting.place,
        "page_url": settings.PUBLIC_URL + reverse("meetings:detail", args=[meeting.slug]),
        "changes_until": until_words(meeting.deadline(MeetingAction.CHANGE), at),
    }


def owe(kind: str, registration: Registration, *, at: datetime, reason: str = "", occasion: str = "") -> None:
    """One letter to one person signed up, for this very moment unless the occasion is given.

    Somebody entered by telephone may have no address: then nothing.
    """
    if not registration.email:
        return
    meeting = registration.meeting
    with translation.override(registration.language):
        context: dict[str, object] = {**about_meeting(meeting, at=at), **_part(registration, at=at), "reason": reason}
        context["what_happened"] = _what_happened(registration)
        # Before the address is proven nothing may land in a stranger's calendar.
        calendar = personal_entry(registration, at=at) if registration.email_confirmed_at else ""
        context["calendar_note"] = str(CALENDAR_NOTES.get(kind, "")) if calendar else ""
    owe_letter(
        registration.email,
        kind=kind,
        occasion=occasion or f"{kind}:registration:{registration.pk}:{at.isoformat()}",
        at=at,
        context=context,
        language=registration.language,
        link=(Purpose.REGISTRATION, registration.pk),
        calendar=calendar,
        expires_at=meeting.ends_at,
    )


def _what_happened(registration: Registration) -> str:
    if registration.ended_because == Ended.BY_STAFF:
        return _("The office has removed your sign-up. If you think it is a mistake, write to the coordinator.")
    return _("You have resigned and your place is free for somebody else. Thank you for telling us.")


def _part(registration: Registration, *, at: datetime) -> dict[str, str]:
    """This person's part in the meeting; the link to the room for those who come and for nobody else."""
    group, meeting = registration.group, registration.meeting
    asked = meeting.separate_confirmation and not registration.attendance_confirmed_at
    return {
        "name": registration.name,
        "group": group.name,
        "room": group.room,
        "room_link": group.room_link if registration.is_confirmed else "",
        "held_until": full_words(registration.held_until) if registration.held_until else "",
        "confirm_until": until_words(meeting.deadline(MeetingAction.CONFIRM), at) if asked else "",
    }


def owe_all(kind: str, meeting: Meeting, *, at: datetime, reason: str = "", group_pk: int | None = None) -> None:
    """One letter to everybody registered for the meeting, or for one of its groups."""
    people = meeting.registrations.registered().select_related("group", "organization")
    for registration in people.filter(group=group_pk) if group_pk else people:
        registration.meeting = meeting
        # What waits for this person says what was true before.
        withdraw_unwanted(Purpose.REGISTRATION, registration.pk, at=at)
        owe(kind, registration, at=at, reason=reason)


def owe_moved(meeting: Meeting, *, at: datetime, reason: str = "") -> None:
    """What is valid now, to those registered; whoever has not confirmed the address yet is asked anew, with it."""
    owe_all("meeting_moved", meeting, at=at, reason=reason)
    for registration in meeting.registrations.held(at).select_related("group", "organization"):
        registration.meeting = meeting
        withdraw_unwanted(Purpose.REGISTRATION, registration.pk, at=at)
        owe("signup_confirm", registration, at=at)


def owe_cancelled(meeting: Meeting, *, at: datetime, reason: str) -> None:
    """To those registered; nobody else is asked any more to confirm a place."""
    owe_all("meeting_cancelled", meeting, at=at, reason=reason)
    for registration in meeting.registrations.held(at):
        withdraw_unwanted(Purpose.REGISTRATION, registration.pk, at=at)


def owe_topic_receipt(topic: TopicProposal, *, at: datetime) -> None:
    if not topic.email:
        return
    with translation.override(topic.language):
        context: dict[str, object] = {
            **about_meeting(topic.meeting, at=at),
            "name": topic.name,
            "title": topic.title,
            "text": topic.text,
            "received": full_words(topic.received_at),
        }
    owe_letter(
        topic.email,
        kind="topic_receipt",
        occasion=f"topic_receipt:topic:{topic.pk}:{topic.received_at.isoformat()}",
        at=at,
        context=context,
        language=topic.language,
    )


def drop_reminders(meeting: Meeting, *, at: datetime) -> None:
    """A date has moved or the meeting is off: reminders that have not left are no longer true."""
    for kind in MEETING_KINDS:
        withdraw_letters(f"{kind}:meeting:{meeting.pk}", at=at)


def drop_questions(registration: Registration, *, at: datetime) -> None:
    """Who has answered is not asked by a letter that has not left."""
    withdraw_letters(f"signup_confirm:registration:{registration.pk}", at=at)
    asked = ReminderRun.objects.filter(rule__kind=ReminderKind.CONFIRM_ATTENDANCE, thing=f"meeting:{registration.meeting_id}")
    for run in asked.select_related("rule"):
        withdraw_letters(f"{run.occasion}:registration:{registration.pk}", at=at)
