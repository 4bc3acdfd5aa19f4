from collections.abc import Mapping
from datetime import datetime

import segno
from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import mark_safe

from consultations.deadlines import until_words
from meetings.models import Meeting, MeetingAction
from meetings.words import when_words
from programs.exports.pdf import render_pdf


def poster_words(meeting: Meeting, *, at: datetime) -> dict[str, object]:
    """All that the poster says: what, when, where, which groups, and where to sign up. The same words, the same poster."""
    with translation.override("pl"):
        takes_sign_ups = meeting.may(MeetingAction.SIGN_UP, at)
        return {
            "title": meeting.title,
            "is_cancelled": meeting.cancelled_at is not None,
            "when": when_words(meeting),
            "mode": meeting.get_mode_display(),
            "place": meeting.place,
            "groups": list(meeting.groups.values("name", "description")),
            "sign_up_until": until_words(meeting.deadline(MeetingAction.SIGN_UP), at) if takes_sign_ups else "",
            "address": settings.PUBLIC_URL + reverse("meetings:detail", args=[meeting.slug]),
        }


def poster_pdf(words: Mapping[str, object]) -> bytes:
    """One A4 page to hang up, with a code that opens the meeting's page."""
    code = segno.make(str(words["address"]), error="m").svg_inline(border=0, omitsize=True)
    return render_pdf("meetings/poster.html", {**words, "code": mark_safe(code)}).content  # noqa: S308 - drawn here
