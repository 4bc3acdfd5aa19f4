from bisect import bisect_left
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import NamedTuple

import segno
from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.safestring import mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from consultations.deadlines import local_day, time_words, until_words
from meetings.models import Meeting, MeetingAction, WorkingGroup
from meetings.words import when_words
from programs.exports.pdf import RenderedPdf, render_pdf


class Paper(NamedTuple):
    """A sheet, and what a millimeter of the A4 design is on it: everything on the poster is measured in these."""

    name: str
    unit: str
    foot: str


PAPERS = {"a4": Paper("A4", "1mm", "64mm"), "a3": Paper("A3", "1.4142mm", "90.51mm")}


class Fit(NamedTuple):
    """How the words are made to fit: the size of what stands in the middle, how many characters each group says of itself."""

    scale: str
    characters: int = 1000
    of_name: int = 200
    columns: int = 1
    is_tight: bool = True
    # One page whatever was typed: what still does not fit is to be read on the portal.
    is_last: bool = False


# From the roomiest to the tightest: first the head gives way, then letters are smaller, then words fewer.
FITS = (
    Fit("1.4", is_tight=False),
    Fit("1.2", is_tight=False),
    Fit("1.05", is_tight=False),
    Fit("1.25"),
    Fit("1.05"),
    Fit("1.05", columns=2),
    Fit("0.9", columns=2),
    Fit("0.9", 110, columns=2),
    Fit("0.76", 110, columns=2),
    Fit("0.9", 0, columns=2),
    Fit("0.76", 0, columns=2),
    Fit("0.64", 0, columns=2),
    Fit("0.76", 0, of_name=90, columns=2),
    Fit("0.56", 0, of_name=60, columns=2),
    Fit("0.6", 0, of_name=80, is_last=True),
)


def poster_words(meeting: Meeting, *, at: datetime) -> dict[str, object]:
    """All that the poster says: what, when, where, which groups, and where to sign up. The same words, the same poster."""
    with translation.override("pl"):
        takes_sign_ups = meeting.may(MeetingAction.SIGN_UP, at)
        is_to_come = meeting.cancelled_at is None and at < meeting.ends_at
        groups = _groups(meeting)
        return {
            "consultation": meeting.consultation.title,
            "title": meeting.title,
            "is_cancelled": meeting.cancelled_at is not None,
            "when": _lines(meeting.starts_at, meeting.ends_at),
            "mode": meeting.get_mode_display(),
            "place": meeting.place,
            "directions": meeting.directions if meeting.is_on_site else "",
            "accessibility": meeting.accessibility if meeting.is_on_site else "",
            "groups": groups,
            "description": "" if groups else meeting.description,
            "needs_no_sign_up": meeting.without_signup and is_to_come,
            "sign_up_until": until_words(meeting.deadline(MeetingAction.SIGN_UP), at) if takes_sign_ups else "",
            "address": settings.PUBLIC_URL + reverse("meetings:detail", args=[meeting.slug]),
        }


def _groups(meeting: Meeting) -> list[dict[str, object]]:
    """Those that meet, each with its sub-groups below it."""
    # Only accepted topics have a group.
    rows = list(meeting.groups.filter(cancelled_at=None).select_related("topic").prefetch_related("topic_proposals"))
    return [
        _told(top, meeting) | {"parts": [_told(part, meeting) for part in rows if part.parent_id == top.pk]}
        for top in rows
        if top.parent_id is None
    ]


def _told(group: WorkingGroup, meeting: Meeting) -> dict[str, object]:
    topic = group.topic.name if group.topic and group.topic.name != group.name else ""
    return {
        "name": group.name,
        "hours": _hours(group, meeting),
        "about": group.description or topic,
        "topics": "; ".join(proposal.title for proposal in group.topic_proposals.all()),
    }


def _lines(starts_at: datetime, ends_at: datetime) -> list[str]:
    """The day, and below it the hours."""
    if local_day(starts_at) != local_day(ends_at):
        return [when_words(starts_at, ends_at)]
    return [date_format(local_day(starts_at), pgettext("date format", "l j E Y")), _from_until(starts_at, ends_at)]


def _hours(group: WorkingGroup, meeting: Meeting) -> str:
    """Empty for a group that meets with everybody; the day is said only when the poster has not said it."""
    starts, ends = group.begins_at, group.finishes_at
    if (starts, ends) == (meeting.starts_at, meeting.ends_at):
        return ""
    if {local_day(starts), local_day(ends)} != {local_day(meeting.starts_at)}:
        return when_words(starts, ends)
    return _from_until(starts, ends)


def _from_until(starts_at: datetime, ends_at: datetime) -> str:
    end = timezone.localtime(ends_at, timezone.get_default_timezone())
    return _("%(from)s to %(until)s") % {
        "from": time_words(starts_at),
        "until": date_format(end, pgettext("time format", "g:i a")),
    }


def poster_pdf(words: Mapping[str, object], size: str = "a4") -> bytes:
    """One page to hang up, with a code that opens the meeting's page. A3 is the same poster, larger."""
    with translation.override("pl"):
        title = _("Code that opens %(address)s") % {"address": words["address"]}
    code = segno.make(str(words["address"]), error="m").svg_inline(border=0, omitsize=True, title=title)
    page = {**words, "code": mark_safe(code), "paper": PAPERS[size]}  # noqa: S308 - drawn here

    @cache
    def made(step: int) -> RenderedPdf:
        return render_pdf("meetings/poster.html", {**page, **_shortened(words, FITS[step]), "fit": FITS[step]})

    # Each try takes a quarter of a second, and what fits once fits at every step after it.
    first = bisect_left(range(len(FITS) - 1), True, key=lambda step: made(step).pages == 1)
    return made(first).content


def _shortened(words: Mapping[str, object], fit: Fit) -> dict[str, str]:
    """How to get there is said on every poster, if in fewer words."""
    names = ("directions", "accessibility", "description")
    return {name: Truncator(str(words[name])).chars(fit.characters or 110) for name in names}
