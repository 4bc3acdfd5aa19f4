"""What number a paragraph bears and what unit that makes it, whether Word counted it or somebody typed it."""

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from programs.imports.numbering import Listed, roman
from programs.imports.paragraphs import Paragraph
from programs.numbering import Unit

RANKS: Final = {
    Unit.CHAPTER: 0,
    Unit.ANNEX: 0,
    Unit.PARAGRAPH: 1,
    Unit.SUBPARAGRAPH: 2,
    Unit.POINT: 3,
    Unit.LETTER: 4,
    Unit.INDENT: 5,
}
LONGEST_HEADING: Final = 250  # characters, as ProvisionText has them
_NUMBERED_DEEPER: Final = (Unit.SUBPARAGRAPH, Unit.POINT, Unit.LETTER, Unit.INDENT)
_CAPITAL: Final = "A-ZĄĆĘŁŃÓŚŹŻ"
_ROMANS: Final = {roman(number): str(number) for number in range(1, 100)}

_CHAPTER: Final = re.compile(r"r ?o ?z ?d ?z ?i ?a ?ł\s+(?P<number>\d{1,3}|[ivxlc]{1,8})\b[.:)]?", re.I)
_ANNEX: Final = re.compile(r"załącznik(?:\s+(?:nr|numer)\.?\s*(?P<number>\d{1,3}|[ivxlc]{1,8})\b|\b)[.:)]?", re.I)
_PARAGRAPH: Final = re.compile(rf"§\s*(?P<number>\d{{1,4}}[a-z]{{0,2}})(?:\.?(?=\s|$)|\.(?=[{_CAPITAL}]))")
_ROMAN: Final = re.compile(r"(?P<number>[IVXLC]{1,8})\.(?=\s|$)")
# 1.1. and 2.3.1, but no date.
_DECIMALS: Final = re.compile(r"(?:[1-9]\d?\.){1,3}(?P<number>[1-9]\d?)\.?(?=\s|$)(?!\s*(?:r\.|br\b|roku\b))")
_SUBPARAGRAPH: Final = re.compile(rf"(?P<number>\d{{1,3}}[a-z]{{0,2}})\.(?=\s|$|[{_CAPITAL}])")
_POINT: Final = re.compile(r"\(?(?P<number>\d{1,3}[a-z]{0,2})\)")
_LETTER: Final = re.compile(r"\(?(?P<number>z{0,2}[a-z]|([a-z])\2{1,2}|[ivx]{2,5})\)")
# Word's own lists print a letter so; a person who types "z. B." or "m. st." means a word.
_COUNTED_LETTER: Final = re.compile(r"(?P<number>[a-z]{1,3})\.$")
_COUNTED_FIGURE: Final = re.compile(r"(?P<number>\d{1,3})$")
_INDENT: Final = re.compile(r"(?P<number>)[–—−‒•·▪◦-](?=\s|$)")
_CAPTION: Final = re.compile(r"(?P<label>tabela\b(?:\s+(?:nr\s+)?\d{1,3}\b)?)\s*[.:–-]?\s*(?P<heading>.*)", re.I | re.DOTALL)


@dataclass(slots=True)
class Piece:
    """A stretch of the text under one number; the paragraph "§ 5. 1. Tekst" is two."""

    kind: Unit | None  # None without a number of ours
    text: str
    label: str = ""  # as printed in the file
    number: str = ""  # for comparison: "2" of "Rozdział II" and of "b)"
    rank: int = 0  # the higher, the deeper
    listed: Listed | None = None  # when Word counted it
    is_ours: bool = False  # by the bookmark of our own export, so its words are not looked into


def pieces(paragraph: Paragraph, *, verbatim: bool = False) -> list[Piece]:
    """What a paragraph comes to; only the first piece may have no number. A paragraph without words or number is none.

    In `verbatim` words no number is looked for.
    """
    words, listed = paragraph.text.strip(), paragraph.number
    counted = _counted(listed, paragraph.outline) if listed and listed.label else None
    if verbatim and not counted:
        return [Piece(None, words, is_ours=True)] if words else []
    if paragraph.bookmarks:
        ours = counted if counted and counted.kind else _recognized(words)
        if ours.kind:
            return [replace(ours, text=words if ours is counted else ours.text, is_ours=True)]
    return _found(counted, _tidy(words))


def _found(counted: Piece | None, lines: list[str]) -> list[Piece]:
    """The pieces that lines come to, the first of them with the number that Word counted."""
    if counted:
        counted.text = " ".join(filter(None, [counted.text, *lines[:1]]))
    firsts = [counted if place == 0 and counted else _typed(line) for place, line in enumerate(lines or [""])]
    begins = [place for place, piece in enumerate(firsts) if piece.kind or place == 0]
    found: list[Piece] = []
    for begin, end in pairwise([*begins, len(lines)]):
        found += _unfolded(firsts[begin])
        found[-1].text = "\n".join(filter(None, [found[-1].text, *lines[begin + 1 : end]]))
    return found if counted or lines else []


