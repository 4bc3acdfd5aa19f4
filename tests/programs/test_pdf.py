import re
from io import BytesIO

import pikepdf
import pytest
from django.template import engines
from django.utils import translation
from pypdf import PdfReader

from programs import marks
from programs.actions import UnitDraft, freeze_version
from programs.child import ChildCancelled, ChildTooLarge, ChildTooLong, Limits
from programs.exports import pdf
from programs.models import DraftVersion
from programs.numbering import Unit
from tests.factories.programs import FROZEN, TEXT, draft, frozen, paragraphs, reword, unit
from tests.programs.pdfs import fonts, heard, in_words, pages_in_words, printed, spots

HARD = "\u00a0"
WATERMARK = "projekt roboczy"
WATERMARK_COLOR = bytes.fromhex("efe9e0")


@pytest.fixture
def version(db):
    return frozen()


@pytest.fixture
def sample(db) -> DraftVersion:
    """All that a text may hold, on five pages at least: a table is longer than a page, and a reference leads through it."""
    points = [
        UnitDraft(
            Unit.POINT,
            text="wspieranie wolontariatu:",
            children=[
                UnitDraft(Unit.LETTER, text="szkolenia:", children=[UnitDraft(Unit.INDENT, text="dla osób zaczynających.")]),
                UnitDraft(Unit.LETTER, text="doradztwo;"),
            ],
        ),
        UnitDraft(Unit.POINT, text="świadczenie pomocy prawnej. " * 20),
    ]
    subparagraphs = [UnitDraft(Unit.SUBPARAGRAPH, text="Zadania obejmują: ", children=points) for _ in range(4)]
    rows = [[str(row), f"Dziedzina {row}", f"{row} 000"] for row in range(1, 61)]
    table = UnitDraft(Unit.TABLE, heading="Środki", cells=[["Lp.", "Dziedzina", "Kwota w zł"], *rows, ["", "Razem", "="]])
    paragraph = UnitDraft(Unit.PARAGRAPH, heading="Zakres", children=subparagraphs)
    chapter = UnitDraft(Unit.CHAPTER, heading="Zadania", children=[paragraph, paragraph])
    annex = UnitDraft(Unit.ANNEX, heading="Podział środków", children=[table])
    version = draft(units=[*TEXT[:2], chapter, TEXT[2], annex])
    named = unit(version, "§ 3 ust. 2")
    reword(unit(version, "§ 1"), text=f"Kwoty określa {marks.reference(named.provision_id)}.")
    return freeze_version(version, by=None, at=FROZEN)


@pytest.mark.poppler
def test_the_fonts_are_our_own_and_the_text_comes_out_as_it_went_in(version, tmp_path):
    content = printed(version).content
    assert fonts(content, tmp_path) == {"WspLatin", "WspLatin-Bold", "WspExt", "WspExt-Bold"}
    words = in_words(content)
    assert "zażółć gęślą jaźń" in words
    assert "mówi § 12, a kwota to 10 000 zł" in words.replace(HARD, " ")
    assert "„dobre zwyczaje”" in words


@pytest.mark.poppler
def test_a_hyphenated_text_needs_no_other_font(db, tmp_path):
    long = "Konstantynopolitańczykowianeczka przeprowadziła najnieprawdopodobniejsze przedsięwzięcie. " * 30
    content = printed(frozen(units=[UnitDraft(Unit.PARAGRAPH, text=long)])).content
    assert "-\n" in in_words(content, "-layout")
    assert fonts(content, tmp_path) <= {"WspLatin", "WspLatin-Bold", "WspExt", "WspExt-Bold"}


def test_the_document_is_tagged_and_says_its_language_and_title(version):
    with translation.override("pl"):
        content = printed(version).content
    reader = PdfReader(BytesIO(content))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"].value is True
    assert root["/StructTreeRoot"]["/K"]
    assert root["/Lang"] == "pl"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    assert reader.metadata.title.startswith(f"Program współpracy na 2027 rok – {version.get_purpose_display()}")
    assert b'pdfuaid:part="1"' in root["/Metadata"].get_data()
    assert b'pdfaid:part="2" pdfaid:conformance="A"' in root["/Metadata"].get_data()
    assert [intent["/S"] for intent in root["/OutputIntents"]] == ["/GTS_PDFA1"]


def test_a_text_of_five_pages_is_heard_without_a_finding(sample, tmp_path):
    rendered = printed(sample)
    assert rendered.pages >= 5
    assert heard(rendered.content, tmp_path) == []


def test_the_bookmarks_are_the_headings(sample):
    reader = PdfReader(BytesIO(printed(sample).content))
    (title, below) = reader.outline
    assert title.title == "Program współpracy na 2027 rok"
    named = [mark.title.replace(HARD, " ") for mark in below if not isinstance(mark, list)]
    assert named == [
        "Spis treści",
        "Rozdział 1 Cele programu",
        "Rozdział 2 Środki",
        "Rozdział 3 Zadania",
        "Załącznik nr 1 Kryteria",
        "Załącznik nr 2 Podział środków",
    ]


def test_each_link_leads_somewhere_and_says_where(sample):
    reader = PdfReader(BytesIO(printed(sample).content))
    links = [(link["/Contents"].replace(HARD, " "), link["/Dest"]) for page in reader.pages for link in page.get("/Annots", ())]
    assert links == [
        ("Cele programu", "rozdzial-1"),
        ("Środki", "rozdzial-2"),
        ("Zadania", "rozdzial-3"),
        ("Kryteria", "zalacznik-1"),
        ("Podział środków", "zalacznik-2"),
        ("§ 3 ust. 2", "par-3-ust-2"),
    ]
    assert {place for _words, place in links} <= set(reader.named_destinations)


