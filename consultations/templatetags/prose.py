"""Plain text typed by staff as HTML: paragraphs, lists, links. Whatever else it holds is shown as it was typed."""

import re
from urllib.parse import urlsplit

from django import template
from django.conf import settings
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from programs.typography import typeset

register = template.Library()

# A full address, or an address of this portal standing alone on its line.
_ADDRESS = re.compile(r"""https?://[^\s<>"'„”]+""")
_OWN_PATH = re.compile(r"/[\w\-./%?=&#]*", re.ASCII)
_AFTER_ADDRESS = ".,;:!?)"


def to_html(text: str, public_url: str) -> str:
    """Blank lines part paragraphs, lines that begin with "- " are a list; addresses become links."""
    lines = [line.strip() for line in text.replace("\r\n", "\n").split("\n")]
    html: list[str] = []
    block: list[str] = []
    for line in [*lines, ""]:
        if block and (not line or line.startswith("- ") != block[0].startswith("- ")):
            html.append(_block(block, public_url))
            block = []
        if line:
            block.append(line)
    return "\n".join(html)


@register.filter
def prose(text: str) -> SafeString:
    # Every piece of the text has been escaped by _line or _anchor.
    return mark_safe(to_html(text, settings.PUBLIC_URL))  # noqa: S308


def _block(lines: list[str], public_url: str) -> str:
    if lines[0].startswith("- "):
        items = "".join(f"<li>{_line(line[2:].lstrip(), public_url)}</li>" for line in lines)
        return f"<ul>{items}</ul>"
    return "<p>" + "<br>".join(_line(line, public_url) for line in lines) + "</p>"


def _line(line: str, public_url: str) -> str:
    if _OWN_PATH.fullmatch(line) and not line.startswith("//"):
        return _anchor(public_url + line)
    html, end = "", 0
    for found in _ADDRESS.finditer(line):
        address = found[0].rstrip(_AFTER_ADDRESS)
        html += escape(typeset(line[end : found.start()])) + _anchor(address)
        end = found.start() + len(address)
    return html + escape(typeset(line[end:]))


def _anchor(address: str) -> str:
    """Without the scheme, as people write addresses; whole, so that it can be typed from paper."""
    parts = urlsplit(address)
    words = address.removeprefix(f"{parts.scheme}://").rstrip("/")
    return f'<a href="{escape(address)}">{escape(words)}</a>'
