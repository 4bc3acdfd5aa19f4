"""Spheres of public tasks: the points of art. 4 sec. 1, rows that the desk edits and organizations choose from."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.models import Organization, Sphere
from accounts.roles import Role
from desk.watched import unwatch, watch
from tests.accounts.test_admin import organization_form
from tests.factories.accounts import person

pytestmark = pytest.mark.django_db
STATUTORY = import_module("accounts.migrations.0010_spheres").SPHERES


@pytest.fixture
def coordinator(client):
    user = person("coordinator@example.org", Role.COORDINATOR)
    client.force_login(user)
    return user


@pytest.fixture
def spheres() -> dict[str, Sphere]:
    """All of them: a test that empties the tables may have run before."""
    for place, (label, name) in enumerate(STATUTORY, 1):
        Sphere.objects.get_or_create(label=label, defaults={"name": name, "position": 10 * place})
    return Sphere.objects.in_bulk(field_name="label")


def address(model: str, page: str, *args: object) -> str:
    return reverse(f"admin:accounts_{model}_{page}", args=args)


def test_the_points_stand_in_the_order_of_the_act(spheres):
    labels = list(Sphere.objects.values_list("label", flat=True))
    assert labels[:5] == ["1", "1a", "1aa", "1b", "2"]
    assert labels[-4:] == ["31", "32", "32a", "33"]
    assert [label for label in labels if not label.isdigit()] == ["1a", "1aa", "1b", "5a", "22a", "29a", "32a"]
    assert len(labels) == 33 + 7


def test_an_organization_has_what_was_ticked(client, coordinator, spheres):
    chosen = [spheres[label].pk for label in ("22a", "1aa", "1")]
    assert client.post(address("organization", "add"), organization_form(spheres=chosen)).status_code == 302
    assert [sphere.label for sphere in Organization.objects.get().spheres.all()] == ["1", "1aa", "22a"]


@pytest.mark.parametrize(("days", "is_offered"), [(0, False), (1, True)])
def test_a_point_is_offered_until_the_day_it_is_struck_out(client, coordinator, spheres, days, is_offered):
    Sphere.objects.filter(label="3").update(retired_on=localdate() + timedelta(days=days))
    page = client.get(address("organization", "add"))
    offered = page.context["adminform"].form.fields["spheres"].queryset
    assert offered.filter(label="3").exists() is is_offered


def test_who_has_a_point_keeps_it_when_it_is_struck_out(client, coordinator, spheres):
    organization = Organization.objects.create(name="Klub")
    organization.spheres.set([spheres["3"]])
    Sphere.objects.filter(label="3").update(retired_on=localdate())
    page = address("organization", "change", organization.pk)
    assert client.post(page, organization_form(spheres=[spheres["3"].pk])).status_code == 302
    assert [sphere.label for sphere in organization.spheres.all()] == ["3"]


def test_the_desk_adds_a_point_once(client, coordinator, spheres):
    form = {"label": "32b", "name": "nowe zadanie", "position": 395, "retired_on": ""}
    assert client.post(address("sphere", "add"), form).status_code == 302
    assert Sphere.objects.get(label="32b").name == "nowe zadanie"
    again = client.post(address("sphere", "add"), form)
    assert again.status_code == 200
    assert again.context["adminform"].form.errors["label"]


@pytest.mark.parametrize("role", [Role.DRAFTER, Role.AUDITOR])
def test_others_only_read_the_points(client, role, spheres):
    client.force_login(person("", role))
    assert client.get(address("sphere", "changelist")).status_code == 200
    assert client.get(address("sphere", "add")).status_code == 403


def test_no_point_is_deleted(client, coordinator, spheres):
    assert client.post(address("sphere", "delete", spheres["1"].pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("rows", [1, 3])
def test_queries_do_not_grow_with_the_list(client, coordinator, spheres, rows, django_assert_num_queries):
    Sphere.objects.exclude(label__in=["1", "1a", "1aa"][:rows]).delete()
    with django_assert_num_queries(8):
        client.get(address("sphere", "changelist"))


@pytest.mark.django_db(transaction=True)
def test_labels_of_before_become_rows_and_come_back():
    """Once typed by hand: twice the same, a point that the Act does not have, none."""
    before, after = [("accounts", "0009_audit_entries")], MigrationExecutor(connection).loader.graph.leaf_nodes()
    unwatch(using="default")  # as manage.py migrate does
    try:
        MigrationExecutor(connection).migrate(before)
        old = MigrationExecutor(connection).loader.project_state(before).apps.get_model("accounts", "Organization")
        for name, labels in (("A", ["22a", "1", "1"]), ("B", ["99"]), ("C", [])):
            old.objects.create(name=name, spheres=labels)
        MigrationExecutor(connection).migrate(after)
        found = {one.name: [sphere.label for sphere in one.spheres.all()] for one in Organization.objects.all()}
        assert found == {"A": ["1", "22a"], "B": ["99"], "C": []}
        assert Sphere.objects.get(label="99").name == ""
        MigrationExecutor(connection).migrate(before)
        assert dict(old.objects.values_list("name", "spheres")) == {"A": ["1", "22a"], "B": ["99"], "C": []}
    finally:
        MigrationExecutor(connection).migrate(after)
        watch(using="default")
