"""Tracked changes, accepted or rejected as a whole before anything is read, so that the rest never meets them."""

from typing import Final

from programs.imports.ooxml import Element, child, w

_INSERTED: Final = (w("ins"), w("moveTo"))
_DELETED: Final = (w("del"), w("moveFrom"))
# Each holds what the properties around it were before.
_FORMER: Final = tuple(w(f"{name}Change") for name in ("pPr", "rPr", "tblPr", "trPr", "tcPr"))
# What former properties of a paragraph do not tell of.
_OWN: Final = (w("rPr"), w("sectPr"))
_UNSEEN: Final = tuple(
    w(name)
    for name in ("bookmarkStart", "bookmarkEnd", "commentRangeStart", "commentRangeEnd", "proofErr", "permStart", "permEnd")
)


def counts(body: Element) -> tuple[int, int]:
    """How many insertions and deletions Word has marked; a move is one of each."""
    return sum(1 for _ in body.iter(*_INSERTED)), sum(1 for _ in body.iter(*_DELETED))


def settle(body: Element, *, accept: bool) -> None:
    """Leave the text as it is when all changes are accepted, or when all are rejected."""
    gone = _DELETED if accept else _INSERTED
    if not accept:
        _restore_properties(body)
    marks: list[Element] = []
    for change in list(body.iter(*_INSERTED, *_DELETED)):
        if change.tag not in gone:
            _unwrap(change)
            continue
        paragraph, row, number = (_around(change, *path) for path in (("rPr", "pPr", "p"), ("trPr", "tr"), ("numPr",)))
        if paragraph is not None:
            marks.append(paragraph)
        for element in (change, row, number):
            _remove(element)
    for cell in list(body.iter(w("tc"))):
        if child(cell, "tcPr", "cellDel" if accept else "cellIns") is not None:
            _remove(cell)
    if not accept:
        for deleted in body.iter(w("delText")):
            deleted.tag = w("t")
    # From the last, so that a run of paragraphs without marks flows together in one pass.
    for paragraph in reversed(marks):
        _flow_into_next(paragraph)


def _restore_properties(body: Element) -> None:
    for change in list(body.iter(*_FORMER)):
        properties = change.getparent()
        if properties is None:  # a change within a change that is back already
            continue
        former = change[0] if len(change) else []
        kept = [own for own in properties if own.tag in _OWN or own.tag in (*_INSERTED, *_DELETED)]
        properties[:] = [*kept, *former]


def _around(element: Element | None, *path: str) -> Element | None:
    """What stands around it, when those names stand around it from the inside out."""
    for name in path:
        element = None if element is None else element.getparent()
        if element is None or element.tag != w(name):
            return None
    return element


def _unwrap(change: Element) -> None:
    if change.getparent() is not None:
        for content in list(change):
            change.addprevious(content)
    _remove(change)


def _remove(element: Element | None) -> None:
    parent = None if element is None else element.getparent()
    if parent is not None:
        parent.remove(element)


def _flow_into_next(paragraph: Element) -> None:
    """A paragraph whose mark is gone goes on in the next one, which keeps its own properties."""
    if not _has_words(paragraph):
        # With the bookmark of the unit that it was.
        _remove(paragraph)
        return
    following = paragraph.getnext()
    while following is not None and following.tag in _UNSEEN:
        following = following.getnext()
    if following is None or following.tag != w("p"):
        return
    properties = child(following, "pPr") if _has_words(following) else _take_over_properties(following, paragraph)
    contents = [content for content in paragraph if content.tag != w("pPr")]
    place = 0 if properties is None else 1
    following[place:place] = contents
    _remove(paragraph)


def _take_over_properties(following: Element, paragraph: Element) -> Element | None:
    """An empty paragraph has nothing that its number or style could belong to."""
    for properties in following.findall(w("pPr")):
        following.remove(properties)
    properties = child(paragraph, "pPr")
    if properties is not None:
        following.insert(0, properties)
    return properties


def _has_words(paragraph: Element) -> bool:
    return any((words.text or "").strip() for words in paragraph.iter(w("t")))
