"""Files that the public downloads: those made of a version, and those that the office put up."""

import pytest
from django.core.files.base import ContentFile

from programs.actions import add_attachment, ask_for_file, freeze_version, make_file, stop_file
from programs.models import AttachmentKind, DraftVersion, FileFormat, VersionFile
from tests.factories.programs import FROZEN, draft, frozen, program

pytestmark = pytest.mark.django_db


def body(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def made(version: DraftVersion, file_format: FileFormat = FileFormat.TEXT) -> VersionFile:
    file = ask_for_file(version, file_format, at=FROZEN)
    assert make_file(file, at=FROZEN, clock=lambda: FROZEN)
    file.refresh_from_db()
    return file


def test_the_page_links_to_each_file_once_it_is_there_and_to_no_other(client):
    version = draft()
    made(version)  # a proof, of the same words
    version = freeze_version(version, by=None, at=FROZEN)
    before = body(client, "/programy/2027/wersje/1/")
    assert [f"/wersje/1.{ending}" in before for ending in FileFormat] == [False, False, False]
    file = made(version, FileFormat.PDF)
    after = body(client, "/en/programy/2027/wersje/1/")
    assert [f"/wersje/1.{ending}" in after for ending in FileFormat] == [True, False, False]
    assert f"{file.pages} pages" in after


@pytest.mark.parametrize("file_format", FileFormat)
def test_a_file_that_is_not_there_is_asked_for_and_promised_in_words(client, file_format):
    version = frozen()
    VersionFile.objects.all().delete()
    response = client.get(f"/en/programy/2027/wersje/1.{file_format}")
    assert response.status_code == 503
    assert response["Retry-After"] == "30"
    assert "no-store" in response["Cache-Control"]
    assert "We are making this file." in response.content.decode()
    assert [(file.version, file.format, file.base) for file in VersionFile.objects.all()] == [(version, file_format, None)]


def test_a_file_that_could_not_be_made_is_not_promised(client):
    stop_file(ask_for_file(frozen(), FileFormat.PDF, at=FROZEN), at=FROZEN)
    response = client.get("/en/programy/2027/wersje/1.pdf")
    assert response.status_code == 503
    assert "This file could not be made." in response.content.decode()


def test_the_file_is_served_as_it_was_made(client):
    file = made(frozen())
    response = client.get("/programy/2027/wersje/1.txt")
    with file.file.open() as stored:
        assert b"".join(response.streaming_content) == stored.read()
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response["Content-Disposition"] == 'inline; filename="2027-wersja-1.txt"'
    assert response["Content-Length"] == str(file.size)
    assert response["ETag"] == f'"{file.sha256}"'
    assert "public" in response["Cache-Control"]
    assert not response.cookies


@pytest.mark.parametrize(("known", "status"), [("{sha}", 304), ("another", 200)])
def test_a_file_that_the_visitor_has_is_not_sent_again(client, known, status):
    file = made(frozen())
    response = client.get("/programy/2027/wersje/1.txt", headers={"If-None-Match": f'"{known.format(sha=file.sha256)}"'})
    assert response.status_code == status
    response.close()
    assert response["ETag"] == f'"{file.sha256}"'


def test_attachments_are_listed_where_they_belong_and_served(client):
    of = program()
    first, second = frozen(of), frozen(of)
    working = draft(of)
    whole, about, hidden = (
        add_attachment(of, kind=kind, title=title, file=ContentFile(b"%PDF-1.7", f"{title}.pdf"), version=version, at=FROZEN)
        for kind, title, version in (
            (AttachmentKind.REASONS, "Uzasadnienie", None),
            (AttachmentKind.OPINION, "Opinia", second),
            (AttachmentKind.OTHER, "Notatka", working),
        )
    )
    shown = {
        address: [one for one in (whole, about, hidden) if f"/programy/2027/zalaczniki/{one.pk}/" in body(client, address)]
        for address in ("/programy/2027/", f"/programy/2027/wersje/{first.number}/", "/programy/2027/wersje/2/")
    }
    assert [*shown.values()] == [[whole, about], [whole], [whole, about]]
    response = client.get(f"/programy/2027/zalaczniki/{about.pk}/")
    assert b"".join(response.streaming_content) == b"%PDF-1.7"
    assert response["Content-Type"] == "application/pdf"
    assert "public" in response["Cache-Control"]
    again = client.get(f"/programy/2027/zalaczniki/{about.pk}/", headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304
    assert client.get(f"/programy/2027/zalaczniki/{hidden.pk}/").status_code == 404
    assert client.get(f"/programy/2028/zalaczniki/{about.pk}/").status_code == 404


def test_an_attachment_that_a_browser_could_run_is_downloaded(client):
    of = frozen().program
    page = add_attachment(of, kind=AttachmentKind.OTHER, title="Dane", file=ContentFile(b"<script>", "dane.csv"), at=FROZEN)
    response = client.get(f"/programy/2027/zalaczniki/{page.pk}/")
    response.close()
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("numbers", ["1-99999999999999999999", "99999999999999999999-1"])
def test_changes_between_numbers_that_no_version_has_are_nowhere(client, numbers):
    address = f"/programy/{frozen().program.slug}/zmiany/{numbers}.pdf"
    assert client.get(address, follow=True).status_code == 404
