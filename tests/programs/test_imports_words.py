from uuid import UUID

import pytest

from programs import marks
from programs.imports.warning_codes import WarningCode
from tests.programs.office.reading import lines, read_docx, warnings
from tests.programs.office.word import LEGAL, PARAGRAPH, bookmark, grid, ins, li, p, r, style, t, tbl, tc, tr

ONE = UUID("3f2b1c9e-0000-4000-8000-000000000001")
TWO = UUID("3f2b1c9e-0000-4000-8000-000000000002")


def words(raw: str, **parts) -> str:
    """What is read of runs behind "§ 1. "."""
    return read_docx(p("§ 1. ", raw=raw), **parts).rows[0].text


def field(instruction: str, result: str) -> str:
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f"<w:r><w:instrText>{instruction}</w:instrText></w:r>"
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        f'{result}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def link(anchor: str, shown: str) -> str:
    return f'<w:hyperlink w:anchor="{anchor}">{shown}</w:hyperlink>'


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        (r("Rada") + r(" Miasta"), "Rada Miasta"),
        (r("10\u00a0000\u00a0zł w\u202f2026"), "10 000 zł w 2026"),
        (r("współ\u00adpraca") + "<w:r><w:softHyphen/></w:r>" + r("\u200b."), "współpraca."),
        (r("biało") + "<w:r><w:noBreakHyphen/></w:r>" + r("czerwony, 5\u20116"), "biało-czerwony, 5-6"),
        (r("raz\tdwa"), "raz dwa"),
        (r("raz\ndwa"), "raz\ndwa"),
        (r("raz") + '<w:r><w:br w:type="page"/></w:r>' + r(" dwa"), "raz dwa"),
        (r("raz") + "<w:r><w:cr/></w:r>" + r("dwa"), "raz\ndwa"),
        (r("za  dużo   spacji "), "za dużo spacji"),
        ("<w:r><w:t>\n  wcięty\n  XML\n</w:t></w:r>", "wcięty XML"),
        ('<w:smartTag w:element="date">' + r("1 maja") + "</w:smartTag>", "1 maja"),
        ("<w:customXml>" + r("1 maja") + "</w:customXml>", "1 maja"),
        (link("gdzie indziej", r("strona")), "strona"),
        (link("_Toc123", r("rozdział 2")), "rozdział 2"),
        ('<w:fldSimple w:instr="PAGE">' + r("7") + "</w:fldSimple>", "7"),
        (field("DATE", r("1 maja")), "1 maja"),
        (field("IF " + "</w:instrText></w:r>" + field("PAGE", r("3")) + "<w:r><w:instrText>", r("tak")), "tak"),
        ('<w:r><w:fldChar w:fldCharType="begin"/></w:r>' + r("kod"), ""),
        ('<w:r><w:fldChar w:fldCharType="end"/></w:r>' + r("słowa"), "słowa"),
        ('<w:r><w:sym w:font="Symbol" w:char="F02D"/></w:r>' + r(" a"), "– a"),
        ('<w:r><w:sym w:font="Calibri" w:char="00A7"/></w:r>' + r(" 7"), "§ 7"),
        ("<w:sdt><w:sdtPr/><w:sdtContent>" + r("wpisane") + "</w:sdtContent></w:sdt>", "wpisane"),
        ("<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>" + r("Kliknij") + "</w:sdtContent></w:sdt>", ""),
        ('<w:bdo w:val="ltr">' + r("a") + "</w:bdo>", "a"),
        ("<w:proofErr/><w:permStart/>" + r("a"), "a"),
    ],
)
def test_words_come_out_as_they_are_read_on_paper(raw, read):
    assert words(raw) == read


def test_a_field_that_never_ends_swallows_no_other_paragraph():
    assert lines(read_docx(p("§ 1. a", raw='<w:r><w:fldChar w:fldCharType="begin"/></w:r>'), p("§ 2. b"))) == ["§ 1: a", "§ 2: b"]


def alternatives(choice: str, fallback: str) -> str:
    branches = f'<mc:Choice Requires="w14">{choice}</mc:Choice><mc:Fallback>{fallback}</mc:Fallback>'
    return f"<mc:AlternateContent>{branches}</mc:AlternateContent>"


def test_alternatives_are_read_once():
    assert words(f"<w:r>{alternatives(t('nowe'), t('stare'))}</w:r>") == "stare"
    assert words(f"<w:r>{alternatives(t('nowe'), '')}</w:r>") == "nowe"
    assert lines(read_docx(p("§ 1."), alternatives(p("1) a"), p("1) b")))) == ["§ 1", "§ 1 pkt 1: b"]


BOX = "<w:txbxContent>" + p("ramka") + "</w:txbxContent>"
BOXES = alternatives(f"<w:drawing>{BOX}</w:drawing>", f"<w:pict>{BOX}</w:pict>")


