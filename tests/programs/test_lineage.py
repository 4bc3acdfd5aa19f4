"""Where a provision is in a later version, through every road that leads there."""

import pytest
from django.utils import translation

from programs.actions import (
    UnitDraft,
    fingerprint_of_all,
    fingerprint_of_pair,
    freeze_version,
    merge_unit,
    remove_unit,
    replace_unit,
    split_unit,
    start_version,
)
from programs.lineage import Outcome, read_since, whereabouts
from programs.marks import total_of
from programs.models import Purpose
from programs.numbering import Unit
from tests.factories.programs import WRITTEN, draft, frozen, reword, unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def first():
    """§ 1 – § 5."""
    return frozen(units=[UnitDraft(Unit.PARAGRAPH, text=f"Treść numer {n}, po której idzie reszta.") for n in range(1, 6)])


def following(version):
    return start_version(version.program, purpose=Purpose.CONSULTATION, based_on=version, at=WRITTEN)


def split(version, citation):
    place = unit(version, citation)
    head, _, tail = place.text.rpartition(" ")
    return split_unit(place, parts=[head, tail], seen=place.fingerprint(), at=WRITTEN)


def merge(version, citation, following_citation):
    kept, gone = unit(version, citation), unit(version, following_citation)
    return merge_unit(kept, seen=fingerprint_of_pair(kept, gone), at=WRITTEN)


def where(first, version, citation):
    text = unit(first, citation)
    found = whereabouts([text], version)[text.pk]
    with translation.override("en"):
        return found.kind, [one.citation for one in found.units], found.in_words


def test_a_unit_that_nobody_touched_is_unchanged(first):
    assert where(first, following(first), "§ 1") == (Outcome.SAME, ["§ 1"], "in version 2: unchanged")


def test_a_unit_behind_one_that_went_has_another_number(first):
    second = following(first)
    remove_unit(unit(second, "§ 2"), at=WRITTEN)
    assert where(first, second, "§ 1")[0] == Outcome.SAME
    assert where(first, second, "§ 2") == (Outcome.DELETED, [], "in version 2: deleted")
    assert where(first, second, "§ 3") == (Outcome.RENUMBERED, ["§ 2"], "in version 2: now § 2")


@pytest.mark.parametrize("words", [{"text": "Inaczej."}, {"heading": "Nagłówek"}])
def test_a_reworded_unit_is_changed_wherever_it_stands(first, words):
    second = following(first)
    reword(unit(second, "§ 2"), **words)
    assert where(first, second, "§ 2") == (Outcome.EDITED, ["§ 2"], "in version 2: changed")
    remove_unit(unit(second, "§ 1"), at=WRITTEN)
    assert where(first, second, "§ 2") == (Outcome.EDITED, ["§ 1"], "in version 2: changed, now § 1")


def test_a_table_with_another_cell_is_changed(db):
    first = frozen()
    second = following(first)
    place = "§ 3 ust. 2 tabela"
    assert where(first, second, place)[0] == Outcome.SAME
    cells = unit(second, place).cells
    reword(unit(second, place), cells=[*cells[:-1], ["", "Razem", "="]])
    assert where(first, second, place)[0] == Outcome.EDITED


def test_a_cut_unit_is_both_its_parts(first):
    second = following(first)
    split(second, "§ 3")
    assert where(first, second, "§ 3") == (Outcome.SPLIT, ["§ 3", "§ 4"], "in version 2: split into § 3 and § 4")


def test_of_a_cut_unit_whose_new_part_went_the_rest_is_left(first):
    second = following(first)
    split(second, "§ 3")
    remove_unit(unit(second, "§ 4"), at=WRITTEN)
    assert where(first, second, "§ 3")[:2] == (Outcome.EDITED, ["§ 3"])


def test_a_unit_joined_with_the_one_before_is_there(first):
    second = following(first)
    merge(second, "§ 3", "§ 4")
    assert where(first, second, "§ 4") == (Outcome.MERGED, ["§ 3"], "in version 2: joined into § 3")
    assert where(first, second, "§ 3")[:2] == (Outcome.EDITED, ["§ 3"])


def test_a_replaced_unit_is_where_it_is_said_now(first):
    second = following(first)
    old, new = unit(second, "§ 2"), unit(second, "§ 5")
    replace_unit(old, by=new, seen=fingerprint_of_all([old]), at=WRITTEN)
    assert where(first, second, "§ 2") == (Outcome.REPLACED, ["§ 4"], "in version 2: replaced by § 4")
    assert where(first, second, "§ 5")[:2] == (Outcome.RENUMBERED, ["§ 4"])


def test_a_chain_is_followed_through_the_versions_between(first):
    second = following(first)
    split(second, "§ 3")
    third = following(second)
    merge(third, "§ 4", "§ 5")  # the second part, with what was § 4
    assert where(first, third, "§ 3") == (Outcome.SPLIT, ["§ 3", "§ 4"], "in version 3: split into § 3 and § 4")
    assert where(first, third, "§ 4")[:2] == (Outcome.MERGED, ["§ 4"])
    assert where(second, third, "§ 4")[:2] == (Outcome.EDITED, ["§ 4"])


