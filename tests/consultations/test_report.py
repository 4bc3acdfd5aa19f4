"""A report written, published and changed by verbs."""

from dataclasses import replace
from datetime import timedelta

import pytest

from consultations.actions.publication import PeopleStillSpeak
from consultations.actions.report import (
    ConsultationIsNotPublished,
    Place,
    ReportHasChanged,
    SomethingIsMissing,
    SomethingIsToBeFilledIn,
    VoicesHaveNoPublishedAnswer,
    WhatChangesIsMissing,
    begin_report,
    fingerprint,
    places_of,
    publish_report,
    put_paragraph,
    units_for_paragraph,
    words_of,
    write_report,
)
from consultations.actions.voices import withdraw_submission
from consultations.models import Report
from consultations.reporting.element import HOLE, basis
from programs.actions import UnitHasChanged, edit_unit, start_version
from programs.models import Purpose, Revision
from tests.factories import programs
from tests.factories.answers import answered
from tests.factories.answers import published as published_answers
from tests.factories.consultations import planned
from tests.factories.reports import PLACES, REPORTED, WORDS, answered_consultation, reported, written
from tests.factories.voices import CLOSES, DURING, TICK, consultation, coordinator, proposal, remark

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def woken(monkeypatch):
    woken = []
    monkeypatch.setattr("consultations.actions.report.wake", lambda *args: woken.append(args))
    return woken


def write(report, words=WORDS, places=PLACES, **more):
    return write_report(report, **{"words": words, "places": places, "by": coordinator(), "at": REPORTED + HOUR, **more})


def publish(report, at=REPORTED):
    return publish_report(report, by=coordinator(), at=at)


def test_a_report_begins_with_words_to_fill_in_and_once():
    made = consultation()
    report = begin_report(made, at=REPORTED)
    assert begin_report(made, at=REPORTED) == report
    assert (report.basis, report.published_at) == (basis(), None)
    assert report.forms.startswith("- ")
    assert HOLE in report.basis


def test_the_next_report_begins_with_the_basis_of_the_last_published_one():
    reported()
    assert begin_report(consultation("2028"), at=REPORTED).basis == WORDS.basis


def test_what_is_written_is_kept_and_is_no_change_before_publication():
    report = written(consultation())
    report.refresh_from_db()
    assert (words_of(report), places_of(report), report.edits.count()) == (WORDS, PLACES, 0)


def test_places_are_what_was_written_last():
    report = written(consultation())
    write(report, places=[Place("Prasa")])
    assert places_of(Report.objects.get()) == [Place("Prasa")]


def test_publication_says_who_and_when_tells_the_public_and_wakes_the_worker(woken, django_capture_on_commit_callbacks):
    report = written(answered_consultation())
    before = Revision.objects.get(pk=1).number
    with django_capture_on_commit_callbacks(execute=True):
        publish(report)
        assert woken == []
    report.refresh_from_db()
    assert (report.published_at, report.published_by) == (REPORTED, coordinator())
    assert Revision.objects.get(pk=1).number == before + 1
    assert woken == [("consultations.render_reports",)]


def test_a_report_is_published_once():
    report = reported()
    publish(report, at=REPORTED + HOUR)
    assert Report.objects.get().published_at == REPORTED


def test_a_report_waits_for_the_published_answer_of_every_standing_voice():
    made = answered_consultation()
    waiting = answered(remark(made))
    report = written(made)
    with pytest.raises(VoicesHaveNoPublishedAnswer) as refused:
        publish(report)
    assert waiting.signature in str(refused.value.in_words)
    published_answers(made, at=REPORTED, note="Dodano.")
    assert publish(report).published_at


def test_a_report_does_not_wait_for_a_voice_that_was_taken_back():
    made = answered_consultation()
    withdraw_submission(proposal(made).submission, at=DURING + HOUR)
    assert publish(written(made)).published_at


