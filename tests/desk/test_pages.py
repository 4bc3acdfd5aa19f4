"""First page, my matters, signed links: what they show, in a number of queries that does not grow."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import tokens
from accounts.tokens import Purpose
from consultations.actions import news, schedule
from consultations.stages import Kind, ShownAs
from tests.factories import accounts, consultations, voices

pytestmark = pytest.mark.django_db


def current(at, **values):
    made = consultations.planned(**values)
    schedule.add_stage(
        made,
        kind=Kind.PROPOSALS,
        name="Zbieranie propozycji",
        opens_at=at - timedelta(days=1),
        closes_at=at + timedelta(days=5),
        shown_as=ShownAs.UNTIL,
        by=None,
        at=at,
    )
    schedule.publish_consultation(made, by=None, at=at - timedelta(days=1))
    news.publish_announcement(made, slug=f"nowina-{made.slug}", title="Nowina", body="Treść", at=at - timedelta(hours=1))
    return made


def test_the_first_page_shows_what_is_open_first(client):
    at = timezone.now()
    archive = consultations.published()
    open_one = current(at, title="Otwarte konsultacje")
    page = client.get("/").content.decode()
    assert page.index("Otwarte") < page.index(archive.title.partition(",")[0][:20]) or archive.title not in page
    assert f"/konsultacje/{open_one.slug}/propozycje/nowa/" in page
    assert f"/konsultacje/{open_one.slug}/" in page
    assert f"/konsultacje/{archive.slug}/" in page


def test_the_first_page_without_anything_says_so(client):
    page = client.get("/")
    assert page.status_code == 200
    assert _("Nothing has been announced yet.") in page.content.decode()


@pytest.mark.parametrize("rows", [1, 30])
def test_the_first_page_asks_a_fixed_number_of_queries(client, django_assert_num_queries, rows):
    at = timezone.now()
    for _row in range(rows):
        current(at)
    client.get("/")
    with django_assert_num_queries(5):
        client.get("/")


def test_the_first_page_unchanged_costs_one_query(client, django_assert_num_queries):
    current(timezone.now())
    etag = client.get("/").headers["ETag"]
    with django_assert_num_queries(1):
        answer = client.get("/", headers={"If-None-Match": etag})
    assert answer.status_code == 304
    assert not answer.cookies


def test_a_cached_page_is_not_kept_past_the_deadline(client):
    at = timezone.now()
    made = current(at)
    closes_at = made.stages.get().closes_at
    for seconds, kept in ((600, 60), (30, 30), (1, 1)):
        with time_machine.travel(closes_at - timedelta(seconds=seconds), tick=False):
            assert client.get("/").headers["Cache-Control"] == f"public, max-age={kept}"
    with time_machine.travel(closes_at - timedelta(seconds=1), tick=False):
        before = client.get("/")
    with time_machine.travel(closes_at, tick=False):
        after = client.get("/", headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert "/propozycje/nowa/" in before.content.decode()
    assert "/propozycje/nowa/" not in after.content.decode()


def test_my_matters_needs_signing_in(client):
    answer = client.get("/moje/")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/konto/")


@pytest.mark.parametrize("rows", [1, 30])
def test_my_matters_shows_mine_and_only_mine(client, django_assert_num_queries, rows):
    me = accounts.person("anna@example.org")
    made = voices.consultation()
    author = voices.AUTHOR
    for _row in range(rows):
        voices.proposal(made, author=type(author)(name="Anna", email="Anna@example.org"))
    strange = voices.proposal(made, author=type(author)(name="Ktoś", email="ktos@example.org"))
    client.force_login(me)
    with django_assert_num_queries(10):  # session and account, then seven
        page = client.get("/moje/")
    assert page.content.decode().count("/l/") == rows
    assert strange.signature not in page.content.decode()
    assert page.headers["Cache-Control"].startswith("max-age=0, no-cache, no-store")


def test_a_forged_link_says_what_to_do(client):
    answer = client.get("/l/podrobiony/")
    assert answer.status_code == 404
    assert _("This link does not work") in answer.content.decode()


def test_a_link_of_another_secret_is_forged(client, settings):
    token = tokens.sign(Purpose.REGISTRATION, 1, at=timezone.now())
    settings.SECRET_KEY = "another one"
    assert client.get(f"/l/{token}/").status_code == 404


@pytest.mark.parametrize("purpose", Purpose)
def test_a_link_ends_with_its_lifetime(purpose):
    at = timezone.now().replace(microsecond=0)
    token = tokens.sign(purpose, 7, at=at)
    ends = at + tokens.LIFETIME[purpose]
    assert tokens.read(token, at=ends - timedelta(seconds=1)) == tokens.Link(purpose, 7)
    with pytest.raises(tokens.LinkIsExpired):
        tokens.read(token, at=ends)


def test_an_expired_link_says_so(client):
    token = tokens.sign(Purpose.FOLLOW, 1, at=timezone.now() - tokens.LIFETIME[Purpose.FOLLOW])
    answer = client.get(f"/l/{token}/")
    assert answer.status_code == 410
    assert _("This link has expired") in answer.content.decode()


@pytest.mark.parametrize("purpose", Purpose)
def test_a_link_to_nothing_is_not_found(client, purpose):
    token = tokens.sign(purpose, 999_999, at=timezone.now())
    assert client.get(f"/l/{token}/").status_code == 404


READ = ["/", "/konsultacje/", "/aktualnosci/", "/programy/", "/dostepnosc/", "/prywatnosc/", "/pomoc/", "/pomoc/terminy/"]


@pytest.mark.parametrize("address", READ)
def test_public_pages_have_no_cookie_and_a_strict_policy(client, address):
    consultations.published()
    answer = client.get(address)
    assert not answer.cookies
    assert "Accept-Language" not in answer.headers.get("Vary", "")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_the_admin_has_the_same_policy(client):
    assert "unsafe" not in client.get("/admin/login/").headers["Content-Security-Policy"]


def test_a_failed_csrf_check_gives_back_what_was_typed():
    from django.test import Client

    made = voices.consultation()
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(f"/konsultacje/{made.slug}/propozycje/nowa/", {"text": "Długo pisany tekst propozycji."})
    assert answer.status_code == 403
    assert "Długo pisany tekst propozycji." in answer.content.decode()