@pytest.mark.parametrize(
    ("raw", "code", "left"),
    [
        (r("x") + r("tajne", "<w:vanish/>"), "hidden_dropped", "x"),
        (r("x") + r("jawne", '<w:vanish w:val="0"/>'), None, "xjawne"),
        (r("x") + r(" ", "<w:vanish/>"), None, "x"),
        ("<w:r><w:drawing/></w:r>" + r("x"), "image_dropped", "x"),
        ("<w:r><w:pict/></w:r>" + r("x"), "image_dropped", "x"),
        (f"<w:r><w:pict><v:textbox>{BOX}</v:textbox></w:pict></w:r>" + r("x"), "text_box_dropped", "x"),
        (
            f"<w:r>{alternatives(f'<w:drawing>{BOX}</w:drawing>', f'<w:pict>{BOX}</w:pict>')}</w:r>" + r("x"),
            "text_box_dropped",
            "x",
        ),
        (r("x") + '<w:r><w:footnoteReference w:id="2"/></w:r>', "footnote_dropped", "x"),
        (r("x") + '<w:r><w:endnoteReference w:id="2"/></w:r>', "footnote_dropped", "x"),
        ('<w:commentRangeStart w:id="0"/>' + r("x") + '<w:r><w:commentReference w:id="0"/></w:r>', "comment_dropped", "x"),
        (r("x") + '<w:r><w:sym w:font="Wingdings" w:char="F04A"/></w:r>', "symbol_dropped", "x"),
        (r("x") + '<w:r><w:sym w:font="Wingdings" w:char="D800"/></w:r>', "symbol_dropped", "x"),
        (r("x") + '<w:r><w:sym w:font="Wingdings" w:char="-1"/></w:r>', "symbol_dropped", "x"),
        (r("x = ") + "<m:oMath><m:r><m:t>a+b</m:t></m:r></m:oMath>", "formula", "x = a+b"),
    ],
)
def test_what_cannot_be_kept_is_told(raw, code, left):
    text = read_docx(p("§ 1. ", raw=raw))
    assert text.rows[0].text == left
    assert warnings(text) == ({"§ 1": [code]} if code else {})


def test_comments_and_pictures_are_counted():
    comment, picture = '<w:r><w:commentReference w:id="0"/></w:r>', "<w:r><w:drawing/></w:r>"
    table = grid(tr(tc(p("a", raw=comment)), tc(p("b", raw=comment))))
    text = read_docx(p("Program", raw=picture), p("§ 1. x", raw=comment * 2), p(raw=picture), table)
    assert (text.comments, text.images) == (4, 2)
    assert warnings(text) == {
        "": ["image_dropped"],
        "§ 1": ["image_dropped", "comment_dropped"],
        "§ 1 tabela": ["comment_dropped"],
    }


def test_a_picture_above_the_text_is_told_of_the_whole_file():
    assert read_docx(p(raw="<w:r><w:drawing/></w:r>"), p("§ 1. x")).warnings == [WarningCode.IMAGE_DROPPED]


def test_a_style_may_hide_words():
    styles = style("Tajny", run="<w:vanish/>") + style("TajnyZnak", kind="character", run="<w:vanish/>", based_on="")
    text = read_docx(
        p("§ 1. Cel."),
        p("tajne", "Tajny"),
        p(" jawne", "Tajny", raw=r("!", '<w:vanish w:val="false"/>')),
        p("x", raw=r("tajne", '<w:rStyle w:val="TajnyZnak"/>')),
        styles=styles,
    )
    assert text.rows[0].text == "Cel.\n!\nx"
    assert warnings(text) == {"§ 1": ["joined", "hidden_dropped"]}


def test_another_file_inserted_in_the_text_is_told_and_not_opened():
    text = read_docx(p("§ 1. Cel."), '<w:altChunk r:id="rId9"/>', parts={"word/chunk.html": "§ 2. Obce."})
    assert lines(text) == ["§ 1: Cel."]
    assert text.warnings == [WarningCode.INSERTED_FILE]


def ours(provision: UUID, shown: str, raw: str = "") -> str:
    return li("", level=PARAGRAPH, raw=bookmark(provision) + r(shown) + raw)


def test_a_unit_of_ours_is_known_by_its_bookmark_wherever_the_bookmark_begins():
    text = read_docx(ours(ONE, "Cel."), bookmark(TWO), li("Zasady.", level=PARAGRAPH), p("§ 3. Nowy."), numbering=LEGAL)
    assert [row.provision for row in text.rows] == [ONE, TWO, None]


def test_a_copy_of_a_unit_of_ours_is_a_new_unit():
    text = read_docx(ours(ONE, "Cel."), ours(ONE, "Cel."), numbering=LEGAL)
    assert [row.provision for row in text.rows] == [ONE, None]


@pytest.mark.parametrize("name", ["p_", "p_123", f"P_{ONE.hex}", f"p_{ONE.hex}0", f"p_{ONE}", "_GoBack", f"s_{ONE.hex}"])
def test_other_bookmarks_name_no_unit(name):
    raw = f'<w:bookmarkStart w:id="1" w:name="{name}"/>'
    assert read_docx(p("§ 1. Cel.", raw=raw)).rows[0].provision is None


