"""What our own export calls its parts, in the styles and bookmarks of a Word file: see programs/exports/docx."""

import re
from typing import Final, TypeAlias
from uuid import UUID

from programs.imports.ooxml import Element, w

# Styles, in lower case.
TITLE_PAGE: Final = ("wydawca", "wersja", "metryka")
PARAGRAPH_HEADING: Final = "tytuł paragrafu"
CHAPTER_WORDS: Final = "treść"

# Where a provision is cited, and where the total of its table is quoted.
ANCHOR: Final = re.compile(r"(?P<kind>[ps])_(?P<id>[0-9a-f]{32})")
# Where it begins; beside it, how deep it stands where numbers do not tell: "2)" may go on under the § or its last ust.
_BOOKMARK: Final = re.compile(r"(?:p|d(?P<depth>\d))_(?P<id>[0-9a-f]{32})")

# The provisions that begin in a paragraph or a table, each with its depth in the tree, if that is told.
Bookmarks: TypeAlias = dict[UUID, int | None]


def note(bookmark: Element, among: Bookmarks) -> None:
    """Add the provision that a w:bookmarkStart names, if it is one of ours."""
    if found := _BOOKMARK.fullmatch(bookmark.get(w("name"), "")):
        provision = UUID(found["id"])
        among[provision] = int(found["depth"]) if found["depth"] else among.get(provision)
