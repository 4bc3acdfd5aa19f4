"""What everybody reads of a meeting: its page before, during and after, its calendar entry, its poster."""

import hashlib
import json
from datetime import datetime

from django.conf import settings
from django.core.cache import cache
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import Portal
from consultations.deadlines import left_words, until_words
from consultations.stages import Action
from meetings import ical
from meetings.exports.poster import poster_pdf, poster_words
from meetings.models import Conclusion, Meeting, MeetingAction, TopicProposal
from meetings.words import GroupShown, day_of, moved_words, shown, turnout_words, when_words
from programs.freshness import publicly_cached

TOPICS = TopicProposal.objects.filter(outcome="accepted").prefetch_related("merged")
PUBLIC_CONCLUSIONS = Conclusion.objects.filter(voice__released_at__isnull=False, voice__submission__withdrawn_at=None)


def find_meeting(slug: str, at: datetime) -> Meeting:
    return get_object_or_404(Meeting.objects.published(at).select_related("consultation"), slug=slug)


@publicly_cached
@require_safe
def meeting_detail(request: HttpRequest, slug: str) -> HttpResponse:
    at = timezone.now()
    return meeting_page(request, find_meeting(slug, at), at)


def meeting_page(request: HttpRequest, meeting: Meeting, at: datetime) -> HttpResponse:
    """Who may read it has been asked."""
    is_over = meeting.ends_at <= at
    changes = list(meeting.date_changes.all())
    takes_sign_ups = meeting.may(MeetingAction.SIGN_UP, at)
    page = {
        "meeting": meeting,
        "when": when_words(meeting.starts_at, meeting.ends_at),
        "day": day_of(meeting),
        "groups": groups_of(meeting, with_conclusions=is_over),
        "takes_sign_ups": takes_sign_ups,
        "takes_topics": meeting.may(MeetingAction.PROPOSE_TOPIC, at),
        "may_propose": not meeting.cancelled_at and meeting.consultation.may(Action.PROPOSE, at),
        "is_over": is_over,
        "is_past": is_over or meeting.cancelled_at is not None,
        "turnout": turnout(meeting) if is_over and not meeting.cancelled_at else "",
        "now": now_panel(meeting, at),
        "deadlines": deadlines_in_words(meeting, at),
        "moved": [moved_words(change, at) for change in changes if change.field != "cancelled_at"],
        "cancelled_because": next((change.reason for change in changes if change.field == "cancelled_at"), ""),
    }
    return render(request, "meetings/detail.html", page)


def groups_of(meeting: Meeting, *, with_conclusions: bool) -> list[GroupShown]:
    """In their order, each followed by its sub-groups."""
    rows = meeting.groups.with_waiting().prefetch_related("moderators", Prefetch("topic_proposals", TOPICS))
    if with_conclusions:
        public = PUBLIC_CONCLUSIONS.select_related("voice__consultation")
        rows = rows.prefetch_related(Prefetch("conclusions", public, to_attr="public_conclusions"))
    return shown(list(rows))


def turnout(meeting: Meeting) -> str:
    """Empty when nobody marked who was there."""
    people, organizations = meeting.registrations.turnout()
    return turnout_words(people, organizations) if people else ""


def deadlines_in_words(meeting: Meeting, at: datetime) -> dict[str, str]:
    confirm = meeting.confirmation_closes_at
    return {
        "sign_up": "" if meeting.without_signup else until_words(meeting.deadline(MeetingAction.SIGN_UP), at),
        "topics": until_words(meeting.deadline(MeetingAction.PROPOSE_TOPIC), at),
        "confirm": until_words(confirm, at) if confirm else "",
    }


def now_panel(meeting: Meeting, at: datetime) -> dict[str, object] | None:
    """What the meeting's page offers beside its name, for components/_now.html."""
    deadline = meeting.deadline(MeetingAction.SIGN_UP)
    if meeting.may(MeetingAction.SIGN_UP, at):
        return {
            "title": _("Sign-up for the meeting"),
            "until": until_words(deadline, at),
            "left": left_words(deadline, at),
            "button_url": reverse("meetings:sign_up", args=[meeting.slug]),
            "button_text": _("Sign up for the meeting"),
        }
    if meeting.cancelled_at or meeting.ends_at <= at:
        return None
    if meeting.starts_at <= at:
        where = _("The link to your group's room is in the letter about your place.") if meeting.is_remote else meeting.place
        return {"title": _("The meeting is going on"), "until": where}
    if meeting.without_signup:
        return {"later": True, "title": _("Just come"), "until": _("Nobody has to sign up for this meeting.")}
    closed = _("It was open %(until)s. Write to the coordinator if you want to come all the same.")
    return {
        "later": True,
        "title": _("Sign-up has closed"),
        "until": meeting.signup_closed_words or closed % {"until": until_words(deadline, at)},
        "button_url": reverse("consultations:contact", args=[meeting.consultation.slug]),
        "button_text": _("Write to the coordinator"),
    }


@publicly_cached
@require_safe
def meeting_calendar(request: HttpRequest, slug: str) -> HttpResponse:
    at = timezone.now()
    meeting = find_meeting(slug, at)
    return calendar_file(ical.public_entry(meeting, at=at), meeting)


def calendar_file(content: bytes | str, meeting: Meeting) -> HttpResponse:
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{meeting.slug}.ics"'
    return response


@publicly_cached
@require_safe
def poster(request: HttpRequest, slug: str, size: str = "a4") -> HttpResponse:
    at = timezone.now()
    meeting = find_meeting(slug, at)
    words = poster_words(meeting, at=at)
    # Made on request, since it is one page; kept by what it says, so that a sign-up does not make it anew.
    said = json.dumps([settings.RELEASE, Portal.current().name, size, words], default=str)
    key = f"poster:{meeting.pk}:{hashlib.sha256(said.encode()).hexdigest()}"
    content = cache.get_or_set(key, lambda: poster_pdf(words, size=size), 60 * 60 * 24)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{meeting.slug}-{size}.pdf"'
    return response
