"""What changed between two versions, as a page, and as the HTML that page and PDF share."""

import re
from html import unescape

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from programs import redline
from programs.actions import (
    UnitDraft,
    add_unit,
    fingerprint_of_all,
    fingerprint_of_pair,
    freeze_version,
    merge_unit,
    move_unit,
    remove_unit,
    replace_unit,
    split_unit,
    start_version,
)
from programs.exports import pdf
from programs.marks import Spelling, reference
from programs.models import FileFormat, Purpose, VersionFile
from programs.numbering import Unit
from programs.reading import html
from programs.reading.changes import changed_pieces, compared, folded, redlined
from programs.reading.summary import counted, listed
from tests.factories.programs import FROZEN, TABLE, WRITTEN, frozen, paragraphs, program, reword, unit
from tests.programs.pdfs import heard, in_words

pytestmark = pytest.mark.django_db

ADDRESS = "/programy/2027/zmiany/1-2/"
NO_MARKS = Spelling({})


def following(version, purpose=Purpose.COUNCIL):
    return start_version(version.program, purpose=purpose, based_on=version, at=WRITTEN)


def freeze(version):
    return freeze_version(version, by=None, at=FROZEN)


@pytest.fixture
def first():
    return frozen()


@pytest.fixture
def second(first):
    return following(first)


def shown(first, second, *, fold=False):
    both = compared(first, second)
    pieces = changed_pieces(both.comparison, both.old, both.new)
    return html(folded(pieces) if fold else pieces, links=True)


def plain(markup):
    """As heard: without tags and hard spaces."""
    return unescape(re.sub(r"<[^>]+>", "", markup)).replace("\u00a0", " ")


def piece(markup, anchor):
    """The unit of that anchor, without what follows it."""
    return re.split(r"<\w+[^<>]* id=", markup.partition(f'id="{anchor}"')[2].partition(">")[2])[0]


def lines(first, second):
    both = compared(first, second)
    with translation.override("en"):
        return [(line.anchor, line.citation, line.words, plain(line.excerpt)) for line in listed(*both)]


def summed_up(first, second):
    with translation.override("en"):
        return counted(compared(first, second).comparison)


# Words ------------------------------------------------------------------------------------------------------

PIECES = st.sampled_from([*" \n<&\"'", "w ", "słowo ", "§ 5 ", "10 000 zł ", "- ", '"a" ', "dom", "nr 7 "])
WORDS = st.lists(PIECES, max_size=25).map("".join)


@given(WORDS, WORDS)
def test_old_and_new_words_come_back_from_the_markup(old, new):
    markup = redlined(redline.words(old, new), NO_MARKS, NO_MARKS)
    without_words = re.sub(r'<span class="said">[^<]*</span>', "", markup).replace("<br>", "\n")
    for text, gone in ((old, "ins"), (new, "del")):
        left = re.sub(rf"<{gone}>.*?</{gone}>", "", without_words, flags=re.DOTALL)
        assert untypeset(unescape(re.sub("</?(?:ins|del)>", "", left))) == untypeset(text)


def untypeset(text):
    return text.translate(str.maketrans("\u00a0„”–", ' ""-'))


def test_each_run_of_changed_words_says_so_once(first, second):
    reword(unit(second, "§ 1"), text="Celem jest pchnąć w tę łódź jeża.")
    markup = piece(shown(first, second), "par-1")
    assert plain(markup).strip() == "§ 1. Celem jest [usunięto: zażółć gęślą jaźń] [dodano: pchnąć w tę łódź jeża]."
    assert re.findall(r"<(ins|del)>", markup) == ["del", "ins"]


def test_words_are_never_markup(first, second):
    reword(unit(second, "§ 1"), heading="<i>", text="Celem jest <script>alert(1)</script>.")
    markup = shown(first, second)
    assert "<script>" not in markup
    assert "<i>" not in markup


def test_a_reference_is_printed_as_in_each_version_and_leads_to_the_new_one(first, second):
    target = unit(second, "§ 2").provision_id
    reword(unit(second, "§ 1"), text=f"Mowa w {reference(target)}.")
    assert 'w\u00a0<a href="#par-2">§\u00a02</a>' in piece(shown(first, second), "par-1")
    third = following(second)
    reword(unit(third, "§ 1"), text="Mowa o niczym.")
    add_unit(third, kind=Unit.PARAGRAPH, parent=unit(third, "rozdział 1"), after=unit(third, "§ 1"), text="Nowy.", at=WRITTEN)
    assert "[usunięto: w § 2] [dodano: o niczym]" in plain(piece(shown(second, third), "par-1"))


