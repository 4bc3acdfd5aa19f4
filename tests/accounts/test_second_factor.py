"""Whoever works at the desk signs in with two things; an account without the second one can do nothing there."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache

from accounts.actions import AccountIsOutOfReach, OwnSecondFactor, end_sessions, give_roles, take_second_factor
from accounts.models import Letter, User
from accounts.roles import ALLOWS, Duty, Role, duties_of, has_duty
from accounts.second_factor import SecondFactorAdapter
from tests.factories.accounts import person

pytestmark = pytest.mark.django_db

PASSWORD = "four words only I know"
WITH_PASSWORD, SET_UP, SECOND_STEP = "/konto/haslo/", "/konto/drugi-skladnik/nowy/", "/konto/drugi-skladnik/kod/"
CODES, OVERVIEW, OTHER_PHONE = "/konto/drugi-skladnik/kody/", "/konto/drugi-skladnik/", "/konto/drugi-skladnik/inny-telefon/"
DESK = "/admin/"


@pytest.fixture(autouse=True)
def as_in_production(settings):
    settings.STAFF_NEED_SECOND_FACTOR = True


def clerk(*roles: Role, **values: object) -> User:
    user = person("", *(roles or (Role.COORDINATOR,)), **values)
    user.set_password(PASSWORD)
    user.save()
    return user


def code_of(secret: str) -> str:
    """What the phone shows now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def sign_in(client, user: User):
    return client.post(WITH_PASSWORD, {"login": user.email, "password": PASSWORD})


def set_up(client) -> str:
    """The secret in the phone."""
    secret = client.get(SET_UP).context["form"].secret
    answer = client.post(SET_UP, {"code": code_of(secret)})
    assert answer.headers["Location"] == CODES
    return secret


