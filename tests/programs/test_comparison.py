from collections import Counter
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs import redline
from programs.actions import add_unit, edit_unit, move_unit, remove_unit, start_version
from programs.comparison import Fate, compare
from programs.marks import reference, total_of
from programs.models import ProvisionText, Purpose
from programs.numbering import Unit
from tests.factories.programs import WRITTEN, frozen, unit

TABLE = [["Zadanie", "Kwota"], ["Kultura", "100"], ["Sport", "200"], ["Razem", "="]]
DEARER = [["Zadanie", "Kwota"], ["Kultura", "150"], ["Sport", "200"], ["Razem", "="]]


def identity(name):
    return UUID(bytes=name.encode().rjust(16, b"."))


def name(text):
    return text.provision_id.bytes.decode().lstrip(".")


def version(outline, *, words=None, kinds=None, cells=None):
    """The texts of a version from nested names: {"a": {"a1": {}}, "b": {}}. Each says its name, if `words` says nothing."""
    texts = []

    def write(units, parent, cited):
        for place, (key, inner) in enumerate(units.items(), 1):
            text = ProvisionText(
                pk=len(texts) + 1,
                provision_id=identity(key),
                parent_id=parent,
                kind=(kinds or {}).get(key, Unit.PARAGRAPH),
                text=(words or {}).get(key, f"Treść {key}."),
                cells=(cells or {}).get(key, []),
                citation=f"{cited}{place}",
            )
            texts.append(text)
            write(inner, text.pk, f"{text.citation}.")

    write(outline, None, "")
    return texts


def order(comparison):
    return [name(change.unit) for change in comparison.changes]


def fates(comparison):
    return {name(change.unit): change.fate for change in comparison.changes}


def moved(comparison):
    return {name(change.unit) for change in comparison.changes if change.moved}


def told(change):
    """The text of a unit as a redline that can be read in an expectation."""
    written = {"same": "{}", "old": "[-{}]", "new": "[+{}]"}
    return "".join(written[run.op].format(run.words) for run in change.text)


def only(comparison, key):
    (change,) = [change for change in comparison.changes if name(change.unit) == key]
    return change


FOUR = {"a": {}, "b": {}, "c": {}, "d": {}}


def test_words_decide_the_fate_of_a_unit():
    old = version({"a": {}, "b": {}, "c": {}})
    new = version({"a": {}, "b": {}, "d": {}}, words={"b": "Treść inna."})
    comparison = compare(old, new)
    assert fates(comparison) == {"a": Fate.SAME, "b": Fate.EDITED, "c": Fate.DELETED, "d": Fate.NEW}
    assert {name(change.unit): told(change) for change in comparison.changes} == {
        "a": "Treść a.",
        "b": "Treść [-b][+inna].",
        "c": "[-Treść c.]",
        "d": "[+Treść d.]",
    }


def test_a_heading_alone_can_be_edited():
    old, new = version(FOUR), version(FOUR)
    new[0].heading = "Cele"
    change = only(compare(old, new), "a")
    assert (change.fate, change.heading, told(change)) == (Fate.EDITED, (redline.Run("new", "Cele"),), "Treść a.")


def test_one_new_unit_renumbers_all_that_follow_and_they_stay_quiet():
    comparison = compare(version(FOUR), version({"x": {}, **FOUR}))
    assert {name(change.unit) for change in comparison.changes if change.renumbered} == {"a", "b", "c", "d"}
    assert [name(change.unit) for change in comparison.summary] == ["x"]
    assert comparison.counts == {"same": 4, "edited": 0, "new": 1, "deleted": 0, "moved": 0, "renumbered": 4}


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        ({"b": {}, "c": {}, "d": {}, "a": {}}, {"a"}),
        ({"d": {}, "a": {}, "b": {}, "c": {}}, {"d"}),
        ({"a": {}, "x": {}, "b": {}, "d": {}}, set()),
        ({"d": {}, "c": {}, "b": {}, "a": {}}, 3),
        # Into another unit, though the order of the text stays.
        ({"a": {"b": {}}, "c": {}, "d": {}}, {"b"}),
    ],
)
def test_as_few_units_as_can_be_are_called_moved(new, expected):
    found = moved(compare(version(FOUR), version(new)))
    assert (len(found) if isinstance(expected, int) else found) == expected


