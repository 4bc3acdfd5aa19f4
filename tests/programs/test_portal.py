"""Whose portal it is: said once at the desk, and everywhere from that moment."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from accounts.models import Portal, User
from accounts.models.portal import ACT, ACT_IN_ENGLISH, Held, forget, forget_unless
from accounts.rendering import framed
from accounts.roles import GIVEN_BY_GROUP, Role
from accounts.texts import standard_values
from consultations.reporting.element import basis
from programs.actions.portal import PortalIsOutOfReach, set_up
from programs.freshness import freshness, public_changed

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
SAID = {
    "name": "Gmina Żółwin",
    "office": "Urząd Gminy Żółwin",
    "address": "ul. Rynek 1, 87-100 Żółwin",
    "phone": "56 611 00 00",
    "hours": "poniedziałek–piątek 7.30–15.30",
}
# What the page of the desk sends besides, as it was shown.
SHOWN = {"act": ACT, "act_in_english": ACT_IN_ENGLISH, "english": "on"}


def account(role: Role) -> User:
    user = User.objects.create_user(email=f"{role}@example.org", is_staff=True, is_superuser=role is Role.SUPERUSER)
    if role in GIVEN_BY_GROUP:
        user.groups.add(Group.objects.get_or_create(name=role.value)[0])
    return user


def say(at=NOW, **changed) -> Portal:
    portal = Portal(pk=1, **{**SAID, **changed})
    set_up(portal, by=account(Role.SUPERUSER) if not User.objects.exists() else User.objects.get(), at=at)
    return portal


def test_until_the_desk_has_said_so_the_environment_says_it(settings):
    settings.MUNICIPALITY = {"name": "Gmina A", "office": "Urząd A"}
    portal = Portal.current()
    assert (portal.name, portal.office, portal.address) == ("Gmina A", "Urząd A", "")


@pytest.mark.parametrize("broken", [{"pk": 2}, {"name": ""}, {"office": ""}])
def test_there_is_one_row_and_it_is_named(broken):
    with pytest.raises(IntegrityError), transaction.atomic():
        Portal.objects.create(**{"pk": 1, **SAID, "changed_at": NOW, **broken})
    Portal.objects.create(pk=1, **SAID, changed_at=NOW)


def test_who_may_set_it_up():
    may = set()
    for role in (Role.PUBLIC, *GIVEN_BY_GROUP, Role.SUPERUSER):
        try:
            set_up(Portal(pk=1, **SAID), by=account(role), at=NOW)
        except PortalIsOutOfReach:
            continue
        may.add(role)
    assert may == {Role.COORDINATOR, Role.SUPERUSER}


def test_every_public_page_is_stale_at_once_and_says_it(client, django_capture_on_commit_callbacks):
    address = reverse("desk:home")
    before = client.get(address)
    assert client.get(address, headers={"If-None-Match": before["ETag"]}).status_code == 304
    with django_capture_on_commit_callbacks(execute=True):
        say()
    after = client.get(address, headers={"If-None-Match": before["ETag"]})
    assert after.status_code == 200
    page = after.content.decode().replace("\N{NO-BREAK SPACE}", " ")
    assert [words for words in SAID.values() if words not in page] == []


def test_another_process_learns_of_it_from_the_query_each_page_makes(django_assert_num_queries):
    public_changed(at=NOW)
    assert Portal.current().name != SAID["name"]
    say()  # the callback that makes this process forget does not run: the test never commits
    assert Portal.current().name != SAID["name"]
    with django_assert_num_queries(1):
        freshness(NOW)
    with django_assert_num_queries(1):
        assert Portal.current().name == SAID["name"]
    with django_assert_num_queries(1):
        freshness(NOW)
        assert Portal.current().name == SAID["name"]


def test_pages_that_ask_for_no_freshness_learn_of_it_within_a_minute(monkeypatch):
    say()
    held = Held(None, 100.0)
    monkeypatch.setattr("accounts.models.portal._held", held)
    monkeypatch.setattr("accounts.models.portal.time.monotonic", lambda: 100.0)
    assert Portal.current().name != SAID["name"]
    monkeypatch.setattr("accounts.models.portal.time.monotonic", lambda: 100.1)
    assert Portal.current().name == SAID["name"]


def test_a_page_is_shown_even_where_the_database_is_away(monkeypatch, settings):
    def away(*args, **kwargs):
        raise DatabaseError

    forget()
    monkeypatch.setattr("accounts.models.portal.Portal.objects.filter", away)
    assert Portal.current().name == settings.MUNICIPALITY["name"]


def test_what_is_held_is_kept_only_while_it_is_true(django_assert_num_queries):
    portal = say()
    forget()
    assert Portal.current() == portal
    forget_unless(portal.changed_at)
    with django_assert_num_queries(0):
        Portal.current()
    forget_unless(portal.changed_at + timedelta(microseconds=1))
    with django_assert_num_queries(1):
        Portal.current()


def test_letters_name_it():
    say()
    forget()
    plain, html = framed({"subject": "s", "body": "b", "why": "w"}, "pl")
    assert SAID["name"] in plain
    assert SAID["office"] in html
    assert standard_values()["municipality"] == SAID["name"]


def test_the_desk_changes_it(client):
    client.force_login(account(Role.COORDINATOR))
    listed = client.get(reverse("admin:accounts_portal_changelist"))
    address = reverse("admin:accounts_portal_change", args=[1])
    assert listed["Location"] == address
    assert 'value="Urząd Miasta Torunia"' in client.get(address).content.decode()
    refused = client.post(address, {**SAID, **SHOWN, "name": ""})
    assert (refused.status_code, Portal.objects.count()) == (200, 0)
    assert SAID["hours"] in refused.content.decode()
    assert client.post(address, {**SAID, **SHOWN}).status_code == 302
    assert Portal.objects.values(*SAID).get() == SAID
    # Changed, never added nor deleted.
    assert client.get(reverse("admin:accounts_portal_add")).status_code == 403
    assert client.get(reverse("admin:accounts_portal_delete", args=[1])).status_code == 403
    assert client.get(reverse("admin:accounts_portal_change", args=[2])).status_code == 302


def test_the_auditor_only_looks(client):
    client.force_login(account(Role.AUDITOR))
    address = reverse("admin:accounts_portal_change", args=[1])
    assert client.get(address).status_code == 200
    assert client.post(address, SAID).status_code == 403


def test_the_act_is_cited_as_the_desk_says(client):
    say(act="z dnia 1 maja 2030 r. o pożytku (Dz. U. poz. 7)", act_in_english="of 1 May 2030 (item 7)")
    forget()
    assert "art. 5a ust. 1 ustawy z dnia 1 maja 2030 r. o pożytku (Dz. U. poz. 7) oraz uchwała" in basis()
    client.force_login(account(Role.COORDINATOR))
    for language, words in (("pl", "z dnia 1 maja 2030 r. o pożytku"), ("en", "of 1 May 2030 (item 7)")):
        with translation.override(language):
            for name in ("desk:privacy", "admin:accounts_sphere_changelist", "admin:accounts_organization_add"):
                assert words in client.get(reverse(name)).content.decode().replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(("head", "controller"), [("", SAID["name"]), ("Wójt Gminy", "Wójt Gminy")])
def test_whoever_governs_is_named_as_the_controller(client, head, controller):
    say(head=head)
    forget()
    assert f"Administratorem danych jest {controller}" in client.get(reverse("desk:privacy")).content.decode()


@pytest.mark.parametrize("empty", ["act", "act_in_english"])
def test_the_act_is_always_named(empty):
    with pytest.raises(IntegrityError), transaction.atomic():
        Portal.objects.create(pk=1, **SAID, changed_at=NOW, **{empty: ""})


def test_english_is_offered_unless_the_desk_says_no(client):
    assert 'hreflang="en"' in client.get("/").content.decode()
    say(english=False)
    forget()
    assert 'hreflang="en"' not in client.get("/").content.decode()
    assert 'hreflang="pl"' in client.get("/en/").content.decode()
