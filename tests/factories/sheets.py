"""Sheets of voices as staff fill them."""

from datetime import date
from io import BytesIO

from openpyxl import Workbook, load_workbook

from consultations.imports.columns import COLUMNS, head

# In the time of tests.factories.voices.
GOOD = {
    "organization_name": "Koło Gospodyń „Źdźbło”",
    "name": "Jan Ćwik",
    "channel": "papier",
    "day": date(2026, 9, 10),
    "hour": "11:30",
    "citation": "§ 2",
    "text": "Zażółć gęślą jaźń.",
}


def rows_of(count, **changes):
    """Good ones, all different."""
    return [{**GOOD, "text": f"Uwaga numer {number}.", **changes} for number in range(1, count + 1)]


def book(rows, *, columns=None, heads=None):
    """Bytes of a workbook; `heads` are put for the names of `columns`."""
    made = Workbook()
    names = list(columns or COLUMNS)
    made.active.append(heads or [head(name) for name in names])
    for row in rows:
        made.active.append([row.get(name) for name in names])
    return saved(made)


def saved(made):
    into = BytesIO()
    made.save(into)
    return into.getvalue()


def opened(data):
    """Each sheet by its name, as lists of values; a formula is its own text."""
    return {sheet.title: [list(row) for row in sheet.values] for sheet in load_workbook(BytesIO(data))}
