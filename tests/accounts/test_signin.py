"""Signing in with a code from a letter, with a password, and everything that must not work."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.account.adapter import get_adapter
from django.urls import reverse
from django.utils import timezone

from accounts.adapter import AccountAdapter
from accounts.limits import LETTERS_TO_ONE_ADDRESS
from accounts.models import Letter, User
from accounts.rendering import as_message
from accounts.roles import Role
from tests.factories.accounts import person

pytestmark = pytest.mark.django_db

PASSWORD = "four words only I know"
LOGIN, CONFIRM, WITH_PASSWORD = "/konto/login/", "/konto/login/code/confirm/", "/konto/haslo/"


@pytest.fixture
def anna() -> User:
    return person("anna@example.org")


@pytest.fixture
def clerk() -> User:
    user = person("clerk@example.org", Role.COORDINATOR)
    user.set_password(PASSWORD)
    user.save()
    return user


def signed_in(client) -> bool:
    return "_auth_user_id" in client.session


def ask_for_code(client, email: str = "anna@example.org"):
    return client.post(LOGIN, {"email": email}, follow=True)


def code_sent() -> str:
    return str(Letter.objects.filter(kind="login_code").latest("pk").context["code"])


# --- With a code ---------------------------------------------------------------------------------


def test_a_code_from_a_letter_signs_in(client, anna):
    page = ask_for_code(client)
    assert page.redirect_chain[-1][0] == CONFIRM
    letter = Letter.objects.get()
    assert (letter.to, letter.kind, letter.language) == ("anna@example.org", "login_code", "pl")
    assert re.fullmatch(r"[0-9]{6}", code_sent())
    assert code_sent() not in letter.occasion
    answer = client.post(CONFIRM, {"code": code_sent()})
    assert answer.headers["Location"] == "/moje/"
    assert signed_in(client)


def test_the_english_pages_lead_to_english_pages(client, anna):
    client.post("/en/konto/login/", {"email": "anna@example.org"})
    assert Letter.objects.get().language == "en"
    assert client.post("/en" + CONFIRM, {"code": code_sent()}).headers["Location"] == "/en/moje/"


@pytest.mark.parametrize("written", ["{} ", " {}", "{:.3}-{:.3}"])
def test_a_code_may_be_copied_carelessly(client, anna, written):
    ask_for_code(client)
    code = code_sent()
    typed = written.format(code) if "-" not in written else f"{code[:3]}-{code[3:]}"
    client.post(CONFIRM, {"code": typed})
    assert signed_in(client)


def test_each_request_owes_a_letter_of_its_own(client, anna):
    ask_for_code(client)
    first = code_sent()
    client.logout()
    ask_for_code(client)
    assert Letter.objects.count() == 2
    assert first != code_sent()


def test_a_wrong_code_is_refused_in_words_and_three_end_it(client, anna):
    ask_for_code(client)
    right = code_sent()
    wrong = "000000" if right != "000000" else "111111"
    for _ in range(2):
        page = client.post(CONFIRM, {"code": wrong})
        assert page.status_code == 200
        assert page.context["verify_form"].errors["code"]
    assert client.post(CONFIRM, {"code": wrong}).headers["Location"] == "/konto/login/code/"
    client.post(CONFIRM, {"code": right})
    assert not signed_in(client)


@pytest.mark.parametrize(("minutes", "works"), [(29, True), (31, False)])
def test_a_code_works_for_half_an_hour(client, anna, minutes, works):
    asked = timezone.now()
    ask_for_code(client)
    with time_machine.travel(asked + timedelta(minutes=minutes)):
        client.post(CONFIRM, {"code": code_sent()})
        assert signed_in(client) is works


def test_somebody_elses_code_does_not_sign_in(client, anna):
    ask_for_code(client)
    person("jan@example.org")
    code_of_anna = code_sent()
    client.cookies.clear()
    ask_for_code(client, "jan@example.org")
    assert code_of_anna != code_sent()
    client.post(CONFIRM, {"code": code_of_anna})
    assert not signed_in(client)


def test_an_unknown_address_sees_the_same_pages(client, anna):
    known = ask_for_code(client)
    client.cookies.clear()
    unknown = ask_for_code(client, "nobody@example.org")

    def shown(page) -> str:
        text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page.content.decode())
        return text.replace("nobody@example.org", "anna@example.org")

    assert (unknown.redirect_chain, unknown.status_code) == (known.redirect_chain, known.status_code)
    assert shown(unknown) == shown(known)
    letter = Letter.objects.get(to="nobody@example.org")
    assert letter.kind == "unknown_account"
    assert letter.context == {}
    client.post(CONFIRM, {"code": "123456"})
    client.post(CONFIRM, {"code": ""})
    assert not signed_in(client)
    assert not User.objects.filter(email="nobody@example.org").exists()


def test_a_closed_account_gets_no_code(client, anna):
    User.objects.update(is_active=False)
    ask_for_code(client)
    assert [letter.kind for letter in Letter.objects.all()] == ["unknown_account"]


@pytest.mark.parametrize(
    "email",
    ["", "anna", "anna@", "a" * 300 + "@example.org", "anna@example.org\nBcc: x@example.org", "zażółć@x", '"anna"@example.org'],
)
def test_what_is_not_an_address_is_refused_in_words(client, email):
    page = client.post(LOGIN, {"email": email})
    assert page.status_code == 200
    assert page.context["form"].errors["email"]
    assert not Letter.objects.exists()


def test_nobody_is_flooded_with_letters(client, anna):
    with time_machine.travel("2026-11-23 09:00Z", tick=False) as traveller:
        for _ in range(LETTERS_TO_ONE_ADDRESS.count):
            assert ask_for_code(client).status_code == 200
            client.cookies.clear()
            traveller.shift(61)
        page = ask_for_code(client)
    assert page.status_code == 429
    assert Letter.objects.count() == LETTERS_TO_ONE_ADDRESS.count


def test_too_many_requests_for_one_address_are_refused_whether_it_is_known_or_not(client, anna):
    refusals = []
    for email in ("anna@example.org", "nobody@example.org"):
        with time_machine.travel("2026-11-23 09:00Z", tick=False):
            for _ in range(4):
                page = ask_for_code(client, email)
                client.cookies.clear()
        refusals.append(page.context["form"].errors["email"])
    assert refusals[0] == refusals[1]
    assert Letter.objects.count() == 6


def test_a_new_code_ends_the_old_one(client, anna):
    ask_for_code(client)
    old = code_sent()
    client.post(CONFIRM, {"action": "resend"})
    assert Letter.objects.count() == 2
    if old != code_sent():
        client.post(CONFIRM, {"code": old})
        assert not signed_in(client)
    client.post(CONFIRM, {"code": code_sent()})
    assert signed_in(client)


def test_who_mistyped_the_address_can_begin_anew(client, anna):
    ask_for_code(client, "nna@example.org")
    assert client.get(LOGIN).headers["Location"] == CONFIRM
    page = client.post("/konto/logout/", {"next": LOGIN}, follow=True)
    assert page.redirect_chain[-1][0] == LOGIN
    assert "form" in page.context


@pytest.mark.parametrize(("proxies", "address"), [(0, "127.0.0.1"), (1, "198.51.100.7")])
def test_signing_in_counts_the_visitor_and_not_our_proxy(settings, rf, proxies, address):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    request = rf.get(LOGIN, headers={"X-Forwarded-For": "203.0.113.9, 198.51.100.7"})
    assert get_adapter(request).get_client_ip(request) == address


# --- With a password -----------------------------------------------------------------------------


def test_staff_sign_in_with_a_password(client, clerk):
    answer = client.post(f"{WITH_PASSWORD}?next=/admin/", {"login": "clerk@example.org", "password": PASSWORD, "next": "/admin/"})
    assert answer.headers["Location"] == "/admin/"
    assert signed_in(client)
    assert client.session.get_expire_at_browser_close()


@pytest.mark.parametrize("next_page", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_signing_in_leads_to_no_other_site(client, clerk, next_page):
    answer = client.post(WITH_PASSWORD, {"login": "clerk@example.org", "password": PASSWORD, "next": next_page})
    assert answer.headers["Location"] == "/moje/"


def test_a_wrong_password_and_an_unknown_address_are_refused_alike(client, clerk):
    refusals = [
        client.post(WITH_PASSWORD, {"login": email, "password": password}).context["form"].non_field_errors()
        for email, password in [("clerk@example.org", "wrong"), ("nobody@example.org", PASSWORD)]
    ]
    assert refusals[0] == refusals[1] == [str(AccountAdapter.error_messages["email_password_mismatch"])]
    assert not signed_in(client)


def test_an_account_without_a_password_cannot_be_entered_with_one(client, anna):
    for password in ("", "!", "None"):
        client.post(WITH_PASSWORD, {"login": "anna@example.org", "password": password})
    assert not signed_in(client)


def test_guessing_passwords_is_stopped(client, clerk):
    for _ in range(5):
        client.post(WITH_PASSWORD, {"login": "clerk@example.org", "password": "guess"})
    client.post(WITH_PASSWORD, {"login": "clerk@example.org", "password": PASSWORD})
    assert not signed_in(client)


def test_the_desk_sends_to_the_page_that_counts(client, clerk):
    assert client.get("/admin/", follow=True).redirect_chain[-1][0] == "/konto/haslo/?next=/admin/"
    client.post("/admin/login/", {"username": "clerk@example.org", "password": PASSWORD})
    assert not signed_in(client)


def test_the_desk_is_closed_to_visitors(client, anna):
    client.force_login(anna)
    assert client.get("/admin/login/?next=/admin/").status_code == 403


# --- Forgotten passwords -------------------------------------------------------------------------


def test_a_link_from_a_letter_sets_a_new_password_once(client, clerk, settings):
    client.post("/konto/password/reset/", {"email": "clerk@example.org"}, headers={"host": "localhost"})
    letter = Letter.objects.get()
    assert letter.kind == "password_reset"
    url = str(letter.context["password_reset_url"])
    assert url.startswith(f"{settings.PUBLIC_URL}/konto/password/reset/key/")
    assert url in as_message(letter).body
    path = url.removeprefix(settings.PUBLIC_URL)
    form = client.get(path, follow=True).redirect_chain[-1][0]
    client.post(form, {"password1": "quite another four words", "password2": "quite another four words"})
    clerk.refresh_from_db()
    assert clerk.check_password("quite another four words")
    client.cookies.clear()
    assert client.get(path, follow=True).context["token_fail"]


def test_a_new_password_for_an_unknown_address_changes_nothing(client, clerk):
    known = client.post("/konto/password/reset/", {"email": "clerk@example.org"})
    unknown = client.post("/konto/password/reset/", {"email": "nobody@example.org"})
    assert known.headers["Location"] == unknown.headers["Location"]
    assert Letter.objects.get(to="nobody@example.org").kind == "unknown_account"


def test_a_weak_new_password_is_refused(client, clerk):
    client.force_login(clerk)
    answer = client.post("/konto/password/change/", {"oldpassword": PASSWORD, "password1": "short", "password2": "short"})
    assert answer.context["form"].errors["password1"]


# --- Every page ----------------------------------------------------------------------------------

FOR_ANYBODY = [
    "/konto/login/",
    "/konto/login/code/",
    "/konto/haslo/",
    "/konto/inactive/",
    "/konto/signup/",
    "/konto/password/reset/",
    "/konto/password/reset/done/",
    "/konto/password/reset/key/1-abc/",
    "/konto/password/reset/key/done/",
]
FOR_ACCOUNTS = ["/konto/", "/konto/logout/", "/konto/password/change/", "/konto/reauthenticate/"]


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("address", FOR_ANYBODY)
def test_every_page_is_ours_and_clean(client, address, prefix):
    check(client.get(prefix + address), "en" if prefix else "pl")


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("address", FOR_ACCOUNTS)
def test_every_page_of_an_account_is_ours_and_clean(client, clerk, address, prefix):
    client.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")
    check(client.get(prefix + address), "en" if prefix else "pl")


def test_the_page_that_asks_for_the_code_is_ours_and_clean(client, anna):
    check(ask_for_code(client), "pl")


def test_the_page_that_sets_a_first_password_is_ours_and_clean(client, anna):
    client.force_login(anna, backend="django.contrib.auth.backends.ModelBackend")
    check(client.get("/konto/password/set/"), "pl")


def check(page, language: str) -> None:
    html = page.content.decode()
    assert page.status_code == 200
    assert f'<html lang="{language}">' in html
    assert html.count("<h1>") == 1
    assert '<main id="content" class="wrap narrow"' in html
    assert " style=" not in html
    assert re.findall(r"<script(?![^>]*src=)", html) == []
    assert 'href="mailto:' not in html


@pytest.mark.parametrize(
    "address", ["/konto/", "/konto/logout/", "/konto/password/change/", "/konto/password/set/", "/konto/reauthenticate/"]
)
def test_pages_of_an_account_send_visitors_away(client, address):
    assert client.get(address).status_code == 302


def test_nobody_registers(client):
    client.post("/konto/signup/", {"email": "new@example.org", "password1": PASSWORD})
    assert not User.objects.exists()
    assert not signed_in(client)


@pytest.mark.parametrize("address", ["/konto/email/", "/konto/confirm-email/", "/konto/3rdparty/", "/konto/phone/change/"])
def test_what_we_do_not_need_is_not_there(client, anna, address):
    client.force_login(anna)
    assert client.get(address).status_code == 404


def test_signing_out_needs_a_button(client, anna):
    client.force_login(anna)
    client.get("/konto/logout/")
    assert signed_in(client)
    assert client.post("/konto/logout/").headers["Location"] == reverse("desk:home")
    assert not signed_in(client)


def test_forms_are_not_kept_by_caches(client, anna):
    for address in ("/konto/login/", "/konto/haslo/", "/konto/password/reset/"):
        assert "no-store" in client.get(address).headers["Cache-Control"]
