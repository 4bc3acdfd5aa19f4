"""A text as it is read, on the page and on paper: the rows of a version in reading order become a tree."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from programs.models import ProvisionText
from programs.numbering import Unit

# 2 140 000, 12,5%, 0-20
_NUMBER = re.compile(r"[0-9][0-9 \u00a0]*(?:[,–-][0-9]+)?(?: ?(?:%|zł))?")
# Like labels, these are words of the document, not of the interface.
_TOTALS = ("razem", "ogółem", "suma")
_COLUMN_AT_MOST, _COLUMN_AT_LEAST = 32, 4  # characters


@dataclass(frozen=True, slots=True)
class Cell:
    words: str
    is_number: bool
    width: int  # of its column, in twentieths of the table


@dataclass(frozen=True, slots=True)
class Row:
    cells: Sequence[Cell]
    is_total: bool


@dataclass(frozen=True, slots=True)
class Table:
    header: Row
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Remarks:
    """How many a provision has in the consultation of that slug."""

    count: int
    slug: str


@dataclass(slots=True)
class Node:
    text: ProvisionText
    remarks: Sequence["Remarks"] = ()
    children: list["Node"] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return self.text.kind

    @property
    def groups(self) -> list["Group"]:
        """What stands in it, in runs of one kind: a run of points is one list."""
        return [Group(kind, list(run)) for kind, run in groupby(self.children, key=attrgetter("kind"))]

    @property
    def table(self) -> Table:
        return as_table(self.text.cells)


@dataclass(frozen=True, slots=True)
class Group:
    kind: str
    nodes: Sequence[Node]


def tree(texts: Iterable[ProvisionText], remarks: Mapping[UUID, Sequence[Remarks]] | None = None) -> list[Node]:
    """The top units of a text given in reading order, each with what stands in it; `remarks` by provision."""
    nodes: dict[int, Node] = {}
    top: list[Node] = []
    for text in texts:
        node = nodes[text.pk] = Node(text, (remarks or {}).get(text.provision_id, ()))
        (top if text.parent_id is None else nodes[text.parent_id].children).append(node)
    return top


def contents(texts: Iterable[ProvisionText]) -> list[ProvisionText]:
    return [text for text in texts if text.kind in (Unit.CHAPTER, Unit.ANNEX)]


def as_table(cells: Sequence[Sequence[str]]) -> Table:
    """Rows of cells, the first being the header, with what a printer must know about them."""
    if not cells:
        return Table(Row([], is_total=False), [])
    columns = list(zip(*cells, strict=True))
    # The first column names its row, even where the names are numbers.
    numbers = [place > 0 and _holds_numbers(column[1:]) for place, column in enumerate(columns)]
    widths = _widths(columns, numbers)
    header, *rows = [
        Row([Cell(*cell) for cell in zip(row, numbers, widths, strict=True)], is_total=_is_total(row)) for row in cells
    ]
    return Table(header, rows)


def _holds_numbers(cells: Sequence[str]) -> bool:
    filled = [cell.strip() for cell in cells if cell.strip()]
    return bool(filled) and all(_NUMBER.fullmatch(cell) for cell in filled)


def _widths(columns: Sequence[Sequence[str]], numbers: Sequence[bool]) -> list[int]:
    """Numbers get the room that the longest one needs, words share the rest by how much they say."""
    wanted = [
        max(map(len, column)) if is_numbers else max(_longest_word(column), sum(map(len, column)) // len(column))
        for column, is_numbers in zip(columns, numbers, strict=True)
    ]
    wanted = [min(max(length, _COLUMN_AT_LEAST), _COLUMN_AT_MOST) for length in wanted]
    widths = [max(2, round(20 * length / sum(wanted))) for length in wanted]
    # What rounding gives or takes, the widest column bears.
    widths[widths.index(max(widths))] += 20 - sum(widths)
    return widths


def _longest_word(cells: Sequence[str]) -> int:
    return max(len(word) for cell in cells for word in cell.split() or [""])


def _is_total(row: Sequence[str]) -> bool:
    return next((cell.strip().lower() for cell in row if cell.strip()), "") in _TOTALS
