import pytest

from programs import tasks
from programs.actions import start_version
from programs.exports import pdf
from programs.models import Purpose, VersionFile
from tests.factories.programs import WRITTEN, draft, frozen, paragraphs, program

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quick_printer(monkeypatch):
    monkeypatch.setattr(pdf, "version_pdf", lambda version: pdf.RenderedPdf(b"%PDF- " + version.sha256.encode(), 1))


def test_the_task_prints_one_version():
    version = frozen()
    tasks.render(version.pk)
    tasks.render(version.pk)
    assert VersionFile.objects.get().version == version


def test_the_sweep_prints_what_is_owed_and_nothing_else():
    owed = {frozen(), frozen(program("2028"), purpose=Purpose.WORKING)}
    draft(program("2029"))
    start_version(program("2030"), purpose=Purpose.CONSULTATION, at=WRITTEN)
    tasks.render_owed()
    tasks.render_owed()
    assert {file.version for file in VersionFile.objects.all()} == owed
    assert VersionFile.objects.count() == 2


def test_a_version_that_cannot_be_printed_does_not_hold_up_the_others(monkeypatch, caplog):
    broken, fine = frozen(units=paragraphs(1)), frozen(program("2028"))
    rendered = pdf.version_pdf

    def printer(version):
        if version == broken:
            raise RuntimeError("no paper")
        return rendered(version)

    monkeypatch.setattr(pdf, "version_pdf", printer)
    tasks.render_owed()
    assert [file.version for file in VersionFile.objects.all()] == [fine]
    assert "no paper" in caplog.text
