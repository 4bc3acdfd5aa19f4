"""The tree of units: what the file has out of order goes to the nearest lawful place, with a warning."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from programs.imports.labels import RANKS, Piece
from programs.imports.ours import Bookmarks
from programs.imports.result import Skipped
from programs.imports.warning_codes import WarningCode
from programs.numbering import ALLOWED_CHILDREN, Unit

TITLED: Final = (Unit.CHAPTER, Unit.ANNEX)
_LISTED: Final = (Unit.POINT, Unit.LETTER, Unit.INDENT)


@dataclass(slots=True, eq=False)
class Draft:
    """A unit, or a skipped paragraph, while its words still come in."""

    kind: Unit | None
    piece: Piece
    parent: "Draft | None" = None
    heading: str = ""
    lines: list[str] = field(default_factory=list)
    cells: list[list[str]] = field(default_factory=list)
    provision: UUID | None = None
    skipped: Skipped | None = None
    warnings: set[WarningCode] = field(default_factory=set)
    has_children: bool = False


class Tree:
    """Units in reading order, added one by one."""

    def __init__(self) -> None:
        self.drafts: list[Draft] = []
        self.found: Counter[WarningCode] = Counter()  # how often each trouble with words was met
        self.homeless: set[WarningCode] = set()  # met before the first unit
        self.title = ""  # of the whole text
        self._open: list[Draft] = []  # the last unit and those it stands in, the outermost first
        self._provisions: set[UUID] = set()

    @property
    def top(self) -> Draft | None:
        """The unit that words without a number belong to."""
        return self._open[-1] if self._open else None

    @property
    def last(self) -> Draft | None:
        return self.drafts[-1] if self.drafts else None

    def add(self, piece: Piece, bookmarks: Bookmarks | None = None) -> Draft:
        """Put a numbered piece where its kind may stand; where it may not, it becomes a kind that may."""
        draft = Draft(piece.kind, piece)
        provision, depth = self._named(bookmarks or {})
        if not self._close_down_to(depth, piece.kind):
            self._find_place(draft)
        if piece.text:
            draft.lines.append(piece.text)
        self._append(draft, provision)
        self._open.append(draft)
        return draft

    def add_table(self, cells: list[list[str]], piece: Piece, bookmarks: Bookmarks) -> Draft:
        """Put a table into the last unit that may hold one."""
        draft = Draft(Unit.TABLE, piece, heading=piece.text, cells=cells)
        provision, depth = self._named(bookmarks)
        self._close_down_to(depth, Unit.TABLE)
        while Unit.TABLE not in self._allowed():
            if self.top is None or self.top.kind == Unit.CHAPTER:
                self.add(Piece(Unit.PARAGRAPH, "", rank=RANKS[Unit.PARAGRAPH])).warnings.add(WarningCode.LEVEL_SKIPPED)
            else:
                self._open.pop()
                draft.warnings.add(WarningCode.MOVED_OUT)
        self._append(draft, provision)
        return draft

    def join(self, words: str, warning: WarningCode | None = None) -> Draft:
        """Give words without a number to the unit they follow; there must be one."""
        top = self._open[-1]
        if warning:
            top.warnings.add(warning)
        elif top.has_children or top.kind in _LISTED:
            top.warnings.add(WarningCode.JOINED_AFTER)
        elif top.lines:
            top.warnings.add(WarningCode.JOINED)
        top.lines.append(words)
        return top

    def skip(self, words: str, why: Skipped) -> Draft:
        draft = Draft(None, Piece(None, words), lines=[words], skipped=why)
        self.drafts.append(draft)
        return draft

    def warn(self, met: Counter[WarningCode], draft: Draft | None) -> None:
        self.found += met
        (self.homeless if draft is None else draft.warnings).update(met)

    def _named(self, bookmarks: Bookmarks) -> tuple[UUID | None, int | None]:
        """The provision, and its depth; a paragraph copied with its bookmark is a new unit."""
        return next((named for named in bookmarks.items() if named[0] not in self._provisions), (None, None))

    def _close_down_to(self, depth: int | None, kind: Unit | None) -> bool:
        """End the units that a unit of that depth does not stand in, if it may stand there."""
        if depth is None or depth > len(self._open):
            return False
        if kind not in ALLOWED_CHILDREN[self._open[depth - 1].kind if depth else None]:
            return False
        del self._open[depth:]
        return True

    def _find_place(self, draft: Draft) -> None:
        piece = draft.piece
        while self.top and not _holds(self.top.piece, piece):
            closed = self._open.pop()
            if closed.kind == Unit.ANNEX and piece.kind == Unit.CHAPTER and not piece.is_ours:
                draft.warnings.add(WarningCode.MOVED_OUT)
        while draft.kind not in (allowed := self._allowed()):
            lower = [kind for kind in allowed if kind in RANKS and RANKS[kind] < piece.rank]
            if lower:
                draft.kind = max(lower, key=lambda kind: RANKS[kind])
                draft.warnings.add(WarningCode.LEVEL_SKIPPED)
            else:
                self._open.pop()
                draft.warnings.add(WarningCode.MOVED_OUT)

    def _allowed(self) -> frozenset[Unit]:
        return ALLOWED_CHILDREN[self.top.kind if self.top else None]

    def _append(self, draft: Draft, provision: UUID | None) -> None:
        draft.parent = self.top
        if draft.parent:
            draft.parent.has_children = True
        if provision:
            draft.provision = provision
            self._provisions.add(provision)
        self.drafts.append(draft)


def _holds(outer: Piece, inner: Piece) -> bool:
    """Whether the file means `inner` to stand in `outer`: by the kinds of their numbers, then by levels of one list."""
    if outer.rank != inner.rank:
        return outer.rank < inner.rank
    if outer.listed is None or inner.listed is None or outer.listed.list != inner.listed.list:
        return False
    return outer.listed.level < inner.listed.level
