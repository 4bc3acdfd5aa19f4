"""What the portal writes to its log: never an address that lets somebody in."""

import logging
from io import StringIO

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.tokens import LIFETIME, Purpose, sign
from config.logs import WithoutSecretAddresses
from tests.factories.accounts import NOW


@pytest.fixture
def log(monkeypatch) -> StringIO:
    """What the handler of every installation writes."""
    (handler,) = [h for h in logging.getLogger().handlers if any(isinstance(f, WithoutSecretAddresses) for f in h.filters)]
    written = StringIO()
    monkeypatch.setattr(handler, "stream", written)
    return written


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_link_that_is_refused_is_not_told(client, log, method):
    token = sign(Purpose.REGISTRATION, 1, at=NOW)
    with time_machine.travel(NOW + LIFETIME[Purpose.REGISTRATION], tick=False):
        answer = getattr(client, method)(reverse("link", args=[token]))
    assert answer.status_code == 410
    assert "/l/…/" in log.getvalue()
    assert token not in log.getvalue()


@pytest.mark.django_db
def test_nor_one_whose_form_came_without_its_token(log):
    token = sign(Purpose.REGISTRATION, 1, at=NOW)
    with time_machine.travel(NOW, tick=False):
        answer = Client(enforce_csrf_checks=True).post(f"/en/l/{token}/", {"act": "resign"})
    assert answer.status_code == 403
    assert "django.security.csrf" in log.getvalue()
    assert token not in log.getvalue()


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("/l/WyJyIiwx:abc/", "/l/…/"),
        ("/en/l/WyJyIiwx:abc/?x=1", "/en/l/…/?x=1"),
        ("/konsultacje/program-2027/przyjeto/WzEs:abc/", "/konsultacje/program-2027/przyjeto/…/"),
        ("/konto/password/reset/key/1a-d0c-12ab/", "/konto/password/reset/key/…/"),
        ("/konsultacje/program-2027/", "/konsultacje/program-2027/"),
        (7, "7"),
    ],
)
def test_what_is_cut_and_what_stays(log, said, written):
    logging.getLogger("any").warning("Not Found: %s", said)
    logging.getLogger("any").warning(f"Not Found: {said}")
    assert log.getvalue().count(f"Not Found: {written}\n") == 2
