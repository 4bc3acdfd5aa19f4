"""Units that are cut, joined and replaced: what becomes of their words, elements and identity, and how it is told."""

import pytest

from programs.actions import (
    NoPlaceThere,
    NothingToMerge,
    NothingToSplit,
    SplitChangesWords,
    TextIsTooLong,
    UnitHasChanged,
    UnitIsElsewhere,
    merge_unit,
    remove_unit,
    replace_unit,
    shift_unit,
    split_unit,
)
from programs.marks import reference
from programs.models import TEXT_AT_MOST, Provision, StatutoryElement
from tests.factories.programs import draft, element, program, reword, unit
from tests.programs.texts import (
    AT,
    TABLE,
    chapter,
    lineage,
    merge,
    outline,
    par,
    pkt,
    refused,
    replace,
    seen_all,
    seen_pair,
    split,
    ust,
    written,
)

pytestmark = pytest.mark.django_db


# Cutting in two or more.


def test_a_split_unit_keeps_the_first_part_and_the_last_takes_what_stood_in_it():
    version = written(par("a b\n c", pkt("x"), pkt("y")), par("d"))
    before = {text.text: text.provision_id for text in version.texts.all()}
    parts = split(version, "§ 1", " a ", "b\r\n c ")
    assert [part.text for part in parts] == ["a", "b\n c"]
    assert outline(version) == ["§ 1 a", "§ 2 b\n c", "§ 2 pkt 1 x", "§ 2 pkt 2 y", "§ 3 d"]
    after = {text.text: text.provision_id for text in version.texts.all()}
    assert (after["a"], after["x"], after["d"]) == (before["a b\n c"], before["x"], before["d"])
    assert lineage(version) == [(after["a"], after["b\n c"], "split")]


def test_a_unit_is_split_in_three():
    version = written(par("", ust("a b c", pkt("x")), ust("d")))
    first, second, third = split(version, "§ 1 ust. 1", "a", "", "b", "\n", "c")
    assert outline(version) == ["§ 1", "§ 1 ust. 1 a", "§ 1 ust. 2 b", "§ 1 ust. 3 c", "§ 1 ust. 3 pkt 1 x", "§ 1 ust. 4 d"]
    assert lineage(version) == [
        (first.provision_id, second.provision_id, "split"),
        (first.provision_id, third.provision_id, "split"),
    ]


def test_each_part_fulfils_what_the_whole_did_and_the_heading_stays_with_the_first():
    element(1)
    element(2)
    version = written(par("a b", heading="Cel", elements=[1, 2]))
    parts = split(version, "§ 1", "a", "b")
    assert [part.provision.elements.count() for part in parts] == [2, 2]
    assert list(version.texts.in_reading_order().values_list("heading", flat=True)) == ["Cel", ""]


@pytest.mark.parametrize("parts", [[], ["a b"], ["a b", ""], ["", " \n", "a b"]])
def test_one_part_is_not_a_split(parts):
    version = written(par("a b"))
    refused(version, NothingToSplit, lambda: split(version, "§ 1", *parts))


@pytest.mark.parametrize("parts", [["a", "c"], ["a"] * 2, ["b", "a"], ["a", "b", "b"], ["A", "b"]])
def test_splitting_changes_no_words(parts):
    version = written(par("a b"))
    refused(version, SplitChangesWords, lambda: split(version, "§ 1", *parts))


def test_a_word_is_not_cut():
    version = written(par("ab"))
    refused(version, SplitChangesWords, lambda: split(version, "§ 1", "a", "b"))


def test_a_table_has_nothing_to_split():
    version = written(par("a", TABLE))
    refused(version, NothingToSplit, lambda: split(version, "§ 1 tabela", "", ""))