@pytest.mark.parametrize(("at", "is_refused"), [(CLOSES - TICK, True), (CLOSES, False)])
def test_a_report_waits_for_the_end_of_speaking(at, is_refused):
    report = written(consultation())
    if is_refused:
        with pytest.raises(PeopleStillSpeak):
            publish(report, at=at)
    else:
        assert publish(report, at=at).published_at == at


@pytest.mark.parametrize("field", ["basis", "forms", "conclusion", "prepared_by"])
def test_a_report_is_not_published_without_what_a_report_has(field):
    report = written(consultation())
    write(report, replace(WORDS, **{field: "  "}))
    with pytest.raises(SomethingIsMissing) as refused:
        publish(report)
    assert str(Report._meta.get_field(field).verbose_name) in str(refused.value.in_words)


def test_a_report_is_not_published_with_a_place_to_fill_in():
    report = written(consultation())
    write(report, replace(WORDS, course=f"Było {HOLE} osób."))
    with pytest.raises(SomethingIsToBeFilledIn):
        publish(report)


def test_a_report_of_a_consultation_that_nobody_sees_is_not_published():
    report = written(planned())
    with pytest.raises(ConsultationIsNotPublished):
        publish(report)


def test_a_change_of_a_public_report_is_a_line_of_its_log(woken, django_capture_on_commit_callbacks):
    report = reported()
    before = Revision.objects.get(pk=1).number
    with django_capture_on_commit_callbacks(execute=True):
        write(report, replace(WORDS, course="Inaczej."), what=" Poprawiono opis. ")
    assert [(edit.at, edit.by, edit.what) for edit in report.edits.all()] == [
        (REPORTED + HOUR, coordinator(), "Poprawiono opis.")
    ]
    assert (Report.objects.get().course, Revision.objects.get(pk=1).number) == ("Inaczej.", before + 1)
    assert woken == [("consultations.render_reports",)]


def test_a_change_of_a_public_report_says_what_it_is():
    report = reported()
    for changed in ({"words": replace(WORDS, course="Inaczej.")}, {"places": []}):
        with pytest.raises(WhatChangesIsMissing):
            write(report, **changed)
    assert (words_of(Report.objects.get()), places_of(report), report.edits.count()) == (WORDS, PLACES, 0)


def test_a_public_report_does_not_lose_what_a_report_has():
    report = reported()
    with pytest.raises(SomethingIsMissing):
        write(report, replace(WORDS, conclusion=""), what="Skreślono.")
    with pytest.raises(SomethingIsToBeFilledIn):
        write(report, replace(WORDS, basis=HOLE), what="Dopisano.")
    assert report.edits.count() == 0


def test_saving_the_same_again_changes_nothing():
    report = reported()
    before = Revision.objects.get(pk=1).number
    write(report)
    assert (report.edits.count(), Revision.objects.get(pk=1).number) == (0, before)


def test_nobody_writes_over_what_another_has_written_meanwhile():
    report = written(consultation())
    seen = fingerprint(report)
    write(report, replace(WORDS, course="Moje."), seen=seen)
    with pytest.raises(ReportHasChanged):
        write(report, replace(WORDS, course="Czyjeś."), seen=seen)
    assert Report.objects.get().course == "Moje."


def test_the_paragraph_is_put_into_a_marked_unit_of_a_text_that_is_still_written():
    made = answered_consultation()
    base = made.programs.get().versions.get()
    assert not units_for_paragraph(made).exists()
    draft = start_version(base.program, purpose=Purpose.AFTER, based_on=base, at=REPORTED)
    unit = draft.texts.get(citation="§ 3")
    edit_unit(unit, heading="", text="Stare.", elements=[programs.element(10)], at=REPORTED)
    (found,) = units_for_paragraph(made)
    assert (found.citation, found.version) == ("§ 3", draft)
    with pytest.raises(UnitHasChanged):
        put_paragraph(found, made, seen="inne", at=REPORTED)
    put_paragraph(found, made, seen=found.fingerprint(), at=REPORTED)
    assert "Zgłoszono: 1 propozycja i 1 uwaga." in draft.texts.get(citation="§ 3").text
