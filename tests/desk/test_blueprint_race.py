"""Two coordinators prepare the same year at the same moment. Promised on PostgreSQL."""

from itertools import count
from threading import Barrier

import pytest

from consultations.models import Consultation
from desk.blueprint import carrying_out
from desk.blueprint.carrying_out import YearIsTaken, carry_out
from desk.blueprint.plan import prepare
from desk.blueprint.sources import usual
from programs.models import Program
from tests.accounts.test_contacts_race import at_once
from tests.factories.consultations import PUBLISHED, coordinator

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]
YEAR = 2029


@pytest.fixture(autouse=True)
def both_see_a_free_year(monkeypatch):
    """Neither writes before both have looked."""
    looked, look = Barrier(2), carrying_out.program_of

    def look_and_wait(kind, year):
        found = look(kind, year)
        looked.wait(30)
        return found

    monkeypatch.setattr(carrying_out, "program_of", look_and_wait)


def both_press_save():
    plan = prepare(usual(YEAR, contact_email="k@example.org"), YEAR)
    clerks = [(coordinator(), slug) for slug in ("2029", "2029-b")]
    return at_once(*(lambda by=by, slug=slug: carry_out(plan, slug=slug, by=by, at=PUBLISHED) for by, slug in clerks))


def test_one_makes_it_and_the_other_is_told():
    told = both_press_save()
    assert sorted(type(one) for one in told if isinstance(one, Exception)) == [YearIsTaken]
    assert (Program.objects.count(), Consultation.objects.count()) == (1, 1)


def test_control_without_the_one_address_of_a_program_there_are_two(monkeypatch):
    numbers, make = count(1), carrying_out.create_program
    monkeypatch.setattr(carrying_out, "create_program", lambda **said: make(**{**said, "slug": f"x{next(numbers)}"}))
    told = both_press_save()
    assert [one for one in told if isinstance(one, Exception)] == []
    assert Program.objects.filter(first_year=YEAR).count() == 2
