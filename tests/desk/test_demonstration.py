"""The page that only the demonstration has: every letter as its reader sees it."""

import pytest
from django.core.mail import EmailMessage
from django.core.mail.backends.filebased import EmailBackend
from django.urls import reverse

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(settings):
    """Two letters of one connection and one of another, as the worker writes them."""
    for subjects in (["Zażółć gęślą jaźń", "Drugi list"], ["Trzeci list"]):
        letters = [EmailMessage(subject, f"Treść: {subject}", to=["anna@example.org"]) for subject in subjects]
        EmailBackend(file_path=settings.MAIL_DIR).send_messages(letters)


def test_it_lists_the_accounts_without_any_letter(client):
    page = client.get("/demonstracja/").content.decode()
    assert "demo-koordynator" in page


def test_each_letter_is_listed_and_can_be_read(client, sent):
    answer = client.get("/demonstracja/")
    letters = answer.context["letters"]
    assert {letter.subject for letter in letters} == {"Zażółć gęślą jaźń", "Drugi list", "Trzeci list"}
    assert all(str(letter.sent_at.tzinfo) == "Europe/Warsaw" for letter in letters)
    first = next(letter for letter in letters if letter.subject.startswith("Zażółć"))
    read = client.get(reverse("desk:demonstration_letter", args=[first.key])).content.decode()
    assert "Treść: Zażółć gęślą jaźń" in read


def test_a_letter_that_is_not_there_is_not_found(client, sent):
    assert client.get("/demonstracja/listy/nie-ma/").status_code == 404
