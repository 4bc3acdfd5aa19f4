"""Workbooks that staff put up: read whole, or refused in words; nothing in them is evaluated and no size is believed."""

import json
import zipfile
from datetime import date, datetime, time, timedelta
from io import BytesIO

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula

from accounts.spreadsheets import Unreadable
from consultations.imports import reader
from consultations.imports.columns import COLUMNS, GIVEN_BACK, head
from consultations.imports.reader import MAX_BYTES, MAX_CHARACTERS, MAX_ROWS, MAX_UNPACKED, read
from consultations.imports.refusals import Reason
from programs.child import Limits, run
from tests.factories.sheets import GOOD, book, rows_of, saved


def refused(data):
    with pytest.raises(Unreadable) as refusal:
        read(data)
    return refusal.value.reason


def zipped(parts, *, compression=zipfile.ZIP_DEFLATED):
    into = BytesIO()
    with zipfile.ZipFile(into, "w", compression) as file:
        for name, data in parts.items():
            file.writestr(name, data)
    return into.getvalue()


def with_part(data, name, change):
    """The same workbook with one part changed."""
    with zipfile.ZipFile(BytesIO(data)) as file:
        parts = {entry.filename: file.read(entry) for entry in file.infolist()}
    return zipped({**parts, name: change(parts[name])})


SHEET = "xl/worksheets/sheet1.xml"


def test_a_row_is_read_as_it_was_typed():
    (row,) = read(book([GOOD]))
    assert row.row == 2
    assert row.said == {**GOOD, "day": "10.09.2026"}
    assert row.errors == {}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (datetime(2026, 10, 14, 9, 5), "14.10.2026 09:05"),  # noqa: DTZ001 - a spreadsheet has no zones
        (date(2026, 10, 14), "14.10.2026"),
        (time(9, 5), "09:05"),
        (timedelta(hours=26, minutes=5), "26:05"),
        (7, "7"),
        (7.0, "7"),
        (7.25, "7.25"),
        (True, "prawda"),
        ("  łąka\r\nżuk_x000D_ ", "łąka\nżuk"),
        ("'=1+1", "'=1+1"),
    ],
)
def test_each_kind_of_cell_becomes_words(value, words):
    (row,) = read(book([{**GOOD, "hour": value}]))
    assert row.said["hour"] == words


def test_columns_are_found_by_their_heads_in_any_order_case_and_accents():
    names = [*reversed(COLUMNS)]
    (row,) = read(book([GOOD], columns=names, heads=[head(name).upper().replace("Ś", "S") + " " for name in names]))
    assert row.said == {**GOOD, "day": "10.09.2026"}


def test_empty_rows_are_passed_over_and_the_others_keep_their_numbers():
    assert [row.row for row in read(book([{}, GOOD, {"text": "  "}, GOOD]))] == [3, 5]


def test_what_the_desk_wrote_into_a_sheet_given_back_is_passed_over():
    data = book([{**GOOD, "back": "Data wpływu: zła"}], columns=["back", *GOOD], heads=[GIVEN_BACK, *map(head, GOOD)])
    assert read(data)[0].said == {**GOOD, "day": "10.09.2026"}


@pytest.mark.parametrize(
    ("heads", "reason", "named"),
    [
        (["Kanał", "Data wpływu", "Treśc"], None, ""),
        (["Kanał", "Data wpływu", "Telefon", "Lp."], Reason.UNKNOWN, "Telefon, Lp."),
        (["Kanał", "Data wpływu", "kanał"], Reason.TWICE, "Kanał"),
        (["Treść"], Reason.MISSING, "Kanał, Data wpływu"),
    ],
)
def test_a_column_that_is_not_known_doubled_or_missing_is_named(heads, reason, named):
    data = book([{"0": "papier", "1": "14.10.2026", "2": "a", "3": "b"}], columns="0123"[: len(heads)], heads=heads)
    if reason is None:
        assert read(data)[0].said["text"] == "a"
        return
    with pytest.raises(Unreadable) as refusal:
        read(data)
    assert (refusal.value.reason, refusal.value.named) == (reason, named)
    assert named in refusal.value.in_words


def test_words_beyond_the_last_head_are_told_not_lost():
    made = Workbook()
    made.active.append(["Kanał", "Data wpływu", None])
    made.active.append(["papier", "14.10.2026", "zgubione"])
    made.active.append(["papier", "14.10.2026", None, "zgubione"])
    assert [row.errors for row in read(saved(made))] == [{"": Reason.STRAY}] * 2


@pytest.mark.parametrize("formula", ["=1+1", '=HYPERLINK("http://x")', ArrayFormula("C2", "=SUM(A1:A2)")])
def test_a_formula_is_never_counted_and_its_cell_is_told(formula):
    (row,) = read(book([{**GOOD, "text": formula}]))
    assert row.errors == {"text": Reason.FORMULA}