def test_who_only_follows_a_parent_has_not_moved():
    old = version({"a": {"a1": {}, "a2": {}}, "b": {}, "c": {}})
    new = version({"b": {}, "c": {}, "a": {"a2": {}, "a1": {}}})
    found = moved(compare(old, new))
    assert found in ({"a", "a1"}, {"a", "a2"})


def test_another_kind_of_unit_is_a_move_and_a_new_number_and_no_edit():
    outline = {"a": {"b": {"c": {}}}}
    old = version(outline, kinds={"b": Unit.SUBPARAGRAPH, "c": Unit.POINT})
    new = version(outline, kinds={"b": Unit.POINT, "c": Unit.LETTER})
    new[1].citation, new[2].citation = "§ 1 pkt 1", "§ 1 pkt 1 lit. a"
    comparison = compare(old, new)
    assert set(fates(comparison).values()) == {Fate.SAME}
    # The letter only followed the point that it stands in.
    assert moved(comparison) == {"b"}
    assert comparison.counts["renumbered"] == 2


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (FOUR, {"a": {}, "d": {}}, "a b c d"),
        (FOUR, {"a": {}, "x": {}, "d": {}}, "a b c x d"),
        (FOUR, {"x": {}, "d": {}}, "a b c x d"),
        (FOUR, {}, "a b c d"),
        # Under the parent that is still there, wherever it stands now.
        ({"a": {"a1": {}, "a2": {}}, "b": {}, "c": {}}, {"b": {}, "c": {}, "a": {"a2": {}}}, "b c a a1 a2"),
        # With the deleted parent; a child that stays stands where it is now.
        ({"a": {"a1": {}, "a2": {"a3": {}}}, "b": {}}, {"b": {"a1": {}}}, "a a2 a3 b a1"),
        # Behind what the one before holds.
        ({"a": {"a1": {}}, "b": {}, "c": {}}, {"a": {"a1": {}, "x": {}}, "c": {}}, "a a1 x b c"),
        # The one before moved away and shows no place any more.
        (FOUR, {"a": {}, "d": {"b": {}}}, "a c d b"),
        ({**FOUR, "e": {}}, {"a": {}, "d": {}, "e": {}, "b": {}}, "a c d e b"),
    ],
)
def test_deleted_units_are_read_where_they_stood(old, new, expected):
    assert " ".join(order(compare(version(old), version(new)))) == expected


def test_a_reference_to_a_renumbered_provision_is_the_same():
    words = {"b": f"O czym mowa w {reference(identity('a'))}."}
    comparison = compare(version(FOUR, words=words), version({"x": {}, **FOUR}, words=words))
    assert fates(comparison)["b"] == Fate.SAME


def test_another_target_of_a_reference_is_an_edit():
    a, c = reference(identity("a")), reference(identity("c"))
    comparison = compare(version(FOUR, words={"b": f"Zob. {a}."}), version(FOUR, words={"b": f"Zob. {c}."}))
    assert told(only(comparison, "b")) == f"Zob. [-{a}][+{c}]."


def test_a_quoted_total_that_changed_is_an_edit_though_its_mark_is_the_same():
    words = {"b": f"Kwota to {total_of(identity('t'))}."}
    outline = {"t": {}, "b": {}}
    old = version(outline, words=words, cells={"t": TABLE})
    new = version(outline, words=words, cells={"t": DEARER})
    assert told(only(compare(old, new), "b")) == "Kwota to [-{zl:300.00}][+{zl:350.00}]."
    assert fates(compare(old, old))["b"] == Fate.SAME
    # The same total of other amounts leaves the words, and their link to the table, as they are.
    shared = version(outline, words=words, cells={"t": [TABLE[0], ["Kultura", "200"], ["Sport", "100"], TABLE[3]]})
    comparison = compare(old, shared)
    assert (fates(comparison), told(only(comparison, "b"))) == ({"t": Fate.EDITED, "b": Fate.SAME}, words["b"])


