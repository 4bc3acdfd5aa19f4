from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.numbering import ALLOWED_CHILDREN, Unit, number
from tests.programs.office.reading import labels, lines, read_docx, read_lines, warnings
from tests.programs.office.word import (
    LEGAL,
    PARAGRAPH,
    POINT,
    abstract,
    bookmark,
    grid,
    level,
    li,
    num,
    p,
    r,
    style,
    tbl,
    tc,
    tr,
)

HEADINGS = style("Nagwek1", name="heading 1", properties='<w:outlineLvl w:val="0"/>') + style(
    "Nagwek2", name="heading 2", properties='<w:outlineLvl w:val="1"/>'
)
TITLES = style("Tytu", name="Title") + style("Podtytu", name="Subtitle")


@pytest.mark.parametrize(
    "chapter",
    [
        [p("Rozdział 1"), p("Postanowienia ogólne")],
        [p("Rozdział 1\nPostanowienia ogólne")],
        [p("Rozdział 1\nPostanowienia\nogólne")],
        [p("Rozdział 1."), p(), p("Postanowienia ogólne")],
        [p("Rozdział 1", "Nagwek1"), p("Postanowienia ogólne", "Nagwek1")],
        [p("Rozdział 1", "Nagwek1"), p("Postanowienia", "Nagwek1"), p("ogólne", "Nagwek1")],
        [p("Rozdział 1", "Nagwek1"), p("Postanowienia ogólne", "Nagwek2")],
        [p("Rozdział 1"), p("Postanowienia ogólne", properties='<w:outlineLvl w:val="0"/>')],
        [p("Postanowienia ogólne", "Nagwek1"), p("§ 1. Cel."), p("Zasady", "Nagwek1")],
    ],
)
def test_a_chapter_and_its_title_however_an_office_lays_them_out(chapter):
    text = read_docx(p("Program współpracy", "Tytu"), *chapter, p("§ 1. Cel."), styles=HEADINGS + TITLES)
    assert lines(text)[:3] == ["(title) Program współpracy", "rozdział 1: [Postanowienia ogólne]", "§ 1: Cel."]
    assert text.title == "Program współpracy"


def test_a_title_too_long_for_a_heading_becomes_words():
    assert read_docx(p("Rozdział 1"), p("§ 1.")).rows[0].heading == ""
    fits, long = "Ą" * 250, "Ą" * 251
    for title, heading, text in ((fits, fits, ""), (long, "", long)):
        row = read_docx(p(f"Rozdział 1\n{title}")).rows[0]
        assert (row.heading, row.text) == (heading, text)


def test_headings_below_a_chapter_stay_as_long_as_a_heading_may_be():
    long = "Ą" * 251
    body = p("Rozdział 1"), p(long), p("dalej"), p(long, "Nagwek2"), p("§ 1. Cel."), p("Rozdział 2"), p("Cele", "Nagwek1")
    text = read_docx(*body, p(long[:-1], "Nagwek1"), p("§ 2. Inny."), styles=HEADINGS)
    assert [(row.citation, row.heading, row.text) for row in text.rows] == [
        ("rozdział 1", "", f"{long}\ndalej\n{long}"),
        ("§ 1", "", "Cel."),
        ("rozdział 2", "Cele", ""),
        ("rozdział 3", long[:-1], ""),
        ("§ 2", "", "Inny."),
    ]


def test_headings_without_numbers_are_chapters_and_the_one_above_them_is_the_title():
    body = p("Program", "Nagwek1"), p("Cele", "Nagwek1"), p("§ 1. Cel."), p("Zasady", "Nagwek1"), p("§ 2. Zasada.")
    text = read_docx(*body, styles=HEADINGS)
    assert lines(text) == ["(title) Program", "rozdział 1: [Cele]", "§ 1: Cel.", "rozdział 2: [Zasady]", "§ 2: Zasada."]
    assert read_lines(p("Program", "Nagwek1"), p("§ 1. Cel."), styles=HEADINGS) == ["(title) Program", "§ 1: Cel."]
    numbered = p("Program", "Nagwek1"), p("Rozdział 1", "Nagwek1"), p("Cele"), p("§ 1. Cel.")
    assert read_lines(*numbered, styles=HEADINGS) == ["(title) Program", "rozdział 1: [Cele]", "§ 1: Cel."]


