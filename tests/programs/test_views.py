from datetime import timedelta

import pytest
import time_machine
from django.utils import translation

from consultations.actions import release_voices
from programs.actions import UnitDraft, render_version, start_version
from programs.models import Purpose
from programs.numbering import Unit
from tests.factories import voices
from tests.factories.programs import FROZEN, draft, frozen, paragraphs, program, unit

pytestmark = pytest.mark.django_db

PAGES = ["/programy/", "/programy/2027/", "/programy/2027/wersje/1/"]


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


def test_a_program_shows_its_public_versions_and_what_belongs_to_it(client):
    last_year = program("2026")
    frozen(last_year)
    of = program("2027", previous=last_year)
    frozen(of)
    render_version(frozen(of, purpose=Purpose.ADOPTED), at=FROZEN)
    draft(of)
    page = body(client, "/programy/2027/")
    assert "/programy/2027/wersje/1/" in page
    assert "/programy/2027/wersje/2.pdf" in page
    assert "/programy/2027/wersje/3/" not in page
    assert "/programy/2026/" in page


def test_a_program_does_not_link_to_a_previous_one_that_nobody_may_see(client):
    frozen(program("2027", previous=program("2026")))
    assert "/programy/2026/" not in body(client, "/programy/2027/")


@pytest.mark.parametrize("purpose", [Purpose.CONSULTATION, Purpose.WORKING])
@pytest.mark.parametrize("make", [frozen, draft])
@pytest.mark.parametrize("address", ["/programy/2027/wersje/1/", "/programy/2027/wersje/1.pdf", "/programy/2027/"])
def test_only_a_frozen_public_version_can_be_read(client, make, purpose, address):
    make(purpose=purpose)
    is_public = make is frozen and purpose == Purpose.CONSULTATION
    expected = (503 if address.endswith(".pdf") else 200) if is_public else 404
    assert client.get(address).status_code == expected


@pytest.mark.parametrize("address", ["/programy/2030/", "/programy/2027/wersje/2/", "/programy/2027/wersje/2.pdf"])
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
    assert '<article class="act" lang="pl">' in page


def test_words_of_a_text_are_never_markup(client):
    frozen(units=[UnitDraft(Unit.PARAGRAPH, heading="<i>h</i>", text='<script>alert("x")</script>\ndalej')])
    page = body(client, "/programy/2027/wersje/1/")
    assert "<script>alert" not in page
    assert "<i>h</i>" not in page
    assert "&lt;script&gt;" in page
    assert "<br>dalej" in page


def test_while_remarks_are_open_each_paragraph_takes_them(client, remarks_open):
    version = remarks_open.programs.get().version_for_remarks()
    page = body(client, "/programy/2027/wersje/1/")
    for citation in ("§ 1", "§ 2", "§ 3"):
        assert f"/konsultacje/2027/uwagi/nowa/?provision={unit(version, citation).provision_id}" in page
    assert str(unit(version, "§ 1 pkt 1").provision_id) not in page


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
    assert "draft for consultation, version 1 of 10 September 2026" in page
    assert "The PDF is being printed" in page
    assert '<h1 lang="pl">' in page


def test_the_page_links_to_the_file_once_it_is_there(client):
    file = render_version(frozen(), at=FROZEN)
    page = body(client, "/en/programy/2027/wersje/1/")
    assert "/programy/2027/wersje/1.pdf" in page
    assert f"{file.pages} pages" in page


def test_a_file_that_is_not_ready_is_promised_in_words(client):
    frozen()
    response = client.get("/en/programy/2027/wersje/1.pdf")
    assert response.status_code == 503
    assert response["Retry-After"] == "30"
    assert "no-store" in response["Cache-Control"]
    assert "We are printing this version." in response.content.decode()


def test_the_file_is_served_as_it_was_made(client):
    file = render_version(frozen(), at=FROZEN)
    response = client.get("/programy/2027/wersje/1.pdf")
    with file.file.open() as stored:
        assert b"".join(response.streaming_content) == stored.read()
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'inline; filename="2027-wersja-1.pdf"'
    assert response["Content-Length"] == str(file.size)
    assert response["ETag"] == f'"{file.sha256}"'
    assert "public" in response["Cache-Control"]
    assert not response.cookies


@pytest.mark.parametrize(("known", "status"), [("{sha}", 304), ("another", 200)])
def test_a_file_that_the_visitor_has_is_not_sent_again(client, known, status):
    file = render_version(frozen(), at=FROZEN)
    response = client.get("/programy/2027/wersje/1.pdf", headers={"If-None-Match": f'"{known.format(sha=file.sha256)}"'})
    assert response.status_code == status
    response.close()
    assert response["ETag"] == f'"{file.sha256}"'


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
    with django_assert_num_queries(3):
        body(client, "/programy/")


@pytest.mark.parametrize("rows", [1, 30])
def test_a_program_asks_six_queries(client, django_assert_num_queries, rows):
    of = program()
    for _ in range(rows):
        frozen(of, units=paragraphs(1))
    with django_assert_num_queries(6):
        body(client, "/programy/2027/")


@pytest.mark.parametrize("rows", [1, 30])
def test_a_version_under_remarks_asks_seven_queries(client, django_assert_num_queries, rows):
    made = voices.consultation("2027", paragraphs=rows)
    said = [voices.remark(made, citation=f"§ {number}") for number in range(1, rows + 1)]
    release_voices(said, by=voices.coordinator(), at=voices.DURING)
    with time_machine.travel(voices.DURING, tick=False):
        # The first visitor after a boundary counts it.
        client.get("/programy/")
    with time_machine.travel(voices.DURING, tick=False), django_assert_num_queries(7):
        assert body(client, "/programy/2027/wersje/1/").count("/uwagi/?provision=") == rows


def test_a_version_without_chapters_has_no_contents(client):
    frozen(units=paragraphs(2))
    assert 'class="toc"' not in body(client, "/programy/2027/wersje/1/")


def test_a_new_version_begun_by_the_office_stays_inside(client):
    version = frozen()
    with translation.override("pl"):
        start_version(version.program, purpose=Purpose.COUNCIL, based_on=version, at=FROZEN)
    assert "wersje/2" not in body(client, "/programy/2027/")
