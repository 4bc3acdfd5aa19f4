from io import BytesIO
from uuid import uuid4
from zipfile import ZipFile

import docx as python_docx
import pytest
from django.conf import settings
from pypdf import PdfReader

from programs import child
from programs.actions import UnitDraft
from programs.exports import docx
from programs.numbering import Unit
from tests.factories.accounts import person
from tests.factories.programs import TEXT, draft, frozen
from tests.programs.texts import chapter, lit, par, pkt, tir, ust
from tests.programs.word_files import (
    W,
    by_libreoffice,
    file_of,
    part,
    printed,
    read,
    read_by_libreoffice,
    texts,
)

TABLE = UnitDraft(
    Unit.TABLE,
    heading="Środki",
    cells=[["Lp.", "Dziedzina", "Kwota w zł"], ["1", "Kultura", "10 000"], ["2", "Sport", "20 500,50"], ["", "Razem", "="]],
)
MANY_LETTERS = [lit(f"litera {count},") for count in range(1, 30)]
# Each way in which a number starts again, goes on, or is one that Word would print otherwise.
EVERYTHING = [
    par("Przed rozdziałami."),
    UnitDraft(
        Unit.CHAPTER,
        heading="Cele programu",
        text="Rozdział mówi o celach.\nI o zasadach.",
        children=[
            par("Celem jest zażółć gęślą jaźń.", heading="Cele"),
            par(
                "",
                ust("Pierwszy.", pkt("a:", lit("b,", tir("c,"), tir("d;")), lit("e;")), pkt("f:", lit("g."))),
                ust("Drugi.", pkt("h.")),
            ),
            par("Punkty:", pkt("i;"), pkt("j."), TABLE),
        ],
    ),
    UnitDraft(
        Unit.CHAPTER, children=[par("W rozdziale bez tytułu.", pkt("wiele:", *MANY_LETTERS), pkt("po nich:", lit("znów a.")))]
    ),
    par("Nieład:", pkt("punkt;"), ust("ustęp po punkcie:", pkt("w nim.")), pkt("punkt po ustępie."), ust("Drugi ustęp.")),
    UnitDraft(
        Unit.ANNEX,
        heading="Kryteria",
        text="Do oceny ofert.",
        children=[par("Załącznik liczy od nowa.", ust("Ustęp.")), par("Drugi."), ust("Ustęp po paragrafach.")],
    ),
    UnitDraft(Unit.ANNEX, heading="Wzór", children=[ust("Bez paragrafu:", pkt("k;"), pkt("l.")), TABLE, TABLE]),
    chapter(par("Po załącznikach § biegnie dalej.")),
]


def made(*units: UnitDraft, **more) -> bytes:
    return file_of(texts(*units), **more)


def paragraphs(content: bytes, style: str = ""):
    every = part(content).iter(f"{W}p")
    return [each for each in every if style in ("", each.find(f"{W}pPr/{W}pStyle").get(f"{W}val"))]


def said(element) -> str:
    return "".join(element.itertext(f"{W}t"))


def test_word_prints_the_number_of_every_unit():
    units = texts(*EVERYTHING)
    assert read(file_of(units)) == printed(units)


@pytest.mark.libreoffice
def test_libreoffice_prints_the_number_of_every_unit(tmp_path):
    units = texts(*EVERYTHING)
    assert read_by_libreoffice(file_of(units), tmp_path) == printed(units)


def test_only_a_number_that_word_would_count_otherwise_is_typed():
    content = made(*EVERYTHING)
    typed = [each for each in paragraphs(content) if each.find(f"{W}pPr/{W}numPr/{W}numId[@{W}val='0']") is not None]
    assert [said(each) for each in typed] == [
        *("za)litera 27,", "zb)litera 28,", "zc)litera 29,"),
        *("1.ustęp po punkcie:", "1)w nim.", "2.Drugi ustęp."),
    ]


def test_levels_of_headings_are_real():
    content = made(*EVERYTHING)
    look = {
        style.get(f"{W}styleId"): (style.find(f"{W}basedOn"), style.find(f"{W}pPr/{W}outlineLvl"))
        for style in part(content, "word/styles.xml").iter(f"{W}style")
    }
    assert {name: look[name][0].get(f"{W}val") for name in ("Rozdzial", "Zalacznik", "TytulParagrafu")} == {
        "Rozdzial": "Heading1",
        "Zalacznik": "Heading1",
        "TytulParagrafu": "Heading2",
    }
    assert [look[name][1].get(f"{W}val") for name in ("Heading1", "Heading2")] == ["0", "1"]
    assert [said(each) for each in paragraphs(content, "Rozdzial")] == ["Cele programu", "", "Rozdział"]
    assert [said(each) for each in paragraphs(content, "TytulParagrafu")] == ["Cele"]


