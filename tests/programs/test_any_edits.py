"""Whatever is done to a text, in whatever order: its numbers are legal, identities stay, no word is lost, a copy is equal."""

from collections import Counter
from collections.abc import Callable, Sequence

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from programs.actions import (
    TextRefusal,
    UnitDraft,
    add_unit,
    edit_unit,
    fingerprint_of_all,
    fingerprint_of_pair,
    indent_unit,
    load,
    merge_unit,
    move_unit,
    next_of_its_kind,
    outdent_unit,
    remove_unit,
    replace_unit,
    shift_unit,
    split_unit,
    start_version,
    with_inner,
)
from programs.actions.reshaping import LADDER
from programs.models import DraftVersion, ProvisionText, Purpose
from programs.numbering import ALLOWED_CHILDREN, MisplacedUnit, OrderIsBroken, Unit
from tests.factories.programs import draft
from tests.programs.texts import AT, chapter, check_order, everything, lit, par, pkt, tir, ust

words = st.lists(st.sampled_from(["alfa", "beta", "gamma"]), max_size=4).map(" ".join)
headings = st.sampled_from(["", "", "", "", "delta"])
places = st.integers(0, 30)
maybe = st.none() | places
written = precondition(lambda machine: machine.texts)


deep = [
    chapter(par("alfa", ust("beta gamma", pkt("alfa", lit("beta", tir("gamma")), lit("alfa")), pkt("")))),
    chapter(par("beta")),
    par("gamma"),
]


def drafts(within: Unit | None, depth: int) -> st.SearchStrategy[list[UnitDraft]]:
    """Units of kinds that may stand within, with what may stand in them."""
    kinds = sorted(ALLOWED_CHILDREN[within]) if depth else []
    units = [st.builds(UnitDraft, st.just(kind), headings, words, children=drafts(kind, depth - 1)) for kind in kinds]
    return st.lists(st.one_of(units), max_size=3) if units else st.just([])


def words_of(texts: Sequence[ProvisionText]) -> Counter[str]:
    return Counter(word for text in texts for word in f"{text.heading} {text.text}".split())


def printed(version: DraftVersion) -> list[tuple[object, ...]]:
    names = (
        "provision",
        "parent__provision",
        "position",
        "rank",
        "depth",
        "kind",
        "label",
        "citation",
        "heading",
        "text",
        "cells",
    )
    return list(version.texts.in_reading_order().values_list(*names))


