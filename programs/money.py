"""Amounts in zloty: read as people type them, printed in figures and words, added up in tables. Imports no model."""

import re
from collections.abc import Sequence
from decimal import Decimal

from num2words import num2words

Cells = Sequence[Sequence[str]]

# 2140000; 2 140 000; 2.140.000,50 zł; the space may be a hard one.
_AMOUNT = re.compile(r"(?P<whole>\d{1,3}(?:[ \u00a0.]\d{3})+|\d+)(?:,(?P<rest>\d{2}))?(?:[ \u00a0]?zł)?")
# What a cell of the last row says instead of a typed total.
TOTAL_HERE = "="
# Like labels, these are words of the document, not of the interface.
TOTALS = ("razem", "ogółem", "suma", "łącznie")


def parse(words: str) -> Decimal | None:
    """The amount that a person typed; None when it is not one."""
    found = _AMOUNT.fullmatch(words.strip())
    if found is None:
        return None
    return Decimal(re.sub(r"\D", "", found["whole"]) + "." + (found["rest"] or "00"))


def figures(amount: Decimal) -> str:
    """2 140 000 or 2 140 000,50: without the currency, since the head of a column names it."""
    whole, rest = divmod(amount, 1)
    grouped = f"{int(whole):,}".replace(",", " ")
    return f"{grouped},{int(rest * 100):02d}" if rest else grouped


def in_words(amount: Decimal) -> str:
    """2 140 000 zł (słownie: dwa miliony sto czterdzieści tysięcy złotych)."""
    spoken: str = num2words(amount, lang="pl", to="currency", currency="PLN")
    return f"{figures(amount)} zł (słownie: {spoken.removesuffix(', zero groszy')})"


def is_total(row: Sequence[str]) -> bool:
    """Whether a row of a table adds up those above it."""
    return next((cell.strip().lower().rstrip(":") for cell in row if cell.strip()), "") in TOTALS


def column_sum(cells: Cells, column: int) -> Decimal | None:
    """What the rows between the head and the total add up to; None when one of them is not an amount."""
    typed = [row[column] for row in cells[1:] if len(row) > column and not is_total(row) and row[column].strip()]
    amounts = [amount for words in typed if (amount := parse(words)) is not None]
    return sum(amounts, Decimal(0)) if typed and len(amounts) == len(typed) else None


def with_totals(cells: Cells) -> list[list[str]]:
    """The table as it is printed: `=` in the row of the total is the sum of its column."""
    sums: dict[int, Decimal | None] = {}
    return [[_printed(cells, row, column, sums) for column in range(len(row))] for row in cells]


def table_total(cells: Cells) -> Decimal | None:
    """The figure that a text quotes from a table: the last column that adds up, of those that its total row fills in.

    A column of years adds up too, and is no amount.
    """
    if not cells:
        return None
    totals = [row for row in cells[1:] if is_total(row)]
    filled = [
        column
        for column in range(1, len(cells[0]))
        if not totals or any("".join(row[column : column + 1]).strip() for row in totals)
    ]
    sums = [column_sum(cells, column) for column in filled]
    return next((total for total in reversed(sums) if total is not None), None)


def wrong_totals(cells: Cells) -> list[tuple[str, Decimal]]:
    """Typed totals that differ from what their columns add up to, each with the right amount."""
    return [
        (row[column], right)
        for row in cells[1:]
        if is_total(row)
        for column in range(1, len(row))
        if (typed := parse(row[column])) is not None and (right := column_sum(cells, column)) is not None and typed != right
    ]


def _printed(cells: Cells, row: Sequence[str], column: int, sums: dict[int, Decimal | None]) -> str:
    if row[column].strip() != TOTAL_HERE or not is_total(row):
        return row[column]
    if column not in sums:
        sums[column] = column_sum(cells, column)
    total = sums[column]
    return row[column] if total is None else figures(total)