def test_headings_that_word_counts_are_chapters():
    numbering = abstract(1, level(0, "%1.", more='<w:pStyle w:val="Nagwek1"/>')) + num(1, 1)
    styles = style("Nagwek1", name="heading 1", properties='<w:numPr><w:numId w:val="1"/></w:numPr>')
    text = read_docx(p("Cele", "Nagwek1"), p("§ 1. Cel."), p("Zasady", "Nagwek1"), numbering=numbering, styles=styles)
    assert (labels(text), lines(text)[::2]) == (["1.", "§ 1.", "2."], ["rozdział 1: [Cele]", "rozdział 2: [Zasady]"])


def test_a_heading_before_a_paragraph_is_its_heading():
    styles = HEADINGS + style("Tytuparagrafu", name="Tytuł paragrafu")
    body = p("Cel główny", "Tytuparagrafu"), p("§ 1. Cel."), p("Zasady", "Nagwek2"), p("§ 2. 1. Zasada."), p("2. Druga.")
    assert read_lines(*body, styles=styles) == [
        "§ 1: [Cel główny] Cel.",
        "§ 2: [Zasady]",
        "§ 2 ust. 1: Zasada.",
        "§ 2 ust. 2: Druga.",
    ]


def test_a_heading_before_anything_else_becomes_words():
    text = read_docx(p("§ 1. Cel."), p("Zasady", "Nagwek2"), p("1) punkt."), styles=HEADINGS)
    assert lines(text) == ["§ 1: Cel.\nZasady", "§ 1 pkt 1: punkt."]
    assert warnings(text) == {"§ 1": ["heading_joined"]}


def test_words_without_a_number_go_on_with_the_unit_above():
    text = read_docx(p("§ 1. Cel."), p("Dalej."), p("1. Ustęp:"), p("1) punkt;"), p("2) punkt;"), p("jeżeli tak."))
    assert lines(text) == [
        "§ 1: Cel.\nDalej.",
        "§ 1 ust. 1: Ustęp:",
        "§ 1 ust. 1 pkt 1: punkt;",
        "§ 1 ust. 1 pkt 2: punkt;\njeżeli tak.",
    ]
    assert warnings(text) == {"§ 1": ["joined"], "§ 1 ust. 1 pkt 2": ["joined_after"]}


@pytest.mark.parametrize(
    ("body", "last"),
    [
        # Words that end a list for all its points begin with a dash, as an indent does.
        ([p("1) a,"), p("2) b"), p("– jeżeli tak.")], "§ 1 pkt 2: b\n– jeżeli tak."),
        ([p("1) a:"), p("– jeżeli tak.")], "§ 1 pkt 1 lit. a: jeżeli tak."),
        ([p("1) a"), p("– raz,"), p("– dwa.")], "§ 1 pkt 1 lit. b: dwa."),
        ([p("1) a:"), p("a) b:"), p("– raz,"), p("– dwa.")], "§ 1 pkt 1 lit. a tiret drugie: dwa."),
    ],
)
def test_a_dash_begins_an_indent_or_ends_a_list(body, last):
    assert read_lines(p("§ 1."), *body)[-1] == last


BULLETS = abstract(2, level(0, "•", "bullet"), level(1, "o", "bullet"), level(2, "▪", "bullet"), level(3, "-", "bullet")) + num(
    2, 2
)


