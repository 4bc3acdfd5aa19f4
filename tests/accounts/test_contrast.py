"""Colours that can be read, and the nearest one that can."""

import re
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from accounts.contrast import (
    BLACK,
    DARK_ON_ACCENT,
    DARK_PAPER,
    DARK_SURFACE,
    ENOUGH,
    PAPER,
    WHITE,
    Colour,
    contrast,
    luminance,
    mixed,
    nearest,
    on_dark,
    on_light,
    readable,
)

colours = st.builds(Colour, *[st.integers(0, 255)] * 3)


@pytest.mark.parametrize(
    ("one", "other", "known"),
    [("#000000", "#ffffff", 21), ("#ffffff", "#ffffff", 1), ("#767676", "#ffffff", 4.54), ("#777777", "#ffffff", 4.48)],
)
def test_the_figures_are_those_of_the_standard(one, other, known):
    assert round(contrast(Colour.of(one), Colour.of(other)), 2) == known
    assert readable(Colour.of(one), Colour.of(other)) is (known >= ENOUGH)


@pytest.mark.parametrize("words", ["#", "red", "#fff", "#12345g", "#1234567", "123456", "#123456\n", "#123456;}"])
def test_what_is_no_colour(words):
    with pytest.raises(ValueError, match=re.escape(words)):
        Colour.of(words)


@given(colours)
def test_a_colour_is_read_as_it_is_written(colour):
    assert Colour.of(str(colour)) == Colour.of(str(colour).upper()) == colour


@given(colours, colours)
def test_contrast_is_the_same_both_ways_and_within_bounds(one, other):
    assert contrast(one, other) == contrast(other, one)
    assert 1 <= contrast(one, other) <= 21


@given(colours, st.sampled_from([PAPER, WHITE, DARK_PAPER, DARK_SURFACE, BLACK]))
def test_the_nearest_shade_can_be_read_and_the_one_before_it_cannot(colour, ground):
    found = nearest(colour, ground)
    assert contrast(found, ground) >= ENOUGH
    if contrast(colour, ground) >= ENOUGH:
        assert found == colour
        return
    away = BLACK if luminance(ground) > 0.5 else WHITE
    shades = [mixed(colour, away, step / 255) for step in range(256)]
    assert contrast(shades[shades.index(found) - 1], ground) < ENOUGH
    assert nearest(found, ground) == found


@given(colours)
def test_every_shade_by_day_can_be_read(colour):
    assume(readable(colour, PAPER))
    day = on_light(colour)
    assert [
        ground for ground in (PAPER, WHITE, day.wash) if not readable(day.accent, ground) or not readable(day.deep, ground)
    ] == []
    assert readable(day.on, day.accent)
    assert readable(day.on, day.deep)


@given(colours)
def test_every_shade_by_night_can_be_read(colour):
    night = on_dark(colour)
    grounds = (DARK_PAPER, DARK_SURFACE, night.wash)
    assert [ground for ground in grounds if not readable(night.accent, ground) or not readable(night.deep, ground)] == []
    assert readable(night.on, night.accent)
    assert readable(night.on, night.deep)


def test_the_grounds_are_those_of_the_pages():
    sheet = (Path(__file__).parents[2] / "static/css/theme.css").read_text(encoding="utf-8")
    said = {name: re.findall(rf"^ *--{name}: (#\w+);", sheet, re.M)[:2] for name in ("paper", "surface", "on-accent")}
    assert said == {
        "paper": [str(PAPER), str(DARK_PAPER)],
        "surface": ["#fff", str(DARK_SURFACE)],
        "on-accent": ["#fff", str(DARK_ON_ACCENT)],
    }