# Units ------------------------------------------------------------------------------------------------------


def test_a_new_unit_a_deleted_one_and_one_that_moved_say_what_they_are(first, second):
    chapter = unit(second, "rozdział 1")
    add_unit(second, kind=Unit.PARAGRAPH, parent=chapter, after=unit(second, "§ 1"), text="Nowy przepis.", at=WRITTEN)
    remove_unit(unit(second, "§ 3 pkt 2"), at=WRITTEN)
    move_unit(unit(second, "§ 3 pkt 2"), parent=unit(second, "§ 3"), after=None, at=WRITTEN)
    markup = shown(first, second)
    assert plain(piece(markup, "par-2")).strip() == "§ 2. [dodano: Nowy przepis.]"
    assert plain(piece(markup, "par-3")).strip() == "§ 3. Program: dawniej § 2"
    assert plain(piece(markup, "par-3-pkt-1")).strip() == "1) chroni „dobre zwyczaje”. przeniesiono z § 2 pkt 3"
    assert plain(piece(markup, "dawny-par-2-pkt-2")).strip() == "2) [usunięto: rozwija:]"
    assert plain(piece(markup, "dawny-par-2-pkt-2-lit-a")).strip() == "a) [usunięto: wolontariat,]"
    assert len(set(re.findall(r' id="([^"]+)"', markup))) == markup.count(' id="')


def test_only_the_number_that_is_printed_at_a_unit_is_told(first, second):
    remove_unit(unit(second, "§ 1"), at=WRITTEN)
    markup = shown(first, second)
    assert "dawniej § 2<" in markup.replace("\u00a0", " ")
    assert "dawniej § 2 pkt" not in markup.replace("\u00a0", " ")


def test_a_unit_without_words_says_that_it_came_or_went(first, second):
    remove_unit(unit(second, "§ 3"), at=WRITTEN)
    markup = shown(first, second)
    assert plain(piece(markup, "dawny-par-3")).strip() == "§ 3. usunięto"


def test_descent_is_told_on_both_sides(db):
    first = frozen(units=paragraphs(5))
    second = following(first)
    place = unit(second, "§ 1")
    split_unit(place, parts=["Treść", "numer 1."], seen=place.fingerprint(), at=WRITTEN)
    kept, gone = unit(second, "§ 3"), unit(second, "§ 4")
    merge_unit(kept, seen=fingerprint_of_pair(kept, gone), at=WRITTEN)
    old = unit(second, "§ 4")
    replace_unit(old, by=unit(second, "§ 5"), seen=fingerprint_of_all([old]), at=WRITTEN)
    heard = {anchor: plain(piece(shown(first, second), anchor)) for anchor in ("par-1", "par-2", "par-3", "par-4")}
    heard |= {anchor: plain(piece(shown(first, second), anchor)) for anchor in ("dawny-par-3", "dawny-par-4")}
    assert "wydzielono § 2" in heard["par-1"]
    assert "wydzielono z dawnego § 1" in heard["par-2"]
    assert "włączono dawny § 3" in heard["par-3"]
    assert "zastępuje dawny § 4" in heard["par-4"]
    assert "włączono do § 3" in heard["dawny-par-3"]
    assert "zastąpiono przez § 4" in heard["dawny-par-4"]


# Tables -----------------------------------------------------------------------------------------------------


def table_rows(markup):
    return [plain(row).split("|")[:-1] for row in re.findall(r"<tr[^>]*>(.*?)</tr>", re.sub("</t[hd]>", "|", markup), re.DOTALL)]


def test_a_table_is_shown_row_by_row(first, second):
    head, _culture, _sport, total = TABLE
    cells = [head, ["1", "Kultura", "12 000"], ["2", "Zdrowie", "700"], ["3", "Nauka", "9"], total]
    reword(unit(second, "§ 3 ust. 2 tabela"), cells=cells)
    assert table_rows(shown(first, second)) == [
        head,
        ["1", "Kultura", "[usunięto: 10 000] [dodano: 12 000]"],
        ["[usunięto wiersz: 2", "Sport", "20 500,50]"],
        ["[dodano wiersz: 2", "Zdrowie", "700]"],
        ["[dodano wiersz: 3", "Nauka", "9]"],
        total,
    ]


def test_a_table_with_another_column_shows_both_heads(first, second):
    reword(unit(second, "§ 3 ust. 2 tabela"), cells=[["Dziedzina", "Kwota"], ["Kultura", "5"]])
    markup = shown(first, second)
    assert [row[0] for row in table_rows(markup.partition("<tbody>")[0])] == [
        "[usunięto wiersz: Lp.",
        "[dodano wiersz: Dziedzina",
    ]
    # As many cells in each row, so that no reader counts wrong.
    assert {len(row) for row in table_rows(markup)} == {3}


