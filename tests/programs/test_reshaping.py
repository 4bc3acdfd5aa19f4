"""Units that move, go deeper or out, with all that stands in them; and what holds for every verb that reshapes a text."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from programs.actions import (
    HeadingWouldVanish,
    NoPlaceThere,
    UnitDraft,
    UnitIsElsewhere,
    VersionIsFrozen,
    edit_unit,
    indent_unit,
    merge_unit,
    outdent_unit,
    remove_unit,
    replace_unit,
    shift_unit,
    split_unit,
)
from programs.numbering import MisplacedUnit, Unit
from tests.factories.programs import draft, frozen, paragraphs, program, unit
from tests.programs.texts import (
    AT,
    TABLE,
    chapter,
    everything,
    lit,
    merge,
    outline,
    par,
    pkt,
    refused,
    replace,
    seen_all,
    split,
    tir,
    ust,
    written,
)

pytestmark = pytest.mark.django_db


# Moving by one place.


@pytest.mark.parametrize(
    ("citation", "down", "expected"),
    [
        ("§ 1", True, ["§ 1 b", "§ 2 a", "§ 2 pkt 1 x", "§ 3 c"]),
        ("§ 2", False, ["§ 1 b", "§ 2 a", "§ 2 pkt 1 x", "§ 3 c"]),
        ("§ 2", True, ["§ 1 a", "§ 1 pkt 1 x", "§ 2 c", "§ 3 b"]),
        ("§ 3", False, ["§ 1 a", "§ 1 pkt 1 x", "§ 2 c", "§ 3 b"]),
    ],
)
def test_a_unit_shifts_among_its_siblings_with_all_that_stands_in_it(citation, down, expected):
    version = written(par("a", pkt("x")), par("b"), par("c"))
    moved = shift_unit(unit(version, citation), down=down, at=AT)
    assert outline(version) == expected
    assert unit(version, moved.citation) == moved


@pytest.mark.parametrize(
    ("citation", "down", "expected"),
    [
        ("§ 2", True, ["rozdział 1", "§ 1 a", "rozdział 2", "§ 2 b", "§ 3 c", "§ 3 ust. 1 d"]),
        ("§ 3", False, ["rozdział 1", "§ 1 a", "§ 2 b", "§ 3 c", "§ 3 ust. 1 d", "rozdział 2"]),
    ],
)
def test_at_the_edge_a_unit_goes_over_to_the_neighbor(citation, down, expected):
    version = written(chapter(par("a"), par("b")), chapter(par("c", ust("d"))))
    identity = unit(version, citation).provision_id
    moved = shift_unit(unit(version, citation), down=down, at=AT)
    assert outline(version) == expected
    assert (moved.citation, moved.provision_id) == (citation, identity)


def test_it_goes_to_the_nearer_end_of_the_neighbor():
    version = written(par("", ust("a"), ust("b")), par("", ust("c"), ust("d")))
    shift_unit(unit(version, "§ 1 ust. 2"), down=True, at=AT)
    assert outline(version) == ["§ 1", "§ 1 ust. 1 a", "§ 2", "§ 2 ust. 1 b", "§ 2 ust. 2 c", "§ 2 ust. 3 d"]
    shift_unit(unit(version, "§ 2 ust. 1"), down=False, at=AT)
    assert outline(version)[:3] == ["§ 1", "§ 1 ust. 1 a", "§ 1 ust. 2 b"]


@pytest.mark.parametrize(
    ("citation", "down"),
    [("rozdział 1", False), ("rozdział 2", True), ("§ 1", False), ("§ 2", True), ("§ 1 pkt 1", False), ("§ 2 pkt 1", True)],
)
def test_nothing_goes_beyond_the_first_and_the_last_place(citation, down):
    version = written(chapter(par("a", pkt("x"))), chapter(par("b", pkt("y"))))
    refused(version, NoPlaceThere, lambda: shift_unit(unit(version, citation), down=down, at=AT))


def test_a_chapter_is_no_neighbor_of_an_annex():
    version = written(chapter(par("a")), UnitDraft(Unit.ANNEX, children=[par("b")]))
    refused(version, NoPlaceThere, lambda: shift_unit(unit(version, "§ 1"), down=True, at=AT))
    refused(version, NoPlaceThere, lambda: shift_unit(unit(version, "załącznik nr 1 § 1"), down=False, at=AT))


def test_a_unit_does_not_go_over_to_a_neighbor_where_its_kind_may_not_stand():
    version = written(par("a", ust("b", pkt("x"))), par("c", ust("d", TABLE)))
    shift_unit(unit(version, "§ 2 ust. 1 tabela"), down=False, at=AT)
    assert outline(version) == ["§ 1 a", "§ 1 ust. 1 b", "§ 1 ust. 1 pkt 1 x", "§ 1 ust. 1 tabela", "§ 2 c", "§ 2 ust. 1 d"]
    refused(version, NoPlaceThere, lambda: shift_unit(unit(version, "§ 1 ust. 1 pkt 1"), down=False, at=AT))


# One step deeper or out.


@pytest.mark.parametrize(
    ("units", "citation", "expected"),
    [
        ([par("a"), par("b"), par("c")], "§ 2", ["§ 1 a", "§ 1 ust. 1 b", "§ 2 c"]),
        ([par("a", ust("x")), par("b")], "§ 2", ["§ 1 a", "§ 1 ust. 1 x", "§ 1 ust. 2 b"]),
        # As few as need be: points may stand in a subparagraph too.
        (
            [par("a"), par("b", pkt("x", lit("y")))],
            "§ 2",
            ["§ 1 a", "§ 1 ust. 1 b", "§ 1 ust. 1 pkt 1 x", "§ 1 ust. 1 pkt 1 lit. a y"],
        ),
        ([par("a"), par("b", TABLE)], "§ 2", ["§ 1 a", "§ 1 ust. 1 b", "§ 1 ust. 1 tabela"]),
        (
            [par("a"), par("b", ust("x", pkt("y", lit("z"))))],
            "§ 2",
            [
                "§ 1 a",
                "§ 1 ust. 1 b",
                "§ 1 ust. 1 pkt 1 x",
                "§ 1 ust. 1 pkt 1 lit. a y",
                "§ 1 ust. 1 pkt 1 lit. a tiret pierwsze z",
            ],
        ),
        (
            [par("a", pkt("b"), pkt("c", lit("x")))],
            "§ 1 pkt 2",
            ["§ 1 a", "§ 1 pkt 1 b", "§ 1 pkt 1 lit. a c", "§ 1 pkt 1 lit. a tiret pierwsze x"],
        ),
        (
            [par("a", pkt("b", lit("c"), lit("d")))],
            "§ 1 pkt 1 lit. b",
            ["§ 1 a", "§ 1 pkt 1 b", "§ 1 pkt 1 lit. a c", "§ 1 pkt 1 lit. a tiret pierwsze d"],
        ),
    ],
)
def test_a_unit_goes_deeper_as_the_last_of_the_one_before(units, citation, expected):
    version = written(*units)
    identities = {text.text: text.provision_id for text in version.texts.exclude(text="")}
    indent_unit(unit(version, citation), at=AT)
    assert outline(version) == expected
    assert {text.text: text.provision_id for text in version.texts.exclude(text="")} == identities


@pytest.mark.parametrize(
    ("units", "citation", "expected"),
    [
        ([par("a", ust("b"), ust("c")), par("d")], "§ 1 ust. 1", ["§ 1 a", "§ 1 ust. 1 c", "§ 2 b", "§ 3 d"]),
        ([par("a", pkt("b", lit("x", tir("y"))))], "§ 1 pkt 1", ["§ 1 a", "§ 2 b", "§ 2 pkt 1 x", "§ 2 pkt 1 lit. a y"]),
        (
            [par("a", ust("b", pkt("c", lit("x"))))],
            "§ 1 ust. 1 pkt 1",
            ["§ 1 a", "§ 1 ust. 1 b", "§ 1 ust. 2 c", "§ 1 ust. 2 pkt 1 x"],
        ),
        ([par("a", ust("b", pkt("x"), TABLE))], "§ 1 ust. 1", ["§ 1 a", "§ 2 b", "§ 2 pkt 1 x", "§ 2 tabela"]),
        (
            [par("a", pkt("b", lit("c", tir("d"))))],
            "§ 1 pkt 1 lit. a tiret pierwsze",
            ["§ 1 a", "§ 1 pkt 1 b", "§ 1 pkt 1 lit. a c", "§ 1 pkt 1 lit. b d"],
        ),
    ],
)
def test_a_unit_goes_out_behind_the_one_it_stood_in(units, citation, expected):
    version = written(*units)
    outdent_unit(unit(version, citation), at=AT)
    assert outline(version) == expected


def test_deeper_and_out_again_the_kinds_in_it_change_no_more_than_they_must():
    version = written(par("a"), par("b", ust("x", pkt("y"))), par("c"))
    outdent_unit(indent_unit(unit(version, "§ 2"), at=AT), at=AT)
    assert outline(version) == ["§ 1 a", "§ 2 b", "§ 2 pkt 1 x", "§ 2 pkt 1 lit. a y", "§ 3 c"]


@pytest.mark.parametrize(
    ("units", "citation", "refusal"),
    [
        ([par("a"), par("b")], "§ 1", NoPlaceThere),
        ([chapter(), chapter()], "rozdział 2", NoPlaceThere),
        ([par("a", ust("x"), TABLE)], "§ 1 tabela", NoPlaceThere),
        ([par("a", pkt("b", lit("c", tir("d"), tir("e"))))], "§ 1 pkt 1 lit. a tiret drugie", NoPlaceThere),
        ([par("a"), par("b", ust("", pkt("", lit("", tir("x")))))], "§ 2", NoPlaceThere),
        ([par("a", pkt("b"), pkt("c", TABLE))], "§ 1 pkt 2", MisplacedUnit),
        ([par("a", TABLE, ust("b"))], "§ 1 ust. 1", MisplacedUnit),
        ([chapter(), par("a")], "§ 1", MisplacedUnit),
        ([par("a"), par("b", heading="Cel")], "§ 2", HeadingWouldVanish),
        ([par("a"), par("b", ust("x", heading="Cel"))], "§ 2", HeadingWouldVanish),
    ],
)
def test_what_cannot_go_deeper_stays_with_all_that_stands_in_it(units, citation, refusal):
    version = written(*units)
    refused(version, refusal, lambda: indent_unit(unit(version, citation), at=AT))


@pytest.mark.parametrize(
    ("units", "citation", "refusal"),
    [
        ([par("a")], "§ 1", NoPlaceThere),
        ([chapter(par("a"))], "§ 1", NoPlaceThere),
        ([UnitDraft(Unit.ANNEX, children=[par("a")])], "załącznik nr 1 § 1", NoPlaceThere),
        ([par("a", ust("b", TABLE))], "§ 1 ust. 1 tabela", NoPlaceThere),
        ([par("", ust("a", pkt("b", heading="Cel")))], "§ 1 ust. 1 pkt 1", HeadingWouldVanish),
    ],
)
def test_what_cannot_go_out_stays(units, citation, refusal):
    version = written(*units)
    refused(version, refusal, lambda: outdent_unit(unit(version, citation), at=AT))


def test_what_becomes_a_paragraph_keeps_its_heading():
    version = written(par("a", ust("b", heading="Cel")))
    assert outdent_unit(unit(version, "§ 1 ust. 1"), at=AT).heading == unit(version, "§ 2").heading == "Cel"


# All verbs.

VERBS = {
    "shift": lambda version: shift_unit(unit(version, "§ 2"), down=False, at=AT),
    "shift over": lambda version: shift_unit(unit(version, "§ 1 ust. 1"), down=True, at=AT),
    "indent": lambda version: indent_unit(unit(version, "§ 2"), at=AT),
    "outdent": lambda version: outdent_unit(unit(version, "§ 1 ust. 1"), at=AT),
    "split": lambda version: split(version, "§ 1", "a", "b"),
    "merge": lambda version: merge(version, "§ 1", "§ 2"),
    "replace": lambda version: replace(version, "§ 1", "§ 2"),
    "remove": lambda version: remove_unit(unit(version, "§ 1"), seen=seen_all(version, "§ 1"), at=AT),
    "edit": lambda version: edit_unit(unit(version, "§ 1"), heading="", text="c", at=AT),
}
UNITS = [par("a b", ust("x")), par("c", pkt("y"))]


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
def test_no_verb_reshapes_a_frozen_text(verb):
    version = frozen(units=UNITS)
    refused(version, VersionIsFrozen, lambda: verb(version))


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
def test_each_verb_does_something_to_an_unfrozen_one(verb):
    version = written(*UNITS)
    before = everything(version)
    verb(version)
    assert everything(version) != before


@pytest.mark.parametrize(
    "verb",
    [
        lambda gone: shift_unit(gone, down=False, at=AT),
        lambda gone: indent_unit(gone, at=AT),
        lambda gone: outdent_unit(gone, at=AT),
        lambda gone: split_unit(gone, parts=["a", "b"], seen=gone.fingerprint(), at=AT),
        lambda gone: merge_unit(gone, seen="", at=AT),
        lambda gone: replace_unit(gone, by=gone, seen="", at=AT),
        lambda gone: remove_unit(gone, seen="", at=AT),
    ],
)
def test_no_verb_reshapes_a_unit_that_is_gone(verb):
    version = written(par("c"), par("a b"))
    gone = unit(version, "§ 2")
    remove_unit(gone, at=AT)
    refused(version, UnitIsElsewhere, lambda: verb(gone))


def queries(verb, count):
    version = draft(program(f"{2027 + count}"), units=[*UNITS, *paragraphs(count - len(UNITS))])
    with CaptureQueriesContext(connection) as captured:
        verb(version)
    return len(captured)


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
def test_a_verb_asks_as_much_of_a_long_text_as_of_a_short_one(verb):
    assert queries(verb, 3) == queries(verb, 60)