def test_a_table_is_compared_as_it_is_printed():
    comparison = compare(version({"t": {}}, cells={"t": TABLE}), version({"t": {}}, cells={"t": DEARER}))
    rows = comparison.changes[0].rows
    assert [row.op for row in rows] == ["same", "edited", "same", "edited"]
    assert rows[3].cells[1] == (redline.Run("old", "300"), redline.Run("new", "350"))


def test_lineage_names_the_units_on_the_other_side():
    old = version({"a": {}, "b": {}, "c": {}, "d": {}})
    new = version({"a": {}, "x": {}, "c": {}, "y": {}})
    lineage = [("a", "x", "split"), ("b", "c", "merged"), ("d", "y", "replaced")]
    comparison = compare(old, new, [(identity(source), identity(target), kind) for source, target, kind in lineage])
    kin = {
        name(change.unit): (
            [(kin.kind, kin.unit.citation) for kin in change.came_from],
            [(kin.kind, kin.unit.citation) for kin in change.went_into],
        )
        for change in comparison.changes
    }
    assert kin == {
        "a": ([], [("split", "2")]),
        "x": ([("split", "1")], []),
        "b": ([], [("merged", "3")]),
        "c": ([("merged", "2")], []),
        "d": ([], [("replaced", "4")]),
        "y": ([("replaced", "4")], []),
    }


def test_lineage_leads_past_versions_between_and_round_in_circles():
    lineage = [("a", "m", "split"), ("m", "n", "merged"), ("n", "m", "replaced"), ("n", "x", "replaced"), ("n", "b", "merged")]
    links = [(identity(source), identity(target), kind) for source, target, kind in [*lineage, ("b", "n", "split")]]
    comparison = compare(version({"a": {}, "b": {}}), version({"x": {}, "b": {}}), links)
    # Each is told by the step next to it.
    assert [(kin.kind, name(kin.unit)) for kin in only(comparison, "x").came_from] == [("replaced", "b"), ("replaced", "a")]
    assert [(kin.kind, name(kin.unit)) for kin in only(comparison, "a").went_into] == [("split", "x"), ("split", "b")]
    # What was cut off and put back leads to nobody else.
    assert [(kin.kind, name(kin.unit)) for kin in only(comparison, "b").came_from] == [("merged", "a")]


def test_words_are_compared_when_they_are_shown_and_only_where_they_changed(monkeypatch):
    compared = []
    monkeypatch.setattr(redline, "_changed_words", lambda old, new: compared.append((old, new)) or ())
    comparison = compare(version(FOUR), version(FOUR, words={"c": "Treść inna."}))
    assert (comparison.counts["edited"], len(comparison.summary), compared) == (1, 1, [])
    shown = [(change.heading, change.text, change.rows) for change in comparison.changes]
    assert (len(shown), compared) == (4, [("Treść c.", "Treść inna.")])


POOL = "abcdefghijkl"


@st.composite
def versions(draw):
    """A tree of some units of one pool, in any order, with one of two wordings each."""
    names = draw(st.lists(st.sampled_from(POOL), unique=True, max_size=len(POOL)))
    inner = {None: {}}
    for place, key in enumerate(names):
        parent = draw(st.sampled_from([None, *names[:place]]))
        inner[parent][key] = inner[key] = {}
    return version(inner[None], words={key: draw(st.sampled_from(["Raz dwa trzy.", "Raz trzy."])) for key in names})


def joined(runs, op):
    return "".join(run.words for run in runs if run.op in ("same", op))


@given(versions(), versions())
def test_both_versions_are_recovered_from_the_changes(old, new):
    comparison = compare(old, new)
    # The very rows, for those of two versions are equal to Django where their keys are.
    assert [id(change.new) for change in comparison.changes if change.new] == [*map(id, new)]
    assert Counter(id(change.old) for change in comparison.changes if change.old) == Counter(map(id, old))
    for change in comparison.changes:
        assert joined(change.text, "old") == (change.old.text if change.old else "")
        assert joined(change.text, "new") == (change.new.text if change.new else "")
    assert sum(comparison.counts[fate] for fate in Fate) == len(comparison.changes)