def test_bullets_become_what_may_stand_where_they_stand():
    text = read_docx(
        p("§ 1. Cele:"), li("raz:", 2), li("dwa:", 2, 1), li("trzy:", 2, 2), li("cztery", 2, 3), li("pięć", 2), numbering=BULLETS
    )
    assert lines(text) == [
        "§ 1: Cele:",
        "§ 1 pkt 1: raz:",
        "§ 1 pkt 1 lit. a: dwa:",
        "§ 1 pkt 1 lit. a tiret pierwsze: trzy:",
        "§ 1 pkt 1 lit. a tiret drugie: cztery",
        "§ 1 pkt 2: pięć",
    ]
    assert warnings(text) == {
        "§ 1 pkt 1": ["level_skipped"],
        "§ 1 pkt 1 lit. a": ["level_skipped"],
        "§ 1 pkt 1 lit. a tiret drugie": ["moved_out"],
        "§ 1 pkt 2": ["level_skipped"],
    }


@pytest.mark.parametrize(
    ("above", "skipped", "read"),
    [
        (["Rozdział 1"], "1. Ustęp", "§ 1: Ustęp"),
        (["Rozdział 1"], "a) litera", "§ 1: litera"),
        (["§ 1."], "a) litera", "§ 1 pkt 1: litera"),
        (["§ 1.", "1. Ustęp"], "a) litera", "§ 1 ust. 1 pkt 1: litera"),
        (["Załącznik nr 1"], "a) litera", "załącznik nr 1 pkt 1: litera"),
    ],
)
def test_a_unit_whose_level_is_missing_becomes_one_that_may_stand_there(above, skipped, read):
    text = read_docx(*map(p, above), p(skipped), p(skipped.replace("1.", "2.").replace("a)", "b)")))
    assert lines(text)[len(above)] == read
    assert [row.depth for row in text.rows[-2:]] == [len(above), len(above)]
    assert [row.warnings for row in text.rows[-2:]] == [["level_skipped"], ["level_skipped"]]


def test_levels_of_one_list_tell_apart_numbers_that_look_alike():
    numbering = abstract(1, level(0, "%1."), level(1, "%2.", "lowerLetter"), level(2, "%3.", "lowerRoman")) + num(1, 1)
    text = read_docx(p("§ 1."), li("raz", 1), li("litera", 1, 1), li("rzymska", 1, 2), li("litera", 1, 1), numbering=numbering)
    assert labels(text) == ["§ 1.", "1.", "a.", "i.", "b."]
    assert [row.depth for row in text.rows] == [0, 1, 2, 3, 2]


def test_a_typed_number_after_counted_ones_stands_beside_them():
    text = read_docx(li("Cele:", level=PARAGRAPH), li("raz;", level=POINT), p("2) dopisany;"), numbering=LEGAL)
    assert lines(text)[-1] == "§ 1 pkt 2: dopisany;"
    assert warnings(text) == {}


def test_numbers_other_than_those_to_come_are_told():
    text = read_docx(p("Rozdział IV"), p("Cele"), p("§ 1. Cel:"), p("1) raz;"), p("3) trzy."), p("§ 3. Inny."))
    assert warnings(text) == {
        "rozdział 1": ["number_differs"],
        "§ 1 pkt 2": ["number_differs"],
        "§ 2": ["number_differs"],
    }


def test_a_number_of_an_unknown_kind_stays_in_the_words():
    numbering = abstract(1, level(0, "Zadanie %1:")) + num(1, 1)
    text = read_docx(p("§ 1. Zadania."), li("szkolenia", 1), numbering=numbering)
    assert lines(text) == ["§ 1: Zadania.\nZadanie 1: szkolenia"]
    assert warnings(text) == {"§ 1": ["unknown_number"]}


def test_a_style_that_is_missing_is_told():
    assert warnings(read_docx(p("§ 1. Cel.", "Obcy"), styles=HEADINGS)) == {"§ 1": ["unknown_style"]}


