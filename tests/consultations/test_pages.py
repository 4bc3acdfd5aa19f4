"""The pages that everybody reads alike: what they say, what they cost, how long they may be kept."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from consultations.actions import events, news, schedule
from consultations.actions.voices import release_voices
from consultations.models import Consultation, Voice
from consultations.stages import Kind
from programs.models import Purpose
from programs.uploads import FileIsEmpty
from tests.factories import meetings, voices
from tests.factories.consultations import (
    CLOSES,
    DAY,
    HOUR,
    OPENS,
    PUBLISHED,
    TICK,
    announcement,
    coordinator,
    document,
    planned,
    program,
    published,
    stage,
)

pytestmark = pytest.mark.django_db

AT = OPENS + HOUR


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(AT, tick=False)
    return time_machine


def full(monkeypatch, rows: int) -> Consultation:
    """A consultation with `rows` of everything that its page shows."""
    monkeypatch.setattr(meetings, "PUBLISHED", PUBLISHED)
    made = planned(programs=[program(2022 + n) for n in range(min(rows, 3))])
    for n in range(rows):
        # One kind may not overlap with itself: one after another.
        window = {"opens_at": OPENS + n * DAY, "closes_at": OPENS + (n + 1) * DAY}
        of = stage(made, kind=Kind.REMARKS, name=f"Etap {n}", **window)
        event = events.add_event(made, name=f"Posiedzenie {n}", by=None, at=PUBLISHED, planned_on=date(2021, 10, 1))
        document(made, name=f"plik-{n}.pdf", title=f"Dokument {n}")
        announcement(made)
        if n == 0:
            schedule.publish_consultation(made, by=None, at=PUBLISHED)
        schedule.move_stage(of, **{**window, "closes_at": window["closes_at"] - HOUR}, reason="Powód.", by=None, at=OPENS)
        events.move_event(event, planned_on=date(2021, 10, 2), reason="Powód.", by=None, at=OPENS)
        times = {"starts_at": CLOSES, "ends_at": CLOSES + HOUR, "signup_until": None, "topics_until": None}
        meetings.meeting(consultation=made, groups=2, **times)
    return made


# --- What the page says ---------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 30])
def test_the_page_costs_the_same_whatever_the_rows(client, monkeypatch, django_assert_num_queries, rows):
    made = full(monkeypatch, rows)
    # SQLite is asked once per connection whether it knows JSON.
    assert connection.features.supports_json_field
    # The first visitor after a boundary counts it.
    client.get("/dostepnosc/")
    # Validity; consultation, stages, meetings, events, programs, moved dates, groups; documents.
    with django_assert_num_queries(9):
        page = client.get(f"/konsultacje/{made.slug}/").content.decode()
    assert page.count("Dokument ") == rows
    assert page.count('class="groups"') == rows
    assert page.count('class="moved"') == 2 * rows


@pytest.mark.parametrize("rows", [1, 30])
def test_lists_cost_the_same_whatever_the_rows(client, django_assert_num_queries, rows):
    for _one in range(rows):
        made = published()
        document(made, announcement=announcement(made))
    # The first visitor after a boundary counts it.
    client.get("/dostepnosc/")
    # Validity; consultations, their stages, meetings, programs.
    with django_assert_num_queries(5):
        assert client.get("/konsultacje/").content.decode().count('class="matter"') == rows
    # Validity, the number of pages, one page, its documents.
    with django_assert_num_queries(4):
        assert client.get("/aktualnosci/").content.decode().count('class="entry"') == min(rows, 20)
    # Validity, announcements, documents.
    with django_assert_num_queries(3):
        assert client.get("/aktualnosci/atom.xml").content.decode().count("<entry>") == rows
    # Validity; consultations, stages, meetings, events, programs, moved dates (no meeting has groups to be asked for).
    with django_assert_num_queries(7):
        assert client.get("/kalendarz.ics").content.count(b"BEGIN:VEVENT") == rows


def test_what_has_not_been_published_is_nowhere(client):
    made = planned(slug="tajne", title="Tajna konsultacja")
    stage(made)
    announcement(made, slug="tajna-wiadomosc")
    file = document(made)
    for path in ("", "kalendarz.ics", "kontakt/", "obserwuj/", f"dokumenty/{file.pk}/{file.file_name}"):
        assert client.get(f"/konsultacje/tajne/{path}").status_code == 404, path
    assert client.get("/aktualnosci/tajna-wiadomosc/").status_code == 404
    assert client.get("/aktualnosci/tajna-wiadomosc.pdf").status_code == 404
    for path in ("/konsultacje/", "/aktualnosci/", "/aktualnosci/atom.xml", "/kalendarz.ics"):
        assert "ajna" not in client.get(path).content.decode(), path


def test_the_page_appears_at_its_moment(client, clock):
    made = published(at=AT)
    clock.move_to(AT - TICK, tick=False)
    assert client.get(f"/konsultacje/{made.slug}/").status_code == 404
    clock.move_to(AT, tick=False)
    assert client.get(f"/konsultacje/{made.slug}/").status_code == 200


def test_links_stand_only_where_there_is_something_behind_them(client):
    made = published()
    bare = client.get(f"/konsultacje/{made.slug}/").content.decode()
    assert f"/konsultacje/{made.slug}/uwagi/nowa/" in bare
    for absent in (
        f"/{made.slug}/propozycje/",
        f'/{made.slug}/uwagi/"',
        "/wersje/",
        "/dokumenty/",
        "plakat.pdf",
        "/aktualnosci/o",
    ):
        assert absent not in bare, absent


def test_released_voices_the_version_and_the_last_news_are_linked(client):
    made = published()
    version = voices.draft("2031", purpose=Purpose.CONSULTATION)
    made.programs.add(version.program)
    for _one in range(2):
        said = [voices.RemarkText(version, text="Uwaga.")]
        voices.submit_remarks(made, author=voices.AUTHOR, remarks=said, form_token=voices.token(), at=OPENS)
    announcement(made, title="Dawniejsza")
    announcement(made, at=OPENS, title="Najnowsza", slug="najnowsza")
    page = client.get(f"/konsultacje/{made.slug}/").content.decode()
    assert f'/konsultacje/{made.slug}/uwagi/"' not in page
    release_voices(Voice.objects.filter(number=1), by=coordinator(), at=OPENS)
    page = client.get(f"/konsultacje/{made.slug}/").content.decode()
    assert f'href="/konsultacje/{made.slug}/uwagi/"' in page
    assert "(1)" in page
    assert f'href="/programy/2031/wersje/{version.number}/"' in page
    assert "Najnowsza" in page
    assert "Dawniejsza" not in page


def test_a_page_of_two_programs_is_one_page(client):
    one, other = voices.draft("2031"), voices.draft("2032")
    made = published(programs=[one.program, other.program])
    page = client.get(f"/konsultacje/{made.slug}/").content.decode()
    assert page.count("<h1") == 1
    assert page.index("/programy/2032/wersje/") < page.index("/programy/2031/wersje/")


def test_the_list_goes_by_year_newest_first(client):
    for year in (2022, 2031, 2027):
        published(programs=[program(year)], title=f"Na rok {year}")
    page = client.get("/konsultacje/").content.decode()
    places = [page.index(f'id="rok-{year}"') for year in (2031, 2027, 2022)]
    assert places == sorted(places)


def test_no_page_shows_the_address_of_the_coordinator(client):
    made = published()
    announcement(made, slug="wiadomosc")
    for path in ("/konsultacje/", f"/konsultacje/{made.slug}/", f"/konsultacje/{made.slug}/kontakt/", "/aktualnosci/wiadomosc/"):
        page = client.get(path).content.decode()
        assert "urzad.example.org" not in page, path
        assert "@urzad" not in page, path
        assert "mailto:" not in page, path


def test_staff_markup_is_shown_as_typed(client):
    made = published(title="<b>Program</b>", lead="<script>alert(1)</script>", host="<i>h</i>")
    stage(made, kind=Kind.COUNCIL, name="<u>Etap</u>", description="<img src=x>")
    announcement(made, title="<em>T</em>", body="<script>alert(2)</script>", slug="wiadomosc")
    pages = [
        client.get(path).content.decode()
        for path in (f"/konsultacje/{made.slug}/", "/konsultacje/", "/aktualnosci/wiadomosc/", "/aktualnosci/")
    ]
    for page in pages:
        for markup in ("<b>Program", "<script>alert", "<i>h<", "<u>Etap", "<img src=x", "<em>T<"):
            assert markup not in page


def test_english_pages_say_that_the_content_is_polish(client):
    made = published()
    page = client.get(f"/en/konsultacje/{made.slug}/").content.decode()
    assert '<html lang="en">' in page
    assert '<h1 lang="pl">' in page
    assert "How the consultation goes" in page
    assert "until Wednesday 3 November" in page


# --- Caches ---------------------------------------------------------------------------------------

READ_ALIKE = ["/konsultacje/", "/konsultacje/{slug}/", "/konsultacje/{slug}/kalendarz.ics", "/kalendarz.ics", "/aktualnosci/"]
READ_ALIKE += ["/aktualnosci/{slug}/", "/aktualnosci/{slug}.pdf", "/aktualnosci/atom.xml", "/konsultacje/{slug}/obserwuj/"]


@pytest.mark.parametrize("path", READ_ALIKE)
def test_a_page_is_public_sets_no_cookie_and_answers_304_in_one_query(client, django_assert_num_queries, path):
    made = published()
    announcement(made, slug=made.slug)
    path = path.format(slug=made.slug)
    first = client.get(path)
    assert first.status_code == 200
    assert not first.cookies
    assert "Cookie" not in first.get("Vary", "")
    assert "csrf" not in first.content.decode(errors="ignore")
    assert "public" in first["Cache-Control"]
    assert "max-age=60" in first["Cache-Control"]
    with django_assert_num_queries(1):
        again = Client().get(path, headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    assert not again.cookies


def test_a_verb_makes_the_kept_page_stale(client):
    made = published()
    path = f"/konsultacje/{made.slug}/"
    etag = client.get(path)["ETag"]
    document(made)
    changed = client.get(path, headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert changed["ETag"] != etag


@pytest.mark.parametrize(("before", "kept"), [(61, 60), (60, 60), (59, 59), (1, 1)])
def test_no_page_is_kept_past_the_deadline(client, clock, before, kept):
    made = published()
    clock.move_to(CLOSES - timedelta(seconds=before), tick=False)
    page = client.get(f"/konsultacje/{made.slug}/")
    assert f"max-age={kept}" in page["Cache-Control"]
    assert "uwagi/nowa/" in page.content.decode()


def test_the_button_is_gone_at_the_very_second_and_the_kept_page_is_stale(client, clock):
    made = published()
    path = f"/konsultacje/{made.slug}/"
    clock.move_to(CLOSES - timedelta(seconds=1), tick=False)
    etag = client.get(path)["ETag"]
    clock.move_to(CLOSES, tick=False)
    after = client.get(path, headers={"If-None-Match": etag})
    assert after.status_code == 200
    assert "uwagi/nowa/" not in after.content.decode()


# --- Files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "beginning", "content_type", "shown"),
    [
        ("program.pdf", b"%PDF", "application/pdf", "inline"),
        ("PLAKAT.PNG", b"\x89PNG", "image/png", "inline"),
        ("uchwała.docx", b"PK\x03\x04", "application/octet-stream", "attachment"),
        ("lista.csv", b"", "application/octet-stream", "attachment"),
        ("notatka.txt", b"", "application/octet-stream", "attachment"),
    ],
)
def test_a_file_comes_as_it_is_and_cannot_act_as_a_page(client, name, beginning, content_type, shown):
    made, content = published(), beginning + b"<script>alert(1)</script>"
    file = document(made, name=name, content=content)
    url = reverse("consultations:document", args=[made.slug, file.pk, file.file_name])
    response = client.get(url)
    assert b"".join(response.streaming_content) == content
    assert response["Content-Type"] == content_type
    assert response["Content-Disposition"].startswith(shown)
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "public, max-age=60"
    assert not response.cookies
    assert client.get(url, headers={"If-None-Match": response["ETag"]}).status_code == 304
    assert client.get(url + "x").status_code == 404
    assert client.get(url.replace(made.slug, published().slug)).status_code == 404


def test_a_removed_file_is_gone_with_its_bytes(client, django_capture_on_commit_callbacks):
    made = published()
    file = document(made)
    url = reverse("consultations:document", args=[made.slug, file.pk, file.file_name])
    name, storage = file.file.name, file.file.storage
    with django_capture_on_commit_callbacks(execute=True):
        news.remove_document(file, at=AT)
    assert client.get(url).status_code == 404
    assert not storage.exists(name)


@pytest.mark.parametrize(("size", "words"), [(1, "1 kB"), (412_300, "412 kB"), (999_499, "999 kB"), (1_200_000, "1,2 MB")])
def test_the_size_of_a_file_in_words(size, words):
    file = document(published())
    file.size = size
    assert file.file_size == words
    assert file.file_type == "PDF"


def test_an_empty_file_is_refused():
    with pytest.raises(FileIsEmpty):
        document(published(), content=b"")


def test_the_calendar_is_a_calendar(client):
    made = published()
    response = client.get(f"/konsultacje/{made.slug}/kalendarz.ics")
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    (event,) = Calendar.from_ical(response.content).walk("VEVENT")
    assert event["summary"] == "Uwagi do projektu"
