"""A list of contacts at the desk: put up, looked through, entered once, given back, forgotten."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.acting import acting
from accounts.actions import stop_invitations
from accounts.contacts.entering import (
    AT_ONCE,
    Entered,
    MayNotEnterContacts,
    enter_contacts,
    planned,
    put_up_contacts,
)
from accounts.contacts.reading import MAX_BYTES, MAX_ROWS
from accounts.contacts.refusals import Reason
from accounts.models import AuditEntry, ContactImport, Organization, Sphere
from accounts.models.contacts import LISTS_LIVE
from accounts.roles import Role
from accounts.spreadsheets import Unreadable
from desk.privacy.retention import retain
from tests.factories.accounts import NOW, SECOND, person

pytestmark = pytest.mark.django_db
NEW, LIST = "admin:accounts_contactimport_add", "admin:accounts_contactimport_changelist"
HEADS = "nazwa;e-mail;NIP;KRS;siedziba;sfery;zgoda;źródło"
NIP = "5260250274"


@pytest.fixture
def coordinator(client):
    user = person("coordinator@example.org", Role.COORDINATOR)
    client.force_login(user)
    return user


def file(*lines: str, heads: str = HEADS) -> SimpleUploadedFile:
    return SimpleUploadedFile("kontakty.csv", "\n".join((heads, *lines)).encode())


def put_up(by, *lines: str) -> ContactImport:
    return put_up_contacts(file(*lines), by=by, at=NOW)


def entered(by, *lines: str) -> Entered:
    return enter_contacts(put_up(by, *lines), by=by, at=NOW)


def page_of(made: ContactImport) -> str:
    return reverse("admin:accounts_contactimport_change", args=[made.pk])


# --- The verb ------------------------------------------------------------------------------------


def test_a_new_organization_is_entered_verified_with_everything_the_row_says(coordinator):
    point = Sphere.objects.order_by("position").first()
    row = f"Klub;klub@example.org;526-025-02-74;123456;Toruń;{point.label};pismo z 3 marca;spis z 2025"
    assert entered(coordinator, row) == (1, 0)
    made = Organization.objects.invitable().get()
    assert (made.name, made.email, made.nip, made.seat) == ("Klub", "klub@example.org", NIP, "Toruń")
    assert (made.register, made.register_number) == ("krs", "0000123456")
    assert (made.consent, made.source, made.verified_at, made.created_at) == ("pismo z 3 marca", "spis z 2025", NOW, NOW)
    assert list(made.spheres.all()) == [point]


def test_an_entry_is_completed_and_nothing_of_it_changed(coordinator):
    known = Organization.objects.create(name="Klub Zdrój", nip=NIP, email="old@example.org")
    point = Sphere.objects.order_by("position").first()
    assert entered(coordinator, f"Klub;new@example.org;{NIP};;Toruń;{point.label};tak;") == (0, 1)
    known.refresh_from_db()
    assert (known.name, known.email, known.seat, known.consent, known.verified_at) == (
        *("Klub Zdrój", "old@example.org", "Toruń", "tak"),
        NOW,
    )
    assert list(known.spheres.all()) == [point]


def test_whoever_asked_for_no_more_invitations_stays_uninvited(coordinator):
    known = Organization.objects.create(name="Klub", nip=NIP, email="no@example.org", verified_at=NOW)
    stop_invitations(known, at=NOW)
    entered(coordinator, f"Klub;no@example.org;{NIP};;Toruń;;;", "Inna nazwa;NO@example.org;;;;;;")
    assert Organization.objects.count() == 2
    assert not Organization.objects.invitable().exists()


def test_an_organization_that_came_meanwhile_is_completed_and_not_doubled(coordinator):
    made = put_up(coordinator, "Klub;klub@example.org;;123456;;;;")
    assert [one.outcome for one in planned(made, at=NOW)] == ["new"]
    Organization.objects.create(name="Ktoś był szybszy", register="krs", register_number="0000123456")
    assert enter_contacts(made, by=coordinator, at=NOW) == (0, 1)
    assert Organization.objects.get().email == "klub@example.org"


def test_a_second_press_enters_nothing_twice_and_refused_rows_stay(coordinator):
    made = put_up(coordinator, "Klub;klub@example.org;;;;;;", "Koło;zły adres;;;;;;", "Klub;klub@example.org;;;;;;")
    assert [enter_contacts(made, by=coordinator, at=NOW + SECOND * n) for n in range(2)] == [(1, 0), (0, 0)]
    made.refresh_from_db()
    assert [row["said"]["name"] for row in made.rows] == ["Koło"]
    assert (made.entered, made.completed, made.confirmed_at) == (1, 0, NOW)
    assert Organization.objects.count() == 1


def test_a_row_that_has_become_good_is_entered_by_the_next_press(coordinator):
    Organization.objects.create(name="A", nip=NIP)
    other = Organization.objects.create(name="B", nip=NIP)
    made = put_up(coordinator, f"Klub;klub@example.org;{NIP};;;;;")
    assert enter_contacts(made, by=coordinator, at=NOW) == (0, 0)
    other.delete()
    assert enter_contacts(made, by=coordinator, at=NOW) == (0, 1)


@pytest.mark.parametrize("known", [False, True])
def test_queries_do_not_grow_with_the_rows(coordinator, known):
    counts = []
    for begins, n in ((0, 1), (10, 3)):
        some = range(begins, begins + n)
        label = Sphere.objects.order_by("position").values_list("label", flat=True)[0]
        if known:
            Organization.objects.bulk_create(
                [Organization(name=f"K{i}", register="krs", register_number=f"{i:010}") for i in some]
            )
        made = put_up(coordinator, *(f"K{i};k{i}@example.org;;{i};Toruń;{label};;" for i in some))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert sum(enter_contacts(made, by=coordinator, at=NOW)) == n
        counts.append(len(queries))
    # PostgreSQL is told to hold the table.
    expected = (13 if known else 12) + (connection.vendor == "postgresql")
    assert counts == [expected, expected]


def test_more_rows_than_one_statement_takes_are_all_entered(coordinator):
    n = AT_ONCE + 1
    lines = [f"K{i};;;{i};;;;" for i in range(1, n + 1)]
    assert entered(coordinator, *lines) == (n, 0)
    assert entered(coordinator, *(line.replace(";;;;", ";Toruń;;;") for line in lines)) == (0, n)
    assert Organization.objects.filter(seat="Toruń").count() == n


def test_others_may_not(coordinator):
    made, other = put_up(coordinator, "Klub;;;;;;;"), person("anna@example.org", Role.DRAFTER)
    with pytest.raises(MayNotEnterContacts):
        put_up(other, "Klub;;;;;;;")
    with pytest.raises(MayNotEnterContacts):
        enter_contacts(made, by=other, at=NOW)


@pytest.mark.parametrize(("age", "is_kept"), [(LISTS_LIVE - SECOND, True), (LISTS_LIVE, False)])
def test_a_list_is_kept_for_thirty_days(coordinator, age, is_kept):
    put_up(coordinator, "Klub;;;;;;;")
    retain(at=NOW + age)
    assert ContactImport.objects.exists() is is_kept


def test_a_file_that_is_too_large_is_not_read(coordinator):
    with pytest.raises(Unreadable) as raised:
        put_up_contacts(SimpleUploadedFile("a.csv", b"x" * (MAX_BYTES + 1)), by=coordinator, at=NOW)
    assert raised.value.reason == Reason.TOO_LARGE


def test_the_audit_tells_what_a_list_completed(coordinator):
    known = Organization.objects.create(name="Klub", nip=NIP)
    made = put_up(coordinator, f"Klub;a@example.org;{NIP};;Toruń;;tak;", "Koło;;;;;;;")
    with acting(coordinator):
        enter_contacts(made, by=coordinator, at=NOW)
    told = AuditEntry.objects.filter(model="accounts.Organization", actor=coordinator).order_by("pk")
    new = Organization.objects.get(name="Koło")
    assert {(one.what, one.object_pk) for one in told} == {("changed", str(known.pk)), ("created", str(new.pk))}
    changed = told.of(known).get()
    assert (changed.before["seat"], changed.after["seat"], changed.withheld) == ("", "Toruń", ["email", "consent"])


# --- The pages -----------------------------------------------------------------------------------


def test_from_the_list_of_organizations_to_the_entered_rows(client, coordinator):
    assert reverse(NEW) in client.get(reverse("admin:accounts_organization_changelist")).content.decode()
    lines = ("Klub;klub@example.org;;;;;600;x", "Koło;zły;;;;;1;y")
    sent = client.post(reverse(NEW), {"file": file(*lines, heads="nazwa;e-mail;NIP;KRS;siedziba;sfery;telefon;uwagi")})
    made = ContactImport.objects.get()
    assert (sent.status_code, sent.url) == (302, page_of(made))
    shown = client.get(page_of(made)).content.decode()
    assert shown.index('id="row-3"') < shown.index('id="row-2"')
    assert ("telefon</span>" in shown, "uwagi</span>" in shown) == (True, True)
    assert not Organization.objects.exists()
    client.post(page_of(made), {"enter": "1"})
    assert Organization.objects.get().name == "Klub"
    after = client.get(page_of(made)).content.decode()
    assert ('id="row-3"' in after, 'id="row-2"' in after, 'name="enter"' in after) == (True, False, False)


def test_twenty_thousand_rows_with_broken_addresses_are_put_up_and_none_is_lost(client, coordinator):
    lines = (f"Klub {n};{'zły' if n % 3 == 0 else f'klub{n}@example.org'};;;;;;" for n in range(MAX_ROWS))
    sent = client.post(reverse(NEW), {"file": file(*lines)})
    made = ContactImport.objects.get()
    assert (sent.status_code, sent.url) == (302, page_of(made))
    shown = client.get(page_of(made))
    assert (len(shown.context["rows"]), "zły" in shown.content.decode()) == (100, True)
    broken = -(-MAX_ROWS // 3)
    assert (
        len(client.get(reverse("admin:accounts_contacts_returned", args=[made.pk])).content.decode().splitlines()) == broken + 1
    )
    assert not Organization.objects.exists()


@pytest.mark.parametrize("content", [b"", b"firma\nA", b"PK\x03\x04"])
def test_a_file_of_no_use_comes_back_with_a_sentence(client, coordinator, content):
    answer = client.post(reverse(NEW), {"file": SimpleUploadedFile("a.csv", content)})
    assert (answer.status_code, len(answer.context["form"].errors["file"])) == (200, 1)
    assert not ContactImport.objects.exists()


def test_refused_rows_are_downloaded_mended_and_put_up_again(client, coordinator):
    made = put_up(coordinator, "=Klub;klub@;;;;;;", "Koło;;;;;;;")
    answer = client.get(reverse("admin:accounts_contacts_returned", args=[made.pk]))
    text = answer.content.decode()
    assert ("'=Klub" in text, "Koło" in text) == (True, False)
    assert AuditEntry.objects.filter(what="exported", after={"export": "sheet", "rows": 1}).of(made).exists()
    client.post(reverse(NEW), {"file": SimpleUploadedFile("b.csv", text.replace('"klub@"', '"klub@example.org"').encode())})
    again = ContactImport.objects.latest("pk")
    assert [(one.outcome, one.contact.values["name"]) for one in planned(again, at=NOW)] == [("new", "=Klub")]
    assert client.get(reverse("admin:accounts_contacts_returned", args=[again.pk])).status_code == 404


def test_a_list_can_be_forgotten(client, coordinator):
    made = put_up(coordinator, "Klub;;;;;;;")
    assert client.post(page_of(made), {"drop": "1"}).url == reverse(LIST)
    assert not ContactImport.objects.exists()


def test_the_page_shows_a_hundred_rows(client, coordinator):
    made = put_up(coordinator, *(f"K{n};;;;;;;" for n in range(101)))
    assert [len(client.get(page_of(made), {"page": n}).context["rows"]) for n in (1, 2)] == [100, 1]


@pytest.mark.parametrize("n", [1, 3])
def test_queries_of_the_page(client, coordinator, n, django_assert_num_queries):
    Organization.objects.bulk_create([Organization(name=f"K{i}", nip=NIP) for i in range(n)])
    made = put_up(coordinator, *(f"K{i};;;;Toruń;;;" for i in range(n)))
    client.get(page_of(made))
    with django_assert_num_queries(9):
        client.get(page_of(made))


@pytest.mark.parametrize("role", [Role.DRAFTER, Role.AUDITOR])
def test_who_may_only_look_enters_nothing(client, coordinator, role):
    made = put_up(coordinator, "Klub;zły;;;;;;", "Koło;;;;;;;")
    client.force_login(person("other@example.org", role))
    assert client.get(page_of(made)).status_code == 200
    tried = [client.post(page_of(made), {"enter": "1"}), client.get(reverse(NEW)), client.post(page_of(made), {"drop": "1"})]
    assert [one.status_code for one in tried] == [403, 403, 403]
    assert (ContactImport.objects.count(), Organization.objects.count()) == (1, 0)
