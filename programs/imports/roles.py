"""What part each paragraph plays: a unit, the title of a chapter, a caption, a signature, or words that go on."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from programs.imports import ours
from programs.imports.figures import summed
from programs.imports.labels import LONGEST_HEADING, RANKS, Piece, caption, pieces
from programs.imports.ours import Bookmarks
from programs.imports.paragraphs import Block, Paragraph, Table
from programs.imports.result import Skipped
from programs.imports.units import TITLED, Draft, Tree
from programs.imports.warning_codes import WarningCode
from programs.numbering import Unit

# Names of styles, in lower case.
_TITLE: Final = ("title", "tytuł")
_TITLES: Final = (*_TITLE, "subtitle", "podtytuł", *ours.TITLE_PAGE)
_CAPTIONS: Final = ("caption", "legenda")

_LONGEST_SIGNATURE: Final = 80  # characters
_SIGNATURE: Final = re.compile(
    r"(?:wice)?przewodnicząc|prezydent|burmistrz|wójt|starosta|marszałek|sekretarz|skarbnik|zastępca|z up\.|w ?z\.|/-/|\(-\)",
    re.IGNORECASE,
)
_REASONS: Final = re.compile(r"uzasadnienie(?: do .*)?", re.IGNORECASE)
_MAY_COME_FIRST: Final = (Unit.CHAPTER, Unit.ANNEX, Unit.PARAGRAPH, Unit.SUBPARAGRAPH)


@dataclass(frozen=True, slots=True)
class _Entry:
    block: Block
    pieces: Sequence[Piece]  # none of a table and of an empty paragraph

    @property
    def is_table(self) -> bool:
        """Whether it is a table that says something, or that was ours."""
        return isinstance(self.block, Table) and bool(self.block.words or self.block.bookmarks)

    @property
    def begins(self) -> Unit | None:
        return self.pieces[0].kind if self.pieces else None

    @property
    def is_untitled_heading(self) -> bool:
        return isinstance(self.block, Paragraph) and self.block.outline == 0 and bool(self.pieces) and not self.begins


def assemble(blocks: Sequence[Block]) -> Tree:
    """The units and the skipped paragraphs of a document."""
    entries: list[_Entry] = []
    for block in blocks:
        entries.append(_Entry(block, _pieces(block, entries[-1] if entries else _NOTHING)))
    roles = _Roles(entries)
    spoken = [entry for entry in entries if entry.pieces or entry.is_table]
    next_spoken = dict(zip(map(id, spoken), spoken[1:], strict=False))
    for entry in entries:
        roles.play(entry, next_spoken.get(id(entry), _NOTHING))
    return roles.tree


class _Roles:
    def __init__(self, entries: Sequence[_Entry]) -> None:
        self.tree = Tree()
        self._has_chapters = any(piece.kind == Unit.CHAPTER for entry in entries for piece in entry.pieces)
        self._headings = sum(entry.is_untitled_heading for entry in entries)
        self._heading: tuple[str, Bookmarks] = ("", {})  # of the § that comes next
        self._caption = Piece(Unit.TABLE, "")  # of the table that comes next
        self._ended: Skipped | None = None

    def play(self, entry: _Entry, following: _Entry) -> None:
        block, draft = entry.block, self.tree.top
        if isinstance(block, Table):
            draft = self._table(block) if entry.is_table else draft
        else:
            bookmarks = block.bookmarks.copy()
            for place, piece in enumerate(entry.pieces):
                after = entry.pieces[place + 1 :]
                draft = self._piece(piece, block, bookmarks, _Entry(block, after) if after else following)
        self.tree.warn(block.warnings, draft)

    def _piece(self, piece: Piece, block: Paragraph, bookmarks: Bookmarks, following: _Entry) -> Draft | None:
        top = self.tree.top
        words = f"{piece.label} {piece.text}".strip() if piece.kind else piece.text
        if block.style in _TITLES and not (piece.kind in _MAY_COME_FIRST and block.style in _TITLE):
            if block.style in _TITLE:
                self.tree.title = self.tree.title or words
            return self.tree.skip(words, Skipped.TITLE)
        if self._ended == Skipped.REASONS and piece.kind != Unit.ANNEX:
            return self.tree.skip(words, Skipped.REASONS)
        if top is None and _comes_before_the_text(piece):
            return self.tree.skip(words, Skipped.TITLE)
        if piece.kind == Unit.INDENT and top and _closes_a_list(piece, top, following):
            return self.tree.join(words, WarningCode.JOINED_AFTER)
        if piece.kind:
            return self._unit(piece, bookmarks)
        return self._words(piece, block, following)

    def _unit(self, piece: Piece, bookmarks: Bookmarks) -> Draft:
        self._ended = None
        heading, of_heading = self._heading if piece.kind == Unit.PARAGRAPH else ("", {})
        draft = self.tree.add(piece, bookmarks or of_heading)
        # What else begins in this paragraph is the next unit in it.
        for used in tuple(bookmarks)[:1]:
            del bookmarks[used]
        if draft.kind in TITLED:
            _title_from_words(draft)
        if heading:
            draft.heading, self._heading = heading, ("", {})
        return draft

    def _words(self, piece: Piece, block: Paragraph, following: _Entry) -> Draft | None:
        """Words without a number: a title, a heading, a caption, a signature, or the unit before them goes on."""
        top, last = self.tree.top, self.tree.last
        if top and piece.is_ours and block.style == ours.CHAPTER_WORDS:
            return self.tree.join(piece.text)
        if not piece.is_ours and (named := caption(piece.text, is_styled=block.style in _CAPTIONS)):
            table = Piece(Unit.TABLE, named[1], label=named[0])
            if following.is_table:
                self._caption = table
                return top
            if top and block.bookmarks:
                return self.tree.add_table([], table, block.bookmarks)
            if last and last.kind == Unit.TABLE and not last.heading:
                last.piece, last.heading = table, table.text
                return last
        title = " ".join(piece.text.split())
        if top and _awaits_title(top, block) and len(top.heading) + len(title) < LONGEST_HEADING:
            top.heading = f"{top.heading} {title}".strip()
            return top
        if block.outline == 0 and self._begins_a_chapter(following):
            return self._unit(Piece(Unit.CHAPTER, piece.text, rank=RANKS[Unit.CHAPTER]), block.bookmarks.copy())
        is_heading = bool(block.outline) or block.style == ours.PARAGRAPH_HEADING
        if is_heading and following.begins == Unit.PARAGRAPH and len(piece.text) <= LONGEST_HEADING:
            self._heading = (piece.text, block.bookmarks)
            return top
        if top is None:
            return self.tree.skip(piece.text, Skipped.TITLE)
        if self._ends_the_text(piece.text):
            return self.tree.skip(piece.text, self._ended or Skipped.SIGNATURE)
        unfit = WarningCode.UNKNOWN_NUMBER if piece.label else WarningCode.HEADING_JOINED if is_heading else None
        return self.tree.join(piece.text, unfit)

    def _table(self, table: Table) -> Draft:
        piece, self._caption = self._caption, Piece(Unit.TABLE, "")
        if self.tree.top is None or self._ended:
            return self.tree.skip(table.words, self._ended or Skipped.TITLE)
        return self.tree.add_table(summed(table.cells), piece, table.bookmarks)

    def _begins_a_chapter(self, following: _Entry) -> bool:
        """Whether a heading without a number is one, or the title of the whole text."""
        return self.tree.top is not None or not (self._has_chapters or self._headings == 1 or following.is_untitled_heading)

    def _ends_the_text(self, words: str) -> bool:
        if _REASONS.fullmatch(words):
            self._ended = Skipped.REASONS
        elif not self._ended and words[-1] not in ".;,:" and len(words) <= _LONGEST_SIGNATURE and _SIGNATURE.match(words):
            self._ended = Skipped.SIGNATURE
        return self._ended is not None


def _pieces(block: Block, before: _Entry) -> Sequence[Piece]:
    if isinstance(block, Table):
        return ()
    is_words = block.style == ours.CHAPTER_WORDS and any(piece.is_ours and piece.kind in TITLED for piece in before.pieces)
    return pieces(block, verbatim=is_words or block.style == ours.PARAGRAPH_HEADING)


def _comes_before_the_text(piece: Piece) -> bool:
    """Lists in a preamble, and the line by which the whole file is an annex: "Załącznik do uchwały nr 12/2025"."""
    if piece.kind is None or piece.is_ours:
        return False
    return piece.kind not in _MAY_COME_FIRST or _is_annex_to(piece)


def _awaits_title(unit: Draft, block: Paragraph) -> bool:
    """Whether the words under "Rozdział 1" are its title; ours has it in the same paragraph."""
    if unit.kind not in TITLED or unit.has_children or unit.piece.is_ours or block.style == ours.PARAGRAPH_HEADING:
        return False
    has_words = bool(unit.lines) and not _is_annex_to(unit.piece)
    return not has_words and (not unit.heading or (block.outline == 0 and bool(unit.piece.label)))


def _is_annex_to(piece: Piece) -> bool:
    """By the words "Załącznik nr 1 do Programu", which are no title."""
    return piece.kind == Unit.ANNEX and not piece.is_ours and piece.text.startswith("do ")


def _closes_a_list(piece: Piece, unit: Draft, following: _Entry) -> bool:
    """A typed dash may begin an indent, or the words that end a list for all its points ("– jeżeli …")."""
    begins_a_list = unit.piece.kind == Unit.INDENT or following.begins == Unit.INDENT
    return piece.listed is None and not piece.is_ours and not begins_a_list and not "".join(unit.lines).endswith(":")


def _title_from_words(unit: Draft) -> None:
    title = "".join(unit.lines).replace("\n", " ")
    if len(title) <= LONGEST_HEADING and not _is_annex_to(unit.piece):
        unit.heading, unit.lines = title, []


_NOTHING: Final = _Entry(Paragraph(""), ())
