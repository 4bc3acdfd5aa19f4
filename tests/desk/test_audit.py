"""The audit: whatever way the desk writes, the database tells who changed what; nobody else's doings, no personal data."""

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction
from django.test import Client
from django.urls import reverse

from accounts import acting as acts
from accounts import triggers
from accounts.acting import acting
from accounts.models import AuditEntry, Organization, User
from accounts.roles import Role
from consultations.models import Announcement, Stage
from desk import watched
from desk.watched import UNWATCHED, WATCHED
from meetings.models import Registration
from tests.factories import consultations, meetings
from tests.factories.accounts import NOW, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk() -> User:
    return person("clerk@example.org", Role.COORDINATOR)


@pytest.fixture
def club() -> Organization:
    return Organization.objects.create(name="Klub", seat="Toruń", email="klub@example.org")


def told(*columns: str):
    columns = columns or ("what", "model", "object_pk", "before", "after", "withheld")
    return [tuple(row) for row in AuditEntry.objects.order_by("pk").values_list(*columns)]


def audit_triggers() -> int:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            return len(triggers._found_on_sqlite(cursor))
        return len(triggers._found_on_postgresql(cursor))


# --- Every table is decided upon -----------------------------------------------------------------


def test_every_table_is_watched_or_left_out_with_a_reason():
    tables = {model._meta.label for model in apps.get_models(include_auto_created=True)}
    seen = [one.label for one in WATCHED]
    assert len(seen) == len(set(seen))
    assert set(seen).isdisjoint(UNWATCHED)
    assert {*seen, *UNWATCHED} == tables
    assert all(UNWATCHED.values())


@pytest.mark.parametrize("one", WATCHED, ids=lambda one: one.label)
def test_every_text_is_kept_withheld_or_silent(one):
    texts = {
        field.name
        for field in one.model._meta.local_concrete_fields
        if isinstance(field, (models.CharField, models.TextField, models.JSONField, models.FileField)) and not field.choices
    }
    declared = [*one.kept, *one.withheld, *one.silent]
    assert len(declared) == len(set(declared))
    assert texts <= set(declared)
    assert set(declared) <= {field.name for field in one.model._meta.local_concrete_fields}


@pytest.mark.parametrize("one", WATCHED, ids=lambda one: one.label)
def test_no_address_and_no_password_is_kept(one):
    kept = {one.model._meta.get_field(name) for name in one.kept}
    emails = {field.name for field in kept if isinstance(field, models.EmailField)}
    # The office's own, printed on every page.
    assert emails == ({"contact_email"} if one.label == "consultations.Consultation" else set())
    assert {"password", "needs", "room_link", "form_token"}.isdisjoint(one.kept)


# --- What is told --------------------------------------------------------------------------------


def test_a_row_that_is_saved_changed_and_deleted(clerk, club):
    with acting(clerk):
        made = Organization.objects.create(name="Koło", email="kolo@example.org")
        made.name, made.email = "Koło gospodyń", "inne@example.org"
        made.save()
        number = str(made.pk)
        made.delete()
    (created, changed, deleted) = told()
    assert created[:4] == ("created", "accounts.Organization", number, {})
    assert created[4]["name"] == "Koło"
    assert created[5] == ["email"]
    assert changed == (
        "changed",
        "accounts.Organization",
        number,
        {"name": "Koło"},
        {"name": "Koło gospodyń"},
        ["email"],
    )
    assert deleted[:3] == ("deleted", "accounts.Organization", number)
    assert (deleted[3]["name"], deleted[4], deleted[5]) == ("Koło gospodyń", {}, ["email"])
    assert set(told("actor")) == {(clerk.pk,)}


def test_an_update_of_many_rows_tells_each_that_changed(clerk, club):
    other = Organization.objects.create(name="Koło", seat="Łysomice")
    with acting(clerk):
        Organization.objects.update(seat="Toruń")
    assert told() == [("changed", "accounts.Organization", str(other.pk), {"seat": "Łysomice"}, {"seat": "Toruń"}, [])]


def test_sql_is_told_too(clerk, club):
    with acting(clerk), connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_organization SET name = 'Nowy „klub”' WHERE id = %s", [club.pk])
    assert told("before", "after") == [({"name": "Klub"}, {"name": "Nowy „klub”"})]


def test_rows_made_in_bulk_are_told(clerk):
    with acting(clerk):
        Organization.objects.bulk_create([Organization(name="A"), Organization(name="B")])
    assert [after["name"] for (after,) in told("after")] == ["A", "B"]


