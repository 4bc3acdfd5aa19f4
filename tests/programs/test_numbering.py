import re
from collections import defaultdict

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from programs.numbering import (
    ALLOWED_CHILDREN,
    MisplacedUnit,
    OrderIsBroken,
    Unit,
    in_reading_order,
    letter,
    number,
    ordinal,
)

CHAPTER, PARAGRAPH, SUBPARAGRAPH = Unit.CHAPTER, Unit.PARAGRAPH, Unit.SUBPARAGRAPH
POINT, LETTER, INDENT, TABLE, ANNEX = Unit.POINT, Unit.LETTER, Unit.INDENT, Unit.TABLE, Unit.ANNEX

PROGRAM = [
    ("c1", None, CHAPTER),
    ("p1", "c1", PARAGRAPH),
    ("c2", None, CHAPTER),
    ("p2", "c2", PARAGRAPH),
    ("p2u1", "p2", SUBPARAGRAPH),
    ("p2u2", "p2", SUBPARAGRAPH),
    ("p2u2p1", "p2u2", POINT),
    ("p2u2p2", "p2u2", POINT),
    ("p2u2p2a", "p2u2p2", LETTER),
    ("p2u2p2b", "p2u2p2", LETTER),
    ("p2u2p2b1", "p2u2p2b", INDENT),
    ("p2u2p2b2", "p2u2p2b", INDENT),
    ("p2u3", "p2", SUBPARAGRAPH),
    ("p2u3p1", "p2u3", POINT),
    ("p3", "c2", PARAGRAPH),
    ("p3p1", "p3", POINT),
    ("p3t1", "p3", TABLE),
    ("p4", "c2", PARAGRAPH),
    ("p4t1", "p4", TABLE),
    ("p4t2", "p4", TABLE),
    ("a1", None, ANNEX),
    ("a1p1", "a1", PARAGRAPH),
    ("a1p2", "a1", PARAGRAPH),
    ("a1p2u1", "a1p2", SUBPARAGRAPH),
    ("a2", None, ANNEX),
    ("a2p1", "a2", PARAGRAPH),
    ("a2t1", "a2", TABLE),
    ("p5", None, PARAGRAPH),
]


@pytest.mark.parametrize(
    ("unit", "label", "citation", "anchor"),
    [
        ("c2", "Rozdział 2", "rozdział 2", "rozdzial-2"),
        ("p1", "§ 1.", "§ 1", "par-1"),
        ("p2", "§ 2.", "§ 2", "par-2"),
        ("p2u2", "2.", "§ 2 ust. 2", "par-2-ust-2"),
        ("p2u2p2", "2)", "§ 2 ust. 2 pkt 2", "par-2-ust-2-pkt-2"),
        ("p2u2p2b", "b)", "§ 2 ust. 2 pkt 2 lit. b", "par-2-ust-2-pkt-2-lit-b"),
        ("p2u2p2b2", "–", "§ 2 ust. 2 pkt 2 lit. b tiret drugie", "par-2-ust-2-pkt-2-lit-b-tir-2"),
        ("p2u3p1", "1)", "§ 2 ust. 3 pkt 1", "par-2-ust-3-pkt-1"),
        ("p3p1", "1)", "§ 3 pkt 1", "par-3-pkt-1"),
        ("p3t1", "Tabela", "§ 3 tabela", "par-3-tab-1"),
        ("p4t1", "Tabela 1", "§ 4 tabela 1", "par-4-tab-1"),
        ("p4t2", "Tabela 2", "§ 4 tabela 2", "par-4-tab-2"),
        ("a1", "Załącznik nr 1", "załącznik nr 1", "zalacznik-1"),
        ("a1p2", "§ 2.", "załącznik nr 1 § 2", "zalacznik-1-par-2"),
        ("a1p2u1", "1.", "załącznik nr 1 § 2 ust. 1", "zalacznik-1-par-2-ust-1"),
        ("a2p1", "§ 1.", "załącznik nr 2 § 1", "zalacznik-2-par-1"),
        ("a2t1", "Tabela", "załącznik nr 2 tabela", "zalacznik-2-tab-1"),
        ("p5", "§ 5.", "§ 5", "par-5"),
    ],
)
def test_a_program_is_numbered_as_the_law_cites_it(unit, label, citation, anchor):
    numbered = number(PROGRAM)[unit]
    assert (numbered.label, numbered.citation, numbered.anchor) == (label, citation, anchor)


def test_an_empty_text_has_no_numbers():
    assert number([]) == {}


