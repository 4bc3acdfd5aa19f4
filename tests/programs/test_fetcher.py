"""Whatever is typed into a text, a document takes nothing from this machine and asks nothing of the network."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import NamedTuple

import pikepdf
import pytest
from pypdf import PdfReader
from weasyprint.urls import FatalURLFetchingError

from programs.actions import UnitDraft, create_program
from programs.exports import pdf
from programs.exports.fetcher import ASSETS, OwnAssetsOnly
from programs.models import ProgramKind
from programs.numbering import Unit
from tests.factories.programs import WRITTEN, draft
from tests.programs.pdfs import in_words


@pytest.fixture
def page(monkeypatch):
    """Renders a whole document given as HTML, through the door that every document takes."""
    monkeypatch.setattr(pdf, "render_to_string", lambda template, context: template)
    return lambda html: pdf.render_pdf(f'<html lang="pl"><title>Próba</title><h1>Próba</h1>{html}', {}).content


class Bait(NamedTuple):
    """A file that must not come out, an address that must not be asked, and all that was asked of it."""

    file: str
    address: str
    asked: list[str]


@pytest.fixture
def bait(tmp_path: Path) -> Iterator[Bait]:
    asked: list[str] = []

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *args):
            pass

    secret = tmp_path / "secret.txt"
    secret.write_text("TAJNE-HASLO")
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield Bait(secret.as_uri(), f"http://127.0.0.1:{server.server_port}", asked)
        server.shutdown()


def assert_nothing_was_taken(content: bytes, bait: Bait) -> None:
    assert bait.asked == []
    assert not PdfReader(BytesIO(content)).attachments
    assert "TAJNE-HASLO" not in in_words(content)
    with pikepdf.open(BytesIO(content)) as document:
        streams = [found.read_bytes() for found in document.objects if isinstance(found, pikepdf.Stream)]
    assert streams
    assert not any(b"TAJNE-HASLO" in stream for stream in streams)


@pytest.mark.poppler
def test_text_is_never_markup_in_whatever_field(db, bait):
    head = f'<img src="{bait.address}/img"><b>pogrubione</b>'
    text = (
        f'<link rel="attachment" href="{bait.file}"><img src="{bait.address}/img"><b>pogrubione</b>'
        f'<style>@import "{bait.address}/css"; p {{ background: url({bait.address}/url) }}</style>'
    )
    inside = [UnitDraft(kind, text=text) for kind in (Unit.POINT, Unit.POINT)]
    table = UnitDraft(Unit.TABLE, heading=head, cells=[[head, "Kwota"], [text, head]])
    paragraph = UnitDraft(Unit.PARAGRAPH, heading=head, text=text, children=[*inside, table])
    units = [UnitDraft(kind, heading=head, text=text, children=[paragraph]) for kind in (Unit.CHAPTER, Unit.ANNEX)]
    titled = create_program(
        title=head, slug="2027", kind=ProgramKind.ANNUAL, first_year=2027, last_year=2027, previous=None, at=WRITTEN
    )
    content = pdf.version_pdf(draft(titled, units=units)).content
    assert in_words(content).count("<b>pogrubione</b>") > 10
    assert_nothing_was_taken(content, bait)


@pytest.mark.poppler
@pytest.mark.parametrize(
    "markup",
    [
        '<link rel="attachment" href="{secret}">',
        '<a rel="attachment" href="{secret}">załącznik</a>',
        '<link rel="stylesheet" href="{secret}">',
        '<img src="{secret}" alt="obraz">',
        '<object data="{secret}"></object>',
        '<embed src="{secret}">',
        '<style>@import url("{secret}");</style>',
        '<style>@import "{address}/style.css";</style>',
        '<style>body {{ background: url("{secret}") }}</style>',
        "<style>body {{ background: url({address}/pixel.png) }}</style>",
        '<style>@font-face {{ font-family: X; src: url("{secret}") }} p {{ font-family: X }}</style><p>x</p>',
        '<p style="list-style-image: url({address}/a.png); display: list-item">x</p>',
        '<svg width="9" height="9"><image href="{secret}" width="9" height="9"/></svg>',
        '<svg width="9" height="9"><use href="{address}/a.svg#x"/></svg>',
        '<img src="{address}/pixel.png" alt="obraz">',
        '<img src="{ftp}/pixel.png" alt="obraz">',
        '<img src="/etc/hostname" alt="obraz"><base href="file:///">',
    ],
)
def test_a_document_reads_no_file_and_asks_no_network(page, bait, markup):
    ftp = bait.address.replace("http:", "ftp:")
    content = page(markup.format(secret=bait.file, address=bait.address, ftp=ftp))
    assert_nothing_was_taken(content, bait)


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "http://127.0.0.1/",
        "https://example.org/",
        "data:text/plain,x",
        "ftp://x/",
        "App:style",
        "style",
        "",
    ],
)
def test_the_fetcher_serves_nothing_but_its_assets(address):
    with pytest.raises(ValueError, match="may not load"):
        OwnAssetsOnly().fetch(address)


def test_an_asset_of_ours_that_is_missing_stops_the_document():
    with pytest.raises(FatalURLFetchingError):
        OwnAssetsOnly().fetch("app:../../config/settings.py")


def test_every_asset_is_there():
    for address, (path, content_type) in ASSETS.items():
        response = OwnAssetsOnly().fetch(address)
        assert (response.read(), response.content_type) == (path.read_bytes(), content_type)
