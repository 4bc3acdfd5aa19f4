import re
from datetime import date, timedelta

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.utils import translation

from consultations.actions import release_voices
from programs.actions import (
    UnitDraft,
    add_attachment,
    add_unit,
    freeze_version,
    record_resolution,
    remove_unit,
    split_unit,
    start_version,
)
from programs.models import AttachmentKind, DraftVersion, Program, Purpose
from programs.numbering import Unit
from programs.typography import typeset
from tests.factories import voices
from tests.factories.programs import FROZEN, WRITTEN, draft, frozen, paragraphs, program, reword, unit
from tests.programs.test_view_files import made

pytestmark = pytest.mark.django_db

PAGES = ["/programy/", "/programy/2027/", "/programy/2027/wersje/1/"]


def adopted(of: Program, *, number: str, **words: str) -> DraftVersion:
    version = frozen(of, purpose=Purpose.ADOPTED)
    record_resolution(of, version=version, number=number, adopted_on=date(2026, 9, 1), by=None, at=FROZEN, **words)
    return version


@pytest.fixture
def remarks_open():
    """A consultation of § 1 – § 3 with its remarks stage open, and the clock inside it."""
    with time_machine.travel(voices.DURING, tick=False):
        yield voices.consultation("2027")


def body(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_the_list_shows_programs_with_something_to_read(client):
    frozen()
    draft(program("2028"))
    frozen(program("2029"), purpose=Purpose.WORKING)
    page = body(client, "/programy/")
    assert "/programy/2027/" in page
    assert "/programy/2028/" not in page
    assert "/programy/2029/" not in page


def test_the_list_shows_a_program_that_is_consulted_before_it_has_a_text(client):
    consultation = voices.consultation("2027")
    early = program("2031")
    consultation.programs.add(early)
    assert "/programy/2031/" in body(client, "/programy/")
    consultation.published_at = None
    consultation.save()
    assert "/programy/2031/" not in body(client, "/programy/")


def test_the_list_keeps_adopted_programs_apart_by_year_with_their_resolutions(client):
    frozen(program("2028"))
    for year in ("2025", "2026"):
        adopted(program(year), number=f"{year}/12")
    page = body(client, "/en/programy/")
    in_the_making, archive = page.split("Adopted programs")
    assert "/en/programy/2028/" in in_the_making
    places = [archive.index(words) for words in ("<b>2026", "2026/12 of 1 September", "<b>2025", "2025/12 of 1 September")]
    assert places == sorted(places)
    assert "2026/12" not in in_the_making


def test_a_program_shows_its_public_versions_and_what_belongs_to_it(client):
    last_year = program("2026")
    frozen(last_year)
    of = program("2027", previous=last_year)
    frozen(of)
    made(frozen(of, purpose=Purpose.ADOPTED))
    draft(of)
    page = body(client, "/programy/2027/")
    assert "/programy/2027/wersje/1/" in page
    assert "/programy/2027/wersje/2.txt" in page
    assert "/programy/2027/wersje/2.pdf" not in page
    assert "/programy/2027/wersje/3/" not in page
    assert "/programy/2026/" in page


def test_the_resolution_is_told_on_the_program_and_on_the_adopted_version_only(client):
    of = program()
    frozen(of)
    adopted(of, number="XX/45/2026", promulgation="Dz. Urz. Woj. poz. 1", bip_url="https://bip.example.org/45")
    for address, told in (("", True), ("wersje/1/", False), ("wersje/2/", True)):
        page = body(client, f"/en/programy/2027/{address}")
        for words in (
            "no. XX/45/2026 of 1 September",
            "Dz.\u00a0Urz. Woj. poz.\u00a01",
            'href="https://bip.example.org/45"',
        ):
            assert (words in page) is told


def test_a_program_does_not_link_to_a_previous_one_that_nobody_may_see(client):
    frozen(program("2027", previous=program("2026")))
    assert "/programy/2026/" not in body(client, "/programy/2027/")


@pytest.mark.parametrize("purpose", [Purpose.CONSULTATION, Purpose.WORKING])
@pytest.mark.parametrize("make", [frozen, draft])
@pytest.mark.parametrize(
    "address", ["/programy/2027/wersje/1/", "/programy/2027/wersje/1.pdf", "/programy/2027/wersje/1.docx", "/programy/2027/"]
)
def test_only_a_frozen_public_version_can_be_read(client, make, purpose, address):
    make(purpose=purpose)
    is_public = make is frozen and purpose == Purpose.CONSULTATION
    expected = (200 if address.endswith("/") else 503) if is_public else 404
    assert client.get(address).status_code == expected


@pytest.mark.parametrize(
    "address", ["/programy/2030/", "/programy/2027/wersje/2/", "/programy/2027/wersje/2.pdf", "/programy/2027/wersje/1.odt"]
)
def test_what_is_not_there_is_not_found(client, address):
    frozen()
    assert client.get(address).status_code == 404


def test_a_version_shows_the_whole_text_typeset_with_its_anchors(client):
    page = body(client, "/programy/2027/wersje/1/") if frozen() else ""
    for anchor in ("rozdzial-1", "par-1", "par-2-pkt-2-lit-b", "par-3-ust-2-tab-1", "zalacznik-1-par-1"):
        assert page.count(f'id="{anchor}"') == 1
    assert "O\u00a0środkach mówi §\u00a012, a\u00a0kwota to 10\u00a0000\u00a0zł." in page
    assert "chroni „dobre zwyczaje”." in page
    assert '<th scope="col" class="num">Kwota w\u00a0zł</th>' in page
    assert page.count("<h1") == 1
    assert '<article class="act" lang="pl" data-cited="Program współpracy na 2027 rok, wersja 1"' in page


def test_words_of_a_text_are_never_markup(client):
    frozen(units=[UnitDraft(Unit.PARAGRAPH, heading="<i>h</i>", text='<script>alert("x")</script>\ndalej')])
    page = body(client, "/programy/2027/wersje/1/")
    assert "<script>alert" not in page
    assert "<i>h</i>" not in page
    assert "&lt;script&gt;" in page
    assert "<br>dalej" in page


def test_while_remarks_are_open_each_unit_takes_them_and_only_paragraphs_say_so_unasked(client, remarks_open):
    version = remarks_open.programs.get().version_for_remarks()
    page = body(client, "/en/programy/2027/wersje/1/")
    rows = re.findall(
        r'<p class="([a-z ]+)" lang="en"><a href="/en/konsultacje/2027/uwagi/nowa/\?provision=([^"]+)">([^<]+)<', page
    )
    assert sorted(rows) == sorted(
        ("do" if text.kind == Unit.PARAGRAPH else "do still", str(text.provision_id), f"Comment on {typeset(text.citation)}")
        for text in version.texts.all()
    )


@pytest.mark.parametrize(("moment", "offered"), [
    (voices.OPENS - voices.TICK, False),
    (voices.OPENS, True),
    (voices.CLOSES - voices.TICK, True),
    (voices.CLOSES, False),
])  # fmt: skip
def test_remarks_are_offered_from_the_first_moment_to_the_last(client, moment, offered):
    voices.consultation("2027")
    with time_machine.travel(moment, tick=False):
        assert ("/uwagi/nowa/" in body(client, "/programy/2027/wersje/1/")) is offered


def test_only_the_newest_version_put_to_consultation_takes_remarks(client, remarks_open):
    of = remarks_open.programs.get()
    frozen(of)
    frozen(of, purpose=Purpose.AFTER)
    takes = ["/uwagi/nowa/" in body(client, f"/programy/2027/wersje/{number}/") for number in (1, 2, 3)]
    assert takes == [False, True, False]


def test_released_remarks_are_counted_where_they_were_made(client, remarks_open):
    first, second, hidden = (voices.remark(remarks_open) for _ in range(3))
    on_point = voices.remark(remarks_open, citation="§ 1 pkt 1")
    voices.remark(remarks_open, citation="")
    release_voices([first, second, on_point], by=voices.coordinator(), at=voices.DURING)
    page = body(client, "/en/programy/2027/wersje/1/")
    version = hidden.version
    assert f'/uwagi/?provision={unit(version, "§ 2").provision_id}">2 remarks' in page
    assert f'/uwagi/?provision={unit(version, "§ 1 pkt 1").provision_id}">1 remark ' in page
    assert page.count("/uwagi/?provision=") == 2


def test_a_version_says_what_it_is_in_the_language_of_the_address(client):
    frozen()
    page = body(client, "/en/programy/2027/wersje/1/")
    assert "Draft for consultation, version 1 of 10 September 2026" in page
    assert "The files are being made" in page
    assert '<h1 lang="pl">' in page


@pytest.mark.parametrize("address", PAGES)
def test_pages_are_publicly_cached_and_set_no_cookie(client, django_assert_num_queries, address):
    frozen()
    first = client.get(address)
    assert "public" in first["Cache-Control"]
    assert not first.cookies
    assert "Cookie" not in first.get("Vary", "")
    with django_assert_num_queries(1):
        again = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("address", PAGES)
def test_a_kept_page_is_stale_once_a_version_is_frozen(client, address):
    of = program()
    frozen(of)
    before = client.get(address)["ETag"]
    frozen(of)
    assert client.get(address, headers={"If-None-Match": before}).status_code == 200


def test_a_page_is_not_kept_past_the_deadline(client):
    voices.consultation("2027")
    with time_machine.travel(voices.CLOSES - timedelta(seconds=20), tick=False):
        assert "max-age=20" in client.get("/programy/2027/wersje/1/")["Cache-Control"]


@pytest.mark.parametrize("rows", [1, 30])
def test_the_list_asks_three_queries(client, django_assert_num_queries, rows):
    for year in range(rows):
        frozen(program(str(2001 + year)), units=paragraphs(1))
        adopted(program(str(2051 + year)), number="1")
    with django_assert_num_queries(3):
        body(client, "/programy/")


@pytest.mark.parametrize("rows", [1, 30])
def test_a_program_asks_seven_queries(client, django_assert_num_queries, rows):
    of = program()
    for _ in range(rows):
        frozen(of, units=paragraphs(1))
        add_attachment(of, kind=AttachmentKind.OTHER, title="Załącznik", file=ContentFile(b"%PDF", "a.pdf"), at=FROZEN)
    with django_assert_num_queries(7):
        body(client, "/programy/2027/")


@pytest.mark.parametrize("rows", [1, 300])
def test_a_first_version_under_remarks_asks_eight_queries(client, django_assert_num_queries, rows):
    made = voices.consultation("2027", paragraphs=rows)
    said = [voices.remark(made, citation=f"§ {number}") for number in range(1, min(rows, 20) + 1)]
    release_voices(said, by=voices.coordinator(), at=voices.DURING)
    with time_machine.travel(voices.DURING, tick=False):
        # The first visitor after a boundary counts it.
        client.get("/programy/")
    with time_machine.travel(voices.DURING, tick=False), django_assert_num_queries(8):
        assert body(client, "/programy/2027/wersje/1/").count("/uwagi/?provision=") == len(said)


@pytest.mark.parametrize("rows", [3, 300])
def test_a_later_version_asks_nine_queries(client, django_assert_num_queries, rows):
    of = program()
    second = start_version(of, purpose=Purpose.COUNCIL, based_on=frozen(of, units=paragraphs(rows)), at=FROZEN)
    for number in range(1, min(rows, 20) + 1, 2):
        place = unit(second, f"§ {number}")
        split_unit(place, parts=place.text.rsplit(" ", 1), seen=place.fingerprint(), at=FROZEN)
    freeze_version(second, by=None, at=FROZEN)
    with django_assert_num_queries(9):
        body(client, "/programy/2027/wersje/2/")


def changed_version() -> DraftVersion:
    """Version 2 of a text: § 1 edited, a new § 2, the old § 2 renumbered, its pkt 3 cut in two, § 3 ust. 1 taken out."""
    first = frozen(program())
    version = start_version(first.program, purpose=Purpose.COUNCIL, based_on=first, at=WRITTEN)
    edited = reword(unit(version, "§ 1"), text="Celem jest pchnąć w tę łódź jeża.")
    add_unit(version, kind=Unit.PARAGRAPH, parent=edited.parent, after=edited, text="Nowy.", at=WRITTEN)
    cut = unit(version, "§ 3 pkt 3")
    split_unit(cut, parts=["chroni", '"dobre zwyczaje".'], seen=cut.fingerprint(), at=WRITTEN)
    remove_unit(unit(version, "§ 4 ust. 1"), at=WRITTEN)
    return freeze_version(version, by=None, at=FROZEN)


def test_each_unit_says_what_changed_since_the_first_version(client):
    changed_version()
    page = body(client, "/en/programy/2027/wersje/2/")
    rows = re.findall(r'<p class="([a-z ]+)" lang="en"><a href="/en/programy/2027/zmiany/1-2/#([^"]+)">([^<]+) <', page)
    assert sorted((seen, anchor, words.replace("\u00a0", " ")) for seen, anchor, words in rows) == [
        ("do", "par-1", "Changed since version 1"),
        ("do", "par-2", "New since version 1"),
        ("do", "par-3", "Changed inside since version 1"),
        ("do still", "par-3-pkt-1", "Was § 2 pkt 1 in version 1"),
        ("do still", "par-3-pkt-2", "Was § 2 pkt 2 in version 1"),
        ("do still", "par-3-pkt-2-lit-a", "Was § 2 pkt 2 lit. a in version 1"),
        ("do still", "par-3-pkt-2-lit-b", "Was § 2 pkt 2 lit. b in version 1"),
        ("do still", "par-3-pkt-3", "Changed since version 1"),
        ("do still", "par-3-pkt-4", "New since version 1, split from § 2 pkt 3"),
        ("do still", "par-4", "Was § 3 in version 1"),
        ("do still", "par-4-ust-1", "Was § 3 ust. 2 in version 1"),
        ("do still", "par-4-ust-1-tab-1", "Was § 3 ust. 2 tabela in version 1"),
    ]
    assert 'href="/en/programy/2027/zmiany/1-2/">What changed since version 1' in page


def test_the_first_version_says_nothing_of_changes(client):
    changed_version()
    assert "/zmiany/" not in body(client, "/programy/2027/wersje/1/")


def test_changes_are_told_since_a_version_that_the_public_knows(client):
    of = program()
    inside = frozen(of, purpose=Purpose.WORKING)
    freeze_version(start_version(of, purpose=Purpose.CONSULTATION, based_on=inside, at=FROZEN), by=None, at=FROZEN)
    assert "/zmiany/" not in body(client, "/programy/2027/wersje/2/")


def test_a_version_without_chapters_has_no_contents(client):
    frozen(units=paragraphs(2))
    assert 'class="toc"' not in body(client, "/programy/2027/wersje/1/")


def test_a_new_version_begun_by_the_office_stays_inside(client):
    version = frozen()
    with translation.override("pl"):
        start_version(version.program, purpose=Purpose.COUNCIL, based_on=version, at=FROZEN)
    assert "wersje/2" not in body(client, "/programy/2027/")
