"""Refusing addresses at the desk: why, since when, and how they are written to again."""

import pytest

from accounts.models import Suppression, User
from accounts.roles import Role
from accounts.suppression import lift_suppression, suppress
from tests.factories.accounts import NOW, owed, person

pytestmark = pytest.mark.django_db

LIST = "/admin/accounts/suppression/"


@pytest.fixture
def coordinator(client) -> User:
    user = person("coordinator@example.org", Role.COORDINATOR)
    client.force_login(user)
    return user


def refusing(count: int) -> list[Suppression]:
    for number in range(count):
        suppress(f"p{number}@example.org", reason="550 5.1.1 nobody here", at=NOW)
    return list(Suppression.objects.order_by("pk"))


def lift(client, *rows: Suppression) -> list[tuple[str, str]]:
    answer = client.post(LIST, {"action": "lift", "_selected_action": [row.pk for row in rows]}, follow=True)
    return [(message.level_tag, str(message)) for message in answer.context["messages"]]


@pytest.mark.parametrize(("role", "status"), [(Role.COORDINATOR, 200), (Role.AUDITOR, 200), (Role.DRAFTER, 403)])
def test_who_sees_them(client, role, status):
    client.force_login(person("", role))
    assert client.get(LIST).status_code == status


def test_the_list_says_why_and_leads_to_the_letters(client, coordinator):
    refusing(1)
    owed("p0@example.org")
    html = client.get(LIST).content.decode()
    assert "550 5.1.1 nobody here" in html
    assert "/admin/accounts/letter/?q=p0%40example.org" in html


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_takes_the_same_queries_whatever_it_holds(client, coordinator, django_assert_num_queries, count):
    for row in refusing(count):
        lift_suppression(row, by=coordinator, at=NOW)
    with django_assert_num_queries(8):
        assert client.get(LIST).status_code == 200


def test_lifting_says_how_many_and_knows_who_did_it(client, coordinator):
    rows = refusing(6)
    lift_suppression(rows[0], by=None, at=NOW)
    assert lift(client, *rows) == [
        ("success", "Znów piszemy na 5 adresów."),
        ("warning", "Blokada zdjęta już wcześniej: 1 adres."),
    ]
    assert not Suppression.objects.active().exists()
    assert [row.lifted_by for row in Suppression.objects.order_by("pk")] == [None, *[coordinator] * 5]


def test_a_reader_lifts_nothing(client):
    rows = refusing(1)
    client.force_login(person("", Role.AUDITOR))
    lift(client, *rows)
    assert Suppression.objects.active().count() == 1


def test_nobody_types_here(client, coordinator):
    row = refusing(1)[0]
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(f"{LIST}{row.pk}/delete/", {"post": "yes"}).status_code == 403
