"""Bytes of a CSV file to rows of cells under known names. Pure: whatever the bytes, it returns a Table or raises Unreadable."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import StringIO
from typing import NotRequired, TypedDict

from accounts.contacts.columns import ADVICE, HEADS, KNOWN, key
from accounts.contacts.refusals import Reason
from accounts.spreadsheets import Unreadable, as_typed

MAX_BYTES, MAX_ROWS, MAX_COLUMNS = 10_000_000, 20_000, 200
SEPARATORS = (";", ",", "\t")
_HEADING_SHOWN = 60  # characters


class Row(TypedDict):
    """As it is kept. The number is the one that a spreadsheet shows beside the row."""

    row: int
    said: dict[str, str]
    broken: NotRequired[str]  # a code of rows.Broken


@dataclass(frozen=True)
class Table:
    rows: list[Row]
    # Headings whose cells are not kept, as they stand.
    unknown: list[str] = field(default_factory=list)


def read(data: bytes) -> Table:
    """Raises Unreadable."""
    text = _decoded(data)
    separator, heads = _separator(text)
    names = _names(heads)
    rows: list[Row] = []
    for number, cells in enumerate(_records(text, separator), 1):
        if number == 1 or not any(cell.strip() for cell in cells):
            continue
        if len(rows) == MAX_ROWS:
            raise Unreadable(Reason.TOO_MANY_ROWS)
        rows.append(_row(number, cells, names, separator))
    if not rows:
        raise Unreadable(Reason.NO_ROWS)
    unknown = [head.strip() for head in heads if head.strip() and key(head) not in KNOWN and key(head) != key(ADVICE)]
    return Table(rows, [head[:_HEADING_SHOWN] for head in unknown])


def _decoded(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise Unreadable(Reason.TOO_LARGE)
    if not data.removeprefix(b"\xef\xbb\xbf").strip():
        raise Unreadable(Reason.EMPTY)
    # A workbook, a PDF, or the UTF-16 of "Unicode text".
    if b"\0" in data or data.startswith((b"PK\x03\x04", b"%PDF", b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable(Reason.NOT_TEXT)
    for encoding in ("utf-8-sig", "windows-1250"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable(Reason.ENCODING)


def _separator(text: str) -> tuple[str, list[str]]:
    """The one under which most names of columns are known, and those names."""
    found = []
    for separator in SEPARATORS:
        heads = next(_records_or_none(text, separator), [])
        found.append((sum(key(head) in KNOWN for head in heads), len(heads), separator, heads))
    _known, _count, separator, heads = max(found, key=lambda one: one[:2])
    return separator, heads


def _records_or_none(text: str, separator: str) -> Iterator[list[str]]:
    try:
        yield from _records(text, separator)
    except Unreadable:
        return


def _names(heads: Sequence[str]) -> list[str]:
    """Of each column, in our words; empty for those that are not kept. Raises Unreadable."""
    if len(heads) > MAX_COLUMNS:
        raise Unreadable(Reason.TOO_MANY_COLUMNS)
    names = [KNOWN.get(key(head), "") for head in heads]
    if "name" not in names:
        raise Unreadable(Reason.NO_NAME)
    if twice := [HEADS[name] for name in HEADS if names.count(name) > 1]:
        raise Unreadable(Reason.TWICE, ", ".join(twice))
    return names


def _records(text: str, separator: str) -> Iterator[list[str]]:
    """Strict: a quotation mark that is not closed would swallow rows, and nobody would miss them. Raises Unreadable."""
    # newline="" keeps line breaks inside cells as they are.
    lines = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    begins = 1
    try:
        for cells in lines:
            yield cells
            begins = lines.line_num + 1
    except csv.Error as error:
        raise Unreadable(Reason.OPEN_QUOTE, str(begins)) from error


def _row(number: int, cells: Sequence[str], names: Sequence[str], separator: str) -> Row:
    said = {name: as_typed(cell.strip()) for name, cell in zip(names, cells, strict=False) if name and cell.strip()}
    row: Row = {"row": number, "said": said}
    if any(cell.strip() for cell in cells[len(names) :]):
        row["broken"] = "stray"
    elif any(separator in cell and ("\n" in cell or "\r" in cell) for cell in cells):
        row["broken"] = "run_on"
    return row
