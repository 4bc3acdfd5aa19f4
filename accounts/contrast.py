"""Whether a colour can be read on another (WCAG 2.2, 1.4.3), the nearest shade that can, and the shades a page needs of one.

Pure. What a shade is moved to is black or white, so it keeps its hue, and each step only ever helps.
"""

import re
from bisect import bisect_left
from typing import NamedTuple

ENOUGH = 4.5  # of letters, whatever their size
_STEPS = 255


class Colour(NamedTuple):
    red: int
    green: int
    blue: int

    @classmethod
    def of(cls, words: str) -> "Colour":
        """Raises ValueError."""
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", words):
            raise ValueError(words)
        return cls(*bytes.fromhex(words[1:]))

    def __str__(self) -> str:
        return f"#{bytes(self).hex()}"


BLACK, WHITE = Colour(0, 0, 0), Colour(255, 255, 255)
# As in static/css/theme.css: of light pages the ground darker than all others, of dark ones the lighter.
PAPER = Colour.of("#faf7f2")
DARK_PAPER, DARK_SURFACE = Colour.of("#14191d"), Colour.of("#1d242a")
DARK_ON_ACCENT = Colour.of("#1d1410")


class Shades(NamedTuple):
    accent: Colour
    deep: Colour  # under the pointer
    brick: Colour  # ornament
    wash: Colour  # a ground that the accent can be read on
    on: Colour  # letters on the accent


def luminance(colour: Colour) -> float:
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in (part / 255 for part in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, other: Colour) -> float:
    """From 1, of a colour with itself, to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def mixed(colour: Colour, other: Colour, share: float) -> Colour:
    """`share` of the other."""
    return Colour(*(round(part + (to - part) * share) for part, to in zip(colour, other, strict=True)))


def readable(colour: Colour, ground: Colour) -> bool:
    return contrast(colour, ground) >= ENOUGH


def nearest(colour: Colour, ground: Colour) -> Colour:
    """The colour itself where it can be read on the ground; else the shade least darkened, or on a dark ground lightened."""
    if readable(colour, ground):
        return colour
    away = max(BLACK, WHITE, key=lambda end: contrast(end, ground))
    # Steps on which it grows alike with the ground come before those on which it can be read: both are "not yet".
    past = [_is_past(mixed(colour, away, step / _STEPS), ground, away) for step in range(_STEPS + 1)]
    return mixed(colour, away, bisect_left(past, True) / _STEPS)


def on_light(colour: Colour) -> Shades:
    """Of a colour that can be read on paper; then it can be on white too, and white on it."""
    wash = _wash(colour, WHITE)
    return Shades(colour, mixed(colour, BLACK, 0.25), colour, wash, WHITE)


def on_dark(colour: Colour) -> Shades:
    """The same hue for pages by night."""
    accent = nearest(colour, DARK_SURFACE)
    brick = mixed(accent, DARK_PAPER, 0.35)
    return Shades(accent, mixed(accent, WHITE, 0.35), brick, _wash(accent, DARK_PAPER), DARK_ON_ACCENT)


def _is_past(shade: Colour, ground: Colour, away: Colour) -> bool:
    on_its_side = (luminance(shade) < luminance(ground)) == (luminance(away) < luminance(ground))
    return on_its_side and readable(shade, ground)


def _wash(accent: Colour, ground: Colour) -> Colour:
    """As much of the accent in the ground, up to an eighth, as leaves the accent readable on it."""
    washes = (mixed(ground, accent, hundredths / 100) for hundredths in range(12, -1, -1))
    return next(wash for wash in washes if readable(accent, wash))
