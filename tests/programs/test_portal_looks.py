"""The color of the office: chosen at the desk, refused where it could not be read, and at an address of its own."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from accounts.models import Portal
from accounts.models.portal import forget
from accounts.roles import Role
from programs.actions.portal import FaintColor, NoColor, accepted
from programs.admin.portal import OWN_COLOR
from tests.programs.test_portal import NOW, SAID, SHOWN, account, say

pytestmark = pytest.mark.django_db

BLUE = "#1f5f8b"
FAINT = "#ffcc00"


def page(client, name="desk:home") -> str:
    return client.get(reverse(name)).content.decode()


@pytest.mark.parametrize(("typed", "kept"), [("", ""), ("  ", ""), (BLUE, BLUE), (" #1F5F8B ", BLUE), ("#727272", "#727272")])
def test_what_is_accepted(typed, kept):
    assert accepted(typed) == kept


def test_a_color_that_could_not_be_read_is_refused_with_the_figures_and_the_nearest():
    with translation.override("en"), pytest.raises(FaintColor) as refused:
        accepted("#737373")  # a shade lighter than the last accepted above
    assert str(refused.value.in_words) == (
        "Letters in the color #737373 would be too faint: on the page their contrast is 4.43 to 1, "
        "and at least 4.5 to 1 is needed. The nearest color that can be read is #727272: choose it or a darker one."
    )


@pytest.mark.parametrize("typed", ["red", "#fff", "1f5f8b", "#1f5f8b}"])
def test_what_is_no_color(typed):
    with pytest.raises(NoColor):
        say(accent=typed)
    assert not Portal.objects.exists()


@pytest.mark.parametrize("kept", ["red", "#1F5F8B", "#fff"])
def test_the_row_holds_nothing_else(kept):
    with pytest.raises(IntegrityError), transaction.atomic():
        Portal.objects.create(pk=1, **SAID, accent=kept, changed_at=NOW)


def test_without_a_color_nothing_more_is_asked_for(client):
    say()
    forget()
    assert "portal.css" not in page(client)
    assert client.get(reverse("looks")).status_code == 404


def test_public_pages_and_the_desk_ask_for_it(client, django_assert_num_queries):
    say(accent=BLUE)
    forget()
    address = f"/portal.css?v={Portal.objects.get().edition}"
    assert f'<link rel="stylesheet" href="{address}">' in page(client)
    with django_assert_num_queries(1):
        sheet = client.get(address)
    assert (sheet.status_code, sheet["Content-Type"]) == (200, "text/css; charset=utf-8")
    assert sheet["Cache-Control"] == "public, immutable, max-age=31536000"
    assert f"--accent:{BLUE};" in sheet.content.decode()
    assert client.get("/portal.css")["Cache-Control"] == "public, max-age=60"
    client.force_login(account(Role.AUDITOR))
    assert address in page(client, "admin:index")


def test_another_color_has_another_address(client):
    first = say(accent=BLUE).edition
    assert say(accent="#000000", at=NOW + timedelta(microseconds=1)).edition != first
    assert client.get(f"/portal.css?v={first}")["Cache-Control"] == "public, max-age=60"


def test_the_desk_takes_it_by_hand_and_by_eye(client):
    client.force_login(account(Role.COORDINATOR))
    address = reverse("admin:accounts_portal_change", args=[1])
    # What both fields are sent with, one after another, and what is kept: the field for the eye is never empty.
    steps = [("", OWN_COLOR, ""), (BLUE, OWN_COLOR, BLUE), (BLUE, "#222222", "#222222"), ("", "#222222", "")]
    for typed, picked, kept in steps:
        assert client.post(address, {**SAID, **SHOWN, "accent": typed, "picked": picked}).status_code == 302
        assert Portal.objects.get().accent == kept
    refused = client.post(address, {**SAID, **SHOWN, "accent": "", "picked": FAINT})
    form = refused.context["adminform"].form
    assert (refused.status_code, list(form.errors), form["picked"].value()) == (200, ["accent"], FAINT)
    assert "#8a6e00" in form.errors["accent"][0]
