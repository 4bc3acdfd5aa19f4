import pytest
from django.urls import reverse

from accounts.roles import Role
from tests.factories.accounts import person
from tests.factories.programs import draft

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("role", "is_offered"), [(Role.AUDITOR, False), (Role.DRAFTER, True)])
def test_who_only_reads_is_offered_no_file_to_be_made(client, role, is_offered):
    client.force_login(person("", role, is_staff=True))
    address = reverse("admin:programs_files", args=[draft().pk])
    assert ('name="ask"' in client.get(address).content.decode()) is is_offered
    assert client.post(address, {"ask": "pdf"}).status_code == (302 if is_offered else 403)