def test_no_paragraph_is_empty_but_one_that_is_only_a_number():
    content = made(*EVERYTHING)
    empty = [each for each in paragraphs(content) if not said(each) and each.getparent().tag != f"{W}tc"]
    assert [each.find(f"{W}pPr/{W}pStyle").get(f"{W}val") for each in empty] == ["Paragraf", "Rozdzial"]


def test_a_table_has_a_head_that_is_repeated_and_a_total_that_stands_out():
    (table,) = part(made(par("Podział:", TABLE))).iter(f"{W}tbl")
    kept = [(row.find(f"{W}trPr/{W}cantSplit"), row.find(f"{W}trPr/{W}tblHeader")) for row in table.iter(f"{W}tr")]
    assert [whole is not None for whole, _head in kept] == [True] * 4
    assert [head is not None for _whole, head in kept] == [True, False, False, False]
    styles = [style.get(f"{W}val") for style in table.iter(f"{W}pStyle")]
    assert styles == [*["KomorkaNaglowka"] * 3, *["Komorka"] * 6, *["KomorkaSumy"] * 3]
    aligned = [each.find(f"{W}pPr/{W}jc") is not None for each in table.iter(f"{W}p")]
    assert aligned == [False, False, True] * 4
    assert said(table).endswith("Razem30 500,50")
    assert table.find(f"{W}tblPr/{W}tblCaption").get(f"{W}val") == "Środki"


def test_a_table_without_rows_is_its_caption():
    (one,) = texts(par("Podział:", UnitDraft(Unit.TABLE, heading="Środki")))[1:]
    content = made(par("Podział:", UnitDraft(Unit.TABLE, heading="Środki")))
    assert not list(part(content).iter(f"{W}tbl"))
    assert read(content)[-1] == f"{one.label}. Środki"


def test_each_unit_is_a_bookmark_around_its_words():
    units = texts(*EVERYTHING)
    content = file_of(units)
    names = [name for name in bookmarks(content) if name.startswith("p_")]
    assert names == [f"p_{one.provision_id.hex}" for one in units]
    (point,) = [one for one in units if one.text == "znów a."]
    assert inside(content, f"p_{point.provision_id.hex}") == "znów a."
    (first, *_) = [one for one in units if one.kind == Unit.TABLE]
    assert inside(content, f"p_{first.provision_id.hex}") == "Lp."
    assert inside(content, f"s_{first.provision_id.hex}") == "Środki"


def test_marks_lead_to_what_they_name_and_say_it():
    cited, summed = uuid4(), uuid4()
    first, table = par("Pierwszy."), UnitDraft(Unit.TABLE, cells=TABLE.cells)
    second = par(f"Patrz {{ref:{cited}}}: {{sum:{summed}}}, {{zl:5.50}}, {{ref:{uuid4()}}}.", table)
    content = file_of(texts(first, second, names={id(first): cited, id(table): summed}))
    assert read(content)[1] == (
        "§ 2. Patrz § 1: 30 500,50 zł (słownie: trzydzieści tysięcy pięćset złotych, pięćdziesiąt groszy), "
        "5,50 zł (słownie: pięć złotych, pięćdziesiąt groszy), [usunięty przepis]."
    )
    links = {link.get(f"{W}anchor"): said(link)[:8] for link in part(content).iter(f"{W}hyperlink")}
    assert links == {f"p_{cited.hex}": "§ 1", f"s_{summed.hex}": "30 500,5"}
    assert set(links) <= set(bookmarks(content))


def test_words_come_as_they_are_stored():
    words = 'A "cudzysłów" i „taki”, 2 - 3,\ttabulator  dwie spacje & <znak> 🙂.\nDruga linia\x07\x0b\ufffe.'
    content = made(par(words))
    (paragraph,) = paragraphs(content, "Paragraf")
    assert said(paragraph) == 'A "cudzysłów" i „taki”, 2 - 3,tabulator  dwie spacje & <znak> 🙂.Druga linia.'
    assert [each.tag for each in paragraph.iter(f"{W}tab", f"{W}br")] == [f"{W}tab", f"{W}br"]
    assert {each.get("{http://www.w3.org/XML/1998/namespace}space") for each in paragraph.iter(f"{W}t")} == {"preserve"}


