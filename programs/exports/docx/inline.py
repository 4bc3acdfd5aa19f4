"""Words as runs of WordprocessingML: what came and what went is marked, marks are links. Imports no model."""

import re
from collections.abc import Iterable, Iterator
from itertools import count
from typing import Final, Literal
from xml.sax.saxutils import escape, quoteattr

from programs import redline
from programs.marks import Part, Spelling

Op = Literal["same", "new", "old"]
UNIT, SUM, DEPTH = "p_", "s_", "d"  # how bookmarks begin
# What XML cannot hold.
_UNPRINTABLE: Final = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BREAK: Final = re.compile("([\t\n])")
_BREAKS: Final = {"\t": "<w:tab/>", "\n": "<w:br/>"}
_TAGS: Final = {"new": "w:ins", "old": "w:del"}


def printable(words: str) -> str:
    return _UNPRINTABLE.sub("", words.replace("\r", "\n"))


class Inline:
    """Numbers each change and bookmark of one document. All changes are by one author and of one moment."""

    def __init__(self, *, author: str, moment: str, old: Spelling, new: Spelling) -> None:
        self._ids = count(1)
        self._by = f"w:author={quoteattr(printable(author))} w:date={quoteattr(moment)}"
        self._old, self._new = old, new

    def plain(self, runs: Iterable[redline.Run]) -> str:
        return "".join(self.run(run.op, run.words) for run in runs)

    def spelled(self, runs: Iterable[redline.Run]) -> str:
        """With marks as each version prints them, leading to what they name."""
        return "".join(self._part(*printed) for run in runs for printed in self._printed(run))

    def run(self, op: Op, words: str) -> str:
        tag = "w:delText" if op == "old" else "w:t"
        content = "".join(
            _BREAKS.get(piece) or f'<{tag} xml:space="preserve">{escape(piece)}</{tag}>'
            for piece in _BREAK.split(printable(words))
            if piece
        )
        if op == "same" or not content:
            return content and f"<w:r>{content}</w:r>"
        return f'<{_TAGS[op]} w:id="{next(self._ids)}" {self._by}><w:r>{content}</w:r></{_TAGS[op]}>'

    def sign(self, op: Op) -> str:
        """That a whole paragraph or row came or went: stands among its properties."""
        return "" if op == "same" else f'<{_TAGS[op]} w:id="{next(self._ids)}" {self._by}/>'

    def bookmark(self, name: str, content: str) -> str:
        number = next(self._ids)
        return f'<w:bookmarkStart w:id="{number}" w:name="{name}"/>{content}<w:bookmarkEnd w:id="{number}"/>'

    def _printed(self, run: redline.Run) -> Iterator[tuple[Op, Part, Spelling]]:
        if run.op != "same":
            spelling = self._old if run.op == "old" else self._new
            yield from ((run.op, part, spelling) for part in spelling.parts(run.words))
            return
        # The same mark prints other words where what it names has another number.
        for was, now in zip(self._old.parts(run.words), self._new.parts(run.words), strict=True):
            if was.words == now.words:
                yield "same", now, self._new
            else:
                yield "old", was, self._old
                yield "new", now, self._new

    def _part(self, op: Op, part: Part, spelling: Spelling) -> str:
        content = self.run(op, part.words)
        if part.target is None:
            return content
        kind = UNIT if part.words == spelling.targets[part.target].citation else SUM
        return f'<w:hyperlink w:anchor="{kind}{part.target.hex}">{content}</w:hyperlink>'