@pytest.mark.parametrize("changed", [{"text": "a b ."}, {"heading": "Cel"}])
def test_a_unit_that_changed_meanwhile_is_not_split(changed):
    version = written(par("a b"))
    seen = unit(version, "§ 1").fingerprint()
    reword(unit(version, "§ 1"), **changed)
    refused(version, UnitHasChanged, lambda: split_unit(unit(version, "§ 1"), parts=["a", "b"], seen=seen, at=AT))


# Joining with the next one.


def test_a_merged_unit_holds_the_words_the_heading_and_the_inside_of_both():
    version = written(par("a", pkt("x"), heading="Cel"), par("b", pkt("y"), ust("z"), heading="Zasady"), par("c"))
    before = {text.text: text.provision_id for text in version.texts.all()}
    kept = merge(version, "§ 1", "§ 2")
    assert (kept.citation, kept.heading, kept.provision_id) == ("§ 1", "Cel", before["a"])
    assert outline(version) == ["§ 1 a Zasady b", "§ 1 pkt 1 x", "§ 1 pkt 2 y", "§ 1 ust. 1 z", "§ 2 c"]
    assert lineage(version) == [(before["b"], before["a"], "merged")]
    assert {text.text: text.provision_id for text in version.texts.filter(text__in="xyzc")} == {
        word: before[word] for word in "xyzc"
    }


def test_a_merged_unit_fulfils_what_either_did():
    for number in (1, 2, 3):
        element(number)
    version = written(par("a", elements=[1, 2]), par("b", elements=[2, 3]))
    assert set(merge(version, "§ 1", "§ 2").provision.elements.all()) == set(StatutoryElement.objects.all())


@pytest.mark.parametrize(("first", "second", "both"), [("", "b", "b"), ("a", "", "a"), ("", "", "")])
def test_an_empty_unit_adds_no_words(first, second, both):
    version = written(par(first), par(second))
    assert merge(version, "§ 1", "§ 2").text == both


@pytest.mark.parametrize(
    ("units", "citation"),
    [
        ([par("a")], "§ 1"),
        ([par("a", ust("x"), pkt("y"))], "§ 1 ust. 1"),
        ([par("a", TABLE, TABLE)], "§ 1 tabela 1"),
        ([par("a", pkt("x"), TABLE)], "§ 1 pkt 1"),
        ([par("a", ust("x")), par("b", ust("y"))], "§ 1 ust. 1"),
        ([chapter(), chapter()], "rozdział 1"),
        ([chapter(par("a")), chapter(par("b"))], "§ 1"),
    ],
)
def test_only_a_following_unit_of_the_same_kind_is_joined(units, citation):
    version = written(*units)
    refused(version, NothingToMerge, lambda: merge_unit(unit(version, citation), seen="", at=AT))


def test_a_merged_unit_may_be_as_long_as_a_unit_may_be_and_no_longer():
    version = written(par("a" * (TEXT_AT_MOST - 2)), par("bb"), par("b"))
    refused(version, TextIsTooLong, lambda: merge(version, "§ 1", "§ 2"))
    shift_unit(unit(version, "§ 2"), down=True, at=AT)
    assert len(merge(version, "§ 1", "§ 2").text) == TEXT_AT_MOST


@pytest.mark.parametrize("changed", ["§ 1", "§ 2"])
def test_units_are_not_joined_when_either_changed_meanwhile(changed):
    version = written(par("a"), par("b"), par("c"))
    seen = seen_pair(version, "§ 1", "§ 2")
    reword(unit(version, changed), text="inne")
    refused(version, UnitHasChanged, lambda: merge_unit(unit(version, "§ 1"), seen=seen, at=AT))


def test_units_are_not_joined_when_another_one_with_the_same_words_follows_meanwhile():
    version = written(par("a"), par("b"), par("b"))
    seen = seen_pair(version, "§ 1", "§ 2")
    remove_unit(unit(version, "§ 2"), at=AT)
    refused(version, UnitHasChanged, lambda: merge_unit(unit(version, "§ 1"), seen=seen, at=AT))


# One that says it instead.


