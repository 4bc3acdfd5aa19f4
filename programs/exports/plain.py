"""Plain text of a version: for search, for a screen reader without a browser, for a letter."""

from collections.abc import Iterator

from programs.models import DraftVersion
from programs.money import with_totals
from programs.numbering import Unit
from programs.reading import Node, tree

INDENT = "    "
_DEPTHS = {Unit.POINT: 1, Unit.LETTER: 2, Unit.INDENT: 3}


def version_text(version: DraftVersion) -> bytes:
    """UTF-8, a line a paragraph, points indented; tables with cells parted by " | "."""
    lines = [version.program.title, str(version.get_purpose_display()), ""]
    for node in tree(list(version.texts.in_reading_order())):
        lines += _lines(node)
    return ("\n".join(lines).strip() + "\n").encode()


def _lines(node: Node) -> Iterator[str]:
    unit = node.text
    margin = INDENT * _DEPTHS.get(Unit(unit.kind), 0)
    if unit.kind in (Unit.CHAPTER, Unit.ANNEX):
        yield from ("", f"{unit.label}. {unit.heading}".rstrip(". "), "")
    elif unit.heading:
        yield from ("", unit.heading)
    if unit.kind == Unit.TABLE:
        yield from (" | ".join(row) for row in with_totals(unit.cells))
    elif unit.kind not in (Unit.CHAPTER, Unit.ANNEX):
        first, *rest = node.words.split("\n")
        yield f"{margin}{unit.label} {first}".rstrip()
        yield from (f"{margin}{line}" for line in rest)
    elif unit.text:
        yield node.words
    for child in node.children:
        yield from _lines(child)
