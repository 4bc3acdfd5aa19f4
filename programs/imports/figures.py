"""Amounts that we print in words, and totals that we add up, back as what they were: marks and `=`."""

import re
from decimal import Decimal
from typing import Final

from programs import marks, money

# No longer than money.parse reads, so that a page of figures costs nothing.
_FIGURES: Final = r"(?P<figures>\d{1,3}(?:[ .]\d{3}){0,4}(?:,\d\d)?|\d{1,15}(?:,\d\d)?)"
_SPELLED: Final = re.compile(rf"(?<![\d.,]){_FIGURES} zł \(słownie: [^()]{{1,200}}\)")


def marked(text: str) -> str:
    """The text with each amount whose words agree with its figures as a mark; others stay as they are typed."""
    return _SPELLED.sub(_mark, text) if "(słownie: " in text else text


def summed(cells: list[list[str]]) -> list[list[str]]:
    """The table with `=` for each total that is what its column adds up to."""
    if not any(money.is_total(row) for row in cells[1:]):
        return cells
    sums = [None, *(money.column_sum(cells, column) for column in range(1, len(cells[0])))]
    return [cells[0], *(_summed(row, sums) if money.is_total(row) else row for row in cells[1:])]


def _summed(row: list[str], sums: list[Decimal | None]) -> list[str]:
    # "500 zł" keeps its unit: a total that we print has none.
    return [
        money.TOTAL_HERE if total is not None and "zł" not in cell and money.parse(cell) == total else cell
        for cell, total in zip(row, sums, strict=True)
    ]


def _mark(found: re.Match[str]) -> str:
    amount = money.parse(found["figures"])
    return marks.amount(amount) if amount is not None and money.in_words(amount) == found[0] else found[0]
