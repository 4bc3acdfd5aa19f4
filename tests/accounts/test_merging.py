"""Duplicates in the directory: how they are found among many, and what merging moves."""

from time import perf_counter

import pytest
from django.db import IntegrityError, models, transaction
from django.urls import reverse

from accounts.actions import enter_organization, organization_numbered, resume_invitations, stop_invitations
from accounts.duplicates import Entry, Pair, likely_duplicates, pairs
from accounts.letters import owe_letter
from accounts.merging import (
    IsMergedAlready,
    IsTheSameEntry,
    MayNotMerge,
    Merging,
    MergingIsOutOfDate,
    merge_organizations,
    relations,
)
from accounts.models import Letter, Membership, Organization, Sphere, State
from accounts.roles import Role
from accounts.tokens import Purpose
from tests.factories.accounts import NOW, SECOND, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator(client):
    user = person("coordinator@example.org", Role.COORDINATOR)
    client.force_login(user)
    return user


def two(**goes: object) -> tuple[Organization, Organization]:
    return Organization.objects.create(name="Klub"), Organization.objects.create(name="Klub Zdrój", **goes)


def merged(stays: Organization, goes: Organization, by) -> Organization:
    return merge_organizations(stays, goes, seen=Merging(stays, goes).seen, by=by, at=NOW)


# --- Finding -------------------------------------------------------------------------------------


def entry(pk: int, name: str, nip: str = "", regon: str = "", register_number: str = "") -> Entry:
    return Entry(pk, name, nip, regon, "krs" if register_number else "", register_number)


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        (entry(1, "Fundacja Jaś"), entry(2, "FUNDACJA „JAS”"), [Pair(1, 2, "name", 100)]),
        (entry(1, "Alfa", nip="5260250274"), entry(2, "Beta", nip="5260250274"), [Pair(1, 2, "nip", 100)]),
        (entry(1, "Alfa", regon="192598184"), entry(2, "Beta", regon="192598184"), [Pair(1, 2, "regon", 100)]),
        # Of one name, and two organizations all the same: a number says so.
        (entry(1, "Klub", nip="5260250274"), entry(2, "Klub", nip="9991037195"), []),
        (entry(1, "Klub", register_number="0000000001"), entry(2, "Klub", register_number="0000000002"), []),
        (entry(1, "Drużyna Harcerska 1"), entry(2, "Drużyna Harcerska 2"), []),
        (entry(1, "Koło Gospodyń II"), entry(2, "Koło Gospodyń III"), []),
        (entry(1, "Fundacja Jaś"), entry(2, "Stowarzyszenie Małgosia"), []),
    ],
)
def test_what_makes_two_entries_alike(one, other, found):
    assert pairs([one, other]) == found


def test_a_slip_in_the_rare_word_is_found():
    [found] = pairs([entry(1, "Stowarzyszenie Latawiec"), entry(2, "Stowarzyszenie Latawicc")])
    assert (found.first, found.second, found.by) == (1, 2, "name")


def test_20_000_entries_are_not_compared_each_with_each():
    names = [f"Stowarzyszenie {chr(97 + n % 26) * 3}{n * 7919 % 20011:x}q {chr(97 + n // 26 % 26) * 4}" for n in range(20_000)]
    entries = [*(entry(n, name) for n, name in enumerate(names, 1)), entry(20_001, names[0].upper())]
    begun = perf_counter()
    found = pairs(entries)
    assert perf_counter() - begun < 20
    assert Pair(1, 20_001, "name", 100) in found


def test_a_changed_entry_makes_the_list_anew():
    stays, goes = Organization.objects.create(name="Klub"), Organization.objects.create(name="KLUB")
    assert [(one.first, one.second) for one in likely_duplicates()] == [(stays.pk, goes.pk)]
    Organization.objects.filter(pk=goes.pk).update(name="Zupełnie inna")
    assert likely_duplicates() == []


# --- Merging -------------------------------------------------------------------------------------


