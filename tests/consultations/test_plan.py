"""Whether a plan leaves the law its days: both sides of each term."""

from datetime import date, timedelta

import pytest
from django.utils import translation

from accounts.models import Letter
from consultations.actions import events, schedule
from consultations.deadlines import end_of, moment
from consultations.event_words import fact_words
from consultations.events import ADOPTING, EventKind
from consultations.models import Consultation
from consultations.plan import Act, Law, Misfit, Period, misfits
from consultations.plan_letters import misfit_words, misfits_of, owe_misfits, owe_opinions, plan_words
from consultations.reminders import owe_due_reminders
from consultations.stages import Kind
from tests.factories.consultations import CLOSES, DAY, OPENS, PUBLISHED, TICK, coordinator, planned, published, stage
from tests.factories.programs import adopted

NOVEMBER, MAY = date(2026, 11, 30), date(2028, 5, 31)
YEAR = {"first_year": 2027, "last_year": 2027, "today": date(2026, 9, 1)}
EACH_SIDE = pytest.mark.parametrize(("late", "days"), [(0, None), (1, 1), (3, 3)])
AGREED = date(2026, 11, 20)


def on(day: date, days: int = 0) -> date:
    return day + timedelta(days=days)


def period(kind: Kind, last: date, first: date = date(2026, 9, 1), name: str = "Etap") -> Period:
    return Period(name, kind, first, last)


def act(kind: EventKind, day: date | None, *, is_done: bool = False) -> Act:
    return Act(f"Akt {kind}", kind, day, is_done)


@EACH_SIDE
@pytest.mark.parametrize("kind", [Kind.REMARKS, Kind.ANALYSIS, Kind.COUNCIL])
def test_an_annual_program_is_adopted_by_30_november(kind, late, days):
    expected = [Misfit("Etap", Law.ADOPTION, days, NOVEMBER)] if days else []
    assert misfits([period(kind, on(NOVEMBER, late))], [], **YEAR) == expected


@EACH_SIDE
@pytest.mark.parametrize("kind", ADOPTING)
def test_the_session_is_by_30_november_unless_it_was_held(kind, late, days):
    day = on(NOVEMBER, late)
    expected = [Misfit(f"Akt {kind}", Law.ADOPTION, days, NOVEMBER)] if days else []
    assert misfits([], [act(kind, day)], **YEAR) == expected
    assert misfits([], [act(kind, day, is_done=True)], **YEAR) == []


def test_what_an_event_is_goes_by_its_kind_and_never_by_its_name():
    named = Act("Sesja uchwala program, Rada Działalności Pożytku Publicznego", EventKind.OTHER, on(NOVEMBER, 60), False)
    assert misfits([], [named], **YEAR) == []


def test_a_program_for_many_years_has_no_such_day():
    late = [period(Kind.COUNCIL, on(NOVEMBER, 60))]
    assert misfits(late, [], **{**YEAR, "last_year": 2030}) == []


@EACH_SIDE
def test_the_report_is_due_on_31_may_and_is_late_after_it(late, days):
    by_stage = misfits([period(Kind.FOLLOW_UP, on(MAY, late))], [], **YEAR)
    assert by_stage == ([Misfit("Etap", Law.REPORT, days, MAY)] if days else [])
    report = act(EventKind.ANNUAL_REPORT, on(MAY, late))
    assert misfits([], [report], **YEAR) == ([Misfit(report.name, Law.REPORT, days, MAY)] if days else [])


@pytest.mark.parametrize("day", [None, on(MAY, -3), on(MAY, 40)])
@pytest.mark.parametrize(("today", "missed"), [(MAY, False), (on(MAY, 1), True), (on(MAY, 400), True)])
def test_a_report_that_is_not_done_is_missed_once_31_may_has_passed(day, today, missed):
    report = act(EventKind.ANNUAL_REPORT, day)
    found = misfits([], [report], **{**YEAR, "today": today})
    assert (found == [Misfit(report.name, Law.UNREPORTED, 0, MAY)]) is missed
    done = act(EventKind.ANNUAL_REPORT, on(MAY, 40), is_done=True)
    assert misfits([], [done], **{**YEAR, "today": today}) == []


