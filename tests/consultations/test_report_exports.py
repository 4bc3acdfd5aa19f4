"""The report as files: each holds the whole of what is published and nothing else, and no cell is a formula."""

import csv
import json
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO
from zipfile import ZipFile

import docx
import openpyxl
import pytest
from django.conf import settings
from django.utils import translation
from docx.oxml.ns import qn

from consultations.actions.voices import Author
from consultations.exports import columns, report_pdf
from consultations.exports.columns import COLUMNS
from consultations.exports.open_data import VERSION, open_data
from consultations.exports.report_docx import report_docx
from consultations.exports.table_csv import harmless, table_csv
from consultations.exports.table_xlsx import CELL_AT_MOST, CUT, table_xlsx
from consultations.models import Outcome
from consultations.reporting.source import gathered
from programs.exports.pdf import render_pdf
from tests.consultations.json_schema import breaches
from tests.factories.answers import PUBLISHED, answered
from tests.factories.answers import published as published_answers
from tests.factories.reports import REPORTED, RESIDENT, answered_consultation, released, reported
from tests.factories.voices import AUTHOR, consultation, proposal
from tests.programs.pdfs import heard, in_words

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
FORMULAS = ["=1+1", "+48 56", "-2", "@SUM(A1)", "\t=1", "\r=1", "  =1"]


@pytest.fixture
def made(db):
    """A report with a correction, and with everything that no file may hold."""
    one = answered_consultation()
    part = one.voices.get(kind="proposal").parts.get()
    answered(part.voice, outcome=Outcome.PARTLY, reasons="Warsztaty będą w części.", at=PUBLISHED + HOUR)
    published_answers(one, at=PUBLISHED + 2 * HOUR, note="Pomyłka w liczbie.")
    reported(one)
    proposal(one, text="NIE-ZWOLNIONY")
    answered(proposal(one, text="ZWOLNIONY-BEZ-ODPOWIEDZI"), reasons="NIE-OGŁOSZONA")
    released(one.voices.get(text="ZWOLNIONY-BEZ-ODPOWIEDZI"))
    return one


MARKERS = ("NIE-ZWOLNIONY", "ZWOLNIONY-BEZ", "NIE-OGŁOSZONA", RESIDENT.name, RESIDENT.email, AUTHOR.name, AUTHOR.email)
HELD = (
    "P/2027/001",
    "U/2027/001",
    AUTHOR.organization_name,
    "Więcej warsztatów.",
    "Bo są potrzebne.",
    "Inne słowa.",
    "Tak będzie jaśniej.",
    "Warsztaty będą.",
    "Warsztaty będą w części.",
    "Pomyłka w liczbie.",
    "Zapis doprecyzujemy w uchwale.",
)


def facts_of(one):
    return gathered(one, REPORTED)


def in_one_line(words: str) -> str:
    return " ".join(words.replace("\u00a0", " ").split())


def as_csv(one) -> str:
    return "".join(table_csv(facts_of(one)[1]))


def as_json(one) -> str:
    return "".join(open_data(*facts_of(one), at=REPORTED))


def as_xlsx(one) -> str:
    book = openpyxl.load_workbook(BytesIO(table_xlsx(*facts_of(one))))
    return "\n".join(str(cell.value) for sheet in book for row in sheet for cell in row)


def as_docx(one) -> str:
    document = docx.Document(BytesIO(report_docx(*facts_of(one))))
    return in_one_line(" ".join(text.text or "" for text in document.element.iter(qn("w:t"))))


def as_pdf(one) -> str:
    return in_one_line(in_words(render_pdf(report_pdf.TEMPLATE, report_pdf.context_of(*facts_of(one))).content))


FORMATS = [as_csv, as_json, as_xlsx, as_docx, pytest.param(as_pdf, marks=pytest.mark.poppler)]


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_holds_all_that_is_published_and_nothing_else(made, form):
    words = form(made)
    assert [part for part in HELD if part not in words] == []
    assert [part for part in MARKERS if part in words] == []


