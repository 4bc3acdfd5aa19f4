"""One sheet recorded by several people at once is recorded once. Promised on PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection

from consultations.actions.intake import put_up_sheet, record_rows
from consultations.forms.imported import rows_of as judged
from consultations.models import Consultation, Submission, Voice, VoiceImport, VoiceKind
from tests.factories.sheets import book, rows_of
from tests.factories.voices import CLOSES, consultation, coordinator

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]
AT_ONCE, ROWS = 4, 5


def put_up():
    file = ContentFile(book(rows_of(ROWS)), name="a.xlsx")
    return put_up_sheet(consultation(), kind=VoiceKind.REMARK, file=file, by=coordinator(), at=CLOSES).pk


def at_once(pk):
    """Everybody presses the button at the same moment; what each was told, or what was raised."""
    start, by = Barrier(AT_ONCE), coordinator()

    def press(_number):
        try:
            sheet = VoiceImport.objects.select_related("consultation").get(pk=pk)
            letters = {row.token: row.letter for row in judged(sheet, CLOSES) if row.is_good}
            start.wait(30)
            return record_rows(sheet, letters, by=by, at=CLOSES)
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(press, range(AT_ONCE)))


def test_a_sheet_recorded_by_several_people_at_once_is_recorded_once():
    pk = put_up()
    outcomes = at_once(pk)
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert list(Voice.objects.order_by("number").values_list("number", flat=True)) == list(range(1, ROWS + 1))
    assert set(Voice.objects.values_list("text", flat=True)) == {row["text"] for row in rows_of(ROWS)}
    assert sorted(row["number"] for row in VoiceImport.objects.get(pk=pk).rows) == list(range(1, ROWS + 1))


def test_without_the_lock_they_collide(monkeypatch):
    """The control: the test above would fail if the verb did not hold the consultation."""
    pk = put_up()
    monkeypatch.setattr(type(Consultation.objects.all()), "select_for_update", lambda queryset, **options: queryset)
    # Everybody has seen that the row is not recorded before anybody writes.
    seen, submissions = Barrier(AT_ONCE), type(Submission.objects.all())
    exists = submissions.exists

    def slowly(queryset):
        found = exists(queryset)
        if queryset.model is Submission:
            seen.wait(30)
        return found

    monkeypatch.setattr(submissions, "exists", slowly)
    outcomes = at_once(pk)
    assert any(isinstance(outcome, IntegrityError) for outcome in outcomes)
