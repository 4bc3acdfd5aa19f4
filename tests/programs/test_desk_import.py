"""From Word at the desk: a file is put up, its rows are looked through, and a version is made when the person says so."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.roles import Role
from programs.actions import (
    ProgramIsClosed,
    put_up_import,
    record_resolution,
)
from programs.forms.importing import LARGEST
from programs.imports.refusals import Reason
from programs.models import DraftVersion, Purpose, TextImport
from tests.factories.programs import frozen, program
from tests.programs.desk import at_desk, import_page, said
from tests.programs.imported import AT, put_up, read, typed
from tests.programs.office.word import deleted, docx, ins, p, r

pytestmark = pytest.mark.django_db
ADD = "admin:programs_textimport_add"


@pytest.fixture
def drafter(client):
    return at_desk(client)


def send(client, to, content=b"", *, name="Projekt.docx", **more):
    file = SimpleUploadedFile(name, content)
    data = {"program": to.pk, "purpose": "working", "tracked": "stop", "file": file, **more}
    return client.post(reverse(ADD), {key: value for key, value in data.items() if value is not None}, follow=True)


# Put up.


def test_a_file_waits_to_be_read_and_its_page_looks_again_by_itself(drafter):
    base = frozen()
    response = send(drafter, base.program, typed("a"), base=base.pk, purpose="council", tracked="accept")
    waiting = TextImport.objects.get()
    assert response.redirect_chain == [(import_page(waiting), 302)]
    assert (waiting.program, waiting.base, waiting.purpose, waiting.tracked) == (base.program, base, "council", "accept")
    assert (waiting.asked_by, waiting.name) == (response.context["user"], "Projekt.docx")
    page_of_it = response.content.decode()
    assert ('data-watch="on"' in page_of_it, "js/desk.js" in page_of_it, "http-equiv" in page_of_it) == (True, True, False)


@pytest.mark.parametrize("size", [LARGEST, LARGEST + 1])
def test_a_file_is_as_large_as_it_may_be(drafter, size):
    response = send(drafter, program(), b"PK\x03\x04".ljust(size, b"0"))
    assert TextImport.objects.exists() is (size <= LARGEST)
    if size > LARGEST:
        assert response.context["form"].errors.keys() == {"file"}


@pytest.mark.parametrize(
    ("more", "fields"),
    [
        ({"content": b""}, {"file"}),
        ({"file": None}, {"file"}),
        ({"program": None}, {"program"}),
        ({"program": 999}, {"program"}),
        ({"tracked": "maybe"}, {"tracked"}),
        ({"purpose": "x"}, {"purpose"}),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_put_up(drafter, more, fields):
    response = send(drafter, program(), **{"content": typed("a"), **more})
    assert response.context["form"].errors.keys() == fields
    assert not TextImport.objects.exists()


def test_a_file_continues_a_version_of_its_program(drafter):
    base = frozen()
    response = send(drafter, program("2028"), typed("a"), base=base.pk)
    assert response.context["form"].errors.keys() == {"base"}
    assert not TextImport.objects.exists()


def test_an_adopted_program_is_not_offered_and_one_adopted_meanwhile_is_refused_in_words(drafter, monkeypatch):
    version = frozen(purpose=Purpose.ADOPTED)

    def adopt():
        return record_resolution(version.program, version=version, number="1", adopted_on=AT.date(), by=None, at=AT)

    def put_up_too_late(of, **words):
        adopt()
        return put_up_import(of, **words)

    monkeypatch.setattr("programs.admin.importing.put_up_import", put_up_too_late)
    response = send(drafter, version.program, typed("a"))
    assert response.context["form"].non_field_errors() == [str(ProgramIsClosed.in_words)]
    assert version.program not in drafter.get(reverse(ADD)).context["form"].fields["program"].queryset
    assert not TextImport.objects.exists()


def test_a_version_leads_here_with_itself_chosen(drafter):
    base = frozen()
    assert (
        f"{reverse(ADD)}?base={base.pk}"
        in drafter.get(reverse("admin:programs_draftversion_change", args=[base.pk])).content.decode()
    )
    form = drafter.get(reverse(ADD), {"base": base.pk}).context["form"]
    assert (form["base"].value(), form["program"].value()) == (base.pk, base.program_id)
    for forged in ("x", "", "9" * 40, "999"):
        assert drafter.get(reverse(ADD), {"base": forged}).context["form"]["base"].value() is None


# Read, or not.


TRACKED_CHANGES = docx(p("§ 1. Termin: ", raw=deleted("14") + ins(r("21"))))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"%PDF-1.7 x", Reason.PDF),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, Reason.OLD_WORD),
        (b"PK\x03\x04rubbish", Reason.BROKEN),
        (docx(p("Bez numerów.")), Reason.NO_UNITS),
    ],
    ids=["pdf", "doc", "broken", "no units"],
)
def test_why_a_file_cannot_be_read_is_one_sentence_with_a_way_on(drafter, content, reason):
    base = frozen()
    waiting = read(put_up(base.program, content, base=base))
    response = drafter.get(import_page(waiting))
    assert response.context["trouble"] == str(reason.label)
    told = response.content.decode()
    assert (str(reason.label) in told, f"{reverse(ADD)}?base={base.pk}" in told, "data-watch" in told) == (True, True, False)


def test_how_many_tracked_changes_stop_it_and_which_unit_is_too_long_is_told(drafter):
    waiting = read(put_up(program(), TRACKED_CHANGES))
    assert ": 2." in drafter.get(import_page(waiting)).context["trouble"]
    waiting = read(put_up(program("2028"), typed("a", "x" * 20_001)))
    assert "§ 2" in drafter.get(import_page(waiting)).context["trouble"]


@pytest.mark.parametrize("is_read", [True, False])
def test_a_file_is_forgotten_at_a_click(drafter, is_read):
    waiting = put_up(program())
    if is_read:
        read(waiting)
    response = drafter.post(import_page(waiting), {"drop": "1"}, follow=True)
    assert (TextImport.objects.exists(), bool(said(response))) == (False, True)
    assert drafter.post(import_page(waiting), {"drop": "1"}).status_code == 404


@pytest.mark.parametrize("key", ["999", "x", "9" * 30])
def test_an_import_that_is_not_there_is_not_found(drafter, key):
    assert drafter.get(f"/admin/programs/textimport/{key}/change/").status_code == 404


# Who may.


def test_whoever_only_reads_sees_what_is_in_a_file_and_changes_nothing(client):
    reading, waiting = read(put_up(program())), put_up(program("2028"))
    auditor = at_desk(client, Role.AUDITOR)
    for each in (reading, waiting):
        response = auditor.get(import_page(each))
        assert (response.status_code, 'type="submit" class="default"' in response.content.decode()) == (200, False)
        assert 'name="drop"' not in response.content.decode()
        for data in ({"drop": "1"}, {"make": "1"}, {"save": "1"}):
            assert auditor.post(import_page(each), data).status_code == 403
    assert auditor.get(reverse(ADD)).status_code == 403
    assert send(auditor, program("2029"), typed("a")).status_code == 403
    assert (TextImport.objects.count(), DraftVersion.objects.count()) == (2, 0)


@pytest.mark.parametrize("is_read", [True, False])
def test_pages_have_no_inline_script_or_style(drafter, is_read):
    waiting = put_up(program())
    if is_read:
        read(waiting)
    for address in (import_page(waiting), reverse(ADD)):
        markup = drafter.get(address).content.decode()
        assert "style=" not in markup
        assert "<script>" not in markup
        assert "onclick" not in markup
