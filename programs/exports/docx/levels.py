"""Numbers as Word counts them, in three multilevel lists: chapters, the text, annexes. Imports no model.

The levels are linked to styles, so whoever edits the file in Word gets the next number by choosing "Ustęp" or "Punkt".
Chapters have a list of their own because § runs through them: "never restart" is what not every word processor knows.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from string import ascii_lowercase
from typing import Final, NamedTuple
from xml.sax.saxutils import quoteattr

from programs.numbering import ALLOWED_CHILDREN, Unit

_NAMESPACE: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
# Word takes lists with the same mark for one list when text is pasted from file to file.
_MARK: Final = 0x57535000


@dataclass(frozen=True, slots=True)
class Level:
    unit: Unit
    style: str
    pattern: str  # "{}" is the count
    # Where the words begin, and how far before them the number: twentieths of a point.
    left: int = 0
    hanging: int = 0
    look: str = ""  # of the number, beside that of the words

    @property
    def indent(self) -> str:
        return f'<w:ind w:left="{self.left}" w:hanging="{self.hanging}"/>'

    @property
    def format(self) -> str:
        if self.unit == Unit.INDENT:
            return "bullet"
        return "lowerLetter" if self.unit == Unit.LETTER else "decimal"

    def label(self, count: int) -> str:
        """What Word prints; after z it goes on with aa, bb."""
        turns, place = divmod(count - 1, len(ascii_lowercase))
        return self.pattern.format(ascii_lowercase[place] * (turns + 1) if self.unit == Unit.LETTER else count)


class Place(NamedTuple):
    """Where Word counts a paragraph."""

    list_id: int  # w:numId
    level: int  # w:ilvl
    is_by_style: bool  # the style says so; else the paragraph itself must


_BOLD = "<w:b/><w:bCs/>"
_QUIET = '<w:b w:val="0"/><w:bCs w:val="0"/><w:color w:val="56636D"/><w:sz w:val="21"/><w:szCs w:val="21"/>'
_UNDER = (
    Level(Unit.PARAGRAPH, "Paragraf", "§ {}.", 737, 737, _BOLD),
    Level(Unit.SUBPARAGRAPH, "Ustep", "{}.", 737, 397),
    Level(Unit.POINT, "Punkt", "{})", 1162, 425),
    Level(Unit.LETTER, "Litera", "{})", 1559, 397),
    Level(Unit.INDENT, "Tiret", "–", 1843, 284),
)
_CHAPTERS, _TEXT, _ANNEXES = 1, 2, 3
_LISTS: Final = {
    _CHAPTERS: (Level(Unit.CHAPTER, "Rozdzial", "Rozdział {}", 794, look=_QUIET),),
    _TEXT: _UNDER,
    _ANNEXES: (Level(Unit.ANNEX, "Zalacznik", "Załącznik nr {}", 794, look=_QUIET), *_UNDER),
}
_BY_UNIT: Final = {level.unit: (list_id, level) for list_id in (_CHAPTERS, _ANNEXES, _TEXT) for level in _LISTS[list_id]}


def level_of(unit: str) -> Level:
    return _BY_UNIT[Unit(unit)][1]


def place_of(unit: str, *, in_annex: bool) -> Place:
    home, level = _BY_UNIT[Unit(unit)]
    list_id = _ANNEXES if in_annex else home
    return Place(list_id, _LISTS[list_id].index(level), is_by_style=list_id == home)


def typed_labels(units: Iterable[tuple[str, bool, str]]) -> Iterator[str]:
    """For each unit of a text, given as (kind, whether in an annex, label): the label if Word would print another, else "".

    Such are lit. za, and what stands in an order that the law does not know: points, then subparagraphs.
    """
    counts: defaultdict[int, dict[int, int]] = defaultdict(dict)
    # Levels that were passed over: some word processors count them, some do not.
    skipped: defaultdict[int, set[int]] = defaultdict(set)
    for unit, in_annex, label in units:
        if unit == Unit.TABLE:
            yield label
            continue
        list_id, level, _ = place_of(unit, in_annex=in_annex)
        here, doubtful = counts[list_id], skipped[list_id]
        count = here.get(level, 0) + 1
        if level in doubtful or _LISTS[list_id][level].label(count) != label:
            yield label
            continue
        for below in range(level, len(_LISTS[list_id])):
            here.pop(below, None)
            doubtful.discard(below)
        here[level] = count
        doubtful.update(above for above in range(level) if above not in here)
        yield ""


def told_depths(units: Iterable[tuple[str, int]]) -> Iterator[int | None]:
    """For each unit of a text, given as (kind, depth): its depth, if who sees numbers alone would put it elsewhere.

    Such are a point behind the last subparagraph that is none of its points, and a table behind points that is the §'s.
    """
    path: list[Unit] = []
    for unit, depth in ((Unit(unit), depth) for unit, depth in units):
        seen = len(path)
        while seen and not (unit in ALLOWED_CHILDREN[path[seen - 1]] if unit == Unit.TABLE else _is_above(path[seen - 1], unit)):
            seen -= 1
        yield None if seen == depth else depth
        if unit != Unit.TABLE:
            path[depth:] = [unit]


def _is_above(outer: Unit, inner: Unit) -> bool:
    order = [level.unit for level in _UNDER]
    return inner in order and (outer not in order or order.index(outer) < order.index(inner))


def numbering_xml() -> str:
    lists = ""
    for list_id, levels in _LISTS.items():
        inside = "".join(_level_xml(list_id, at, level) for at, level in enumerate(levels))
        lists += (
            f'<w:abstractNum w:abstractNumId="{list_id}"><w:nsid w:val="{_MARK + list_id:08X}"/>'
            f'<w:multiLevelType w:val="multilevel"/>{inside}</w:abstractNum>'
        )
    numbers = "".join(f'<w:num w:numId="{list_id}"><w:abstractNumId w:val="{list_id}"/></w:num>' for list_id in _LISTS)
    return f'<w:numbering xmlns:w="{_NAMESPACE}">{lists}{numbers}</w:numbering>'


def _level_xml(list_id: int, at: int, level: Level) -> str:
    is_home = _BY_UNIT[level.unit][0] == list_id
    return (
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{level.format}"/>'
        + (f'<w:pStyle w:val="{level.style}"/>' if is_home else "")
        + ('<w:suff w:val="nothing"/>' if level.unit in (Unit.CHAPTER, Unit.ANNEX) else "")
        + f'<w:lvlText w:val={quoteattr(level.pattern.format(f"%{at + 1}"))}/><w:lvlJc w:val="left"/>'
        + f"<w:pPr>{level.indent}</w:pPr>"
        + (f"<w:rPr>{level.look}</w:rPr>" if level.look else "")
        + "</w:lvl>"
    )
