"""Two versions of a text side by side: what became of each unit. Words inside a unit are compared by redline.py."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from re import Match
from typing import NamedTuple
from uuid import UUID

from programs import money, redline
from programs.marks import MARK, amount
from programs.models import Descent, ProvisionText
from programs.numbering import in_reading_order

Totals = Mapping[UUID, Decimal | None]


class Fate(StrEnum):
    """What became of the words of a unit; whether it moved or got another number is told beside it."""

    SAME = "same"
    EDITED = "edited"
    NEW = "new"
    DELETED = "deleted"


class Kin(NamedTuple):
    """The unit of the other version that this one came from, or went into."""

    kind: Descent
    unit: ProvisionText


class Words(NamedTuple):
    """What a unit says in one version, marks not yet spelled; the cells with their totals, as they are printed."""

    heading: str = ""
    text: str = ""
    cells: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Change:
    """One unit in both versions; `old` or `new` is None where it does not stand."""

    old: ProvisionText | None
    new: ProvisionText | None
    said: Words
    says: Words
    moved: bool
    depth: int  # in the comparison, where deleted units stand as well
    came_from: Sequence[Kin]
    went_into: Sequence[Kin]

    @property
    def unit(self) -> ProvisionText:
        """The row to cite it by: the new one while there is one."""
        return self.new or self.old  # type: ignore[return-value] # one of them is there

    @property
    def fate(self) -> Fate:
        if self.old is None:
            return Fate.NEW
        if self.new is None:
            return Fate.DELETED
        return Fate.SAME if self.said == self.says else Fate.EDITED

    @property
    def renumbered(self) -> bool:
        return self.old is not None and self.new is not None and self.old.citation != self.new.citation

    @property
    def is_quiet(self) -> bool:
        """Nothing to look at, though perhaps another number: one new § renumbers all that follow."""
        return self.fate == Fate.SAME and not self.moved

    # Words are compared when they are shown: who only counts changes compares none.
    @property
    def heading(self) -> Sequence[redline.Run]:
        return redline.words(self.said.heading, self.says.heading)

    @property
    def text(self) -> Sequence[redline.Run]:
        return redline.words(self.said.text, self.says.text)

    @cached_property
    def rows(self) -> Sequence[redline.Row]:
        return redline.cells(self.said.cells, self.says.cells)


@dataclass(frozen=True)
class Comparison:
    """Every unit of both versions, in one reading order."""

    changes: Sequence[Change]

    @cached_property
    def summary(self) -> Sequence[Change]:
        """What a reader must look at."""
        return [change for change in self.changes if not change.is_quiet]

    @property
    def topmost(self) -> Iterator[Change]:
        """All but those inside a unit that came or went as a whole."""
        inside: tuple[Fate, int] | None = None
        for change in self.changes:
            if inside and change.depth > inside[1]:
                if change.fate == inside[0]:
                    continue
            else:
                inside = None
            if inside is None and change.fate in (Fate.NEW, Fate.DELETED):
                inside = change.fate, change.depth
            yield change

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """How many units are same, edited, new and deleted; and, of those in both versions, moved and renumbered."""
        counts = Counter(dict.fromkeys([*Fate, "moved", "renumbered"], 0))
        for change in self.changes:
            counts.update({change.fate: 1, "moved": change.moved, "renumbered": change.renumbered})
        return counts


def compare(
    old: Iterable[ProvisionText], new: Iterable[ProvisionText], lineage: Iterable[tuple[UUID, UUID, str]] = ()
) -> Comparison:
    """Compare two versions, each given whole in reading order.

    `lineage` is what was recorded since the old version, up to the new: (source, target, kind of descent).
    """
    before, after = _Version.of(old), _Version.of(new)
    old_totals, new_totals = _changed_totals(before, after)
    ancestors, descendants = _links(lineage)
    moved = _moved(before, after)
    return Comparison(
        [
            Change(
                old=(was := before.units.get(provision)),
                new=(now := after.units.get(provision)),
                said=_words(was, old_totals),
                says=_words(now, new_totals),
                moved=provision in moved,
                depth=depth,
                came_from=[*_kin(provision, ancestors, before)],
                went_into=[*_kin(provision, descendants, after)],
            )
            for provision, depth in _in_one_order(before, after, moved)
        ]
    )


@dataclass(frozen=True)
class _Version:
    """Units and their parents by provision, in reading order."""

    units: Mapping[UUID, ProvisionText]
    parents: Mapping[UUID, UUID | None]

    @classmethod
    def of(cls, texts: Iterable[ProvisionText]) -> "_Version":
        units = {text.provision_id: text for text in texts}
        provisions: dict[int | None, UUID] = {text.pk: provision for provision, text in units.items()}
        return cls(units, {provision: provisions.get(text.parent_id) for provision, text in units.items()})


def _moved(before: _Version, after: _Version) -> set[UUID]:
    """What stands in another unit, became another kind of unit, or changed its place among its siblings.

    Who only follows a parent has not moved. Among siblings as few moved as can be: all outside the longest run
    that kept its order.
    """
    places = {provision: place for place, provision in enumerate(before.units)}
    common = [provision for provision in after.units if provision in before.units]
    reshaped = {provision for provision in common if before.units[provision].kind != after.units[provision].kind}
    moved: set[UUID] = set()
    siblings: defaultdict[UUID | None, dict[int, UUID]] = defaultdict(dict)
    for provision in common:
        parent = after.parents[provision]
        if before.parents[provision] != parent or (provision in reshaped and parent not in reshaped):
            moved.add(provision)
        else:
            siblings[parent][places[provision]] = provision
    for by_place in siblings.values():
        kept = longest_rising(list(by_place))
        moved.update(provision for place, provision in by_place.items() if place not in kept)
    return moved


def longest_rising(numbers: Sequence[int]) -> set[int]:
    """As many of the distinct numbers as can be kept so that they rise."""
    # By the length of a run, the lowest number that one can end with; and before each number the end it was put behind.
    ends: list[int] = []
    previous: dict[int, int | None] = {}
    for number in numbers:
        length = bisect_left(ends, number)
        previous[number] = ends[length - 1] if length else None
        ends[length : length + 1] = [number]
    kept: set[int] = set()
    last = ends[-1] if ends else None
    while last is not None:
        kept.add(last)
        last = previous[last]
    return kept


def _in_one_order(before: _Version, after: _Version, moved: set[UUID]) -> list[tuple[UUID, int]]:
    """Each provision with its depth, as the new text is read; deleted ones behind the sibling they stood behind.

    A sibling that moved shows no place any more: the one before it does.
    """
    nearest: dict[UUID | None, UUID] = {}
    deleted: defaultdict[UUID | None, list[UUID]] = defaultdict(list)
    for provision, parent in before.parents.items():
        if provision not in after.units:
            deleted[nearest.get(parent)].append(provision)
        elif provision not in moved:
            nearest[parent] = provision
    parents = {**before.parents, **after.parents}
    # Only the order among siblings counts; those that stood behind none come first.
    order = [*deleted[None], *(each for provision in after.units for each in (provision, *deleted[provision]))]
    return in_reading_order((provision, parents[provision], place) for place, provision in enumerate(order))


def _changed_totals(before: _Version, after: _Version) -> tuple[Totals, Totals]:
    """Old and new totals of the tables that add up to something else now."""
    both = ((provision, before.units[provision], after.units[provision]) for provision in before.units.keys() & after.units)
    totals = {
        provision: (money.table_total(was.cells), money.table_total(now.cells))
        for provision, was, now in both
        if was.cells != now.cells
    }
    changed = [(provision, *pair) for provision, pair in totals.items() if len(set(pair)) > 1]
    return {provision: was for provision, was, _now in changed}, {provision: now for provision, _was, now in changed}


def _words(unit: ProvisionText | None, changed_totals: Totals) -> Words:
    if unit is None:
        return Words()

    def written_out(mark: Match[str]) -> str:
        total = changed_totals.get(UUID(mark["id"])) if mark["link"] == "sum" else None
        return mark[0] if total is None else amount(total)

    # A total is quoted by the same mark whatever it is: where it changed, the amounts are what differs.
    text = MARK.sub(written_out, unit.text) if changed_totals else unit.text
    return Words(unit.heading, text, tuple(tuple(row) for row in money.with_totals(unit.cells)))


_Links = Mapping[UUID, Sequence[tuple[UUID, Descent]]]


def _links(lineage: Iterable[tuple[UUID, UUID, str]]) -> tuple[_Links, _Links]:
    """From each provision to those it came from, and to those it went into."""
    ancestors, descendants = defaultdict(list), defaultdict(list)
    for source, target, kind in lineage:
        ancestors[target].append((source, Descent(kind)))
        descendants[source].append((target, Descent(kind)))
    return ancestors, descendants


def _kin(provision: UUID, links: _Links, there: _Version) -> Iterator[Kin]:
    """Its relatives in the other version, past those that only stood in a version between."""
    reached = {provision}
    waiting = list(links.get(provision, ()))
    for relative, kind in waiting:
        if relative in reached:
            continue
        reached.add(relative)
        if relative in there.units:
            yield Kin(kind, there.units[relative])
        else:
            waiting += [(further, kind) for further, _kind in links.get(relative, ())]
