"""The table of voices as a workbook: what people typed is text in it, whatever it begins with; nothing is a formula."""

from collections.abc import Sequence
from datetime import UTC
from io import BytesIO

from django.conf import settings
from django.utils import translation
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from accounts.models import Portal
from consultations.exports.columns import COLUMNS, Column, rows
from consultations.exports.plain import printable
from consultations.reporting.facts import Facts
from consultations.reporting.voices import Said
from consultations.reporting.words import moment

# What a cell may hold.
CELL_AT_MOST = 32_767
CUT = "… (całość pod adresem w ostatniej kolumnie)"
_WRAPPED = Alignment(vertical="top", wrap_text=True)
_HEAD = Font(bold=True), PatternFill("solid", fgColor="F6E9E3")
# In points, of rows.
LINE, _TALLEST = 15, 409


def table_xlsx(told: Facts, said: Sequence[Said]) -> bytes:
    """Two sheets: the table, and what it is of."""
    book = Workbook(write_only=True)
    book.properties.title = f"Uwagi i propozycje – {told.title}"
    book.properties.creator = Portal.current().name
    book.properties.language = "pl"
    if published_at := told.written.published_at:
        # In UTC without saying so, as workbooks keep moments.
        book.properties.created = book.properties.modified = published_at.astimezone(UTC).replace(tzinfo=None)
    with translation.override("pl"):
        _table(book.create_sheet("Uwagi i propozycje"), said)
        _about(book.create_sheet("Informacje"), told, said)
    made = BytesIO()
    book.save(made)
    return made.getvalue()


def _table(sheet: WriteOnlyWorksheet, said: Sequence[Said]) -> None:
    for at, column in enumerate(COLUMNS, start=1):
        sheet.column_dimensions[get_column_letter(at)].width = column.width
    found = list(rows(said))
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(COLUMNS))}{len(found) + 1}"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.row_dimensions[1].height = 2 * LINE
    sheet.append([_cell(sheet, column.name, is_head=True) for column in COLUMNS])
    for at, row in enumerate(found, start=2):
        # Not every program fits the height to wrapped words by itself.
        sheet.row_dimensions[at].height = min(_TALLEST, LINE * max(map(_lines, row, COLUMNS)))
        sheet.append([_cell(sheet, value) for value in row])


def _lines(value: str, column: Column) -> int:
    return sum(1 + len(line) // column.width for line in value.split("\n"))


def _about(sheet: WriteOnlyWorksheet, told: Facts, said: Sequence[Said]) -> None:
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 30, 80
    lines = (
        ("Konsultacje", told.title),
        ("Urząd", Portal.current().office),
        ("Raport ogłoszono", moment(told.written.published_at)),
        ("Strona raportu", f"{settings.PUBLIC_URL}{told.url}raport/"),
        ("Głosów w tabeli", str(len(said))),
        ("Wierszy w tabeli", str(sum(len(one.answers) for one in said))),
        ("Jak czytać tabelę", "Jeden wiersz to jedna odpowiedź. Głos, na który odpowiedziano w częściach, ma kilka wierszy."),
        ("Kogo pokazujemy", "Organizacje z nazwy; o mieszkańcach nie podajemy żadnych danych."),
    )
    for name, value in lines:
        sheet.append([_cell(sheet, name, is_head=True), _cell(sheet, value)])


def _cell(sheet: WriteOnlyWorksheet, value: str, *, is_head: bool = False) -> WriteOnlyCell:
    value = printable(value)
    if len(value) > CELL_AT_MOST:
        value = value[: CELL_AT_MOST - len(CUT)] + CUT
    cell = WriteOnlyCell(sheet, value)
    # Else what begins with "=" becomes a formula: here, or when somebody edits the cell.
    cell.data_type, cell.quotePrefix = "s", True
    cell.alignment = _WRAPPED
    if is_head:
        cell.font, cell.fill = _HEAD
    return cell
