import re
import subprocess
from io import BytesIO

import pytest
from django.template import engines
from django.utils import translation
from pypdf import PdfReader
from weasyprint.urls import FatalURLFetchingError

from programs.actions import UnitDraft
from programs.exports import pdf
from programs.exports.fetcher import ASSETS, OwnAssetsOnly
from programs.numbering import Unit
from tests.factories.programs import draft, frozen, paragraphs

HARD = "\u00a0"


def poppler(*command: str, content: bytes = b"") -> str:
    done = subprocess.run(command, input=content, capture_output=True, check=True)  # noqa: S603 - our own commands
    return done.stdout.decode()


def in_words(content: bytes, *options: str) -> str:
    return poppler("pdftotext", *options, "-", "-", content=content)


def fonts(content: bytes, tmp_path) -> set[str]:
    path = tmp_path / "fonts.pdf"
    path.write_bytes(content)
    return {line.split()[0].partition("+")[2] for line in poppler("pdffonts", str(path)).splitlines()[2:]}


@pytest.fixture
def page(monkeypatch):
    """Renders a whole document given as HTML, through the door that every document takes."""
    monkeypatch.setattr(pdf, "render_to_string", lambda template, context: template)
    return lambda html: pdf.render_pdf(f'<html lang="pl"><title>Próba</title><h1>Próba</h1>{html}', {}).content


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A file of the server that must not come out, and a list of all files and network addresses that were opened."""
    secret = tmp_path / "secret.txt"
    secret.write_text("TAJNE-HASLO")
    asked = []
    monkeypatch.setattr("urllib.request.OpenerDirector.open", lambda opener, request, *args, **kwargs: asked.append(request))
    monkeypatch.setattr("socket.create_connection", lambda address, *args, **kwargs: asked.append(address))
    return secret.as_uri(), asked


@pytest.fixture
def version(db):
    return frozen()


@pytest.mark.poppler
def test_the_fonts_are_our_own_and_the_text_comes_out_as_it_went_in(version, tmp_path):
    content = pdf.version_pdf(version).content
    assert fonts(content, tmp_path) == {"WspLatin", "WspLatin-Bold", "WspExt", "WspExt-Bold"}
    words = in_words(content)
    assert "zażółć gęślą jaźń" in words
    assert "mówi § 12, a kwota to 10 000 zł" in words.replace(HARD, " ")
    assert "„dobre zwyczaje”" in words


@pytest.mark.poppler
def test_a_hyphenated_text_needs_no_other_font(db, tmp_path):
    long = "Konstantynopolitańczykowianeczka przeprowadziła najnieprawdopodobniejsze przedsięwzięcie. " * 30
    content = pdf.version_pdf(frozen(units=[UnitDraft(Unit.PARAGRAPH, text=long)])).content
    assert "-\n" in in_words(content, "-layout")
    assert fonts(content, tmp_path) <= {"WspLatin", "WspLatin-Bold", "WspExt", "WspExt-Bold"}


def test_the_document_is_tagged_and_says_its_language_and_title(version):
    with translation.override("pl"):
        content = pdf.version_pdf(version).content
    reader = PdfReader(BytesIO(content))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"].value is True
    assert root["/StructTreeRoot"]["/K"]
    assert root["/Lang"] == "pl"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    assert reader.metadata.title.startswith(f"Program współpracy na 2027 rok – {version.get_purpose_display()}")
    assert b"pdfuaid" in root["/Metadata"].get_data()


def test_the_structure_holds_headings_lists_and_a_table_with_headers(version):
    reader = PdfReader(BytesIO(pdf.version_pdf(version).content))
    found = []

    def walk(element):
        element = element.get_object()
        if isinstance(element, list):
            for each in element:
                walk(each)
        elif isinstance(element, dict) and "/K" in element:
            if "/S" in element:
                found.append(element["/S"])
            walk(element["/K"])

    walk(reader.trailer["/Root"]["/StructTreeRoot"])
    assert found.count("/H1") == 1
    assert {"/H2", "/L", "/LI", "/Table", "/TH", "/TD", "/Caption"} <= set(found)
    assert "/Figure" not in found


def test_the_same_version_gives_the_same_bytes(version):
    assert pdf.version_pdf(version).content == pdf.version_pdf(version).content


def test_the_language_of_the_visitor_does_not_matter(version):
    with translation.override("en"):
        english = pdf.version_pdf(version)
    with translation.override("pl"):
        assert pdf.version_pdf(version) == english


@pytest.mark.poppler
def test_pages_are_counted_on_each_but_the_title_page(db):
    rendered = pdf.version_pdf(frozen(units=[UnitDraft(Unit.CHAPTER, heading="Cele", children=paragraphs(60))]))
    pages = in_words(rendered.content).rstrip("\f").split("\f")
    last = str(rendered.pages)
    assert len(pages) == rendered.pages > 3
    with translation.override("pl"):
        page, of = translation.pgettext("page x of y", "page"), translation.pgettext("page x of y", "of")
    foot = [f"{page} {number} {of} {last}" for number in range(1, rendered.pages + 1)]
    assert [line in text for line, text in zip(foot, pages, strict=True)] == [False] + [True] * (rendered.pages - 1)
    assert ["Program współpracy na 2027 rok" in text for text in pages] == [True] * rendered.pages


@pytest.mark.poppler
def test_the_contents_name_the_page_of_each_chapter(version):
    pages = in_words(pdf.version_pdf(version).content, "-layout").split("\f")
    listed = {line.split()[-1] for line in pages[1].splitlines() if "Cele programu" in line or "Środki" in line}
    assert listed == {"3"}
    assert next(line.split()[-1] for line in pages[1].splitlines() if "Kryteria" in line) == "4"
    assert "Kryteria" in pages[3]


@pytest.mark.poppler
@pytest.mark.parametrize("before", range(32, 40))
def test_a_label_is_never_parted_from_its_first_words(db, before):
    """Wherever the page ends, no page ends with a number alone."""
    lines = [UnitDraft(Unit.SUBPARAGRAPH, text="Krótki.") for _ in range(before)]
    long = UnitDraft(Unit.SUBPARAGRAPH, text="Długi zapis, który zajmuje kilka wierszy. " * 8)
    units = [UnitDraft(Unit.PARAGRAPH, children=lines), UnitDraft(Unit.PARAGRAPH, children=[long, long])]
    pages = in_words(pdf.version_pdf(frozen(units=units)).content, "-layout").rstrip("\f").split("\f")
    last_lines = [[line.strip() for line in page.splitlines() if line.strip()][-2] for page in pages[1:]]
    assert len(last_lines) > 1
    assert [line for line in last_lines if re.fullmatch(r"(§\s*\d+\.)?\s*(\d+\.)?", line)] == []


@pytest.mark.poppler
def test_an_unfrozen_version_prints_as_a_proof(db):
    version = draft()
    rendered = pdf.version_pdf(version)
    assert version.sha256 == ""
    assert rendered.pages == 4


@pytest.mark.poppler
def test_text_is_never_markup(db, server):
    secret, asked = server
    evil = f'<link rel="attachment" href="{secret}"><style>@import "http://evil.example/x.css";</style><b>pogrubione</b>'
    content = pdf.version_pdf(frozen(units=[UnitDraft(Unit.PARAGRAPH, heading=evil, text=evil)])).content
    assert "<b>pogrubione</b>" in in_words(content)
    assert not PdfReader(BytesIO(content)).attachments
    assert asked == []


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
        '<style>@import "http://evil.example/style.css";</style>',
        '<style>body {{ background: url("{secret}") }}</style>',
        "<style>body {{ background: url(http://evil.example/pixel.png) }}</style>",
        '<style>@font-face {{ font-family: X; src: url("{secret}") }} p {{ font-family: X }}</style><p>x</p>',
        '<p style="list-style-image: url(http://evil.example/a.png); display: list-item">x</p>',
        '<svg width="9" height="9"><image href="{secret}" width="9" height="9"/></svg>',
        '<svg width="9" height="9"><use href="http://evil.example/a.svg#x"/></svg>',
        '<img src="http://evil.example/pixel.png" alt="obraz">',
        '<img src="ftp://evil.example/pixel.png" alt="obraz">',
        '<img src="/etc/hostname" alt="obraz"><base href="file:///">',
    ],
)
def test_a_document_reads_no_file_and_asks_no_network(page, server, markup):
    secret, asked = server
    content = page(markup.format(secret=secret))
    assert asked == []
    assert not PdfReader(BytesIO(content)).attachments
    assert "TAJNE-HASLO" not in in_words(content)
    assert b"TAJNE-HASLO" not in content


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


def test_a_document_of_another_app_shares_the_frame(db, settings):
    template = engines["django"].from_string('{% extends "base_pdf.html" %}{% block content %}<h1>{{ title }}</h1>{% endblock %}')
    html = template.render({"title": "<Ogłoszenie>", "municipality": settings.MUNICIPALITY})
    assert "&lt;Ogłoszenie&gt;" in html
    assert html.count("app:") == 5
