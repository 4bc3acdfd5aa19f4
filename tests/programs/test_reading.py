import pytest

from programs.reading import Remarks, as_table, contents, tree
from tests.factories.programs import TABLE, draft, unit


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


def test_remarks_stand_at_their_own_unit_only(version):
    remarks = {unit(version, "§ 2 pkt 1").provision_id: [Remarks(3, "2027")]}
    paragraph = tree(version.texts.in_reading_order(), remarks)[0].children[1]
    assert (list(paragraph.remarks), paragraph.children[0].remarks) == ([], [Remarks(3, "2027")])


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
