"""Who may do what at the desk: the whole table, both sides."""

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.actions import AccountIsOutOfReach, RoleIsNotGiven, account_for, give_roles, may_change_account
from accounts.models import Membership, Organization, User
from accounts.roles import ALLOWS, GIVEN_BY_GROUP, ROLE_WORDS, Duty, Role, duties_of, has_duty, roles_of
from meetings.actions import set_moderator
from meetings.models import Sector
from tests.factories.accounts import person
from tests.factories.meetings import PUBLISHED, meeting

pytestmark = pytest.mark.django_db

EVERYTHING = set(Duty)
TABLE = {
    Role.PUBLIC: set(),
    Role.REPRESENTATIVE: set(),
    Role.MODERATOR: set(),
    Role.OFFICIAL: {Duty.ANSWER_OWN},
    Role.DRAFTER: {Duty.DRAFT_TEXT, Duty.HANDLE_VOICES, Duty.READ_ALL},
    Role.COORDINATOR: EVERYTHING,
    Role.AUDITOR: {Duty.READ_ALL, Duty.SEE_LETTERS},
    Role.SUPERUSER: EVERYTHING,
}


def test_the_table_is_the_promised_one():
    assert {role: set(duties) for role, duties in ALLOWS.items()} == TABLE


def someone(role: Role) -> "User | AnonymousUser":
    match role:
        case Role.PUBLIC:
            return AnonymousUser()
        case Role.SUPERUSER:
            return person("", is_superuser=True)
        case Role.MODERATOR:
            user = person()
            set_moderator(meeting(groups=1, publish=False).groups.get(), sector=Sector.NGO, name="Anna", user=user, at=PUBLISHED)
            return user
        case Role.REPRESENTATIVE:
            user = person()
            Membership.objects.create(user=user, organization=Organization.objects.create(name="Klub"))
            return user
        case _:
            return person("", role)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("duty", list(Duty))
def test_each_role_has_its_duties_and_no_others(role, duty):
    user = someone(role)
    assert role in roles_of(user)
    assert has_duty(user, duty) is (duty in TABLE[role])


def test_a_visitor_with_an_account_has_no_duty():
    user = person()
    assert roles_of(user) == {Role.PUBLIC}
    assert duties_of(user) == set()


def test_duties_of_two_roles_add_up():
    user = person("", Role.DRAFTER, Role.AUDITOR)
    assert roles_of(user) == {Role.PUBLIC, Role.DRAFTER, Role.AUDITOR}
    assert duties_of(user) == TABLE[Role.DRAFTER] | TABLE[Role.AUDITOR]
    assert has_duty(user, Duty.RUN_PROCESS, Duty.SEE_LETTERS)
    assert not has_duty(user, Duty.RUN_PROCESS, Duty.RUN_MEETINGS)


@pytest.mark.parametrize("role", [*GIVEN_BY_GROUP, Role.SUPERUSER])
def test_a_closed_account_has_no_duty(role):
    user = someone(role)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert duties_of(User.objects.get(pk=user.pk)) == set()


def test_has_duty_asks_the_rows_each_time():
    user = person("", Role.COORDINATOR)
    assert has_duty(user, Duty.RUN_PROCESS)
    give_roles(user, roles=[], by=None)
    assert not has_duty(user, Duty.RUN_PROCESS)


def test_every_role_given_by_hand_has_words():
    assert set(ROLE_WORDS) == set(GIVEN_BY_GROUP)


# --- Giving roles --------------------------------------------------------------------------------


def test_roles_are_given_exactly_and_open_the_desk():
    user = person("", Role.DRAFTER)
    give_roles(user, roles=[Role.AUDITOR], by=None)
    user.refresh_from_db()
    assert roles_of(user) == {Role.PUBLIC, Role.AUDITOR}
    assert user.is_staff


def test_without_a_role_the_desk_is_closed():
    user = person("", Role.DRAFTER)
    give_roles(user, roles=[], by=None)
    user.refresh_from_db()
    assert not user.is_staff


def test_a_superuser_without_roles_keeps_the_desk():
    user = person("", is_superuser=True)
    give_roles(user, roles=[], by=None)
    user.refresh_from_db()
    assert user.is_staff


@pytest.mark.parametrize("role", [role for role in Role if role not in GIVEN_BY_GROUP])
def test_other_roles_cannot_be_given(role):
    user = person()
    with pytest.raises(RoleIsNotGiven):
        give_roles(user, roles=[role], by=None)
    assert not user.groups.exists()


@pytest.mark.parametrize("role", [*GIVEN_BY_GROUP, None])
def test_only_who_keeps_the_directory_gives_roles(role):
    by, user = person("", *([role] if role else [])), person()
    if role is Role.COORDINATOR:
        give_roles(user, roles=[Role.DRAFTER], by=by)
        assert Role.DRAFTER in roles_of(user)
    else:
        with pytest.raises(AccountIsOutOfReach) as refusal:
            give_roles(user, roles=[Role.DRAFTER], by=by)
        assert str(refusal.value.in_words)
        assert Role.DRAFTER not in roles_of(user)


def test_a_superusers_account_is_changed_by_superusers_only():
    root, coordinator = person("", is_superuser=True), person("", Role.COORDINATOR)
    assert may_change_account(root, by=person("", is_superuser=True))
    assert not may_change_account(root, by=coordinator)
    assert may_change_account(coordinator, by=root)


# --- Accounts that come into being by themselves -------------------------------------------------


def test_whoever_proved_an_address_has_one_account_without_a_password():
    first, second = account_for("Anna@Example.org "), account_for("anna@example.org")
    assert first == second
    assert first.email == "anna@example.org"
    assert not User.objects.get().has_usable_password()


def test_an_account_that_exists_keeps_its_password_and_name():
    user = User.objects.create_user("anna@example.org", "a long password", name="Anna")
    assert account_for("anna@example.org", name="Somebody else") == user
    user.refresh_from_db()
    assert user.check_password("a long password")
    assert user.name == "Anna"