def test_a_whole_new_or_deleted_table_says_so_once(first, second):
    remove_unit(unit(second, "§ 3 ust. 2 tabela"), at=WRITTEN)
    for old, new, word in ((first, second, "usunięto"), (second, first, "dodano")):
        markup = shown(old, new)
        assert f"Planowane środki] {word}" in plain(markup)
        assert "wiersz" not in markup


# The short list ----------------------------------------------------------------------------------------------


def test_the_list_names_each_changed_place_with_its_first_changed_words(first, second):
    reword(unit(second, "§ 1"), text="Celem jest zażółć gęślą jaźń Torunia.")
    chapter = unit(second, "rozdział 1")
    add_unit(second, kind=Unit.PARAGRAPH, parent=chapter, after=unit(second, "§ 1"), text="Nowy przepis.", at=WRITTEN)
    remove_unit(unit(second, "§ 3 pkt 2"), at=WRITTEN)
    assert lines(first, second) == [
        ("par-1", "§ 1", "changed", "Celem jest zażółć gęślą jaźń[dodano:  Torunia]"),
        ("par-2", "§ 2", "added", "Nowy przepis."),
        # Its letters went with it.
        ("dawny-par-2-pkt-2", "§ 2 pkt 2", "deleted", "rozwija:"),
    ]
    assert summed_up(first, second) == "1 unit changed, 1 added, 3 deleted; 7 only have other numbers."


def test_the_list_says_where_a_unit_was(first, second):
    remove_unit(unit(second, "§ 1"), at=WRITTEN)
    reword(unit(second, "§ 1"), text="Program i cel:")
    move_unit(unit(second, "§ 1 pkt 3"), parent=unit(second, "§ 1"), after=None, at=WRITTEN)
    assert [line[1:3] for line in lines(first, second)] == [
        ("§ 1", "deleted"),
        ("§ 1", "changed, was § 2"),
        ("§ 1 pkt 1", "moved from § 2 pkt 3"),
    ]


def test_long_words_are_cut_where_they_are_listed(first, second):
    reword(unit(second, "§ 1"), text=unit(first, "§ 1").text + " Bardzo długie zdanie," * 20)
    ((_anchor, _citation, _words, excerpt),) = lines(first, second)
    assert excerpt.startswith("Celem jest zażółć gęślą jaźń.[dodano:")
    assert excerpt.endswith("…]")
    assert len(excerpt) < 120


def test_two_like_texts_have_nothing_to_tell(first, second):
    assert (lines(first, second), summed_up(first, second)) == ([], "")


# Folds -------------------------------------------------------------------------------------------------------


def test_long_runs_of_unchanged_units_stand_behind_one_line(db):
    first = frozen(units=[UnitDraft(Unit.CHAPTER, heading=f"Rozdział {n}", children=paragraphs(4)) for n in range(4)])
    second = following(first)
    add_unit(second, kind=Unit.PARAGRAPH, parent=unit(second, "rozdział 2"), after=unit(second, "§ 5"), text="N.", at=WRITTEN)
    markup = shown(first, second, fold=True).replace("\u00a0", " ")
    assert re.findall("<summary>([^<]+)</summary>", markup) == [
        "Bez zmian: rozdział 1",
        "Bez zmian: § 7 – § 9 (dawniej § 6 – § 8)",
        "Bez zmian: rozdział 3 – rozdział 4",
    ]
    # Two units are read as quickly as the line: § 5 stays in sight. Nothing is left out.
    assert "</details>\n" in markup.partition('id="par-5"')[0]
    assert sorted(re.findall(r' id="([^"]+)"', markup)) == sorted(re.findall(r' id="([^"]+)"', shown(first, second)))


# The page ----------------------------------------------------------------------------------------------------


@pytest.fixture
def changed(first, second):
    reword(unit(second, "§ 1"), text="Celem jest pchnąć w tę łódź jeża.")
    return freeze(second)


def test_the_page_says_what_changed_from_the_list_to_the_place(client, changed):
    page = client.get("/en" + ADDRESS).content.decode()
    assert "What changed between version 1 and version 2" in page
    assert '<a href="#par-1">§\u00a01</a> <small>changed</small>' in page
    assert "1 unit changed." in page
    assert page.count('id="par-1"') == page.count("<h1") == 1
    assert "/en/programy/2027/zmiany/1-2.pdf" in page
    assert "/en/programy/2027/zmiany/1-2.docx" in page
    assert "Draft for consultation, version 1 of 10 September 2026" in page


