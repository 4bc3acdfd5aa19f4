"""Puts a Word file together. No settings, no database: a limited child process runs this; see child.py.

The same document gives the same bytes: the parts stand in one order and bear one date.
"""

from collections.abc import Iterator
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from string import Template
from typing import Final
from uuid import UUID
from xml.sax.saxutils import escape
from zipfile import ZipFile

from programs.child import report
from programs.exports.docx.body import Body
from programs.exports.docx.inline import Inline, printable
from programs.exports.docx.levels import numbering_xml
from programs.exports.docx.rows import Document, Targets
from programs.exports.packing import entry
from programs.marks import Spelling, Target

_PARTS: Final = Path(__file__).with_name("parts")
_REPORT_EVERY: Final = 50  # units


def main(data: bytes) -> bytes:
    """A Document as JSON becomes a Word file."""
    document = Document.from_json(data)
    packed = BytesIO()
    with ZipFile(packed, "w") as package:
        for name, content in _parts(document):
            package.writestr(entry(name), content)
    return packed.getvalue()


def _parts(document: Document) -> Iterator[tuple[str, str]]:
    words = {name: escape(printable(value)) for name, value in document._asdict().items() if isinstance(value, str)}
    watermark = _part("watermark.xml") if document.is_proof else ""
    yield "[Content_Types].xml", _part("content_types.xml")
    yield "_rels/.rels", _part("package_rels.xml")
    yield "docProps/core.xml", _part("core.xml", **words)
    yield "word/_rels/document.xml.rels", _part("document_rels.xml")
    yield "word/document.xml", _part("document.xml", **words, body=_body(document))
    yield "word/fontTable.xml", _part("fontTable.xml")
    yield "word/footer.xml", _part("footer.xml", **words)
    yield "word/header.xml", _part("header.xml", **words, watermark=watermark)
    yield "word/numbering.xml", numbering_xml()
    yield "word/settings.xml", _part("settings.xml")
    yield "word/styles.xml", _part("styles.xml")


def _part(name: str, **words: str) -> str:
    return Template((_PARTS / name).read_text(encoding="utf-8")).substitute(words)


def _body(document: Document) -> str:
    inline = Inline(author=document.author, moment=document.moment, old=_spelling(document.old), new=_spelling(document.new))
    body: list[str] = []
    for unit in Body(inline, document.pairs).units():
        if len(body) % _REPORT_EVERY == 0:
            report(95 * len(body) // len(document.pairs))
        body.append(unit)
    return "".join(body)


def _spelling(targets: Targets) -> Spelling:
    return Spelling(
        {
            UUID(provision): Target(citation, anchor="", total=None if total is None else Decimal(total))
            for provision, (citation, total) in targets.items()
        }
    )
