"""What there is to write about: stages, meetings, announcements and texts, each with the moment that counts."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Prefetch

from consultations.deadlines import last_day, local_day
from consultations.models import Announcement, ReminderKind, ReminderRule, Stage
from consultations.models.rules import ReminderRuleQuerySet
from consultations.rules import SPEAKING, STAGES
from programs.models import Purpose

# How long after its moment a letter about something is still news.
NEWS_FOR = timedelta(hours=48)
# An organization that is entered into the directory a few days late is invited all the same.
INVITED_FOR = timedelta(days=7)
RESULTS = (Purpose.AFTER, Purpose.ADOPTED)


@dataclass(frozen=True)
class Thing:
    key: str  # as in occasions: "stage:12"
    title: str
    moment: datetime
    # The one people mean by the moment: what closes at midnight closes the day before.
    day: date
    # From then on a letter about it makes no sense.
    ends_at: datetime
    # Stage, Announcement, DraftVersion, or a meeting, which this app lies below and cannot name.
    row: Any


def things(rule: ReminderRule, at: datetime) -> list[Thing]:
    """Everything that a rule is about, past and to come. Without `with_things` it costs a query or two."""
    kind = ReminderKind(rule.kind)
    _related, find = _SOURCES[kind]
    return list(find(rule, at))


def with_things(rules: ReminderRuleQuerySet, kinds: Iterable[ReminderKind]) -> ReminderRuleQuerySet:
    """With what `things` reads, in so many queries however many rules."""
    related = {_SOURCES[kind][0] for kind in kinds}
    # Their words are long, and asked for by the letter alone.
    short = {"announcements": Prefetch("consultation__announcements", Announcement.objects.defer("body"))}
    return rules.select_related("consultation").prefetch_related(
        *(short.get(name, f"consultation__{name}") for name in sorted(related))
    )


def last_due(found: Iterable[tuple[ReminderRule, Thing]], at: datetime) -> list[tuple[ReminderRule, Thing]]:
    """Of a consultation's rules of one kind that have come due for the same thing the last: nobody who comes late needs all."""
    due = ((rule.due_at(thing.moment, thing.day), rule, thing) for rule, thing in found)
    passed = sorted((one for one in due if one[0] <= at), key=lambda one: (one[0], one[1].pk))
    last = {(rule.consultation_id, rule.kind, thing.key): (rule, thing) for _due_at, rule, thing in passed}
    return list(last.values())


def _stages(rule: ReminderRule) -> Iterator[tuple[Stage, datetime, datetime]]:
    """Those that the rule suits and that have dates."""
    for stage in rule.consultation.stages.all():
        is_meant = rule.stage_id in (None, stage.pk) and stage.kind in STAGES[ReminderKind(rule.kind)]
        if is_meant and stage.opens_at and stage.closes_at:
            yield stage, stage.opens_at, stage.closes_at


def _openings(rule: ReminderRule, at: datetime) -> Iterator[Thing]:
    for stage, opens_at, closes_at in _stages(rule):
        yield _thing(stage, stage.name, opens_at, ends_at=min(opens_at + NEWS_FOR, closes_at))


def _invitations(rule: ReminderRule, at: datetime) -> Iterator[Thing]:
    for stage, opens_at, closes_at in _stages(rule):
        ends_at = opens_at + INVITED_FOR
        # An announcement lasts a day, the consultation it announces longer.
        yield _thing(stage, stage.name, opens_at, ends_at=min(ends_at, closes_at) if stage.kind in SPEAKING else ends_at)


def _closings(rule: ReminderRule, at: datetime) -> Iterator[Thing]:
    for stage, _opens_at, closes_at in _stages(rule):
        yield _deadline(stage, stage.name, closes_at)


def _announcements(rule: ReminderRule, at: datetime) -> Iterator[Thing]:
    for news in rule.consultation.announcements.all():
        if news.published_at and news.published_at <= at:
            yield _thing(news, news.title, news.published_at, ends_at=news.published_at + NEWS_FOR)


def _versions(rule: ReminderRule, at: datetime) -> Iterator[Thing]:
    for program in rule.consultation.programs.all():
        for version in program.versions.all():
            if version.purpose in RESULTS and version.frozen_at:
                yield _thing(version, program.title, version.frozen_at, ends_at=version.frozen_at + NEWS_FOR, name="version")


def _meetings(rule: ReminderRule, at: datetime) -> Iterator[Any]:
    return (meeting for meeting in rule.consultation.meetings.all() if meeting.is_published(at) and not meeting.cancelled_at)


def _meeting_deadlines(rule: ReminderRule, at: datetime) -> Iterator[Thing]:
    for meeting in _meetings(rule, at):
        if closes_at := getattr(meeting, _MEETING_DEADLINES[ReminderKind(rule.kind)]):
            yield _deadline(meeting, meeting.title, closes_at)


def _meeting_starts(rule: ReminderRule, at: datetime) -> Iterator[Thing]:
    for meeting in _meetings(rule, at):
        yield _thing(meeting, meeting.title, meeting.starts_at, ends_at=meeting.starts_at)


def _deadline(row: Any, title: str, closes_at: datetime) -> Thing:
    return Thing(_key(row), title, closes_at, last_day(closes_at), closes_at, row)


def _thing(row: Any, title: str, moment: datetime, *, ends_at: datetime, name: str = "") -> Thing:
    return Thing(_key(row, name), title, moment, local_day(moment), ends_at, row)


def _key(row: Any, name: str = "") -> str:
    return f"{name or row._meta.model_name}:{row.pk}"


_MEETING_DEADLINES = {
    ReminderKind.SIGNUP_CLOSES: "sign_up_closes_at",
    ReminderKind.TOPICS_CLOSE: "topics_close_at",
    ReminderKind.CONFIRM_ATTENDANCE: "confirmation_closes_at",
}
# Where each kind finds its things, seen from the consultation, and how.
_SOURCES: dict[ReminderKind, tuple[str, Callable[[ReminderRule, datetime], Iterator[Thing]]]] = {
    ReminderKind.INVITATION: ("stages", _invitations),
    ReminderKind.STAGE_OPENS: ("stages", _openings),
    ReminderKind.STAGE_CLOSES: ("stages", _closings),
    ReminderKind.SIGNUP_CLOSES: ("meetings", _meeting_deadlines),
    ReminderKind.TOPICS_CLOSE: ("meetings", _meeting_deadlines),
    ReminderKind.CONFIRM_ATTENDANCE: ("meetings", _meeting_deadlines),
    ReminderKind.MEETING_SOON: ("meetings", _meeting_starts),
    ReminderKind.NEWS: ("announcements", _announcements),
    ReminderKind.RESULTS: ("programs__versions", _versions),
    ReminderKind.STAFF_UNANSWERED: ("stages", _closings),
}
