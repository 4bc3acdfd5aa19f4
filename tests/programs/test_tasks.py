from datetime import timedelta

import pytest
from django.utils.timezone import now

from programs import tasks
from programs.actions import ask_for_file, start_version
from programs.exports import docx, pdf, plain
from programs.models import FileFormat, Purpose, TextImport, VersionFile
from tests.factories.programs import WRITTEN, draft, frozen, paragraphs, program

pytestmark = pytest.mark.django_db


def printer(version, *, progress, cancelled):
    return f"{version.pk}".encode()


@pytest.fixture(autouse=True)
def quick_printers(monkeypatch):
    monkeypatch.setattr(pdf, "version_pdf", lambda version, **kwargs: pdf.RenderedPdf(b"%PDF- " + printer(version, **kwargs), 1))
    monkeypatch.setattr(docx, "version_docx", printer)
    monkeypatch.setattr(plain, "version_text", lambda version: b"text")


def made():
    return {(file.version, file.format) for file in VersionFile.objects.ready()}


def all_formats(*versions):
    return {(version, file_format) for version in versions for file_format in ("pdf", "docx", "txt")}


def test_the_task_makes_one_file():
    version = frozen()
    file = version.files.get(format=FileFormat.DOCX)
    tasks.make(file.pk)
    tasks.make(file.pk)
    assert made() == {(version, "docx")}


def test_the_sweep_makes_what_is_owed_and_nothing_else():
    public, inside = frozen(), frozen(program("2028"), purpose=Purpose.WORKING)
    proof = draft(program("2029"))
    ask_for_file(proof, FileFormat.TEXT, at=now())
    start_version(program("2030"), purpose=Purpose.CONSULTATION, at=WRITTEN)
    draft(program("2031"))
    tasks.render_owed()
    tasks.render_owed()
    assert made() == all_formats(public, inside) | {(proof, "txt")}
    assert VersionFile.objects.count() == 7


def test_the_sweep_drops_proofs_that_nobody_needs():
    version = frozen()
    ask_for_file(draft(program("2028")), FileFormat.PDF, at=now() - timedelta(days=2))
    tasks.render_owed()
    assert made() == all_formats(version)
    assert VersionFile.objects.count() == 3


def test_the_sweep_asks_for_files_of_frozen_versions_that_nobody_asked_for():
    version = frozen()
    version.files.exclude(format=FileFormat.PDF).delete()
    tasks.render_owed()
    assert made() == all_formats(version)


def test_a_text_that_cannot_be_printed_does_not_hold_up_the_others(monkeypatch, caplog):
    broken, fine = frozen(units=paragraphs(1)), frozen(program("2028"))
    rendered = pdf.version_pdf

    def jammed(version, **kwargs):
        if version == broken:
            raise RuntimeError("no paper")
        return rendered(version, **kwargs)

    monkeypatch.setattr(pdf, "version_pdf", jammed)
    tasks.render_owed()
    assert made() == all_formats(broken, fine) - {(broken, "pdf")}
    assert "no paper" in caplog.text


def test_a_word_file_that_cannot_be_read_does_not_hold_up_the_others(monkeypatch, caplog):
    for name in ("torn.docx", "whole.docx"):
        TextImport.objects.create(program=program(f"202{len(name)}"), name=name, file=name, asked_at=now())
    read = []

    def reader(put_up, **kwargs):
        read.append(put_up.name)
        if put_up.name == "torn.docx":
            raise RuntimeError("no disk")

    monkeypatch.setattr(tasks, "read_import", reader)
    tasks.render_owed()
    assert sorted(read) == ["torn.docx", "whole.docx"]
    assert "no disk" in caplog.text
