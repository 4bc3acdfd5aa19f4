"""What every test may count on. A test that cannot run here says why; MUST_RUN turns such a skip into a failure."""

import os
import shutil
import threading
from uuid import uuid4

import pytest
import redis
from django.conf import settings
from django.db import connection
from django.utils import translation
from hypothesis import settings as hypothesis

from accounts.models.portal import forget, hold

# A loaded machine is slow, not wrong.
hypothesis.register_profile("patient", deadline=None)
hypothesis.load_profile("patient")

MUST_RUN = set(os.environ.get("MUST_RUN", "").split(",")) - {""}
MISSING = {
    "postgresql": "" if os.environ.get("DATABASE_URL") else "DATABASE_URL names no PostgreSQL",
    "redis": "" if os.environ.get("REDIS_URL") else "REDIS_URL names no Redis",
    "browser": "" if shutil.which("chromium") else "Chromium is not installed",
    "redis_server": "" if shutil.which("redis-server") else "redis-server is not installed",
    "libreoffice": "" if shutil.which("soffice") else "LibreOffice is not installed",
    "poppler": "" if shutil.which("pdftotext") else "poppler-utils is not installed",
    "nginx": "" if shutil.which("nginx") else "nginx is not installed",
    "slow": "" if "slow" in MUST_RUN else "takes a minute and wants the machine for itself: MUST_RUN=slow",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What asks no database is asked once, not on each of them: see .ci/run."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        asks = item.get_closest_marker("django_db") or item.get_closest_marker("own_database")
        if not asks and fixtures.isdisjoint({"db", "transactional_db"}):
            item.add_marker("no_database")


def pytest_runtest_setup(item: pytest.Item) -> None:
    for what, reason in MISSING.items():
        if reason and item.get_closest_marker(what):
            if what in MUST_RUN:
                pytest.fail(f"must run here, but {reason}")
            pytest.skip(reason)


@pytest.fixture(autouse=True)
def files_of_the_test(tmp_path, settings):
    """Nothing a test stores or sends lies where the demonstration keeps its own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MAIL_DIR = tmp_path / "mail"


@pytest.fixture(autouse=True)
def audit_of_the_test(request):
    """SQLite empties tables by DELETE, which the audit refuses: after a test that commits it steps aside for a moment."""
    marker = request.node.get_closest_marker("django_db")
    commits = "transactional_db" in request.fixturenames or (marker and marker.kwargs.get("transaction"))
    if commits:
        request.getfixturevalue("transactional_db")
    yield
    if commits and connection.vendor == "sqlite":
        from accounts import triggers  # the settings are not read yet when this file is

        triggers.drop(using="default")


@pytest.fixture(autouse=True)
def memory_of_the_test(settings):
    """What a test that commits has cached stays in its table, so each test has keys of its own."""
    settings.CACHES = {"default": {**settings.CACHES["default"], "KEY_PREFIX": uuid4().hex}}


@pytest.fixture(autouse=True)
def portal_of_the_test():
    """Each process asks once whose portal it is; a test begins with one where nobody has said so."""
    hold(None)
    yield
    forget()


@pytest.fixture(autouse=True)
def bells_of_the_test():
    """Whoever is to be woken a moment after a test is not woken in the next one."""
    yield
    for bell in threading.enumerate():
        if isinstance(bell, threading.Timer):
            bell.cancel()
            bell.join()


@pytest.fixture(scope="session", autouse=True)
def messages_of_the_tests():
    """Nobody carries them out, so they go with the process that sent them."""
    yield
    if prefix := settings.CELERY_BROKER_TRANSPORT_OPTIONS.get("global_keyprefix"):
        broker = redis.Redis.from_url(settings.CELERY_BROKER_URL)
        if keys := broker.keys(f"{prefix}*"):
            broker.delete(*keys)


@pytest.fixture(autouse=True)
def polish():
    """The test client leaves the language of the last page active; in life each request sets its own."""
    with translation.override("pl"):
        yield


assert settings.DEMO, "tests run with DEMO=1: use bin/test"
