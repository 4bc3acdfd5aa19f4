import pytest

from tests.programs.office.reading import lines, read_docx, read_lines, warnings
from tests.programs.office.word import (
    abstract,
    grid,
    level,
    li,
    num,
    p,
    tbl,
    tc,
    tr,
)

MONEY = ["Zadanie", "Kwota"], ["Sport", "10 000"]


@pytest.mark.parametrize(
    ("above", "citation", "told"),
    [
        (["§ 1. Podział:"], "§ 1 tabela", []),
        (["§ 1.", "1. Podział:"], "§ 1 ust. 1 tabela", []),
        (["§ 1.", "1) podział:"], "§ 1 pkt 1 tabela", []),
        (["§ 1.", "1) punkt:", "a) podział:"], "§ 1 pkt 1 tabela", ["moved_out"]),
        (["Załącznik nr 1"], "załącznik nr 1 tabela", []),
        (["Rozdział 1"], "§ 1 tabela", []),
    ],
)
def test_a_table_stands_in_the_unit_above_it_that_may_hold_one(above, citation, told):
    row = read_docx(*map(p, above), tbl(*MONEY)).rows[-1]
    assert (row.citation, row.cells, row.warnings) == (citation, [list(one) for one in MONEY], told)


@pytest.mark.parametrize(
    ("caption", "label", "heading"),
    [
        ("Tabela 1. Planowane środki", "Tabela 1", "Planowane środki"),
        ("Tabela 1", "Tabela 1", ""),
        ("Tabela nr 2 – Planowane środki", "Tabela nr 2", "Planowane środki"),
        ("Tabela\nPlanowane środki", "Tabela", "Planowane środki"),
        ("TABELA 1: PLAN", "TABELA 1", "PLAN"),
    ],
)
def test_a_caption_becomes_the_heading_of_the_table(caption, label, heading):
    for body in ([p(caption), p(), tbl(*MONEY)], [tbl(*MONEY), p(caption)]):
        text = read_docx(p("§ 1. Podział:"), *body)
        assert [(row.label, row.heading, row.text) for row in text.rows] == [("§ 1.", "", "Podział:"), (label, heading, "")]
        assert warnings(text) == {}


def test_a_caption_that_word_counts():
    numbering = abstract(1, level(0, "Tabela %1.")) + num(1, 1)
    text = read_docx(p("§ 1."), li("Środki", 1), tbl(*MONEY), li("Więcej", 1), tbl(*MONEY), numbering=numbering)
    assert [(row.label, row.heading) for row in text.rows[1:]] == [("Tabela 1", "Środki"), ("Tabela 2", "Więcej")]


def test_a_sentence_about_a_table_is_no_caption():
    assert read_lines(p("§ 1."), p("Tabela 1 określa podział:"), tbl(*MONEY))[0] == "§ 1: Tabela 1 określa podział:"


def test_words_behind_a_table_are_told():
    text = read_docx(p("§ 1. Podział:"), tbl(*MONEY), p("Kwoty mogą się zmienić."))
    assert text.rows[0].text == "Podział:\nKwoty mogą się zmienić."
    assert warnings(text) == {"§ 1": ["joined_after"]}


def test_merged_cells_are_spread_over_the_columns():
    rows = (
        tr(tc(p("Zadanie"), '<w:gridSpan w:val="2"/>'), tc(p("Kwota"))),
        tr(tc(p("A"), '<w:vMerge w:val="restart"/>'), tc(p("a")), tc(p("1"))),
        tr(tc(p(), "<w:vMerge/>"), tc(p("b")), tc(p("2"))),
        tr(tc(p("krótki"))),
        tr(tc(p("x")), tc(p("3")), properties='<w:gridBefore w:val="1"/>'),
    )
    text = read_docx(p("§ 1."), grid(*rows))
    assert text.rows[1].cells == [["Zadanie", "", "Kwota"], ["A", "a", "1"], ["", "b", "2"], ["krótki", "", ""], ["", "x", "3"]]
    assert warnings(text) == {"§ 1 tabela": ["merged_cells"]}


def test_a_cell_as_wide_as_the_world_is_as_wide_as_word_allows():
    wide = grid(tr(tc(p("x"), '<w:gridSpan w:val="999999999"/>'), tc(p("y"))))
    assert [len(row) for row in read_docx(p("§ 1."), wide).rows[1].cells] == [63]


def test_a_table_in_a_cell_stays_there_line_by_line():
    inner = tc(p("przed") + tbl(["a", "b"], ["c", "d"]) + p("po"))
    text = read_docx(p("§ 1."), grid(tr(inner, tc(p("obok")))))
    assert text.rows[1].cells == [["przed\na\nb\nc\nd\npo", "obok"]]
    assert warnings(text) == {"§ 1 tabela": ["nested_table"]}


def test_numbers_that_word_counts_in_cells_are_printed_there():
    numbering = abstract(1, level(0, "%1.")) + num(1, 1)
    rows = [tr(tc(li("", 1)), tc(p(name))) for name in ("Sport", "Kultura")]
    text = read_docx(p("§ 1."), grid(tr(tc(p("Lp.")), tc(p("Zadanie"))), *rows), numbering=numbering)
    assert text.rows[1].cells == [["Lp.", "Zadanie"], ["1.", "Sport"], ["2.", "Kultura"]]


def test_a_frame_around_a_text_is_looked_through():
    assert read_lines(grid(tr(tc(p("§ 1. Cel:") + p("1) raz."))))) == ["§ 1: Cel:", "§ 1 pkt 1: raz."]


def test_an_empty_table_is_none():
    assert read_lines(p("§ 1. Cel."), tbl(["", " "])) == ["§ 1: Cel."]


def test_forms_around_paragraphs_rows_and_cells_are_looked_through():
    control = "<w:sdt><w:sdtPr/><w:sdtContent>{}</w:sdtContent></w:sdt>".format
    table = grid(control(tr(control(tc(control(p("a")))), tc(p("b")))))
    text = read_docx(control(p("§ 1. Cel.")), f"<w:customXml>{control(table)}</w:customXml>")
    assert lines(text) == ["§ 1: Cel.", "§ 1 tabela"]
    assert text.rows[1].cells == [["a", "b"]]
