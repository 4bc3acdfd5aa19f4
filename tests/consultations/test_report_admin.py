"""The report at the desk: begun, written, looked at, published, changed."""

from dataclasses import asdict, replace

import pytest
from django.urls import reverse

from accounts.roles import Role
from consultations.actions.report import Place, SomethingIsToBeFilledIn, fingerprint, places_of, words_of
from consultations.models import Report
from programs.actions import edit_unit, start_version
from programs.models import Purpose
from tests.factories import programs
from tests.factories.accounts import person
from tests.factories.reports import PLACES, REPORTED, WORDS, answered_consultation, reported, written
from tests.factories.voices import consultation, coordinator, remark

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def later(time_machine):
    time_machine.move_to(REPORTED, tick=False)


@pytest.fixture
def desk(client):
    client.force_login(coordinator())
    return client


def page_of(report):
    return reverse("admin:consultations_report_change", args=[report.pk])


def typed(report, words=WORDS, places=PLACES, **more):
    rows = {
        f"places-{at}-{name}": value or ""
        for at, place in enumerate(places)
        for name, value in (("place", place.place), ("on", place.on and place.on.isoformat()), ("link", place.link))
    }
    shape = {"places-TOTAL_FORMS": len(places), "places-INITIAL_FORMS": min(len(places), report.consultation.publicity.count())}
    return {**asdict(words), **rows, **shape, "seen": fingerprint(report), **more}


def said_by(response) -> str:
    return response.content.decode().replace("\u00a0", " ")


def test_a_report_is_begun_for_a_consultation(desk):
    made = consultation()
    address = reverse("admin:consultations_report_add") + f"?consultation={made.pk}"
    assert f'<option value="{made.pk}" selected>' in said_by(desk.get(address))
    response = desk.post(address, {"consultation": made.pk})
    report = Report.objects.get()
    assert (report.consultation, response["Location"]) == (made, page_of(report))
    assert f'<option value="{made.pk}"' not in said_by(desk.get(address))


def test_words_and_places_are_saved(desk):
    report = written(consultation())
    other = replace(WORDS, course="Inaczej.")
    places = [Place("Prasa"), Place(""), Place("Radio", PLACES[0].on)]
    assert desk.post(page_of(report), typed(report, other, places)).status_code == 302
    report.refresh_from_db()
    assert (words_of(report), set(places_of(report))) == (other, {Place("Prasa"), Place("Radio", PLACES[0].on)})


def test_a_place_without_a_name_is_refused_beside_it(desk):
    report = written(consultation())
    response = desk.post(page_of(report), typed(report, places=[Place("", PLACES[0].on)]))
    assert response.status_code == 200
    assert "errorlist" in said_by(response)
    assert places_of(report) == PLACES


def test_what_another_has_written_meanwhile_is_not_lost_and_neither_is_ours(desk):
    report = written(consultation())
    stale = typed(report, replace(WORDS, course="Moje słowa."))
    desk.post(page_of(report), typed(report, replace(WORDS, course="Cudze słowa.")))
    response = desk.post(page_of(report), stale)
    assert (response.status_code, Report.objects.get().course) == (200, "Cudze słowa.")
    assert "Moje słowa." in said_by(response)


def test_the_page_says_why_a_report_cannot_be_published_yet_and_the_button_is_not_there(desk):
    made = answered_consultation()
    waiting = remark(made)
    page = said_by(desk.get(page_of(written(made))))
    assert waiting.signature in page
    assert 'name="publish"' not in page


def test_a_report_is_published_by_its_button(desk, client):
    report = written(answered_consultation())
    assert 'name="publish"' in said_by(desk.get(page_of(report)))
    desk.post(page_of(report), {"publish": "1"})
    report.refresh_from_db()
    assert (report.published_at, report.published_by) == (REPORTED, coordinator())
    page = said_by(desk.get(page_of(report)))
    assert ('name="publish"' in page, 'name="what"' in page) == (False, True)


