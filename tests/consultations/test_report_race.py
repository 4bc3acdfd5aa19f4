"""Two officials at one report: one writes, the other is told. Promised on PostgreSQL."""

from dataclasses import replace
from threading import Barrier

import pytest

from consultations.actions.report import ReportHasChanged, fingerprint, publish_report, write_report
from consultations.models import Report
from tests.consultations.test_voices_race import AT_ONCE, at_once
from tests.factories.reports import PLACES, REPORTED, WORDS, written
from tests.factories.voices import consultation, coordinator

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


@pytest.fixture
def report():
    coordinator()
    return written(consultation())


def write(report, number, seen):
    words = replace(WORDS, course=f"Opis {number}.")
    return write_report(Report.objects.get(pk=report.pk), words=words, places=PLACES, seen=seen, by=None, at=REPORTED)


def refused(outcomes):
    return sum(isinstance(outcome, ReportHasChanged) for outcome in outcomes)


def test_of_those_who_write_at_once_one_is_kept_and_the_others_are_told(report):
    seen = fingerprint(report)
    outcomes = at_once(lambda number: write(report, number, seen))
    assert refused(outcomes) == AT_ONCE - 1
    (kept,) = [outcome for outcome in outcomes if not isinstance(outcome, Exception)]
    assert Report.objects.get().course == kept.course


def test_without_the_lock_they_write_over_one_another(report, monkeypatch):
    """The control: the test above would fail if the verb did not hold the report."""
    seen = fingerprint(report)
    read = Barrier(AT_ONCE)
    monkeypatch.setattr(type(Report.objects.all()), "select_for_update", lambda queryset, **options: queryset)

    def late(row):
        found = fingerprint(row)
        read.wait(10)
        return found

    monkeypatch.setattr("consultations.actions.report.fingerprint", late)
    assert refused(at_once(lambda number: write(report, number, seen))) == 0


def test_published_many_times_at_once_it_is_published_once(report):
    by = coordinator()
    outcomes = at_once(lambda number: publish_report(Report.objects.get(pk=report.pk), by=by, at=REPORTED))
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert Report.objects.get().published_at == REPORTED
