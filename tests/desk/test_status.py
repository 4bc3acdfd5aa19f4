"""The page of the desk that says in words whether the portal is in order."""

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.beats import TASK_WORDS
from accounts.models import Heartbeat, RetentionRun
from accounts.roles import Role
from desk import checkup
from tests.factories.accounts import owed, person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_order(monkeypatch):
    monkeypatch.setattr(checkup, "reach_broker", lambda: None)
    Heartbeat.objects.bulk_create([Heartbeat(task=task, at=timezone.now()) for task in TASK_WORDS])
    RetentionRun.objects.create(at=timezone.now())


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.DRAFTER, Role.AUDITOR])
def test_staff_who_read_everything_see_it_and_find_it_from_the_desk(client, role):
    client.force_login(person("", role))
    address = reverse("admin:desk_status")
    assert address in client.get(reverse("admin:index")).content.decode()
    page = client.get(address).content.decode()
    assert page.count('class="light go"') == 9


@pytest.mark.parametrize("letters", [1, 30])
def test_it_asks_a_fixed_number_of_queries(client, django_assert_num_queries, letters):
    client.force_login(person("", Role.COORDINATOR))
    for _letter in range(letters):
        owed()
    client.get(reverse("admin:desk_status"))
    # Who it is and what they may: five. On PostgreSQL also its clock.
    with django_assert_num_queries(20 if connection.vendor == "postgresql" else 19):
        client.get(reverse("admin:desk_status"))


def test_nobody_else_sees_it(client):
    assert client.get(reverse("admin:desk_status")).status_code == 302


def test_what_is_wrong_is_marked(client, monkeypatch):
    def away():
        raise OSError

    monkeypatch.setattr(checkup, "reach_broker", away)
    client.force_login(person("", Role.COORDINATOR))
    page = client.get(reverse("admin:desk_status")).content.decode()
    assert (page.count('class="light stop"'), page.count('class="light go"')) == (1, 8)