def test_a_paragraph_that_lost_its_number_gives_its_identity_to_no_other():
    text = read_docx(ours(ONE, "Cel."), p("dawny drugi", raw=bookmark(TWO)), li("Trzeci.", level=PARAGRAPH), numbering=LEGAL)
    assert [row.provision for row in text.rows] == [ONE, None]


def test_a_table_of_ours_is_known_by_its_first_cell():
    table = grid(tr(tc(p("Zadanie", raw=bookmark(TWO))), tc(p("Kwota"))))
    assert [row.provision for row in read_docx(ours(ONE, "Cel:"), table, numbering=LEGAL).rows] == [ONE, TWO]
    small = grid(tr(tc(p("Zadanie", raw=bookmark(TWO)))))
    assert read_docx(ours(ONE, "Cel:"), small, numbering=LEGAL).rows[1].cells == [["Zadanie"]]


@pytest.mark.parametrize("shown", ["§ 12 ust. 3", "rozdział 2", "załącznik nr 1 § 2", "§ 5 tabela 1", marks.NOWHERE, "§\u00a012"])
def test_a_citation_that_we_printed_is_a_reference_again(shown):
    assert words(r("Zgodnie z ") + link(f"p_{ONE.hex}", r(shown)) + r(".")) == f"Zgodnie z {marks.reference(ONE)}."


def test_a_citation_in_several_runs_and_one_inserted_with_tracking_are_references_too():
    assert words(r("z ") + link(f"p_{ONE.hex}", r("§ ") + r("12"))) == f"z {marks.reference(ONE)}"
    tracked = p("§ 1. z ", raw=ins(link(f"p_{ONE.hex}", r("§ 12"))))
    assert read_docx(tracked, tracked="accept").rows[0].text == f"z {marks.reference(ONE)}"


def test_words_that_somebody_wrote_over_a_citation_stay():
    assert words(r("zgodnie z ") + link(f"p_{ONE.hex}", r("regulaminem"))) == "zgodnie z regulaminem"


@pytest.mark.parametrize("shown", ["300 zł (słownie: trzysta złotych)", "300,50 zł", marks.NO_TOTAL])
def test_a_total_that_we_quoted_is_quoted_again(shown):
    assert words(r("kwota ") + link(f"s_{ONE.hex}", r(shown))) == f"kwota {marks.total_of(ONE)}"
    assert words(r("kwota ") + link(f"s_{ONE.hex}", r("trzysta"))) == "kwota trzysta"


@pytest.mark.parametrize(
    ("shown", "read"),
    [
        ("10 000 zł (słownie: dziesięć tysięcy złotych)", "{zl:10000.00}"),
        ("10\u00a0000\u00a0zł (słownie: dziesięć tysięcy złotych)", "{zl:10000.00}"),
        ("2 140 000,50 zł (słownie: dwa miliony sto czterdzieści tysięcy złotych, pięćdziesiąt groszy)", "{zl:2140000.50}"),
        # Words that say another amount are for people to settle.
        ("10 000 zł (słownie: sto złotych)", "10 000 zł (słownie: sto złotych)"),
        ("10000 zł (słownie: dziesięć tysięcy złotych)", "10000 zł (słownie: dziesięć tysięcy złotych)"),
        ("1.10 000 zł (słownie: dziesięć tysięcy złotych)", "1.10 000 zł (słownie: dziesięć tysięcy złotych)"),
        ("10 000 zł", "10 000 zł"),
    ],
)
def test_an_amount_whose_words_agree_is_an_amount_again(shown, read):
    assert words(r(f"Kwota {shown}.")) == f"Kwota {read}."


def test_a_page_of_figures_is_no_trap():
    figures = "1" * 9_000 + " 1" * 4_000 + " zł (słownie: "
    assert words(r(figures)) == figures.strip()


HEAD = ["Zadanie", "Kwota", "Liczba"]


@pytest.mark.parametrize(
    ("rows", "total"),
    [
        ([["A", "100", "1"], ["B", "2 000,50", "2"]], (["Razem", "2 100,50", "3"], ["Razem", "=", "="])),
        ([["A", "100", "1"], ["B", "200", "2"]], (["Razem:", "301", "3"], ["Razem:", "301", "="])),
        ([["A", "100", "x"], ["B", "200", "2"]], (["Razem", "300", "2"], ["Razem", "=", "2"])),
        ([["A", "100", "1"], ["B", "200", "2"]], (["Średnio", "300", "3"], ["Średnio", "300", "3"])),
        ([["A", "100 zł", "1"], ["B", "200 zł", "2"]], (["Razem", "300 zł", "3"], ["Razem", "300 zł", "="])),
    ],
)
def test_a_total_that_adds_up_is_added_up_by_us(rows, total):
    typed, read = total
    assert read_docx(p("§ 1."), tbl(HEAD, *rows, typed)).rows[1].cells == [HEAD, *rows, read]


def test_cells_hold_no_marks_so_a_link_in_one_stays_its_words():
    text = read_docx(p("§ 1."), grid(tr(tc(p(raw=link(f"p_{ONE.hex}", r("§ 2")))), tc(p("x")))))
    assert text.rows[1].cells == [["§ 2", "x"]]