def test_what_was_cut_and_joined_again_is_one(first):
    second = following(first)
    split(second, "§ 3")
    third = following(second)
    merge(third, "§ 3", "§ 4")
    assert where(first, third, "§ 3")[:2] == (Outcome.SAME, ["§ 3"])


def test_what_happened_in_a_version_that_was_left_aside_does_not_count(first):
    aside = following(first)
    merge(aside, "§ 3", "§ 4")
    third = following(first)
    assert [where(first, third, citation)[:2] for citation in ("§ 3", "§ 4")] == [
        (Outcome.SAME, ["§ 3"]),
        (Outcome.SAME, ["§ 4"]),
    ]


@pytest.mark.parametrize("count", [1, 5])
def test_two_queries_tell_it_of_any_number_of_units(first, django_assert_num_queries, count):
    second = following(first)
    split(second, "§ 3")
    texts = list(first.texts.all()[:count])
    with django_assert_num_queries(2):
        found = whereabouts(texts, second)
    assert found.keys() == {text.pk for text in texts}


def test_one_provision_said_on_in_two_versions_is_told_of_each(first):
    second = following(first)
    reword(unit(second, "§ 1"), text="Inaczej.")
    third = following(second)
    before, after = unit(first, "§ 1"), unit(second, "§ 1")
    found = whereabouts([before, after], third)
    assert (found[before.pk].kind, found[after.pk].kind) == (Outcome.EDITED, Outcome.SAME)


def since(version, earlier):
    rows, changes = read_since(version, earlier)
    with translation.override("en"):
        return {row.citation: changes[row.provision_id].in_words for row in rows if row.provision_id in changes}


def test_what_changed_is_told_by_unit_and_nothing_of_the_rest(first):
    second = following(first)
    reword(unit(second, "§ 1"), text="Inaczej.")
    split(second, "§ 4")
    assert since(second, first) == {
        "§ 1": "changed since version 1",
        "§ 4": "changed since version 1",
        "§ 5": "new since version 1, split from § 4",
        "§ 6": "was § 5 in version 1",
    }


def test_what_a_unit_took_over_is_told_by_its_place_then(first):
    second = following(first)
    merge(second, "§ 1", "§ 2")
    old, new = unit(second, "§ 3"), unit(second, "§ 4")
    replace_unit(old, by=reword(new, text="Nowsze."), seen=fingerprint_of_all([old]), at=WRITTEN)
    third = following(second)
    split(third, "§ 1")
    assert since(third, first) == {
        "§ 1": "changed since version 1, joined with § 2",
        "§ 2": "new since version 1, split from § 1",
        "§ 4": "changed since version 1, in place of § 4",
    }


def test_a_part_that_was_joined_again_came_from_nowhere(first):
    second = following(first)
    split(second, "§ 3")
    third = following(second)
    merge(third, "§ 3", "§ 4")
    reword(unit(third, "§ 3"), text="Inaczej.")
    assert since(third, first) == {"§ 3": "changed since version 1"}


def test_without_an_earlier_version_the_text_is_read_and_nothing_told(first):
    rows, changes = read_since(first, None)
    assert [row.citation for row in rows] == ["§ 1", "§ 2", "§ 3", "§ 4", "§ 5"]
    assert changes == {}


@pytest.mark.parametrize(("cut", "queries"), [(False, 2), (True, 3)])
def test_two_queries_read_what_changed_and_a_third_where_units_descend_from_others(
    first, django_assert_num_queries, cut, queries
):
    second = following(first)
    if cut:
        split(second, "§ 3")
    with django_assert_num_queries(queries):
        read_since(second, first)


def test_what_is_done_to_a_draft_after_it_was_copied_is_nothing_of_the_copy():
    first = frozen(units=[UnitDraft(Unit.PARAGRAPH, text=f"Treść {n}.") for n in range(3)])
    second = start_version(first.program, purpose=Purpose.WORKING, based_on=first, at=WRITTEN)
    third = start_version(first.program, purpose=Purpose.CONSULTATION, based_on=second, at=WRITTEN)
    merge_unit(unit(second, "§ 1"), seen=fingerprint_of_pair(unit(second, "§ 1"), unit(second, "§ 2")), at=WRITTEN)
    said_on = unit(first, "§ 2")
    assert whereabouts([said_on], third)[said_on.pk].kind == Outcome.SAME


def test_who_quotes_a_total_that_is_another_now_has_changed():
    table = UnitDraft(Unit.TABLE, cells=[["Zadanie", "Kwota"], ["a", "100"], ["Razem", "="]])
    of = draft(units=[UnitDraft(Unit.PARAGRAPH, text="Podział:", children=[table]), UnitDraft(Unit.PARAGRAPH, text="x")])
    reword(unit(of, "§ 2"), text=f"Na zadania: {total_of(unit(of, '§ 1 tabela').provision_id)}")
    second = following(freeze_version(of, by=None, at=WRITTEN))
    said_on = unit(of, "§ 2")
    assert whereabouts([said_on], second)[said_on.pk].kind == Outcome.SAME
    reword(unit(second, "§ 1 tabela"), cells=[["Zadanie", "Kwota"], ["a", "900"], ["Razem", "="]])
    assert whereabouts([said_on], second)[said_on.pk].kind == Outcome.EDITED
