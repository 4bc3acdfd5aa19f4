"""PDF of anything that is put on paper: the text of a version here, an announcement or a poster in other apps.

    pdf = render_pdf("consultations/announcement_pdf.html", {"announcement": announcement})
    pdf.content  # the bytes;  pdf.pages  # how many

The template extends base_pdf.html, which says what its blocks are. The context must hold all that the page needs:
there is no request. Documents are Polish whatever the language of the visitor, tagged for assistive technology
(PDF/UA-1), load nothing but the assets in fetcher.py, and come out the same to the byte from the same context.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from programs.models import DraftVersion
from programs.reading import contents, tree


class RenderedPdf(NamedTuple):
    content: bytes
    pages: int


def render_pdf(template: str, context: Mapping[str, Any]) -> RenderedPdf:
    """Takes about 0.1 s a page: of anything longer than a page only the worker should ask this."""
    # The engine takes a second and 40 MB to load: only processes that make a PDF pay for it.
    import weasyprint

    from programs.exports.fetcher import OwnAssetsOnly

    with translation.override("pl"):
        html = render_to_string(template, {"municipality": settings.MUNICIPALITY, **context})
    document = weasyprint.HTML(string=html, url_fetcher=OwnAssetsOnly()).render(pdf_variant="pdf/ua-1")
    return RenderedPdf(document.write_pdf(pdf_variant="pdf/ua-1"), len(document.pages))


def version_pdf(version: DraftVersion) -> RenderedPdf:
    """The text of a version; from an unfrozen one, a proof."""
    texts = list(version.texts.in_reading_order())
    return render_pdf("programs/version_pdf.html", {"version": version, "nodes": tree(texts), "contents": contents(texts)})
