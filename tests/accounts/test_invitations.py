"""An organization says "no more invitations" behind the link of one, without an account."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts import actions, tokens
from accounts.letters import owe_letter
from accounts.models import Letter, Organization, State
from accounts.tokens import Purpose
from tests.factories.accounts import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def club():
    return Organization.objects.create(name="Klub <Żółty> Latawiec", email="klub@example.org", verified_at=NOW)


def page_of(organization) -> str:
    return reverse("link", args=[tokens.sign(Purpose.DIRECTORY, organization.pk, at=NOW)])


def test_looking_at_the_page_changes_nothing_and_names_the_organization(client, club):
    page = client.get(page_of(club)).content.decode()
    assert "Klub &lt;Żółty&gt; Latawiec" in page
    assert "klub@example.org" not in page
    assert list(Organization.objects.invitable()) == [club]


@pytest.mark.parametrize("body", [{"List-Unsubscribe": "One-Click"}, {"act": "stop"}, {}])
def test_one_post_stops_the_invitations_without_a_cookie(club, body, clock):
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(page_of(club), body)
    assert (answer.status_code, dict(answer.cookies)) == (200, {})
    clock.move_to(NOW + timedelta(days=1), tick=False)
    strict.post(page_of(club), body)
    club.refresh_from_db()
    assert club.uninvited_at == NOW
    assert list(Organization.objects.invitable()) == []


def test_another_button_invites_again(client, club):
    actions.stop_invitations(club, at=NOW)
    assert 'value="again"' in client.get(page_of(club)).content.decode()
    page = client.post(page_of(club), {"act": "again"}).content.decode()
    assert 'value="stop"' in page
    assert list(Organization.objects.invitable()) == [club]


def test_an_invitation_that_has_not_left_is_withdrawn_from_this_organization_alone(club):
    other = Organization.objects.create(name="Inny klub", email="inny@example.org", verified_at=NOW)
    for organization in (club, other):
        owe_letter(
            organization.email,
            kind="invitation",
            occasion="invitation:stage:1:1",
            at=NOW,
            link=(Purpose.DIRECTORY, organization.pk),
        )
    # The same number behind another kind of link is another thing.
    owe_letter("anna@example.org", kind="signup_confirm", occasion="x:1", at=NOW, link=(Purpose.REGISTRATION, club.pk))
    actions.stop_invitations(club, at=NOW)
    assert [letter.to for letter in Letter.objects.filter(state=State.OBSOLETE)] == ["klub@example.org"]


def test_the_link_of_an_organization_that_is_gone_is_a_missing_page(client, club):
    address = page_of(club)
    club.delete()
    assert client.get(address).status_code == 404
    assert client.post(address).status_code == 404
