"""The words of one paragraph, gathered from its runs: fields by their result, links to provisions as marks."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final
from uuid import UUID

from programs import marks
from programs.imports.ooxml import ALTERNATE, Element, child, chosen, is_on, math, value, w
from programs.imports.ours import ANCHOR, Bookmarks, note
from programs.imports.styles import Styles
from programs.imports.warning_codes import WarningCode

# A link whose words somebody has changed into others is no citation any more.
_CITATION: Final = re.compile(r"\s*(?:§|\[|(?:rozdział|załącznik|tabela|ust\.|pkt|lit\.|tiret)\s)", re.IGNORECASE)

# Hard spaces and hyphens are of the display, and are set there anew.
_PLAIN: Final = {
    **dict.fromkeys((0x00A0, 0x2007, 0x202F), " "),
    **dict.fromkeys((0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF), None),
    0x2011: "-",
    0x2028: "\n",
    0x2029: "\n",
    0x0A: " ",
    0x0D: " ",  # how the XML is laid out says nothing
}
_SAID: Final = {w("tab"): "\t", w("ptab"): "\t", w("cr"): "\n", w("noBreakHyphen"): "-"}
# Signs of the fonts Symbol and Wingdings, kept by Word in a private range.
_SYMBOLS: Final = {0x2D: "–", 0xB7: "•", 0xA7: "•", 0xA3: "≤", 0xB3: "≥", 0xB0: "°", 0xB1: "±", 0xB4: "×"}
_PRIVATE: Final = 0xF000

_TRANSPARENT: Final = tuple(w(name) for name in ("smartTag", "customXml", "fldSimple", "dir", "bdo", "sdtContent"))
_PICTURES: Final = (w("drawing"), w("pict"), w("object"))
_LEFT_OUT: Final = {
    w("footnoteReference"): WarningCode.FOOTNOTE_DROPPED,
    w("endnoteReference"): WarningCode.FOOTNOTE_DROPPED,
    w("commentReference"): WarningCode.COMMENT_DROPPED,
}


class Words:
    """After `walk(paragraph)`: its words, the provisions whose bookmarks begin in it, and how often what was left out."""

    def __init__(self, styles: Styles, *, hidden: bool = False, has_marks: bool = True) -> None:
        self.bookmarks: Bookmarks = {}
        self.warnings: Counter[WarningCode] = Counter()
        self._styles = styles
        self._hidden = hidden
        self._has_marks = has_marks
        self._said: list[str] = []
        # Open fields, the outermost first: whether the result of each has begun.
        self._fields: list[bool] = []

    def __str__(self) -> str:
        return "".join(self._said)

    def walk(self, parent: Element) -> None:
        for element in parent:
            if handler := _HANDLERS.get(element.tag):
                handler(self, element)

    def _say(self, words: str) -> None:
        if all(self._fields):
            self._said.append(words)

    def _run(self, run: Element) -> None:
        properties = child(run, "rPr")
        hidden = is_on(properties, "vanish")
        if hidden is None:
            style = value(properties, "rStyle")
            hidden = self._hidden or (style is not None and self._styles.look(style).hidden)
        if not hidden:
            self.walk(run)
        elif any((words.text or "").strip() for words in run.iter(w("t"))):
            self.warnings[WarningCode.HIDDEN_DROPPED] += 1

    def _text(self, text: Element) -> None:
        self._say((text.text or "").translate(_PLAIN))

    def _sign(self, element: Element) -> None:
        self._say(_SAID[element.tag])

    def _break(self, element: Element) -> None:
        if element.get(w("type"), "textWrapping") == "textWrapping":
            self._say("\n")

    def _symbol(self, element: Element) -> None:
        code = _hexadecimal(element.get(w("char")))
        if code is not None and code >= _PRIVATE:
            code = ord(_SYMBOLS.get(code - _PRIVATE, "\0"))
        if code and not 0xD800 <= code <= 0xDFFF:
            self._say(chr(code).translate(_PLAIN))
        else:
            self.warnings[WarningCode.SYMBOL_DROPPED] += 1

    def _field(self, element: Element) -> None:
        kind = element.get(w("fldCharType"))
        if kind == "begin":
            self._fields.append(False)
        elif kind == "separate" and self._fields:
            self._fields[-1] = True
        elif kind == "end" and self._fields:
            self._fields.pop()

    def _link(self, link: Element) -> None:
        before = len(self._said)
        self.walk(link)
        words = "".join(self._said[before:])
        if self._has_marks and (found := ANCHOR.fullmatch(link.get(w("anchor"), ""))):
            provision = UUID(found["id"])
            if found["kind"] == "p" and _CITATION.match(words):
                self._said[before:] = [marks.reference(provision)]
            elif found["kind"] == "s" and ("zł" in words or words == marks.NO_TOTAL):
                self._said[before:] = [marks.total_of(provision)]

    def _bookmark(self, element: Element) -> None:
        note(element, self.bookmarks)

    def _control(self, element: Element) -> None:
        # A form field that nobody filled in shows what to do with it.
        content = child(element, "sdtContent")
        if content is not None and not is_on(element, "sdtPr", "showingPlcHdr"):
            self.walk(content)

    def _alternate(self, element: Element) -> None:
        branch = chosen(element)
        if branch is not None:
            self.walk(branch)

    def _picture(self, element: Element) -> None:
        is_box = any((words.text or "").strip() for box in element.iter(w("txbxContent")) for words in box.iter(w("t")))
        self.warnings[WarningCode.TEXT_BOX_DROPPED if is_box else WarningCode.IMAGE_DROPPED] += 1

    def _left_out(self, element: Element) -> None:
        self.warnings[_LEFT_OUT[element.tag]] += 1

    def _formula(self, element: Element) -> None:
        self.warnings[WarningCode.FORMULA] += 1
        for text in element.iter(math("t")):
            self._text(text)


def _hexadecimal(words: str | None) -> int | None:
    return int(words, 16) if words and re.fullmatch("[0-9A-Fa-f]{1,4}", words) else None


_HANDLERS: Final[Mapping[str, Callable[[Words, Element], None]]] = {
    w("r"): Words._run,
    w("t"): Words._text,
    w("br"): Words._break,
    w("sym"): Words._symbol,
    w("fldChar"): Words._field,
    w("hyperlink"): Words._link,
    w("bookmarkStart"): Words._bookmark,
    w("sdt"): Words._control,
    ALTERNATE: Words._alternate,
    math("oMath"): Words._formula,
    math("oMathPara"): Words._formula,
    **dict.fromkeys(_SAID, Words._sign),
    **dict.fromkeys(_TRANSPARENT, Words.walk),
    **dict.fromkeys(_PICTURES, Words._picture),
    **dict.fromkeys(_LEFT_OUT, Words._left_out),
}
