"""Reads a workbook in a limited child process (programs/child.py): nothing in it is evaluated, nothing outside it opened."""

import json
import warnings
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from io import BytesIO
from itertools import zip_longest
from typing import Any, NamedTuple
from zipfile import ZipFile

from openpyxl import load_workbook
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from accounts.folding import folded
from accounts.spreadsheets import Unreadable
from consultations.imports.columns import COLUMNS, GIVEN_BACK, NAMES, REQUIRED, head
from consultations.imports.refusals import Reason

_MB = 2**20
MAX_BYTES, MAX_UNPACKED, MAX_PARTS = 5 * _MB, 40 * _MB, 500
MAX_ROWS, MAX_CHARACTERS = 2_000, 20_000
_OLE, _ENCRYPTED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "EncryptedPackage".encode("utf-16-le")
_DTDS = [b"<!DOCTYPE", *("<!DOCTYPE".encode(encoding) for encoding in ("utf-16-le", "utf-16-be"))]
# By the type of a cell.
_REFUSED = {"f": Reason.FORMULA, "e": Reason.ERROR}


class Read(NamedTuple):
    row: int  # as the spreadsheet program numbers it
    said: dict[str, str]  # words of the cells that are not empty, by the name of the column
    errors: dict[str, str]  # Reason by the name of the column, or "" for the whole row


def main(data: bytes) -> bytes:
    try:
        answer: Any = [row._asdict() for row in read(data)]
    except Unreadable as refused:
        answer = {"reason": refused.reason, "named": refused.named}
    return json.dumps(answer).encode()


def read(data: bytes) -> list[Read]:
    """The rows of the first sheet. Raises Unreadable."""
    _check(data)
    try:
        with warnings.catch_warnings(action="ignore"):
            return _rows(data)
    except (Unreadable, MemoryError):
        raise
    except Exception as error:
        # Of a broken file the library raises whatever it stumbles over.
        raise Unreadable(Reason.BROKEN) from error


def _check(data: bytes) -> None:
    """Before the library opens it: is it a workbook, how large does it unpack. Raises Unreadable."""
    if len(data) > MAX_BYTES:
        raise Unreadable(Reason.TOO_LARGE)
    if data.startswith(_OLE):
        raise Unreadable(Reason.ENCRYPTED if _ENCRYPTED in data else Reason.OLD_EXCEL)
    if not data.startswith(b"PK"):
        raise Unreadable(Reason.NOT_EXCEL)
    try:
        with ZipFile(BytesIO(data)) as file:
            # Python unpacks no more of an entry than the entry says of itself.
            entries = file.infolist()
            if len(entries) > MAX_PARTS or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
                raise Unreadable(Reason.UNPACKS_TOO_LARGE)
            names = {entry.filename for entry in entries}
            if "xl/workbook.xml" not in names:
                raise Unreadable(Reason.OPEN_DOCUMENT if "content.xml" in names else Reason.NOT_EXCEL)
            parts = (file.read(entry) for entry in entries if entry.filename.endswith((".xml", ".rels")))
            if any(dtd in part for part in parts for dtd in _DTDS):
                raise Unreadable(Reason.HAS_DTD)
    except Unreadable:
        raise
    except Exception as error:
        raise Unreadable(Reason.BROKEN) from error


def _rows(data: bytes) -> list[Read]:
    # Not data_only: that would give for a formula what some program once counted, or nothing, without a word.
    book = load_workbook(BytesIO(data), read_only=True, keep_links=False)
    sheet = book.worksheets[0]
    # What the file says of its size is a claim.
    sheet.reset_dimensions()
    rows = ((number, cells) for number, cells in enumerate(sheet.iter_rows(), 1) if any(map(_is_filled, cells)))
    _number, heads = next(rows, (0, ()))
    names = _names([str(cell.value or "").strip() for cell in heads])
    found: list[Read] = []
    for number, cells in rows:
        if len(found) == MAX_ROWS:
            raise Unreadable(Reason.TOO_MANY_ROWS)
        found.append(_read(number, names, cells))
    if not found:
        raise Unreadable(Reason.NO_ROWS)
    return found


def _names(heads: Sequence[str]) -> list[str | None]:
    """Of each column; None for one without a head, empty for one that the desk wrote. Raises Unreadable."""
    known = {**NAMES, folded(GIVEN_BACK): "", "": None}
    if unknown := [words for words in heads if folded(words) not in known]:
        raise Unreadable(Reason.UNKNOWN, ", ".join(unknown)[:300])
    names = [known[folded(words)] for words in heads]
    if twice := [name for name in COLUMNS if names.count(name) > 1]:
        raise Unreadable(Reason.TWICE, ", ".join(map(head, twice)))
    if missing := [name for name in REQUIRED if name not in names]:
        raise Unreadable(Reason.MISSING, ", ".join(map(head, missing)))
    return names


def _read(number: int, names: Sequence[str | None], cells: Sequence[Any]) -> Read:
    said: dict[str, str] = {}
    errors: dict[str, str] = {}
    # A row may have more cells than there are heads.
    for name, cell in zip_longest(names, cells):
        if cell is None or not _is_filled(cell):
            continue
        if name is None:
            errors[""] = Reason.STRAY
        elif name:
            said[name] = words = _words(cell.value)
            if cell.data_type in _REFUSED:
                errors[name] = _REFUSED[cell.data_type]
            elif len(words) > MAX_CHARACTERS:
                errors[name] = Reason.TOO_LONG
    return Read(number, said, errors)


def _is_filled(cell: Any) -> bool:
    return cell.value is not None and bool(str(cell.value).strip())


def _words(value: Any) -> str:
    """As a person would have typed it."""
    match value:
        case datetime():
            return f"{value:%d.%m.%Y}" if value.time() == time.min else f"{value:%d.%m.%Y %H:%M}"
        case date():
            return f"{value:%d.%m.%Y}"
        case time():
            return f"{value:%H:%M}"
        case timedelta():
            return ":".join(f"{part:02}" for part in divmod(int(value.total_seconds()) // 60, 60))
        case bool():
            return "prawda" if value else "fałsz"
        case float() if value.is_integer():
            return str(int(value))
        case ArrayFormula() | DataTableFormula():
            return str(getattr(value, "text", "") or "=")
    # How the format writes the end of a line that other systems have.
    return str(value).replace("_x000D_", "").replace("\r\n", "\n").strip()
