from collections import Counter
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q, prefetch_related_objects
from django.utils import translation

from consultations.deadlines import full_words
from meetings.exports.heading import OF_HEADING, heading
from meetings.models import Registration, TopicOutcome, TopicProposal, WorkingGroup
from programs.exports.pdf import render_pdf

# Lines that fill the page on which the notes begin; the first ones keep together with their heading.
LINES_TOGETHER, LINES = 6, 40
CONCLUSIONS = 5


class ExtraTopic(NamedTuple):
    proposal: TopicProposal
    joined: list[TopicProposal]


class Numbers(NamedTuple):
    """Of people and places; at a hybrid meeting counted apart for the room and the link."""

    remotely: bool
    signed_up: int
    coming: int
    places: int


def moderator_sheet_pdf(group: WorkingGroup, *, at: datetime) -> bytes:
    """What a moderator takes to the table. It names no person but the moderators: it may be left lying there."""
    prefetch_related_objects([group], *OF_HEADING, "topic")
    people = list(Registration.objects.registered().filter(group=group))
    with translation.override("pl"):
        context = {
            "heading": heading(group),
            "topics": _extra_topics(group),
            "numbers": _numbers(group, people),
            "needs": _needs(people),
            "together": range(LINES_TOGETHER),
            "lines": range(LINES),
            "conclusions": range(1, CONCLUSIONS + 1),
            "as_of": full_words(at),
        }
    return render_pdf("meetings/moderator_sheet_pdf.html", context).content


def _extra_topics(group: WorkingGroup) -> list[ExtraTopic]:
    """Those this group talks about, each with all that was joined with it, however long the chain."""
    decided = TopicProposal.objects.filter(meeting=group.meeting_id).filter(Q(group=group) | Q(outcome=TopicOutcome.MERGED))
    rows = list(decided.order_by("received_at", "pk"))
    return [ExtraTopic(row, _joined_with(row, rows)) for row in rows if row.group_id == group.pk]


def _joined_with(topic: TopicProposal, rows: list[TopicProposal]) -> list[TopicProposal]:
    found = []
    for row in rows:
        if row.merged_into_id == topic.pk:
            found += [row, *_joined_with(row, rows)]
    return found


def _numbers(group: WorkingGroup, people: list[Registration]) -> list[Numbers]:
    ways = {False: group.capacity, True: group.remote_capacity} if group.meeting.is_hybrid else {False: group.capacity}
    return [_counted([one for one in people if one.remotely == remotely], remotely, ways[remotely]) for remotely in ways]


def _needs(people: list[Registration]) -> list[tuple[str, int]]:
    """Each with how many people wrote it; by the alphabet, since the order of signing up would tell whose it is."""
    written = Counter(person.needs.strip() for person in people if person.needs.strip())
    return sorted(written.items(), key=lambda need: need[0].casefold())


def _counted(people: list[Registration], remotely: bool, places: int) -> Numbers:
    coming = sum(person.attendance_confirmed_at is not None for person in people)
    return Numbers(remotely, len(people), coming, places)
