"""The report on paper: tagged, each voice under a heading of its own, since a table of voices is a maze to whoever hears it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.utils import translation

from consultations.deadlines import local_day
from consultations.reporting.facts import Facts
from consultations.reporting.sections import sections
from consultations.reporting.voices import Said
from consultations.reporting.words import day
from programs.exports.pdf import RenderedPdf, press_pdf

# 500 pages, which take a minute and a half and 700 MB; other files hold any number.
LISTED_AT_MOST = 1500
TEMPLATE = "consultations/report/pdf.html"


def report_pdf(
    told: Facts, said: Sequence[Said], *, progress: Callable[[int], None], cancelled: Callable[[], bool]
) -> RenderedPdf:
    """Raises what `programs.exports.pdf.press_pdf` raises."""
    return press_pdf(TEMPLATE, context_of(told, said), progress=progress, cancelled=cancelled)


def context_of(told: Facts, said: Sequence[Said]) -> Mapping[str, Any]:
    published_at = told.written.published_at
    with translation.override("pl"):
        return {
            "facts": told,
            "sections": sections(told, said if len(said) <= LISTED_AT_MOST else None),
            "published": day(local_day(published_at) if published_at else None),
            # Links of a file that lies anywhere have to be whole.
            "origin": settings.PUBLIC_URL,
        }