def test_every_foreign_key_to_an_organization_is_known():
    """Whatever an app adds later is among them without a word here."""
    from django.apps import apps

    everywhere = {
        (model, field.name)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and field.related_model is Organization
    }
    assert {(relation.related_model, relation.field.name) for relation in relations()} == everywhere
    names = {f"{model._meta.model_name}.{name}" for model, name in everywhere}
    assert names >= {"submission.organization", "registration.organization", "membership.organization"}


def test_what_points_to_one_points_to_the_other(coordinator):
    stays, goes = two()
    anna, jan = person(), person()
    Membership.objects.create(user=anna, organization=stays, function="skarbniczka")
    Membership.objects.create(user=anna, organization=goes, function="prezeska")
    Membership.objects.create(user=jan, organization=goes)
    sphere = Sphere.objects.create(label="99", name="inne")
    goes.spheres.add(sphere)
    counted = {one.words: (len(one.moves), len(one.doubled)) for one in Merging(stays, goes).movings}
    assert sorted(counted.values()) == [(1, 0), (1, 1)]
    merged(stays, goes, coordinator)
    assert set(stays.memberships.values_list("user", "function")) == {(anna.pk, "skarbniczka"), (jan.pk, "")}
    # There is one already: hers stays written at the entry that goes.
    assert list(goes.memberships.values_list("user", "function")) == [(anna.pk, "prezeska")]
    assert list(stays.spheres.all()) == [sphere]


def test_only_empty_fields_are_filled(coordinator):
    stays, goes = two(register="krs", register_number="0000359730", nip="5260250274", seat="Toruń", verified_at=NOW)
    Organization.objects.filter(pk=stays.pk).update(seat="Bydgoszcz")
    stays.refresh_from_db()
    assert Merging(stays, goes).filled == ["register", "register_number", "nip", "verified_at"]
    merged(stays, goes, coordinator)
    stays.refresh_from_db()
    goes.refresh_from_db()
    assert (stays.name, stays.seat, stays.register_number, stays.nip) == ("Klub", "Bydgoszcz", "0000359730", "5260250274")
    assert (stays.verified_at, goes.seat, goes.merged_into) == (NOW, "Toruń", stays)


def test_old_numbers_find_the_one_that_stays(coordinator):
    stays, goes = two(register="krs", register_number="0000359730", nip="5260250274")
    Organization.objects.filter(pk=stays.pk).update(register="krs", register_number="0000000001", nip="9991037195")
    stays.refresh_from_db()
    merged(stays, goes, coordinator)
    assert organization_numbered("0000359730") == organization_numbered("5260250274") == stays
    assert enter_organization("Klub", number="0000359730", at=NOW) == stays


def test_pointers_have_no_chains(coordinator):
    first, second = two()
    third = Organization.objects.create(name="Klub w Zdroju")
    merged(second, first, coordinator)
    second.refresh_from_db()
    merged(third, second, coordinator)
    assert set(Organization.objects.values_list("pk", "merged_into")) == {
        (first.pk, third.pk),
        (second.pk, third.pk),
        (third.pk, None),
    }


def test_a_no_to_invitations_holds_for_both(coordinator):
    stays, goes = two(email="klub@example.org")
    stop_invitations(goes, at=NOW)
    goes.refresh_from_db()
    assert Merging(stays, goes).is_refusing_now
    merged(stays, goes, coordinator)
    assert Organization.objects.exclude(uninvited_at=None).count() == 2
    resume_invitations(stays)
    assert Organization.objects.exclude(uninvited_at=None).count() == 0


def test_a_no_after_merging_finds_letters_of_before(coordinator):
    stays, goes = two(email="klub@example.org", verified_at=NOW)
    link = (Purpose.DIRECTORY, goes.pk)
    owe_letter("klub@example.org", kind="unknown_account", occasion="unknown_account:1", at=NOW, link=link)
    merged(stays, goes, coordinator)
    assert Letter.objects.get().state == State.QUEUED
    stop_invitations(stays, at=NOW + SECOND)
    assert Letter.objects.get().state == State.OBSOLETE