@pytest.mark.parametrize(
    ("count", "letters"),
    [(1, "a"), (26, "z"), (27, "za"), (28, "zb"), (52, "zz"), (53, "zza"), (78, "zzz"), (79, "zzza")],
)
def test_letters_go_on_after_z(count, letters):
    assert letter(count) == letters


def test_letters_are_latin_and_tell_their_number():
    letters = [letter(count) for count in range(1, 2001)]
    assert [26 * (len(each) - 1) + "abcdefghijklmnopqrstuvwxyz".index(each[-1]) + 1 for each in letters] == list(range(1, 2001))
    assert all(re.fullmatch("z*[a-z]", each) for each in letters)


@pytest.mark.parametrize(
    ("count", "word"),
    [
        (1, "pierwsze"),
        (9, "dziewiąte"),
        (10, "dziesiąte"),
        (11, "jedenaste"),
        (19, "dziewiętnaste"),
        (20, "dwudzieste"),
        (21, "dwudzieste pierwsze"),
        (29, "dwudzieste dziewiąte"),
        (30, "trzydzieste"),
        (39, "trzydzieste dziewiąte"),
        (40, "czterdzieste"),
        (41, "41"),
    ],
)
def test_indents_are_cited_by_word_up_to_forty(count, word):
    assert ordinal(count) == word


def test_the_words_for_indents_differ():
    assert len({ordinal(count) for count in range(1, 100)}) == 99


# A chain of kinds from the text down to each kind, so that every pair can be tried in its place.
WAY_TO = {
    None: [],
    CHAPTER: [CHAPTER],
    PARAGRAPH: [PARAGRAPH],
    SUBPARAGRAPH: [PARAGRAPH, SUBPARAGRAPH],
    POINT: [PARAGRAPH, POINT],
    LETTER: [PARAGRAPH, POINT, LETTER],
    INDENT: [PARAGRAPH, POINT, LETTER, INDENT],
    TABLE: [PARAGRAPH, TABLE],
    ANNEX: [ANNEX],
}
ALLOWED = {
    *((None, unit) for unit in (CHAPTER, PARAGRAPH, ANNEX)),
    (CHAPTER, PARAGRAPH),
    *((PARAGRAPH, unit) for unit in (SUBPARAGRAPH, POINT, TABLE)),
    *((SUBPARAGRAPH, unit) for unit in (POINT, TABLE)),
    *((POINT, unit) for unit in (LETTER, TABLE)),
    (LETTER, INDENT),
    *((ANNEX, unit) for unit in (PARAGRAPH, POINT, TABLE, SUBPARAGRAPH)),
}


def chain(kinds):
    return [(depth, depth - 1 if depth else None, unit) for depth, unit in enumerate(kinds)]


@pytest.mark.parametrize("place", WAY_TO)
@pytest.mark.parametrize("unit", Unit)
def test_each_kind_stands_only_where_the_table_lets_it(place, unit):
    units = chain([*WAY_TO[place], unit])
    if (place, unit) in ALLOWED:
        assert len(number(units)) == len(units)
    else:
        with pytest.raises(MisplacedUnit) as refused:
            number(units)
        assert (refused.value.unit, refused.value.place) == (unit, place)


def test_a_misplaced_unit_says_where_it_may_go():
    with pytest.raises(MisplacedUnit) as refused:
        number(chain([CHAPTER, TABLE]))
    with translation.override("en"):
        sentence, advice = refused.value.in_words.split(". ", 1)
    assert sentence == "“Table” cannot stand here: Chapter"
    assert advice == ("Move it to one of these places: Paragraph (§), Subparagraph (ust.), Point (pkt), Annex.")


def test_a_misplaced_root_is_told_apart_from_a_unit():
    refusal = MisplacedUnit(CHAPTER, ANNEX)
    with translation.override("en"):
        assert "the text itself, outside all units" in refusal.in_words
        assert "Annex" in refusal.in_words


@pytest.mark.parametrize(
    "units",
    [
        pytest.param([("p", "missing", POINT)], id="parent is missing"),
        pytest.param([("p", "p", POINT)], id="inside itself"),
        pytest.param([("s", "p", SUBPARAGRAPH), ("p", None, PARAGRAPH)], id="child before parent"),
        pytest.param([("c", None, CHAPTER), ("d", None, CHAPTER), ("p", "c", PARAGRAPH)], id="away from its parent"),
    ],
)
def test_units_out_of_reading_order_are_refused(units):
    with pytest.raises(OrderIsBroken) as refused:
        number(units)
    with translation.override("en"):
        assert "order of the text is broken" in refused.value.in_words


