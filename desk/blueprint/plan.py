"""A process as a plain value: what it starts from, its dates in another year, what does not fit the act. Writes nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import ngettext

from consultations import deadlines
from consultations.events import EventKind
from consultations.plan import Act, Law, Misfit, Period, misfits
from consultations.stages import Kind, ShownAs
from desk.blueprint.dates import WEEK, deadline, deadline_before, moved, weeks_between, weeks_off_holidays, working_day

MOMENTS = ("starts_at", "ends_at", "topics_until", "signup_until", "confirm_until")


@dataclass(frozen=True)
class StagePlan:
    kind: str
    name: str
    description: str
    shown_as: str
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    after: int | None = None  # which of the events opens it
    days_after: int | None = None
    position: int = 0


@dataclass(frozen=True)
class EventPlan:
    kind: str
    name: str
    planned_on: date | None = None
    position: int = 0


@dataclass(frozen=True)
class GroupPlan:
    words: dict[str, Any]
    topic: str = ""
    part_of: str = ""  # the group it is a sub-group of
    begins: timedelta | None = None  # from the start of the meeting, for one that has hours of its own
    ends: timedelta | None = None


@dataclass(frozen=True)
class MeetingPlan:
    title: str
    moments: dict[str, datetime | None]
    options: dict[str, Any] = field(default_factory=dict)
    groups: Sequence[GroupPlan] = ()


@dataclass(frozen=True)
class Process:
    """`year`: the first one that the program is for."""

    year: int
    years: int
    kind: str
    title: str
    program_title: str
    words: dict[str, str]
    topics: Sequence[dict[str, Any]] = ()
    stages: Sequence[StagePlan] = ()
    events: Sequence[EventPlan] = ()
    meetings: Sequence[MeetingPlan] = ()
    rules: Sequence[dict[str, Any]] | None = None  # None: those that every consultation begins with
    program_pk: int | None = None


def prepare(source: Process, year: int) -> Process:
    """The process for the program of `year`: on the same weekdays, off free days, over by the last day for adopting."""
    weeks = weeks_between(source.year, year)
    plan = _later(source, year, weeks)
    while late := max((one.days for one in plan_misfits(plan) if one.law == Law.ADOPTION), default=0):
        weeks -= -(-late // 7)
        plan = _later(source, year, weeks)
    return plan


def weeks_sooner(source: Process, plan: Process) -> int:
    """How many weeks sooner than last time everything is, so that it ends in time."""
    firsts = [(old.planned_on, new.planned_on) for old, new in zip(source.events, plan.events, strict=True)]
    for old, new in firsts:
        if old and new:
            return max(0, weeks_between(source.year, plan.year) - (new - old) // WEEK)
    return 0


def whole_weeks(source: Process, plan: Process) -> Process:
    """The source as many weeks later as the plan, where nothing gives way to a free day."""
    weeks = weeks_between(source.year, plan.year) - weeks_sooner(source, plan)
    return replace(
        source,
        stages=[
            replace(
                one, opens_at=one.opens_at and moved(one.opens_at, weeks), closes_at=one.closes_at and moved(one.closes_at, weeks)
            )
            for one in source.stages
        ],
        events=[replace(one, planned_on=one.planned_on and one.planned_on + weeks * WEEK) for one in source.events],
        meetings=[
            replace(one, moments={name: moment and moved(moment, weeks) for name, moment in one.moments.items()})
            for one in source.meetings
        ],
    )


def _later(source: Process, year: int, weeks: int) -> Process:
    return replace(
        source,
        year=year,
        stages=[_stage(stage, weeks) for stage in source.stages],
        events=[
            replace(event, planned_on=event.planned_on and working_day(event.planned_on + weeks * WEEK))
            for event in source.events
        ],
        meetings=[_meeting(meeting, weeks) for meeting in source.meetings],
    )


def _stage(stage: StagePlan, weeks: int) -> StagePlan:
    if stage.shown_as == ShownAs.AFTER_ACT or stage.opens_at is None or stage.closes_at is None:
        # Its days are counted when the act is recorded.
        return replace(stage, opens_at=None, closes_at=None)
    opens_at, closes_at = moved(stage.opens_at, weeks), moved(stage.closes_at, weeks)
    if stage.kind == Kind.MEETING:
        more = weeks_off_holidays(opens_at)
        return replace(stage, opens_at=moved(opens_at, more), closes_at=moved(closes_at, more))
    return replace(stage, opens_at=opens_at, closes_at=deadline(closes_at))


def _meeting(meeting: MeetingPlan, weeks: int) -> MeetingPlan:
    whole = {name: moment and moved(moment, weeks) for name, moment in meeting.moments.items()}
    starts_at = whole["starts_at"]
    assert starts_at  # noqa: S101 - every meeting starts
    more = weeks_off_holidays(starts_at)
    whole = {name: moment and moved(moment, more) for name, moment in whole.items()}
    start = whole["starts_at"]
    assert start  # noqa: S101
    for name in ("topics_until", "signup_until", "confirm_until"):
        if moment := whole.get(name):
            whole[name] = deadline_before(moment, start)
    if (topics := whole.get("topics_until")) and (signup := whole.get("signup_until")):
        whole["topics_until"] = min(topics, signup)
    return replace(meeting, moments=whole)


def plan_misfits(plan: Process) -> list[Misfit]:
    """Where it breaks a term of the act; a stage that an act opens is counted from the day planned for it."""
    periods = [
        Period(stage.name, Kind(stage.kind), deadlines.local_day(opens), deadlines.last_day(closes))
        for stage, opens, closes in _windows(plan)
    ]
    acts = [Act(event.name, EventKind(event.kind), event.planned_on, False) for event in plan.events]
    last = plan.year + plan.years - 1
    return misfits(periods, acts, first_year=plan.year, last_year=last, today=date.min)


def _windows(plan: Process) -> Iterator[tuple[StagePlan, datetime, datetime]]:
    for stage in plan.stages:
        act = plan.events[stage.after].planned_on if stage.after is not None else None
        if stage.opens_at and stage.closes_at:
            yield stage, stage.opens_at, stage.closes_at
        elif act and stage.days_after is not None:
            yield stage, deadlines.end_of(act), deadlines.days_after(act, stage.days_after)


def sooner_words(weeks: int) -> str:
    words = ngettext(
        "All dates are %(n)d week sooner than last time, so that the council can adopt the program by 30 November.",
        "All dates are %(n)d weeks sooner than last time, so that the council can adopt the program by 30 November.",
        weeks,
    )
    return words % {"n": weeks}
