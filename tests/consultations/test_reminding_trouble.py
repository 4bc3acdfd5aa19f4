"""The engine when something is amiss, and what it costs: whatever was missed or broke is told, and stops nobody else."""

from datetime import time, timedelta

import pytest

from accounts.models import Letter
from consultations import reminding
from consultations.actions import rules, schedule
from consultations.models import Follow, ReminderRun
from consultations.reminders import owe_due_reminders
from consultations.reminding import REACH
from tests.consultations.reminded import DUE, WEEK, closing, letters, move, runs
from tests.factories.consultations import (
    CLOSES,
    DAY,
    HOUR,
    OPENS,
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


# --- Missed -----------------------------------------------------------------------------------------


def missed() -> list[Letter]:
    """About the deadline: the opening was missed too."""
    return [letter for letter in letters("staff_missed") if letter.context["moment"] == "3 listopada"]


@pytest.mark.parametrize(("at", "is_said"), [(CLOSES - TICK, False), (CLOSES, True), (CLOSES + REACH - TICK, True)])
def test_a_time_that_passed_without_a_tick_is_told_to_each_coordinator_once(made, at, is_said):
    follower(made)
    staff = {coordinator().email, coordinator().email}
    for _tick in range(2):
        owe_due_reminders(at)
    assert {letter.to for letter in missed()} == (staff if is_said else set())
    assert len(missed()) == 2 * is_said
    assert [run.missed_at for run in runs(made)] == ([at] if is_said else [None])
    assert len(letters()) == (not is_said)


def test_what_is_long_over_is_history(made):
    coordinator()
    owe_due_reminders(CLOSES + REACH)
    assert (missed(), runs(made)) == ([], [])


@pytest.mark.parametrize(("since", "is_said"), [(DUE, True), (DUE + TICK, False)])
def test_a_rule_does_not_answer_for_what_was_due_before_it(made, since, is_said):
    coordinator()
    rules.forget_missed(made, at=since)
    owe_due_reminders(CLOSES)
    assert bool(missed()) is is_said


def test_nothing_is_missed_before_publication():
    coordinator()
    made = planned()
    stage(made)
    schedule.publish_consultation(made, by=None, at=DUE + TICK)
    owe_due_reminders(CLOSES)
    assert missed() == []


def test_a_deadline_moved_into_the_past_is_missed_and_told(made):
    coordinator()
    follower(made)
    move(made, DUE - 3 * HOUR, at=DUE - 2 * HOUR)
    owe_due_reminders(DUE - 2 * HOUR)
    assert letters() == []
    assert [run.missed_at for run in runs(made)] == [DUE - 2 * HOUR]


def test_a_time_at_which_there_was_nobody_to_write_to_is_not_missed(made):
    coordinator()
    owe_due_reminders(DUE)
    owe_due_reminders(CLOSES)
    assert missed() == []


def test_a_rule_that_asks_for_an_hour_after_the_date_is_told_as_missed(made):
    coordinator()
    rule = closing(made)
    edit = {"audience": rule.audience, "stage": None, "days": 0, "clock": time(23, 59), "hours": None}
    rules.edit_rule(rule, **edit, at=OPENS)
    noon = CLOSES - 12 * HOUR
    move(made, noon, at=OPENS)
    due = CLOSES - timedelta(minutes=1)
    for at, runs_then in ((noon, []), (due - TICK, []), (due, [due])):
        owe_due_reminders(at)
        assert [run.missed_at for run in runs(made)] == runs_then


# --- What goes wrong --------------------------------------------------------------------------------


def test_an_address_that_no_letter_can_go_to_stops_nobody_else(made, caplog):
    wrong, right = follower(made), follower(made)
    Follow.objects.filter(pk=wrong.pk).update(email="to nie jest adres")
    owe_due_reminders(DUE)
    assert [letter.to for letter in letters()] == [right.email]
    assert "to nie jest adres" not in caplog.text
    assert "stage_closes" in caplog.text


def test_a_reminder_that_breaks_leaves_the_others_alone_and_is_not_hushed_up(monkeypatch):
    broken, whole = published(), published()
    follower(broken)
    told = follower(whole)
    real = reminding._owe_batch

    def breaking(run: ReminderRun, *args: object) -> int:
        if run.rule.consultation == broken:
            raise ValueError("a bug")
        return real(run, *args)

    monkeypatch.setattr(reminding, "_owe_batch", breaking)
    with pytest.raises(ExceptionGroup, match="could not be written"):
        owe_due_reminders(DUE)
    assert [letter.to for letter in letters()] == [told.email]
    assert runs(broken) == []


def test_a_reminder_that_breaks_hides_no_misfit_of_the_plan(made, monkeypatch):
    follower(made)
    asked = []
    monkeypatch.setattr("consultations.plan_letters.owe_misfits", asked.append)
    monkeypatch.setattr(reminding, "_owe_batch", lambda *args: 1 / 0)
    with pytest.raises(ExceptionGroup):
        owe_due_reminders(DUE)
    assert asked == [DUE]


def test_many_letters_are_written_in_batches(made, monkeypatch):
    monkeypatch.setattr(reminding, "BATCH", 2)
    people = {follower(made).email for _one in range(5)}
    owe_due_reminders(DUE)
    assert {letter.to for letter in letters()} == people
    assert [run.letters for run in runs(made)] == [5]


# --- What it costs ----------------------------------------------------------------------------------


def test_a_tick_with_nothing_to_do_costs_the_same_however_many_rules_and_people(django_assert_num_queries):
    for _one in range(3):
        made = published()
        for _two in range(3):
            follower(made)
    # Rules with stages, announcements, programs and versions; plans that are not over: stages, events, programs; opinions
    # that did not come; answers that are due.
    for at in (OPENS - HOUR, OPENS - 30 * DAY):
        with django_assert_num_queries(11):
            owe_due_reminders(at)


def test_a_rule_whose_time_is_running_asks_nothing_for_each_person(made, django_assert_num_queries):
    for _one in range(10):
        follower(made)
    owe_due_reminders(DUE)
    # The eleven; what is settled; a savepoint's two; the rule, the stage, its stages, its run, its letters; who has spoken,
    # follows, meets.
    with django_assert_num_queries(22):
        owe_due_reminders(DUE + HOUR)


@pytest.mark.django_db(transaction=True)
def test_a_run_wakes_the_post_once(made, monkeypatch):
    for _one in range(5):
        follower(made)
    woken = []
    monkeypatch.setattr("accounts.letters.wake_sending", lambda: woken.append(True))
    owe_due_reminders(DUE)
    assert (len(letters()), len(woken)) == (5, 1)


def test_what_moves_between_the_look_and_the_lock_writes_to_nobody(monkeypatch):
    first, second = published(), published()
    told, spared = follower(first), follower(second)
    carry_out = reminding.carry_out

    def moving(*args: object, **kwargs: object) -> None:
        carry_out(*args, **kwargs)
        move(second, CLOSES + WEEK, at=DUE)

    monkeypatch.setattr(reminding, "carry_out", moving)
    owe_due_reminders(DUE)
    assert [letter.to for letter in letters()] == [told.email]
    assert spared.email not in {letter.to for letter in letters()}
