"""The desk's pages about people: who may, how many queries, and that verbs do the work. Letters have a file of their own."""

import pytest
from django.urls import reverse

from accounts.actions import stop_invitations
from accounts.models import Letter, Membership, Organization, User
from accounts.roles import Role, roles_of
from tests.factories.accounts import NOW, owed, person

pytestmark = pytest.mark.django_db

LISTS = ["user", "organization", "letter"]


def address(model: str, page: str, *args: object) -> str:
    return reverse(f"admin:accounts_{model}_{page}", args=args)


@pytest.fixture
def coordinator(client) -> User:
    user = person("coordinator@example.org", Role.COORDINATOR)
    client.force_login(user)
    return user


def user_form(user: User | None = None, **values: object) -> dict[str, object]:
    given = {"email": user.email if user else "new@example.org", "name": "", "is_active": "on", "roles": []}
    inline = {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    return {**given, **inline, **values}


def organization_form(**values: object) -> dict[str, object]:
    given = dict.fromkeys(("legal_form", "register", "register_number", "nip", "regon", "seat", "email"), "")
    inline = {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    return {"name": "Klub", "spheres": [], **given, **inline, **values}


# --- Who may -------------------------------------------------------------------------------------

SEES = {
    Role.DRAFTER: {"user", "organization"},
    Role.COORDINATOR: {"user", "organization", "letter"},
    Role.AUDITOR: {"user", "organization", "letter"},
}


@pytest.mark.parametrize("role", list(SEES))
@pytest.mark.parametrize("model", LISTS)
def test_who_sees_the_lists(client, role, model):
    client.force_login(person("", role))
    assert (client.get(address(model, "changelist")).status_code == 200) is (model in SEES[role])


@pytest.mark.parametrize("role", list(SEES))
@pytest.mark.parametrize("model", LISTS)
def test_who_adds(client, role, model):
    client.force_login(person("", role))
    adds = role is Role.COORDINATOR and model != "letter"
    assert client.get(address(model, "add")).status_code == (200 if adds else 403)


def test_somebody_at_the_desk_without_duties_sees_no_list(client):
    user = person()
    User.objects.filter(pk=user.pk).update(is_staff=True)
    client.force_login(user)
    assert [client.get(address(model, "changelist")).status_code for model in LISTS] == [403, 403, 403]


def test_a_reader_changes_nothing(client):
    auditor, user = person("", Role.AUDITOR), person("anna@example.org")
    client.force_login(auditor)
    assert client.post(address("user", "change", user.pk), user_form(user, name="Changed")).status_code == 403
    user.refresh_from_db()
    assert user.name == ""


@pytest.mark.parametrize("role", list(SEES))
@pytest.mark.parametrize("model", LISTS)
def test_nothing_here_is_deleted(client, role, model):
    client.force_login(person("", role))
    rows_of(model, 1)
    row = {"user": User, "organization": Organization, "letter": Letter}[model].objects.latest("pk")
    assert client.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    assert type(row).objects.filter(pk=row.pk).exists()


# --- Queries -------------------------------------------------------------------------------------


def rows_of(model: str, count: int) -> None:
    for number in range(count):
        if model == "letter":
            owed(f"p{number}@example.org")
        elif model == "organization":
            Organization.objects.create(name=f"Klub {number}")
        else:
            person(f"p{number}@example.org")


@pytest.mark.parametrize(("model", "queries"), [("user", 8), ("organization", 9), ("letter", 10)])
@pytest.mark.parametrize("count", [1, 30])
def test_lists_take_the_same_queries_whatever_they_hold(client, coordinator, django_assert_num_queries, model, queries, count):
    rows_of(model, count)
    with django_assert_num_queries(queries):
        assert client.get(address(model, "changelist")).status_code == 200


# --- People --------------------------------------------------------------------------------------


def test_the_coordinator_makes_an_account_with_a_role(client, coordinator):
    page = client.post(address("user", "add"), user_form(email="New@Example.org", roles=["drafter"]))
    assert page.status_code == 302
    user = User.objects.get(email="new@example.org")
    assert roles_of(user) == {Role.PUBLIC, Role.DRAFTER}
    assert user.is_staff
    assert not user.has_usable_password()


def test_the_form_shows_the_roles_and_takes_them_away(client, coordinator):
    user = person("anna@example.org", Role.DRAFTER)
    page = client.get(address("user", "change", user.pk))
    assert (
        page.context["adminform"].form.initial["roles"] == ["drafter"]
        or "drafter" in page.context["adminform"].form.initial["roles"]
    )
    client.post(address("user", "change", user.pk), user_form(user, roles=[]))
    user.refresh_from_db()
    assert roles_of(user) == {Role.PUBLIC}
    assert not user.is_staff


@pytest.mark.parametrize("role", ["superuser", "moderator", "public", "nonsense"])
def test_no_other_role_can_be_typed_in(client, coordinator, role):
    user = person("anna@example.org")
    page = client.post(address("user", "change", user.pk), user_form(user, roles=[role]))
    assert page.context["adminform"].form.errors["roles"]
    assert roles_of(user) == {Role.PUBLIC}


def test_a_superusers_account_is_out_of_the_coordinators_reach(client, coordinator):
    root = person("root@example.org", is_superuser=True)
    assert client.post(address("user", "change", root.pk), user_form(root, email="mine@example.org")).status_code == 403
    root.refresh_from_db()
    assert root.email == "root@example.org"


def test_fields_that_are_not_on_the_form_cannot_be_posted(client, coordinator):
    client.post(address("user", "change", coordinator.pk), user_form(coordinator, roles=["coordinator"], is_superuser="on"))
    coordinator.refresh_from_db()
    assert not coordinator.is_superuser


def test_a_second_account_with_the_same_address_is_refused(client, coordinator):
    person("anna@example.org")
    page = client.post(address("user", "add"), user_form(email="ANNA@example.org"))
    assert page.context["adminform"].form.errors["email"]


# --- Organizations -------------------------------------------------------------------------------


def test_numbers_are_taken_as_people_write_them(client, coordinator):
    form = organization_form(register="krs", register_number="359730", nip="526-025-02-74", regon="192 598 184")
    assert client.post(address("organization", "add"), form).status_code == 302
    organization = Organization.objects.get()
    assert (organization.nip, organization.regon, organization.register_number) == ("5260250274", "192598184", "0000359730")


@pytest.mark.parametrize(("field", "number"), [("nip", "526-025-02-75"), ("regon", "123456789"), ("nip", "1" * 5000)])
def test_a_slip_in_a_number_is_shown_at_its_field(client, coordinator, field, number):
    page = client.post(address("organization", "add"), organization_form(**{field: number}))
    assert page.context["adminform"].form.errors[field]
    assert not Organization.objects.exists()


def test_organizations_are_marked_as_verified_once(client, coordinator):
    old = Organization.objects.create(name="Stary klub", verified_at=NOW)
    new = Organization.objects.create(name="Nowy klub")
    client.post(address("organization", "changelist"), {"action": "verify", "_selected_action": [old.pk, new.pk]})
    old.refresh_from_db()
    new.refresh_from_db()
    assert old.verified_at == NOW
    assert new.verified_at is not None


def test_a_representative_is_written_down_with_the_organization(client, coordinator):
    user = person("anna@example.org")
    inline = {
        "memberships-TOTAL_FORMS": 1,
        "memberships-0-user": user.pk,
        "memberships-0-function": "prezeska",
    }
    assert client.post(address("organization", "add"), organization_form(**inline)).status_code == 302
    assert Membership.objects.get().user == user
    assert Role.REPRESENTATIVE in roles_of(user)


def test_staff_see_who_asked_for_no_more_invitations_and_invite_them_again(client, coordinator):
    refusing, other = Organization.objects.create(name="Klub"), Organization.objects.create(name="Inny klub")
    stop_invitations(refusing, at=NOW)
    assert "23 listopada 2026 10:00" in client.get(address("organization", "change", refusing.pk)).content.decode()
    chosen = {"action": "invite_again", "_selected_action": [refusing.pk, other.pk]}
    answers = [client.post(address("organization", "changelist"), chosen, follow=True) for _again in range(2)]
    assert [[str(message) for message in answer.context["messages"]] for answer in answers] == [
        ["Znów zapraszamy 1 organizację."],
        ["Żadna z wybranych organizacji nie prosiła o zaprzestanie zaproszeń."],
    ]
    refusing.refresh_from_db()
    assert refusing.uninvited_at is None


@pytest.mark.parametrize("model", LISTS)
def test_every_page_is_clean_under_the_strict_policy(client, coordinator, model):
    rows_of(model, 1)
    row = {"user": User, "organization": Organization, "letter": Letter}[model].objects.latest("pk")
    for page in (client.get(address(model, "changelist")), client.get(address(model, "change", row.pk))):
        assert page.status_code == 200
        assert " style=" not in page.content.decode()


# --- Words on the pages --------------------------------------------------------------------------


def test_the_desk_says_so_to_one_without_work_there(client):
    moderator = person("nobody@example.org")
    User.objects.filter(pk=moderator.pk).update(is_staff=True)
    client.force_login(moderator)
    html = client.get(reverse("admin:index")).content.decode()
    assert reverse("desk:mine") in html
    assert reverse("admin:accounts_user_changelist") not in html


def test_pages_are_titled_by_what_is_on_them(client, coordinator):
    organization = Organization.objects.create(name="Klub Latawiec")
    listed, added, changed = (
        client.get(url).content.decode()
        for url in (
            address("organization", "changelist"),
            address("organization", "add"),
            address("organization", "change", organization.pk),
        )
    )
    assert "<h1>Organizacje</h1>" in listed
    assert "<h1>Dodaj organizację</h1>" in added
    assert "Klub Latawiec</h1>" in changed


def test_lists_stand_in_the_order_of_the_year(client, coordinator):
    html = client.get(reverse("admin:index")).content.decode()
    places = [html.index(f'id="{model}"') for model in ("consultations-consultation", "meetings-meeting", "accounts-letter")]
    assert places == sorted(places)
