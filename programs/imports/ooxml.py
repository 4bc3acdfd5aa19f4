"""Names of WordprocessingML (ECMA-376 part 1), and its small values read without trust."""

from typing import Final, TypeAlias

from lxml import etree

Element: TypeAlias = etree._Element

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MATH: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_COMPATIBILITY: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
# What the strict variant of the standard calls the same elements.
STRICT_NAMES: Final = {
    b"http://purl.oclc.org/ooxml/wordprocessingml/main": _W[1:-1].encode(),
    b"http://purl.oclc.org/ooxml/officeDocument/math": _MATH[1:-1].encode(),
}
_OFF: Final = ("0", "false", "off")


def w(name: str) -> str:
    return _W + name


def math(name: str) -> str:
    return _MATH + name


ALTERNATE: Final = _COMPATIBILITY + "AlternateContent"


def child(element: Element | None, *path: str) -> Element | None:
    """The first element down the path of names; None when there is none."""
    for name in path:
        element = None if element is None else element.find(_W + name)
    return element


def value(element: Element | None, *path: str) -> str | None:
    """`w:val` of the element down the path."""
    found = child(element, *path)
    read: str | None = None if found is None else found.get(w("val"))
    return read


def whole(element: Element | None, *path: str) -> int | None:
    """`w:val` as a number; None when it is none, or one that no word processor writes."""
    return as_whole(value(element, *path))


def as_whole(words: str | None) -> int | None:
    return int(words) if words and len(words) < 10 and words.isascii() and words.isdigit() else None


def is_on(element: Element | None, *path: str) -> bool | None:
    """A switch: on when it merely stands there; None when it does not."""
    found = child(element, *path)
    return None if found is None else found.get(w("val"), "1").lower() not in _OFF


def chosen(alternate: Element) -> Element | None:
    """The one branch of mc:AlternateContent to read: what is meant for readers that know the least, if it says anything."""
    branches: list[Element] = sorted(alternate, key=lambda branch: not branch.tag.endswith("}Fallback"))
    return next((branch for branch in branches if len(branch)), None)
