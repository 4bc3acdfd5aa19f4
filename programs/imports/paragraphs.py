"""The body of a document as it is read: paragraphs with their numbers and tables, one after the other."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from programs.imports.numbering import Listed, Numbers
from programs.imports.ooxml import ALTERNATE, Element, child, chosen, value, w, whole
from programs.imports.ours import Bookmarks, note
from programs.imports.refusals import Reason, Unreadable
from programs.imports.styles import Styles, outline_of
from programs.imports.warning_codes import WarningCode
from programs.imports.words import Words

MAX_ROWS = 10_000  # paragraphs outside tables, and rows of tables
MAX_CHARACTERS = 20_000  # of one unit, as ProvisionText has them
MAX_COLUMNS = 63  # as Word has them
_CONTENTS: Final = "Table of Contents"
_CONTENTS_STYLES: Final = ("toc ", "table of figures", "spis treści", "contents ")


@dataclass(slots=True)
class Paragraph:
    text: str
    number: Listed | None = None
    style: str = ""  # in lower case: "heading 1"
    outline: int | None = None  # as a heading, from 0
    bookmarks: Bookmarks = field(default_factory=dict)
    warnings: Counter[WarningCode] = field(default_factory=Counter)


@dataclass(slots=True)
class Table:
    cells: list[list[str]]
    bookmarks: Bookmarks = field(default_factory=dict)
    warnings: Counter[WarningCode] = field(default_factory=Counter)

    @property
    def words(self) -> str:
        return "\n".join(" ".join(filter(None, row)) for row in self.cells).strip()


Block = Paragraph | Table


class Body:
    """Reads a document whose changes are settled. `blocks` raises Unreadable."""

    def __init__(self, styles: Styles, numbers: Numbers) -> None:
        self.warnings: set[WarningCode] = set()  # of the document, where no paragraph can bear them
        self._styles = styles
        self._numbers = numbers
        self._rows = 0
        self._waiting: Bookmarks = {}  # that begin between paragraphs

    def blocks(self, parent: Element) -> Iterator[Block]:
        for element in _contents(parent):
            if element.tag == w("p"):
                self._count_row()
                paragraph = self._paragraph(element)
                if not paragraph.style.startswith(_CONTENTS_STYLES):
                    yield paragraph
            elif element.tag == w("tbl"):
                frame = _only_cell(element)
                if frame is None:
                    yield self._table(element)
                else:
                    yield from self.blocks(frame)
            else:
                self._between(element)

    def _count_row(self) -> None:
        self._rows += 1
        if self._rows > MAX_ROWS:
            raise Unreadable(Reason.TOO_LONG)

    def _paragraph(self, element: Element, *, has_marks: bool = True) -> Paragraph:
        properties = child(element, "pPr")
        look = self._styles.look(value(properties, "pStyle"))
        words = Words(self._styles, hidden=look.hidden, has_marks=has_marks)
        words.walk(element)
        paragraph = Paragraph(
            text=str(words),
            number=self._numbers.count(properties, look),
            style=look.name,
            outline=outline_of(properties, look),
            bookmarks=self._waiting | words.bookmarks,
            warnings=words.warnings,
        )
        self._waiting = {}
        if not look.is_known:
            paragraph.warnings[WarningCode.UNKNOWN_STYLE] += 1
        return paragraph

    def _between(self, element: Element) -> None:
        if element.tag == w("bookmarkStart"):
            note(element, self._waiting)
        elif element.tag in (w("altChunk"), w("subDoc")):
            self.warnings.add(WarningCode.INSERTED_FILE)

    def _table(self, element: Element) -> Table:
        table = Table([])
        for row in _contents(element, w("tr")):
            self._count_row()
            table.cells.append(self._row(row, table))
        width = max(map(len, table.cells), default=0)
        if any(len(row) != width for row in table.cells):
            table.warnings[WarningCode.MERGED_CELLS] += 1
        for cells in table.cells:
            cells.extend([""] * (width - len(cells)))
        return table

    def _row(self, row: Element, table: Table) -> list[str]:
        cells = [""] * min(whole(row, "trPr", "gridBefore") or 0, MAX_COLUMNS)
        for cell in _contents(row, w("tc")):
            span = min(whole(cell, "tcPr", "gridSpan") or 1, MAX_COLUMNS)
            if span > 1 or child(cell, "tcPr", "vMerge") is not None:
                table.warnings[WarningCode.MERGED_CELLS] += 1
            words = "\n".join(line for line in self._lines(cell, table) if line)
            if len(words) > MAX_CHARACTERS:
                raise Unreadable(Reason.UNIT_TOO_LONG, place=words[:40])
            cells += [words, *[""] * (span - 1)]
        return cells[:MAX_COLUMNS]

    def _lines(self, cell: Element, table: Table) -> Iterator[str]:
        for element in _contents(cell):
            if element.tag == w("p"):
                # Cells hold no marks: a reference stays the words that it was.
                paragraph = self._paragraph(element, has_marks=False)
                table.bookmarks |= paragraph.bookmarks
                table.warnings += paragraph.warnings
                label = paragraph.number.label if paragraph.number else ""
                yield f"{label} {paragraph.text.strip()}".strip()
            elif element.tag == w("tbl"):
                table.warnings[WarningCode.NESTED_TABLE] += 1
                for row in _contents(element, w("tr")):
                    for inner in _contents(row, w("tc")):
                        yield from self._lines(inner, table)
            else:
                self._between(element)


def _contents(parent: Element, tag: str | None = None) -> Iterator[Element]:
    """What stands in it, also where a form field or another wrapper stands around it; no table of contents."""
    for element in parent:
        if element.tag == w("sdt"):
            if value(element, "sdtPr", "docPartObj", "docPartGallery") != _CONTENTS:
                inner = child(element, "sdtContent")
                yield from _contents(inner if inner is not None else (), tag)
        elif element.tag == w("customXml"):
            yield from _contents(element, tag)
        elif element.tag == ALTERNATE:
            inner = chosen(element)
            yield from _contents(inner if inner is not None else (), tag)
        elif tag is None or element.tag == tag:
            yield element


def _only_cell(table: Element) -> Element | None:
    """The cell of a table that is but a frame around a text; a table of ours may be as small, but is named as one."""
    cells = [cell for row in _contents(table, w("tr")) for cell in _contents(row, w("tc"))]
    ours: Bookmarks = {}
    for bookmark in table.iter(w("bookmarkStart")):
        note(bookmark, ours)
    return cells[0] if len(cells) == 1 and not ours else None