@st.composite
def texts(draw):
    """Any text that the table allows, in reading order."""
    units = []
    path = [(None, None)]
    for id_, (up, choice) in enumerate(draw(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), max_size=60))):
        # Going up never leaves the text; a kind that holds nothing is always left.
        path = path[: max(1, len(path) - up)]
        while not ALLOWED_CHILDREN[path[-1][1]]:
            path.pop()
        parent, kind = path[-1]
        kinds = sorted(ALLOWED_CHILDREN[kind])
        unit = kinds[choice % len(kinds)]
        units.append((id_, parent, unit))
        path.append((id_, unit))
    return units


@given(texts())
def test_labels_differ_among_siblings_but_for_indents(units):
    numbered = number(units)
    siblings = defaultdict(list)
    for id_, parent, unit in units:
        if unit is INDENT:
            assert numbered[id_].label == "–"
        else:
            siblings[parent].append(numbered[id_].label)
    assert all(len(set(labels)) == len(labels) for labels in siblings.values())


@given(texts())
def test_citations_and_anchors_are_unique_in_the_text(units):
    numbered = number(units)
    assert list(numbered) == [id_ for id_, _parent, _unit in units]
    assert len({each.citation for each in numbered.values()}) == len(units)
    assert len({each.anchor for each in numbered.values()}) == len(units)
    assert all(re.fullmatch(r"[a-z]+-[a-z0-9-]*[a-z0-9]", each.anchor) for each in numbered.values())


@given(texts())
def test_numbers_depend_on_places_not_on_names(units):
    renamed = [(f"new {id_}", None if parent is None else f"new {parent}", unit) for id_, parent, unit in units]
    assert list(number(renamed).values()) == list(number(units).values())


@given(texts())
def test_paragraphs_outside_annexes_count_up_through_all_chapters(units):
    numbered = number(units)
    annexes = {id_ for id_, _parent, unit in units if unit is ANNEX}
    paragraphs = [id_ for id_, parent, unit in units if unit is PARAGRAPH and parent not in annexes]
    assert [numbered[id_].label for id_ in paragraphs] == [f"§ {count}." for count in range(1, len(paragraphs) + 1)]


@given(texts())
def test_deleting_the_last_paragraph_changes_no_other_number(units):
    annexes = {id_ for id_, _parent, unit in units if unit is ANNEX}
    paragraphs = [id_ for id_, parent, unit in units if unit is PARAGRAPH and parent not in annexes]
    gone = set(paragraphs[-1:])
    left = []
    for id_, parent, unit in units:
        if id_ in gone or parent in gone:
            gone.add(id_)
        else:
            left.append((id_, parent, unit))
    before = number(units)
    assert number(left) == {id_: numbered for id_, numbered in before.items() if id_ not in gone}


def test_rows_are_put_in_the_order_in_which_they_are_read():
    rows = [("b2", "b", 20), ("c", None, 3), ("a", None, 1), ("b1", "b", 10), ("b", None, 2), ("b1x", "b1", 0)]
    assert in_reading_order(rows) == [("a", 0), ("b", 0), ("b1", 1), ("b1x", 2), ("b2", 1), ("c", 0)]


@given(texts(), st.randoms(use_true_random=False))
def test_reading_order_comes_back_from_any_shuffle(units, random):
    rows = [(id_, parent, position) for position, (id_, parent, _unit) in enumerate(units)]
    random.shuffle(rows)
    reading = in_reading_order(rows)
    assert [id_ for id_, _depth in reading] == [id_ for id_, _parent, _unit in units]
    parents = {id_: parent for id_, parent, _unit in units}
    depths = dict(reading)
    assert all(depth == (0 if parents[id_] is None else depths[parents[id_]] + 1) for id_, depth in reading)


def test_a_deep_text_meets_no_recursion_limit():
    rows = [(depth, depth - 1 if depth else None, 0) for depth in range(5000)]
    assert in_reading_order(rows)[-1] == (4999, 4999)


@pytest.mark.parametrize(
    ("rows", "lost"),
    [
        pytest.param([(1, None, 0), (2, 3, 0), (3, 2, 1)], {2, 3}, id="circle"),
        pytest.param([(1, 1, 0)], {1}, id="inside itself"),
        pytest.param([(1, None, 0), (2, 9, 0), (3, 2, 0)], {2, 3}, id="parent is missing"),
    ],
)
def test_rows_that_hang_on_nothing_are_refused_by_name(rows, lost):
    with pytest.raises(OrderIsBroken) as refused:
        in_reading_order(rows)
    assert set(refused.value.ids) == lost