def test_a_replaced_unit_goes_and_it_is_kept_what_says_it_now():
    version = written(par("a", pkt("x")), par("b"))
    old, new = unit(version, "§ 1").provision_id, unit(version, "§ 2").provision_id
    assert replace(version, "§ 1", "§ 2") == 2
    assert (outline(version), lineage(version)) == (["§ 1 b"], [(old, new, "replaced")])
    assert Provision.objects.filter(pk=old).exists()


@pytest.mark.parametrize("by", ["§ 1", "§ 1 pkt 1"])
def test_nothing_is_replaced_by_what_goes_with_it(by):
    version = written(par("a", pkt("x")), par("b"))
    refused(version, NoPlaceThere, lambda: replace(version, "§ 1", by))


def test_a_unit_is_replaced_only_within_its_version():
    version, other = written(par("a")), draft(program("2028"))
    by = unit(other, "§ 1")
    refused(version, UnitIsElsewhere, lambda: replace_unit(unit(version, "§ 1"), by=by, seen=seen_all(version, "§ 1"), at=AT))


@pytest.mark.parametrize("changed", ["§ 1", "§ 1 pkt 1"])
@pytest.mark.parametrize("verb", ["remove", "replace"])
def test_nothing_goes_when_it_or_what_stands_in_it_changed_meanwhile(verb, changed):
    version = written(par("a", pkt("x")), par("b"))
    seen = seen_all(version, "§ 1")
    by = unit(version, "§ 2")
    reword(unit(version, changed), text="inne")
    verbs = {
        "remove": lambda: remove_unit(unit(version, "§ 1"), seen=seen, at=AT),
        "replace": lambda: replace_unit(unit(version, "§ 1"), by=by, seen=seen, at=AT),
    }
    refused(version, UnitHasChanged, verbs[verb])


def test_what_was_agreed_to_goes_though_others_changed():
    version = written(par("a", pkt("x")), par("b"))
    seen = seen_all(version, "§ 1")
    reword(unit(version, "§ 2"), text="inne")
    assert remove_unit(unit(version, "§ 1"), seen=seen, at=AT) == 2


# What became of a provision is told as it happened last.


def test_what_was_split_off_may_replace_the_rest():
    version = written(par("a b"))
    first, second = split(version, "§ 1", "a", "b")
    replace(version, "§ 1", "§ 2")
    assert lineage(version) == [(first.provision_id, second.provision_id, "replaced")]


def test_what_was_split_off_may_take_the_rest_in():
    version = written(par("a b"))
    first, second = split(version, "§ 1", "a", "b")
    shift_unit(unit(version, "§ 2"), down=False, at=AT)
    assert merge(version, "§ 1", "§ 2").text == "b a"
    assert lineage(version) == [(first.provision_id, second.provision_id, "merged")]


def test_what_was_split_may_be_joined_again():
    version = written(par("a b", pkt("x")))
    identity = unit(version, "§ 1").provision_id
    _first, second = split(version, "§ 1", "a", "b")
    merge(version, "§ 1", "§ 2")
    assert outline(version) == ["§ 1 a b", "§ 1 pkt 1 x"]
    assert unit(version, "§ 1").provision_id == identity
    assert lineage(version) == [(identity, second.provision_id, "split"), (second.provision_id, identity, "merged")]


@pytest.mark.parametrize("joined", [merge, replace])
def test_whoever_referred_to_what_goes_refers_to_what_says_it_now(joined):
    version = written(par("a"), par("b"), par("patrz wyżej"))
    kept, gone = unit(version, "§ 1"), unit(version, "§ 2")
    if joined is replace:
        kept, gone = gone, kept
    reword(unit(version, "§ 3"), text=f"o którym mowa w {reference(gone.provision_id)}")
    joined(version, "§ 1", "§ 2")
    assert unit(version, "§ 2").text == f"o którym mowa w {reference(kept.provision_id)}"