def test_a_program_for_many_years_is_reported_on_each_may():
    years = {"first_year": 2027, "last_year": 2028, "today": date(2026, 9, 1)}
    first, second = MAY, date(2029, 5, 31)
    in_time = [act(EventKind.ANNUAL_REPORT, day) for day in (second, first)]
    assert misfits([], in_time, **years) == []
    late = [act(EventKind.ANNUAL_REPORT, on(day, 2)) for day in (first, second)]
    assert [(one.days, one.fits_on) for one in misfits([], late, **years)] == [(2, first), (2, second)]


# Thursday; its fourteenth day is Thursday 15 October. And Saturday 17 October, whose fourteenth day is 31 October, a Saturday.
THURSDAY, SATURDAY = date(2026, 10, 1), date(2026, 10, 17)


@pytest.mark.parametrize(
    ("handed_on", "day", "short", "fits_on"),
    [
        (THURSDAY, on(THURSDAY, 14), None, None),
        (THURSDAY, on(THURSDAY, 13), 1, on(THURSDAY, 14)),
        (THURSDAY, on(THURSDAY, 10), 4, on(THURSDAY, 14)),
        (SATURDAY, date(2026, 11, 2), None, None),
        (SATURDAY, date(2026, 10, 31), 2, date(2026, 11, 2)),
    ],
)
def test_an_opinion_is_planned_for_the_last_of_its_days_at_the_earliest(handed_on, day, short, fits_on):
    opinion = act(EventKind.OPINION, day)
    found = misfits([], [opinion, act(EventKind.HANDED_OVER, handed_on)], **YEAR)
    assert found == ([Misfit(opinion.name, Law.OPINION, short, fits_on)] if short else [])


@pytest.mark.parametrize("kind", ADOPTING)
@pytest.mark.parametrize(("after", "short"), [(15, None), (14, 1), (10, 5), (-3, 18)])
def test_the_city_council_waits_until_the_days_of_the_opinion_are_over(kind, after, short):
    session = act(kind, on(THURSDAY, after))
    found = misfits([], [session, act(EventKind.HANDED_OVER, THURSDAY)], **YEAR)
    assert found == ([Misfit(session.name, Law.UNHEARD, short, on(THURSDAY, 15))] if short else [])


def test_an_opinion_that_came_sooner_is_an_opinion():
    handed = act(EventKind.HANDED_OVER, THURSDAY, is_done=True)
    given = act(EventKind.OPINION, on(THURSDAY, 2), is_done=True)
    assert misfits([], [handed, given, act(EventKind.SESSION, on(THURSDAY, 2))], **YEAR) == []
    # But not before it is given.
    early = act(EventKind.SESSION, on(THURSDAY, 1))
    assert [one.law for one in misfits([], [handed, given, early], **YEAR)] == [Law.UNHEARD]


def test_a_draft_handed_over_again_is_waited_for_again():
    handed = [act(EventKind.HANDED_OVER, THURSDAY, is_done=True), act(EventKind.HANDED_OVER, on(THURSDAY, 20), is_done=True)]
    given = act(EventKind.OPINION, on(THURSDAY, 5), is_done=True)
    session = act(EventKind.SESSION, on(THURSDAY, 25))
    assert [one.law for one in misfits([], [*handed, given, session], **YEAR)] == [Law.UNHEARD]
    assert misfits([], [*handed, given, act(EventKind.SESSION, on(THURSDAY, 36))], **YEAR) == []


@pytest.mark.parametrize(("last", "days"), [(19, None), (20, 1), (22, 3)])
def test_remarks_are_over_before_the_council_adopts(last, days):
    remarks = period(Kind.REMARKS, date(2026, 11, last), name="Uwagi")
    expected = [Misfit("Uwagi", Law.CONSULTED, days, on(AGREED, -1))] if days else []
    assert misfits([remarks], [act(EventKind.SESSION, AGREED)], **YEAR) == expected
    council = period(Kind.COUNCIL, date(2026, 11, 25), first=AGREED)
    assert misfits([remarks, council], [], **YEAR) == expected


