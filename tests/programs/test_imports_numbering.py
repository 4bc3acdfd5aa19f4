import pytest

from tests.programs.office.reading import labels, lines, read_docx, warnings
from tests.programs.office.word import (
    CHAPTER,
    INDENT,
    LEGAL,
    LETTER,
    PARAGRAPH,
    POINT,
    SUBPARAGRAPH,
    abstract,
    level,
    li,
    num,
    number_in,
    p,
    starts,
    style,
    tbl,
)

ABC = level(0, "§ %1."), level(1, "%2."), level(2, "%3)"), level(3, "%4)", "lowerLetter")


def test_one_list_of_a_whole_text_is_counted_as_word_prints_it():
    text = read_docx(
        li("Ogólne", level=CHAPTER),
        li("Cel.", level=PARAGRAPH),
        li("", level=PARAGRAPH),
        li("Pierwszy:", level=SUBPARAGRAPH),
        li("jeden;", level=POINT),
        li("dwa:", level=POINT),
        li("raz,", level=LETTER),
        li("dwa:", level=LETTER),
        li("kreska,", level=INDENT),
        li("kreska;", level=INDENT),
        li("Drugi:", level=SUBPARAGRAPH),
        li("znowu jeden.", level=POINT),
        li("Środki", level=CHAPTER),
        li("Trzeci paragraf.", level=PARAGRAPH),
        numbering=LEGAL,
    )
    assert labels(text) == [
        *("Rozdział 1", "§ 1.", "§ 2.", "1.", "1)", "2)", "a)", "b)", "–", "–", "2.", "1)"),
        *("Rozdział 2", "§ 3."),
    ]
    assert lines(text)[-5:] == [
        "§ 2 ust. 1 pkt 2 lit. b tiret drugie: kreska;",
        "§ 2 ust. 2: Drugi:",
        "§ 2 ust. 2 pkt 1: znowu jeden.",
        "rozdział 2: [Środki]",
        "§ 3: Trzeci paragraf.",
    ]
    assert warnings(text) == {}


def test_points_under_a_paragraph_begin_anew_even_where_no_subparagraph_was_between():
    text = read_docx(
        li("A:", level=PARAGRAPH),
        li("a;", level=POINT),
        li("B:", level=PARAGRAPH),
        li("b;", level=POINT),
        numbering=LEGAL,
    )
    assert labels(text) == ["§ 1.", "1)", "§ 2.", "1)"]


def test_a_style_may_carry_the_list_and_pass_it_on():
    numbering = abstract(
        7,
        level(0, "§ %1.", more='<w:pStyle w:val="Par"/>'),
        level(1, "%2.", more='<w:pStyle w:val="Ust"/>'),
    ) + num(4, 7)
    styles = (
        style("Par", properties='<w:numPr><w:numId w:val="4"/></w:numPr>')
        + style("ParWazny", based_on="Par")
        # Word looks for the level that names the style, whatever the style says of its level.
        + style("Ust", properties='<w:numPr><w:ilvl w:val="0"/><w:numId w:val="4"/></w:numPr>')
        + style("Zwykly", based_on="Par", properties='<w:numPr><w:numId w:val="0"/></w:numPr>')
    )
    text = read_docx(
        p("Cel.", "Par"),
        p("Inny.", "ParWazny"),
        p("Ustęp.", "Ust"),
        p("Bez numeru.", "Zwykly"),
        numbering=numbering,
        styles=styles,
    )
    assert labels(text) == ["§ 1.", "§ 2.", "1."]
    assert lines(text)[-1] == "§ 2 ust. 1: Ustęp.\nBez numeru."


def test_the_level_of_a_style_that_no_level_names_is_its_own_or_its_fathers():
    numbering = abstract(7, *ABC) + num(4, 7)
    styles = style("A", properties=number_in(4)) + style("B", based_on="A", properties='<w:numPr><w:ilvl w:val="1"/></w:numPr>')
    assert labels(read_docx(p("x", "A"), p("y", "B"), numbering=numbering, styles=styles)) == ["§ 1.", "1."]


