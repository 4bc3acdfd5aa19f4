"""A web process in production asks whom its database lets in before it answers anybody."""

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connection

from accounts.models import User
from desk.demo.people import STAFF
from tests.config.test_settings import COMPLETE, start

SERVE = "import config.wsgi; print('serves')"


@pytest.fixture
def installed(tmp_path) -> dict[str, str]:
    (tmp_path / "static").mkdir()
    return COMPLETE | {"VAR_DIR": str(tmp_path)}


def test_a_web_process_starts_while_the_database_is_away_and_says_that_it_was_not_checked(installed):
    done = start(installed | {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/nowhere"}, SERVE)
    assert done.stdout.split() == ["serves"]
    assert "was not checked at the start" in done.stderr


def test_the_demonstration_is_served(installed):
    done = start({"DEMO": "1", "VAR_DIR": installed["VAR_DIR"]}, SERVE)
    assert (done.stdout.split(), done.stderr) == (["serves"], "")


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_web_process_refuses_a_database_with_a_demonstration_account(installed):
    parts = connection.settings_dict
    here = {
        "DATABASE_URL": f"postgres://{parts['USER']}:{parts['PASSWORD']}@{parts['HOST']}:{parts['PORT'] or 5432}/{parts['NAME']}"
    }
    account = STAFF[0]
    # The tests' own hasher is unknown to production.
    known = PBKDF2PasswordHasher().encode(account.password, "salt", 1000)
    user = User.objects.create(email=account.email, password=known)

    refused = start(installed | here, SERVE)
    assert refused.returncode != 0
    assert "ImproperlyConfigured" in refused.stderr
    assert account.email in refused.stderr

    user.delete()
    served = start(installed | here, SERVE)
    assert (served.stdout.split(), served.stderr) == (["serves"], "")
