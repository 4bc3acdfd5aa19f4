"""PDF of anything that is put on paper: the text of a version here, an announcement or a poster in other apps.

    pdf = render_pdf("consultations/announcement_pdf.html", {"announcement": announcement})
    pdf.content  # the bytes;  pdf.pages  # how many

The template extends base_pdf.html, which says what its blocks are. The context must hold all that the page needs:
there is no request. Documents are Polish whatever the language of the visitor, tagged for assistive technology
(PDF/UA-1) and fit for archives (PDF/A-2a), load nothing but the assets in fetcher.py, and come out the same to the
byte from the same context.

A leaf or two is rendered where it is asked for. What may be long is pressed in a child with limits: only the worker
should ask for that.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.template.loader import render_to_string
from django.utils import translation

from accounts.models import Portal
from programs.child import Limits, run
from programs.models import DraftVersion
from programs.reading import contents, tree
from programs.reading.because import because_since
from programs.reading.changes import compared

# 600 pages take some 150 seconds and 1 GB.
LIMITS = Limits(cpu=300, wall=540, memory=3 * 2**29, output=2**26)


class RenderedPdf(NamedTuple):
    content: bytes
    pages: int


def render_pdf(template: str, context: Mapping[str, Any]) -> RenderedPdf:
    """Takes about 0.1 s a page."""
    # The engine takes a second and 40 MB to load: only processes that make a PDF pay for it.
    from programs.exports.press import press

    return RenderedPdf(*press(_html(template, context)))


def press_pdf(
    template: str,
    context: Mapping[str, Any],
    *,
    progress: Callable[[int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> RenderedPdf:
    """`progress` is told percents, `cancelled` is asked twice a second. Raises what `programs.child.run` raises."""
    html = _html(template, context).encode()
    made = run("programs.exports.press", html, limits=LIMITS, progress=progress, cancelled=cancelled)
    pages, _, content = made.partition(b"\n")
    return RenderedPdf(content, int(pages))


def version_pdf(
    version: DraftVersion,
    *,
    progress: Callable[[int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> RenderedPdf:
    """The text of a version; from an unfrozen one, a proof that says so on each page."""
    texts = list(version.texts.in_reading_order())
    context = {"version": version, "nodes": tree(texts), "contents": contents(texts)}
    return press_pdf("programs/version_pdf.html", context, progress=progress, cancelled=cancelled)


def redline_pdf(
    base: DraftVersion,
    version: DraftVersion,
    *,
    at: datetime,
    progress: Callable[[int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> RenderedPdf:
    """What changed since `base`: a list of the changed units, then the whole text of `version` with its changes in place.

    Beside each, why it changed, as far as the public may know at `at`.
    """
    because = because_since(base, version, at)
    context = {"base": base, "version": version, "both": compared(base, version), "because": because}
    return press_pdf("programs/redline_pdf.html", context, progress=progress, cancelled=cancelled)


def _html(template: str, context: Mapping[str, Any]) -> str:
    with translation.override("pl"):
        return render_to_string(template, {"portal": Portal.current(), **context})
