import pytest
from django.urls import reverse

from accounts.roles import Role
from tests.factories.accounts import person
from tests.factories.programs import draft, element, paragraphs, unit

pytestmark = pytest.mark.django_db


def test_who_edits_words_does_not_undo_what_somebody_has_ticked_meanwhile(client):
    client.force_login(person("", Role.DRAFTER, is_staff=True))
    first, second = element(1), element(2)
    version = draft(units=paragraphs(1))
    text = unit(version, "§ 1")
    text.provision.elements.set([first])
    address = reverse("admin:programs_unit_edit", args=[version.pk, text.pk])
    opened = client.get(address).context["form"]
    seen = {"seen": opened["seen"].value(), "elements": [first.pk], opened["elements"].html_initial_name: [first.pk]}
    text.provision.elements.set([first, second])
    assert client.post(address, {**seen, "heading": "", "text": "Nowe słowa."}).status_code == 302
    text.refresh_from_db()
    assert (text.text, set(text.provision.elements.all())) == ("Nowe słowa.", {first, second})
