"""What the letters of this app say. Each is owed in the transaction of the verb that causes it."""

from datetime import UTC, datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.letters import owe_letter, withdraw_letters, withdraw_unwanted
from accounts.models import User
from accounts.tokens import Purpose
from consultations.deadlines import full_words, until_words
from consultations.models import ReminderKind, ReminderRun
from consultations.rules import MEETING_KINDS
from meetings.ical import personal_entry
from meetings.models import (
    Ended,
    GroupModerator,
    Meeting,
    MeetingAction,
    Registration,
    TopicOutcome,
    TopicProposal,
    WorkingGroup,
)
from meetings.words import queue_words, when_words

REPLACES = gettext_lazy("The attached entry replaces the earlier one in your calendar.")
REMOVES = gettext_lazy("The attached entry removes the meeting from your calendar.")
# What those who run a group are told; the office writes to them in Polish.
LANGUAGE = "pl"
MOVED = gettext_lazy("The meeting has another date or place.")
CALLED_OFF = gettext_lazy("The meeting has been cancelled.")
GROUP_CHANGED = gettext_lazy("Your group has another room or other hours.")
GROUP_CALLED_OFF = gettext_lazy("Your group has been called off.")
CALENDAR_NOTES = {
    "signup_registered": gettext_lazy("The entry for your calendar is attached."),
    "group_changed": REPLACES,
    "group_cancelled": REMOVES,
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
        "when": when_words(meeting.starts_at, meeting.ends_at),
        "mode": meeting.get_mode_display(),
        "place": meeting.place,
        "page_url": settings.PUBLIC_URL + reverse("meetings:detail", args=[meeting.slug]),
        "changes_until": until_words(meeting.deadline(MeetingAction.CHANGE), at),
    }


def owe(
    kind: str,
    registration: Registration,
    *,
    at: datetime,
    reason: str = "",
    occasion: str = "",
    expires_at: datetime | None = None,
    is_new: bool = False,
) -> None:
    """One letter to one person signed up, for this very moment unless the occasion is given.

    Somebody entered by telephone may have no address: then nothing.
    """
    if not registration.email:
        return
    meeting = registration.meeting
    with translation.override(registration.language):
        context: dict[str, object] = {**about_meeting(meeting, at=at), **_part(registration, at=at), "reason": reason}
        context["what_happened"] = _what_happened(registration)
        calendar = personal_entry(registration, at=at) if _is_for_calendar(registration) else ""
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
        expires_at=expires_at or meeting.ends_at,
        is_new=is_new,
    )


def _is_for_calendar(registration: Registration) -> bool:
    """Before the address is proven nothing may land in a stranger's calendar. Who only waits, or has not taken the place
    on offer, has no entry there: also none that an end would have to take out."""
    has_a_place = registration.waits_since is None and registration.offered_until is None
    return registration.email_confirmed_at is not None and has_a_place


def _what_happened(registration: Registration) -> str:
    if registration.ended_because == Ended.UNTAKEN:
        return _(
            "The place that became free was kept for you, and the time for taking it has passed. It goes to the next person."
        )
    if registration.ended_because == Ended.SILENT:
        return _("You have not confirmed in time that you are coming, so your place is free for somebody else.")
    if registration.ended_because == Ended.BY_STAFF:
        return _("The office has removed your sign-up. If you think it is a mistake, write to the coordinator.")
    return _("You have resigned and your place is free for somebody else. Thank you for telling us.")


def _part(registration: Registration, *, at: datetime) -> dict[str, str]:
    """This person's part in the meeting; the link to the room for those who come and for nobody else."""
    group, meeting = registration.group, registration.meeting
    asked = (meeting.separate_confirmation or meeting.asked_again_at) and not (
        registration.attendance_confirmed_at or registration.is_waiting or registration.is_offered
    )
    own_hours = when_words(group.starts_at, group.ends_at) if group.starts_at and group.ends_at else ""
    return {
        **({"when": own_hours} if own_hours else {}),
        **({"mode": _("remotely") if registration.remotely else _("on site")} if meeting.is_hybrid else {}),
        "name": registration.name,
        "group": group.full_name,
        "room": "" if registration.remotely else group.room,
        "room_link": registration.room_link,
        "held_until": full_words(registration.held_until) if registration.held_until else "",
        "offered_until": full_words(registration.offered_until) if registration.offered_until else "",
        "queue": queue_words(registration) if registration.is_waiting else "",
        "confirm_until": until_words(meeting.deadline(MeetingAction.CONFIRM), at) if asked else "",
    }


def owe_all(kind: str, meeting: Meeting, *, at: datetime, reason: str = "", group: WorkingGroup | None = None) -> None:
    """One letter to everybody who is to hear of the meeting, or of one of its groups."""
    people = meeting.registrations.reachable().select_related("group__parent", "organization")
    for registration in people.filter(group=group) if group else people:
        registration.meeting = registration.group.meeting = meeting
        tell_anew(kind, registration, at=at, reason=reason)


