"""Sheets of voices as the desk takes them: put up, looked at, recorded."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from consultations.forms.imported import rows_of as judged
from consultations.models import VoiceImport, VoiceKind
from tests.factories.sheets import GOOD, book
from tests.factories.voices import CLOSES

NEW = "admin:consultations_voiceimport_add"
LIST = "admin:consultations_voiceimport_changelist"


def post(desk, made, data, *, kind=VoiceKind.REMARK, name="głosy.xlsx", **more):
    file = SimpleUploadedFile(name, data)
    return desk.post(reverse(NEW), {"consultation": made.pk, "kind": kind, "file": file, **more})


def put_up(desk, made, rows, **more):
    answer = post(desk, made, book(rows), **more)
    assert answer.status_code == 302, answer.context["form"].errors
    return VoiceImport.objects.latest("pk")


def page_of(sheet):
    return reverse("admin:consultations_voiceimport_change", args=[sheet.pk])


def record(desk, sheet):
    answer = desk.post(page_of(sheet), {"record": "1"})
    assert answer.headers["Location"] == page_of(sheet)
    sheet.refresh_from_db()


def errors_of(desk, made, **changes):
    """Of one row that is good but for the changes, as of CLOSES."""
    sheet = put_up(desk, made, [{**GOOD, **changes}], kind=changes.pop("kind", VoiceKind.REMARK))
    (row,) = judged(sheet, CLOSES)
    return row.errors