def test_title_preamble_signature_and_reasons_are_no_units():
    body = (
        p("Projekt"),
        p("UCHWAŁA NR 12/2026"),
        p("Na podstawie art. 5a uchwala się, co następuje:"),
        p("– po konsultacjach,"),
        p("§ 1. Przyjmuje się program."),
        p("§ 2. Uchwała wchodzi w życie."),
        p("Przewodniczący Rady Miasta"),
        p("Jan Kowalski"),
        p("UZASADNIENIE"),
        p("1. Program jest potrzebny."),
        tbl(["Rok", "Kwota"]),
    )
    text = read_docx(*body)
    assert [row.skipped or row.citation for row in text.rows] == [
        *("title", "title", "title", "title", "§ 1", "§ 2", "signature", "signature", "reasons", "reasons", "reasons"),
    ]
    assert text.title == "Projekt"
    assert text.units == [row for row in text.rows if row.kind]


def test_a_number_in_the_style_of_a_title_is_a_number():
    body = p("Program", "Tytu"), p("na rok 2027", "Podtytu"), p("Rozdział 1", "Tytu"), p("Cele"), p("§ 1. Cel.")
    read = ["(title) Program", "(title) na rok 2027", "rozdział 1: [Cele]", "§ 1: Cel."]
    assert read_lines(*body, styles=TITLES) == read


def test_an_annex_follows_the_signature_and_the_reasons():
    for before in ("Przewodniczący Rady", "Uzasadnienie"):
        text = read_docx(p("§ 1. Cel."), p(before), p("Załącznik nr 1"), p("Kryteria"), p("§ 1. Kryterium."))
        assert lines(text)[-2:] == ["załącznik nr 1: [Kryteria]", "załącznik nr 1 § 1: Kryterium."]


def test_the_mayor_who_acts_in_a_sentence_signs_nothing():
    assert read_lines(p("§ 1. Cel."), p("Prezydent ogłasza konkurs."))[0] == "§ 1: Cel.\nPrezydent ogłasza konkurs."


def test_a_program_that_is_itself_an_annex_is_read_as_a_program():
    body = p("Załącznik do uchwały nr 12/2026"), p("Rady Miasta"), p("Rozdział 1"), p("Cele"), p("§ 1. Cel.")
    assert [row.skipped or row.citation for row in read_docx(*body).rows] == ["title", "title", "rozdział 1", "§ 1"]


def test_an_annex_to_the_text_keeps_what_it_is_an_annex_to():
    text = read_docx(p("§ 1. Cel."), p("Załącznik nr 1 do Programu współpracy"), p("Kryteria oceny"), p("1. Kryterium."))
    assert lines(text)[1:] == ["załącznik nr 1: [Kryteria oceny] do Programu współpracy", "załącznik nr 1 ust. 1: Kryterium."]


def test_a_chapter_cannot_stand_in_an_annex():
    text = read_docx(p("§ 1. Cel."), p("Załącznik nr 1"), p("Kryteria"), p("Rozdział 1"), p("Ogólne"))
    assert lines(text)[-1] == "rozdział 1: [Ogólne]"
    assert warnings(text) == {"rozdział 1": ["moved_out"]}


def test_a_table_of_contents_is_left_out():
    gallery = '<w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>'
    sdt = f"<w:sdt>{gallery}<w:sdtContent>{p('Rozdział 1 Cele 3')}</w:sdtContent></w:sdt>"
    loose = p("Rozdział 1 Cele 3", "Spistreci1"), p("Tabela 1. Plan 4", "Spisilustracji")
    styles = style("Spistreci1", name="toc 1") + style("Spisilustracji", name="table of figures")
    assert read_lines(sdt, *loose, p("Rozdział 1"), p("Cele"), p("§ 1. Cel."), styles=styles) == [
        "rozdział 1: [Cele]",
        "§ 1: Cel.",
    ]


ONE = UUID("3f2b1c9e-0000-4000-8000-000000000001")


