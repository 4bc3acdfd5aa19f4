"""The next year's consultation from the usual process and from a past one: shown, changed, saved, refused in words."""

import re
from datetime import date

import pytest
from django.test import Client

from accounts.models import Portal
from accounts.models.portal import forget
from consultations import deadlines
from consultations.actions import add_event, add_topic
from consultations.models import Consultation, EventKind, FormalEvent, Stage, Submission
from consultations.stages import Kind, ShownAs
from desk.blueprint.carrying_out import YearIsTaken, carry_out
from desk.blueprint.plan import plan_misfits, prepare
from desk.blueprint.sources import of_consultation, usual
from meetings.models import GroupModerator, Meeting, Registration, WorkingGroup
from programs.actions import record_resolution
from programs.models import DraftVersion, Program, Provision, Purpose
from tests.factories import meetings
from tests.factories import programs as texts
from tests.factories.consultations import PUBLISHED, coordinator, planned, program, stage

pytestmark = pytest.mark.django_db

PAGE = "/en/admin/consultations/consultation/prepare/"


@pytest.fixture
def by():
    return coordinator()


@pytest.fixture
def desk(by):
    client = Client()
    client.force_login(by)
    return client


def past() -> Consultation:
    """As in the real case: a meeting in July, remarks opened by an act, a session in November."""
    made = planned(programs=[program(2022)], title="Konsultacje programu na 2022 rok")
    topic = add_topic(made, name="Zadania na 2022 rok", at=PUBLISHED)
    act = add_event(made, kind=EventKind.ACCEPTANCE, name="Przyjęcie", planned_on=date(2021, 10, 20), by=None, at=PUBLISHED)
    add_event(made, kind=EventKind.SESSION, name="Sesja", planned_on=date(2021, 11, 18), by=None, at=PUBLISHED)
    opens, closes = deadlines.moment(date(2021, 7, 5)), deadlines.end_of(date(2021, 8, 31))
    stage(made, kind=Kind.PROPOSALS, name="Propozycje na 2022", opens_at=opens, closes_at=closes)
    stage(made, shown_as=ShownAs.AFTER_ACT, after_event=act, days_after=14)
    one = meetings.meeting(consultation=made, publish=False, groups=0)
    meetings.group(one, name="Grupa 1", topic=topic, capacity=12)
    return made


def typed(answer) -> dict[str, str]:
    """What the page would send when nothing is changed."""
    form = answer.context["form"]
    return {name: shown(form[name]) for name in form.fields}


def shown(field) -> str:
    found = re.search(r'value="([^"]*)"', str(field))
    return found[1] if found else ""


def test_last_years_consultation_becomes_next_years(desk):
    source = past()
    address = f"{PAGE}?source={source.pk}&year=2028"
    answer = desk.get(address)
    saved = desk.post(address, {**typed(answer), "save": "1"})
    made = Consultation.objects.latest("pk")
    assert saved.headers["Location"] == f"/en/admin/consultations/consultation/{made.pk}/change/"
    assert (made.title, made.slug, made.published_at) == ("Konsultacje programu na 2028 rok", "2028", None)
    assert [(p.slug, p.first_year, p.previous) for p in made.programs.all()] == [("2028", 2028, source.programs.get())]
    # Whole weeks later: a Monday in July, a Tuesday that ends August, no date for what an act opens.
    proposals, remarks = made.stages.order_by("kind").exclude(kind=Kind.REMARKS).get(), made.stages.get(kind=Kind.REMARKS)
    assert (proposals.name, proposals.opens_at) == ("Propozycje na 2028", deadlines.moment(date(2027, 7, 5)))
    assert proposals.closes_at == deadlines.end_of(date(2027, 8, 31))
    assert (remarks.opens_at, remarks.after_event.name, remarks.days_after) == (None, "Przyjęcie", 14)
    assert [(e.planned_on, e.done_on) for e in made.events.order_by("planned_on")] == [
        (date(2027, 10, 20), None),
        (date(2027, 11, 18), None),
    ]
    group = WorkingGroup.objects.get(meeting__consultation=made)
    assert (group.capacity, group.topic.name, group.room_link, group.moderators.count()) == (12, "Zadania na 2028 rok", "", 0)
    assert made.meetings.get().published_at is None