def test_a_refusal_of_publication_is_said_in_words(desk):
    report = written(answered_consultation())
    Report.objects.update(basis="Uchwała nr […]")
    response = desk.post(page_of(report), {"publish": "1"}, follow=True)
    assert str(SomethingIsToBeFilledIn.in_words) in said_by(response)
    assert Report.objects.get().published_at is None


def test_a_change_of_a_public_report_needs_a_sentence_and_is_logged(desk):
    report = reported()
    other = replace(WORDS, course="Inaczej.")
    response = desk.post(page_of(report), typed(report, other, what=""))
    assert (response.status_code, Report.objects.get().course) == (200, WORDS.course)
    desk.post(page_of(report), typed(report, other, what="Poprawiono opis."))
    assert (Report.objects.get().course, [edit.what for edit in report.edits.all()]) == ("Inaczej.", ["Poprawiono opis."])
    assert "Poprawiono opis." in said_by(desk.get(page_of(report)))


def test_the_preview_shows_what_people_will_read_to_the_office_alone(desk, client):
    report = written(answered_consultation())
    address = reverse("admin:consultations_report_preview", args=[report.pk])
    assert "Uchwała nr 12/2010" in said_by(desk.get(address))
    client.logout()
    assert client.get(address).status_code == 302


def test_the_paragraph_for_the_program_is_there_to_copy_and_to_put_in(desk):
    made = answered_consultation()
    report = written(made)
    assert "Zgłoszono: 1 propozycja i 1 uwaga." in said_by(desk.get(page_of(report)))
    base = made.programs.get().versions.get()
    draft = start_version(base.program, purpose=Purpose.AFTER, based_on=base, at=REPORTED)
    unit = draft.texts.get(citation="§ 3")
    edit_unit(unit, heading="", text="Stare.", elements=[programs.element(10)], at=REPORTED)
    unit.refresh_from_db()
    assert f'name="put" value="{unit.pk}"' in said_by(desk.get(page_of(report)))
    desk.post(page_of(report), {"put": unit.pk, "unit-seen": "inne"})
    assert draft.texts.get(citation="§ 3").text == "Stare."
    desk.post(page_of(report), {"put": unit.pk, "unit-seen": unit.fingerprint()})
    assert "Zgłoszono: 1 propozycja i 1 uwaga." in draft.texts.get(citation="§ 3").text


def test_a_unit_that_cannot_take_the_paragraph_any_more_is_said(desk):
    report = written(answered_consultation())
    (told,) = desk.post(page_of(report), {"put": "999"}, follow=True).context["messages"]
    assert told.level_tag == "error"


@pytest.mark.parametrize(("role", "looks"), [(Role.DRAFTER, 200), (Role.AUDITOR, 200), (Role.PUBLIC, 302)])
def test_who_does_not_run_the_process_changes_nothing(client, role, looks):
    report = written(answered_consultation())
    client.force_login(person("", *([role] if role != Role.PUBLIC else [])))
    type(coordinator()).objects.exclude(pk=coordinator().pk).update(is_staff=role != Role.PUBLIC)
    page = client.get(page_of(report))
    assert page.status_code == looks
    assert 'name="publish"' not in page.content.decode()
    for sent in ({"publish": "1"}, typed(report, replace(WORDS, course="Inaczej.")), {"put": "1"}):
        assert client.post(page_of(report), sent).status_code in (302, 403)
    report.refresh_from_db()
    assert (report.published_at, report.course) == (None, WORDS.course)


@pytest.mark.parametrize("more", [0, 2])
def test_the_list_asks_as_much_with_three_reports_as_with_one(desk, more, django_assert_num_queries):
    for number in range(1 + more):
        written(consultation(f"20{27 + number}"))
    with django_assert_num_queries(8):
        assert desk.get(reverse("admin:consultations_report_changelist")).status_code == 200


def test_the_consultation_leads_to_its_report_at_the_desk(desk):
    report = written(consultation())
    page = said_by(desk.get(reverse("admin:consultations_consultation_change", args=[report.consultation_id])))
    assert page_of(report) in page