def test_the_heading_of_a_paragraph_may_bear_its_bookmark():
    styles = style("Tytuparagrafu", name="Tytuł paragrafu")
    text = read_docx(p("Cel", "Tytuparagrafu", raw=bookmark(ONE)), p("§ 1. Cel."), p("§ 2. Inny."), styles=styles)
    assert [row.provision for row in text.rows] == [ONE, None]


def test_words_of_a_unit_of_ours_are_not_looked_into():
    words = "1. Nie jest  ustępem.\n2) ani\tpunktem."
    text = read_docx(li("", level=PARAGRAPH, raw=bookmark(ONE) + r(words)), numbering=LEGAL)
    assert [row.text for row in text.rows] == [words]


TWO = UUID("3f2b1c9e-0000-4000-8000-000000000002")


def deep(depth: int, provision: UUID = TWO) -> str:
    """How deep a unit of ours stood where its number does not tell."""
    return f'<w:bookmarkStart w:id="2" w:name="d{depth}_{provision.hex}"/>' + bookmark(provision)


@pytest.mark.parametrize(
    ("raw", "citation"),
    [
        (bookmark(TWO), "§ 1 ust. 1 pkt 2"),
        (deep(1), "§ 1 pkt 2"),
        (deep(2), "§ 1 ust. 1 pkt 2"),
        # Where it can stand no more, because the text was changed, its number tells.
        (deep(0), "§ 1 ust. 1 pkt 2"),
        (deep(9), "§ 1 ust. 1 pkt 2"),
        (deep(1, ONE), "§ 1 ust. 1 pkt 2"),
    ],
)
def test_a_point_behind_subparagraphs_stands_where_it_stood_when_it_was_exported(raw, citation):
    before = p("§ 1. Cel:", raw=bookmark(ONE)), p("1) raz;"), p("1. Ustęp:"), p("1) jeden;")
    assert read_docx(*before, p("2) dwa.", raw=raw)).rows[-1].citation == citation


def test_a_table_behind_points_stands_where_it_stood_when_it_was_exported():
    before = p("§ 1. Cel:"), p("1) raz;")
    for raw, citation in ((bookmark(TWO), "§ 1 pkt 1 tabela"), (deep(1), "§ 1 tabela")):
        table = grid(tr(tc(p("Zadanie", raw=raw)), tc(p("Kwota"))))
        assert read_docx(*before, table).rows[-1].citation == citation


LABELS = "Rozdział {}", "§ {}.", "{}.", "{})", "a)", "–", "Załącznik nr {}", "Tabela {}.", "I.", "1.2.", "", "§ 1. 1. "
WORDS = "Tekst", "tekst:", "", "Uzasadnienie", "Prezydent"
PARAGRAPHS = st.tuples(st.sampled_from(LABELS), st.integers(1, 40), st.sampled_from(WORDS))


@given(st.lists(PARAGRAPHS, max_size=30))
def test_any_order_of_numbers_comes_to_a_lawful_tree_that_loses_no_word(drawn):
    typed = [f"{label.format(count)} {words}".strip() for label, count, words in drawn]
    text = read_docx(p("§ 1. Cel."), *map(p, typed), tbl(["Zadanie", "Kwota"]))
    units = {place: row for place, row in enumerate(text.rows) if row.kind}
    for row in units.values():
        assert row.kind in ALLOWED_CHILDREN[None if row.parent is None else text.rows[row.parent].kind]
        assert row.depth == (0 if row.parent is None else text.rows[row.parent].depth + 1)
    numbered = number([(place, row.parent, Unit(row.kind)) for place, row in units.items()])
    assert {place: one.citation for place, one in numbered.items()} == {place: row.citation for place, row in units.items()}
    said = " ".join(f"{row.label} {row.heading} {row.text} {row.cells or ''}" for row in text.rows)
    for words in filter(None, WORDS):
        assert said.count(words) == sum(one.count(words) for one in typed)
