"""What was, what is open now, what comes: the rows of a consultation as people read them.

`for_pages` and `for_timelines` load what the others read, so that a page costs no query per row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from itertools import groupby
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Prefetch
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consultations import deadlines
from consultations.event_words import day_shown, fact_words, moved_end_words
from consultations.events import EventKind
from consultations.models import Consultation, DateChange, Document, FormalEvent, Stage
from consultations.models.schedule import ConsultationQuerySet
from consultations.stages import Action, Kind
from programs.models import Program

LAST = datetime.max.replace(tzinfo=UTC)
# meetings.Meeting: this app lies below and cannot name it.
Meeting = Any
Changes = dict[tuple[str, int], list[DateChange]]


class State(StrEnum):
    DONE = "done"
    OPEN = "open"
    LATER = "later"


@dataclass(frozen=True)
class Link:
    url: str
    text: str
    note: str = ""


@dataclass(frozen=True)
class Moved:
    """A date that was announced and then moved, in words."""

    old: str
    new: str
    reason: str
    on: str


@dataclass(frozen=True)
class Places:
    group: str
    left: str
    are_free: bool


@dataclass(frozen=True)
class MeetingShown:
    # Empty when the entry is called the same.
    title: str
    when: str
    how: str
    is_cancelled: bool
    moved: list[Moved]
    groups: list[Places]
    links: list[Link]


@dataclass(frozen=True)
class Entry:
    state: State
    title: str
    text: str
    date: deadlines.Shown
    # What the days of a stage without dates will be counted from.
    counted_from: str = ""
    # The day announced at first, when it is another one now.
    was: str = ""
    moved: list[Moved] = field(default_factory=list)
    meetings: list[MeetingShown] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    # What the portal knows of it by itself, in sentences.
    fact: str = ""


@dataclass(frozen=True)
class Now:
    """What stands in the panel "Open now"; when `later`, in "What comes next"."""

    title: str
    until: str
    left: str
    button_url: str = ""
    button_text: str = ""
    also_url: str = ""
    also_text: str = ""
    later: bool = False


# Each reader has an order of its own; that of the models begins with the consultation, which costs a join.
_STAGES = Stage.objects.order_by("pk")


def for_pages(consultations: ConsultationQuerySet) -> ConsultationQuerySet:
    """With what `now` reads: two queries more, however many consultations."""
    return consultations.prefetch_related(Prefetch("stages", _STAGES.all()), "meetings")


def for_timelines(consultations: ConsultationQuerySet) -> ConsultationQuerySet:
    """With what `timeline` and `now` read: six queries more, however many rows."""
    return consultations.prefetch_related(
        Prefetch("stages", _STAGES.all()),
        Prefetch("events", FormalEvent.objects.order_by("pk")),
        Prefetch("programs", Program.objects.select_related("resolution__version").order_by("pk")),
        "date_changes",
        "meetings__groups",
    )


def stages_of(consultation: Consultation) -> list[Stage]:
    """By position; of one position, by opening, those without a date last."""
    return sorted(consultation.stages.all(), key=lambda one: (one.position, one.opens_at or LAST, one.pk))


def now(consultation: Consultation, at: datetime) -> Now | None:
    """The first thing a visitor can do: sign up, else remark, else propose; else what opens next."""
    stages = stages_of(consultation)
    remarking = _open_for(Action.REMARK, stages, at)
    proposing = _open_for(Action.PROPOSE, stages, at)
    taking = [meeting for meeting in consultation.meetings.all() if meeting.takes_sign_ups(at)]
    if taking:
        meeting = min(taking, key=lambda one: (one.sign_up_closes_at, one.pk))
        also = None
        if remarking:
            also = _link(consultation, Action.REMARK, _("Send a remark"))
        elif proposing:
            also = _link(consultation, Action.PROPOSE, _("Cannot come? Send a proposal"))
        sign_up = Link(reverse("meetings:sign_up", args=[meeting.slug]), _("Sign up for the meeting"))
        return _panel(_("Sign-up: %(meeting)s") % {"meeting": meeting.title}, meeting.sign_up_closes_at, sign_up, also, at)
    propose = _link(consultation, Action.PROPOSE, _("Send a proposal")) if proposing else None
    if remarking and remarking.closes_at:
        remark = _link(consultation, Action.REMARK, _("Send a remark"))
        return _panel(remarking.name, remarking.closes_at, remark, propose, at)
    if proposing and proposing.closes_at and propose:
        return _panel(proposing.name, proposing.closes_at, propose, None, at)
    return _next(stages, at)


def timeline(consultation: Consultation, at: datetime) -> list[Entry]:
    """Stages and formal events in one order: by position, then by the day shown."""
    changes = changes_of(consultation)
    stages = stages_of(consultation)
    events = _acquainted(consultation, stages)
    meetings = _by_stage(stages, [meeting for meeting in consultation.meetings.all() if meeting.is_published(at)])
    rows: list[tuple[Any, Entry]] = []
    for stage in stages:
        shown = [_meeting_shown(meeting, stage.name, changes, at) for meeting in meetings[stage.pk]]
        entry = _stage_entry(stage, shown, any(m.takes_sign_ups(at) for m in meetings[stage.pk]), changes, at)
        rows.append((_place(stage.position, _stage_day(stage), 1, stage.pk), entry))
    rows += [(_place(event.position, event.day, 0, event.pk), _event_entry(event, changes, at)) for event in events]
    rows += [(_place(0, deadlines.local_day(m.starts_at), 2, m.pk), _meeting_entry(m, changes, at)) for m in meetings[None]]
    return [entry for _key, entry in sorted(rows, key=lambda row: row[0])]


def _acquainted(consultation: Consultation, stages: Sequence[Stage]) -> list[FormalEvent]:
    """The formal events; they and the stages are handed what they point at, which is loaded already, instead of joining it."""
    events = {event.pk: event for event in consultation.events.all()}
    documents = {document.pk: document for document in consultation.documents.all()}
    for stage in stages:
        stage.after_event = events.get(stage.after_event_id or 0)
    for event in events.values():
        event.document = documents.get(event.document_id or 0)
    return list(events.values())


# --- The panel ------------------------------------------------------------------------------------


def _open_for(action: Action, stages: Sequence[Stage], at: datetime) -> Stage | None:
    return next((stage for stage in stages if stage.permits(action, at)), None)


def _link(consultation: Consultation, action: Action, text: str) -> Link:
    page = {Action.PROPOSE: "consultations:proposal_new", Action.REMARK: "consultations:remark_new"}[action]
    return Link(reverse(page, args=[consultation.slug]), text)


def _panel(title: str, closes_at: datetime, main: Link, also: Link | None, at: datetime) -> Now:
    until, left = deadlines.until_words(closes_at, at), deadlines.left_words(closes_at, at)
    return Now(title, until, left, main.url, main.text, also.url if also else "", also.text if also else "")


def _next(stages: Sequence[Stage], at: datetime) -> Now | None:
    coming = [(stage.opens_at, stage.pk, stage) for stage in stages if stage.opens_at is not None and stage.opens_at > at]
    if not coming:
        return None
    opens_at, _pk, stage = min(coming)
    return Now(stage.name, deadlines.from_words(opens_at, at), deadlines.coming_words(opens_at, at), later=True)


# --- Order ----------------------------------------------------------------------------------------


def _place(position: int, day: date | None, after: int, pk: int) -> tuple[int, bool, date, int, int]:
    """A key to sort by: what has no day yet comes after what has one."""
    return (position, day is None, day or date.max, after, pk)


def _stage_day(stage: Stage) -> date | None:
    """The day by which people look for the stage; one that waits for an act stands after the act."""
    if stage.opens_at is None or stage.closes_at is None:
        return stage.after_event.day if stage.after_event else None
    if stage.shown_as == "until":
        return deadlines.last_day(stage.closes_at)
    return deadlines.local_day(stage.opens_at)


def _by_stage(stages: Sequence[Stage], meetings: Sequence[Meeting]) -> defaultdict[int | None, list[Meeting]]:
    """Meetings under the meeting stage they fall into, else under the first one, else on their own (None)."""
    found: defaultdict[int | None, list[Meeting]] = defaultdict(list)
    of_kind = [stage for stage in stages if stage.kind == Kind.MEETING]
    for meeting in sorted(meetings, key=lambda one: (one.starts_at, one.pk)):
        own = next((stage for stage in of_kind if stage.is_open(meeting.starts_at)), of_kind[0] if of_kind else None)
        found[own.pk if own else None].append(meeting)
    return found


# --- Entries --------------------------------------------------------------------------------------


def _stage_entry(stage: Stage, meetings: list[MeetingShown], signs_up: bool, changes: Changes, at: datetime) -> Entry:
    state = State.DONE if stage.is_over(at) else State.OPEN if stage.is_open(at) or signs_up else State.LATER
    shown = deadlines.shown(stage.shown_as, stage.opens_at, stage.closes_at, at)
    counted_from = ""
    if stage.opens_at is None and stage.after_event and stage.days_after:
        shown = deadlines.Shown(ngettext("%(n)d day", "%(n)d days", stage.days_after) % {"n": stage.days_after})
        counted_from = stage.after_event.name
    moved, first = _stage_moves(stage, changes[("stage", stage.pk)], at)
    links = []
    if stage.permits(Action.REMARK, at):
        links.append(_link(stage.consultation, Action.REMARK, _("Send a remark")))
    if stage.permits(Action.PROPOSE, at):
        links.append(_link(stage.consultation, Action.PROPOSE, _("Send a proposal")))
    was = str(replace(first, detail="")) if first and first.day != shown.day else ""
    fact = " ".join(filter(None, (_invited_words(stage.invited), moved_end_words(stage, at))))
    return Entry(state, stage.name, stage.description, shown, counted_from, was, moved, meetings, links, fact)


def _invited_words(count: int) -> str:
    if not count:
        return ""
    words = ngettext(
        "%(n)d organization of the directory was invited", "%(n)d organizations of the directory were invited", count
    )
    return words % {"n": count}


def _event_entry(event: FormalEvent, changes: Changes, at: datetime) -> Entry:
    day, done_on = event.day, event.acted_on
    moves = [_event_move(change, deadlines.moment(day) if day else at) for change in changes[("formalevent", event.pk)]]
    shown = day_shown(event, at)
    was = moves[0].old if moves and not done_on and moves[0].old != shown.day else ""
    state = State.DONE if done_on and done_on <= deadlines.local_day(at) else State.LATER
    return Entry(
        state, event.name, event.note, shown, was=was, moved=moves, links=_event_links(event, at), fact=fact_words(event, at)
    )


def _event_links(event: FormalEvent, at: datetime) -> list[Link]:
    document = event.document
    is_public = document is not None and document.published_at <= at
    links = [Link(document_url(event.consultation, document), document.title)] if document and is_public else []
    for resolution in event.resolutions:
        version = resolution.version
        words = _("Resolution no. %(number)s: the adopted program") % {"number": resolution.number}
        links.append(Link(reverse("programs:version", args=[resolution.program.slug, version.number]), words))
        if resolution.bip_url and resolution.bip_url != event.link:
            links.append(Link(resolution.bip_url, _("The resolution in the Public Information Bulletin (BIP)")))
    if event.link:
        in_bulletin = event.kind == EventKind.BULLETIN
        links.append(Link(event.link, _("In the Public Information Bulletin (BIP)") if in_bulletin else _("Read more")))
    return links


def _meeting_entry(meeting: Meeting, changes: Changes, at: datetime) -> Entry:
    """A meeting of a consultation that has no meeting stage."""
    is_over = meeting.ends_at <= at or meeting.cancelled_at is not None
    state = State.DONE if is_over else State.OPEN if meeting.takes_sign_ups(at) or meeting.starts_at <= at else State.LATER
    shown = deadlines.shown("on", meeting.starts_at, meeting.ends_at, at)
    return Entry(state, _("Meeting"), "", shown, meetings=[_meeting_shown(meeting, _("Meeting"), changes, at)])


def _meeting_shown(meeting: Meeting, heading: str, changes: Changes, at: datetime) -> MeetingShown:
    takes_sign_ups = meeting.takes_sign_ups(at)
    links = []
    if takes_sign_ups:
        until = deadlines.until_words(meeting.sign_up_closes_at, at)
        links.append(Link(reverse("meetings:sign_up", args=[meeting.slug]), _("Sign up for the meeting"), until))
    if meeting.takes_topics(at):
        until = deadlines.until_words(meeting.topics_close_at, at)
        links.append(Link(reverse("meetings:topic_new", args=[meeting.slug]), _("Propose an extra topic"), until))
    links.append(Link(reverse("meetings:detail", args=[meeting.slug]), _("About the meeting")))
    return MeetingShown(
        title="" if meeting.title == heading else meeting.title,
        when=deadlines.moment_words(meeting.starts_at, at),
        how=", ".join(filter(None, (meeting.get_mode_display(), meeting.place))),
        is_cancelled=meeting.cancelled_at is not None,
        moved=[_meeting_move(change, at) for change in changes[("meeting", meeting.pk)] if change.field == "starts_at"],
        groups=[_places(group.name, group.free if takes_sign_ups else None) for group in meeting.groups.all()],
        links=links,
    )


def _places(group: str, free: int | None) -> Places:
    """Places are told only while somebody can take one."""
    if free is None:
        return Places(group, "", are_free=False)
    if free == 0:
        return Places(group, _("no places left"), are_free=False)
    return Places(group, ngettext("%(n)d place left", "%(n)d places left", free) % {"n": free}, are_free=True)


# --- Moved dates ----------------------------------------------------------------------------------


def changes_of(consultation: Consultation) -> Changes:
    """Every moved date of the consultation, by the thing it belongs to, oldest first."""
    found: Changes = defaultdict(list)
    for change in consultation.date_changes.all():
        found[(ContentType.objects.get_for_id(change.content_type_id).model, change.object_id)].append(change)
    return found


def _stage_moves(stage: Stage, changes: Sequence[DateChange], at: datetime) -> tuple[list[Moved], deadlines.Shown | None]:
    """What was said of each move, and the window announced at first. One move may change both ends."""
    moved: list[Moved] = []
    window = {"opens_at": stage.opens_at, "closes_at": stage.closes_at}
    # Beside the date of the stage its year goes without saying.
    beside = stage.opens_at or at
    first = None
    for moved_at, both in groupby(reversed(changes), key=lambda change: change.at):
        after, reason = dict(window), ""
        for change in both:
            window[change.field], after[change.field], reason = change.old, change.new, change.reason
        first = deadlines.shown(stage.shown_as, window["opens_at"], window["closes_at"], beside)
        old, new = str(first), str(deadlines.shown(stage.shown_as, after["opens_at"], after["closes_at"], beside))
        if old == new:
            # Only the end that this way of showing leaves out has moved: show both ends.
            old, new = (str(deadlines.shown("from_to", w["opens_at"], w["closes_at"], beside)) for w in (window, after))
        moved.insert(0, Moved(old, new, reason, _day_or_unknown(moved_at, beside)))
    return moved, first


def _event_move(change: DateChange, beside: datetime) -> Moved:
    old, new, on = (_day_or_unknown(moment, beside) for moment in (change.old, change.new, change.at))
    return Moved(old, new, change.reason, on)


def _meeting_move(change: DateChange, at: datetime) -> Moved:
    """A meeting always has a beginning, before the move and after it."""
    old, new = (deadlines.moment_words(moment, at) if moment else "" for moment in (change.old, change.new))
    return Moved(old, new, change.reason, _day_or_unknown(change.at, at))


def _day_or_unknown(moment: datetime | None, beside: datetime) -> str:
    return deadlines.day_words(deadlines.local_day(moment), beside) if moment else _("date to be announced")


def document_url(consultation: Consultation, document: Document) -> str:
    return reverse("consultations:document", args=[consultation.slug, document.pk, document.file_name])