def next_code(secret: str) -> str:
    """A code works once; the one of the next half minute is taken already."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + 1))


# --- Without it ------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.DRAFTER, Role.AUDITOR])
def test_without_it_an_account_of_staff_has_no_duty_and_is_led_to_it(client, role):
    user = clerk(role)
    sign_in(client, user)
    assert duties_of(user) == frozenset()
    for address in (DESK, "/admin/consultations/consultation/", "/admin/accounts/user/"):
        answer = client.get(address, follow=True)
        assert answer.redirect_chain[-1][0] == SET_UP
        assert "Dopóki" in answer.content.decode()


def test_a_superuser_needs_it_as_well(client):
    user = clerk(is_superuser=True, is_staff=True)
    assert duties_of(user) == frozenset()
    sign_in(client, user)
    assert client.get(DESK).status_code == 302


def test_a_verb_asks_for_it(client):
    with pytest.raises(AccountIsOutOfReach):
        give_roles(person(), roles=[Role.AUDITOR], by=clerk())


def test_emergency_codes_alone_are_no_second_factor():
    user = clerk()
    Authenticator.objects.create(user=user, type=Authenticator.Type.RECOVERY_CODES, data={})
    assert duties_of(user) == frozenset()


def test_whoever_speaks_for_an_organization_needs_none(client):
    client.force_login(person())
    assert client.get("/moje/").status_code == 200
    assert client.get(DESK, follow=True).status_code == 403


# --- Setting up ------------------------------------------------------------------------------------


def test_setting_it_up_opens_the_desk_and_shows_the_emergency_codes(client):
    user = clerk()
    sign_in(client, user)
    set_up(client)
    page = client.get(CODES).content.decode()
    codes = Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()
    assert len(codes) == 10
    assert all(code in page for code in codes)
    assert client.get("/konto/drugi-skladnik/kody/plik/").content.decode().split() == codes
    assert client.get(DESK).status_code == 200
    assert duties_of(user) == ALLOWS[Role.COORDINATOR]


def test_a_wrong_code_sets_nothing_up_and_says_why(client):
    sign_in(client, clerk())
    secret = client.get(SET_UP).context["form"].secret
    answer = client.post(SET_UP, {"code": "000000" if code_of(secret) != "000000" else "111111"})
    assert "Ten kod nie działa" in answer.content.decode()
    # The phone that has scanned the picture need not scan another one.
    assert answer.context["form"].secret == secret
    assert not Authenticator.objects.exists()


def test_no_page_of_it_may_be_kept_by_a_cache(client):
    sign_in(client, clerk())
    set_up(client)
    for address in (OVERVIEW, CODES, OTHER_PHONE, "/konto/drugi-skladnik/kody/nowe/", "/konto/sesje/"):
        answer = client.get(address)
        assert (answer.status_code, "no-store" in answer["Cache-Control"]) == (200, True), address


def test_its_secret_cannot_be_read_in_the_database(client, settings):
    user = clerk()
    sign_in(client, user)
    secret = set_up(client)
    kept = Authenticator.objects.get(user=user, type="totp").data["secret"]
    assert secret not in kept
    assert SecondFactorAdapter().decrypt(kept) == secret
    # A new key of the portal locks nobody out while the old one is named beside it.
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another key"
    assert SecondFactorAdapter().decrypt(kept) == secret


# --- Signing in with it ----------------------------------------------------------------------------


@pytest.fixture
def phone(client) -> tuple[User, str]:
    """A coordinator who has set it up and signed out, and the secret in the phone."""
    user = clerk()
    sign_in(client, user)
    secret = set_up(client)
    client.logout()
    cache.clear()
    return user, secret


def test_the_password_alone_opens_nothing(client, phone):
    user, _secret = phone
    assert sign_in(client, user).headers["Location"] == SECOND_STEP
    assert "_auth_user_id" not in client.session
    assert client.get(DESK, follow=True).redirect_chain[-1][0] == SECOND_STEP


def test_password_and_code_open_the_desk(client, phone):
    user, secret = phone
    sign_in(client, user)
    assert client.post(SECOND_STEP, {"code": code_of(secret)}).status_code == 302
    assert client.get(DESK).status_code == 200


def test_the_code_from_a_letter_is_not_enough_either(client, phone):
    user, _secret = phone
    client.post("/konto/login/", {"email": user.email})
    code = Letter.objects.filter(kind="login_code").latest("pk").context["code"]
    assert client.post("/konto/login/code/confirm/", {"code": code}).headers["Location"] == SECOND_STEP
    assert "_auth_user_id" not in client.session


def test_a_code_works_once(client, phone):
    user, secret = phone
    code = code_of(secret)
    sign_in(client, user)
    client.post(SECOND_STEP, {"code": code})
    client.logout()
    sign_in(client, user)
    assert "Ten kod nie działa" in client.post(SECOND_STEP, {"code": code}).content.decode()
    assert "_auth_user_id" not in client.session
    assert client.post(SECOND_STEP, {"code": next_code(secret)}).status_code == 302


def test_an_emergency_code_lets_in_once(client, phone):
    user, _secret = phone
    code = Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()[0]
    sign_in(client, user)
    assert client.post(SECOND_STEP, {"code": code}).status_code == 302
    assert client.get(DESK).status_code == 200
    client.logout()
    sign_in(client, user)
    assert client.post(SECOND_STEP, {"code": code}).status_code == 200
    assert "_auth_user_id" not in client.session


def test_guessing_is_stopped(client, phone):
    user, secret = phone
    sign_in(client, user)
    wrong = "000000"
    said = [client.post(SECOND_STEP, {"code": wrong}).content.decode() for _ in range(6)]
    assert "Ten kod nie działa" in said[0]
    assert "Prób było zbyt wiele" in said[-1]
    assert "_auth_user_id" not in client.session
    # Not even the right one, for a while.
    client.post(SECOND_STEP, {"code": next_code(secret)})
    assert "_auth_user_id" not in client.session


def test_signing_in_begins_a_new_session(client, phone):
    user, secret = phone
    client.get(WITH_PASSWORD)
    sign_in(client, user)
    before = client.session.session_key
    client.post(SECOND_STEP, {"code": code_of(secret)})
    assert client.session.session_key != before


# --- Giving it up ----------------------------------------------------------------------------------


def test_giving_it_up_closes_the_desk_at_once(client):
    user = clerk()
    sign_in(client, user)
    set_up(client)
    client.post(OTHER_PHONE)
    assert client.get(DESK, follow=True).redirect_chain[-1][0] == SET_UP
    assert not has_duty(user, *Duty)


def test_the_demonstration_lets_staff_in_with_the_password_alone(client, settings):
    settings.STAFF_NEED_SECOND_FACTOR = False
    sign_in(client, clerk())
    assert client.get(DESK).status_code == 200


# --- What a coordinator does for others ------------------------------------------------------------


def with_phone(*roles: Role, **values: object) -> User:
    user = clerk(*roles, **values)
    Authenticator.objects.create(user=user, type="totp", data={"secret": SecondFactorAdapter().encrypt("ABCDEFGH")})
    return user


def test_a_lost_phone_is_taken_off_and_ends_every_session(client):
    keeper, loser = with_phone(), clerk(Role.DRAFTER)
    sign_in(client, loser)
    set_up(client)
    take_second_factor(loser, by=keeper)
    assert not Authenticator.objects.filter(user=loser).exists()
    assert "_auth_user_id" not in client.session
    assert sign_in(client, loser).headers["Location"] != SECOND_STEP


def test_nobody_takes_off_their_own(client):
    keeper = with_phone()
    with pytest.raises(OwnSecondFactor):
        take_second_factor(keeper, by=keeper)
    assert Authenticator.objects.filter(user=keeper).exists()


@pytest.mark.parametrize("verb", [end_sessions, take_second_factor])
def test_out_of_reach_stays_out_of_reach(verb):
    keeper, above = with_phone(), with_phone(is_superuser=True)
    for by in (keeper, with_phone(Role.DRAFTER), with_phone(Role.AUDITOR)):
        with pytest.raises(AccountIsOutOfReach):
            verb(above, by=by)
    assert Authenticator.objects.filter(user=above).exists()


def test_at_the_desk_both_are_actions_on_the_list(client):
    keeper, loser, above = with_phone(), with_phone(Role.DRAFTER), with_phone(is_superuser=True)
    client.force_login(keeper)
    for action, said in (("end_sessions", "Wylogowano wszędzie"), ("take_second_factor", "Drugi składnik zdjęty")):
        chosen = {"action": action, "_selected_action": [loser.pk, above.pk]}
        page = client.post("/admin/accounts/user/", chosen, follow=True).content.decode()
        assert f"{said}: {loser}" in page
        assert f"Poproś o to administratora portalu. ({above})" in page
    assert set(Authenticator.objects.values_list("user", flat=True)) == {keeper.pk, above.pk}


def test_whoever_is_at_the_desk_cannot_become_somebody_else_with_a_password_alone(client):
    colleague = clerk(Role.COORDINATOR)
    Authenticator.objects.create(user=colleague, type=Authenticator.Type.TOTP, data={"secret": ""})
    me = clerk(Role.AUDITOR)
    sign_in(client, me)
    set_up(client)
    answer = client.post("/admin/login/", {"username": colleague.email, "password": PASSWORD, "next": DESK})
    assert (answer.status_code, answer.headers["Location"]) == (302, DESK)
    assert client.get(DESK).context["user"] == me
