"""Formal events at the desk: what an act opens is shown before it is saved, an opinion is recorded or waived."""

from datetime import date

import pytest
from django.test import Client
from django.utils import translation

from consultations.actions import events, schedule
from consultations.deadlines import end_of, until_words
from consultations.models import DateChange, EventKind, FormalEvent
from consultations.stages import Kind, ShownAs
from tests.factories.consultations import (
    CLOSES,
    DAY,
    HOUR,
    OPENS,
    PUBLISHED,
    TICK,
    coordinator,
    planned,
    published,
    stage,
)
from tests.factories.programs import adopted

pytestmark = pytest.mark.django_db

AT = OPENS + HOUR
ADMIN = "/admin/consultations"


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(AT, tick=False)
    return time_machine


@pytest.fixture
def desk():
    client = Client()
    client.force_login(coordinator())
    return client


def errors(response) -> str:
    assert response.status_code == 200, response.status_code
    return str(response.context["adminform"].form.errors)


def waiting():
    made = planned()
    event = events.add_event(made, name="Przyjęcie projektu", by=None, at=PUBLISHED, planned_on=date(2021, 9, 8))
    given = {"opens_at": None, "closes_at": None, "shown_as": ShownAs.AFTER_ACT, "after_event": event, "days_after": 14}
    of = stage(made, **given)
    stage(made, kind=Kind.PROPOSALS)
    schedule.publish_consultation(made, by=None, at=PUBLISHED)
    return event, of


def act(**values: object) -> dict[str, object]:
    given = {"kind": "acceptance", "name": "Przyjęcie projektu", "note": "", "position": 0, "planned_on": "2021-09-08"}
    given |= {"done_on": "", "opens_at": ""}
    return {**given, "reason": "", "previewed": "", "document": "", "link": "", **values}


def test_the_windows_that_an_act_opens_are_shown_before_they_are_saved(desk):
    event, of = waiting()
    path = f"{ADMIN}/formalevent/{event.pk}/change/"
    shown = desk.post(path, act(done_on="2021-10-20"))
    assert "21 października – 3 listopada" in errors(shown)
    event.refresh_from_db()
    assert event.done_on is None
    seen = shown.context["adminform"].form["previewed"].value()
    # Another day than the one shown: shown again.
    other = desk.post(path, act(done_on="2021-10-19", previewed=seen))
    assert "20 października – 2 listopada" in errors(other)
    early = desk.post(path, act(done_on="2021-10-21", previewed=seen))
    assert set(early.context["adminform"].form.errors) == {"done_on"}
    assert desk.post(path, act(done_on="2021-10-20", previewed=seen)).status_code == 302
    of.refresh_from_db()
    event.refresh_from_db()
    assert (event.done_on, of.closes_at) == (date(2021, 10, 20), CLOSES)
    # Saved again without a change: nothing to show, nothing moves.
    assert desk.post(path, act(done_on="2021-10-20")).status_code == 302
    assert DateChange.objects.count() == 0


def test_an_act_that_opens_nothing_is_recorded_at_once_and_cannot_be_taken_back(desk):
    made = published()
    event = events.add_event(made, name="Sesja", by=None, at=PUBLISHED)
    path = f"{ADMIN}/formalevent/{event.pk}/change/"
    assert desk.post(path, act(name="Sesja", planned_on="", done_on="2021-10-19")).status_code == 302
    refused = desk.post(path, act(name="Sesja", planned_on="", done_on=""))
    assert set(refused.context["adminform"].form.errors) == {"done_on"}
    event.refresh_from_db()
    assert event.done_on == date(2021, 10, 19)


def test_a_published_plan_of_an_act_moves_with_a_reason(desk):
    event, _of = waiting()
    path = f"{ADMIN}/formalevent/{event.pk}/change/"
    refused = desk.post(path, act(planned_on="2021-09-20"))
    assert set(refused.context["adminform"].form.errors) == {"reason"}
    assert desk.post(path, act(planned_on="2021-09-20", reason="Dodatkowe posiedzenie.")).status_code == 302
    assert DateChange.objects.get().field == "planned_on"


def test_an_act_is_added_with_its_plan(desk):
    made = published()
    assert desk.post(f"{ADMIN}/formalevent/add/", act(consultation=made.pk)).status_code == 302
    event = FormalEvent.objects.get()
    assert (event.consultation, event.planned_on, event.done_on) == (made, date(2021, 9, 8), None)


