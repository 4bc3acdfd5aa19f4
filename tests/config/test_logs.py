"""What the portal writes to its log: never an address that lets somebody in."""

import json
import logging
from datetime import datetime
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
    assert [json.loads(line)["msg"] for line in log.getvalue().splitlines()] == [f"Not Found: {written}"] * 2


def test_a_line_is_an_object_that_names_nobody(log):
    logging.getLogger("any").warning("to %s at <%s>", "anna.nowak@example.org", "jan@urzad.example.org")
    told = json.loads(log.getvalue())
    assert (told["level"], told["logger"], told["msg"]) == ("WARNING", "any", "to …@… at <…@…>")
    assert datetime.fromisoformat(told["ts"]).tzinfo


def test_of_an_error_the_kind_and_the_place_are_told_and_nothing_it_quotes(log):
    try:
        try:
            raise ValueError("Jan Kowalski, 600 700 800")
        except ValueError as error:
            raise KeyError("Jan Kowalski") from error
    except KeyError:
        logging.getLogger("any").exception("Letter %s cannot be written.", 7)
    told = json.loads(log.getvalue())
    assert told["error"] == ["KeyError", "ValueError"]
    assert "test_logs.py" in told["at"][0]
    assert "Kowalski" not in log.getvalue()
    assert "600" not in log.getvalue()


def test_nor_when_celery_writes_the_error_into_its_sentence(log):
    said = {"name": "accounts.drain", "id": "1", "exc": "ValueError('Jan')", "traceback": "Jan", "description": "raised"}
    logging.getLogger("celery.app.trace").error("Task %(name)s[%(id)s] %(description)s: %(exc)s\n%(traceback)s", said)
    assert json.loads(log.getvalue())["msg"] == "Task accounts.drain[1] failed."


@pytest.mark.django_db
def test_a_page_that_breaks_tells_nothing_of_what_was_sent(client, log, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("znacznik-anna@example.org Kowalska-znacznik")

    monkeypatch.setattr("desk.views.collect_home", broken)
    client.raise_request_exception = False
    assert client.get("/?q=Kowalska-znacznik").status_code == 500
    assert "RuntimeError" in log.getvalue()
    assert "znacznik" not in log.getvalue()