def tell_anew(kind: str, registration: Registration, *, at: datetime, reason: str = "") -> None:
    """What waits for this person says what was true before. Whoever has not confirmed the address is asked anew."""
    withdraw_unwanted(Purpose.REGISTRATION, registration.pk, at=at)
    if registration.email_confirmed_at is None:
        owe("signup_confirm", registration, at=at)
        return
    owe(kind, registration, at=at, reason=reason)
    if registration.is_offered and registration.group.cancelled_at is None:
        owe("waitlist_offer", registration, at=at, expires_at=registration.offered_until)


def owe_moved(meeting: Meeting, *, at: datetime, reason: str = "") -> None:
    """What is valid now, to those registered; whoever has not confirmed the address yet is asked anew, with it."""
    owe_all("meeting_moved", meeting, at=at, reason=reason)
    owe_moderators(meeting, MOVED, at=at, reason=reason)
    for registration in meeting.registrations.held(at).select_related("group", "organization"):
        registration.meeting = meeting
        tell_anew("signup_confirm", registration, at=at)


def owe_cancelled(meeting: Meeting, *, at: datetime, reason: str) -> None:
    """To those registered; nobody else is asked any more to confirm a place."""
    owe_all("meeting_cancelled", meeting, at=at, reason=reason)
    owe_moderators(meeting, CALLED_OFF, at=at, reason=reason)
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


def owe_topic_answer(topic: TopicProposal, *, at: datetime) -> None:
    if not topic.email:
        return
    with translation.override(topic.language):
        decided = {
            TopicOutcome.ACCEPTED: _("The topic is taken up in the group “%(group)s”.") % {"group": topic.group},
            TopicOutcome.MERGED: _("The topic is joined with another one: “%(topic)s”.") % {"topic": topic.merged_into},
            TopicOutcome.REJECTED: _("The topic is not taken up at this meeting."),
        }
        context: dict[str, object] = {
            **about_meeting(topic.meeting, at=at),
            "name": topic.name,
            "title": topic.title,
            "decision": decided[TopicOutcome(topic.outcome)],
            "answer": topic.answer,
        }
    owe_letter(
        topic.email,
        kind="topic_decided",
        occasion=f"topic_decided:topic:{topic.pk}:{at.isoformat()}",
        at=at,
        context=context,
        language=topic.language,
    )


def withdraw_topic_answer(topic: TopicProposal, *, at: datetime) -> None:
    """A decision that changed before its letter left."""
    withdraw_letters(f"topic_decided:topic:{topic.pk}", at=at)


def owe_invitation(moderator: GroupModerator, *, at: datetime) -> None:
    """To somebody who runs a group, with the link to its page; once, and not to somebody whose address nobody gave."""
    _owe_moderator(moderator, "moderator_invitation", f"moderator_invitation:moderator:{moderator.pk}", {}, at=at)


def owe_moderators(meeting: Meeting, what: Promise, *, at: datetime, reason: str = "", group: WorkingGroup | None = None) -> None:
    """To those who run the groups, or one of them: what people were told too."""
    moderators = GroupModerator.objects.filter(group__meeting=meeting).select_related("group").order_by("pk")
    for moderator in moderators.filter(group=group) if group else moderators:
        moderator.group.meeting = meeting
        # An invitation that waits would tell what was true before; this letter has the same link.
        drop_invitation(moderator, at=at)
        with translation.override(LANGUAGE):
            context: dict[str, object] = {"what_happened": str(what), "reason": reason}
        occasion = f"moderator_news:moderator:{moderator.pk}:{at.isoformat()}"
        _owe_moderator(moderator, "moderator_news", occasion, context, at=at)


def _owe_moderator(moderator: GroupModerator, kind: str, occasion: str, context: dict[str, object], *, at: datetime) -> None:
    if not moderator.email:
        return
    group = moderator.group
    with translation.override(LANGUAGE):
        facts: dict[str, object] = {**about_meeting(group.meeting, at=at), "name": moderator.name, "group": group.name}
        if group.starts_at and group.ends_at:
            facts["when"] = when_words(group.starts_at, group.ends_at)
        facts["room"] = group.room
    owe_letter(
        moderator.email,
        kind=kind,
        occasion=occasion,
        at=at,
        context={**facts, **context},
        language=LANGUAGE,
        link=(Purpose.MODERATOR, moderator.pk),
        expires_at=group.meeting.ends_at,
    )


def drop_invitation(moderator: GroupModerator, *, at: datetime) -> None:
    withdraw_unwanted(Purpose.MODERATOR, moderator.pk, at=at)


def owe_miscount(group: WorkingGroup, *, counted: int, held: int, at: datetime) -> None:
    """To coordinators, once for each pair of numbers."""
    page = reverse("admin:meetings_meeting_change", args=[group.meeting_id])
    for user in User.objects.coordinators():
        owe_letter(
            user.email,
            kind="staff_seats",
            occasion=f"staff_seats:group:{group.pk}:{counted}:{held}:{at.date().isoformat()}",
            at=at,
            context={
                "meeting": group.meeting.title,
                "group": group.name,
                "counted": str(counted),
                "held": str(held),
                "capacity": str(group.capacity + group.remote_capacity),
                "page_url": settings.PUBLIC_URL + page,
            },
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