@pytest.mark.parametrize(("done_on", "why"), [("2021-10-18", "All Saints' Day"), ("2021-10-20", "")])
def test_the_preview_says_why_the_days_end_later_than_their_count(desk, done_on, why):
    event, _of = waiting()
    shown = desk.post(f"/en{ADMIN}/formalevent/{event.pk}/change/", act(done_on=done_on))
    with translation.override("en"):
        (said,) = shown.context["adminform"].form.non_field_errors()
    assert ("so the end moves to 2 November" in said, "All Saints' Day" in said) == (bool(why), bool(why))


@pytest.fixture
def opinion():
    """Asked for on 1 October: its days end on the 15th, which has passed."""
    made = published()
    handed = {"kind": EventKind.HANDED_OVER, "name": "Przekazanie", "done_on": date(2021, 10, 1)}
    events.add_event(made, **handed, by=None, at=AT)
    return events.add_event(made, kind=EventKind.OPINION, name="Opinia", by=None, at=PUBLISHED)


def waiver(**values: object) -> dict[str, object]:
    return act(**{"kind": "opinion", "name": "Opinia", "planned_on": "", **values})


def test_a_waiver_is_recorded_by_its_button_and_an_opinion_that_came_all_the_same_by_its_day(desk, opinion):
    path = f"{ADMIN}/formalevent/{opinion.pk}/change/"
    assert 'name="_waive"' in desk.get(path).content.decode()
    assert desk.post(path, waiver(_waive="1")).status_code == 302
    opinion.refresh_from_db()
    assert (opinion.done_on, opinion.waived) == (date(2021, 10, 15), True)
    page = desk.get(path)
    assert 'name="_waive"' not in page.content.decode()
    # Nothing was done, so no day stands in the form, and saving it again leaves the waiver alone.
    assert page.context["adminform"].form["done_on"].value() is None
    assert desk.post(path, waiver(note="Bez uwag.")).status_code == 302
    opinion.refresh_from_db()
    assert (opinion.done_on, opinion.waived, opinion.note) == (date(2021, 10, 15), True, "Bez uwag.")
    assert desk.post(path, waiver(done_on="2021-10-15")).status_code == 302
    opinion.refresh_from_db()
    assert (opinion.done_on, opinion.waived) == (date(2021, 10, 15), False)


def test_a_waiver_too_early_is_refused_in_words_and_saves_nothing(desk, opinion, clock):
    clock.move_to(end_of(date(2021, 10, 15)) - TICK, tick=False)
    path = f"{ADMIN}/formalevent/{opinion.pk}/change/"
    assert 'name="_waive"' not in desk.get(path).content.decode()
    refused = desk.post(path, waiver(note="Nowa.", _waive="1"))
    assert until_words(end_of(date(2021, 10, 15)), AT) in errors(refused)
    opinion.refresh_from_db()
    assert (opinion.done_on, opinion.waived, opinion.note) == (None, False, "")


def test_the_page_of_a_consultation_says_which_dates_need_somebody(desk, opinion):
    made = opinion.consultation
    stage(made, kind=Kind.COUNCIL, name="Rada Miasta", opens_at=CLOSES, closes_at=CLOSES + 30 * DAY)
    page = desk.get(f"{ADMIN}/consultation/{made.pk}/change/")
    late, missing = page.context["plan_words"]
    assert ("Rada Miasta" in late, missing.startswith("Opinia:")) == (True, True)
    assert 'id="plan-words"' in page.content.decode()
    fits = desk.get(f"{ADMIN}/consultation/{published().pk}/change/")
    assert (fits.context["plan_words"], 'id="plan-words"' in fits.content.decode()) == ([], False)


def test_a_resolution_that_the_program_has_is_shown_and_need_not_be_typed(desk):
    made = published()
    event = events.add_event(made, kind=EventKind.RESOLUTION, name="Uchwała", by=None, at=PUBLISHED)
    path = f"{ADMIN}/formalevent/{event.pk}/change/"
    assert "XXXV/900/21" not in desk.get(path).content.decode()
    adopted(made.programs.get(), adopted_on=date(2021, 10, 19))
    assert "XXXV/900/21" in desk.get(path).content.decode()
