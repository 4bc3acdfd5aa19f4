"""Redline: which words of a text stayed, which came and which went. Imports no model.

Two texts are compared token by token, never letter by letter: a reader must not meet half a number or half a date.
"""

import re
from collections.abc import Hashable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import Literal, NamedTuple

from diff_match_patch import diff_match_patch

from programs import money
from programs.marks import MARK, Spelling

_GAP = "[ \u00a0]"
_MONTHS = "stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia|września|października|listopada|grudnia"
# What stands first is tried first; the last two take any character, so that tokens always join to their text.
_TOKENS = (
    MARK.pattern,
    # 30 listopada 2026 r.; 30 listopada; 2026-11-30; 30.11.2026 r.
    rf"[0-9]{{1,2}}{_GAP}(?i:{_MONTHS})(?!\w)(?:{_GAP}[0-9]{{4}}(?!\w)(?:{_GAP}r\.)?)?",
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?!\w)",
    rf"[0-9]{{1,2}}\.[0-9]{{1,2}}\.[0-9]{{4}}(?!\w)(?:{_GAP}r\.)?",
    # § 12; art. 5a; ust. 3; pkt 2; lit. za
    rf"(?:§|(?i:art\.|ust\.|pkt)){_GAP}?[0-9]\w*",
    rf"(?i:lit\.){_GAP}?z*[a-z](?!\w)",
    # 5 000 000,00; 2.140.000,50; 14.30
    rf"[0-9]{{1,3}}(?:{_GAP}[0-9]{{3}})+(?:,[0-9]+)?(?!\w)",
    r"[0-9]+(?:[.,][0-9]+)*(?!\w)",
    # An accent may be a character of its own, behind its letter.
    r"[\w\u0300-\u036f]+",
    r"\s+",
    r".",
)
_TOKEN = re.compile("|".join(_TOKENS), re.DOTALL)

# The differ sees one character for each item. It puts a change at the end of a sentence or of a word if it can, so a
# space or a full stop stands for itself and a longer token for a letter: these planes begin with 42,720 of them.
_FIRST_CODE, _LAST_CODE = 0x20000, 0x10FFFF
_DIFFER = diff_match_patch()
# Seconds; past them, what is left counts as replaced. So few, since a page may hold many long units and anybody may ask for it.
_DIFFER.Diff_Timeout = 0.2


class Run(NamedTuple):
    """Words that stand in both texts, in the new one only, or in the old one only."""

    op: Literal["same", "new", "old"]
    words: str


class Row(NamedTuple):
    """A row of a table: in both, in one only, or in both with some cells edited; each cell in runs."""

    op: Literal["same", "new", "old", "edited"]
    cells: tuple[tuple[Run, ...], ...]


class _Stretch(NamedTuple):
    """Places of two sequences that hold the same items, or of which one came for the other."""

    same: bool
    old: slice
    new: slice


def words(old: str, new: str) -> tuple[Run, ...]:
    """What became of a text, in runs; in each change the old words come first.

    The words of the same and old runs always join to `old`, those of the same and new ones to `new`.
    """
    if old == new:
        return (Run("same", new),) if new else ()
    return _changed_words(old, new)


def cells(old: money.Cells, new: money.Cells) -> tuple[Row, ...]:
    """What became of a table, row by row; a row that got another number of columns is an old and a new one.

    The rows other than new ones, with the words of the same and old runs, are `old`; likewise `new`.
    """
    befores, afters = [tuple(row) for row in old], [tuple(row) for row in new]
    return tuple(row for pair in _paired_rows(befores, afters) for row in _compared_rows(*pair))


def spelled(runs: Iterable[Run], old: Spelling, new: Spelling) -> Iterator[Run]:
    """Runs with their marks as each version prints them; what stands in both versions, as the new one does."""
    return (Run(run.op, (old if run.op == "old" else new).words(run.words)) for run in runs)


def tokens(text: str) -> list[str]:
    """What a change takes or leaves whole; joined, they are the text."""
    return [found[0] for found in _TOKEN.finditer(text)]


# A redline is read page after page and made into files, and frozen words do not change.
@lru_cache(maxsize=4096)
def _changed_words(old: str, new: str) -> tuple[Run, ...]:
    befores, afters = tokens(old), tokens(new)
    runs: list[Run] = []
    for stretch in _without_lone_spaces(_stretches(befores, afters, for_readers=True), befores):
        gone, came = befores[stretch.old], afters[stretch.new]
        if stretch.same or (_says_something(gone) and _says_something(came)):
            runs += _runs(stretch.same, gone, came)
        else:
            # Space and punctuation look like chance matches; where one side is nothing else, they are what stayed.
            for part in _stretches(gone, came):
                runs += _runs(part.same, gone[part.old], came[part.new])
    return tuple(Run(op, "".join(run.words for run in group)) for op, group in groupby(runs, key=attrgetter("op")))


