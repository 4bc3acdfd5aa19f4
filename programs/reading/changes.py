"""What changed between two versions, as HTML: the whole text with its changes in place, and a list of the changed units.

Words inside the text belong to the document and stay Polish, like labels.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, zip_longest
from typing import NamedTuple, cast

from django.utils.safestring import SafeString

from programs import money
from programs.comparison import Change, Comparison, Fate, compare
from programs.lineage import ancestry
from programs.marks import Spelling
from programs.models import Descent, DraftVersion, ProvisionText
from programs.numbering import Unit
from programs.reading.because import Because, told
from programs.reading.markup import FOLD, Piece, as_lines, linked, printed, spelled
from programs.reading.tables import Cell, as_table
from programs.reading.tree import spelling
from programs.redline import Row, Run
from programs.rows import READ
from programs.typography import typeset

# For whoever sees no colors, and for paper: once around each run of changed words, not around each word.
_TAGS = {"new": "ins", "old": "del"}
_OPENINGS = {"new": "[dodano: ", "old": "[usunięto: "}
_ROW_OPENINGS = {"new": "[dodano wiersz: ", "old": "[usunięto wiersz: "}
_CLOSING = "]"
_STATES = {Fate.NEW: "new", Fate.DELETED: "gone", Fate.EDITED: "edited", Fate.SAME: ""}
_CAME = {Descent.SPLIT: "wydzielono z dawnego {}", Descent.MERGED: "włączono dawny {}", Descent.REPLACED: "zastępuje dawny {}"}
_WENT = {Descent.SPLIT: "wydzielono {}", Descent.MERGED: "włączono do {}", Descent.REPLACED: "zastąpiono przez {}"}
# Cells hold no marks.
NO_MARKS = Spelling({})
# A reader passes fewer units as quickly as the line that would stand for them.
_FOLDED_AT_LEAST = 3


class Compared(NamedTuple):
    comparison: Comparison
    # How each version prints its marks.
    old: Spelling
    new: Spelling


@dataclass(slots=True)
class ChangedPiece(Piece):
    # Neither it nor anything in it changed but its number.
    quiet: bool = False
    was: str = ""  # how it was cited, if otherwise
    size: int = 1  # units, with itself


def compared(before: DraftVersion, after: DraftVersion) -> Compared:
    """Three queries."""
    # Of each row a comparison reads what a page does.
    rows = [version.texts.in_reading_order().values_list(*READ, named=True) for version in (before, after)]
    old, new = (cast(list[ProvisionText], list(texts)) for texts in rows)
    return Compared(compare(old, new, ancestry(after).after(before.pk)), spelling(old), spelling(new))


def changed_pieces(
    comparison: Comparison, old: Spelling, new: Spelling, because: Because | None = None, *, links: bool = False
) -> list[ChangedPiece]:
    """The units of both versions in one tree, each with why it changed; deleted ones stand where they stood."""
    top: list[ChangedPiece] = []
    path: list[ChangedPiece] = []
    for change in comparison.changes:
        piece = _piece(change, old, new)
        if because and (reasons := because.get(change.unit.provision_id)):
            piece.beside = told(reasons, links=links)
        del path[change.depth :]
        (path[-1].children if path else top).append(piece)
        for around in path:
            around.size += 1
            around.quiet &= piece.quiet
        path.append(piece)
    return top


def folded(pieces: Sequence[ChangedPiece]) -> list[Piece]:
    """The same with long runs of unchanged units behind one line each; points of one unit stay together."""
    shown: list[Piece] = []
    for quiet, group in groupby(pieces, key=lambda piece: piece.quiet):
        run = list(group)
        if quiet and sum(piece.size for piece in run) >= _FOLDED_AT_LEAST:
            shown.append(Piece(FOLD, "", "", _unchanged(run), children=[*run]))
            continue
        for piece in run:
            if piece.kind in (Unit.CHAPTER, Unit.ANNEX):
                piece.children = folded(piece.children)  # type: ignore[arg-type]  # of a changed piece, all are
            shown.append(piece)
    return shown


def anchor_of(change: Change) -> str:
    """The number of a deleted unit is often another one's now."""
    return change.unit.anchor if change.new else f"dawny-{change.unit.anchor}"


def redlined(runs: Sequence[Run], old: Spelling, new: Spelling) -> SafeString:
    """Runs of words as markup, typeset as the whole that they are in each version."""
    if all(run.op == "same" for run in runs):
        return SafeString("".join(spelled(run.words, new) for run in runs))
    parts = [(run.op, list((old if run.op == "old" else new).parts(run.words))) for run in runs]
    # Each character of a typeset text stands for one of the words.
    typeset_words = {
        side: typeset("".join(part.words for op, run in parts for part in run if op in ("same", side))) for side in ("old", "new")
    }
    at = {"old": 0, "new": 0}
    markup = []
    for op, run in parts:
        shown = ""
        for part in run:
            side = "old" if op == "old" else "new"
            words = typeset_words[side][at[side] : at[side] + len(part.words)]
            # What was referred to may be gone.
            shown += as_lines(words) if op == "old" else linked(part, words, new)
            for passed in at if op == "same" else (side,):
                at[passed] += len(part.words)
        if op == "same":
            markup.append(shown)
        else:
            # Read without its colors, a change that puts out another stands apart from it.
            between = " " if markup and op == "new" and runs[len(markup) - 1].op == "old" else ""
            markup.append(_marked(op, shown, between + _OPENINGS[op], _CLOSING))
    # Each part was escaped when it became markup.
    return SafeString("".join(markup))


