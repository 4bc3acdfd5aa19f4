"""Makes what a prepared process says: a program, its consultation that nobody outside sees yet, and a text to begin with."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from consultations.actions import add_event, add_stage, add_topic, create_consultation
from consultations.actions.rules import add_rule, switch_rule
from consultations.models import Consultation, Topic
from desk.blueprint.plan import MeetingPlan, Process
from meetings.actions import add_group, create_meeting
from meetings.models import Meeting, WorkingGroup
from programs.actions import copy_text, create_program, start_version
from programs.models import Program, ProgramKind, Purpose


class YearIsTaken(Exception):
    in_words: str | Promise = _("There is a program for this year already. Open it, or choose another year.")


class AddressIsTaken(Exception):
    in_words: str | Promise = _("Another consultation has this address. Choose another one.")


def program_of(kind: str, year: int) -> Program | None:
    return Program.objects.filter(kind=kind, first_year=year).order_by("pk").first()


@transaction.atomic
def carry_out(plan: Process, *, slug: str, by: User, at: datetime) -> Consultation:
    """Raises YearIsTaken, AddressIsTaken, ScheduleRefused, Refusal of a meeting; then nothing is made."""
    if program_of(plan.kind, plan.year):
        raise YearIsTaken
    if Consultation.objects.filter(slug=slug).exists():
        raise AddressIsTaken
    program = _program(plan, at=at)
    consultation = create_consultation(title=plan.title, slug=slug, programs=[program], at=at, **plan.words)
    topics = {one["name"]: add_topic(consultation, at=at, **one) for one in plan.topics}
    events = [
        add_event(consultation, kind=one.kind, name=one.name, planned_on=one.planned_on, position=one.position, by=by, at=at)
        for one in plan.events
    ]
    for stage in plan.stages:
        add_stage(
            consultation,
            kind=stage.kind,
            name=stage.name,
            description=stage.description,
            opens_at=stage.opens_at,
            closes_at=stage.closes_at,
            shown_as=stage.shown_as,
            after_event=events[stage.after] if stage.after is not None else None,
            days_after=stage.days_after,
            position=stage.position,
            by=by,
            at=at,
        )
    for number, meeting in enumerate(plan.meetings, start=1):
        _hold(consultation, meeting, _free_slug(slug, number), topics, by=by, at=at)
    _remind(consultation, plan, at=at)
    _begin_text(program, by=by, at=at)
    return consultation


def _program(plan: Process, *, at: datetime) -> Program:
    last = plan.year + plan.years - 1
    try:
        with transaction.atomic():
            return create_program(
                title=plan.program_title,
                slug=str(plan.year) if plan.years == 1 else f"{plan.year}-{last}",
                kind=ProgramKind(plan.kind),
                first_year=plan.year,
                last_year=last,
                previous=Program.objects.filter(pk=plan.program_pk or 0).first(),
                at=at,
            )
    except IntegrityError as second:
        # Somebody prepared the same year at the same moment: the address of a program is there once.
        raise YearIsTaken from second


def _hold(consultation: Consultation, plan: MeetingPlan, slug: str, topics: dict[str, Topic], *, by: User, at: datetime) -> None:
    rest: dict[str, Any] = {**plan.options, **plan.moments}
    meeting = create_meeting(consultation, title=plan.title, slug=slug, by=by, at=at, **rest)
    made: dict[str, WorkingGroup] = {}
    for group in plan.groups:
        made[group.words["name"]] = add_group(
            meeting,
            topic=topics.get(group.topic),
            parent=made.get(group.part_of),
            starts_at=None if group.begins is None else meeting.starts_at + group.begins,
            ends_at=None if group.ends is None else meeting.starts_at + group.ends,
            at=at,
            **group.words,
        )


def _free_slug(slug: str, number: int) -> str:
    wanted = slug if number == 1 else f"{slug}-{number}"
    taken = set(Meeting.objects.filter(slug__startswith=slug).values_list("slug", flat=True))
    while wanted in taken:
        number += 1
        wanted = f"{slug}-{number}"
    return wanted


def _remind(consultation: Consultation, plan: Process, *, at: datetime) -> None:
    """The rules of the process instead of those that every consultation begins with."""
    if plan.rules is None:
        return
    consultation.reminder_rules.all().delete()
    for rule in plan.rules:
        made = add_rule(consultation, at=at, **{name: value for name, value in rule.items() if name != "is_on"})
        switch_rule(made, is_on=rule["is_on"], at=at)


def _begin_text(program: Program, *, by: User, at: datetime) -> None:
    """With the text that the council adopted last time, where there is one."""
    if program.previous and hasattr(program.previous, "resolution"):
        version = start_version(program, purpose=Purpose.WORKING, by=by, at=at)
        copy_text(version, source=program.previous.resolution.version, at=at)
