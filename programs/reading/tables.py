"""A table as it is printed: which cells are numbers, which row is the total, how wide each column is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from programs import money

# 2 140 000, 12,5%, 0-20
_NUMBER = re.compile(r"[0-9][0-9 \u00a0]*(?:[,–-][0-9]+)?(?: ?(?:%|zł))?")
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


def as_table(cells: Sequence[Sequence[str]]) -> Table:
    """Rows of cells, the first being the header, with what a printer must know about them."""
    if not cells:
        return Table(Row([], is_total=False), [])
    cells = money.with_totals(cells)
    columns = list(zip(*cells, strict=True))
    # The first column names its row, even where the names are numbers.
    numbers = [place > 0 and _holds_numbers(column[1:]) for place, column in enumerate(columns)]
    widths = _widths(columns, numbers)
    header, *rows = [
        Row([Cell(*cell) for cell in zip(row, numbers, widths, strict=True)], is_total=money.is_total(row)) for row in cells
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
