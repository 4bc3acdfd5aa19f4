"""The report for Word: real headings, tables with a repeated head, Polish; voices in a table on pages that lie on their side.

Rows of a table are written as XML: the library looks through all the cells before it adds one, which takes minutes.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC
from io import BytesIO
from xml.sax.saxutils import escape

import docx
from django.conf import settings
from django.utils import translation
from docx.document import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from accounts.models import Portal
from consultations.exports.columns import told as told_earlier
from consultations.exports.plain import printable
from consultations.reporting.blocks import Block, Chart, Items, Link, Links, Prose, Subheading, Table, Terms, Voices, Words
from consultations.reporting.facts import Facts
from consultations.reporting.sections import sections
from consultations.reporting.voices import Replied, Said
from consultations.reporting.words import moment
from programs.exports.packing import packed_anew
from programs.typography import typeset

_NS = nsdecls("w")
_INK, _BRICK = RGBColor(0x1F, 0x2A, 0x33), RGBColor(0x8F, 0x3A, 0x1F)
_LOOK = {  # size in points, color
    "Normal": (10.5, _INK),
    "Title": (24, _INK),
    "Subtitle": (13, _BRICK),
    "Heading 1": (15, _BRICK),
    "Heading 2": (12, _INK),
    "Caption": (9, _INK),
}
_HEAD_SIZE = 18  # half points: six outcomes stand side by side
_PORTRAIT, _LANDSCAPE = 9071, 13_600  # the width of a line, in twentieths of a point
_VOICES = Table("", ("Numer, autor, miejsce", "Głos", "Odpowiedź"), (), (4, 8, 8))


def report_docx(told: Facts, said: Sequence[Said], *, progress: Callable[[int], None] = lambda percent: None) -> bytes:
    """The same facts give the same bytes."""
    document = docx.Document()
    _dress(document, told)
    with translation.override("pl"):
        document.add_paragraph("Raport z konsultacji", style="Subtitle")
        document.add_heading(typeset(told.title), 0)
        document.add_paragraph(f"{Portal.current().office}, {moment(told.written.published_at)}")
        made = sections(told, said)
        for at, section in enumerate(made, start=1):
            _turn(document, any(isinstance(block, Voices) for block in section.blocks))
            document.add_heading(f"{at}. {section.title}", 1)
            for block in section.blocks:
                _add(document, block)
            progress(95 * at // len(made))
    packed = BytesIO()
    document.save(packed)
    return packed_anew(packed.getvalue())


def _dress(document: Document, told: Facts) -> None:
    """Its look, its language and what it says of itself."""
    about = document.core_properties
    about.title, about.author, about.language = f"Raport z konsultacji – {told.title}", Portal.current().name, "pl-PL"
    about.comments, about.last_modified_by, about.keywords = "", about.author, ""
    if published_at := told.written.published_at:
        about.created = about.modified = published_at.astimezone(UTC)
    defaults = document.styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
    for language in defaults.findall(qn("w:lang")):
        defaults.remove(language)
    defaults.append(parse_xml(f'<w:lang {_NS} w:val="pl-PL" w:eastAsia="pl-PL" w:bidi="ar-SA"/>'))
    for name, (size, color) in _LOOK.items():
        font = document.styles[name].font
        font.size, font.color.rgb, font.name = Pt(size), color, "Calibri"
        # Else the theme of the template has its own way.
        fonts = document.styles[name].element.rPr.rFonts
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
    # Long words of narrow columns are broken where Polish breaks them.
    document.settings.element.find(qn("w:defaultTabStop")).addnext(OxmlElement("w:autoHyphenation"))
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(25)


def _add(document: Document, block: Block) -> None:
    if isinstance(block, Prose):
        _prose(document, block.text)
    elif isinstance(block, Subheading):
        document.add_heading(typeset(block.words), 2)
    elif isinstance(block, Terms):
        for term, value in block.rows:
            paragraph = document.add_paragraph()
            _say(paragraph, term, bold=True)
            paragraph.add_run(": ")
            _say(paragraph, value)
    elif isinstance(block, Items):
        for value in block.rows:
            _say(document.add_paragraph(style="List Bullet"), value)
    elif isinstance(block, Voices):
        table = Table(block.title, _VOICES.head, (), _VOICES.widths)
        _table(document, table, ([_who(said), _words(said), _answers(said)] for said in block.said), _LANDSCAPE)
    else:
        table = block.table if isinstance(block, Chart) else block
        _table(document, table, ([[(_plain(cell), False)] for cell in row] for row in table.rows), _PORTRAIT)


def _prose(document: Document, text: str) -> None:
    for line in text.replace("\r\n", "\n").split("\n"):
        if line.strip():
            is_item = line.lstrip().startswith("- ")
            words = printable(typeset(line.strip().removeprefix("- ")))
            document.add_paragraph(words, style="List Bullet" if is_item else None)


def _plain(value: Words) -> str:
    """In a cell nothing is a link: the page of the report leads everywhere."""
    if isinstance(value, Links):
        return ", ".join(link.words for link in value.links)
    return typeset(value if isinstance(value, str) else value.words)


def _say(paragraph: Paragraph, value: Words, *, bold: bool = False) -> None:
    if not isinstance(value, Link):
        paragraph.add_run(printable(_plain(value))).bold = bold or None
        return
    address = settings.PUBLIC_URL + value.url if value.url.startswith("/") else value.url
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    run = paragraph.add_run(printable(typeset(value.words)))
    run.font.color.rgb, run.font.underline = _BRICK, True
    link.append(run._r)
    paragraph._p.append(link)


def _turn(document: Document, on_its_side: bool) -> None:
    """The table of voices takes pages that lie on their side; what comes next, others."""
    turned = WD_ORIENT.LANDSCAPE if on_its_side else WD_ORIENT.PORTRAIT
    section = document.sections[-1]
    if section.orientation != turned:
        section = document.add_section(WD_SECTION.NEW_PAGE)
        section.orientation, section.page_width, section.page_height = turned, section.page_height, section.page_width


# A cell: lines, each with whether it is set bold.
Cell = list[tuple[str, bool]]


def _who(said: Said) -> Cell:
    lines = [(said.signature, True), (said.author, False), (said.topic, False), (said.place, False)]
    return [(typeset(words), bold) for words, bold in lines if words]


def _words(said: Said) -> Cell:
    parts = (
        ("Obecne brzmienie", said.quote),
        ("Proponowane brzmienie", said.proposed_wording),
        ("Treść", said.text),
        ("Uzasadnienie", said.reasons),
    )
    return [line for name, words in parts if words for line in ((f"{name}:", True), (typeset(words), False))]


def _answers(said: Said) -> Cell:
    return [line for reply in said.answers for line in _answer(reply)]


def _answer(reply: Replied) -> Iterator[tuple[str, bool]]:
    if reply.part:
        yield f"Do części: „{typeset(reply.part)}”", False
    yield reply.ruling.outcome_words, True
    if reply.ruling.reasons:
        yield typeset(reply.ruling.reasons), False
    if reply.corrected:
        yield f"Poprawiono {moment(reply.ruling.published_at)}: {typeset(reply.ruling.note)}", False
    for earlier in reply.corrected:
        yield f"Wcześniej, {typeset(told_earlier(earlier))}", False


def _table(document: Document, table: Table, rows: Iterator[Sequence[Cell]], line: int) -> None:
    """With its caption above it, a head that is repeated on each page, and rows that may go on over a page."""
    caption = document.add_paragraph(typeset(table.caption), style="Caption")
    caption.paragraph_format.keep_with_next = True
    widths = [line * width // 20 for width in table.widths]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    made = parse_xml(
        f'<w:tbl {_NS}><w:tblPr><w:tblStyle w:val="TableGrid"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        '<w:tblLayout w:type="fixed"/>'
        '<w:tblCellMar><w:left w:w="70" w:type="dxa"/><w:right w:w="70" w:type="dxa"/></w:tblCellMar>'
        '<w:tblLook w:val="0620" w:firstRow="1" w:lastRow="0" w:firstColumn="0"'
        f' w:lastColumn="0" w:noHBand="1" w:noVBand="1"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
        f"{_row([[(name, True)] for name in table.head], widths, is_head=True)}</w:tbl>"
    )
    for row in rows:
        made.append(parse_xml(_row(row, widths, is_head=False)))
    caption._p.addnext(made)
    document.add_paragraph()


def _row(cells: Sequence[Cell], widths: Sequence[int], *, is_head: bool) -> str:
    head = "<w:cantSplit/><w:tblHeader/>" if is_head else ""
    lines = ["".join(_line(words, is_bold, is_head) for words, is_bold in cell) or "<w:p/>" for cell in cells]
    inside = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{cell}</w:tc>'
        for cell, width in zip(lines, widths, strict=True)
    )
    return f"<w:tr {_NS}><w:trPr>{head}</w:trPr>{inside}</w:tr>"


def _line(words: str, is_bold: bool, is_head: bool) -> str:
    size = f'<w:sz w:val="{_HEAD_SIZE}"/>' if is_head else ""
    look = f"<w:rPr><w:b/>{size}</w:rPr>" if is_bold else ""
    lines = printable(words).split("\n")
    runs = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in lines)
    return f'<w:p><w:pPr><w:spacing w:after="40"/></w:pPr><w:r>{look}{runs}</w:r></w:p>'
