"""What becomes of the rows of a file: the units, where they stand, and that no word of them is lost."""

from itertools import dropwhile
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.imports.matching import Match
from programs.imports.plan import JOIN, SKIP, Choice, Planned, RowIsMisplaced, choices, plan
from programs.imports.result import ReadRow, Skipped
from programs.numbering import ALLOWED_CHILDREN, Unit, number

CELLS = [["Zadanie", "Kwota"], ["Sport", "10"]]


def row(kind: Unit | None, text: str = "", parent: int | None = None, **more) -> ReadRow:
    return ReadRow(text, kind, parent=parent, skipped=None if kind else Skipped.TITLE, **more)


# Rozdział 1 (§ 1: ust. 1 with a table, ust. 2), rozdział 2 (§ 2: pkt 1 lit. a, pkt 2).
ROWS = [
    row(None, "Uchwała nr 1"),
    row(Unit.CHAPTER, heading="Cele"),
    row(Unit.PARAGRAPH, "a", 1),
    row(Unit.SUBPARAGRAPH, "b", 2),
    row(Unit.TABLE, "", 3, heading="Kwoty", cells=CELLS),
    row(Unit.SUBPARAGRAPH, "c", 2),
    row(Unit.CHAPTER, heading="Zasady"),
    row(Unit.PARAGRAPH, "d", 6, heading="Tryb"),
    row(Unit.POINT, "e", 7),
    row(Unit.LETTER, "f", 8),
    row(Unit.POINT, "g", 7),
    row(None, "Przewodniczący Rady"),
]


def planned(rows: list[ReadRow] = ROWS, /, **decided: str | tuple[str, UUID | None]) -> list[Planned]:
    """`_3="paragraph"` decides row 3; the others become what they were read as."""
    said = {name[1:]: (value, None) if isinstance(value, str) else value for name, value in decided.items()}
    stored = {key: {"kind": kind, "provision": str(provision or "")} for key, (kind, provision) in said.items()}
    return plan(rows, choices(rows, [Match()] * len(rows), stored))


def outline(units: list[Planned]) -> list[str]:
    """ "§ 1 ust. 1 [heading] text", as numbered."""
    numbered = number([(place, unit.parent, unit.kind) for place, unit in enumerate(units)])
    words = [f"[{unit.heading}] {unit.text}" if unit.heading else unit.text for unit in units]
    return [f"{numbered[place].citation} {words[place]}".strip() for place in range(len(units))]


def test_rows_become_what_they_were_read_as():
    assert outline(planned()) == [
        "rozdział 1 [Cele]",
        "§ 1 a",
        "§ 1 ust. 1 b",
        "§ 1 ust. 1 tabela [Kwoty]",
        "§ 1 ust. 2 c",
        "rozdział 2 [Zasady]",
        "§ 2 [Tryb] d",
        "§ 2 pkt 1 e",
        "§ 2 pkt 1 lit. a f",
        "§ 2 pkt 2 g",
    ]


def test_each_unit_names_its_row_and_what_the_file_calls_it():
    name = uuid4()
    rows = [row(None, "Tytuł"), row(Unit.PARAGRAPH, "a", provision=name)]
    assert [(unit.row, unit.exported_as, unit.provision) for unit in planned(rows)] == [(1, name, None)]


@pytest.mark.parametrize(
    ("decided", "expected"),
    [
        # What is not taken leaves its place to what stood in it.
        ({"_3": SKIP}, ["§ 1 a", "§ 1 tabela [Kwoty]", "§ 1 ust. 1 c"]),
        ({"_2": SKIP, "_3": "paragraph"}, ["§ 1 b", "§ 1 tabela [Kwoty]", "§ 1 ust. 1 c"]),
        # A row of another kind takes what stood in it along, where it may.
        ({"_3": "paragraph"}, ["§ 1 a", "§ 2 b", "§ 2 tabela [Kwoty]", "§ 2 ust. 1 c"]),
        ({"_5": "paragraph"}, ["§ 1 a", "§ 1 ust. 1 b", "§ 1 ust. 1 tabela [Kwoty]", "§ 2 c"]),
        ({"_5": "point"}, ["§ 1 a", "§ 1 ust. 1 b", "§ 1 ust. 1 tabela [Kwoty]", "§ 1 pkt 1 c"]),
        # More words of the unit above; a table has none beside its cells, so they go to the unit that it stands in.
        ({"_3": JOIN}, ["§ 1 a\nb", "§ 1 tabela [Kwoty]", "§ 1 ust. 1 c"]),
        ({"_5": JOIN}, ["§ 1 a", "§ 1 ust. 1 b\nc", "§ 1 ust. 1 tabela [Kwoty]"]),
        # A table that is no table keeps what stood in its cells.
        ({"_4": JOIN}, ["§ 1 a", "§ 1 ust. 1 b\nKwoty\nZadanie | Kwota\nSport | 10", "§ 1 ust. 2 c"]),
        ({"_4": "point"}, ["§ 1 a", "§ 1 ust. 1 b", "§ 1 ust. 1 pkt 1 Kwoty\nZadanie | Kwota\nSport | 10", "§ 1 ust. 2 c"]),
        ({"_4": SKIP}, ["§ 1 a", "§ 1 ust. 1 b", "§ 1 ust. 2 c"]),
    ],
)
def test_a_clerk_says_otherwise(decided, expected):
    assert outline(planned(ROWS[:6], **decided))[1:] == expected


