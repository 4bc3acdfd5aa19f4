import pytest

from programs.imports.labels import number_of
from programs.numbering import letter
from tests.programs.office.reading import labels, lines, read_docx, read_lines, warnings
from tests.programs.office.word import (
    LEGAL,
    PARAGRAPH,
    li,
    p,
)

CENTERED = '<w:jc w:val="center"/>'


@pytest.mark.parametrize("gap", [" ", "\t", "\u00a0", "\n", "   ", " \t "])
def test_numbers_that_somebody_typed_are_numbers_whatever_follows_them(gap):
    typed = ["Rozdział 1", "§ 1.", "1.", "1)", "a)", "–"]
    text = read_docx(*[p(f"{label}{gap}Tekst{number}:") for number, label in enumerate(typed)])
    assert labels(text) == typed
    assert lines(text) == [
        "rozdział 1: [Tekst0:]",
        "§ 1: Tekst1:",
        "§ 1 ust. 1: Tekst2:",
        "§ 1 ust. 1 pkt 1: Tekst3:",
        "§ 1 ust. 1 pkt 1 lit. a: Tekst4:",
        "§ 1 ust. 1 pkt 1 lit. a tiret pierwsze: Tekst5:",
    ]
    assert warnings(text) == {}


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("§ 1. Cel.", "§ 1: Cel."),
        ("§1. Cel.", "§ 1: Cel."),
        ("§ 1 Cel.", "§ 1: Cel."),
        ("§ 1", "§ 1"),
        ("§ 1a. Cel.", "§ 1: Cel."),
        ("Rozdział I", "rozdział 1"),
        ("ROZDZIAŁ 1. CELE", "rozdział 1: [CELE]"),
        ("Rozdział I – Cele", "rozdział 1: [Cele]"),
        ("R o z d z i a ł 1", "rozdział 1"),
        ("I. Postanowienia ogólne", "rozdział 1: [Postanowienia ogólne]"),
        ("IV. POSTANOWIENIA OGÓLNE", "rozdział 1: [POSTANOWIENIA OGÓLNE]"),
        ("Załącznik nr 1", "załącznik nr 1"),
        ("ZAŁĄCZNIK NR 1 Kryteria", "załącznik nr 1: [Kryteria]"),
        ("1. Cel.", "§ 1: Cel."),
    ],
)
def test_ways_to_write_what_a_text_begins_with(typed, read):
    assert read_lines(p(typed))[0] == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("1) punkt;", "§ 1 pkt 1: punkt;"),
        ("1)punkt;", "§ 1 pkt 1: punkt;"),
        ("(1) punkt;", "§ 1 pkt 1: punkt;"),
        ("1.Ustęp", "§ 1 ust. 1: Ustęp"),
        ("1a. Ustęp", "§ 1 ust. 1: Ustęp"),
        ("1.1. Punkt", "§ 1 pkt 1: Punkt"),
        ("2.3.1 Litera", "§ 1 pkt 1: Litera"),
    ],
)
def test_ways_to_write_what_stands_in_a_paragraph(typed, read):
    assert read_lines(p("§ 1."), p(typed)) == ["§ 1", read]


@pytest.mark.parametrize(
    "sentence",
    [
        "§ 12 ust. 3 stosuje się odpowiednio.",
        "§ 12 stosuje się odpowiednio.",
        "Rozdział 2 stosuje się odpowiednio.",
        "Rozdziału 2 nie stosuje się.",
        "Załącznik nr 1 określa kryteria.",
        "Załączniki są jawne.",
        "30 listopada 2026 r. upływa termin.",
        "1.01.2026 r. program wchodzi w życie.",
        "12.12.2026 r. upływa termin.",
        "15.11. br. upływa termin.",
        "10.000 zł to kwota.",
        "2.500 zł to kwota.",
        "2026. rok jest ostatni.",
        "2026 r. jest ostatni.",
        "m. st. Warszawa, Toruń.",
        "I. Kowalski jest przewodniczącym.",
        "-5% to spadek.",
        "np) to skrót.",
    ],
)
def test_a_sentence_that_begins_like_a_number_is_a_sentence(sentence):
    text = read_docx(p("§ 1. Cel."), p(sentence))
    assert lines(text) == [f"§ 1: Cel.\n{sentence}"]
    assert warnings(text) == {"§ 1": ["joined"]}


@pytest.mark.parametrize(
    "body",
    [
        [p("§ 5. 1. Pierwszy."), p("2. Drugi.")],
        [p("§ 5.\n1. Pierwszy.\n2. Drugi.")],
        [p("§ 5", properties=CENTERED), p("1. Pierwszy."), p("2. Drugi.")],
        [p("§ 5.\t1.\tPierwszy."), p("2.\tDrugi.")],
        [p("§ 5."), p(), p("1."), p("Pierwszy."), p(), p("2. Drugi.")],
    ],
)
def test_a_paragraph_and_its_first_subparagraph_however_an_office_lays_them_out(body):
    text = read_docx(*body)
    assert lines(text) == ["§ 1", "§ 1 ust. 1: Pierwszy.", "§ 1 ust. 2: Drugi."]
    assert warnings(text) == {"§ 1": ["number_differs"]}


def test_a_counted_paragraph_may_hold_a_typed_subparagraph():
    text = read_docx(li("1. Pierwszy.", level=PARAGRAPH), p("2. Drugi."), numbering=LEGAL)
    assert lines(text) == ["§ 1", "§ 1 ust. 1: Pierwszy.", "§ 1 ust. 2: Drugi."]


def test_only_the_first_of_its_kind_is_looked_for_inside_a_paragraph():
    assert read_lines(p("§ 1. 2. maja rusza nabór.")) == ["§ 1: 2. maja rusza nabór."]
    assert read_lines(p("§ 1. 1) a) litera")) == ["§ 1", "§ 1 pkt 1", "§ 1 pkt 1 lit. a: litera"]


def test_lists_typed_with_line_breaks_are_lists():
    assert read_lines(p("§ 1. Cele:\n1) pierwszy,\nw dwóch wierszach;\n2) drugi:\n– raz,\n– dwa.")) == [
        "§ 1: Cele:",
        "§ 1 pkt 1: pierwszy,\nw dwóch wierszach;",
        "§ 1 pkt 2: drugi:",
        "§ 1 pkt 2 lit. a: raz,",
        "§ 1 pkt 2 lit. b: dwa.",
    ]


@pytest.mark.parametrize("count", [1, 2, 26, 27, 53])
def test_letters_are_counted_as_the_law_and_as_word_count_them(count):
    assert number_of(f"{letter(count)})") == str(count)