@pytest.mark.parametrize("law", Law)
@pytest.mark.parametrize("days", [1, 2, 5])
def test_the_words_name_the_stage_the_days_and_what_would_do(law, days):
    at = moment(date(2026, 9, 1))
    with translation.override("en"):
        words = misfit_words(Misfit("Uwagi do projektu", law, days, NOVEMBER), at)
    assert "Uwagi do projektu" in words
    assert "30 November" in words
    assert (f" {days} day" in words) is (law != Law.UNREPORTED)


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
    assert misfits_of(published(), OPENS) == []
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


def test_a_report_that_was_missed_is_told_once_although_all_stages_are_over(db):
    who, made = coordinator(), published()
    events.add_event(made, kind=EventKind.ANNUAL_REPORT, name="Sprawozdanie", by=None, at=OPENS, planned_on=date(2023, 5, 20))
    by = end_of(date(2023, 5, 31))
    owe_misfits(by - DAY)
    assert told() == []
    for days in range(3):
        owe_misfits(by + days * DAY)
    assert [(to, len(sentences)) for to, sentences in told()] == [(who.email, 1)]


def test_a_resolution_recorded_with_the_program_is_done_here_too(db):
    made, late = published(), date(2022, 1, 10)
    events.add_event(made, kind=EventKind.RESOLUTION, name="Uchwała", by=None, at=PUBLISHED, planned_on=late)
    assert [one.law for one in misfits_of(made, OPENS)] == [Law.ADOPTION]
    adopted(made.programs.get(), adopted_on=date(2021, 11, 18))
    assert misfits_of(Consultation.objects.get(), OPENS) == []


# --- The opinion that did not come ------------------------------------------------------------------

HANDED = date(2021, 10, 18)
ENDED = end_of(date(2021, 11, 2))


@pytest.fixture
def awaited(db):
    made = published()
    handed = events.add_event(made, kind=EventKind.HANDED_OVER, name="Przekazanie", by=None, at=PUBLISHED)
    events.record_event(handed, done_on=HANDED, by=None, at=end_of(HANDED))
    return events.add_event(made, kind=EventKind.OPINION, name="Opinia", by=None, at=PUBLISHED)


def opinions_told() -> list[tuple[str, str, str]]:
    letters = Letter.objects.filter(kind="staff_opinion").order_by("pk")
    return [(letter.to, letter.context["event"], letter.context["ended"]) for letter in letters]


@pytest.mark.parametrize(("at", "is_told"), [(ENDED - TICK, False), (ENDED, True), (ENDED + 7 * DAY - TICK, True)])
def test_each_coordinator_hears_once_that_no_opinion_came(awaited, at, is_told):
    who = [coordinator(), coordinator()]
    for _tick in range(3):
        owe_due_reminders(at)
    assert opinions_told() == ([(one.email, "Opinia", "2 listopada") for one in who] if is_told else [])
    assert (fact(awaited) in plan_words(awaited.consultation, at)) is is_told


def fact(event) -> str:
    return f"{event.name}: {fact_words(event, ENDED)}"


@pytest.mark.parametrize("settle", ["record", "waive", "history", "hide"])
def test_nobody_hears_of_an_opinion_that_is_settled_or_history_or_hidden(awaited, settle):
    coordinator()
    if settle == "record":
        events.record_event(awaited, done_on=date(2021, 11, 2), by=None, at=ENDED)
    if settle == "waive":
        events.waive_opinion(awaited, by=None, at=ENDED)
    if settle == "hide":
        Consultation.objects.update(published_at=ENDED + DAY)
    owe_opinions(ENDED + 7 * DAY if settle == "history" else ENDED)
    assert opinions_told() == []


def test_asking_for_opinions_costs_three_queries_however_many(awaited, django_assert_num_queries):
    coordinator()
    for _one in range(2):
        other = events.add_event(published(), kind=EventKind.OPINION, name="Opinia", by=None, at=PUBLISHED)
        handed = {"kind": EventKind.HANDED_OVER, "name": "Przekazanie", "done_on": HANDED, "by": None, "at": ENDED}
        events.add_event(other.consultation, **handed)
    owe_opinions(ENDED)
    assert len(opinions_told()) == 3
    # What is awaited, the events beside it, what has been told.
    with django_assert_num_queries(3):
        owe_opinions(ENDED)
