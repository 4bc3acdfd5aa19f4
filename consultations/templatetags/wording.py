"""Two wordings of one provision as one: {{ voice.quote|difference:voice.proposed_wording }}."""

from django import template
from django.utils.safestring import SafeString

from programs import redline
from programs.reading.changes import NO_MARKS, redlined
from programs.typography import typeset

register = template.Library()


@register.filter
def difference(present: str, proposed: str) -> SafeString:
    """What would go and what would come, marked also in words for whoever sees no colors; styled by text.css."""
    # Other spaces and quotation marks are no other words.
    runs = redline.words(typeset(present), typeset(proposed))
    return redlined(runs, NO_MARKS, NO_MARKS)