def test_the_usual_process_fits_the_act_and_is_saved_as_shown(desk):
    answer = desk.get(f"{PAGE}?year=2029")
    assert answer.context["warnings"] == []
    saved = desk.post(f"{PAGE}?year=2029", {**typed(answer), "save": "1"})
    assert saved.status_code == 302
    made = Consultation.objects.get(slug="2029")
    plan = answer.context["form"].plan
    windows = [(stage.opens_at, stage.closes_at) for stage in plan.stages]
    assert list(made.stages.order_by("position").values_list("opens_at", "closes_at")) == windows
    assert list(made.events.order_by("position").values_list("planned_on", flat=True)) == [e.planned_on for e in plan.events]
    meeting = made.meetings.get()
    assert {name: getattr(meeting, name) for name in plan.meetings[0].moments} == dict(plan.meetings[0].moments)
    assert made.reminder_rules.count() > 0


@pytest.mark.parametrize(
    ("names", "title", "session"),
    [
        ({}, "Roczny program współpracy z organizacjami pozarządowymi na 2029 rok", "Sesja rady gminy"),
        (
            {"name_of": 'Gminy "Przykład"', "council_of": "Rady Gminy"},
            'Roczny program współpracy Gminy "Przykład" z organizacjami pozarządowymi na 2029 rok',
            "Sesja Rady Gminy",
        ),
    ],
)
def test_the_usual_process_names_the_municipality_as_polish_bends_it(names, title, session):
    Portal.objects.create(pk=1, name="Gmina", office="Urząd", changed_at=PUBLISHED, **names)
    forget()
    process = usual(2029, contact_email="k@example.org")
    assert process.program_title == title
    assert [event.name for event in process.events if event.kind == EventKind.SESSION] == [session]


@pytest.mark.parametrize("year", range(2023, 2041))
def test_the_usual_process_fits_every_year(year):
    plan = prepare(usual(year, contact_email="k@example.org"), year)
    assert plan_misfits(plan) == []
    assert all(deadlines.is_working(event.planned_on) for event in plan.events)


def test_a_year_that_exists_is_refused_with_a_link_to_it(desk):
    there = planned(programs=[program(2028)])
    answer = desk.get(f"{PAGE}?year=2028")
    body = answer.content.decode()
    assert str(YearIsTaken.in_words) in body.replace("&#x27;", "'")
    assert f'href="/en/admin/consultations/consultation/{there.pk}/change/"' in body
    assert "form" not in answer.context


def test_a_year_made_meanwhile_is_refused_and_nothing_typed_is_lost(desk):
    address = f"{PAGE}?year=2029"
    said = {**typed(desk.get(address)), "title": "Mój tytuł", "stage-1-opens_at": "2028-07-03T11:00", "save": "1"}
    there = planned(programs=[program(2029)])
    answer = desk.post(address, said)
    body = answer.content.decode()
    assert str(YearIsTaken.in_words) in [str(words) for words in answer.context["form"].non_field_errors()]
    assert all(f'value="{words}"' in body for words in ("Mój tytuł", "2028-07-03T11:00"))
    assert f'href="/en/admin/consultations/consultation/{there.pk}/change/"' in body
    assert list(Consultation.objects.all()) == [there]


def test_two_clerks_make_one(by):
    plan = prepare(usual(2029, contact_email="k@example.org"), 2029)
    carry_out(plan, slug="2029", by=by, at=PUBLISHED)
    with pytest.raises(YearIsTaken):
        carry_out(plan, slug="2029-b", by=by, at=PUBLISHED)
    assert (Program.objects.count(), Consultation.objects.count()) == (1, 1)


def test_dates_out_of_order_are_refused_beside_them_and_nothing_typed_is_lost(desk):
    address = f"{PAGE}?year=2029"
    said = typed(desk.get(address))
    said |= {"title": "Mój tytuł", "stage-1-opens_at": "2028-09-01T09:00", "stage-1-closes_at": "2028-08-01T09:00"}
    answer = desk.post(address, {**said, "save": "1"})
    assert set(answer.context["form"].errors) == {"stage-1-opens_at"}
    assert 'value="Mój tytuł"' in answer.content.decode()
    assert 'value="2028-08-01T09:00"' in answer.content.decode()
    assert Consultation.objects.count() == 0


def test_sign_up_after_the_start_is_refused_beside_it(desk):
    address = f"{PAGE}?year=2029"
    said = {**typed(desk.get(address)), "meeting-0-signup_until": "2028-12-01T09:00", "save": "1"}
    assert set(desk.post(address, said).context["form"].errors) == {"meeting-0-signup_until"}


def test_what_ends_on_a_holiday_or_too_late_is_said(desk):
    address = f"{PAGE}?year=2029"
    said = {**typed(desk.get(address)), "stage-5-closes_at": "2028-11-02T00:00", "event-3-planned_on": "2028-12-01", "check": "1"}
    answer = desk.post(address, said)
    assert answer.context["form"].errors == {}
    body = answer.content.decode()
    assert "1 November 2028 is a holiday" in body
    assert len(answer.context["warnings"]) == 1
    assert Consultation.objects.count() == 0


