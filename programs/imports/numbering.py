"""The numbers that Word prints before paragraphs but does not store: worked out from numbering.xml as it works them out.

A list is a w:num; lists made from one w:abstractNum count together, until one of them says where it starts.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from programs.imports.ooxml import ALTERNATE, Element, as_whole, child, chosen, is_on, value, w, whole
from programs.imports.styles import Look, Styles

_LEVELS: Final = 9
_PLACEHOLDER: Final = re.compile(r"%([1-9])")
_LONGEST_PATTERN: Final = 60
_MAX_LINKS: Final = 5
BULLET: Final = "–"


class Listed(NamedTuple):
    label: str  # as printed: "§ 3.", "2)", "–"
    level: int  # from 0
    list: int
    is_bullet: bool = False


@dataclass(frozen=True, slots=True)
class _Level:
    start: int = 1
    format: str = "decimal"
    pattern: str = ""
    restarts_after: int | None = None  # level that starts it again, from 1; 0 is none, None is each above it
    is_legal: bool = False
    style: str | None = None


@dataclass(frozen=True, slots=True)
class _List:
    counts_as: int  # the w:abstractNum
    levels: Mapping[int, _Level]
    starts: Mapping[int, int]  # where this list begins on its own


class Numbers:
    """Counts as paragraphs go by, so ask for each of them once and in order."""

    def __init__(self, root: Element | None, styles: Styles) -> None:
        self._styles = styles
        self._abstract: dict[int, Element] = {}
        self._nums: dict[int, Element] = {}
        for element in () if root is None else root:
            for tag, name, found in (("abstractNum", "abstractNumId", self._abstract), ("num", "numId", self._nums)):
                if element.tag == w(tag) and (number := as_whole(element.get(w(name)))) is not None:
                    found[number] = element
        self._lists: dict[int, _List | None] = {}
        self._counts: dict[int, dict[int, int]] = {}
        self._started: set[tuple[int, int]] = set()

    def count(self, properties: Element | None, look: Look) -> Listed | None:
        """The number of the next paragraph, by its own properties and its style; None when it has none."""
        own = child(properties, "numPr")
        list_id, level = whole(own, "numId"), whole(own, "ilvl")
        by_style = list_id is None
        list_id = look.list_id if list_id is None else list_id
        if not list_id:  # a list with the number 0 takes the paragraph out of all lists
            return None
        if list_id not in self._lists:
            self._lists[list_id] = self._read(list_id)
        found = self._lists[list_id]
        if found is None:
            return None
        if level is None:
            linked = _level_of_style(found, look.chain) if by_style else None
            level = (look.list_level or 0) if linked is None else linked
        level = min(level, _LEVELS - 1)
        self._advance(list_id, found, level)
        return self._listed(found, level)

    def _advance(self, list_id: int, found: _List, level: int) -> None:
        counts = self._counts.setdefault(found.counts_as, {})
        start = found.starts.get(level, found.levels.get(level, _Level()).start)
        begins_here = level in found.starts and (list_id, level) not in self._started
        self._started.add((list_id, level))
        counts[level] = start if begins_here or level not in counts else counts[level] + 1
        for below in [one for one in counts if one > level]:
            after = found.levels.get(below, _Level()).restarts_after
            if after is None or level < after:
                del counts[below]

    def _listed(self, found: _List, level: int) -> Listed:
        here = found.levels.get(level, _Level())
        if here.format == "bullet":
            return Listed(BULLET, level, found.counts_as, is_bullet=True)
        counts = self._counts[found.counts_as]

        def printed(placeholder: re.Match[str]) -> str:
            at = int(placeholder[1]) - 1
            other = found.levels.get(at, _Level())
            count = counts.get(at, found.starts.get(at, other.start))
            return _FORMATS.get("decimal" if here.is_legal else other.format, str)(count)

        return Listed(_PLACEHOLDER.sub(printed, here.pattern).strip(), level, found.counts_as)

    def _read(self, list_id: int) -> _List | None:
        num = self._nums.get(list_id)
        abstract_id = self._linked(whole(num, "abstractNumId"))
        if num is None or abstract_id is None:
            return None
        levels = dict(_levels(self._abstract[abstract_id]))
        starts: dict[int, int] = {}
        for override in num.iterchildren(w("lvlOverride")):
            levels |= _levels(override)
            level, start = as_whole(override.get(w("ilvl"))), whole(override, "startOverride")
            if level is not None and start is not None:
                starts[level] = start
        return _List(abstract_id, levels, starts)

    def _linked(self, abstract_id: int | None) -> int | None:
        """Follow the link to a list style: the levels stand where that style is defined."""
        for _hop in range(_MAX_LINKS):
            if abstract_id is None or abstract_id not in self._abstract:
                return None
            style = value(self._abstract[abstract_id], "numStyleLink")
            if style is None:
                return abstract_id
            defined = [id_ for id_, element in self._abstract.items() if value(element, "styleLink") == style]
            by_style = whole(self._nums.get(self._styles.look(style).list_id or 0), "abstractNumId")
            abstract_id = defined[0] if defined else by_style
        return None


def _levels(parent: Element) -> dict[int, _Level]:
    levels = {}
    for element in parent.iterchildren(w("lvl")):
        level = as_whole(element.get(w("ilvl")))
        if level is not None and level < _LEVELS:
            start = whole(element, "start")
            levels[level] = _Level(
                start=1 if start is None else start,
                format=_format(element),
                pattern=(value(element, "lvlText") or "")[:_LONGEST_PATTERN],
                restarts_after=whole(element, "lvlRestart"),
                is_legal=bool(is_on(element, "isLgl")),
                style=value(element, "pStyle"),
            )
    return levels


def _format(level: Element) -> str:
    # A format that only newer programs know stands beside one that all know.
    alternate = level.find(ALTERNATE)
    return value(level if alternate is None else chosen(alternate), "numFmt") or "decimal"


def _level_of_style(found: _List, chain: Sequence[str]) -> int | None:
    """A level may name the style whose paragraphs stand on it."""
    return next((level for style in chain for level, one in found.levels.items() if one.style == style), None)


def roman(number: int) -> str:
    if not 0 < number < 4000:
        return str(number)
    written = ""
    for worth, sign in _ROMAN:
        written += sign * (number // worth)
        number %= worth
    return written


def _letters(number: int) -> str:
    """As Word counts after z: aa, bb, cc."""
    turns, place = divmod(number - 1, 26)
    return chr(ord("a") + place) * (turns + 1) if 0 < number <= _LAST_LETTERS else str(number)


_LAST_LETTERS: Final = 26 * 30
_ROMAN: Final = (
    *((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC")),
    *((50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")),
)
_FORMATS: Final[Mapping[str, Callable[[int], str]]] = {
    "lowerLetter": _letters,
    "upperLetter": lambda number: _letters(number).upper(),
    "lowerRoman": lambda number: roman(number).lower(),
    "upperRoman": roman,
    "decimalZero": lambda number: f"{number:02d}",
    "none": lambda number: "",
}
