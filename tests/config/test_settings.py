"""Without DEMO=1 the settings are production, and they refuse to start half-configured."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

COMPLETE = {
    "SECRET_KEY": "only a test of the settings, it signs nothing: 0123456789 0123456789 0123456789",
    "ALLOWED_HOSTS": "wspolnie.example.org",
    "PUBLIC_URL": "https://wspolnie.example.org",
    "MUNICIPALITY_NAME": "Gmina",
    "MUNICIPALITY_OFFICE": "Urząd",
    "DATABASE_URL": "postgres://nobody@127.0.0.1/nowhere",
    "EMAIL_URL": "smtp://127.0.0.1:25",
    "FROM_EMAIL": "wspolnie@example.org",
}


def start(environment: dict[str, str], then: str = "") -> subprocess.CompletedProcess[str]:
    code = f"import django; django.setup(); from django.conf import settings; {then}"
    return subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code],
        env={"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "config.settings", **environment},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_starts_when_everything_is_said():
    done = start(COMPLETE, "print(settings.SESSION_COOKIE_SECURE, settings.SECURE_HSTS_SECONDS > 0, settings.EMAIL_HOST)")
    assert done.stderr == ""
    assert done.stdout.split() == ["True", "True", "127.0.0.1"]


@pytest.mark.parametrize("missing", COMPLETE)
def test_production_refuses_to_start_without(missing):
    done = start({name: value for name, value in COMPLETE.items() if name != missing})
    assert done.returncode != 0
    assert missing in done.stderr


def test_production_refuses_sqlite():
    done = start(COMPLETE | {"DATABASE_URL": "sqlite:///nowhere.sqlite3"})
    assert done.returncode != 0
    assert "PostgreSQL" in done.stderr


def test_the_demonstration_needs_nothing():
    done = start({"DEMO": "1"}, "print(settings.DATABASES['default']['ENGINE'], settings.CELERY_BROKER_URL)")
    assert done.stdout.split() == ["django.db.backends.sqlite3", "filesystem://localhost"]


SECRETS = {name: COMPLETE[name] for name in ("SECRET_KEY", "DATABASE_URL", "EMAIL_URL")} | {"REDIS_URL": "redis://127.0.0.9/3"}


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_may_lie_in_a_file(name, tmp_path):
    (tmp_path / "secret").write_text(SECRETS[name] + "\n")
    said = {key: value for key, value in (COMPLETE | SECRETS).items() if key != name}
    known = "settings.SECRET_KEY, settings.DATABASE_URL, settings.EMAIL_HOST, settings.CELERY_BROKER_URL"
    done = start(said | {f"{name}_FILE": str(tmp_path / "secret")}, f"print({known}, sep='|')")
    expected = [COMPLETE["SECRET_KEY"], COMPLETE["DATABASE_URL"], "127.0.0.1", SECRETS["REDIS_URL"]]
    assert (done.stderr, done.stdout.strip().split("|")) == ("", expected)
