"""What a process can start from: the usual one, or a past consultation. People, rooms and what they said stay with their year."""

import json
import re
import tomllib
from datetime import date, datetime, time, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from accounts.models import Portal
from consultations import deadlines
from consultations.models import Consultation
from desk.blueprint.plan import MOMENTS, EventPlan, GroupPlan, MeetingPlan, Process, StagePlan
from meetings.models import Meeting
from programs.models import Program, ProgramKind

OPTIONS = (
    "description",
    "mode",
    "place",
    "directions",
    "accessibility",
    "without_signup",
    "has_waiting_list",
    "limit_per_organization",
    "separate_confirmation",
    "releases_silent",
)
RULE = ("kind", "audience", "days", "clock", "hours", "is_on")
WORDS = ("lead", "host", "co_hosts", "phone", "contact_email")


def usual(year: int, *, contact_email: str) -> Process:
    """The packaged process, with its days in the calendar of that year's program."""
    data = _with_names(year)
    last = date(year - 1, 11, 30)
    monday = last - timedelta(days=(last.weekday() + 1) % 7 + 6)

    def day(said: dict[str, Any]) -> date:
        return monday + timedelta(weeks=said["week"], days=said["weekday"] - 1)

    def moment(said: dict[str, Any] | None) -> datetime | None:
        return deadlines.moment(day(said), time.fromisoformat(said["at"])) if said else None

    def until(said: dict[str, Any] | None) -> datetime | None:
        return deadlines.end_of(day(said)) if said else None

    return Process(
        year=year,
        years=1,
        kind=ProgramKind.ANNUAL,
        title=data["title"],
        program_title=data["program"],
        words={**dict.fromkeys(WORDS, ""), "lead": data["lead"], "contact_email": contact_email},
        topics=[{**one, "position": number} for number, one in enumerate(data["topics"])],
        stages=[
            StagePlan(
                kind=one["kind"],
                name=one["name"],
                description=one["description"],
                shown_as=one["shown_as"],
                opens_at=moment(one.get("opens")),
                closes_at=moment(one.get("closes")) or until(one.get("through")),
                after=one.get("after"),
                days_after=one.get("days_after"),
                position=number,
            )
            for number, one in enumerate(data["stages"])
        ],
        events=[EventPlan(one["kind"], one["name"], day(one["on"]), number) for number, one in enumerate(data["events"])],
        meetings=[
            MeetingPlan(
                title=one["title"],
                moments={name: moment(one.get(name)) for name in MOMENTS},
                options={"mode": one["mode"]},
                groups=[
                    GroupPlan({"name": topic["name"], "capacity": one["places"], "position": number}, topic=topic["name"])
                    for number, topic in enumerate(data["topics"])
                ],
            )
            for one in data["meetings"]
        ],
    )


def _with_names(year: int) -> dict[str, Any]:
    """The packaged process in the words of this municipality."""
    portal = Portal.current()
    text = (Path(__file__).parent / "annual.toml").read_text(encoding="utf-8")
    names = {
        "{year}": str(year),
        "{of}": f" {portal.name_of}" if portal.name_of else "",
        "{council_of}": portal.council_of or "rady gminy",
    }
    for blank, words in names.items():
        # A name may hold what TOML would read as its own sign; JSON writes such signs in the same way.
        text = text.replace(blank, json.dumps(words, ensure_ascii=False)[1:-1])
    return tomllib.loads(text)


def of_consultation(consultation: Consultation, *, for_year: int) -> Process | None:
    """None for one without a program: nobody knows of which year it is."""
    program = consultation.programs.order_by("first_year").first()
    if program is None:
        return None
    said = _Years(program.first_year, program.last_year, for_year - program.first_year)
    events = list(consultation.events.order_by("position", "pk"))
    places = {event.pk: number for number, event in enumerate(events)}
    return Process(
        year=program.first_year,
        years=program.last_year - program.first_year + 1,
        kind=program.kind,
        title=said.told(consultation.title),
        program_title=said.told(program.title),
        words={name: said.told(getattr(consultation, name)) for name in WORDS},
        topics=[
            {"name": said.told(one.name), "description": said.told(one.description), "position": one.position}
            for one in consultation.topics.all()
        ],
        stages=[
            StagePlan(
                kind=one.kind,
                name=said.told(one.name),
                description=said.told(one.description),
                shown_as=one.shown_as,
                opens_at=one.opens_at,
                closes_at=one.closes_at,
                after=places.get(one.after_event_id or 0),
                days_after=one.days_after,
                position=one.position,
            )
            for one in consultation.stages.order_by("position", "opens_at", "pk")
        ],
        events=[EventPlan(one.kind, said.told(one.name), one.done_on or one.planned_on, one.position) for one in events],
        meetings=[
            _meeting(one, said)
            for one in consultation.meetings.filter(cancelled_at=None)
            .order_by("starts_at")
            .prefetch_related("groups__topic", "groups__parent")
        ],
        rules=[dict(rule) for rule in consultation.reminder_rules.filter(stage=None).values(*RULE)],
        program_pk=program.pk,
    )


def next_year(source: str, this_year: int) -> int:
    """The year most likely wanted: the one after the source's program, else the next that has no annual program yet."""
    chosen = Program.objects.filter(consultations__pk=int(source)).order_by("first_year").first() if source.isdecimal() else None
    first = chosen.last_year + 1 if chosen else this_year + 1
    kind = chosen.kind if chosen else ProgramKind.ANNUAL
    taken = set(Program.objects.filter(kind=kind, first_year__gte=first).values_list("first_year", flat=True))
    return next(year for year in count(first) if year not in taken)


class _Years:
    """Says of another year what was said of the years of a program; other years in the words are facts and stay."""

    def __init__(self, first: int, last: int, by: int) -> None:
        self.by, self.years = by, re.compile(r"\b(" + "|".join(sorted({str(first), str(last)})) + r")\b")

    def told(self, words: str) -> str:
        return self.years.sub(lambda found: str(int(found[0]) + self.by), words)


def _meeting(meeting: Meeting, said: _Years) -> MeetingPlan:
    options: dict[str, Any] = {name: getattr(meeting, name) for name in OPTIONS}
    options["description"] = said.told(meeting.description)
    groups = [one for one in meeting.groups.all() if one.cancelled_at is None]
    return MeetingPlan(
        title=said.told(meeting.title),
        moments={name: getattr(meeting, name) for name in MOMENTS},
        options=options,
        groups=[
            GroupPlan(
                words={
                    "name": said.told(one.name),
                    "description": said.told(one.description),
                    "capacity": one.capacity,
                    "remote_capacity": one.remote_capacity,
                    "position": one.position,
                },
                topic=said.told(one.topic.name) if one.topic else "",
                part_of=said.told(one.parent.name) if one.parent else "",
                begins=one.starts_at - meeting.starts_at if one.starts_at else None,
                ends=one.ends_at - meeting.starts_at if one.ends_at else None,
            )
            for one in sorted(groups, key=lambda one: one.parent_id is not None)
        ],
    )