def test_the_text_begins_as_a_copy_of_the_adopted_one(by):
    version = texts.frozen(purpose=Purpose.ADOPTED)
    resolution = record_resolution(
        version.program, version=version, number="1/26", adopted_on=date(2026, 9, 9), by=None, at=texts.FROZEN
    )
    source = planned(programs=[resolution.program])
    year = resolution.program.first_year + 1
    plan = prepare(of_consultation(source, for_year=year), year)
    made = carry_out(plan, slug="kopia", by=by, at=PUBLISHED)
    version = DraftVersion.objects.get(program__consultations=made)
    columns = ("kind", "label", "heading", "text")
    old, new = resolution.version.texts.in_reading_order(), version.texts.in_reading_order()
    assert list(new.values_list(*columns)) == list(old.values_list(*columns))
    assert version.frozen_at is None
    # Identities of its own, which fulfil the same.
    assert not set(Provision.objects.filter(program=version.program)) & set(Provision.objects.filter(program=resolution.program))
    assert list(new.values_list("provision__elements__number")) == list(old.values_list("provision__elements__number"))


def test_a_deadline_gives_way_to_a_holiday(by):
    source = planned(programs=[program(2022)])
    # 11 November, a Thursday in both years.
    closes = deadlines.end_of(date(2021, 11, 11))
    stage(source, kind=Kind.ANALYSIS, opens_at=deadlines.moment(date(2021, 11, 2)), closes_at=closes)
    plan = prepare(of_consultation(source, for_year=2028), 2028)
    assert deadlines.last_day(plan.stages[0].closes_at) == date(2027, 11, 12)


def test_a_date_that_gave_way_says_why(desk):
    source = planned(programs=[program(2022)])
    # 11 November, a Thursday in both years.
    closes = deadlines.end_of(date(2021, 11, 11))
    stage(source, kind=Kind.ANALYSIS, opens_at=deadlines.moment(date(2021, 11, 2)), closes_at=closes)
    address = f"{PAGE}?source={source.pk}&year=2028"
    first = desk.get(address)
    assert "Moved to a working day: 11 November 2027 is a holiday" in first.content.decode()
    said = {**typed(first), "stage-0-closes_at": "2027-11-17T00:00", "check": "1"}
    assert "Moved to a working day" not in desk.post(address, said).content.decode()


def test_a_warning_keeps_nobody_from_saving(desk):
    address = f"{PAGE}?year=2029"
    late = {**typed(desk.get(address)), "event-3-planned_on": "2028-12-01"}
    assert len(desk.post(address, {**late, "check": "1"}).context["warnings"]) == 1
    assert desk.post(address, {**late, "save": "1"}).status_code == 302
    assert FormalEvent.objects.get(kind=EventKind.SESSION).planned_on == date(2028, 12, 1)


@pytest.mark.parametrize(("taken", "year"), [((), 2023), ((2023,), 2024), ((2024,), 2023)])
def test_the_year_offered_is_the_next_free_one_after_the_source(desk, taken, year):
    source = planned(programs=[program(2022)])
    for one in taken:
        program(one)
    assert desk.get(f"{PAGE}?source={source.pk}").context["choose"].initial["year"] == year


@pytest.mark.parametrize("source", ["", "x", "999999", "9" * 30])
def test_without_a_source_it_is_the_next_one_that_has_no_program(desk, source, time_machine):
    time_machine.move_to(PUBLISHED, tick=False)
    program(2022)
    assert desk.get(f"{PAGE}?source={source}").context["choose"].initial["year"] == 2023


@pytest.mark.parametrize("row", [Stage, FormalEvent, Meeting, GroupModerator, Registration, Submission])
def test_looking_makes_nothing(desk, row):
    desk.get(f"{PAGE}?year=2029")
    assert row.objects.count() == 0


def test_only_who_runs_the_process_may(by):
    by.groups.clear()
    client = Client()
    client.force_login(by)
    assert client.get(PAGE).status_code in (302, 403)


def test_queries_stay_the_same_with_more_rows(desk, django_assert_num_queries):
    source = past()
    address = f"{PAGE}?source={source.pk}&year=2028"
    with django_assert_num_queries(16):
        desk.get(address)
    for number in range(3):
        add_event(source, name=f"Zdarzenie {number}", by=None, at=PUBLISHED)
        add_topic(source, name=f"Temat {number}", at=PUBLISHED)
    with django_assert_num_queries(16):
        desk.get(address)
