"""Texts on paper: their HTML has no links to themselves and no actions."""

from collections.abc import Sequence

from django import template
from django.utils.safestring import SafeString

from programs import reading
from programs.reading.because import Because
from programs.reading.changes import Compared, changed_pieces
from programs.reading.summary import Line, counted, listed

register = template.Library()


@register.filter
def on_paper(nodes: Sequence[reading.Node]) -> SafeString:
    """{{ nodes|on_paper }}: the units of a version."""
    return reading.html(reading.pieces(nodes), links=False)


@register.filter
def redlined(both: Compared, because: Because | None = None) -> SafeString:
    """{{ both|redlined:because }}: the units of two versions with what changed, and why."""
    return reading.html(changed_pieces(both.comparison, both.old, both.new, because), links=False)


@register.filter
def in_short(both: Compared) -> str:
    return counted(both.comparison)


@register.filter
def lines(both: Compared) -> list[Line]:
    return listed(both.comparison, both.old, both.new)