def test_nothing_is_told_when_nothing_changed(clerk, club):
    with acting(clerk):
        club.save()
        Organization.objects.update(seat="Toruń")
        User.objects.filter(pk=clerk.pk).update(last_login=NOW)
    assert told() == []


def test_nothing_is_told_when_nobody_acts(club):
    Organization.objects.update(seat="Łysomice")
    with acting(None):
        Organization.objects.create(name="Koło")
        club.delete()
    assert told() == []


def test_what_is_undone_is_not_told(clerk, club):
    with acting(clerk):
        with transaction.atomic():
            Organization.objects.update(seat="Łysomice")
            transaction.set_rollback(True)
        Organization.objects.update(name="Koło")
    assert told("after") == [({"name": "Koło"},)]


def test_dates_and_references_are_kept(clerk):
    stage = consultations.stage(consultations.planned(), opens_at=consultations.OPENS, closes_at=consultations.CLOSES)
    with acting(clerk):
        Stage.objects.filter(pk=stage.pk).update(closes_at=None, opens_at=None)
    ((before, after),) = told("before", "after")
    field = Stage._meta.get_field("closes_at")
    assert set(before) == {"opens_at", "closes_at"}
    assert field.to_python(before["closes_at"]).replace(tzinfo=None) == consultations.CLOSES.replace(tzinfo=None)
    assert after == {"opens_at": None, "closes_at": None}


def test_a_role_is_told_with_its_person(clerk):
    drafter, other = person("anna@example.org", Role.DRAFTER), person("jan@example.org")
    group = drafter.groups.get()
    with acting(clerk):
        drafter.groups.clear()
        other.groups.add(group)
    assert told() == [
        ("changed", "accounts.User", str(drafter.pk), {"group_id": group.pk}, {}, []),
        ("changed", "accounts.User", str(other.pk), {}, {"group_id": group.pk}, []),
    ]


def test_an_announcement_is_kept_word_for_word(clerk):
    news = consultations.announcement(consultations.published(), body="Było „tak”.\nI tak.")
    with acting(clerk):
        Announcement.objects.filter(pk=news.pk).update(body="Jest 'inaczej'.")
    assert told("before", "after") == [({"body": "Było „tak”.\nI tak."}, {"body": "Jest 'inaczej'."})]


def test_what_a_person_gave_is_told_by_name_alone(clerk):
    who = meetings.registered(meetings.meeting().groups.first())
    with acting(clerk):
        Registration.objects.filter(pk=who.pk).update(
            name="Zofia Sekretna", email="zofia@example.org", phone="600 100 200", needs="pętla indukcyjna"
        )
        Registration.objects.filter(pk=who.pk).get().events.all().delete()
        Registration.objects.filter(pk=who.pk).delete()
    changed, deleted = told()
    assert (changed[3], changed[4], sorted(changed[5])) == ({}, {}, ["email", "name", "needs", "phone"])
    assert {"name", "email", "phone", "needs"} <= set(deleted[5])
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_auditentry")
        everything = repr(cursor.fetchall())
    assert [word for word in ("Sekretna", "zofia@", "600 100", "indukcyjna", who.name) if word in everything] == []


# --- Append-only ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "act",
    [
        lambda rows: rows.update(what="created"),
        lambda rows: rows.delete(),
        lambda rows: rows.get().delete(),
        lambda rows: rows._raw_delete("default"),
        lambda rows: rows.bulk_update([*rows], ["after"]),
    ],
)
def test_an_entry_is_never_changed_or_deleted(clerk, club, act):
    with acting(clerk):
        Organization.objects.update(name="Koło")
    before = told()
    with pytest.raises(IntegrityError, match="the audit stays as it is"), transaction.atomic():
        act(AuditEntry.objects.filter(what="changed"))
    assert told() == before != []


def test_an_entry_outlives_the_account(clerk, club):
    with acting(clerk):
        Organization.objects.update(name="Koło")
    number = clerk.pk
    clerk.delete()
    assert told("actor_id") == [(number,)]
    assert AuditEntry.objects.select_related("actor").get().actor is None


# --- Making and dropping -------------------------------------------------------------------------


def test_migrating_drops_the_triggers_and_makes_them_again(clerk, club):
    count = audit_triggers()
    assert count == (3 * len(WATCHED) + 2 if connection.vendor == "sqlite" else len(WATCHED) + 1)
    watched.unwatch(using="default")
    assert audit_triggers() == 0
    call_command("migrate", verbosity=0)
    assert audit_triggers() == count
    with acting(clerk):
        Organization.objects.update(name="Koło")
    assert len(told()) == 1