# --- The table ------------------------------------------------------------------------------------


def test_the_table_says_the_same_as_csv_and_xlsx_whole(made):
    told, said = facts_of(made)
    with translation.override("pl"):
        expected = [[column.name for column in COLUMNS], *columns.rows(said)]
    read = list(csv.reader(StringIO(as_csv(made).removeprefix("\ufeff"), newline=""), delimiter=";"))
    assert read == expected
    sheet = openpyxl.load_workbook(BytesIO(table_xlsx(told, said)))["Uwagi i propozycje"]
    assert [[cell.value or "" for cell in row] for row in sheet] == expected
    assert [row[columns_of("Numer")] for row in expected[1:]] == ["P/2027/001", "U/2027/001"]
    earlier = expected[1][columns_of("Wcześniejsze odpowiedzi")]
    assert earlier.endswith("Warsztaty będą.")
    assert expected[1][columns_of("Adres")] == f"{settings.PUBLIC_URL}/konsultacje/2027/propozycje/1/"


def columns_of(name: str) -> int:
    return [column.name for column in COLUMNS].index(name)


def test_no_column_is_about_a_person():
    assert not {"Imię", "Nazwisko", "E-mail", "Telefon", "Adres e-mail"} & {column.name for column in COLUMNS}


@pytest.mark.parametrize("typed", FORMULAS)
def test_what_begins_like_a_formula_is_text_in_a_workbook(typed):
    one = consultation()
    voice = answered(proposal(one, text=typed, author=Author("A", "a@example.org", typed)), reasons=typed)
    published_answers(one)
    released(voice)
    sheet = openpyxl.load_workbook(BytesIO(table_xlsx(*facts_of(one))))["Uwagi i propozycje"]
    assert {cell.data_type for row in sheet for cell in row} == {"s"} or {
        cell.data_type for row in sheet for cell in row if cell.value
    } == {"s"}
    assert all(cell.quotePrefix for row in sheet for cell in row)
    text = sheet.cell(2, columns_of("Treść") + 1)
    assert text.value.strip() == typed.strip()


@pytest.mark.parametrize("typed", FORMULAS)
def test_what_begins_like_a_formula_begins_with_an_apostrophe_in_csv(typed):
    assert harmless(typed) == f"'{typed}"


@pytest.mark.parametrize("typed", ["", "Zażółć", "a=1", "1-2", "'=1"])
def test_other_words_go_into_csv_as_they_are(typed):
    assert harmless(typed) == typed


def test_csv_is_read_by_polish_excel():
    content = "".join(table_csv([])).encode()
    assert content.startswith(b'\xef\xbb\xbf"Numer";"Rodzaj";')
    assert content.endswith(b"\r\n")


def test_a_workbook_is_frozen_filtered_wrapped_and_says_what_it_is_of(made):
    book = openpyxl.load_workbook(BytesIO(table_xlsx(*facts_of(made))))
    sheet, about = book["Uwagi i propozycje"], book["Informacje"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet.print_title_rows) == ("B2", "A1:S3", "$1:$1")
    assert {cell.alignment.wrap_text for row in sheet for cell in row} == {True}
    assert [sheet.column_dimensions["A"].width, sheet.column_dimensions["K"].width] == [16, 45]
    lines = {row[0].value: row[1].value for row in about}
    assert lines["Głosów w tabeli"] == "2"
    assert lines["Strona raportu"] == f"{settings.PUBLIC_URL}/konsultacje/2027/raport/"
    assert book.properties.title.endswith("Program współpracy na 2027 rok")


def test_a_cell_holds_what_a_cell_can(made):
    told, said = facts_of(made)
    long = [replace(said[0], text="ą" * 40_000 + "\x00\x0b")]
    sheet = openpyxl.load_workbook(BytesIO(table_xlsx(told, long)))["Uwagi i propozycje"]
    value = sheet.cell(2, columns_of("Treść") + 1).value
    assert (len(value), value.endswith(CUT)) == (CELL_AT_MOST, True)


