"""Waking a worker who may be dead: once for many letters, and never at the cost of whoever waits for an answer."""

import logging
import socket
import threading
import time
from datetime import timedelta

import pytest
from celery import current_app

from accounts import letters
from accounts.letters import owe_letter, wake, wake_sending
from tests.factories.accounts import NOW, owed

HOUR = timedelta(hours=1)


@pytest.fixture
def woken(monkeypatch) -> list[str]:
    names: list[str] = []
    monkeypatch.setattr(letters, "wake", names.append)
    return names


@pytest.fixture(autouse=True)
def bells_stop_with_the_test():
    """A bell that waits for an hour would hold up the end of the whole run, and keep later letters from ringing."""
    yield
    if letters._bell:
        letters._bell.cancel()
    letters._bell = None


@pytest.mark.django_db
def test_five_hundred_letters_wake_one_drain(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        for number in range(500):
            owe_letter(f"p{number}@example.org", kind="unknown_account", occasion="x:1", at=NOW)
    assert callbacks == [wake_sending]


def test_a_moment_after_a_letter_was_owed_a_worker_is_woken_once(woken, monkeypatch):
    monkeypatch.setattr(letters, "TOGETHER", 0.0)
    wake_sending()
    for bell in [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]:
        bell.join()
    assert woken == ["accounts.drain"]


def test_all_who_owe_letters_within_a_moment_wake_one_drain(woken, monkeypatch):
    monkeypatch.setattr(letters, "TOGETHER", 3600.0)
    wake_sending()
    bell = letters._bell
    wake_sending()
    assert letters._bell is bell
    bell.cancel()
    bell.join()
    bell.function()
    assert woken == ["accounts.drain"]


def test_who_owes_a_letter_while_the_drain_is_woken_wakes_another(monkeypatch):
    """That one may have looked before the letter was there."""
    monkeypatch.setattr(letters, "TOGETHER", 3600.0)
    monkeypatch.setattr(letters, "wake", lambda name: wake_sending())
    wake_sending()
    first = letters._bell
    first.cancel()
    first.function()
    assert letters._bell not in (None, first)


def test_a_bell_that_died_with_its_process_is_hung_anew(woken, monkeypatch):
    monkeypatch.setattr(letters, "TOGETHER", 3600.0)
    wake_sending()
    dead = letters._bell
    dead.cancel()
    dead.join()
    wake_sending()
    assert letters._bell.is_alive()


@pytest.mark.django_db
def test_a_letter_owed_already_wakes_nobody_and_costs_one_query(django_capture_on_commit_callbacks, django_assert_num_queries):
    owed(occasion="x:1")
    with django_capture_on_commit_callbacks() as callbacks, django_assert_num_queries(1):
        owe_letter("anna@example.org", kind="unknown_account", occasion="x:1", at=NOW)
    assert callbacks == []


@pytest.fixture
def broker(monkeypatch):
    """Points the Celery app at a broker address; nobody is being left alone yet."""
    monkeypatch.setattr(letters, "_broker_silent_until", 0.0)

    def at(address: str) -> None:
        monkeypatch.setattr(current_app.conf, "broker_write_url", address)

    return at


@pytest.fixture
def frozen_address():
    """A server that takes the call and never says a word."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(8)
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


def test_a_worker_is_woken_by_the_name_of_its_task(broker):
    broker("memory://")
    wake("accounts.drain")
    with current_app.connection_for_write(url="memory://") as connection:
        message = connection.default_channel.basic_get("letters", no_ack=True)
    assert message.headers["task"] == "accounts.drain"


def test_a_frozen_broker_holds_nobody_up(broker, frozen_address, caplog):
    broker(frozen_address)
    started = time.monotonic()
    wake("accounts.drain")
    assert time.monotonic() - started < 2
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_a_broker_that_failed_is_left_alone_for_a_while(broker, frozen_address, caplog, monkeypatch):
    broker(frozen_address)
    wake("accounts.drain")
    caplog.clear()
    started = time.monotonic()
    for _ in range(20):
        wake("accounts.drain")
    assert time.monotonic() - started < 0.1
    assert caplog.records == []
    monkeypatch.setattr(letters, "LEAVE_BROKER_ALONE", 0.0)
    monkeypatch.setattr(letters, "_broker_silent_until", time.monotonic())
    wake("accounts.drain")
    assert len(caplog.records) == 1


def test_a_refused_broker_is_only_logged(broker, caplog):
    broker("redis://127.0.0.1:9/0")
    wake("accounts.drain")
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert "accounts.drain" in caplog.text
