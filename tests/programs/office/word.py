"""WordprocessingML as Word writes it, part by part: `docx(p("§ 1. Tekst"), styles=…, numbering=…)`."""

from collections.abc import Mapping
from html import escape
from io import BytesIO
from types import MappingProxyType
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
NAMESPACES = (
    f'xmlns:w="{W}" xmlns:r="{R}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)
CONTENT_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>'
    '<Override PartName="/word/styles.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/>'
    '<Override PartName="/word/numbering.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.numbering+xml"/></Types>'
)
RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"


def relationships(*relations: str) -> str:
    return f'<Relationships xmlns="{RELATIONSHIPS}">{"".join(relations)}</Relationships>'


def relation(kind: str, target: str, mode: str = "Internal") -> str:
    return f'<Relationship Id="{kind}{len(target)}" Type="{R}/{kind}" Target="{target}" TargetMode="{mode}"/>'


MAIN = relationships(relation("officeDocument", "word/document.xml"))
OF_DOCUMENT = (relation("styles", "styles.xml"), relation("numbering", "numbering.xml"))


def document(body: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document {NAMESPACES}><w:body>{body}</w:body></w:document>'


def packed(parts: dict[str, str | bytes]) -> bytes:
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def docx(
    *body: str,
    styles: str = "",
    numbering: str = "",
    relations: tuple[str, ...] = (),
    parts: Mapping[str, str | bytes] = MappingProxyType({}),
) -> bytes:
    return packed(
        {
            "[Content_Types].xml": CONTENT_TYPES,
            "_rels/.rels": MAIN,
            "word/_rels/document.xml.rels": relationships(*OF_DOCUMENT, *relations),
            "word/document.xml": document("".join(body)),
            "word/styles.xml": f"<w:styles {NAMESPACES}>{styles}</w:styles>",
            "word/numbering.xml": f"<w:numbering {NAMESPACES}>{numbering}</w:numbering>",
            **parts,
        }
    )


def t(words: str, tag: str = "t") -> str:
    """Text of a run; tabs and line breaks as Word writes them."""
    pieces = []
    for number, line in enumerate(words.split("\n")):
        pieces.append("<w:br/>" if number else "")
        pieces += [
            ("<w:tab/>" if place else "") + (f'<w:{tag} xml:space="preserve">{escape(part)}</w:{tag}>' if part else "")
            for place, part in enumerate(line.split("\t"))
        ]
    return "".join(pieces)


def r(words: str, properties: str = "") -> str:
    return f"<w:r>{f'<w:rPr>{properties}</w:rPr>' if properties else ''}{t(words)}</w:r>"


def number_in(list_id: int, level: int = 0) -> str:
    return f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list_id}"/></w:numPr>'


def bookmark(provision: UUID) -> str:
    """Where a unit of our own export begins."""
    return f'<w:bookmarkStart w:id="1" w:name="p_{provision.hex}"/><w:bookmarkEnd w:id="1"/>'


def p(words: str = "", style: str = "", properties: str = "", raw: str = "", mark: str = "") -> str:
    """A paragraph: its words, then `raw` XML; `mark` are the properties of its mark."""
    style = f'<w:pStyle w:val="{style}"/>' if style else ""
    mark = f"<w:rPr>{mark}</w:rPr>" if mark else ""
    return f"<w:p><w:pPr>{style}{properties}{mark}</w:pPr>{r(words) if words else ''}{raw}</w:p>"


def li(words: str, list_id: int = 1, level: int = 0, **more: str) -> str:
    return p(words, properties=number_in(list_id, level), **more)


def style(
    style_id: str, *, name: str = "", based_on: str = "", properties: str = "", run: str = "", kind: str = "paragraph"
) -> str:
    based = f'<w:basedOn w:val="{based_on}"/>' if based_on else ""
    return (
        f'<w:style w:type="{kind}" w:styleId="{style_id}"><w:name w:val="{name or style_id}"/>{based}'
        f"<w:pPr>{properties}</w:pPr><w:rPr>{run}</w:rPr></w:style>"
    )


def level(number: int, pattern: str, fmt: str = "decimal", start: int = 1, more: str = "") -> str:
    counted = f'<w:start w:val="{start}"/><w:numFmt w:val="{fmt}"/>'
    return f'<w:lvl w:ilvl="{number}">{counted}{more}<w:lvlText w:val="{pattern}"/></w:lvl>'


def abstract(list_id: int, *levels: str, more: str = "") -> str:
    return f'<w:abstractNum w:abstractNumId="{list_id}">{more}{"".join(levels)}</w:abstractNum>'


def num(list_id: int, abstract_id: int, overrides: str = "") -> str:
    return f'<w:num w:numId="{list_id}"><w:abstractNumId w:val="{abstract_id}"/>{overrides}</w:num>'


def starts(level_number: int, start: int) -> str:
    return f'<w:lvlOverride w:ilvl="{level_number}"><w:startOverride w:val="{start}"/></w:lvlOverride>'


def grid(*rows: str) -> str:
    return f"<w:tbl>{''.join(rows)}</w:tbl>"


def tbl(*rows: list[str]) -> str:
    """A table of plain words."""
    return grid(*(tr(*(tc(p(cell)) for cell in row)) for row in rows))


def tr(*cells: str, properties: str = "") -> str:
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def tc(content: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content}</w:tc>"


def ins(content: str) -> str:
    return f'<w:ins w:id="1" w:author="Urząd" w:date="2026-09-01T10:00:00Z">{content}</w:ins>'


def deleted(words: str) -> str:
    return f'<w:del w:id="2" w:author="Urząd" w:date="2026-09-01T10:00:00Z"><w:r>{t(words, "delText")}</w:r></w:del>'


INSERTED_MARK = '<w:ins w:id="3" w:author="Urząd"/>'
DELETED_MARK = '<w:del w:id="4" w:author="Urząd"/>'


# The levels of a Polish legal text in one list, as a secretary sets them up once and for all.
LEGAL = abstract(
    1,
    level(0, "Rozdział %1"),
    level(1, "§ %2.", more='<w:lvlRestart w:val="0"/>'),
    level(2, "%3."),
    level(3, "%4)"),
    level(4, "%5)", "lowerLetter"),
    level(5, "–", "bullet"),
) + num(1, 1)
CHAPTER, PARAGRAPH, SUBPARAGRAPH, POINT, LETTER, INDENT = range(6)