@pytest.mark.libreoffice
# The second dialect is what LibreOffice proposes when nobody chooses: commas, semicolons and tabs all divide.
@pytest.mark.parametrize(
    ("name", "divided_at"), [("uwagi.csv", "59"), ("uwagi.csv", "44/59/9"), ("uwagi.xlsx", "")], ids=["csv", "csv-any", "xlsx"]
)
def test_libreoffice_opens_the_table_with_polish_letters_and_no_formula(made, name, divided_at, tmp_path):
    told, said = facts_of(made)
    said.append(replace(said[0], signature="P/2027/999", text='=HYPERLINK("http://zle.example.org")\nzażółć; gęślą "jaźń"'))
    said.append(replace(said[0], signature="P/2027/998", text="Prosimy o sport,=1+1, i kulturę"))
    path = tmp_path / name
    path.write_bytes("".join(table_csv(said)).encode() if name.endswith("csv") else table_xlsx(told, said))
    out = tmp_path / "out"
    soffice("fods", path, out, [f"--infilter=CSV:{divided_at},34,76,1"] if divided_at else [])
    opened = (out / name).with_suffix(".fods").read_text()
    assert "zażółć; gęślą" in opened
    assert "Prosimy o sport,=1+1, i kulturę" in opened
    assert "table:formula" not in opened
    assert 'office:value-type="string"' in opened
    assert opened.count(">P/2027/001<") == 1


def soffice(kind, path, out, options=()):
    profile = f"-env:UserInstallation=file://{out}-profile"
    command = [shutil.which("soffice"), profile, "--headless", *options, "--convert-to", kind, "--outdir", str(out), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)  # noqa: S603 - our own command


# --- Documents ------------------------------------------------------------------------------------


def test_the_pdf_is_tagged_and_heard_without_a_finding(made, tmp_path):
    reported_facts, said = facts_of(made)
    rendered = render_pdf(report_pdf.TEMPLATE, report_pdf.context_of(reported_facts, said * 6))
    assert rendered.pages >= 4
    assert heard(rendered.content, tmp_path) == []


@pytest.mark.parametrize(("voices", "is_listed"), [(2, True), (1, False)])
def test_more_voices_than_a_pdf_can_list_are_said_to_be_elsewhere(made, monkeypatch, voices, is_listed):
    monkeypatch.setattr(report_pdf, "LISTED_AT_MOST", voices)
    (section,) = [one for one in report_pdf.context_of(*facts_of(made))["sections"] if one.anchor == "glosy"]
    assert ("Voices" in repr(section), "uwagi.xlsx" in repr(section)) == (is_listed, not is_listed)


@pytest.mark.poppler
def test_each_voice_has_a_heading_of_its_own_in_the_pdf(made):
    content = render_pdf(report_pdf.TEMPLATE, report_pdf.context_of(*facts_of(made))).content
    structure = subprocess.run(["pdfinfo", "-struct-text", "-"], input=content, capture_output=True, check=True).stdout.decode()  # noqa: S607
    headings = [in_one_line(found) for found in re.findall(r'H3 \(block\)\s+(?:Span \(inline\)\s+)*"([^"]+)"', structure)]
    assert [words for words in headings if words.startswith(("P/", "U/"))] == [
        "P/2027/001 – Procedura konkursowa",
        "U/2027/001 – § 2",
    ]
    assert "Table" in structure


@pytest.mark.parametrize("form", ["pdf", "docx"])
def test_the_same_facts_give_the_same_bytes(made, form):
    def content():
        if form == "docx":
            return report_docx(*facts_of(made))
        return render_pdf(report_pdf.TEMPLATE, report_pdf.context_of(*facts_of(made))).content

    assert content() == content()


