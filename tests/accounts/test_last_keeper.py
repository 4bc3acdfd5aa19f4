"""Somebody must be able to manage accounts, whoever changes whom, and at the same moment too."""

import threading
from collections.abc import Callable

import pytest
from django.db import transaction
from django.db.models import QuerySet

from accounts import actions
from accounts.actions import AccountIsOutOfReach, NobodyWouldKeepAccounts, save_account
from accounts.models import User
from accounts.roles import Duty, Role
from tests.accounts.test_letter_races import at_once, meeting_point
from tests.factories.accounts import person

pytestmark = pytest.mark.django_db

REFUSAL = "nikt nie mógłby"


def keepers() -> list[User]:
    return list(User.objects.carrying(Duty.KEEP_DIRECTORY))


def closed(user: User) -> User:
    user.is_active = False
    return user


def test_who_carries_a_duty():
    coordinator, above = person("", Role.COORDINATOR, Role.AUDITOR), person("", is_superuser=True)
    drafter = person("", Role.DRAFTER)
    person("", Role.COORDINATOR, is_active=False)
    assert keepers() == [coordinator, above]
    assert list(User.objects.carrying(Duty.DRAFT_TEXT)) == [coordinator, above, drafter]


def test_the_last_one_keeps_the_role_and_the_account():
    last = person("", Role.COORDINATOR)
    with pytest.raises(NobodyWouldKeepAccounts):
        save_account(last, roles=[Role.AUDITOR], by=last)
    with pytest.raises(NobodyWouldKeepAccounts):
        save_account(closed(User.objects.get(pk=last.pk)), roles=[Role.COORDINATOR], by=last)
    assert keepers() == [last]
    assert User.objects.get(pk=last.pk).groups.get().name == Role.COORDINATOR


@pytest.mark.parametrize("other", [{"roles": [Role.COORDINATOR]}, {"roles": [], "is_superuser": True}])
def test_with_another_one_both_may_go(other):
    leaving, staying = person("", Role.COORDINATOR), person("", *other.pop("roles"), **other)
    save_account(closed(leaving), roles=[Role.COORDINATOR], by=staying)
    assert keepers() == [staying]


def test_a_closed_account_is_no_other_one():
    last = person("", Role.COORDINATOR)
    person("", is_superuser=True, is_active=False)
    with pytest.raises(NobodyWouldKeepAccounts):
        save_account(last, roles=[], by=last)


def test_whose_account_is_out_of_reach_is_not_changed():
    above, keeper = person("", is_superuser=True), person("", Role.COORDINATOR)
    with pytest.raises(AccountIsOutOfReach):
        save_account(closed(above), roles=[], by=keeper)
    assert User.objects.get(pk=above.pk).is_active


def test_the_desk_refuses_in_words_and_keeps_what_was_typed(client):
    last = person("last@example.org", Role.COORDINATOR)
    client.force_login(last)
    form = {"email": last.email, "name": "Nowe Imię", "is_active": "on", "roles": [Role.AUDITOR.value]}
    form |= {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    page = client.post(f"/admin/accounts/user/{last.pk}/change/", form).content.decode()
    assert REFUSAL in page
    assert "Nowe Imię" in page
    assert User.objects.get(pk=last.pk).name != "Nowe Imię"
    assert keepers() == [last]


def _each_closes_the_other(before_commit: Callable[[], object] = lambda: None) -> list[object]:
    one, two = person("", Role.COORDINATOR), person("", Role.COORDINATOR)

    def close(other: User, by: User) -> None:
        with transaction.atomic():
            save_account(closed(User.objects.get(pk=other.pk)), roles=[], by=by)
            before_commit()

    return at_once(lambda: close(two, one), lambda: close(one, two))


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_who_close_each_other_leave_one(monkeypatch):
    meeting_point(monkeypatch, actions, "give_roles")
    ends = _each_closes_the_other()
    assert len(keepers()) == 1
    # Whoever came second has no role any more, or would have been the last.
    assert sorted(type(end).__name__ for end in ends) in (
        ["AccountIsOutOfReach", "NoneType"],
        ["NobodyWouldKeepAccounts", "NoneType"],
    )


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_nobody_is_left(monkeypatch):
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **options: rows)
    # No lock keeps anybody away, so both have looked before either is done, however slow the machine is.
    both = threading.Barrier(2)
    assert _each_closes_the_other(before_commit=lambda: both.wait(timeout=60)) == [None, None]
    assert keepers() == []