@given(versions(), versions())
def test_every_unit_stands_in_its_parent(old, new):
    parents = {**parents_of(old), **parents_of(new)}
    path = [None]
    for change in compare(old, new).changes:
        assert change.depth < len(path)
        path[change.depth + 1 :] = [name(change.unit)]
        assert path[-2] == parents[name(change.unit)]


@given(versions(), versions())
def test_the_moved_are_all_but_a_longest_run_that_kept_its_order(old, new):
    comparison = compare(old, new)
    places = {name(text): place for place, text in enumerate(old)}
    parents = [
        {name(text): next((name(one) for one in texts if one.pk == text.parent_id), None) for text in texts}
        for texts in (old, new)
    ]
    common = [name(text) for text in new if name(text) in places]
    strangers = {key for key in common if parents[0][key] != parents[1][key]}
    assert strangers <= moved(comparison) <= set(common)
    for parent in {None, *common}:
        siblings = [places[key] for key in common if parents[1][key] == parent and key not in strangers]
        kept = [places[key] for key in common if parents[1][key] == parent and key not in moved(comparison)]
        assert all(one < two for one, two in pairwise(kept))
        assert len(kept) == longest_run(siblings)


def parents_of(texts):
    names = {text.pk: name(text) for text in texts}
    return {name(text): names.get(text.parent_id) for text in texts}


def longest_run(numbers):
    """By the definition: for each number, the longest run that ends with it."""
    lengths = []
    for place, number in enumerate(numbers):
        lengths.append(1 + max((length for one, length in zip(numbers[:place], lengths, strict=True) if one < number), default=0))
    return max(lengths, default=0)


@given(versions())
def test_a_version_compared_with_itself_is_the_same(texts):
    comparison = compare(texts, texts)
    assert set(fates(comparison).values()) <= {Fate.SAME}
    assert (moved(comparison), comparison.summary, comparison.counts["renumbered"]) == (set(), [], 0)


@given(versions(), versions())
def test_the_other_way_round_new_is_deleted(old, new):
    there, back = compare(old, new), compare(new, old)
    mirrored = {Fate.NEW: Fate.DELETED, Fate.DELETED: Fate.NEW}
    assert fates(back) == {key: mirrored.get(fate, fate) for key, fate in fates(there).items()}
    assert there.counts["moved"] == back.counts["moved"]
    assert there.counts["renumbered"] == back.counts["renumbered"]


def test_a_text_of_many_units_in_reverse_is_compared():
    # Work that takes the square of the units would not come back soon.
    outline = {f"u{number}": {} for number in range(5_000)}
    comparison = compare(version(outline), version(dict(reversed(outline.items()))))
    assert comparison.counts["moved"] == 4_999


@pytest.mark.django_db
def test_a_version_that_officials_worked_on_is_compared_with_the_one_it_began_from():
    first = frozen()
    second = start_version(first.program, purpose=Purpose.AFTER, based_on=first, at=WRITTEN)
    edit_unit(unit(second, "§ 2 pkt 1"), heading="", text="wspiera wszystkie organizacje;", at=WRITTEN)
    remove_unit(unit(second, "§ 2 pkt 3"), at=WRITTEN)
    move_unit(
        unit(second, "§ 2 pkt 2 lit. a"), parent=unit(second, "§ 2 pkt 2"), after=unit(second, "§ 2 pkt 2 lit. b"), at=WRITTEN
    )
    add_unit(second, kind=Unit.PARAGRAPH, parent=unit(second, "rozdział 1"), text="Nowe.", after=unit(second, "§ 1"), at=WRITTEN)
    comparison = compare(first.texts.in_reading_order(), second.texts.in_reading_order())
    assert [(change.unit.citation, change.fate.value, change.moved) for change in comparison.summary] == [
        ("§ 2", "new", False),
        ("§ 3 pkt 1", "edited", False),
        ("§ 3 pkt 2 lit. a", "same", True),
        ("§ 2 pkt 3", "deleted", False),
    ]
    assert told(comparison.summary[1]) == "wspiera [+wszystkie ]organizacje;"