def test_the_structure_holds_headings_lists_and_a_table_with_headers(version):
    reader = PdfReader(BytesIO(printed(version).content))
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


def test_the_same_version_gives_the_same_bytes_wherever_it_is_made(sample):
    first = pdf.version_pdf(sample)
    assert pdf.version_pdf(sample) == first
    assert printed(sample) == first


def test_progress_is_told_on_the_way(sample):
    percents: list[int] = []
    pdf.version_pdf(sample, progress=percents.append)
    assert percents == sorted(set(percents))
    assert len(percents) > 5
    assert 0 < percents[0] < percents[-1] < 100


def test_a_text_can_be_called_off(sample):
    with pytest.raises(ChildCancelled):
        pdf.version_pdf(sample, cancelled=lambda: True)


@pytest.mark.parametrize(
    ("limits", "refusal"),
    [
        (Limits(cpu=1, wall=60, memory=2**30, output=2**26), ChildTooLong),
        (Limits(cpu=60, wall=0.5, memory=2**30, output=2**26), ChildTooLong),
        (Limits(cpu=60, wall=60, memory=2**27, output=2**26), ChildTooLarge),
        (Limits(cpu=60, wall=60, memory=2**30, output=2**10), ChildTooLarge),
    ],
    ids=["work", "clock", "memory", "output"],
)
def test_a_text_over_a_limit_is_refused_by_name(db, monkeypatch, limits, refusal):
    monkeypatch.setattr(pdf, "LIMITS", limits)
    long = [UnitDraft(Unit.PARAGRAPH, text="Długi zapis, który zajmuje kilka wierszy. " * 40) for _ in range(100)]
    with pytest.raises(refusal) as refused:
        pdf.version_pdf(draft(units=long))
    assert type(refused.value) is refusal


def test_the_language_of_the_visitor_does_not_matter(version):
    with translation.override("en"):
        english = printed(version)
    with translation.override("pl"):
        assert printed(version) == english


@pytest.mark.poppler
def test_pages_are_counted_on_each_but_the_title_page(db):
    rendered = printed(frozen(units=[UnitDraft(Unit.CHAPTER, heading="Cele", children=paragraphs(60))]))
    pages = pages_in_words(rendered.content)
    last = str(rendered.pages)
    assert len(pages) == rendered.pages > 3
    with translation.override("pl"):
        page, of = translation.pgettext("page x of y", "page"), translation.pgettext("page x of y", "of")
    foot = [f"{page} {number} {of} {last}" for number in range(1, rendered.pages + 1)]
    assert [line in text for line, text in zip(foot, pages, strict=True)] == [False] + [True] * (rendered.pages - 1)
    assert ["Program współpracy na 2027 rok" in text for text in pages] == [True] * rendered.pages


@pytest.mark.poppler
def test_the_contents_name_the_page_of_each_chapter(version):
    pages = in_words(printed(version).content, "-layout").split("\f")
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
    pages = pages_in_words(printed(frozen(units=units)).content, "-layout")
    last_lines = [[line.strip() for line in page.splitlines() if line.strip()][-2] for page in pages[1:]]
    assert len(last_lines) > 1
    assert [line for line in last_lines if re.fullmatch(r"(§\s*\d+\.)?\s*(\d+\.)?", line)] == []


@pytest.mark.poppler
def test_each_page_of_an_unfrozen_version_says_that_it_is_a_proof_and_none_of_a_frozen_one(db, tmp_path):
    version = draft()
    proof = printed(version)
    assert version.sha256 == ""
    assert proof.pages == 4
    assert [text.count(WATERMARK) for text in pages_in_words(proof.content)] == [1] * 4
    assert min(spots(proof.content, WATERMARK_COLOR)) > 1000
    final = printed(freeze_version(version, by=None, at=FROZEN))
    assert final.pages == 4
    assert WATERMARK not in in_words(final.content)
    assert max(spots(final.content, WATERMARK_COLOR)) < 20
    assert heard(proof.content, tmp_path) == heard(final.content, tmp_path) == []


def test_the_watermark_is_an_artifact_behind_the_words(db):
    version = draft()
    drawn, turned = rb"/Artifact\nBMC\n[^B]*/x\d+ Do\nEMC", rb" cm\nq\n/Artifact\n<</Type /Pagination>>\nBDC"
    with pikepdf.open(BytesIO(printed(version).content)) as proof:
        for page in proof.pages:
            content = page.Contents.read_bytes()
            assert re.search(drawn, content).end() < content.index(b"BDC")
            assert len(re.findall(turned, content)) == 1
    with pikepdf.open(BytesIO(printed(freeze_version(version, by=None, at=FROZEN)).content)) as final:
        for page in final.pages:
            assert not re.search(turned, page.Contents.read_bytes())


def test_a_document_of_another_app_shares_the_frame(db, settings):
    template = engines["django"].from_string('{% extends "base_pdf.html" %}{% block content %}<h1>{{ title }}</h1>{% endblock %}')
    html = template.render({"title": "<Ogłoszenie>", "portal": settings.MUNICIPALITY})
    assert "&lt;Ogłoszenie&gt;" in html
    assert html.count("app:") == 5
