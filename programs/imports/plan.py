"""What becomes of each row that was read, as the reader found it or as the clerk decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from programs.imports.labels import LONGEST_HEADING
from programs.imports.matching import Match
from programs.imports.result import ReadRow
from programs.imports.units import TITLED
from programs.numbering import ALLOWED_CHILDREN, Unit

# Beside the kinds of units: not taken over, or taken as more words of the unit above.
SKIP: Final = "skip"
JOIN: Final = "join"
_HEADED: Final = (*TITLED, Unit.PARAGRAPH, Unit.TABLE)  # the kinds that show a heading


@dataclass(frozen=True, slots=True)
class Choice:
    kind: str  # of programs.numbering.Unit, or SKIP, or JOIN
    provision: UUID | None  # which unit of the earlier version it is; None: a new one


@dataclass(slots=True)
class Planned:
    """A unit to be written; `parent` and `row` are indexes, the first of the plan, the second of what was read."""

    row: int
    kind: Unit
    heading: str
    text: str
    cells: Sequence[Sequence[str]]
    provision: UUID | None
    parent: int | None
    exported_as: UUID | None  # what references in the file call it


class RowIsMisplaced(ValueError):
    """The kind chosen for the row of that index may stand nowhere near it, or is a table and the row has no cells."""

    def __init__(self, row: int) -> None:
        super().__init__(row)
        self.row = row


def choices(rows: Sequence[ReadRow], matches: Sequence[Match], decided: Mapping[str, Mapping[str, Any]]) -> list[Choice]:
    """For each row what the clerk decided ({"3": {"kind": …, "provision": …}}), and what was found where nothing is decided."""
    found = [Choice(row.kind or SKIP, match.provision) for row, match in zip(rows, matches, strict=True)]
    for key, said in decided.items():
        found[int(key)] = Choice(said["kind"], UUID(said["provision"]) if said["provision"] else None)
    return found


def plan(rows: Sequence[ReadRow], chosen: Sequence[Choice]) -> list[Planned]:
    """The units of the text in reading order, with all words of the rows that are taken.

    A provision that two rows claim goes to the first. Raises RowIsMisplaced.
    """
    planned: list[Planned] = []
    place_of: dict[int, int] = {}
    claimed: set[UUID] = set()
    for index, (row, choice) in enumerate(zip(rows, chosen, strict=True)):
        if choice.kind == SKIP or (choice.kind == JOIN and not planned):
            continue
        if choice.kind == JOIN:
            _join(planned, row)
            continue
        kind = Unit(choice.kind)
        if kind == Unit.TABLE and not row.cells:
            raise RowIsMisplaced(index)
        provision = choice.provision if choice.provision not in claimed else None
        if provision:
            claimed.add(provision)
        parent = _parent(planned, kind, _place_in_file(rows, index, kind, planned, place_of), index)
        place_of[index] = len(planned)
        planned.append(Planned(index, kind, *_words(row, kind), provision, parent, row.provision))
    return planned


def _join(planned: Sequence[Planned], row: ReadRow) -> None:
    # Nobody reads words that a table holds beside its cells: they belong to the unit that it stands in.
    above = planned[-1]
    target = planned[above.parent] if above.kind == Unit.TABLE and above.parent is not None else above
    target.text = _lines(target.text, row.heading, row.text, *_cells_in_lines(row))


def _words(row: ReadRow, kind: Unit) -> tuple[str, str, Sequence[Sequence[str]]]:
    """Heading, text and cells, so that none of them stands where its kind shows none."""
    if kind == Unit.TABLE:
        return row.heading, row.text, row.cells
    text = _lines(row.text, *_cells_in_lines(row))
    if kind not in _HEADED:
        return "", _lines(row.heading, text), ()
    return (text, "", ()) if kind != row.kind and kind in TITLED and _may_be_title(row) else (row.heading, text, ())


def _may_be_title(row: ReadRow) -> bool:
    """Whether words without a kind, or of another one, can name a chapter; a heading is one line and holds no marks."""
    return not row.heading and not row.cells and len(row.text) <= LONGEST_HEADING and not {"\n", "{"} & set(row.text)


def _cells_in_lines(row: ReadRow) -> list[str]:
    return [" | ".join(cells) for cells in row.cells]


def _lines(*words: str) -> str:
    return "\n".join(filter(None, words))


def _place_in_file(
    rows: Sequence[ReadRow], index: int, kind: Unit, planned: Sequence[Planned], place_of: Mapping[int, int]
) -> list[int | None]:
    """The unit that it stands in there, or None for the text itself; nothing where nobody knows."""
    row = rows[index]
    if row.parent is not None:
        return [place_of[row.parent]] if row.parent in place_of else []
    outermost = next((unit for unit in reversed(planned) if unit.parent is None), None)
    # A chapter that only the clerk has found takes in what follows.
    is_known = row.kind == kind and (outermost is None or rows[outermost.row].kind == outermost.kind)
    return [None] if is_known else []


def _parent(planned: Sequence[Planned], kind: Unit, in_file: Sequence[int | None], row: int) -> int | None:
    """The unit to stand in: the one of the file if it may, or else the nearest that may hold it. Raises RowIsMisplaced."""
    # Only the last unit and those it stands in: in any other one the row would come before what it follows.
    open_places: list[int | None] = [len(planned) - 1] if planned else [None]
    while (last := open_places[-1]) is not None:
        open_places.append(planned[last].parent)
    for place in [*(place for place in in_file if place in open_places), *open_places]:
        if kind in ALLOWED_CHILDREN[None if place is None else planned[place].kind]:
            return place
    raise RowIsMisplaced(row)