def _piece(change: Change, old: Spelling, new: Spelling) -> ChangedPiece:
    unit = change.unit
    piece = ChangedPiece(
        kind=unit.kind,
        anchor=anchor_of(change),
        citation=unit.citation if change.new else f"dawny {unit.citation}",
        label=printed(unit.label),
        heading=redlined(change.heading, old, new),
        words=redlined(change.text, old, new),
        table=_table(change) if unit.kind == Unit.TABLE else "",
        state=_STATES[change.fate],
        quiet=change.is_quiet,
        was=change.old.citation if change.old and change.renumbered else "",
    )
    if notes := ", ".join(_notes(change)):
        note = f'<small class="was">{printed(notes)}</small>'
        if piece.kind in (Unit.CHAPTER, Unit.ANNEX, Unit.TABLE):
            piece.heading = f"{piece.heading} {note}"
        else:
            piece.words = f"{piece.words} {note}".lstrip()
    return piece


def _notes(change: Change) -> Iterator[str]:
    said = change.said.text or change.says.text
    if change.fate in (Fate.NEW, Fate.DELETED) and not said:
        yield "dodano" if change.fate == Fate.NEW else "usunięto"
    if change.old and change.new:
        if change.moved:
            yield f"przeniesiono z {change.old.citation}"
        elif change.old.label != change.new.label:
            yield f"dawniej {change.old.citation}"
    for kin in change.came_from:
        yield _CAME[kin.kind].format(kin.unit.citation)
    for kin in change.went_into:
        yield _WENT[kin.kind].format(kin.unit.citation)


def _unchanged(run: Sequence[ChangedPiece]) -> str:
    words = f"Bez zmian: {_from_to(run[0].citation, run[-1].citation)}"
    if run[0].was or run[-1].was:
        words += f" (dawniej {_from_to(run[0].was or run[0].citation, run[-1].was or run[-1].citation)})"
    return printed(words)


def _from_to(first: str, last: str) -> str:
    return first if first == last else f"{first} – {last}"


def _marked(op: str, shown: str, opening: str = "", closing: str = "") -> str:
    return f"{_said(opening)}<{_TAGS[op]}>{shown}</{_TAGS[op]}>{_said(closing)}"


def _said(words: str) -> str:
    return f'<span class="said">{words}</span>' if words else ""


def _table(change: Change) -> str:
    columns = max((as_table(cells).header.cells for cells in (change.says.cells, change.said.cells)), key=len)
    # The head that went stands above the one that came.
    head = next((place for place, row in enumerate(change.rows) if row.op != "old"), 0)
    is_whole = change.fate in (Fate.NEW, Fate.DELETED)
    rows = [_row(row, columns, is_head=place <= head, is_whole=is_whole) for place, row in enumerate(change.rows)]
    widths = "".join(f'<col class="w{column.width}">' for column in columns)
    return (
        f"<colgroup>{widths}</colgroup>\n<thead>{''.join(rows[: head + 1])}</thead>\n<tbody>{''.join(rows[head + 1 :])}</tbody>"
    )


def _row(row: Row, columns: Sequence[Cell], *, is_head: bool, is_whole: bool) -> str:
    """A row of a table; one that came or went says so once, unless the whole table did."""
    plain = ["".join(run.words for run in runs if run.op != "old" or row.op == "old") for runs in row.cells]
    cells = []
    for place, (column, runs) in enumerate(zip_longest(columns, row.cells, fillvalue=None)):
        shown = _cell(row, runs or (), is_first=place == 0, is_last=place == len(row.cells) - 1, is_whole=is_whole)
        number = ' class="num"' if column and column.is_number else ""
        if is_head:
            cells.append(f'<th scope="col"{number}>{shown}</th>')
        else:
            cells.append(f'<th scope="row">{shown}</th>' if place == 0 and shown else f"<td{number}>{shown}</td>")
    total = ' class="sum"' if money.is_total(plain) and not is_head else ""
    return f"<tr{total}>{''.join(cells)}</tr>\n"


def _cell(row: Row, runs: Sequence[Run], *, is_first: bool, is_last: bool, is_whole: bool) -> str:
    if row.op in ("same", "edited"):
        return redlined(runs, NO_MARKS, NO_MARKS)
    shown = printed("".join(run.words for run in runs))
    if is_whole:
        return shown if row.op == "new" or not shown else _marked("old", shown)
    opening, closing = _ROW_OPENINGS[row.op] if is_first else "", _CLOSING if is_last else ""
    return _marked(row.op, shown, opening, closing) if shown or opening or closing else ""
