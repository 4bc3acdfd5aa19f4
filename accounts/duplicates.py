"""Entries of the directory that are probably one organization. Never all pairs: 20,000 entries would make 200 million."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from django.core.cache import cache
from rapidfuzz import fuzz

from accounts.folding import folded
from accounts.models import Organization

# Percent of letters in common, in any order of words.
ALIKE = 88
# A word that more have says nothing ("stowarzyszenie"); of those with a rarer one, each is compared with each.
RARE = 20
# Whoever misspells the rare word itself stands close in the alphabet.
NEIGHBORS = 4
KEPT = 24 * 60 * 60  # seconds; any change of an entry makes what was found before it out of date at once
_WORD = re.compile(r"\w+")
_SILENT = frozenset({"w", "we", "z", "ze", "i", "im", "na", "siedziba", "siedzibie", "imienia"})


class Entry(NamedTuple):
    pk: int
    name: str
    nip: str
    regon: str
    register: str
    register_number: str


class Pair(NamedTuple):
    first: int
    second: int
    by: str  # "nip", "regon" or "name"
    percent: int


def likely_duplicates() -> list[Pair]:
    """Equal numbers first, then the most alike names. One query, and nothing else when no entry has changed."""
    entries = [Entry(*row) for row in Organization.objects.standing().order_by("pk").values_list(*Entry._fields)]
    key = "duplicates:" + hashlib.sha256(repr(entries).encode()).hexdigest()
    found: list[Pair] | None = cache.get(key)
    if found is None:
        found = pairs(entries)
        cache.set(key, found, KEPT)
    return found


def pairs(entries: Sequence[Entry]) -> list[Pair]:
    found: dict[tuple[int, int], Pair] = {}
    for one in (*_by_number(entries), *_by_name(entries)):
        found.setdefault((one.first, one.second), one)
    return sorted(found.values(), key=lambda one: (one.by == "name", -one.percent, one.first, one.second))


def _by_number(entries: Sequence[Entry]) -> Iterator[Pair]:
    for kind in ("nip", "regon"):
        same: defaultdict[str, list[int]] = defaultdict(list)
        for entry in entries:
            same[getattr(entry, kind)].append(entry.pk)
        for number, (first, *others) in same.items():
            yield from (Pair(first, other, kind, 100) for other in others if number)


def _by_name(entries: Sequence[Entry]) -> Iterator[Pair]:
    """Of several with the very same words each is set beside the first."""
    same: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        same[words_of(entry.name)].append(entry)
    for first, *others in same.values():
        yield from (Pair(first.pk, other.pk, "name", 100) for other in others if not _contradict(first, other))
    firsts = {words: entries[0] for words, entries in same.items()}
    compared: set[tuple[str, str]] = set()
    for one, other in _candidates(firsts):
        couple = (one, other) if firsts[one].pk < firsts[other].pk else (other, one)
        if couple in compared:
            continue
        compared.add(couple)
        percent = int(fuzz.ratio(*couple, score_cutoff=ALIKE))
        first, second = firsts[couple[0]], firsts[couple[1]]
        if percent and _numerals(one) == _numerals(other) and not _contradict(first, second):
            yield Pair(first.pk, second.pk, "name", percent)


def _candidates(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    having: defaultdict[str, list[str]] = defaultdict(list)
    for name in names:
        for word in dict.fromkeys(name.split()):
            having[word].append(name)
    for holders in having.values():
        if len(holders) <= RARE:
            yield from combinations(holders, 2)
    near = sorted(names)
    for place, name in enumerate(near):
        yield from ((name, other) for other in near[place + 1 : place + 1 + NEIGHBORS])


def words_of(name: str) -> str:
    """ "Fundacja „Jaś” w Toruniu" is "fundacja jas toruniu", in the order of the alphabet."""
    words = _WORD.findall(folded(name))
    return " ".join(sorted(word for word in words if word not in _SILENT) or words)


def _numerals(words: str) -> set[str]:
    """The scouts' troop 1 is not troop 2."""
    return {word for word in words.split() if any(letter.isdigit() for letter in word) or not word.strip("ivx")}


def _contradict(one: Entry, other: Entry) -> bool:
    """Both have a number of the same kind, and it differs: two organizations with one name."""
    if one.register and one.register == other.register and one.register_number and other.register_number:
        return True
    return any(a and b and a != b for a, b in ((one.nip, other.nip), (one.regon, other.regon)))
