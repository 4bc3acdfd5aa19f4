"""Which provision of a version each unit that was read most probably is. Only a proposal: a clerk confirms it."""

import re
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Final, NamedTuple, Protocol
from uuid import UUID

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from programs import money
from programs.imports.result import ReadRow
from programs.marks import Spelling
from programs.rows import Worded

SAME_NUMBER_FROM, SIMILAR_FROM = 0.5, 0.6  # ratios of words in common
# Less than what a word or two make: all numbers behind a new unit differ by one.
_OF_SAME_NUMBER: Final = 0.05
# So few words are the same in many units: "(uchylony)".
_TOO_FEW = 3
# A unit is compared only with those that share its rarest words, so that a longer text costs no more a unit.
_RAREST, _SHARED_BY, _COMPARED = 10, 30, 5
_WORD: Final = re.compile(r"\w+|[^\w\s]")
_TYPESET: Final = str.maketrans({"„": '"', "”": '"', "“": '"', "–": "-", "—": "-"})


class Likeness(TextChoices):
    BOOKMARK = "bookmark", _("exported from this unit")
    SAME_WORDS = "same_words", _("the same words")
    SAME_NUMBER = "same_number", _("the same number and similar words")
    SIMILAR_WORDS = "similar_words", _("similar words")


class Standing(Worded, Protocol):
    """What is compared of a unit; ReadRow and ProvisionText have it."""

    @property
    def depth(self) -> int: ...


class Existing(Standing, Protocol):
    @property
    def provision_id(self) -> UUID: ...


class Match(NamedTuple):
    provision: UUID | None = None
    reason: Likeness | None = None  # None when no unit of the version is like it
    ratio: float = 0.0  # of words in common, from 0 to 1


class _Said(NamedTuple):
    kind: str | None
    citation: str
    words: Sequence[str]  # of a unit without its own, those of the units in it


def propose(rows: Sequence[ReadRow], units: Sequence[Existing], spelling: Spelling) -> list[Match]:
    """For each row the provision it most probably is; no provision is proposed twice.

    `units` are those of the version in reading order; `spelling` prints the marks in their words and in those of the rows.
    """
    pairs = _Pairs(_said(rows, spelling), _said(units, spelling))
    places = {unit.provision_id: place for place, unit in enumerate(units)}
    for place, row in enumerate(rows):
        if row.provision in places:
            pairs.join(place, places[row.provision], Likeness.BOOKMARK)
    pairs.join_equal(lambda said: (said.kind, said.citation, *said.words))
    pairs.join_equal(lambda said: (said.kind, *said.words))
    pairs.join_equal(lambda said: tuple(said.words) if len(said.words) > _TOO_FEW else None)
    pairs.join_alike()
    found = [pairs.found.get(place) for place in range(len(rows))]
    return [Match(units[one[0]].provision_id, one[1], one[2]) if one else Match() for one in found]


class _Pairs:
    """Read units and units of the version, joined one to one, the surest first."""

    def __init__(self, read: Sequence[_Said], base: Sequence[_Said]) -> None:
        self.found: dict[int, tuple[int, Likeness, float]] = {}
        self._read, self._base = read, base
        self._taken: set[int] = set()

    def join(self, read: int, base: int, reason: Likeness, ratio: float | None = None) -> None:
        self.found[read] = (base, reason, self._ratio(read, base) if ratio is None else ratio)
        self._taken.add(base)

    def join_equal(self, key: Callable[[_Said], Hashable]) -> None:
        """Join in order those that say the same, as `key` tells it; None is like nothing."""
        waiting: defaultdict[Hashable, deque[int]] = defaultdict(deque)
        for place in self._left_base():
            waiting[key(self._base[place])].append(place)
        for place in self._left_read():
            same = key(self._read[place])
            if same is not None and waiting.get(same):
                self.join(place, waiting[same].popleft(), Likeness.SAME_WORDS, 1.0)

    def join_alike(self) -> None:
        """Join what has most words in common, among units of one kind; of two as like it, the one of its number."""
        base = self._left_base()
        numbered = {(self._base[place].kind, self._base[place].citation): place for place in base}
        sharing: defaultdict[tuple[str | None, str], list[int]] = defaultdict(list)
        for place in base:
            for word in dict.fromkeys(self._base[place].words):
                sharing[self._base[place].kind, word].append(place)
        alike = []
        for place in self._left_read():
            namesake = numbered.get((self._read[place].kind, self._read[place].citation))
            for other in dict.fromkeys([namesake, *self._sharing_rare_words(self._read[place], sharing)]):
                if other is None:
                    continue
                ratio = self._ratio(place, other)
                if other == namesake and ratio >= SAME_NUMBER_FROM:
                    alike.append((ratio + _OF_SAME_NUMBER, ratio, place, other, Likeness.SAME_NUMBER))
                elif ratio >= SIMILAR_FROM:
                    alike.append((ratio, ratio, place, other, Likeness.SIMILAR_WORDS))
        for _weight, ratio, place, other, reason in sorted(alike, key=lambda one: (-one[0], *one[2:4])):
            if place not in self.found and other not in self._taken:
                self.join(place, other, reason, ratio)

    def _sharing_rare_words(self, said: _Said, sharing: Mapping[tuple[str | None, str], Sequence[int]]) -> list[int]:
        shared = [sharing[said.kind, word] for word in dict.fromkeys(said.words) if (said.kind, word) in sharing]
        rarest = sorted((places for places in shared if len(places) <= _SHARED_BY), key=len)[:_RAREST]
        votes = Counter(place for places in rarest for place in places)
        return [place for place, _count in votes.most_common(_COMPARED)]

    def _left_read(self) -> list[int]:
        return [place for place, said in enumerate(self._read) if said.words and place not in self.found]

    def _left_base(self) -> list[int]:
        return [place for place, said in enumerate(self._base) if said.words and place not in self._taken]

    def _ratio(self, read: int, base: int) -> float:
        """Words in common, wherever they stand: linear, unlike a comparison of sequences."""
        one, other = Counter(self._read[read].words), Counter(self._base[base].words)
        said = one.total() + other.total()
        return 2 * (one & other).total() / said if said else 1.0


def _said(units: Sequence[Standing], spelling: Spelling) -> list[_Said]:
    words = [_words(unit, spelling) if unit.kind else [] for unit in units]
    # From the last, so that what stands inside is known.
    for place in reversed(range(len(units))):
        if units[place].kind and not words[place]:
            for inner in range(place + 1, len(units)):
                if units[inner].kind and units[inner].depth <= units[place].depth:
                    break
                if units[inner].depth == units[place].depth + 1:
                    words[place] = words[place] + words[inner]
    return [_Said(unit.kind, unit.citation, said) for unit, said in zip(units, words, strict=True)]


def _words(unit: Worded, spelling: Spelling) -> list[str]:
    cells = (cell for row in money.with_totals(unit.cells) for cell in row)
    printed = "\n".join(spelling.words(words) for words in (unit.heading, unit.text, *cells))
    return _WORD.findall(printed.translate(_TYPESET))