class AnyEdits(RuleBasedStateMachine):
    """Places are drawn before anybody knows how long the text is, so each is taken modulo what there is to choose from."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.left: list[tuple[DraftVersion, list[tuple[object, ...]]]] = []

    def teardown(self) -> None:
        try:
            assert all(printed(version) == kept for version, kept in self.left)
        finally:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    @initialize(units=st.just(deep) | drafts(None, 5))
    def write(self, units: list[UnitDraft]) -> None:
        self.version = draft(units=units)
        self.texts = load(self.version)

    @invariant()
    def the_text_is_in_order(self) -> None:
        check_order(list(self.version.texts.in_reading_order()))

    def pick(self, place: int | None, among: Sequence[ProvisionText] | None = None) -> ProvisionText | None:
        among = self.texts if among is None else among
        return among[place % len(among)] if among and place is not None else None

    def pick_likely(self, place: int, fits: Callable[[ProvisionText], object]) -> ProvisionText:
        """Two of three times a unit that fits, if there is one: what is always refused proves little."""
        fitting = [text for text in self.texts if fits(text)] if place % 3 else []
        return self.pick(place, fitting or self.texts)

    def try_to(
        self,
        verb: Callable[[], object],
        *,
        came: int = 0,
        went: Sequence[ProvisionText] = (),
        said: str = "",
        unsaid: Sequence[ProvisionText] = (),
    ) -> None:
        """A refused verb changes nothing; another one only the units and the words that it was asked to."""
        before, rows = self.texts, everything(self.version)
        try:
            verb()
        except (TextRefusal, MisplacedUnit, OrderIsBroken):
            assert everything(self.version) == rows
            return
        self.texts = load(self.version)
        assert words_of(self.texts) == words_of(before) + Counter(said.split()) - words_of(unsaid)
        was, now = ({text.pk: text.provision_id for text in texts} for texts in (before, self.texts))
        assert was.keys() - now.keys() == {text.pk for text in went}
        assert len(now.keys() - was.keys()) == came
        assert all(now[pk] == was[pk] for pk in now.keys() & was.keys())
        assert not set(was.values()) & {now[pk] for pk in now.keys() - was.keys()}

    @rule(within=maybe, behind=maybe, kind=places, heading=headings, text=words)
    def add(self, within: int | None, behind: int | None, kind: int, heading: str, text: str) -> None:
        parent = self.pick(within)
        kinds = sorted(ALLOWED_CHILDREN[Unit(parent.kind) if parent else None]) or list(Unit)
        after = self.pick(behind, [text for text in self.texts if text.parent == parent])
        self.try_to(
            lambda: add_unit(
                self.version, kind=kinds[kind % len(kinds)], parent=parent, after=after, heading=heading, text=text, at=AT
            ),
            came=1,
            said=f"{heading} {text}",
        )

    @written
    @rule(place=places, heading=headings, text=words)
    def edit(self, place: int, heading: str, text: str) -> None:
        unit = self.pick(place)
        self.try_to(
            lambda: edit_unit(unit, heading=heading, text=text, seen=unit.fingerprint(), at=AT),
            said=f"{heading} {text}",
            unsaid=[unit],
        )

    @written
    @rule(place=places, within=maybe, behind=maybe, anywhere=st.booleans())
    def move(self, place: int, within: int | None, behind: int | None, anywhere: bool) -> None:
        unit = self.pick(place)
        fitting = [text for text in self.texts if anywhere or Unit(unit.kind) in ALLOWED_CHILDREN[Unit(text.kind)]]
        parent = self.pick(within, fitting)
        after = self.pick(behind, [text for text in self.texts if text.parent == parent])
        self.try_to(lambda: move_unit(unit, parent=parent, after=after, at=AT))

    @written
    @rule(place=places, down=st.booleans())
    def shift(self, place: int, down: bool) -> None:
        self.try_to(lambda: shift_unit(self.pick(place), down=down, at=AT))

    @written
    @rule(place=places)
    def indent(self, place: int) -> None:
        unit = self.pick_likely(place, lambda text: text.position and text.kind in LADDER)
        self.try_to(lambda: indent_unit(unit, at=AT))

    @written
    @rule(place=places)
    def outdent(self, place: int) -> None:
        unit = self.pick_likely(place, lambda text: text.parent and text.parent.kind in LADDER)
        self.try_to(lambda: outdent_unit(unit, at=AT))

    @written
    @rule(place=places, cuts=st.lists(st.integers(0, 4), min_size=1, max_size=2).map(sorted))
    def split(self, place: int, cuts: list[int]) -> None:
        unit = self.pick_likely(place, lambda text: " " in text.text)
        said = unit.text.split()
        parts = [" ".join(said[start:end]) for start, end in zip([0, *cuts], [*cuts, None], strict=True)]
        came = sum(map(bool, parts)) - 1
        self.try_to(lambda: split_unit(unit, parts=parts, seen=unit.fingerprint(), at=AT), came=came)

    @written
    @rule(place=places)
    def merge(self, place: int) -> None:
        unit = self.pick_likely(place, lambda text: next_of_its_kind(self.texts, text))
        gone = next_of_its_kind(self.texts, unit)
        seen = fingerprint_of_pair(unit, gone) if gone else ""
        self.try_to(lambda: merge_unit(unit, seen=seen, at=AT), went=[gone] if gone else [])

    @written
    @rule(place=places)
    def remove(self, place: int) -> None:
        gone = with_inner(self.texts, self.pick(place))
        self.try_to(lambda: remove_unit(gone[0], seen=fingerprint_of_all(gone), at=AT), went=gone, unsaid=gone)

    @written
    @rule(place=places, by=places)
    def replace(self, place: int, by: int) -> None:
        gone = with_inner(self.texts, self.pick(place))
        self.try_to(lambda: replace_unit(gone[0], by=self.pick(by), seen=fingerprint_of_all(gone), at=AT), went=gone, unsaid=gone)

    @rule()
    def go_on_with_a_copy(self) -> None:
        copy = start_version(self.version.program, purpose=Purpose.WORKING, based_on=self.version, at=AT)
        assert printed(copy) == printed(self.version)
        self.left.append((self.version, printed(self.version)))
        self.version, self.texts = copy, load(copy)


@pytest.mark.django_db
def test_any_edits_leave_a_whole_text():
    run_state_machine_as_test(AnyEdits, settings=settings(max_examples=25, stateful_step_count=20))
