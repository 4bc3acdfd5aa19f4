"""Whole files, as the programs of an office make them."""

import json
import os
import subprocess
import sys
from io import BytesIO
from uuid import UUID

import pytest
from django.conf import settings
from docx import Document

from programs.child import Limits, run
from programs.imports.reader import read
from programs.imports.result import ReadText
from programs.imports.warning_codes import WarningCode
from tests.programs.office.libreoffice import as_docx, fodt, heading, item, table
from tests.programs.office.reading import labels, lines, read_docx, warnings
from tests.programs.office.word import (
    CHAPTER,
    LEGAL,
    LETTER,
    PARAGRAPH,
    POINT,
    SUBPARAGRAPH,
    bookmark,
    docx,
    li,
    p,
    r,
    relation,
    relationships,
    style,
    tbl,
)

ONE = UUID("3f2b1c9e-0000-4000-8000-000000000001")

COMMENT = '<w:r><w:commentReference w:id="0"/></w:r>'

# What an office sends: a resolution whose text Word counts, with a table, a comment and a signature.
BODY = (
    p("Program współpracy na 2027 rok", "Title"),
    p("Na podstawie art. 5a uchwala się, co następuje:"),
    li("\nPostanowienia ogólne", level=CHAPTER),
    li("", level=PARAGRAPH),
    li("Program określa:", level=SUBPARAGRAPH),
    li("cele;", level=POINT),
    li("zasady, w tym:", level=POINT),
    li("pomocniczość,", level=LETTER),
    li("jawność.", level=LETTER),
    li("", level=SUBPARAGRAPH, raw=bookmark(ONE) + r("Termin: 30 dni.") + COMMENT),
    li("\nŚrodki", level=CHAPTER),
    li("Podział środków:", level=PARAGRAPH),
    p("Tabela 1. Środki"),
    tbl(["Zadanie", "Kwota"], ["Sport", "10 000"], ["Kultura", "20 000"], ["Razem", "30 000"]),
    p("Przewodniczący Rady Miasta"),
)
RESOLUTION = docx(
    *BODY,
    styles=style("Title"),
    numbering=LEGAL,
    parts={"word/_rels/settings.xml.rels": relationships(relation("attachedTemplate", "file:///wzor.dotm", "External"))},
)


def test_a_resolution_is_read_whole():
    text = read(RESOLUTION, tracked="stop")
    assert lines(text) == [
        "(title) Program współpracy na 2027 rok",
        "(title) Na podstawie art. 5a uchwala się, co następuje:",
        "rozdział 1: [Postanowienia ogólne]",
        "§ 1",
        "§ 1 ust. 1: Program określa:",
        "§ 1 ust. 1 pkt 1: cele;",
        "§ 1 ust. 1 pkt 2: zasady, w tym:",
        "§ 1 ust. 1 pkt 2 lit. a: pomocniczość,",
        "§ 1 ust. 1 pkt 2 lit. b: jawność.",
        "§ 1 ust. 2: Termin: 30 dni.",
        "rozdział 2: [Środki]",
        "§ 2: Podział środków:",
        "§ 2 tabela: [Środki]",
        "(signature) Przewodniczący Rady Miasta",
    ]
    assert (text.title, text.comments, text.warnings) == ("Program współpracy na 2027 rok", 1, [WarningCode.EXTERNAL])
    assert text.rows[-2].cells[-1] == ["Razem", "="]


def test_what_was_read_goes_to_json_and_back():
    text = read(RESOLUTION, tracked="stop")
    assert ReadText.from_json(json.loads(json.dumps(text.to_json()))) == text
    assert text.rows[9].provision == ONE


def test_a_file_is_read_without_settings_and_without_a_database():
    code = "import sys; from programs.imports.reader import read; print(len(read(sys.stdin.buffer.read(), tracked='stop').rows))"
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    command = [sys.executable, "-c", code]
    told = subprocess.run(command, input=RESOLUTION, env=environment, cwd=settings.BASE_DIR, capture_output=True, check=True)  # noqa: S603
    assert told.stdout.split() == [b"14"]


LIMITS = Limits(cpu=30, wall=60, memory=10**9, output=10**7)


def test_a_limited_process_answers_what_was_read_or_why_nothing_was():
    answer = json.loads(run("programs.imports.child", b"stop\n" + RESOLUTION, limits=LIMITS))
    assert ReadText.from_json(answer) == read(RESOLUTION, tracked="stop")
    assert json.loads(run("programs.imports.child", b"stop\n%PDF-1.7", limits=LIMITS)) == {
        "reason": "pdf",
        "count": 0,
        "place": "",
    }


def test_the_largest_text_that_is_read_fits_in_the_memory_of_a_limited_process():
    runs = "".join(r(f"słowo {number} ", '<w:rFonts w:ascii="Times"/><w:sz w:val="24"/>') for number in range(16))
    body = p("§ 1."), f"<w:p>{r('1) ')}{runs}</w:p>" * 9_999
    answer = json.loads(run("programs.imports.child", b"stop\n" + docx(*body), limits=LIMITS))
    assert len(answer["rows"]) == 10_000


