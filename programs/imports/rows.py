"""The drafts of a tree, finished: numbered as they will be, and compared with the numbers they had in the file."""

from typing import Final

from programs.imports.figures import marked
from programs.imports.labels import number_of
from programs.imports.paragraphs import MAX_CHARACTERS
from programs.imports.refusals import Reason, Unreadable
from programs.imports.result import ReadRow
from programs.imports.units import Draft
from programs.imports.warning_codes import WarningCode
from programs.numbering import Numbered, Unit, number

_ORDER: Final = list(WarningCode)


def rows(drafts: list[Draft]) -> list[ReadRow]:
    """Raises Unreadable when there is no unit, or one is too long."""
    places = {id(draft): place for place, draft in enumerate(drafts)}
    parents = [places[id(draft.parent)] if draft.parent else None for draft in drafts]
    units = [(place, parents[place], draft.kind) for place, draft in enumerate(drafts) if draft.kind]
    if not units:
        raise Unreadable(Reason.NO_UNITS)
    numbered = number(units)
    finished: list[ReadRow] = []
    for place, draft in enumerate(drafts):
        parent = parents[place]
        depth = 0 if parent is None else finished[parent].depth + 1
        finished.append(_row(draft, numbered.get(place), parent, depth))
    return finished


def _row(draft: Draft, numbered: Numbered | None, parent: int | None, depth: int) -> ReadRow:
    text = "\n".join(draft.lines)
    if len(text) > MAX_CHARACTERS:
        raise Unreadable(Reason.UNIT_TOO_LONG, place=numbered.citation if numbered else text[:40])
    if numbered and _differs(draft, numbered):
        draft.warnings.add(WarningCode.NUMBER_DIFFERS)
    if not (text or draft.heading or draft.cells or draft.has_children):
        draft.warnings.add(WarningCode.EMPTY)
    return ReadRow(
        text=marked(text),
        kind=draft.kind,
        label=draft.piece.label,
        citation=numbered.citation if numbered else "",
        heading=draft.heading,
        cells=draft.cells,
        parent=parent,
        depth=depth,
        provision=draft.provision,
        skipped=draft.skipped,
        warnings=sorted(draft.warnings, key=_ORDER.index),
    )


def _differs(draft: Draft, numbered: Numbered) -> bool:
    """Whether people who quote the number in the file would quote another unit here."""
    is_of_its_kind = draft.kind == draft.piece.kind and draft.kind != Unit.TABLE
    return is_of_its_kind and bool(draft.piece.number) and draft.piece.number != number_of(numbered.label)