def test_merged_entries_are_not_invited(coordinator):
    stays, goes = two(email="klub@example.org", verified_at=NOW)
    merged(stays, goes, coordinator)
    assert list(Organization.objects.invitable()) == [stays]
    assert list(Organization.objects.standing()) == [stays]


def test_whoever_is_slower_is_told(coordinator):
    stays, goes = two()
    seen = Merging(stays, goes).seen
    Membership.objects.create(user=person(), organization=goes)
    with pytest.raises(MergingIsOutOfDate):
        merge_organizations(stays, goes, seen=seen, by=coordinator, at=NOW)
    merged(stays, goes, coordinator)
    for pair in ((stays, goes), (goes, stays)):
        with pytest.raises(IsMergedAlready):
            merged(*pair, coordinator)
    with pytest.raises(IsTheSameEntry):
        merged(stays, stays, coordinator)


def test_others_do_not_merge():
    with pytest.raises(MayNotMerge):
        merged(*two(), person("", Role.DRAFTER))


def test_no_entry_is_merged_into_itself():
    stays, _goes = two()
    with pytest.raises(IntegrityError), transaction.atomic():
        Organization.objects.filter(pk=stays.pk).update(merged_into=stays)


# --- At the desk ---------------------------------------------------------------------------------


def merge_address(stays: Organization, goes: Organization) -> str:
    return reverse("admin:accounts_merge", args=[stays.pk, goes.pk])


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_queries(client, coordinator, count, django_assert_num_queries):
    for n in range(count):
        for name in (f"Alfa{n}", f"ALFA{n}"):
            Organization.objects.create(name=name)
    with django_assert_num_queries(13):
        page = client.get(reverse("admin:accounts_duplicates"))
    assert len(page.context["rows"]) == count


def test_looking_changes_nothing_and_confirming_merges(client, coordinator):
    stays, goes = two(seat="Toruń")
    page = client.get(merge_address(stays, goes))
    assert page.status_code == 200
    goes.refresh_from_db()
    assert goes.merged_into is None
    answer = client.post(merge_address(stays, goes), {"seen": page.context["merging"].seen})
    assert answer.headers["Location"] == reverse("admin:accounts_organization_change", args=[stays.pk])
    goes.refresh_from_db()
    assert goes.merged_into == stays
    assert "errornote" in client.get(merge_address(stays, goes)).content.decode()


def test_a_stale_page_comes_back_with_the_reason(client, coordinator):
    stays, goes = two()
    page = client.post(merge_address(stays, goes), {"seen": "old"})
    assert page.context["refusal"] == str(MergingIsOutOfDate.in_words)
    assert page.context["may_merge"]


def test_two_ticked_entries_lead_to_their_page(client, coordinator):
    stays, goes = two()
    listed = reverse("admin:accounts_organization_changelist")
    answer = client.post(listed, {"action": "merge", "_selected_action": [stays.pk, goes.pk]})
    assert answer.headers["Location"] == merge_address(stays, goes)
    alone = client.post(listed, {"action": "merge", "_selected_action": [stays.pk]})
    assert alone.headers["Location"].startswith(listed)


def test_merged_entries_are_listed_on_demand(client, coordinator):
    stays, goes = two()
    merged(stays, goes, coordinator)
    listed = reverse("admin:accounts_organization_changelist")
    assert list(client.get(listed).context["cl"].result_list) == [stays]
    assert list(client.get(listed + "?merged=yes").context["cl"].result_list) == [goes]


@pytest.mark.parametrize("role", [Role.DRAFTER, Role.AUDITOR])
def test_readers_see_the_list_and_merge_nothing(client, role):
    client.force_login(person("", role))
    stays, goes = two()
    assert client.get(reverse("admin:accounts_duplicates")).status_code == 200
    assert client.post(merge_address(stays, goes), {"seen": Merging(stays, goes).seen}).status_code == 403