def test_words_that_only_begin_like_a_formula_are_words():
    made = Workbook()
    made.active.append([head(name) for name in GOOD])
    made.active.append([*GOOD.values()])
    cell = made.active.cell(2, len(GOOD))
    cell.value, cell.data_type = "=więcej", "s"
    (row,) = read(saved(made))
    assert (row.said["text"], row.errors) == ("=więcej", {})


def test_an_error_of_the_spreadsheet_is_told():
    assert read(book([{**GOOD, "text": "#REF!"}]))[0].errors == {"text": Reason.ERROR}


@pytest.mark.parametrize(("length", "errors"), [(MAX_CHARACTERS, {}), (MAX_CHARACTERS + 1, {"text": Reason.TOO_LONG})])
def test_a_cell_has_a_longest_text(length, errors):
    assert read(book([{**GOOD, "text": "ż" * length}]))[0].errors == errors


def test_a_sheet_has_a_greatest_number_of_rows():
    assert len(read(book(rows_of(MAX_ROWS)))) == MAX_ROWS
    assert refused(book(rows_of(MAX_ROWS + 1))) == Reason.TOO_MANY_ROWS


def test_no_row_is_lost_to_a_size_that_the_file_claims():
    data = with_part(book(rows_of(9)), SHEET, lambda xml: xml.replace(b'<dimension ref="A1:M10"', b'<dimension ref="A1:B2"'))
    assert b'ref="A1:B2"' in zipfile.ZipFile(BytesIO(data)).read(SHEET)
    assert len(read(data)) == 9


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"Kana\xc5\x82;Data\npapier;14.10.2026\n", Reason.NOT_EXCEL),
        (b"", Reason.NOT_EXCEL),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), Reason.OLD_EXCEL),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), Reason.ENCRYPTED),
        (zipped({"word/document.xml": b"<x/>"}), Reason.NOT_EXCEL),
        (zipped({"mimetype": b"x", "content.xml": b"<x/>"}), Reason.OPEN_DOCUMENT),
        (zipped({"xl/workbook.xml": b"<x/>"}), Reason.BROKEN),
        (b"PK\x03\x04" + bytes(100), Reason.BROKEN),
        (b"PK" + bytes(MAX_BYTES), Reason.TOO_LARGE),
        (zipped({f"{number}.xml": b"" for number in range(501)}), Reason.UNPACKS_TOO_LARGE),
    ],
    ids=["csv", "nothing", "old", "encrypted", "word", "ods", "no_sheet", "broken", "large", "many_parts"],
)
def test_another_file_is_refused_with_what_to_do(data, reason):
    assert refused(data) == reason


def test_an_empty_sheet_says_so():
    assert refused(book([])) == Reason.NO_ROWS
    assert refused(saved(Workbook())) == Reason.MISSING


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.95, 0.999])
def test_a_file_cut_short_is_refused(kept):
    data = book(rows_of(50))
    assert refused(data[: int(len(data) * kept)]) == Reason.BROKEN


def test_a_bomb_is_not_unpacked():
    bomb = with_part(book([GOOD]), SHEET, lambda xml: xml + b" " * MAX_UNPACKED)
    assert len(bomb) < MAX_BYTES
    assert refused(bomb) == Reason.UNPACKS_TOO_LARGE


def test_a_bomb_that_hides_its_size_is_not_unpacked_either():
    """Its list of contents says 10 bytes."""
    bomb = bytearray(with_part(book([GOOD]), SHEET, lambda xml: b" " * MAX_UNPACKED + xml))
    with zipfile.ZipFile(BytesIO(bomb)) as file:
        size = file.getinfo(SHEET).file_size.to_bytes(4, "little")
    for _copy in range(2):
        at = bomb.find(size)
        bomb[at : at + 4] = (10).to_bytes(4, "little")
    assert refused(bytes(bomb)) == Reason.BROKEN


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_not_read(encoding):
    laughs = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE x [<!ENTITY a "ha">]><x>&a;</x>'
    data = with_part(book([GOOD]), SHEET, lambda xml: laughs.encode(encoding))
    assert refused(data) == Reason.HAS_DTD


def test_it_reads_in_a_process_of_its_own_that_knows_no_settings():
    limits = Limits(cpu=20, wall=60, memory=10**9, output=10**7)
    rows = json.loads(run(reader.__name__, book(rows_of(3)), limits=limits))
    assert [row["said"]["text"] for row in rows] == ["Uwaga numer 1.", "Uwaga numer 2.", "Uwaga numer 3."]
    assert json.loads(run(reader.__name__, b"x", limits=limits)) == {"reason": "not_excel", "named": ""}
