"""What happened in a consultation: dates and the moves of dates, announcements, meetings, formal events, who keeps the report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Prefetch
from django.urls import reverse

from consultations.deadlines import local_day
from consultations.models import Announcement, Consultation, DateChange, Publication, Report
from consultations.reporting.changes import Changed, changes
from consultations.reporting.counts import Counts, counts
from consultations.timeline import Changes, changes_of, document_url, for_timelines, stages_of

# meetings.Meeting and its groups: this app lies below and cannot name them.
Meeting = Any
Group = Any


@dataclass(frozen=True)
class Moved:
    """One end of a published date; a day has no hour."""

    field: str  # opens_at, closes_at, planned_on, starts_at, …
    old: datetime | None
    new: datetime | None
    reason: str
    at: datetime


@dataclass(frozen=True)
class StageFact:
    name: str
    kind: str
    opens_at: datetime | None
    closes_at: datetime | None
    invited: int
    moved: Sequence[Moved]


@dataclass(frozen=True)
class EventFact:
    name: str
    kind: str
    planned_on: date | None
    done_on: date | None
    waived: bool
    documents: Sequence[tuple[str, str]]  # (words, address)
    moved: Sequence[Moved]


@dataclass(frozen=True)
class GroupFact:
    name: str
    registered: int
    present: int


@dataclass(frozen=True)
class ConclusionFact:
    group: str
    text: str
    signature: str
    url: str


@dataclass(frozen=True)
class MeetingFact:
    title: str
    url: str
    starts_at: datetime
    place: str
    is_cancelled: bool
    present: int
    organizations: int  # that those present spoke for
    groups: Sequence[GroupFact]
    conclusions: Sequence[ConclusionFact]
    moved: Sequence[Moved]


@dataclass(frozen=True)
class Announced:
    place: str
    on: date | None
    url: str


@dataclass(frozen=True)
class Written:
    """What the office wrote itself, as it stands in models.Report."""

    basis: str
    forms: str
    course: str
    opinion: str
    conclusion: str
    prepared_by: str
    published_at: datetime | None
    published_by: str  # empty when the account has no name
    edits: Sequence[tuple[datetime, str, str]]  # when, who, what


@dataclass(frozen=True)
class Facts:
    title: str
    slug: str
    url: str
    lead: str
    host: str
    co_hosts: str
    programs: Sequence[tuple[str, str]]
    stages: Sequence[StageFact]
    events: Sequence[EventFact]
    announced: Sequence[Announced]
    news: Sequence[Announced]
    meetings: Sequence[MeetingFact]
    counts: Counts
    changes: Sequence[Changed]
    publications: Sequence[tuple[datetime, str]]  # of answers: when, and why another one
    written: Written


def facts(consultation: Consultation, at: datetime) -> Facts:
    """In the language that is active. So many queries however many voices, and one for each meeting."""
    one = _loaded(consultation, at)
    moves = changes_of(one)
    return Facts(
        title=one.title,
        slug=one.slug,
        url=reverse("consultations:detail", args=[one.slug]),
        lead=one.lead,
        host=one.host,
        co_hosts=one.co_hosts,
        programs=[(program.title, reverse("programs:detail", args=[program.slug])) for program in one.programs.all()],
        stages=[
            StageFact(each.name, each.kind, each.opens_at, each.closes_at, each.invited, _moved(moves["stage", each.pk]))
            for each in stages_of(one)
        ],
        events=_events(one, moves, at),
        announced=[Announced(row.place, row.on, row.link) for row in one.publicity.all()],
        news=[_news(row) for row in one.announcements.all()],
        meetings=_meetings(one, moves, at),
        counts=counts(one, at),
        changes=changes(one, at),
        publications=[(act.at, act.note) for act in one.publications.all()],
        written=_written(one),
    )


def _loaded(consultation: Consultation, at: datetime) -> Consultation:
    news = Announcement.objects.published(at).order_by("published_at").defer("body")
    conclusions = "meetings__groups__conclusions__voice__submission"
    found = for_timelines(Consultation.objects.select_related("report__published_by")).prefetch_related(
        "publicity",
        "documents",
        "programs__resolution",
        "report__edits__by",
        conclusions,
        Prefetch("announcements", news),
        Prefetch("publications", Publication.objects.order_by("at", "pk")),
    )
    return found.get(pk=consultation.pk)


def _moved(rows: Iterable[DateChange]) -> list[Moved]:
    return [Moved(row.field, row.old, row.new, row.reason, row.at) for row in rows]


def _news(row: Announcement) -> Announced:
    assert row.published_at  # noqa: S101 - the query has asked for it
    return Announced(row.title, local_day(row.published_at), reverse("consultations:announcement", args=[row.slug]))


def _events(one: Consultation, moves: Changes, at: datetime) -> list[EventFact]:
    public = {document.pk: document for document in one.documents.all() if document.published_at <= at}
    found = []
    for event in sorted(one.events.all(), key=lambda each: (each.position, each.day or date.max, each.pk)):
        document = public.get(event.document_id or 0)
        documents = [(document.title, document_url(one, document))] if document else []
        documents += [(event.link, event.link)] if event.link else []
        fact = EventFact(
            name=event.name,
            kind=event.kind,
            planned_on=event.planned_on,
            done_on=event.acted_on,
            waived=event.waived,
            documents=documents,
            moved=_moved(moves["formalevent", event.pk]),
        )
        found.append(fact)
    return found


def _meetings(one: Consultation, moves: Changes, at: datetime) -> list[MeetingFact]:
    shown = [meeting for meeting in one.meetings.all() if meeting.is_published(at)]
    if not shown:
        return []
    registrations = shown[0].registrations.model.objects.filter(meeting__in=shown)
    registered = dict(registrations.on_the_list().values_list("group").annotate(n=Count("pk")).order_by())
    present = dict(registrations.present().values_list("group").annotate(n=Count("pk")).order_by())
    found = []
    for meeting in sorted(shown, key=lambda each: (each.starts_at, each.pk)):
        people, organizations = meeting.registrations.turnout()
        groups = [group for group in meeting.groups.all() if group.pk in registered or not group.cancelled_at]
        fact = MeetingFact(
            title=meeting.title,
            url=reverse("meetings:detail", args=[meeting.slug]),
            starts_at=meeting.starts_at,
            place=meeting.place,
            is_cancelled=meeting.cancelled_at is not None,
            present=people,
            organizations=organizations,
            groups=[GroupFact(group.name, registered.get(group.pk, 0), present.get(group.pk, 0)) for group in groups],
            conclusions=[fact for group in groups for fact in _conclusions(one, group, at)],
            moved=_moved(change for change in moves["meeting", meeting.pk] if change.field != "cancelled_at"),
        )
        found.append(fact)
    return found


def _conclusions(one: Consultation, group: Group, at: datetime) -> list[ConclusionFact]:
    """Those that became a proposal which the public may read, in its words."""
    found = []
    for conclusion in group.conclusions.all():
        voice = conclusion.voice
        if voice and voice.released_at and voice.released_at <= at and not voice.submission.withdrawn_at:
            voice.consultation = one
            found.append(ConclusionFact(group.name, voice.text, voice.signature, voice.get_absolute_url()))
    return found


def _written(one: Consultation) -> Written:
    report = getattr(one, "report", None) or Report(consultation=one)
    edits = report.edits.all() if report.pk else ()
    return Written(
        basis=report.basis,
        forms=report.forms,
        course=report.course,
        opinion=report.opinion,
        conclusion=report.conclusion,
        prepared_by=report.prepared_by,
        published_at=report.published_at,
        published_by=report.published_by.name if report.published_by else "",
        edits=[(edit.at, edit.by.name if edit.by else "", edit.what) for edit in edits],
    )
