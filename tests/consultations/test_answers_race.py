"""Two officials at one answer, and its author at the same moment: nothing is overwritten. Promised on PostgreSQL."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.roles import Role
from consultations.actions import answers
from consultations.actions.answers import (
    AnswerHasChanged,
    NothingToReview,
    NotYoursToAnswer,
    PartIsGone,
    VoiceHasChanged,
    VoiceIsWithdrawn,
    approve_answers,
    cut_voice,
    draft_answer,
    return_answer,
    send_for_approval,
)
from consultations.actions.assignment import assign_parts
from consultations.actions.voices import edit_voice, withdraw_submission
from consultations.models import Decision, Department, Outcome, Part, Step
from tests.factories.accounts import person
from tests.factories.answers import ANSWERED, REASONS, drafted, drafter
from tests.factories.voices import DURING, TICK, consultation, coordinator, proposal

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]
AT_ONCE = 6


@pytest.fixture
def part():
    drafter(), coordinator()
    return proposal(consultation(), text="Więcej warsztatów. Mniej biurokracji.").parts.get()


def at_once(act: Callable[[int], object], times: int = AT_ONCE) -> list[object]:
    """Run act(n) in as many threads at the same moment; what each returned or raised."""
    start = Barrier(times)

    def run(number):
        try:
            start.wait(10)
            return act(number)
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def waits_for(first: Callable[[], object], second: Callable[[], object]) -> object:
    """The second comes while the first is not committed: it must wait; what it returned or raised then."""

    def run():
        try:
            return second()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first()
            later = pool.submit(run)
            with pytest.raises(TimeoutError):
                later.result(timeout=0.5)
        return later.result(timeout=10)


def draft(part, number=0, *, seen=0, read_at=None):
    said = {"outcome": Outcome.REJECTED, "reasons": f"{REASONS} {number}", "by": drafter(), "at": ANSWERED}
    return draft_answer(part, seen=seen, read_at=read_at, **said)


def sent(part):
    drafted(part)
    send_for_approval(part, by=drafter(), at=ANSWERED)
    return part


def approve(part):
    return approve_answers([part], seen={}, by=coordinator(), at=ANSWERED)


def give_back(part):
    return_answer(part, why="Dopisz podstawę.", seen=1, by=coordinator(), at=ANSWERED)


def step(part):
    return Part.objects.select_related("current").get(pk=part.pk).step


@pytest.mark.parametrize("seen", [0, 1])
def test_of_people_answering_one_part_at_once_one_is_first(part, seen):
    if seen:
        drafted(part)
    came = at_once(lambda number: draft(part, number, seen=seen))
    assert [type(one) for one in came if isinstance(one, Exception)] == [AnswerHasChanged] * (AT_ONCE - 1)
    assert Decision.objects.filter(revision=seen + 1).count() == 1
    assert Decision.objects.count() == seen + 1


def test_without_the_lock_they_collide(part, monkeypatch):
    """The control: the same race must be lost when nobody holds the part."""
    read = Barrier(AT_ONCE)

    def unlocked(parts):
        found = list(Part.objects.filter(pk__in=[one.pk for one in parts]).select_related("current", "voice__submission"))
        read.wait(10)
        return found

    monkeypatch.setattr(answers, "_locked", unlocked)
    came = at_once(lambda number: draft(part, number))
    assert sum(isinstance(one, IntegrityError) for one in came) == AT_ONCE - 1


def test_whoever_waited_reads_the_answer_that_came_meanwhile(part):
    """A row that was waited for brings its neighbors as they were before: read with the lock, revision 1 would be no answer."""
    assert isinstance(waits_for(lambda: draft(part, 1), lambda: draft(part, 2)), AnswerHasChanged)
    waited = waits_for(lambda: draft(part, 3, seen=1), lambda: draft(part, 4, seen=1))
    assert isinstance(waited, AnswerHasChanged)
    assert [decision.reasons[-1] for decision in Decision.objects.order_by("revision")] == ["1", "3"]


def test_the_same_answer_pressed_many_times_at_once_is_one(part):
    came = at_once(lambda number: draft(part))
    assert {one.pk for one in came} == {Decision.objects.get().pk}


def test_an_answer_is_not_approved_while_it_is_returned(part):
    sent(part)
    assert isinstance(waits_for(lambda: give_back(part), lambda: approve(part)), NothingToReview)
    decision = Decision.objects.get()
    assert (decision.step, decision.approved_at) == (Step.RETURNED, None)


def test_an_answer_returned_while_it_is_approved_is_returned(part):
    sent(part)
    assert waits_for(lambda: approve(part), lambda: give_back(part)) is None
    assert step(part) == Step.RETURNED


def test_of_people_approving_and_returning_at_once_nobody_is_overwritten(part):
    sent(part)
    came = at_once(lambda number: approve(part) if number % 2 else give_back(part))
    assert {type(one) for one in came if isinstance(one, Exception)} == {NothingToReview}
    # Approved at most once, returned exactly once: a return after the approval holds, too.
    assert sum(one is None for one in came) == 1
    assert step(part) == Step.RETURNED


def test_an_answer_is_not_approved_for_words_that_its_author_is_changing(part):
    sent(part)
    waited = waits_for(lambda: edit_voice(part.voice, text="Nowe słowa.", at=DURING), lambda: approve(part))
    assert isinstance(waited, NothingToReview)
    decision = Decision.objects.get()
    assert (decision.step, decision.approved_at) == (Step.RETURNED, None)


def test_an_author_who_changes_their_words_while_it_is_approved_takes_the_approval_away(part):
    sent(part)
    assert waits_for(lambda: approve(part), lambda: edit_voice(part.voice, text="Nowe słowa.", at=DURING)) is None
    assert step(part) == Step.RETURNED


def test_no_draft_slips_in_for_words_that_its_author_is_changing(part):
    def write():
        return draft(part, read_at=DURING - TICK)

    assert isinstance(waits_for(lambda: edit_voice(part.voice, text="Nowe słowa.", at=DURING), write), VoiceHasChanged)
    assert not Decision.objects.exists()


def test_an_author_waits_for_a_draft_and_returns_it(part):
    waits_for(lambda: draft(part, read_at=DURING - TICK), lambda: edit_voice(part.voice, text="Nowe słowa.", at=DURING))
    assert step(part) == Step.RETURNED


def test_without_holding_the_letter_a_draft_would_slip_in(part, monkeypatch):
    """The control: held by its part alone, an answer to the old words stays as if it were one to the new."""

    def parts_alone(parts):
        chosen = Part.objects.filter(pk__in=[one.pk for one in parts]).order_by("pk")
        list(chosen.select_for_update().values_list("pk"))
        return list(chosen.select_related("current", "voice__submission"))

    monkeypatch.setattr(answers, "_locked", parts_alone)
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        edit_voice(part.voice, text="Nowe słowa.", at=DURING)
        pool.submit(lambda: (draft(part, read_at=DURING - TICK), connection.close())).result(timeout=10)
    assert step(part) == Step.DRAFT


def test_nothing_is_drafted_for_a_letter_that_is_being_withdrawn(part):
    waited = waits_for(lambda: withdraw_submission(part.voice.submission, at=DURING), lambda: draft(part))
    assert isinstance(waited, VoiceIsWithdrawn)
    assert not Decision.objects.exists()


def test_a_voice_cut_by_many_at_once_is_cut_once(part):
    wanted = ("Więcej warsztatów.", "Mniej biurokracji.")
    came = at_once(lambda number: cut_voice(part.voice, excerpts=wanted, by=drafter(), at=ANSWERED))
    assert [one for one in came if isinstance(one, Exception)] == []
    assert list(part.voice.parts.order_by("position").values_list("position", "excerpt")) == list(enumerate(wanted))


def test_a_part_is_not_answered_while_it_is_cut_away(part):
    def cut(*excerpts):
        return cut_voice(part.voice, excerpts=excerpts, by=drafter(), at=ANSWERED)

    _first, second = cut("Więcej warsztatów.", "Mniej biurokracji.")
    assert isinstance(waits_for(cut, lambda: draft(second)), PartIsGone)


def test_people_approving_the_same_letters_in_any_order_do_not_lock_each_other_out(part):
    made = part.voice.consultation
    parts = [sent(one) for one in (part, *(proposal(made).parts.get() for _one in range(3)))]
    orders = [parts, parts[::-1], parts[1:], parts[::-2]]
    came = at_once(lambda number: approve_answers(orders[number], seen={}, by=coordinator(), at=ANSWERED), times=4)
    assert {type(one) for one in came} <= {int, NothingToReview}
    approved = [one for order, count in zip(orders, came, strict=True) if isinstance(count, int) for one in order]
    # All or none of each, and nothing twice: whoever came later to one that was approved has approved nothing.
    assert approved
    assert len(approved) == len(set(approved))
    assert {one for one in parts if step(one) == Step.APPROVED} == set(approved)


@pytest.fixture
def official(part):
    """Of a unit that the part is given to."""
    unit = Department.objects.create(name="Wydział Sportu")
    unit.members.add(user := person("komorka@example.org", Role.OFFICIAL))
    give(part, department=unit)
    return user


def give(part, *, department=None):
    assign_parts([part], department=department, assignee=None, due_on=None, by=coordinator(), at=ANSWERED)


def draft_own(part, official):
    return draft_answer(part, outcome=Outcome.REJECTED, reasons=REASONS, seen=0, by=official, at=ANSWERED)


def test_an_official_does_not_answer_what_is_being_given_to_others(part, official):
    assert isinstance(waits_for(lambda: give(part), lambda: draft_own(part, official)), NotYoursToAnswer)
    assert not Decision.objects.exists()


def test_asked_without_the_lock_it_would_be_answered(part, official, monkeypatch):
    """The control: whose it is must be asked of the row that is held."""
    monkeypatch.setattr(
        answers, "_locked", lambda parts: list(Part.objects.filter(pk=part.pk).select_related("voice__submission"))
    )
    assert isinstance(waits_for(lambda: give(part), lambda: draft_own(part, official)), Decision)
