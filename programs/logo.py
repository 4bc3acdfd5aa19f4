"""The logo of the office: told by its content, and written anew, so that what goes out is only what was understood.

Imports no model.
"""

import re
import struct
from io import BytesIO
from typing import Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from lxml import etree
from PIL import Image, ImageFile, ImageOps

LARGEST = 200_000
MOST_PIXELS = 8_000_000  # 32 MB once unpacked
# Three times what the head of a page shows of it: sharp on any screen.
_BOX = (720, 168)
_RASTERS: Final = {b"\x89PNG": ("PNG", "image/png", "RGBA"), b"\xff\xd8\xff": ("JPEG", "image/jpeg", "RGB")}
_SVG, _XLINK, _XML = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink", "http://www.w3.org/XML/1998/namespace"
# What drawing programs note down for themselves; it draws nothing and is left out.
_NOTES: Final = (
    "http://www.inkscape.org/",
    "http://sodipodi.sourceforge.net/",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "http://ns.adobe.com/",
    "http://www.bohemiancoding.com/sketch/",
)
# No image, link, animation, filter or <use>: the last can be nested until a browser stops.
_DRAWN = """svg g defs title desc style path rect circle ellipse line polyline polygon text tspan
    linearGradient radialGradient stop clipPath mask"""
_SAID = """id class style version viewBox preserveAspectRatio width height x y x1 y1 x2 y2 cx cy r rx ry fx fy fr d points
    transform offset
    href dx dy rotate textLength lengthAdjust pathLength gradientUnits gradientTransform spreadMethod clipPathUnits
    maskUnits maskContentUnits role aria-label aria-labelledby aria-hidden focusable enable-background baseProfile
    fill fill-rule fill-opacity stroke stroke-width stroke-linecap stroke-linejoin stroke-miterlimit stroke-dasharray
    stroke-dashoffset stroke-opacity opacity color display visibility overflow clip-path clip-rule mask mask-type stop-color
    stop-opacity font-family font-size font-style font-weight font-variant font-stretch letter-spacing word-spacing text-anchor
    dominant-baseline alignment-baseline baseline-shift text-decoration vector-effect paint-order shape-rendering
    text-rendering color-interpolation isolation mix-blend-mode"""
_ELEMENTS: Final = frozenset(_DRAWN.split())
_ATTRIBUTES: Final = frozenset(_SAID.split())
_OUTSIDE = re.compile(r"url\(\s*['\"]?(?!#)", re.I)
# Another sheet, old browsers' programs, and backslashes, which may hide either.
_ACTIVE = re.compile(r"@|\\|(expression|image|image-set|src)\s*\(|javascript:|behavior\s*:|-moz-binding", re.I)


class Logo(NamedTuple):
    kind: str
    content: bytes


class LogoIsTooBig(Exception):
    in_words: Promise = _("The file of the logo is larger than 200 kB, or has more than 8 million dots. Choose a smaller one.")


class LogoIsNoPicture(Exception):
    in_words: Promise = _("This file is not a PNG, JPEG or SVG picture, or is damaged. Choose another one.")


class LogoDoesMore(Exception):
    """An SVG that is more than a drawing."""

    def __init__(self, found: str) -> None:
        self.in_words = _(
            "A logo may only be a drawing, and this SVG file has in it: %(found)s. Ask its author for a plain SVG without it, "
            "or choose the logo as PNG."
        ) % {"found": found}


def logo_of(content: bytes) -> Logo:
    """Raises LogoIsTooBig, LogoIsNoPicture and LogoDoesMore."""
    if len(content) > LARGEST:
        raise LogoIsTooBig
    for beginning, (reader, kind, mode) in _RASTERS.items():
        if content.startswith(beginning):
            return Logo(kind, _raster(content, reader, mode))
    return Logo("image/svg+xml", _drawing(content))


def _raster(content: bytes, reader: str, mode: str) -> bytes:
    """The dots alone: no notes, profile or place, no second frame, nothing that stood behind the end."""
    # WeasyPrint has Pillow fill up half a picture, wherever it was imported once.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with Image.open(BytesIO(content), formats=(reader,)) as image:
            if image.width * image.height > MOST_PIXELS:
                raise LogoIsTooBig
            upright = ImageOps.exif_transpose(image).convert(mode)
    # What Pillow raises at a damaged file, depending on where the damage is.
    except (OSError, ValueError, SyntaxError, EOFError, struct.error, Image.DecompressionBombError) as broken:
        raise LogoIsNoPicture from broken
    upright.thumbnail(_BOX)
    bare = Image.frombytes(mode, upright.size, upright.tobytes())
    written = BytesIO()
    bare.save(written, reader, optimize=True, quality=90)
    return written.getvalue()


def _drawing(content: bytes) -> bytes:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as broken:
        raise LogoIsNoPicture from broken
    if root.tag != f"{{{_SVG}}}svg":
        raise LogoIsNoPicture
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and any(declared.iterentities()):
        raise LogoDoesMore(str(_("an entity")))
    for note in [element for element in root.iter("*") if _is_note(element)]:
        parent = note.getparent()
        if parent is not None:
            parent.remove(note)
    for element in root.iter():
        _check_element(element)
    drawn: bytes = etree.tostring(root, encoding="utf-8")
    return drawn


def _check_element(element: etree._Element) -> None:
    if not isinstance(element.tag, str):
        raise LogoDoesMore(str(_("an entity")))
    name = etree.QName(element)
    if name.namespace != _SVG or name.localname not in _ELEMENTS:
        raise LogoDoesMore(f"<{name.localname}>")
    if name.localname == "style":
        _check_words("".join(element.itertext()), "<style>")
    for attribute, words in list(element.attrib.items()):
        _check_attribute(element, attribute, words)


def _check_attribute(element: etree._Element, attribute: str, words: str) -> None:
    name = etree.QName(attribute)
    if _is_of_notes(name) or name.localname.startswith("data-"):
        del element.attrib[attribute]
    elif name.localname == "href" and name.namespace in (None, _XLINK):
        if not re.fullmatch(r"#[\w.-]+", words):
            raise LogoDoesMore(f'href="{words[:60]}"')
    elif name.namespace == _XML and name.localname in ("space", "lang"):
        return
    elif name.namespace is not None or name.localname not in _ATTRIBUTES:
        raise LogoDoesMore(f'{name.localname}="…"')
    else:
        _check_words(words, f'{name.localname}="…"')


def _check_words(words: str, where: str) -> None:
    if _OUTSIDE.search(words) or _ACTIVE.search(words):
        raise LogoDoesMore(f"{where}: {words.strip()[:60]}")


def _is_note(element: etree._Element) -> bool:
    name = etree.QName(element)
    return _is_of_notes(name) or (name.namespace, name.localname) == (_SVG, "metadata")


def _is_of_notes(name: etree.QName) -> bool:
    return bool(name.namespace) and str(name.namespace).startswith(_NOTES)
