import pytest
from django.core.cache.backends.dummy import DummyCache
from django.db import connection

pytestmark = pytest.mark.django_db


def fail(*args, **kwargs):
    raise OSError("out of reach")


def test_alive_asks_nothing(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")


def test_ready_when_all_three_answer(client, monkeypatch):
    monkeypatch.setitem(__import__("desk.health", fromlist=["NEEDS"]).NEEDS, "broker", lambda: None)
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"database": "ok", "cache": "ok", "broker": "ok"}


@pytest.mark.parametrize("need", ["database", "cache", "broker"])
def test_not_ready_names_what_is_out_of_reach(client, monkeypatch, need):
    from desk import health

    for name in health.NEEDS:
        monkeypatch.setitem(health.NEEDS, name, fail if name == need else lambda: None)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()[need] == "unreachable"
    assert sorted(answer.json().values()) == ["ok", "ok", "unreachable"]


def test_each_need_really_reaches(monkeypatch):
    from desk import health

    monkeypatch.setattr(connection, "cursor", fail)
    with pytest.raises(OSError, match="out of reach"):
        health.NEEDS["database"]()


def test_a_cache_that_forgets_is_not_ready(monkeypatch):
    from desk import health

    forgetful = DummyCache("", {})
    monkeypatch.setattr(health, "cache", forgetful)
    with pytest.raises(LookupError):
        health.NEEDS["cache"]()
