"""The real settings; only what a test machine must not wait for is exchanged."""

import hashlib
import tempfile
from pathlib import Path

from config.settings import *  # noqa: F403 - the point of this file
from config.settings import (
    BASE_DIR,
    CELERY_BROKER_TRANSPORT_OPTIONS,
    DATABASE_URL,
    DATABASES,
    REDIS_URL,
    STORAGES,
    env,
)

STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

_scratch = Path(tempfile.mkdtemp(prefix="wspolnie-"))
STATIC_ROOT = _scratch / "static"
STATIC_ROOT.mkdir()

# Waking a worker must not reach the workers of a demonstration that runs beside the tests.
CELERY_BROKER_URL = REDIS_URL or "memory://"
# Nor those of the portal that the browser tests start on the same Redis: a thousand wakes of a race would hold up its ticks.
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {**CELERY_BROKER_TRANSPORT_OPTIONS, "global_keyprefix": f"{_scratch.name}:"} if REDIS_URL else {}
)

_migrations = sorted(BASE_DIR.glob("*/migrations/*.py"))
_schema = hashlib.sha256(b"".join(path.read_bytes() for path in _migrations)).hexdigest()[:10]
_name = f"test_{env.str('TEST_DB_SUFFIX', 'wspolnie')}_{_schema}"
if DATABASE_URL:
    # Kept between runs (--reuse-db): its name changes with the migrations.
    DATABASES["default"]["TEST"] = {"NAME": _name}
    # A few rows in tables that nobody has counted yet: compiling a query takes longer than asking it. And what a test has
    # committed need not outlive a power cut; who sees it, and when, stays the same.
    DATABASES["default"]["OPTIONS"] = {
        **DATABASES["default"].get("OPTIONS", {}),
        "options": "-c jit=off -c synchronous_commit=off",
    }
else:
    # A file, not memory: threads of a live server each have a connection, as they do in life.
    DATABASES["default"]["TEST"] = {"NAME": _scratch / "test.sqlite3"}
