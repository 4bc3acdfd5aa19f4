import pytest
from lxml import etree

from programs.imports.changes import counts, settle
from programs.imports.ooxml import child
from programs.imports.refusals import Reason, Unreadable
from tests.programs.office.reading import labels, lines, read_docx
from tests.programs.office.word import (
    DELETED_MARK,
    INSERTED_MARK,
    LEGAL,
    PARAGRAPH,
    POINT,
    abstract,
    deleted,
    document,
    grid,
    ins,
    level,
    li,
    num,
    number_in,
    p,
    r,
    tbl,
    tc,
    tr,
)


def both(*body: str, **parts) -> tuple[list[str], list[str]]:
    """The lines when all changes are accepted, and when all are rejected."""
    return lines(read_docx(*body, tracked="accept", **parts)), lines(read_docx(*body, tracked="reject", **parts))


DEADLINE = p(raw=r("§ 1. Termin: ") + deleted("14") + ins(r("21")) + r(" dni."))


def test_words_are_read_as_accepted_or_as_rejected():
    assert both(DEADLINE) == (["§ 1: Termin: 21 dni."], ["§ 1: Termin: 14 dni."])


def test_a_file_with_changes_stops_when_nobody_said_what_to_do_with_them():
    with pytest.raises(Unreadable) as refused:
        read_docx(DEADLINE, tracked="stop")
    assert (refused.value.reason, refused.value.count) == (Reason.TRACKED, 2)
    assert "2" in refused.value.in_words


def test_changes_are_counted_whatever_becomes_of_them():
    for tracked in ("accept", "reject"):
        text = read_docx(DEADLINE, p(raw=ins(r("nowe")), mark=INSERTED_MARK), tracked=tracked)
        assert (text.insertions, text.deletions, text.has_changes) == (3, 1, True)
    clean = read_docx(p("§ 1. Cel."))
    assert (clean.insertions, clean.deletions, clean.has_changes) == (0, 0, False)


def test_a_change_of_looks_alone_stops_nobody():
    bold = p(raw='<w:r><w:rPr><w:b/><w:rPrChange w:id="1"><w:rPr/></w:rPrChange></w:rPr><w:t>§ 1. Cel.</w:t></w:r>')
    assert lines(read_docx(bold, tracked="stop")) == ["§ 1: Cel."]


def test_a_whole_paragraph_comes_or_goes_with_its_number():
    gone = li("", level=POINT, raw=deleted("stary;"), mark=DELETED_MARK)
    come = li("", level=POINT, raw=ins(r("nowy;")), mark=INSERTED_MARK)
    body = li("Punkty:", level=PARAGRAPH), li("pierwszy;", level=POINT), gone, come, li("ostatni.", level=POINT)
    assert both(*body, numbering=LEGAL) == (
        ["§ 1: Punkty:", "§ 1 pkt 1: pierwszy;", "§ 1 pkt 2: nowy;", "§ 1 pkt 3: ostatni."],
        ["§ 1: Punkty:", "§ 1 pkt 1: pierwszy;", "§ 1 pkt 2: stary;", "§ 1 pkt 3: ostatni."],
    )
    # What is gone does not count.
    assert labels(read_docx(*body, numbering=LEGAL, tracked="accept")) == ["§ 1.", "1)", "2)", "3)"]


def test_a_paragraph_that_was_divided_is_one_again_when_rejected():
    body = p("§ 1. Cel"), p("2) pierwsza część, ", mark=INSERTED_MARK), p("druga część.")
    assert both(*body) == (
        ["§ 1: Cel", "§ 1 pkt 1: pierwsza część,\ndruga część."],
        ["§ 1: Cel", "§ 1 pkt 1: pierwsza część, druga część."],
    )


def test_two_paragraphs_that_were_made_one_keep_the_number_of_the_second():
    body = li("pierwszy;", level=PARAGRAPH, mark=DELETED_MARK), li(" drugi.", level=POINT)
    accepted, rejected = both(p("§ 1."), p("1) punkt:"), *body, numbering=LEGAL)
    assert accepted[-1] == "§ 1 pkt 2: pierwszy; drugi."
    assert rejected[-2:] == ["§ 2: pierwszy;", "§ 2 pkt 1: drugi."]


def test_an_empty_paragraph_that_was_taken_away_takes_no_number_with_it():
    body = li("Cel.", level=PARAGRAPH, mark=DELETED_MARK), p(), li("Zasady.", level=PARAGRAPH)
    assert both(*body, numbering=LEGAL)[0] == ["§ 1: Cel.", "§ 2: Zasady."]


def test_many_paragraphs_without_marks_flow_into_the_next():
    words = [f"słowo {number} " for number in range(1_000)]
    body = p("§ 1. "), *[p(one, mark=DELETED_MARK) for one in words], p("koniec.")
    accepted, rejected = both(*body)
    assert accepted == ["§ 1: " + "".join(words) + "koniec."]
    assert rejected[0].count("\n") == 1_000


