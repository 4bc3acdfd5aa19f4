"""Puts a document to press: HTML becomes a finished PDF. No Django: a limited child imports this; see programs/child.py."""

import gc
import logging
from typing import Any

import pydyf  # type: ignore[import-untyped]  # nor has the engine any types
import weasyprint

from programs.child import report
from programs.exports.fetcher import OwnAssetsOnly
from programs.exports.finish import finish

# For people who read with assistive technology; finish adds what archives ask for.
VARIANT = "pdf/ua-1"
# Percents at which the engine begins a step; the pages of the layout come before the step after it.
STEPS = {"Step 3": 5, "Step 4": 10, "Step 6": 65, "Step 7": 80}
LAYOUT, PAINTING = 15, 65
# Only so near that the percents of the layout run evenly.
BYTES_PER_PAGE = 4000


def press(html: str) -> tuple[bytes, int]:
    """The PDF, tagged, the same to the byte from the same HTML, and how many pages it has."""
    document = weasyprint.HTML(string=html, url_fetcher=OwnAssetsOnly()).render(pdf_variant=VARIANT)
    made = document.write_pdf(pdf_variant=VARIANT, finisher=_say_where_links_lead)
    return finish(made), len(document.pages)


def main(data: bytes) -> bytes:
    """In a child: how many pages, on a line of its own, then the PDF."""
    # A process that ends with its document leaves no garbage: a sixth of the time is saved, and no memory lost.
    gc.disable()
    logger = logging.getLogger("weasyprint.progress")
    logger.setLevel(logging.INFO)
    logger.addHandler(_Progress(expected=len(data) / BYTES_PER_PAGE))
    content, pages = press(data.decode())
    return b"%d\n%b" % (pages, content)


def _say_where_links_lead(document: Any, _pdf: Any) -> None:
    """By their words; the engine would describe a place in the document by its anchor."""
    for page in document.pages:
        for kind, _target, _place, box in page.links:
            if kind == "internal" and box.link_annotation:
                box.link_annotation["Contents"] = pydyf.String(" ".join("".join(box.element.itertext()).split()))


class _Progress(logging.Handler):
    """Turns what the engine logs of its steps and pages into percents."""

    def __init__(self, expected: float) -> None:
        super().__init__()
        self.expected = expected
        self.said = 0

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        percent = STEPS.get(message[:6], 0)
        if " - Page " in message:
            page = int(message.partition(" - Page ")[2].split()[0])
            percent = LAYOUT + int((PAINTING - LAYOUT) * min(1, page / self.expected))
        # A layout that is done again counts its pages from one.
        if percent > self.said:
            self.said = percent
            report(percent)
