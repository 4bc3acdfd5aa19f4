import re

import pytest
from django.template import engines

from programs.actions import UnitDraft
from programs.marks import reference, total_of
from programs.numbering import Unit
from programs.reading import READ, as_table, contents, html, pieces, tree
from tests.factories.programs import TABLE, draft, reword, unit


def outline(nodes):
    return [(node.text.citation, outline(node.children)) for node in nodes]


@pytest.fixture
def version(db):
    return draft()


def test_the_tree_holds_every_unit_where_it_stands(version):
    texts = version.texts.in_reading_order()
    assert outline(tree(texts)) == [
        (
            "rozdział 1",
            [
                ("§ 1", []),
                (
                    "§ 2",
                    [("§ 2 pkt 1", []), ("§ 2 pkt 2", [("§ 2 pkt 2 lit. a", []), ("§ 2 pkt 2 lit. b", [])]), ("§ 2 pkt 3", [])],
                ),
            ],
        ),
        ("rozdział 2", [("§ 3", [("§ 3 ust. 1", []), ("§ 3 ust. 2", [("§ 3 ust. 2 tabela", [])])])]),
        ("załącznik nr 1", [("załącznik nr 1 § 1", [])]),
    ]


def test_a_run_of_one_kind_is_one_group(version):
    annex = tree(version.texts.in_reading_order())
    assert [(group.kind, len(group.nodes)) for group in annex[0].children[1].groups] == [("point", 3)]


def test_the_contents_list_chapters_and_annexes(version):
    assert [text.citation for text in contents(version.texts.in_reading_order())] == [
        "rozdział 1",
        "rozdział 2",
        "załącznik nr 1",
    ]


def test_the_first_row_is_the_header_and_amounts_are_numbers():
    table = as_table(TABLE)
    assert [(cell.words, cell.is_number) for cell in table.header.cells] == [
        ("Lp.", False),
        ("Dziedzina", False),
        ("Kwota w zł", True),
    ]
    assert [row.is_total for row in table.rows] == [False, False, True]


@pytest.mark.parametrize(
    ("cells", "is_number"),
    [
        (["10 000", "20 500,50 zł"], True),
        (["18%", ""], True),
        (["0-20", "5–10"], True),
        (["10 000", "bez kwoty"], False),
        (["", ""], False),
        (["pkt 1"], False),
    ],
)
def test_a_column_of_numbers_holds_nothing_else(cells, is_number):
    table = as_table([["Nazwa", "Kolumna"], *(["x", cell] for cell in cells)])
    assert table.header.cells[1].is_number is is_number


@pytest.mark.parametrize("cells", [TABLE, [["a"]], [["a", "b"]], [["x" * 300, "1", "2"], ["y", "3", "4"]], [["słowo"] * 6] * 3])
def test_columns_share_the_whole_width(cells):
    widths = [cell.width for cell in as_table(cells).header.cells]
    assert sum(widths) == 20
    assert min(widths) >= 2


def test_a_table_without_cells_is_empty():
    assert (as_table([]).header.cells, as_table([]).rows) == ([], [])


def shown(version, *, links=True, **how):
    return html(pieces(tree(list(version.texts.in_reading_order())), **how), links=links)


def test_bare_values_are_set_like_models(version):
    rows = version.texts.in_reading_order().values_list(*READ, named=True)
    assert html(pieces(tree(list(rows))), links=True) == shown(version)


def test_every_unit_is_there_once_under_its_anchor_and_its_number_leads_to_it(version):
    page = shown(version)
    units = [(text.anchor, text.citation) for text in version.texts.in_reading_order()]
    assert re.findall(r' id="([^"]+)"', page) == [anchor for anchor, _citation in units]
    assert re.findall(r'<a class="no" href="#([^"]+)" aria-label="([^"]+)">', page) == units


def test_paper_has_the_same_words_and_no_links(version):
    page, paper = (re.sub(r"<[^>]+>", "", shown(version, links=links)) for links in (True, False))
    assert "<a " not in shown(version, links=False)
    # On the page the caption of a table says its number as well.
    assert paper == page.replace("Tabela Planowane", "Planowane")


def test_a_run_of_points_is_one_list_and_a_table_stands_outside_it(version):
    assert shown(version).count('<ol class="points">') == 3
    assert re.search(r'<div class="tab" id="par-3-ust-2-tab-1"><div class="scroll" [^>]+><table', shown(version))


def test_a_reference_leads_to_its_unit_and_is_typeset_with_the_words_around_it(db):
    version = draft(units=[UnitDraft(Unit.PARAGRAPH, text="Pierwszy."), UnitDraft(Unit.PARAGRAPH, text="x")])
    target = unit(version, "§ 1")
    reword(unit(version, "§ 2"), text=f"Mowa w {reference(target.provision_id)} & dalej.")
    assert 'Mowa w\u00a0<a href="#par-1">§\u00a01</a> &amp; dalej.' in shown(version)


def test_a_quoted_total_leads_to_its_table(version):
    table = unit(version, "§ 3 ust. 2 tabela")
    reword(unit(version, "§ 1"), text=f"Razem {total_of(table.provision_id)}.")
    assert '<a href="#par-3-ust-2-tab-1">30\u00a0500,50\u00a0zł (słownie:' in shown(version)


def test_words_are_never_markup(db):
    evil = "<b>\"&'</b>"
    units = [
        UnitDraft(Unit.CHAPTER, heading=evil, text=evil),
        UnitDraft(
            Unit.PARAGRAPH,
            heading=evil,
            text=evil,
            children=[UnitDraft(Unit.POINT, text=evil), UnitDraft(Unit.TABLE, heading=evil, cells=[[evil, "b"], [evil, evil]])],
        ),
    ]
    page = shown(draft(units=units))
    assert "<b>" not in page
    assert page.count("&lt;b&gt;") == 9


def test_what_stands_beside_a_unit_comes_behind_its_own_words(version):
    page = shown(version, beside=lambda node: f"[{node.text.citation}]")
    assert re.findall(r"\[([^]]+)\]", re.sub(r"<[^>]+>|\n", "", page)) == [
        *("rozdział 1", "§ 1", "§ 2 pkt 1", "§ 2 pkt 2", "§ 2 pkt 2 lit. a", "§ 2 pkt 2 lit. b", "§ 2 pkt 3", "§ 2"),
        *("rozdział 2", "§ 3 ust. 1", "§ 3 ust. 2", "§ 3 ust. 2 tabela", "§ 3"),
        *("załącznik nr 1", "załącznik nr 1 § 1"),
    ]


def test_a_line_break_of_a_unit_is_one_on_the_page(db):
    assert "raz<br>dwa" in shown(draft(units=[UnitDraft(Unit.PARAGRAPH, text="raz\ndwa")]))


def test_a_template_sets_a_text_for_paper(version):
    nodes = tree(list(version.texts.in_reading_order()))
    template = engines["django"].from_string("{% load text %}{{ nodes|on_paper }}")
    assert template.render({"nodes": nodes}) == shown(version, links=False)