def test_a_heading_stays_one_only_where_it_is_shown():
    rows = [row(Unit.PARAGRAPH, "a"), row(Unit.PARAGRAPH, "b", heading="Tryb")]
    assert outline(planned(rows, _1="subparagraph")) == ["§ 1 a", "§ 1 ust. 1 Tryb\nb"]
    assert outline(planned(rows, _1=JOIN)) == ["§ 1 a\nTryb\nb"]
    assert outline(planned(rows, _1="annex")) == ["§ 1 a", "załącznik nr 1 [Tryb] b"]


@pytest.mark.parametrize(
    ("words", "heading", "text"),
    [
        ("Cele", "Cele", ""),
        ("x" * 250, "x" * 250, ""),
        ("x" * 251, "", "x" * 251),
        ("Cele\ni zasady", "", "Cele\ni zasady"),
        ("Cele z {zl:1.00}", "", "Cele z {zl:1.00}"),
    ],
    ids=["short", "at most", "too long", "lines", "a mark"],
)
def test_words_that_become_a_chapter_are_its_title_if_they_can_be(words, heading, text):
    (unit,) = planned([row(None, words)], _0="chapter")
    assert (unit.heading, unit.text) == (heading, text)


def test_a_chapter_that_only_the_clerk_has_found_takes_in_what_follows():
    rows = [row(None, "Cele"), row(Unit.PARAGRAPH, "a"), row(Unit.PARAGRAPH, "b")]
    assert [unit.parent for unit in planned(rows, _0="chapter")] == [None, 0, 0]


def test_a_paragraph_that_follows_the_chapters_in_the_file_does_so_here():
    rows = [row(Unit.CHAPTER, heading="Cele"), row(Unit.PARAGRAPH, "a", 0), row(Unit.PARAGRAPH, "b")]
    assert [unit.parent for unit in planned(rows)] == [None, 0, None]


def test_nothing_is_joined_to_nothing():
    assert outline(planned([row(None, "Tytuł"), row(Unit.PARAGRAPH, "a")], _0=JOIN)) == ["§ 1 a"]


@pytest.mark.parametrize(
    ("rows", "decided", "misplaced"),
    [
        ([row(None, "a"), row(Unit.PARAGRAPH, "b")], {"_0": "point"}, 0),
        (ROWS[:4], {"_2": SKIP}, 3),
        (ROWS[:4], {"_3": "indent"}, 3),
        (ROWS[:4], {"_3": "letter"}, 3),
        (ROWS[:4], {"_3": "table"}, 3),  # without cells
    ],
)
def test_a_row_that_may_stand_nowhere_is_named(rows, decided, misplaced):
    with pytest.raises(RowIsMisplaced) as raised:
        planned(rows, **decided)
    assert raised.value.row == misplaced


def test_a_table_stands_wherever_its_cells_are_read():
    rows = [row(Unit.PARAGRAPH, "a"), row(Unit.TABLE, "", 0, cells=CELLS)]
    assert [unit.cells for unit in planned(rows)] == [(), CELLS]


def test_a_provision_that_two_rows_claim_goes_to_the_first():
    rows, name = [row(Unit.PARAGRAPH, "a"), row(Unit.PARAGRAPH, "b")], uuid4()
    assert [unit.provision for unit in planned(rows, _0=("paragraph", name), _1=("paragraph", name))] == [name, None]
    assert [unit.provision for unit in planned(rows, _0=(SKIP, name), _1=("paragraph", name))] == [name]


