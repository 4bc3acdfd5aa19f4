from datetime import timedelta

import pytest
from django.core.cache.backends.dummy import DummyCache
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder

from accounts.models import Heartbeat, Letter, State
from accounts.suppression import suppress
from desk import health
from tests.factories.accounts import NOW, owed

pytestmark = pytest.mark.django_db


def fail(*args, **kwargs):
    raise OSError("out of reach")


def test_alive_asks_nothing(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")


def test_ready_when_all_answer(client, monkeypatch):
    monkeypatch.setitem(health.NEEDS, "broker", lambda: None)
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert {name: answer.json()[name] for name in health.NEEDS} == dict.fromkeys(
        ("database", "migrations", "cache", "broker"), "ok"
    )


@pytest.mark.parametrize("need", ["database", "migrations", "cache", "broker"])
def test_not_ready_names_what_is_out_of_reach(client, monkeypatch, need):
    for name in health.NEEDS:
        monkeypatch.setitem(health.NEEDS, name, fail if name == need else lambda: None)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()[need] == "unreachable"
    assert sorted(answer.json()[name] for name in health.NEEDS) == ["ok", "ok", "ok", "unreachable"]


def test_each_need_really_reaches(monkeypatch):
    monkeypatch.setattr(connection, "cursor", fail)
    with pytest.raises(OSError, match="out of reach"):
        health.NEEDS["database"]()


def test_pending_migrations_are_not_ready():
    newest = max(name for app, name in MigrationRecorder(connection).applied_migrations() if app == "accounts")
    MigrationRecorder(connection).record_unapplied("accounts", newest)
    with pytest.raises(LookupError):
        health.NEEDS["migrations"]()


def test_a_cache_that_forgets_is_not_ready(monkeypatch):
    forgetful = DummyCache("", {})
    monkeypatch.setattr(health, "cache", forgetful)
    with pytest.raises(LookupError):
        health.NEEDS["cache"]()


@pytest.fixture
def reachable(monkeypatch, time_machine):
    time_machine.move_to(NOW, tick=False)
    for name in health.NEEDS:
        monkeypatch.setitem(health.NEEDS, name, lambda: None)


def test_how_letters_fare_is_told_in_numbers_and_stops_no_page(client, reachable):
    for state in (State.QUEUED, State.FAILED, State.UNCERTAIN, State.UNCERTAIN):
        letter = owed(at=NOW - timedelta(hours=1))
        Letter.objects.filter(pk=letter.pk).update(state=state)
    suppress("anna@example.org", reason="550", at=NOW)
    Heartbeat.objects.create(task="accounts.drain", at=NOW - timedelta(days=1))
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["letters"] == {
        "queued": 1,
        "oldest_queued": 3600.0,
        "failed": 1,
        "uncertain": 2,
        "suppressed_addresses": 1,
        "since_beat": {"accounts.drain": 86400.0},
    }
    assert "@" not in answer.content.decode()


def test_an_empty_outbox_is_told_too(client, reachable):
    assert client.get("/readyz").json()["letters"]["oldest_queued"] is None


def test_without_the_database_nothing_is_known_of_letters(client, reachable, monkeypatch):
    def away(at):
        raise DatabaseError

    monkeypatch.setattr(health, "outbox_health", away)
    assert client.get("/readyz").json()["letters"] is None