def test_the_word_file_has_headings_a_repeated_head_and_its_language(made):
    content = report_docx(*facts_of(made))
    document = docx.Document(BytesIO(content))
    styles = [(paragraph.style.name, paragraph.text) for paragraph in document.paragraphs]
    assert [text for name, text in styles if name == "Title"] == ["Program współpracy na 2027 rok"]
    headings = [text for name, text in styles if name == "Heading 1"]
    assert headings[0] == "1. Przedmiot konsultacji"
    assert headings[-1].endswith("Metryczka")
    heads = [table.rows[0]._tr.trPr.find(qn("w:tblHeader")) for table in document.tables]
    assert None not in heads
    voices = [table for table in document.tables if table.rows[0].cells[1].text == "Głos"]
    assert [len(table.rows) for table in voices] == [2, 2]
    assert document.core_properties.language == "pl-PL"
    with ZipFile(BytesIO(content)) as package:
        assert 'w:val="pl-PL"' in package.read("word/styles.xml").decode()


def test_a_word_file_takes_letters_that_xml_cannot_hold(made):
    told, said = facts_of(made)
    strange = [replace(said[0], text="raz\x00dwa\x0b <b>&amp; \r\ntrzy")]
    document = docx.Document(BytesIO(report_docx(told, strange)))
    assert any("razdwa <b>&amp; \ntrzy" in table.rows[1].cells[1].text for table in document.tables)


@pytest.mark.libreoffice
@pytest.mark.poppler
def test_libreoffice_opens_the_word_file(made, tmp_path):
    path = tmp_path / "raport.docx"
    path.write_bytes(report_docx(*facts_of(made)))
    soffice("pdf", path, tmp_path / "out")
    words = in_one_line(in_words((tmp_path / "out" / "raport.pdf").read_bytes()))
    assert [part for part in ("Zapis doprecyzujemy w uchwale.", "Metryczka", "Więcej warsztatów.") if part not in words] == []


# --- Open data ------------------------------------------------------------------------------------


@pytest.fixture
def schema():
    return json.loads((settings.BASE_DIR / "docs" / "open-data.schema.json").read_text())


def test_open_data_keep_to_their_schema(made, schema):
    reported(answered_consultation("2028"))
    for one in (made, consultation("2029"), type(made).objects.get(slug="2028")):
        assert breaches(json.loads(as_json(one)), schema) == []


@pytest.mark.parametrize(
    ("spoil", "breach"),
    [
        (lambda data: data.pop("licence"), "$: licence is missing"),
        (lambda data: data.update(extra=1), "$: extra is not expected"),
        (lambda data: data["voices"][0].update(kind="wish"), "$.voices[0].kind: 'wish'"),
        (lambda data: data["voices"][0].update(number="1"), "$.voices[0].number: '1'"),
        (
            lambda data: data["voices"][0]["answers"][0].update(published_at="wczoraj"),
            "$.voices[0].answers[0].published_at: 'wczoraj'",
        ),
    ],
)
def test_the_check_of_the_schema_finds_what_breaks_it(made, schema, spoil, breach):
    data = json.loads(as_json(made))
    spoil(data)
    assert breaches(data, schema) == [breach]


def test_open_data_say_where_they_are_from_and_name_nobody(made):
    data = json.loads(as_json(made))
    assert (data["schema_version"], data["licence"]) == (VERSION, settings.OPEN_DATA_LICENCE)
    assert datetime.fromisoformat(data["generated_at"]) == REPORTED.astimezone(UTC)
    first, second = data["voices"]
    assert (first["id"], first["url"]) == ("P/2027/001", f"{settings.PUBLIC_URL}/konsultacje/2027/propozycje/1/")
    assert (first["organization"], second["organization"]) == (AUTHOR.organization_name, None)
    (answer,) = first["answers"]
    assert (answer["outcome"], answer["publication_note"], [old["outcome"] for old in answer["corrected"]]) == (
        "partly",
        "Pomyłka w liczbie.",
        ["accepted"],
    )