def test_making_them_twice_makes_nothing(django_assert_max_num_queries):
    with django_assert_max_num_queries(2):
        watched.watch(using="default")


def test_a_table_that_is_watched_otherwise_is_watched_anew(clerk, club):
    triggers.make([triggers.Watched("accounts.Organization", ("name",), ("seat",))], using="default")
    with acting(clerk):
        Organization.objects.update(name="Koło", seat="Lubicz")
        User.objects.update(is_active=False)
    assert told("after", "withheld") == [({"name": "Koło"}, ["seat"])]


# --- Nobody's name sticks to what others do ------------------------------------------------------


def nobody_acts() -> bool:
    Organization.objects.filter(name="Nikt").delete()
    before = AuditEntry.objects.count()
    Organization.objects.create(name="Nikt")
    return AuditEntry.objects.count() == before


def test_the_actor_is_forgotten_after_the_block_and_after_an_error(clerk):
    with acting(clerk):
        assert not nobody_acts()
    assert nobody_acts()
    with pytest.raises(ZeroDivisionError), acting(clerk):
        raise ZeroDivisionError
    assert nobody_acts()


def test_inside_another_the_outer_actor_comes_back(clerk):
    other = person("other@example.org", Role.COORDINATOR)
    with acting(clerk):
        with acting(other), acting(None):
            Organization.objects.create(name="A")
        Organization.objects.create(name="B")
    assert told("actor") == [(other.pk,), (clerk.pk,)]


def test_a_connection_that_cannot_be_told_serves_nobody(clerk, monkeypatch):
    closed = []
    monkeypatch.setattr(connection, "close", lambda: closed.append(True))

    def gone(to):
        raise acts.DatabaseError("server closed the connection unexpectedly")

    with acting(clerk):
        monkeypatch.setattr(acts, "_tell", gone)
    assert closed == [True]


@pytest.fixture
def desk(client, clerk) -> Client:
    client.force_login(clerk)
    client.raise_request_exception = False
    return client


def save_club(browser: Client, club: Organization, name: str):
    posted = dict.fromkeys(("legal_form", "register", "register_number", "nip", "regon", "seat", "email"), "")
    posted |= {"name": name, "memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    return browser.post(reverse("admin:accounts_organization_change", args=[club.pk]), posted)


def test_a_form_of_the_desk_is_told_and_the_next_request_is_nobodys(desk, clerk, club):
    assert save_club(desk, club, "Koło").status_code == 302
    changes = AuditEntry.objects.filter(what="changed")
    assert [(one.actor, one.after["name"]) for one in changes] == [(clerk, "Koło")]
    assert nobody_acts()


def test_an_error_of_the_page_leaves_nobodys_name_behind(desk, club, monkeypatch):
    def broken(*args, **kwargs):
        Organization.objects.update(name="Zmieniony")
        raise ZeroDivisionError

    monkeypatch.setattr(Organization, "save", broken)
    assert save_club(desk, club, "Koło").status_code == 500
    monkeypatch.undo()
    assert AuditEntry.objects.filter(what="changed").count() == 0  # undone with the page
    assert nobody_acts()


def test_a_visitor_who_posts_after_the_clerk_is_nobody(desk, clerk, club):
    save_club(desk, club, "Koło")
    made = consultations.published()
    count = AuditEntry.objects.count()
    answer = Client().post(reverse("consultations:follow", args=[made.slug]), {"email": "anna@example.org"})
    assert answer.status_code in (200, 302)
    assert AuditEntry.objects.count() == count


def test_reading_the_desk_costs_and_tells_nothing(desk, club, django_assert_num_queries):
    count = AuditEntry.objects.count()
    assert desk.get(reverse("admin:accounts_organization_change", args=[club.pk])).status_code == 200
    assert AuditEntry.objects.count() == count


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_the_session_of_the_database_is_told_and_forgets(clerk):
    def said() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting(%s, true)", [acts.ACTOR])
            return cursor.fetchone()[0] or ""

    with acting(clerk):
        assert said() == str(clerk.pk)
        # A connection opened in the middle learns it too.
        connection.close()
        assert said() == str(clerk.pk)
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            raise ZeroDivisionError
        assert said() == str(clerk.pk)
    assert said() == ""


@pytest.mark.django_db(transaction=True)
def test_after_a_test_that_commits_the_audit_is_empty_again(clerk):
    """Both runs pass: emptying tables between tests is not refused."""
    with acting(clerk):
        Organization.objects.create(name="Koło")
    assert len(told()) == 1


test_and_once_more = test_after_a_test_that_commits_the_audit_is_empty_again
