"""The handbook as it lies in docs/handbook: one Markdown file a chapter, read and rendered once in each process and language."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.utils.translation import override
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from PIL import Image

from accounts.folding import folded
from programs.typography import typeset

FOLDER = Path(settings.BASE_DIR) / "docs" / "handbook"


@dataclass(frozen=True)
class Picture:
    content: bytes
    width: int
    height: int

    @property
    def edition(self) -> str:
        return hashlib.sha256(self.content).hexdigest()[:12]


@dataclass(frozen=True)
class Section:
    anchor: str
    title: str


@dataclass(frozen=True)
class Chapter:
    slug: str
    title: str
    sections: Sequence[Section]
    html: SafeString


@cache
def pictures() -> dict[str, Picture]:
    """By file name. What is not in this folder has no address."""
    return {path.name: _picture(path) for path in sorted((FOLDER / "pictures").glob("*.png"))}


def _picture(path: Path) -> Picture:
    with Image.open(path) as image:
        return Picture(path.read_bytes(), *image.size)


@cache
def chapters(language: str) -> dict[str, Chapter]:
    """In their order, by the name in the address: that of the file without its number, so that a new chapter moves no other."""
    with override(language):
        return {(chapter := _chapter(path)).slug: chapter for path in sorted(FOLDER.glob("[0-9]*.md"))}


def slug_of(file: str) -> str:
    """ "04-terminy.md" is "terminy"."""
    return file.removesuffix(".md").partition("-")[2]


def _chapter(path: Path) -> Chapter:
    tokens = _MARKDOWN.parse(path.read_text())
    sections = [Section(str(head.attrs["id"]), _words(inline)) for head, inline in _heads(tokens) if head.tag == "h2"]
    # The title is the page's own heading. The files are ours, and HTML within them is escaped.
    html = mark_safe(_MARKDOWN.renderer.render(tokens[3:], _MARKDOWN.options, {}))  # noqa: S308
    return Chapter(slug_of(path.name), _words(tokens[1]), sections, html)


def _heads(tokens: Sequence[Token]) -> list[tuple[Token, Token]]:
    return [(token, inline) for token, inline in pairwise(tokens) if token.type == "heading_open"]


def _words(inline: Token) -> str:
    return "".join(child.content for child in inline.children or [])


# --- How Markdown becomes a page ------------------------------------------------------------------


def _join_lines(state: StateCore) -> None:
    """A line of the file ends where its writer liked: here it is a space, which typesetting may make a hard one."""
    for child in _children(state):
        if child.type == "softbreak":
            child.type, child.content = "text", " "


def _typeset(state: StateCore) -> None:
    for child in _children(state):
        if child.type == "text":
            child.content = typeset(child.content)


def _name_heads(state: StateCore) -> None:
    for head, inline in _heads(state.tokens):
        head.attrSet("id", slugify(folded(inline.content)))


def _lead_within(state: StateCore) -> None:
    """What the files call each other becomes an address of the portal."""
    for child in _children(state):
        if child.type == "link_open":
            file, sign, anchor = str(child.attrs["href"]).partition("#")
            if file.endswith(".md"):
                child.attrSet("href", reverse("desk:handbook_chapter", args=[slug_of(file)]) + sign + anchor)


def _children(state: StateCore) -> list[Token]:
    return [child for token in state.tokens for child in token.children or []]


def _show_picture(renderer: RendererHTML, tokens: Sequence[Token], number: int, options: Any, env: Any) -> str:
    """With its size, so that nothing jumps; it leads to itself, whole, since on a phone it is small."""
    token = tokens[number]
    name = Path(str(token.attrs["src"])).name
    picture = pictures()[name]
    address = f"{reverse('desk:handbook_picture', args=[name])}?v={picture.edition}"
    token.attrs.update(src=address, width=picture.width, height=picture.height, loading="lazy")
    return f'<a class="picture" href="{address}">{renderer.image(tokens, number, options, env)}</a>'


def _markdown() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False})
    made.core.ruler.before("text_join", "join_lines", _join_lines)
    made.core.ruler.push("typeset", _typeset)
    made.core.ruler.push("name_heads", _name_heads)
    made.core.ruler.push("lead_within", _lead_within)
    made.add_render_rule("image", _show_picture)
    return made


_MARKDOWN = _markdown()