def test_what_looks_like_a_mark_in_a_heading_or_a_cell_is_words():
    content = made(par("Tekst.", UnitDraft(Unit.TABLE, cells=[["{zl:1.00}"]]), heading="{zl:2.00}"))
    assert {"{zl:1.00}", "{zl:2.00}"} <= set(read(content))


@pytest.mark.parametrize("frozen", [True, False])
def test_only_what_is_not_frozen_bears_a_watermark(frozen):
    header = part(made(par("Tekst."), frozen=frozen), "word/header.xml")
    assert [each.get("string") for each in header.iter("{urn:schemas-microsoft-com:vml}textpath") if each.get("string")] == (
        [] if frozen else ["projekt roboczy"]
    )


def test_the_file_tells_its_title_language_and_office_and_no_person(db):
    version = draft(units=[par("Tekst.")])
    version.created_by = version.frozen_by = person("jan.kowalski@example.org")
    version.save()
    content = docx.version_docx(version, progress=print, cancelled=lambda: False)
    opened = python_docx.Document(BytesIO(content))
    properties = opened.core_properties
    assert (properties.title, properties.language) == (version.program.title, "pl-PL")
    assert properties.author == properties.last_modified_by == settings.MUNICIPALITY["name"]
    assert properties.created == properties.modified == version.created_at.replace(tzinfo=properties.created.tzinfo)
    assert [each.text for each in opened.paragraphs[:4]] == [
        settings.MUNICIPALITY["name"],
        version.program.title,
        "Projekt do konsultacji",
        "wersja 1, niezamrożona: wydruk próbny",
    ]
    with ZipFile(BytesIO(content)) as package:
        everything = b"".join(map(package.read, package.namelist())).decode()
    assert "kowalski" not in everything.lower()
    assert 'w:lang w:val="pl-PL"' in everything


def test_a_frozen_version_says_its_date_and_the_checksum_of_its_text(db):
    version = frozen(units=[par("Tekst.")])
    content = docx.version_docx(version, progress=print, cancelled=lambda: False)
    assert said(paragraphs(content, "Wersja")[0]) == "wersja 1 z 10 września 2026 r."
    assert version.sha256 in said(paragraphs(content, "Metryka")[0])


def test_the_same_version_gives_the_same_bytes(db):
    version = frozen(units=TEXT)
    first, second = (docx.version_docx(version, progress=print, cancelled=lambda: False) for _ in range(2))
    assert first == second
    with ZipFile(BytesIO(first)) as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_work_tells_how_far_it_is_and_can_be_stopped(db):
    version = draft(units=[par(f"Treść numer {number}.") for number in range(120)])
    told = []
    docx.version_docx(version, progress=told.append, cancelled=lambda: False)
    assert told == [0, 39, 79]
    with pytest.raises(child.ChildCancelled):
        docx.version_docx(version, progress=print, cancelled=lambda: True)


@pytest.mark.libreoffice
def test_libreoffice_sets_its_pages(tmp_path):
    reader = PdfReader(BytesIO(by_libreoffice(made(*EVERYTHING), "pdf", tmp_path)))
    pages = [" ".join(page.extract_text().split()) for page in reader.pages]
    # A title page; each of the two annexes begins a page.
    assert len(pages) >= 4
    assert "Program współpracy na 2027 rok" in pages[0]
    assert f"strona {len(pages)} z {len(pages)}" in pages[-1]
    assert [page.split("Załącznik nr ")[1][:1] for page in pages if "Załącznik nr " in page] == ["1", "2"]


def bookmarks(content: bytes) -> list[str]:
    return [each.get(f"{W}name") for each in part(content).iter(f"{W}bookmarkStart")]


def inside(content: bytes, name: str) -> str:
    (start,) = [each for each in part(content).iter(f"{W}bookmarkStart") if each.get(f"{W}name") == name]
    words = []
    for each in start.itersiblings():
        if each.tag == f"{W}bookmarkEnd" and each.get(f"{W}id") == start.get(f"{W}id"):
            return "".join(words)
        words.append(said(each))
    raise AssertionError(f"{name} does not end in its paragraph")
