"""What a paragraph has from its style: a list and a level in it, a place in the outline, being hidden."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from programs.imports.ooxml import Element, child, is_on, value, w, whole

# Word itself allows ten styles on styles; a circle ends here too.
_MAX_CHAIN: Final = 20
_HEADING: Final = ("heading ", "nagłówek ")
_BODY_LEVEL: Final = 9  # of w:outlineLvl, "no heading"


@dataclass(frozen=True, slots=True)
class _Style:
    name: str
    based_on: str | None
    list_id: int | None
    list_level: int | None
    outline: int | None
    hidden: bool | None


@dataclass(frozen=True, slots=True)
class Look:
    """What a style comes to with all that it is based on; `chain` are the styles, the nearest first."""

    name: str = ""  # in lower case, as Word calls it in every language: "heading 1"
    chain: Sequence[str] = ()
    list_id: int | None = None
    list_level: int | None = None
    outline: int | None = None  # from 0, the highest heading
    hidden: bool = False
    is_known: bool = True


class Styles:
    def __init__(self, root: Element | None) -> None:
        self._styles: dict[str, _Style] = {}
        self._looks: dict[str, Look] = {}
        self._default = ""
        for element in () if root is None else root.iterchildren(w("style")):
            name = element.get(w("styleId"), "")
            self._styles[name] = _style(element)
            if element.get(w("type")) == "paragraph" and element.get(w("default")) in ("1", "true", "on"):
                self._default = name

    def look(self, style: str | None) -> Look:
        """Of the style with that id; without one, of the default style of paragraphs."""
        style = self._default if style is None else style
        if style not in self._looks:
            self._looks[style] = self._resolve(style)
        return self._looks[style]

    def _resolve(self, style: str) -> Look:
        if style not in self._styles:
            return Look(name=style.lower(), is_known=not style)
        chain: list[str] = []
        at: str | None = style
        while at in self._styles and at not in chain and len(chain) < _MAX_CHAIN:
            chain.append(at)
            at = self._styles[at].based_on
        styles = [self._styles[one] for one in chain]
        outline = _first([one.outline for one in styles])
        return Look(
            name=styles[0].name,
            chain=chain,
            list_id=_first([one.list_id for one in styles]),
            list_level=_first([one.list_level for one in styles]),
            outline=None if outline is None or outline >= _BODY_LEVEL else outline,
            hidden=bool(next((one.hidden for one in styles if one.hidden is not None), False)),
        )


def outline_of(properties: Element | None, look: Look) -> int | None:
    """The level of a paragraph as a heading, from 0; None when it is none."""
    own = whole(properties, "outlineLvl")
    if own is None:
        return look.outline
    return own if own < _BODY_LEVEL else None


def _style(element: Element) -> _Style:
    properties = child(element, "pPr")
    name = (value(element, "name") or element.get(w("styleId"), "")).lower()
    outline = whole(properties, "outlineLvl")
    return _Style(
        name=name,
        based_on=value(element, "basedOn"),
        list_id=whole(properties, "numPr", "numId"),
        list_level=whole(properties, "numPr", "ilvl"),
        outline=_level_in_name(name) if outline is None else outline,
        hidden=is_on(element, "rPr", "vanish"),
    )


def _level_in_name(name: str) -> int | None:
    """Headings are outlined by their name even where a program that wrote the file does not say it."""
    start = next((start for start in _HEADING if name.startswith(start)), None)
    level = name.removeprefix(start) if start else ""
    return int(level) - 1 if level in tuple("123456789") else None


def _first(values: Sequence[int | None]) -> int | None:
    return next((value for value in values if value is not None), None)
