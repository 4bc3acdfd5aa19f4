"""What a report is made of. A page, a PDF and a Word file set the same pieces, each in its own way. Words are plain text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.utils.text import Truncator

from consultations.reporting.voices import Said

# Of a chart, in pixels: a bar with its words; its words alone. The table has the whole of what is longer.
ROW, WORDS = 54, 16
LABEL = 36  # characters


@dataclass(frozen=True)
class Link:
    """Words that lead somewhere: `url` is whole, or begins with a slash on this portal."""

    words: str
    url: str


@dataclass(frozen=True)
class Links:
    links: Sequence[Link]


Words = str | Link | Links


@dataclass(frozen=True)
class Prose:
    """As staff typed it: paragraphs, lists, addresses."""

    kind: ClassVar = "prose"
    text: str


@dataclass(frozen=True)
class Subheading:
    kind: ClassVar = "subheading"
    words: str


@dataclass(frozen=True)
class Terms:
    kind: ClassVar = "terms"
    rows: Sequence[tuple[Words, Words]]


@dataclass(frozen=True)
class Items:
    kind: ClassVar = "items"
    rows: Sequence[Words]


@dataclass(frozen=True)
class Table:
    """The first cell of each row names it; `widths` of the columns are in twentieths of the table."""

    kind: ClassVar = "table"
    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[Words]]
    widths: Sequence[int]
    numbers_from: int = 99  # the first column of numbers

    @property
    def columns(self) -> list[tuple[str, int, bool]]:
        """Of each: its head, its width and whether it holds numbers."""
        return [(words, self.widths[at], at >= self.numbers_from) for at, words in enumerate(self.head)]


@dataclass(frozen=True)
class Bar:
    """`parts` are (name of a color, how many), from left to right."""

    words: str
    parts: Sequence[tuple[str, int]]


@dataclass(frozen=True)
class Drawn:
    """A bar as a page draws it: its words on a line of their own, then `parts` as (name of a color, beginning, length)."""

    words: str
    words_at: int
    bar_at: int
    parts: Sequence[tuple[str, str, str]]


@dataclass(frozen=True)
class Chart:
    """Shown beside its table, which says the same; on paper the table alone stands."""

    kind: ClassVar = "chart"
    label: str
    bars: Sequence[Bar]
    legend: Sequence[tuple[str, str]]  # name of a color, what it means
    table: Table

    @property
    def height(self) -> int:
        return ROW * len(self.bars)

    @property
    def drawn(self) -> list[Drawn]:
        """The longest bar takes the whole width. Lengths are percents, so that words keep their size on any screen."""
        longest = max((sum(n for _color, n in bar.parts) for bar in self.bars), default=0) or 1
        return [_drawn(at * ROW, bar, longest) for at, bar in enumerate(self.bars)]


def _drawn(top: int, bar: Bar, longest: int) -> Drawn:
    parts, at = [], 0
    for color, n in bar.parts:
        if n:
            parts.append((color, f"{100 * at / longest:.2f}%", f"{100 * n / longest:.2f}%"))
        at += n
    return Drawn(f"{Truncator(bar.words).chars(LABEL)}: {at}", top + WORDS, top + WORDS + 8, parts)


@dataclass(frozen=True)
class Voices:
    kind: ClassVar = "voices"
    title: str
    said: Sequence[Said]


Block = Prose | Subheading | Terms | Items | Table | Chart | Voices


@dataclass(frozen=True)
class Section:
    anchor: str
    title: str
    blocks: Sequence[Block]