def _runs(same: bool, gone: Sequence[str], came: Sequence[str]) -> list[Run]:
    if same:
        return [Run("same", "".join(came))]
    runs = (Run("old", "".join(gone)), Run("new", "".join(came)))
    return [run for run in runs if run.words]


def _says_something(words: Sequence[str]) -> bool:
    return any(character.isalnum() for word in words for character in word)


def _without_lone_spaces(stretches: Iterable[_Stretch], befores: Sequence[str]) -> list[_Stretch]:
    """Two changes that only a space parts are read as one."""
    joined: list[_Stretch] = []
    for stretch in stretches:
        if len(joined) > 1 and joined[-1].same and "".join(befores[joined[-1].old]).isspace():
            joined.pop()
            first = joined.pop()
            stretch = _Stretch(False, slice(first.old.start, stretch.old.stop), slice(first.new.start, stretch.new.stop))
        joined.append(stretch)
    return joined


def _stretches(old: Sequence[Hashable], new: Sequence[Hashable], *, for_readers: bool = False) -> Iterator[_Stretch]:
    """Both sequences from end to end, same and changed by turns; `for_readers`, without matches by chance."""
    old_at = new_at = 0
    for same, group in groupby(_edits(old, new, for_readers=for_readers), key=lambda edit: edit[0] == _DIFFER.DIFF_EQUAL):
        edits = list(group)
        old_end = old_at + sum(length for op, length in edits if op != _DIFFER.DIFF_INSERT)
        new_end = new_at + sum(length for op, length in edits if op != _DIFFER.DIFF_DELETE)
        yield _Stretch(same, slice(old_at, old_end), slice(new_at, new_end))
        old_at, new_at = old_end, new_end


def _edits(old: Sequence[Hashable], new: Sequence[Hashable], *, for_readers: bool) -> list[tuple[int, int]]:
    """Each edit as (DIFF_EQUAL, DIFF_INSERT or DIFF_DELETE, number of items)."""
    distinct = dict.fromkeys([*old, *new])
    if len(distinct) > _LAST_CODE - _FIRST_CODE + 1:
        return [(_DIFFER.DIFF_DELETE, len(old)), (_DIFFER.DIFF_INSERT, len(new))]
    codes = {item: _own_code(item) or chr(code) for code, item in enumerate(distinct, _FIRST_CODE)}
    before, after = ("".join(map(codes.__getitem__, items)) for items in (old, new))
    edits = _DIFFER.diff_main(before, after, checklines=False)
    if for_readers:
        _DIFFER.diff_cleanupSemantic(edits)
    return [(op, len(coded)) for op, coded in edits if coded]


def _own_code(item: Hashable) -> str | None:
    return item if isinstance(item, str) and len(item) == 1 and ord(item) < _FIRST_CODE else None


_Cells = tuple[str, ...]


def _paired_rows(old: list[_Cells], new: list[_Cells]) -> Iterator[tuple[_Cells | None, _Cells | None]]:
    """Equal rows first, then those of one name, then what is left between them, if it is as many."""
    for stretch in _stretches(old, new):
        befores, afters = old[stretch.old], new[stretch.new]
        for part in _stretches([_name(row) for row in befores], [_name(row) for row in afters]):
            gone, came = befores[part.old], afters[part.new]
            if len(gone) == len(came):
                yield from zip(gone, came, strict=True)
            else:
                yield from ((row, None) for row in gone)
                yield from ((None, row) for row in came)


def _name(row: _Cells) -> _Cells:
    """What a row is about: its cells in words, without its number and its amounts."""
    return tuple(cell for cell in row if any(map(str.isalpha, cell)) and money.parse(cell) is None)


def _compared_rows(old: _Cells | None, new: _Cells | None) -> Iterator[Row]:
    if old is not None and new is not None and len(old) == len(new):
        yield Row("same" if old == new else "edited", tuple(map(words, old, new)))
        return
    if old is not None:
        yield Row("old", tuple(words(cell, "") for cell in old))
    if new is not None:
        yield Row("new", tuple(words("", cell) for cell in new))
