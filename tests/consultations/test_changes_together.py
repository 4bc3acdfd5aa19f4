"""Many changes of one text: all but those that need a person, in any order, for as many queries as one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from consultations.actions import changes as verbs
from consultations.models import ProposedChange
from programs.actions import (
    VersionIsFrozen,
    edit_unit,
    start_version,
)
from programs.models import Purpose
from tests.consultations.changing import ADD, AT, REMOVE, REWORD, after, make, outline, propose, taken
from tests.factories import programs as texts
from tests.factories.answers import drafter
from tests.factories.voices import consultation, coordinator


@pytest.fixture
def part(db):
    return taken(consultation())


@pytest.fixture
def version(part):
    return after(part)


def test_all_are_made_but_those_that_need_a_person(part, version):
    made = part.voice.consultation
    free, clash = propose(taken(made, citation="§ 3"), text="Trzeci."), propose(part)
    edit_unit(version.texts.get(citation="§ 2"), heading="", text="Ktoś był szybszy.", at=AT)
    assert verbs.apply_changes([clash, free], version, by=drafter(), at=AT) == ([free], [clash])
    assert outline(version)[3:] == ["§ 2 Ktoś był szybszy.", "§ 3 Trzeci."]
    with pytest.raises(VersionIsFrozen):
        verbs.apply_changes([clash], part.voice.version, by=drafter(), at=AT)


@pytest.mark.parametrize("count", [1, 3])
def test_what_stands_in_the_way_of_many_costs_as_much_as_of_one(part, version, django_assert_num_queries, count):
    waiting = [propose(part, text=f"Słowa {number}.") for number in range(count)]
    with django_assert_num_queries(4):  # the words they were proposed on, the versions, what is there of them, the text
        assert len(verbs.prospects(waiting, version)) == count


ACTIONS = st.lists(st.tuples(st.integers(1, 6), st.sampled_from([REWORD, ADD, REMOVE])), max_size=8)


class TestOrder(TestCase):
    @given(wanted=ACTIONS, random=st.randoms(use_true_random=False))
    def test_changes_that_do_not_conflict_give_one_text_in_whatever_order_they_are_made(self, wanted, random):
        base = texts.frozen(units=texts.paragraphs(6))
        by = coordinator()
        touched, chosen = set(), []
        for place, action in wanted:
            # A unit is reworded or removed once, and what is removed takes nothing behind it.
            free = (place, REWORD) not in touched and (place, REMOVE) not in touched
            if action == ADD and (place, REMOVE) in touched:
                continue
            if action == REWORD and not free:
                continue
            if action == REMOVE and (not free or (place, ADD) in touched):
                continue
            touched.add((place, action))
            chosen.append((place, action))
        waiting = [
            verbs.record_own_change(
                on=base.texts.select_related("version").get(citation=f"§ {place}"),
                action=action,
                text=f"Zmiana {number}.",
                own_reason="Bo tak.",
                by=by,
                at=AT,
            )
            for number, (place, action) in enumerate(chosen)
        ]
        one_by_one = start_version(base.program, purpose=Purpose.AFTER, based_on=base, at=AT)
        for change in waiting:
            make(change, one_by_one)
        expected = outline(one_by_one)
        ProposedChange.objects.update(applied_in=None, applied_by=None, applied_at=None, result=None)
        shuffled = start_version(base.program, purpose=Purpose.AFTER, based_on=base, at=AT)
        random.shuffle(waiting)
        for change in waiting:
            make(change, shuffled)
        assert outline(shuffled) == expected


# What was changed in the text first --------------------------------------------------------------------------