def number_of(label: str) -> str:
    """The number in a label of ours, as `Piece.number` has it."""
    return _recognized(label).number


def caption(text: str, *, is_styled: bool) -> tuple[str, str] | None:
    """The label and the heading of a table; None when it is a sentence. `is_styled`: by its style it is a caption."""
    found = _CAPTION.match(text)
    if found is None or len(found["heading"]) > LONGEST_HEADING or (found["heading"][:1].islower() and not is_styled):
        return None
    return found["label"], found["heading"].replace("\n", " ").strip()


def _counted(listed: Listed, outline: int | None) -> Piece:
    """The piece that Word's own number begins, without the words of the paragraph."""
    piece = _recognized(listed.label)
    if piece.kind is None:
        for pattern, kind in ((_COUNTED_LETTER, Unit.LETTER), (_COUNTED_FIGURE, Unit.SUBPARAGRAPH)):
            if found := pattern.fullmatch(listed.label):
                piece = _piece(kind, found, listed.label)
    if piece.kind == Unit.INDENT:
        piece.rank += listed.level
    # In a list of headings the highest ones are the chapters.
    if piece.kind == Unit.SUBPARAGRAPH and outline == 0:
        piece.kind, piece.rank = Unit.CHAPTER, RANKS[Unit.CHAPTER]
    if piece.kind is None:
        piece.text = piece.label = listed.label
    piece.listed = listed
    return piece


def _typed(line: str) -> Piece:
    """The piece that a line begins, by the number typed in it, if that is one and no part of a sentence."""
    piece = _recognized(line)
    text = piece.text
    is_heading = not text or (not text[0].islower() and len(text) <= LONGEST_HEADING)
    if piece.kind == Unit.CHAPTER:
        is_number = is_heading and (not _ROMAN.match(line) or text[-1:] not in ".;,:" or not text)
    elif piece.kind == Unit.ANNEX:
        is_number = is_heading or text.startswith("do ")
    elif piece.kind == Unit.PARAGRAPH:
        is_number = piece.label.endswith(".") or is_heading
    else:
        is_number = True
    return piece if is_number else Piece(None, line)


def _recognized(words: str) -> Piece:
    """The number at the beginning, whatever follows it."""
    for kind, pattern in _PATTERNS:
        if found := pattern.match(words):
            return _piece(kind, found, words)
    if found := _DECIMALS.match(words):
        return _piece(_NUMBERED_DEEPER[found[0].strip(".").count(".")], found, words)
    return Piece(None, words)


def _piece(kind: Unit, found: re.Match[str], words: str) -> Piece:
    text = words[found.end() :].strip()
    if kind in (Unit.CHAPTER, Unit.ANNEX):
        text = text.lstrip("–—- ")
    return Piece(kind, text, label=found[0], number=_comparable(kind, found["number"] or ""), rank=RANKS[kind])


def _unfolded(piece: Piece) -> list[Piece]:
    """The paragraph "§ 5. 1. Tekst" begins two units at once; the inner one is the first of its kind."""
    if piece.kind not in (Unit.PARAGRAPH, Unit.SUBPARAGRAPH, Unit.POINT):
        return [piece]
    inner = _recognized(piece.text)
    if inner.kind not in _NUMBERED_DEEPER or inner.number != "1" or inner.rank <= piece.rank:
        return [piece]
    piece.text = ""
    return [piece, *_unfolded(inner)]


def _comparable(kind: Unit, number: str) -> str:
    if number.isdigit():
        return str(int(number))
    if kind in (Unit.CHAPTER, Unit.ANNEX):
        return _ROMANS.get(number.upper(), number)
    return _place_in_alphabet(number) if kind == Unit.LETTER else number


def _place_in_alphabet(letters: str) -> str:
    """27 for both "za", as the law counts on after z, and "aa", as Word does."""
    turns = len(letters) - 1
    if set(letters[:-1]) <= {"z"} or set(letters) == {letters[0]}:
        return str(26 * turns + ord(letters[-1]) - ord("a") + 1)
    return letters


def _tidy(text: str) -> list[str]:
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return [line for line in lines if line]


_PATTERNS: Final = (
    (Unit.CHAPTER, _CHAPTER),
    (Unit.ANNEX, _ANNEX),
    (Unit.PARAGRAPH, _PARAGRAPH),
    (Unit.CHAPTER, _ROMAN),
    (Unit.SUBPARAGRAPH, _SUBPARAGRAPH),
    (Unit.POINT, _POINT),
    (Unit.LETTER, _LETTER),
    (Unit.INDENT, _INDENT),
)