def test_a_paragraph_overrules_its_style():
    numbering = abstract(7, *ABC) + num(4, 7) + abstract(8, level(0, "%1)")) + num(5, 8)
    styles = style("A", properties=number_in(4))
    text = read_docx(
        p("x", "A"),
        p("punkt", "A", properties=number_in(5)),
        p("bez numeru", "A", properties=number_in(0)),
        p("y", "A"),
        numbering=numbering,
        styles=styles,
    )
    assert labels(text) == ["§ 1.", "1)", "§ 2."]


def test_styles_based_on_each_other_in_a_circle_are_survived():
    styles = style("A", based_on="B") + style("B", based_on="A", properties=number_in(4))
    assert labels(read_docx(p("x", "A"), numbering=abstract(7, *ABC) + num(4, 7), styles=styles)) == ["§ 1."]


def test_lists_made_from_one_abstract_list_count_on_until_one_says_where_it_starts():
    numbering = abstract(1, *ABC) + num(1, 1) + num(2, 1) + num(3, 1, starts(0, 7))
    text = read_docx(li("a", 1), li("b", 2), li("c", 3), li("d", 3), li("e", 1), numbering=numbering)
    assert labels(text) == ["§ 1.", "§ 2.", "§ 7.", "§ 8.", "§ 9."]
    assert warnings(text) == {"§ 3": ["number_differs"], "§ 4": ["number_differs"], "§ 5": ["number_differs"]}


def test_two_abstract_lists_count_apart():
    numbering = abstract(1, *ABC) + num(1, 1) + abstract(2, level(0, "%1)")) + num(2, 2)
    text = read_docx(li("a", 1), li("b", 2), li("c", 1), li("d", 2), numbering=numbering)
    assert labels(text) == ["§ 1.", "1)", "§ 2.", "2)"]
    assert warnings(text) == {"§ 2 pkt 1": ["number_differs"]}


def test_an_override_may_redefine_a_level():
    override = f'<w:lvlOverride w:ilvl="0">{level(0, "Rozdział %1", "upperRoman", start=3)}</w:lvlOverride>'
    text = read_docx(li("Cele", 2), li("Zasady", 2), numbering=abstract(1, *ABC) + num(2, 1, override))
    assert labels(text) == ["Rozdział III", "Rozdział IV"]


@pytest.mark.parametrize("linked_by", ["style", "abstract"])
def test_a_list_may_be_linked_to_a_list_style(linked_by):
    numbering = (
        abstract(1, *ABC, more='<w:styleLink w:val="Prawna"/>' if linked_by == "abstract" else "")
        + abstract(2, more='<w:numStyleLink w:val="Prawna"/>')
        + num(1, 1)
        + num(2, 2)
    )
    styles = style("Prawna", kind="numbering", properties='<w:numPr><w:numId w:val="1"/></w:numPr>')
    assert labels(read_docx(li("a", 2), li("b", 2, 1), numbering=numbering, styles=styles)) == ["§ 1.", "1."]


def test_a_list_linked_to_itself_gives_no_number():
    numbering = abstract(2, more='<w:numStyleLink w:val="Prawna"/><w:styleLink w:val="Prawna"/>') + num(2, 2)
    assert lines(read_docx(p("§ 1. Cel."), li("dalej", 2), numbering=numbering)) == ["§ 1: Cel.\ndalej"]


@pytest.mark.parametrize(
    ("restart", "last"),
    [("", "1)"), ('<w:lvlRestart w:val="1"/>', "2)"), ('<w:lvlRestart w:val="2"/>', "1)"), ('<w:lvlRestart w:val="0"/>', "2)")],
)
def test_a_level_says_after_which_it_begins_anew(restart, last):
    numbering = abstract(1, level(0, "§ %1."), level(1, "%2."), level(2, "%3)", more=restart)) + num(1, 1)
    text = read_docx(li("A"), li("a", 1, 1), li("x", 1, 2), li("b", 1, 1), li("y", 1, 2), numbering=numbering)
    assert labels(text)[-1] == last


def test_the_first_of_a_deeper_level_needs_none_above_it():
    numbering = abstract(1, level(0, "%1."), level(1, "%1.%2.")) + num(1, 1)
    text = read_docx(p("§ 1."), li("a", 1, 1), li("b", 1, 1), li("c"), li("d", 1, 1), numbering=numbering)
    assert labels(text) == ["§ 1.", "1.1.", "1.2.", "1.", "1.1."]


