"""Whether a plan leaves the law its days: both sides of each term."""

from datetime import date, timedelta

import pytest

from accounts.models import Letter
from consultations.actions import schedule
from consultations.plan import Act, Law, Misfit, Period, misfits
from consultations.plan_letters import misfit_words, misfits_of, owe_misfits
from consultations.stages import Kind
from tests.factories.consultations import CLOSES, DAY, OPENS, PUBLISHED, coordinator, planned, published, stage

NOVEMBER, MAY = date(2026, 11, 30), date(2028, 5, 31)
YEAR = {"first_year": 2027, "last_year": 2027}
EACH_SIDE = pytest.mark.parametrize(("late", "days"), [(0, None), (1, 1), (3, 3)])


def on(day: date, days: int = 0) -> date:
    return day + timedelta(days=days)


def period(kind: Kind, last: date, first: date = date(2026, 9, 1), name: str = "Etap") -> Period:
    return Period(name, kind, first, last)


def act(name: str, day: date, *, is_done: bool = False) -> Act:
    return Act(name, day, is_done)


@EACH_SIDE
@pytest.mark.parametrize("kind", [Kind.REMARKS, Kind.ANALYSIS, Kind.COUNCIL])
def test_an_annual_program_is_adopted_by_30_november(kind, late, days):
    expected = [Misfit("Etap", Law.ADOPTION, days)] if days else []
    assert misfits([period(kind, on(NOVEMBER, late))], [], **YEAR) == expected


@EACH_SIDE
def test_the_session_is_by_30_november_unless_it_was_held(late, days):
    day = on(NOVEMBER, late)
    expected = [Misfit("Sesja Rady Miasta", Law.ADOPTION, days)] if days else []
    assert misfits([], [act("Sesja Rady Miasta", day)], **YEAR) == expected
    assert misfits([], [act("Sesja Rady Miasta", day, is_done=True)], **YEAR) == []


def test_a_program_for_many_years_has_no_such_day():
    late = [period(Kind.COUNCIL, on(NOVEMBER, 60))]
    assert misfits(late, [], first_year=2027, last_year=2030) == []


@EACH_SIDE
def test_the_report_is_due_on_31_may_and_is_late_after_it(late, days):
    found = misfits([period(Kind.FOLLOW_UP, on(MAY, late))], [], **YEAR)
    assert found == ([Misfit("Etap", Law.REPORT, days)] if days else [])


@pytest.mark.parametrize(("after", "short"), [(14, None), (13, 1), (10, 4)])
def test_the_council_of_public_benefit_has_fourteen_days(after, short):
    handed = act("Przekazanie projektu Radzie Działalności Pożytku Publicznego", date(2026, 10, 1))
    for name in ("Opinia Rady Działalności Pożytku Publicznego", "Sesja Rady Miasta"):
        answer = act(name, on(handed.day, after))
        assert misfits([], [answer, handed], **YEAR) == ([Misfit(name, Law.OPINION, short)] if short else [])


def test_an_opinion_that_came_sooner_is_an_opinion():
    handed = act("Przekazanie Radzie Działalności Pożytku Publicznego", date(2026, 10, 1), is_done=True)
    given = act("Opinia Rady Działalności Pożytku Publicznego", date(2026, 10, 3), is_done=True)
    assert misfits([], [handed, given, act("Sesja Rady Miasta", date(2026, 10, 20))], **YEAR) == []


@pytest.mark.parametrize(("last", "days"), [(19, None), (20, 1), (22, 3)])
def test_remarks_are_over_before_the_council_adopts(last, days):
    remarks = period(Kind.REMARKS, date(2026, 11, last), name="Uwagi")
    expected = [Misfit("Uwagi", Law.CONSULTED, days)] if days else []
    assert misfits([remarks], [act("Sesja Rady Miasta", date(2026, 11, 20))], **YEAR) == expected
    council = period(Kind.COUNCIL, date(2026, 11, 25), first=date(2026, 11, 20))
    assert misfits([remarks, council], [], **YEAR) == expected


@pytest.mark.parametrize("law", Law)
@pytest.mark.parametrize("days", [1, 2, 5])
def test_the_words_name_the_stage_and_the_days(law, days):
    words = misfit_words(Misfit("Uwagi do projektu", law, days))
    assert "Uwagi do projektu" in words
    assert f" {days} " in words


# --- The letter -------------------------------------------------------------------------------------


@pytest.fixture
def late(db):
    """A program for 2022 whose remarks last three days too long."""
    made = planned()
    stage(made, kind=Kind.COUNCIL, name="Rada Miasta", opens_at=CLOSES + 20 * DAY, closes_at=CLOSES + 30 * DAY)
    return schedule.publish_consultation(made, by=None, at=PUBLISHED)


def told() -> list[tuple[str, list[str]]]:
    letters = Letter.objects.filter(kind="staff_plan").order_by("pk")
    return [(letter.to, letter.context["misfits"]) for letter in letters]


def test_each_coordinator_hears_once_of_each_set_of_misfits(late):
    who = coordinator()
    for _tick in range(2):
        owe_misfits(OPENS)
    assert [(to, len(sentences)) for to, sentences in told()] == [(who.email, 1)]
    of = late.stages.get()
    moved = {"opens_at": of.opens_at, "closes_at": of.closes_at + DAY, "reason": "Powód."}
    schedule.move_stage(of, **moved, by=None, at=OPENS)
    for _tick in range(2):
        owe_misfits(OPENS)
    assert len(told()) == 2


def test_a_plan_that_fits_and_one_that_is_over_and_one_that_is_hidden_say_nothing(late):
    coordinator()
    assert misfits_of(published()) == []
    hidden = planned()
    stage(hidden, kind=Kind.COUNCIL, opens_at=CLOSES, closes_at=CLOSES + 60 * DAY)
    owe_misfits(late.stages.get().closes_at)
    assert told() == []


def test_asking_again_costs_a_few_queries_however_many_plans(late, django_assert_num_queries):
    coordinator()
    for _one in range(3):
        published()
    owe_misfits(OPENS)
    # Consultations with their stages, events and programs; what has been told.
    with django_assert_num_queries(5):
        owe_misfits(OPENS)
