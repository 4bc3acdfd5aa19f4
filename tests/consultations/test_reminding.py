"""The engine: a rule writes once to each person for each date, and says so when it could not."""

from datetime import datetime, time, timedelta

import pytest
from django.utils.translation import gettext
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from accounts.letters import cancel_letter
from accounts.models import Letter, State
from consultations.actions import rules, schedule
from consultations.models import ReminderKind, ReminderRule, Stage
from consultations.reminders import owe_due_reminders
from consultations.reminding import LEAVE_ALONE
from consultations.rules import DEFAULT_RULES
from tests.consultations.reminded import DUE, WEEK, closing, letters, move, runs
from tests.factories.consultations import (
    CLOSES,
    DAY,
    HOUR,
    OPENS,
    PUBLISHED,
    TICK,
    coordinator,
    follower,
    planned,
    published,
    stage,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def made():
    return published()


def waiting() -> list[Letter]:
    return [letter for letter in letters() if letter.state == State.QUEUED]


def all_leave() -> None:
    """The post has taken what waited."""
    Letter.objects.filter(state=State.QUEUED).update(state=State.SENT, sent_at=DUE)


# --- Once -------------------------------------------------------------------------------------------


def test_a_letter_is_owed_once_however_often_the_clock_ticks(made):
    follow = follower(made)
    for hours in range(3):
        owe_due_reminders(DUE + hours * HOUR)
    (run,) = runs(made)
    (letter,) = letters()
    assert (run.thing, run.moment, run.due_at, run.began_at) == (f"stage:{made.stages.get().pk}", CLOSES, DUE, DUE)
    assert (run.letters, run.is_moved, run.missed_at) == (1, False, None)
    assert (letter.to, letter.occasion) == (follow.email, f"stage_closes:{run.thing}:{run.pk}")


def test_who_comes_later_gets_theirs_a_day_after_they_came(made):
    early = follower(made)
    owe_due_reminders(DUE)
    came = DUE + HOUR
    late = follower(made, at=came)
    owe_due_reminders(came + LEAVE_ALONE - TICK)
    assert [letter.to for letter in letters()] == [early.email]
    owe_due_reminders(came + LEAVE_ALONE)
    assert [letter.to for letter in letters()] == [early.email, late.email]
    assert runs(made)[0].letters == 2


def test_what_staff_have_cancelled_is_not_owed_again(made):
    follower(made)
    owe_due_reminders(DUE)
    cancel_letter(letters()[0], by=coordinator(), at=DUE)
    owe_due_reminders(DUE + HOUR)
    assert (waiting(), runs(made)[0].letters) == ([], 1)


def test_a_rule_for_one_stage_leaves_the_others_alone():
    made = planned()
    other = stage(made, closes_at=OPENS + DAY)
    meant = stage(made, opens_at=OPENS + DAY)
    schedule.publish_consultation(made, by=None, at=PUBLISHED)
    rule = closing(made)
    rules.edit_rule(rule, audience=rule.audience, stage=meant, days=3, clock=time(9), hours=None, at=PUBLISHED)
    follower(made)
    for at in (OPENS, DUE):
        owe_due_reminders(at)
    assert [run.thing for run in runs(made)] == [f"stage:{meant.pk}"]
    assert other.pk != meant.pk


def test_who_comes_late_is_told_once_though_two_rules_have_come_due(made):
    early = follower(made)
    rules.add_rule(made, kind="stage_closes", audience="silent", days=7, clock=time(9), at=PUBLISHED)
    owe_due_reminders(DUE - TICK)
    assert [letter.to for letter in letters()] == [early.email]
    late = follower(made, at=DUE)
    for at in (DUE, DUE + LEAVE_ALONE):
        owe_due_reminders(at)
    assert sorted(letter.to for letter in letters()) == sorted([early.email, early.email, late.email])


# --- A date that moves ------------------------------------------------------------------------------


def test_a_later_deadline_is_a_new_letter_that_says_so(made):
    follow = follower(made)
    owe_due_reminders(DUE)
    all_leave()
    move(made, CLOSES + WEEK, at=DUE + HOUR)
    owe_due_reminders(DUE + WEEK - TICK)
    assert waiting() == []
    owe_due_reminders(DUE + WEEK)
    first, second = letters()
    assert {first.to, second.to} == {follow.email}
    moved = gettext("This is a new date: the earlier one was moved.")
    assert (first.context["new_deadline"], second.context["new_deadline"]) == ("", moved)
    assert [run.is_moved for run in runs(made)] == [False, True]


@pytest.mark.parametrize(
    ("state", "is_said"),
    [
        *((state, True) for state in (State.SENT, State.SENDING, State.UNCERTAIN)),
        *((state, False) for state in (State.QUEUED, State.LEASED, State.FAILED, State.SUPPRESSED)),
    ],
)
def test_a_date_is_new_only_to_those_who_may_have_read_of_another(made, state, is_said):
    follower(made)
    owe_due_reminders(DUE)
    Letter.objects.filter(kind="stage_closes").update(state=state, sent_at=DUE if state == State.SENT else None)
    move(made, CLOSES + WEEK, at=DUE + HOUR)
    owe_due_reminders(DUE + WEEK)
    first, second = letters()
    assert (first.context["new_deadline"], bool(second.context["new_deadline"])) == ("", is_said)


def test_moving_takes_back_what_has_not_left(made):
    follower(made)
    owe_due_reminders(DUE)
    move(made, CLOSES + WEEK, at=DUE)
    assert [letter.state for letter in letters()] == [State.OBSOLETE]


def test_an_earlier_deadline_whose_time_has_passed_is_told_at_once(made):
    follower(made)
    at = DUE - 3 * DAY
    owe_due_reminders(at)
    assert letters() == []
    move(made, at + 2 * DAY, at=at)
    owe_due_reminders(at)
    assert [letter.expires_at for letter in waiting()] == [at + 2 * DAY]


def test_away_and_back_before_the_new_date_was_told_is_the_old_letter(made):
    follower(made)
    owe_due_reminders(DUE)
    move(made, CLOSES + WEEK, at=DUE + HOUR)
    move(made, CLOSES, at=DUE + HOUR)
    owe_due_reminders(DUE + 2 * HOUR)
    (letter,) = letters()
    assert (letter.state, letter.context["new_deadline"], len(runs(made))) == (State.QUEUED, "", 1)


def test_away_and_back_after_the_new_date_was_told_is_told_anew(made):
    follower(made)
    owe_due_reminders(DUE)
    all_leave()
    for closes_at in (CLOSES - DAY, CLOSES):
        move(made, closes_at, at=DUE + HOUR)
        owe_due_reminders(DUE + HOUR)
        all_leave()
    assert [run.moment for run in runs(made)] == [CLOSES, CLOSES - DAY, CLOSES]
    assert len(letters()) == 3


def test_who_knows_another_date_hears_of_the_move_within_the_day(made):
    follower(made)
    owe_due_reminders(DUE)
    all_leave()
    new = follower(made, at=DUE + HOUR)
    move(made, CLOSES - DAY, at=DUE + 2 * HOUR)
    owe_due_reminders(DUE + 2 * HOUR)
    assert new.email in {letter.to for letter in waiting()}


# --- A rule that changes ----------------------------------------------------------------------------


def test_a_rule_made_late_writes_at_once_while_the_deadline_is_ahead(made):
    follower(made)
    closing(made).delete()
    rule = rules.add_rule(made, kind="stage_closes", audience="silent", hours=200, at=CLOSES - HOUR)
    owe_due_reminders(CLOSES - HOUR)
    assert [run.rule for run in runs(made)] == [rule]
    assert len(waiting()) == 1


def test_another_hour_for_the_same_date_writes_to_nobody_twice(made):
    follower(made)
    owe_due_reminders(DUE)
    rule = closing(made)
    rules.edit_rule(rule, audience=rule.audience, stage=None, days=None, clock=None, hours=1, at=DUE)
    owe_due_reminders(CLOSES - HOUR)
    assert len(letters()) == len(runs(made)) == 1


def test_a_rule_switched_off_writes_nothing_and_takes_back_what_waits(made):
    follower(made)
    owe_due_reminders(DUE)
    rules.switch_rule(closing(made), is_on=False, at=DUE)
    owe_due_reminders(DUE + HOUR)
    assert [letter.state for letter in letters()] == [State.OBSOLETE]
    rules.switch_rule(closing(made), is_on=True, at=DUE + 2 * HOUR)
    owe_due_reminders(DUE + 2 * HOUR)
    assert len(waiting()) == len(letters()) == 1


# --- Whatever happens -------------------------------------------------------------------------------


class AnyOrder(RuleBasedStateMachine):
    """Deadlines move, people come, clocks tick, letters leave, in any order."""

    @initialize()
    def begin(self) -> None:
        # All sequences run in one transaction: what an earlier one has left must not speak.
        ReminderRule.objects.all().delete()
        Letter.objects.all().delete()
        self.made = published()
        self.made.reminder_rules.exclude(kind=ReminderKind.STAGE_CLOSES).delete()
        follower(self.made)
        self.at = DUE - DAY
        self.versions = 0
        # (person, how often the deadline had moved) of every letter that was owed and not withdrawn.
        self.told: list[tuple[str, int]] = []

    @property
    def closes_at(self) -> datetime:
        return Stage.objects.get(consultation=self.made).closes_at or self.at

    @rule(hours=st.integers(1, 40))
    def clock(self, hours: int) -> None:
        self.at += timedelta(hours=hours)

    @rule()
    def somebody_follows(self) -> None:
        follower(self.made, at=self.at)

    @rule(days=st.integers(-3, 8))
    def deadline_moves(self, days: int) -> None:
        closes_at = max(self.at, OPENS) + days * DAY
        if closes_at > OPENS and closes_at != self.closes_at:
            move(self.made, closes_at, at=self.at)
            self.versions += 1

    @rule(times=st.integers(1, 3))
    def tick(self, times: int) -> None:
        for _tick in range(times):
            owe_due_reminders(self.at)
        new = [letter for letter in letters() if letter.state == State.QUEUED]
        assert all(self.at < self.closes_at == letter.expires_at for letter in new)
        Letter.objects.filter(pk__in=[letter.pk for letter in new]).update(state=State.SENT, sent_at=self.at)
        self.told += [(letter.to, self.versions) for letter in new]
        assert len(self.told) == len(set(self.told))


def test_in_any_order_nobody_is_told_twice_of_a_deadline_nor_after_it():
    run_state_machine_as_test(AnyOrder, settings=settings(max_examples=25, stateful_step_count=20, deadline=None))


def test_defaults_are_all_there(made):
    assert set(made.reminder_rules.values_list("kind", flat=True)) == set(DEFAULT_RULES)
