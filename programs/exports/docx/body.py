"""The text as paragraphs and tables of WordprocessingML, with what changed in it. Imports no model.

The words of a unit stand in a bookmark `p_` with the 32 digits of its provision; those of a table begin in its first
cell. Where numbers alone do not tell how deep it stands, a bookmark `d2_` with the same digits does. Around the heading of
a table stands a bookmark `s_`: totals lead there. Properties are written in the order of the standard, since Word refuses
any other.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple
from xml.sax.saxutils import quoteattr

from programs import money, redline
from programs.exports.docx.inline import DEPTH, SUM, UNIT, Inline, Op, printable
from programs.exports.docx.levels import level_of, place_of
from programs.exports.docx.rows import Pair, Row
from programs.numbering import Unit

WIDTH: Final = 9071  # of a line, in twentieths of a point
_HEADED: Final = (Unit.CHAPTER, Unit.ANNEX)
_NOWHERE: Final = Row("", "", False, "", False, "", "")


class _Unit(NamedTuple):
    old: Row
    new: Row

    @property
    def op(self) -> Op:
        return "new" if self.old is _NOWHERE else "old" if self.new is _NOWHERE else "same"

    @property
    def row(self) -> Row:
        return self.old if self.new is _NOWHERE else self.new


class Body:
    def __init__(self, inline: Inline, pairs: Sequence[Pair]) -> None:
        self._inline = inline
        self._pairs = pairs
        self._standing = {new.provision for _old, new in pairs if new}

    def units(self) -> Iterator[str]:
        """Each pair as XML."""
        for pair in self._pairs:
            unit = _Unit(*(row or _NOWHERE for row in pair))
            if unit.row.kind == Unit.TABLE:
                yield self._table(unit)
            elif unit.row.kind in _HEADED:
                yield self._headed(unit)
            else:
                yield self._numbered(unit)

    def paragraph(self, style: str, op: Op, content: str, *, properties: str = "") -> str:
        """`properties` are children of w:pPr from w:keepNext to w:jc."""
        sign = op != "same" and f"<w:rPr>{self._inline.sign(op)}</w:rPr>"
        return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{properties}{sign or ""}</w:pPr>{content}</w:p>'

    def _headed(self, unit: _Unit) -> str:
        """The heading goes on in the paragraph of the number, on a line of its own."""
        heading = self._plain(*(row.heading and f"\n{row.heading}" for row in unit))
        return (
            self._counted(unit, self._plain(*(row.label for row in unit)) + self._named(unit, heading))
            + self._optional("Tresc", self._spelled, unit.old.text, unit.new.text)
        )  # fmt: skip

    def _numbered(self, unit: _Unit) -> str:
        title = ""
        if unit.row.kind == Unit.PARAGRAPH:
            title = self._optional("TytulParagrafu", self._plain, unit.old.heading, unit.new.heading)
        label = self._plain(*(row.label for row in unit)) + self._inline.run(unit.op, "\t") if unit.row.label else ""
        return title + self._counted(unit, label + self._named(unit, self._spelled(unit.old.text, unit.new.text)))

    def _counted(self, unit: _Unit, content: str) -> str:
        level, place = level_of(unit.row.kind), place_of(unit.row.kind, in_annex=unit.row.in_annex)
        number = ""
        if unit.row.label:
            # The list would have set the indent.
            number = f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="0"/></w:numPr>{level.indent}'
        elif not place.is_by_style:
            number = f'<w:numPr><w:ilvl w:val="{place.level}"/><w:numId w:val="{place.list_id}"/></w:numPr>'
        keep = "<w:keepNext/>" if unit.row.holds else ""
        return self.paragraph(level.style, unit.op, content, properties=keep + number)

    def _optional(self, style: str, content: Callable[[str, str], str], old: str, new: str) -> str:
        """A paragraph that is there only when it says something."""
        if not (old or new):
            return ""
        op: Op = "same" if old and new else "new" if new else "old"
        return self.paragraph(style, op, content(old, new))

    def _table(self, unit: _Unit) -> str:
        label = self._plain(*(row.label + (". " if row.heading else "") for row in unit))
        caption = label + self._named(unit, self._plain(unit.old.heading, unit.new.heading), SUM)
        if not unit.row.columns:
            return self.paragraph("Caption", unit.op, self._named(unit, caption))
        return self.paragraph("Caption", unit.op, caption) + self._grid(unit)

    def _grid(self, unit: _Unit) -> str:
        widths = [WIDTH * width // 20 for width, _holds_numbers in unit.row.columns]
        grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        rows = "".join(self._rows(unit, widths))
        title = quoteattr(printable(unit.row.heading or unit.row.label))
        return (
            f'<w:tbl><w:tblPr><w:tblStyle w:val="Tabela"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
            '<w:tblLayout w:type="fixed"/><w:tblLook w:val="0620" w:firstRow="1" w:lastRow="0" w:firstColumn="0"'
            f' w:lastColumn="0" w:noHBand="1" w:noVBand="1"/><w:tblCaption w:val={title}/></w:tblPr>'
            f"<w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"
        )

    def _rows(self, unit: _Unit, widths: Sequence[int]) -> Iterator[str]:
        old_at = new_at = 0
        rows = redline.cells(unit.old.cells, unit.new.cells)
        named = next((at for at, row in enumerate(rows) if row.op != "old"), 0)
        for at, row in enumerate(rows):
            op: Op = "same" if row.op == "edited" else row.op
            said, place = (unit.old, old_at) if op == "old" else (unit.new, new_at)
            contents = [self._inline.plain(cell) for cell in row.cells]
            if at == named:
                contents[0] = self._named(unit, contents[0])
            yield self._row(op, said, place, contents, widths)
            old_at, new_at = old_at + (op != "new"), new_at + (op != "old")

    def _row(self, op: Op, said: Row, place: int, contents: Sequence[str], widths: Sequence[int]) -> str:
        style = "KomorkaNaglowka" if place == 0 else "KomorkaSumy" if money.is_total(said.cells[place]) else "Komorka"
        cells = ""
        for content, width, (_width, holds_numbers) in zip(contents, widths, said.columns, strict=True):
            align = '<w:jc w:val="right"/>' if holds_numbers else ""
            cell = self.paragraph(style, op, content, properties=align)
            cells += f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{cell}</w:tc>'
        header = "<w:tblHeader/>" if place == 0 else ""
        return f"<w:tr><w:trPr><w:cantSplit/>{header}{self._inline.sign(op)}</w:trPr>{cells}</w:tr>"

    def _plain(self, old: str, new: str) -> str:
        return self._inline.plain(redline.words(old, new))

    def _spelled(self, old: str, new: str) -> str:
        return self._inline.spelled(redline.words(old, new))

    def _named(self, unit: _Unit, content: str, prefix: str = UNIT) -> str:
        """In its bookmark, unless the unit is only gone from here and stands elsewhere in the new text."""
        is_elsewhere = unit.op == "old" and unit.row.provision in self._standing
        if is_elsewhere:
            return content
        if prefix == UNIT and unit.row.depth is not None:
            content = self._inline.bookmark(f"{DEPTH}{unit.row.depth}_{unit.row.provision}", content)
        return self._inline.bookmark(f"{prefix}{unit.row.provision}", content)
