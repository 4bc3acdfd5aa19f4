"""Sheets that the desk hands out: an empty one to be filled, and rows given back to be mended. Without a formula in any cell."""

from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from itertools import zip_longest

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.datavalidation import DataValidation

from consultations.exports.plain import printable
from consultations.imports.columns import COLUMNS, GIVEN_BACK, ON_TEXT, OTHER_MATTER, head
from consultations.models import Channel, Consultation, VoiceKind
from consultations.quotes import versions_under_remark
from programs.models import ProvisionText

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CHANNELS = {
    Channel.EMAIL: "e-mail",
    Channel.PAPER: "papier",
    Channel.PHONE: "telefon",
    Channel.MEETING: "spotkanie",
    Channel.EPUAP: "ePUAP",
}
_WIDE, _NARROW = 45, 20  # characters
_LONG = ("proposed_wording", "text", "reasons", GIVEN_BACK)
# How the cells of a column look: as text, what is typed stays what it is.
_FORMATS = {"day": "dd.mm.yyyy", "hour": "hh:mm"}
_AS_TEXT = "@"


def blank_sheet(consultation: Consultation, kind: VoiceKind) -> bytes:
    """With the words that may stand in it on a second sheet, and what stands in each column on a third."""
    names = [name for name in COLUMNS if kind == VoiceKind.REMARK or name not in ON_TEXT]
    book = Workbook(write_only=True)
    sheet = _sheet(book, "Głosy", [(head(name), name) for name in names])
    topics = [*consultation.topics.values_list("name", flat=True), OTHER_MATTER]
    lists = {"channel": list(CHANNELS.values()), "topic": topics}
    for letter, (name, words) in zip("AB", lists.items(), strict=True):
        allowed = DataValidation("list", formula1=f"Listy!${letter}$2:${letter}${len(words) + 1}", allow_blank=True)
        column = get_column_letter(names.index(name) + 1)
        allowed.add(f"{column}2:{column}2001")
        sheet.data_validations.append(allowed)
    if kind == VoiceKind.REMARK:
        texts = ProvisionText.objects.filter(version__in=versions_under_remark(consultation))
        lists["citation"] = ["całość", *texts.order_by("version", "rank").values_list("citation", flat=True)]
    _fill(_sheet(book, "Listy", [(head(name), name) for name in lists]), zip_longest(*lists.values(), fillvalue=""))
    _fill(_sheet(book, "Objaśnienia", [("Kolumna", ""), ("Co wpisać", "text")]), (COLUMNS[name] for name in names))
    return _bytes(book)


def returned_sheet(rows: Iterable[tuple[Mapping[str, str], Sequence[str]]]) -> bytes:
    """What was said in each row, and what is wrong with it: to be mended and put up again."""
    book = Workbook(write_only=True)
    sheet = _sheet(book, "Głosy", [(GIVEN_BACK, GIVEN_BACK), *((head(name), name) for name in COLUMNS)])
    _fill(sheet, (["\n".join(errors), *(said.get(name, "") for name in COLUMNS)] for said, errors in rows))
    return _bytes(book)


def _sheet(book: Workbook, title: str, columns: Sequence[tuple[str, str]]) -> WriteOnlyWorksheet:
    """With one row of heads, each with the name that says how its column looks."""
    sheet = book.create_sheet(title)
    assert isinstance(sheet, WriteOnlyWorksheet)  # noqa: S101 - tells the type checker what kind of book this is
    sheet.freeze_panes = "A2"
    for number, (_words, name) in enumerate(columns, 1):
        column = sheet.column_dimensions[get_column_letter(number)]
        column.width = _WIDE if name in _LONG else _NARROW
        column.number_format = _FORMATS.get(name, _AS_TEXT)
    heads = [_cell(sheet, words) for words, _name in columns]
    for cell in heads:
        cell.font = Font(bold=True)
    sheet.append(heads)
    return sheet


def _fill(sheet: WriteOnlyWorksheet, rows: Iterable[Iterable[str]]) -> None:
    for row in rows:
        sheet.append([_cell(sheet, words) for words in row])


def _cell(sheet: WriteOnlyWorksheet, words: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, printable(words))
    # Else what begins with "=" becomes a formula: here, or when somebody edits the cell.
    cell.data_type, cell.quotePrefix, cell.number_format = "s", True, _AS_TEXT
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def _bytes(book: Workbook) -> bytes:
    made = BytesIO()
    book.save(made)
    return made.getvalue()
