"""Reminders of answers: three days before the day and on the day after, once for each address; a moved day arms anew."""

from datetime import time, timedelta

import pytest
from django.utils.timezone import localdate

from accounts import rendering
from accounts.letters import cancel_letter
from accounts.models import Letter, State
from accounts.roles import Role
from consultations.actions.voices import withdraw_submission
from consultations.deadlines import moment
from consultations.due_letters import owe_due_answers
from consultations.models import Department, Part
from tests.consultations.test_assignment import assign
from tests.factories.accounts import person
from tests.factories.answers import ANSWERED, answered, drafter
from tests.factories.voices import DURING, consultation, coordinator, proposal, remark

pytestmark = pytest.mark.django_db
DUE = localdate(ANSWERED) + timedelta(days=10)


@pytest.fixture
def made():
    return consultation()


@pytest.fixture
def department():
    return Department.objects.create(name="Wydział Kultury", email="kultura@urzad.example.org")


def at(days, hour=9):
    """So many days after the day that answers are due on, at an hour of the clock in Poland."""
    return moment(DUE + timedelta(days=days), time(hour))


def due():
    """To whom, and whether of days to come; what was taken back is not among them."""
    letters = Letter.objects.filter(kind="answer_due").exclude(state=State.OBSOLETE)
    return sorted((one.to, not one.occasion.endswith(":late")) for one in letters)


@pytest.mark.parametrize(
    ("when", "is_told"),
    [(at(-4), False), (at(-3, 7), False), (at(-3, 8), True), (at(-1), True), (at(0, 23), True)],
)
def test_the_reminder_comes_three_days_before(made, department, when, is_told):
    assign(proposal(made).parts.all(), department=department, due_on=DUE)
    owe_due_answers(when)
    assert due() == ([("kultura@urzad.example.org", True)] if is_told else [])


@pytest.mark.parametrize(
    ("when", "is_told"),
    [(at(1, 7), False), (at(1, 8), True), (at(7), True), (at(8), False)],
)
def test_what_is_late_is_told_on_the_day_after_to_the_coordinator_too(made, department, when, is_told):
    assign(proposal(made).parts.all(), department=department, due_on=DUE)
    owe_due_answers(when)
    late = [("koordynatorka@example.org", False), ("kultura@urzad.example.org", False)]
    assert due() == (late if is_told else [])


def test_each_is_told_once_however_often_it_is_asked(made, department):
    voices = [proposal(made), remark(made)]
    assign(Part.objects.all(), department=department, assignee=drafter(), due_on=DUE)
    for when in (at(-3), at(-3), at(-2), at(-1), at(1), at(1), at(2)):
        owe_due_answers(when)
    addresses = ("kultura@urzad.example.org", "redaktorka@example.org")
    assert due() == sorted([(to, is_ahead) for to in addresses for is_ahead in (True, False)] + [(coordinator().email, False)])
    for letter in Letter.objects.filter(kind="answer_due"):
        assert letter.context["numbers"] == ", ".join(voice.signature for voice in voices)
        assert "{" not in rendering.texts(letter)["body"]


def test_what_is_answered_or_taken_back_is_not_reminded_of(made, department):
    answered(proposal(made))
    gone = proposal(made)
    withdraw_submission(gone.submission, at=DURING)
    waiting = proposal(made)
    assign(Part.objects.all(), department=department, due_on=DUE)
    owe_due_answers(at(-3))
    assert Letter.objects.get(kind="answer_due").context["numbers"] == waiting.signature
    answered(waiting)
    owe_due_answers(at(1))
    assert due() == [("kultura@urzad.example.org", True)]


def test_a_moved_day_takes_its_letter_back_and_arms_anew(made, department):
    parts = proposal(made).parts.all()
    assign(parts, department=department, due_on=DUE)
    owe_due_answers(at(-3))
    assign(parts, department=department, due_on=DUE + timedelta(days=7), at=at(-3))
    assert due() == []
    owe_due_answers(at(-2))
    assert due() == []
    owe_due_answers(at(4))
    assert due() == [("kultura@urzad.example.org", True)]


def test_what_was_given_to_others_is_not_asked_of_those_who_had_it(made, department):
    other = Department.objects.create(name="Wydział Sportu", email="sport@urzad.example.org")
    stays, moves = proposal(made), proposal(made)
    assign(Part.objects.all(), department=department, due_on=DUE)
    owe_due_answers(at(-3))
    assign(moves.parts.all(), department=other, due_on=DUE, at=at(-3))
    owe_due_answers(at(-3))
    assert due() == [("kultura@urzad.example.org", True)]
    assert Letter.objects.exclude(state=State.OBSOLETE).get(kind="answer_due").context["numbers"] == stays.signature
    # Who has just been given the work knows; a day later they are reminded like everybody.
    owe_due_answers(at(-2, 10))
    assert due() == [("kultura@urzad.example.org", True), ("sport@urzad.example.org", True)]


def test_what_staff_cancelled_stays_cancelled(made, department):
    assign(proposal(made).parts.all(), department=department, due_on=DUE)
    owe_due_answers(at(-3))
    letter = Letter.objects.get(kind="answer_due")
    cancel_letter(letter, by=coordinator(), at=at(-3))
    owe_due_answers(at(-2))
    assert due() == []


def test_a_letter_about_a_day_to_come_does_not_leave_after_it(made, department):
    assign(proposal(made).parts.all(), department=department, due_on=DUE)
    owe_due_answers(at(-3))
    assert Letter.objects.get(kind="answer_due").expires_at == at(1, 0)


@pytest.mark.parametrize("count", [1, 5])
def test_an_idle_tick_asks_once_and_a_busy_one_the_same_however_many(made, department, django_assert_num_queries, count):
    voices = [proposal(made) for _one in range(count)]
    assign(Part.objects.all(), department=department, due_on=DUE)
    assert len(voices) == count
    with django_assert_num_queries(1):
        owe_due_answers(at(-4))
    owe_due_answers(at(-3))
    # The parts, their letters, who has just been given work.
    with django_assert_num_queries(3):
        owe_due_answers(at(-2))


def test_people_whose_account_is_closed_are_coordinators_no_more(made):
    person("dawna@example.org", Role.COORDINATOR, is_active=False)
    assign(proposal(made).parts.all(), due_on=DUE)
    owe_due_answers(at(1))
    assert due() == [(coordinator().email, False)]
