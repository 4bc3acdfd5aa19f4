"""A text as HTML, built by hand: a template for each of 1,300 units would take a second. Page and paper share it.

Units come as pieces, so that a version and what changed between two of them are set alike.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from itertools import groupby
from operator import attrgetter

from django.utils.safestring import SafeString, mark_safe

from programs.marks import Part, Spelling
from programs.numbering import Unit
from programs.reading.tables import Row, Table
from programs.reading.tree import Node
from programs.typography import typeset

# Units behind one line that opens; its label says which.
FOLD = "fold"
_HEADED = (Unit.CHAPTER, Unit.ANNEX)
_LISTED = (Unit.SUBPARAGRAPH, Unit.POINT, Unit.LETTER, Unit.INDENT)


@dataclass(slots=True)
class Piece:
    """A unit ready to be set: what it says is markup."""

    kind: str
    anchor: str
    citation: str  # computed, so there is nothing in it to escape
    label: str
    heading: str = ""
    words: str = ""
    table: str = ""
    # What stands below its own words: links, a note.
    beside: str = ""
    state: str = ""  # a class of text.css
    children: list["Piece"] = field(default_factory=list)


def pieces(nodes: Iterable[Node], beside: Callable[[Node], str] | None = None) -> list[Piece]:
    """A version as it is read; `beside` gives the markup that stands below a unit."""
    return [
        Piece(
            kind=node.kind,
            anchor=node.text.anchor,
            citation=node.text.citation,
            label=printed(node.text.label),
            heading=printed(node.text.heading),
            words=spelled(node.text.text, node.spelling),
            table=table(node.table) if node.kind == Unit.TABLE else "",
            beside=beside(node) if beside else "",
            children=pieces(node.children, beside),
        )
        for node in nodes
    ]


@lru_cache(maxsize=4096)
def printed(words: str) -> str:
    """Plain words, typeset, as markup."""
    return as_lines(typeset(words))


def as_lines(words: str) -> str:
    """Typeset words as markup."""
    return escape(words).replace("\n", "<br>")


def spelled(words: str, spelling: Spelling) -> str:
    """Words with marks as markup; a reference leads to its unit."""
    if "{" not in words:
        return printed(words)
    parts = list(spelling.parts(words))
    # Typeset as a whole, since a number that is referred to belongs to the word before it; no character is added.
    left = typeset("".join(part.words for part in parts))
    markup = []
    for part in parts:
        shown, left = left[: len(part.words)], left[len(part.words) :]
        markup.append(linked(part, shown, spelling))
    return "".join(markup)


def linked(part: Part, shown: str, spelling: Spelling) -> str:
    """A run of words, given typeset as well, as markup; one that names a provision leads there."""
    return f'<a href="#{spelling.targets[part.target].anchor}">{as_lines(shown)}</a>' if part.target else as_lines(shown)


def table(printed_table: Table) -> str:
    """Columns, head and body of a table; the caption is the unit's."""
    columns = "".join(f'<col class="w{cell.width}">' for cell in printed_table.header.cells)
    head = "".join(f'<th scope="col"{_numeric(cell.is_number)}>{printed(cell.words)}</th>' for cell in printed_table.header.cells)
    rows = "\n".join(_row(row) for row in printed_table.rows)
    return f"<colgroup>{columns}</colgroup>\n<thead><tr>{head}</tr></thead>\n<tbody>{rows}</tbody>"


def html(pieces: Sequence[Piece], *, links: bool) -> SafeString:
    """With `links` the number of each unit leads to itself; paper has nobody to follow it."""
    # Each word was escaped where it became markup. Only the title of the page stands above.
    return mark_safe("".join(_set(pieces, links, level=2)))  # noqa: S308


def _set(pieces: Sequence[Piece], links: bool, level: int = 3) -> Iterator[str]:
    """`level` is that of headings of paragraphs: chapters and annexes stand above them."""
    for kind, run in groupby(pieces, key=attrgetter("kind")):
        if kind == FOLD:
            for piece in run:
                yield f'<details class="fold"><summary>{piece.label}</summary>\n'
                yield from _set(piece.children, links, level)
                yield "</details>\n"
        elif kind in _LISTED:
            yield '<ol class="points">'
            for piece in run:
                yield from _item(piece, links)
            yield "</ol>\n"
        elif kind in _HEADED:
            for piece in run:
                yield from _headed(piece, links)
        else:
            for piece in run:
                yield from _table(piece, links) if kind == Unit.TABLE else _paragraph(piece, links, level)


def _headed(piece: Piece, links: bool) -> Iterator[str]:
    kind = "chapter annex" if piece.kind == Unit.ANNEX else "chapter"
    number = f"<small>{_number(piece, links)}</small>"
    yield f'<h2 class="{kind}{_state(piece)}" id="{piece.anchor}">{number} {piece.heading}</h2>\n'
    yield piece.beside
    if piece.words:
        yield f'<p class="words">{piece.words}</p>\n'
    yield from _set(piece.children, links)


def _paragraph(piece: Piece, links: bool, level: int) -> Iterator[str]:
    heading = f"<h{level}>{piece.heading}</h{level}>" if piece.heading else ""
    yield f'<div class="unit{_state(piece)}" id="{piece.anchor}">{heading}<p>{_number(piece, links)} {piece.words}</p>\n'
    yield from _set(piece.children, links)
    yield f"{piece.beside}</div>\n"


def _item(piece: Piece, links: bool) -> Iterator[str]:
    state = f' class="{piece.state}"' if piece.state else ""
    yield f'<li id="{piece.anchor}"{state}>{_number(piece, links)} <div><p>{piece.words}</p>{piece.beside}'
    yield from _set(piece.children, links)
    yield "</div></li>\n"


def _table(piece: Piece, links: bool) -> Iterator[str]:
    caption = f"{_number(piece, links)} {piece.heading}" if links else piece.heading or piece.label
    yield (
        f'<div class="tab{_state(piece)}" id="{piece.anchor}">'
        f'<div class="scroll" role="region" tabindex="0" aria-label="{piece.citation}"><table class="grid">'
        f"<caption>{caption}</caption>{piece.table}</table></div>{piece.beside}</div>\n"
    )


def _number(piece: Piece, links: bool) -> str:
    if not links:
        return f'<span class="no">{piece.label}</span>'
    # Said as it is cited: a list of two hundred links called "2." would help nobody.
    return f'<a class="no" href="#{piece.anchor}" aria-label="{piece.citation}">{piece.label}</a>'


def _row(row: Row) -> str:
    cells = "".join(
        f'<th scope="row">{printed(cell.words)}</th>'
        if place == 0 and cell.words
        else f"<td{_numeric(cell.is_number)}>{printed(cell.words)}</td>"
        for place, cell in enumerate(row.cells)
    )
    return f'<tr class="sum">{cells}</tr>' if row.is_total else f"<tr>{cells}</tr>"


def _numeric(is_number: bool) -> str:
    return ' class="num"' if is_number else ""


def _state(piece: Piece) -> str:
    return f" {piece.state}" if piece.state else ""