def test_the_last_paragraph_of_a_cell_has_nowhere_to_flow():
    last = p(raw=deleted("stare"), mark=DELETED_MARK)
    kept = p("nowe", mark=DELETED_MARK)
    table = grid(tr(tc(last), tc(kept)))
    text = read_docx(p("§ 1."), table, tracked="accept")
    assert text.rows[1].cells == [["", "nowe"]]
    assert read_docx(p("§ 1."), table, tracked="reject").rows[1].cells == [["stare", "nowe"]]


def test_what_was_moved_stands_in_one_place():
    origin = p(raw=f'<w:moveFrom w:id="1" w:author="Urząd">{r("2) wędrowiec;")}</w:moveFrom>', mark='<w:moveFrom w:id="2"/>')
    target = p(raw=f'<w:moveTo w:id="3" w:author="Urząd">{r("2) wędrowiec;")}</w:moveTo>', mark='<w:moveTo w:id="4"/>')
    accepted, rejected = both(p("§ 1."), p("1) jeden;"), origin, p("3) trzy;"), target, p("4) cztery."))
    assert [line.split(": ")[1] for line in accepted[1:]] == ["jeden;", "trzy;", "wędrowiec;", "cztery."]
    assert [line.split(": ")[1] for line in rejected[1:]] == ["jeden;", "wędrowiec;", "trzy;", "cztery."]


def test_rows_and_cells_of_tables_come_and_go():
    rows = (
        tr(tc(p("Zadanie")), tc(p("Kwota"))),
        tr(tc(p(raw=ins(r("nowe")))), tc(p(raw=ins(r("2")))), properties='<w:ins w:id="1"/>'),
        tr(tc(p(raw=deleted("stare"))), tc(p(raw=deleted("1"))), properties='<w:del w:id="2"/>'),
    )
    table = grid(*rows)
    read = {tracked: read_docx(p("§ 1."), table, tracked=tracked).rows[1].cells for tracked in ("accept", "reject")}
    assert read == {"accept": [["Zadanie", "Kwota"], ["nowe", "2"]], "reject": [["Zadanie", "Kwota"], ["stare", "1"]]}
    column = grid(tr(tc(p("a")), tc(p("b"), "<w:cellIns/>"), tc(p("c"), "<w:cellDel/>")))
    read = {tracked: read_docx(p("§ 1."), column, tracked=tracked).rows[1].cells for tracked in ("accept", "reject")}
    assert read == {"accept": [["a", "b"]], "reject": [["a", "c"]]}


def test_a_table_that_is_gone_leaves_nothing():
    table = grid(tr(tc(p("x")), tc(p("y")), properties="<w:del/>"))
    assert both(p("§ 1. Cel."), table)[0] == ["§ 1: Cel."]


def test_a_paragraph_that_was_put_on_another_level_is_there_or_back():
    former = f'<w:pPrChange w:id="1"><w:pPr>{number_in(1, 1)}</w:pPr></w:pPrChange>'
    numbering = abstract(1, level(0, "§ %1."), level(1, "%2."), level(2, "%3)")) + num(1, 1)
    body = li("Cel"), li("jeden", 1, 1), p("dwa", properties=number_in(1, 2) + former)
    assert both(*body, numbering=numbering) == (
        ["§ 1: Cel", "§ 1 ust. 1: jeden", "§ 1 ust. 1 pkt 1: dwa"],
        ["§ 1: Cel", "§ 1 ust. 1: jeden", "§ 1 ust. 2: dwa"],
    )


def test_a_number_that_was_given_is_taken_back():
    numbered = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/><w:ins w:id="1"/></w:numPr>'
    numbering = abstract(1, level(0, "%1)")) + num(1, 1)
    assert both(p("§ 1. Cel:"), p("punkt", properties=numbered), numbering=numbering) == (
        ["§ 1: Cel:", "§ 1 pkt 1: punkt"],
        ["§ 1: Cel:\npunkt"],
    )


def test_what_was_inserted_and_then_deleted_is_nowhere():
    twice = p(raw=r("§ 1. Cel") + ins(deleted(" próbny")) + r("."))
    assert both(twice) == (["§ 1: Cel."], ["§ 1: Cel."])


@pytest.mark.parametrize("accept", [True, False])
def test_a_settled_text_has_no_changes_left(accept):
    body = child(etree.fromstring(document(DEADLINE + p(raw=ins(r("x")), mark=INSERTED_MARK) + tbl(["a", "b"])).encode()), "body")
    assert counts(body) == (3, 1)
    settle(body, accept=accept)
    assert counts(body) == (0, 0)
    assert not list(body.iter("{*}delText"))