def test_what_was_found_holds_until_the_clerk_says_otherwise():
    found, chosen = uuid4(), uuid4()
    rows = [row(Unit.PARAGRAPH, "a"), row(Unit.PARAGRAPH, "b"), row(None, "c")]
    matches = [Match(found), Match(found), Match()]
    said = {"1": {"kind": "chapter", "provision": str(chosen)}, "2": {"kind": JOIN, "provision": ""}}
    assert choices(rows, matches, said) == [Choice("paragraph", found), Choice("chapter", chosen), Choice(JOIN, None)]
    assert choices(rows, matches, {}) == [Choice("paragraph", found), Choice("paragraph", found), Choice(SKIP, None)]


# Any file, and whatever a clerk may say of it.

NAMES = [UUID(int=n) for n in range(4)]


@st.composite
def files(draw) -> list[ReadRow]:
    rows: list[ReadRow] = []
    opened: list[int] = []
    for place in range(draw(st.integers(1, 12))):
        if draw(st.booleans()) and draw(st.booleans()):
            rows.append(row(None, f"t{place}"))
            continue
        opened = opened[: draw(st.integers(0, len(opened)))]
        while not (allowed := ALLOWED_CHILDREN[rows[opened[-1]].kind if opened else None]):
            opened.pop()
        kind = draw(st.sampled_from(sorted(allowed)))
        words = {"text": "" if kind == Unit.TABLE else f"t{place}", "cells": [[f"c{place}"]] if kind == Unit.TABLE else ()}
        heading = f"h{place}" if kind in (Unit.CHAPTER, Unit.PARAGRAPH) and draw(st.booleans()) else ""
        rows.append(ReadRow(**words, kind=kind, heading=heading, parent=opened[-1] if opened else None))
        opened.append(place)
    return rows


@given(files())
def test_any_file_becomes_the_tree_that_was_read(rows):
    units = plan(rows, choices(rows, [Match()] * len(rows), {}))
    places = {unit.row: place for place, unit in enumerate(units)}
    assert list(places) == [place for place, each in enumerate(rows) if each.kind]
    assert [unit.parent for unit in units] == [places.get(rows[unit.row].parent) for unit in units]
    assert [(unit.kind, unit.heading, unit.text, list(unit.cells)) for unit in units] == [
        (each.kind, each.heading, each.text, list(each.cells)) for each in rows if each.kind
    ]


@given(files(), st.data())
def test_whatever_a_clerk_says_units_stand_in_the_order_of_rows_and_keep_every_word(rows, data):
    kinds = [st.sampled_from([each.kind or SKIP] * 7 + [*Unit, JOIN, SKIP]) for each in rows]
    chosen = [Choice(data.draw(kind), data.draw(st.sampled_from([None, *NAMES]))) for kind in kinds]
    try:
        units = plan(rows, chosen)
    except RowIsMisplaced:
        return
    number([(place, unit.parent, unit.kind) for place, unit in enumerate(units)])  # raises when it is not a legal text
    assert _reading_order(units) == list(range(len(units)))
    claimed = [unit.provision for unit in units if unit.provision]
    assert len(claimed) == len(set(claimed))
    # Words cannot be joined to a unit before there is one.
    taken = dropwhile(lambda pair: pair[1].kind in (JOIN, SKIP), zip(rows, chosen, strict=True))
    said = [word for each, choice in taken if choice.kind != SKIP for word in _words(each)]
    assert sorted(word for unit in units for word in _printed(unit)) == sorted(said)


def _reading_order(units: list[Planned]) -> list[int]:
    """Each unit before what stands in it, as a reader meets them."""

    def walk(parent: int | None) -> list[int]:
        return [place for mine, unit in enumerate(units) if unit.parent == parent for place in (mine, *walk(mine))]

    return walk(None)


def _words(each: ReadRow) -> list[str]:
    return [*filter(None, (each.heading, each.text)), *(cell for cells in each.cells for cell in cells)]


def _printed(unit: Planned) -> list[str]:
    """What a reader sees of a unit of that kind: see programs/reading/markup.py."""
    shows_heading = unit.kind in (Unit.CHAPTER, Unit.ANNEX, Unit.PARAGRAPH, Unit.TABLE)
    words = [unit.heading if shows_heading else "", *("" if unit.kind == Unit.TABLE else unit.text).split("\n")]
    return [*filter(None, words), *(cell for cells in unit.cells for cell in cells)]
