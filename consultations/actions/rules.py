"""When the portal writes by itself: the coordinator's rules, and what they come to."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time
from enum import Enum, auto

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.letters import withdraw_letters
from consultations.models import Consultation, ReminderKind, ReminderRule, ReminderRun, Stage
from consultations.rules import AUDIENCES, DEFAULT_RULES, STAGES, UNFORESEEN, When
from consultations.things import Thing, last_due, things, with_things


class RuleIsWrong(Exception):
    """`in_words` says everything that is wrong with it."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(*sentences)
        self.in_words = " ".join(sentences)


class Progress(Enum):
    WAITING = auto()  # its time has not come
    DUE = auto()  # the next tick does it
    SENT = auto()
    MISSED = auto()


@dataclass(frozen=True)
class Planned:
    """One thing that a rule writes about, as the desk shows it."""

    rule: ReminderRule
    thing: Thing
    due_at: datetime
    progress: Progress
    letters: int = 0


@transaction.atomic
def add_default_rules(consultation: Consultation, *, at: datetime) -> None:
    """What a consultation begins with. Kinds that it has a rule of keep their own."""
    own = set(consultation.reminder_rules.values_list("kind", flat=True))
    ReminderRule.objects.bulk_create(
        ReminderRule(
            consultation=consultation,
            kind=kind,
            audience=AUDIENCES[kind][0],
            days=when.days,
            clock=when.clock,
            hours=when.hours,
            since=at,
        )
        for kind, when in DEFAULT_RULES.items()
        if kind not in own
    )


@transaction.atomic
def add_rule(
    consultation: Consultation,
    *,
    kind: str,
    audience: str,
    at: datetime,
    stage: Stage | None = None,
    days: int | None = None,
    clock: time | None = None,
    hours: int | None = None,
) -> ReminderRule:
    """Raises RuleIsWrong. What is running already is written about at once."""
    rule = ReminderRule(consultation=consultation, kind=kind, since=at)
    return _written(rule, audience=audience, stage=stage, when=When(days, clock, hours))


@transaction.atomic
def edit_rule(
    rule: ReminderRule,
    *,
    audience: str,
    stage: Stage | None,
    days: int | None,
    clock: time | None,
    hours: int | None,
    at: datetime,
) -> ReminderRule:
    """Who has a letter of it gets no second one for the same date. Raises RuleIsWrong."""
    locked = ReminderRule.objects.select_for_update().get(pk=rule.pk)
    locked.since = at
    return _written(locked, audience=audience, stage=stage, when=When(days, clock, hours))


@transaction.atomic
def switch_rule(rule: ReminderRule, *, is_on: bool, at: datetime) -> ReminderRule:
    """Off, it owes nothing, and its letters that still wait are withdrawn."""
    locked = ReminderRule.objects.select_for_update().get(pk=rule.pk)
    if locked.is_on == is_on:
        return locked
    locked.is_on, locked.since = is_on, at
    locked.save(update_fields=["is_on", "since"])
    if not is_on:
        for run in locked.runs.all():
            withdraw_letters(run.occasion, at=at)
    return locked


def forget_missed(consultation: Consultation, *, at: datetime) -> None:
    """For a consultation entered with its past: nothing that was due before is reported as missed."""
    consultation.reminder_rules.update(since=at)


def planned(consultation: Consultation, at: datetime) -> list[Planned]:
    """What the rules that are on have done and will do, in the order of time."""
    runs: defaultdict[tuple[int, str], list[ReminderRun]] = defaultdict(list)
    for run in ReminderRun.objects.filter(rule__consultation=consultation).order_by("pk"):
        runs[run.rule_id, run.thing].append(run)
    rules = with_things(ReminderRule.objects.filter(consultation=consultation, is_on=True), ReminderKind)
    found = [(rule, thing) for rule in rules for thing in things(rule, at)]
    due = {(rule.pk, thing.key) for rule, thing in last_due(found, at)}
    rows = (row for rule, thing in found for row in _planned(rule, thing, runs[rule.pk, thing.key], due, at))
    return sorted(rows, key=lambda row: (row.due_at, row.rule.pk))


def _planned(
    rule: ReminderRule, thing: Thing, runs: list[ReminderRun], due: set[tuple[int, str]], at: datetime
) -> Iterator[Planned]:
    """What was done, for dates that have moved since too; then what is still to come for the present date."""
    for run in runs:
        yield Planned(rule, thing, run.due_at, Progress.MISSED if run.missed_at else Progress.SENT, run.letters)
    due_at = rule.due_at(thing.moment, thing.day)
    if runs and runs[-1].moment == thing.moment:
        return
    if at < due_at:
        yield Planned(rule, thing, due_at, Progress.WAITING)
    elif at < thing.ends_at and (rule.pk, thing.key) in due:
        yield Planned(rule, thing, due_at, Progress.DUE)


def _written(rule: ReminderRule, *, audience: str, stage: Stage | None, when: When) -> ReminderRule:
    rule.audience, rule.stage = audience, stage
    rule.days, rule.clock, rule.hours = when.days, when.clock, when.hours
    try:
        rule.full_clean()
    except ValidationError as error:
        raise RuleIsWrong(error.messages) from error
    if wrong := list(_misfits(rule)):
        raise RuleIsWrong(wrong)
    rule.save()
    return rule


def _misfits(rule: ReminderRule) -> Iterator[str]:
    """What no row by itself tells."""
    kind = ReminderKind(rule.kind)
    if rule.audience not in AUDIENCES[kind]:
        names = ", ".join(str(audience.label) for audience in AUDIENCES[kind])
        yield _("A letter of this kind cannot go to these people. Choose one of: %(names)s.") % {"names": names}
    if kind in UNFORESEEN and rule.when != When():
        yield _("This is not known before it happens: leave the days, the hour and the hours empty.")
    if rule.stage and (rule.stage.consultation_id != rule.consultation_id or rule.stage.kind not in STAGES.get(kind, ())):
        yield _("This letter does not suit the stage. Choose another stage of this consultation, or none.")