def test_the_page_of_like_texts_says_so(client, first, second):
    freeze(second)
    page = client.get("/en" + ADDRESS).content.decode()
    assert "The text did not change." in page
    assert "places with changes" not in page


@pytest.mark.parametrize("ending", ["/", ".pdf", ".docx"])
@pytest.mark.parametrize(
    ("pair", "status"), [("1-2", None), ("2-1", 301), ("1-1", 404), ("1-3", 404), ("1-4", 404), ("3-1", 301), ("0-1", 404)]
)
def test_only_two_different_public_versions_are_compared(client, changed, pair, status, ending):
    freeze(following(changed, Purpose.WORKING))
    response = client.get(f"/programy/2027/zmiany/{pair}{ending}")
    assert response.status_code == (status or (200 if ending == "/" else 503))
    if status == 301:
        old, new = sorted(pair.split("-"))
        assert response["Location"] == f"/programy/2027/zmiany/{old}-{new}{ending}"


def test_a_version_of_another_program_is_not_compared(client, changed):
    frozen(program("2028"))
    assert client.get("/programy/2028/zmiany/1-2/").status_code == 404


@pytest.mark.parametrize(
    ("asked", "address"),
    [
        ("od=1&do=2", ADDRESS),
        ("od=2&do=1", ADDRESS),
        ("od=2&do=2", "/programy/2027/"),
        ("od=x&do=2", "/programy/2027/"),
        ("", "/programy/2027/"),
    ],
)
def test_the_form_leads_to_the_address_of_two_versions(client, changed, asked, address):
    response = client.get(f"/programy/2027/zmiany/?{asked}")
    assert (response.status_code, response["Location"]) == (302, address)


def test_other_versions_can_be_chosen_once_there_are_three(client, changed):
    assert "/programy/2027/zmiany/" not in re.findall(r'action="([^"]+)"', client.get(ADDRESS).content.decode())
    freeze(following(changed))
    page = client.get(ADDRESS).content.decode()
    assert "/programy/2027/zmiany/" in re.findall(r'action="([^"]+)"', page)
    assert re.findall(r'<option value="(\d)" selected', page) == ["1", "2"]


def test_the_page_is_publicly_cached_and_sets_no_cookie(client, django_assert_num_queries, changed):
    response = client.get(ADDRESS)
    assert "public" in response["Cache-Control"]
    assert not response.cookies
    with django_assert_num_queries(1):
        assert client.get(ADDRESS, headers={"If-None-Match": response["ETag"]}).status_code == 304


@pytest.mark.parametrize("units", [3, 300])
def test_the_page_asks_three_queries_once_it_is_made(client, django_assert_num_queries, units):
    first = frozen(units=paragraphs(units))
    second = following(first)
    for number in range(1, min(units, 20) + 1):
        reword(unit(second, f"§ {number}"), text="Inaczej.")
    freeze(second)
    client.get(ADDRESS)
    with django_assert_num_queries(3):  # what caches ask, the versions, the page that is kept
        client.get(ADDRESS)


def test_each_language_has_its_own_page(client, changed):
    assert "In short" not in client.get(ADDRESS).content.decode()
    assert "In short" in client.get("/en" + ADDRESS).content.decode()


# Files -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file_format", [FileFormat.PDF, FileFormat.DOCX])
def test_a_redline_that_is_not_there_is_asked_for(client, changed, file_format):
    response = client.get(f"/programy/2027/zmiany/1-2.{file_format}")
    assert (response.status_code, response["Retry-After"]) == (503, "30")
    file = VersionFile.objects.get(base__isnull=False)
    assert (file.base.number, file.version.number, file.format) == (1, 2, file_format)


@pytest.mark.poppler
def test_the_pdf_says_in_words_what_changed(changed):
    made = pdf.redline_pdf(changed.program.versions.get(number=1), changed, at=FROZEN)
    words = " ".join(in_words(made.content).replace("\u00a0", " ").split())
    assert "[usunięto: zażółć gęślą jaźń] [dodano: pchnąć w tę łódź jeża]" in words
    assert "O środkach mówi § 12" in words
    assert made.pages == 4  # title, list, text, annex


@pytest.mark.poppler
def test_the_pdf_is_one_that_everybody_can_read(changed, tmp_path):
    made = pdf.redline_pdf(changed.program.versions.get(number=1), changed, at=FROZEN)
    assert heard(made.content, tmp_path) == []
    assert pdf.redline_pdf(changed.program.versions.get(number=1), changed, at=FROZEN) == made
