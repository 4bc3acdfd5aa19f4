"""Word files on their way to become versions, for tests: put up, read by the real child, made."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile

from programs.actions import make_version, put_up_import, read_import
from programs.exports.docx import gathering, press
from programs.models import DraftVersion, Provision, Purpose, TextImport, Tracked
from tests.factories.programs import FROZEN
from tests.programs.office.word import docx, p

AT = FROZEN
TICK = timedelta(microseconds=1)
DONE = AT + timedelta(seconds=3)


def typed(*words: str) -> bytes:
    """A file of § with typed numbers."""
    return docx(*(p(f"§ {number}. {text}") for number, text in enumerate(words, 1)))


def exported(version: DraftVersion) -> bytes:
    return press.main(gathering.of_version(version).to_json())


def put_up(to, content: bytes | None = None, **more) -> TextImport:
    file = ContentFile(typed("Pierwszy.", "Drugi.") if content is None else content, name=more.pop("name", "Projekt.docx"))
    words = {"tracked": Tracked.STOP, "purpose": Purpose.WORKING, "base": None, "by": None, "at": AT, **more}
    return put_up_import(to, file=file, **words)


def read(waiting: TextImport, at=AT) -> TextImport:
    assert read_import(waiting, at=at, clock=lambda: DONE)
    waiting.refresh_from_db()
    return waiting


def make(put_up: TextImport, **more) -> DraftVersion:
    return make_version(put_up, **{"by": None, "at": AT, **more})


def outline(version: DraftVersion) -> list[str]:
    return [f"{text.citation} {text.heading or text.text}" for text in version.texts.in_reading_order()]


def identities(version: DraftVersion) -> dict[str, object]:
    return {text.citation: text.provision_id for text in version.texts.all()}


def refused(refusal, act):
    """Nothing is written: no version, no provision, and the import stays as it was."""
    counted = (DraftVersion, Provision)
    before = [*(model.objects.count() for model in counted), list(TextImport.objects.values())]
    with pytest.raises(refusal) as raised:
        act()
    assert raised.value.in_words
    assert [*(model.objects.count() for model in counted), list(TextImport.objects.values())] == before
    return str(raised.value.in_words)
