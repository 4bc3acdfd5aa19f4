"""A tick and somebody who assigns in the same moment: nobody is reminded of work that is not theirs any more. Promised on
PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection

from accounts.models import Letter, State
from consultations import due_letters
from consultations.actions.assignment import assign_parts
from consultations.due_letters import owe_due_answers
from consultations.models import Department, Part
from tests.consultations.test_assignment import assign
from tests.consultations.test_due_letters import DUE, at
from tests.consultations.test_voices_race import at_once
from tests.factories.voices import consultation, coordinator, proposal

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


@pytest.fixture
def department():
    proposal(consultation())
    department = Department.objects.create(name="Wydział Kultury", email="kultura@urzad.example.org")
    assign(Part.objects.all(), department=department, due_on=DUE)
    return department


def waiting():
    return list(Letter.objects.filter(kind="answer_due").exclude(state=State.OBSOLETE).values_list("to", flat=True))


def test_ticks_at_once_owe_one_letter(department):
    assert [outcome for outcome in at_once(lambda number: owe_due_answers(at(-3))) if outcome] == []
    assert waiting() == [department.email]


def given_away_during_a_tick(monkeypatch):
    """The work is taken from the department after the tick has read that it is theirs, and before it has written."""
    by, parts = coordinator(), list(Part.objects.all())
    owe, read, assigned = due_letters.owe_letter, Event(), Event()

    def slowly(*args, **kwargs):
        read.set()
        assigned.wait(0.5)
        owe(*args, **kwargs)

    def give_away():
        read.wait(10)
        try:
            assign_parts(parts, department=None, assignee=None, due_on=None, by=by, at=at(-3))
        finally:
            assigned.set()
            connection.close()

    monkeypatch.setattr(due_letters, "owe_letter", slowly)
    with ThreadPoolExecutor(1) as pool:
        giving = pool.submit(give_away)
        owe_due_answers(at(-3))
        giving.result(timeout=10)


def test_work_that_is_given_away_during_a_tick_takes_its_letter_back(department, monkeypatch):
    given_away_during_a_tick(monkeypatch)
    assert waiting() == []
    assert Letter.objects.filter(kind="answer_due").count() == 1


def test_without_the_lock_the_letter_would_stay(department, monkeypatch):
    """The control: the test above would fail if the tick did not hold the parts."""
    queryset = type(Part.objects.all())
    monkeypatch.setattr(queryset, "select_for_update", lambda self, **options: self)
    given_away_during_a_tick(monkeypatch)
    assert waiting() == [department.email]
