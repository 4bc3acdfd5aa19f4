import pytest
from django.urls import reverse

from accounts.roles import Role
from tests.factories.accounts import person
from tests.factories.programs import draft, paragraphs, reword, unit

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("is_changed", [False, True])
def test_only_what_was_looked_at_is_frozen(client, is_changed):
    client.force_login(person("", Role.DRAFTER, is_staff=True))
    version = draft(units=paragraphs(2))
    address = reverse("admin:programs_freeze", args=[version.pk])
    seen = client.get(address).context["seen"]
    if is_changed:
        reword(unit(version, "§ 1"), text="Zmienione, gdy ktoś czytał.")
    client.post(address, {"seen": seen})
    version.refresh_from_db()
    assert version.is_frozen is not is_changed