def test_decimals_of_levels_stand_one_in_the_other():
    numbering = abstract(1, level(0, "%1."), level(1, "%1.%2."), level(2, "%1.%2.%3")) + num(1, 1)
    text = read_docx(p("§ 1."), li("a"), li("b", 1, 1), li("c", 1, 2), li("d", 1, 1), numbering=numbering)
    assert lines(text) == ["§ 1", "§ 1 ust. 1: a", "§ 1 ust. 1 pkt 1: b", "§ 1 ust. 1 pkt 1 lit. a: c", "§ 1 ust. 1 pkt 2: d"]
    assert warnings(text) == {}


@pytest.mark.parametrize(
    ("fmt", "pattern", "count", "label"),
    [
        ("lowerLetter", "%1)", 1, "a)"),
        ("lowerLetter", "%1)", 27, "aa)"),
        ("upperRoman", "Rozdział %1", 19, "Rozdział XIX"),
        ("decimalZero", "%1)", 3, "03)"),
        ("decimalZero", "%1)", 12, "12)"),
        ("unheardOf", "%1)", 4, "4)"),
        ("decimal", "§ %1", 4, "§ 4"),
        ("none", "§ %1.", 4, "§ ."),
    ],
)
def test_formats_of_numbers(fmt, pattern, count, label):
    numbering = abstract(1, level(0, pattern, fmt, start=count)) + num(1, 1)
    text = read_docx(p("§ 1."), tbl(["Lp.", "Nazwa"]).replace(p("Lp."), li("Lp.")), numbering=numbering)
    assert text.rows[-1].cells == [[f"{label} Lp.", "Nazwa"]]


def test_legal_numbering_prints_every_level_in_figures():
    numbering = abstract(1, level(0, "Rozdział %1", "upperRoman"), level(1, "%1.%2.", more="<w:isLgl/>")) + num(1, 1)
    assert labels(read_docx(li("Cele"), li("x", 1, 1), numbering=numbering)) == ["Rozdział I", "1.1."]


def test_a_format_that_only_new_programs_know_is_read_by_what_stands_beside_it():
    alternate = (
        '<mc:AlternateContent><mc:Choice Requires="w14"><w:numFmt w:val="custom" w:format="001"/></mc:Choice>'
        '<mc:Fallback><w:numFmt w:val="lowerLetter"/></mc:Fallback></mc:AlternateContent>'
    )
    numbering = abstract(1, f'<w:lvl w:ilvl="0"><w:start w:val="1"/>{alternate}<w:lvlText w:val="%1)"/></w:lvl>') + num(1, 1)
    assert labels(read_docx(p("§ 1."), p("1) punkt:"), li("x"), numbering=numbering)) == ["§ 1.", "1)", "a)"]


def test_numbers_of_a_hostile_size_cost_nothing():
    huge = "9" * 9
    numbering = (
        abstract(1, level(0, "§ %1." * 30, "upperRoman", start=0), level(1, "%2)", "lowerLetter"))
        + num(1, 1, starts(1, 0) + f'<w:lvlOverride w:ilvl="1"><w:startOverride w:val="{huge}"/></w:lvlOverride>')
        + num(2, 99)
        + num(3, 1, '<w:lvlOverride w:ilvl="77777"><w:startOverride w:val="-4"/></w:lvlOverride>')
    )
    body = [li("a", 1, 1), li("b", 2), li("c", 3, 8), li("d", 1, 99999999), li("e", 99999), p("§ 1. Cel.")]
    text = read_docx(*body, numbering=numbering)
    assert text.rows[-1].text == "Cel."
    assert text.rows[0].text == f"{huge}) a"


def test_an_empty_paragraph_with_a_number_counts():
    text = read_docx(li("", level=PARAGRAPH), p("Cel."), li("", level=PARAGRAPH), li("Inny.", level=PARAGRAPH), numbering=LEGAL)
    assert lines(text) == ["§ 1: Cel.", "§ 2", "§ 3: Inny."]
    assert warnings(text) == {"§ 2": ["empty"]}
