"""A link to a preview that the desk has taken back opens nothing; one made later does."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import AuditEntry, RevokedPreview
from accounts.roles import Role
from desk.preview.things import MayNotRevoke, revoke_previews
from tests.desk.test_preview import AT, KINDS, at_desk, link, made, publish
from tests.factories import consultations
from tests.factories.accounts import person
from tests.factories.consultations import coordinator

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(AT, tick=False)
    return time_machine


@pytest.mark.parametrize("kind", KINDS)
def test_revoking_stops_every_link_handed_out_and_gives_one_that_works(client, kind):
    row, words, _address = made(kind)
    desk, tool = at_desk(), f"/en/admin/preview/{kind}/{row.pk}/"
    old, older = link(kind, row), link(kind, row, AT - timedelta(days=1))
    assert client.get(old).status_code == 200
    page = desk.post(tool, {"turn": desk.get(tool).context["turn"]}, follow=True)
    assert "The links handed out until now no longer work." in page.content.decode()
    for revoked in (old, older):
        response = client.get(revoked)
        said = response.content.decode().replace("\u00a0", " ")
        assert response.status_code == 410
        assert "The office has revoked the link." in said
        assert words not in said
        assert "no-store" in response["Cache-Control"]
        assert response["X-Robots-Tag"] == "noindex, nofollow"
    # Made in the same second as the old one.
    new = client.get(page.context["link"].removeprefix("http://127.0.0.1:8000"))
    assert new.status_code == 200
    assert words in new.content.decode().replace("\u00a0", " ")


def test_only_links_to_that_page_stop(client):
    row, _words, _address = made("announcement")
    other = consultations.announcement(row.consultation)
    assert revoke_previews("announcement", row, turn=0, by=coordinator(), at=AT)
    assert client.get(link("announcement", row)).status_code == 410
    assert client.get(link("announcement", other)).status_code == 200
    assert client.get(link("consultation", row.consultation)).status_code == 200


def test_a_second_click_leaves_the_new_links_alone(client):
    row, _words, _address = made("announcement")
    desk, tool = at_desk(), f"/en/admin/preview/announcement/{row.pk}/"
    new = desk.post(tool, {"turn": 0}, follow=True).context["link"]
    for typed in ("0", "-1", "7", "", "x", "9" * 5000):
        page = desk.post(tool, {"turn": typed}, follow=True)
        assert "had been revoked before" in page.content.decode()
    assert client.get(new.removeprefix("http://127.0.0.1:8000")).status_code == 200
    assert RevokedPreview.objects.count() == 1
    desk.post(tool, {"turn": 1})
    assert client.get(new.removeprefix("http://127.0.0.1:8000")).status_code == 410


def test_a_revoked_link_leads_to_the_page_once_it_is_public(client):
    row, _words, address = made("announcement")
    revoke_previews("announcement", row, turn=0, by=coordinator(), at=AT)
    publish("announcement", row)
    assert client.get(link("announcement", row))["Location"] == address


@pytest.mark.parametrize(
    ("kind", "role", "may"),
    [
        ("announcement", Role.COORDINATOR, True),
        ("announcement", Role.DRAFTER, False),
        ("announcement", Role.AUDITOR, False),
        ("version", Role.DRAFTER, True),
        ("version", Role.AUDITOR, False),
    ],
)
def test_whoever_keeps_the_page_revokes_its_links(client, kind, role, may):
    row, _words, _address = made(kind)
    by, desk, tool = person("", role), Client(), f"/en/admin/preview/{kind}/{row.pk}/"
    desk.force_login(by)
    assert ("Revoke the links" in desk.get(tool).content.decode()) is may
    assert desk.post(tool, {"turn": 0}).status_code == (302 if may else 403)
    assert client.get(link(kind, row)).status_code == (410 if may else 200)
    if not may:
        with pytest.raises(MayNotRevoke):
            revoke_previews(kind, row, turn=0, by=by, at=AT)


def test_the_audit_tells_who_revoked():
    row, _words, _address = made("announcement")
    by, desk = coordinator(), Client()
    desk.force_login(by)
    desk.post(f"/en/admin/preview/announcement/{row.pk}/", {"turn": 0})
    entry = AuditEntry.objects.get(model="accounts.RevokedPreview")
    assert (entry.actor, entry.what) == (by, "created")
    assert (entry.after["kind"], entry.after["key"]) == ("announcement", row.pk)