def with_python_docx() -> bytes:
    """From the template of Word itself, with its own styles of headings, lists and tables."""
    made = Document()
    made.add_heading("Program współpracy", 0)
    made.add_heading("Rozdział 1. Cele", 1)
    made.add_paragraph("§ 1. Cel:")
    made.add_paragraph("pierwszy", "List Number")
    made.add_paragraph("drugi", "List Number")
    made.add_paragraph("kreska", "List Bullet")
    grid = made.add_table(2, 2, "Table Grid")
    grid.cell(0, 0).text, grid.cell(0, 1).text = "Zadanie", "Kwota"
    grid.cell(1, 0).merge(grid.cell(1, 1)).text = "razem"
    file = BytesIO()
    made.save(file)
    return file.getvalue()


def check_words_own_styles(data: bytes) -> None:
    text = read(data, tracked="stop")
    assert lines(text) == [
        "(title) Program współpracy",
        "rozdział 1: [Cele]",
        "§ 1: Cel:",
        "§ 1 ust. 1: pierwszy",
        "§ 1 ust. 2: drugi",
        "§ 1 ust. 2 pkt 1: kreska",
        "§ 1 ust. 2 pkt 1 tabela",
    ]
    assert text.rows[-1].cells == [["Zadanie", "Kwota"], ["razem", ""]]
    assert warnings(text) == {"§ 1 ust. 2 pkt 1": ["level_skipped"], "§ 1 ust. 2 pkt 1 tabela": ["merged_cells"]}


def test_words_own_styles_of_headings_and_lists_are_understood():
    check_words_own_styles(with_python_docx())


@pytest.mark.libreoffice
def test_words_own_styles_are_understood_after_libreoffice_saved_them(tmp_path):
    check_words_own_styles(as_docx(with_python_docx(), "docx", tmp_path))


@pytest.mark.libreoffice
def test_a_list_of_a_whole_text_is_counted_after_libreoffice_saved_it(tmp_path):
    # LibreOffice does not know "never restart", so § in the second chapter begins anew, and that is told.
    # Nor does it open a file that refers to a template or a comment that is not there.
    body = [part.replace(COMMENT, "") for part in BODY]
    text = read(as_docx(docx(*body, styles=style("Title"), numbering=LEGAL), "docx", tmp_path), tracked="stop")
    assert [row.text for row in text.rows] == [row.text for row in read(RESOLUTION, tracked="stop").rows]
    assert text.rows[9].provision == ONE
    assert warnings(text) == {"§ 2": ["number_differs"]}


@pytest.mark.libreoffice
def test_an_outline_set_up_in_libreoffice_is_counted(tmp_path):
    body = (
        heading("Rozdział 1<text:line-break/>Cele")
        + item("Cel.")
        + item("Zasady:")
        + item("Ustęp:", 2)
        + item("raz;", 3)
        + item("dwa:", 3)
        + item("litera:", 4)
        + item("kreska.", 5)
        + item("Drugi ustęp:", 2)
        + item("znów raz.", 3)
        + heading("Rozdział 2<text:line-break/>Środki")
        + item("Trzeci.")
        + item("Dziesiąty:", start=10)
        + table(["Zadanie", "Kwota"], ["Sport", "10"])
    )
    text = read(as_docx(fodt(body), "fodt", tmp_path), tracked="stop")
    assert labels(text) == [
        *("Rozdział 1", "§ 1.", "§ 2.", "1.", "1)", "2)", "a)", "–", "2.", "1)"),
        *("Rozdział 2", "§ 3.", "§ 10.", ""),
    ]
    assert [row.depth for row in text.rows] == [0, 1, 1, 2, 3, 3, 4, 5, 2, 3, 0, 1, 1, 2]
    assert text.rows[0].heading == "Cele"
    assert text.rows[-1].cells == [["Zadanie", "Kwota"], ["Sport", "10"]]
    assert warnings(text) == {"§ 4": ["number_differs"]}


PAGE = """<html><head><meta charset="utf-8"></head><body>
<h1>Rozdział 1<br>Cele</h1><p align="center">§ 1</p><p>Cel:</p>
<ol><li>jeden<ol type="a"><li>aa</li><li>bb</li></ol></li><li>dwa</li></ol>
<p>§ 2. 1. Tekst</p><p>2. Drugi:</p><ul><li>kreska</li></ul></body></html>"""


@pytest.mark.libreoffice
def test_a_page_pasted_from_the_web_is_counted(tmp_path):
    text = read(as_docx(PAGE.encode(), "html", tmp_path), tracked="stop")
    assert labels(text) == ["Rozdział 1", "§ 1", "1.", "a.", "b.", "2.", "§ 2.", "1.", "2.", "–"]
    assert [row.depth for row in text.rows] == [0, 1, 2, 3, 3, 2, 1, 2, 2, 3]


def test_nothing_of_the_file_is_lost_between_rows():
    text = read_docx(p("§ 1. Cel."), p("Dalej."), p("Prezydent Miasta"), p("§ 2. Po podpisie."))
    assert lines(text) == ["§ 1: Cel.\nDalej.", "(signature) Prezydent Miasta", "§ 2: Po podpisie."]
