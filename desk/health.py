"""Is the portal alive, and can it reach what it needs? For machines; says nothing about anybody."""

import logging
from collections.abc import Callable

from celery import current_app
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from accounts.letters import outbox_health

log = logging.getLogger(__name__)


def alive(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def reach_cache() -> None:
    cache.set("readyz", "ok", 10)
    if cache.get("readyz") != "ok":
        raise LookupError("the cache forgot what it was told")


def reach_broker() -> None:
    with current_app.connection_for_write(connect_timeout=2) as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, timeout=2)


def _migrations() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise LookupError("migrations are pending")


NEEDS: dict[str, Callable[[], None]] = {
    "database": _database,
    "migrations": _migrations,
    "cache": reach_cache,
    "broker": reach_broker,
}


def ready(request: HttpRequest) -> HttpResponse:
    """503 while a need is unmet: pending migrations are one. How letters fare is told, but stops no page."""
    found: dict[str, object] = {}
    for name, reach in NEEDS.items():
        try:
            reach()
            found[name] = "ok"
        except Exception:  # whatever a driver raises, the answer is the same
            log.exception("%s cannot be reached", name)
            found[name] = "unreachable"
    is_ready = set(found.values()) == {"ok"}
    return JsonResponse({**found, "letters": _letters()}, status=200 if is_ready else 503)


def _letters() -> dict[str, object] | None:
    """Counts, and ages in seconds."""
    at = timezone.now()
    try:
        health = outbox_health(at)
    except DatabaseError:
        return None
    oldest = health.oldest_queued_at
    return {
        "queued": health.queued,
        "oldest_queued": (at - oldest).total_seconds() if oldest else None,
        "failed": health.failed,
        "uncertain": health.uncertain,
        "suppressed_addresses": health.suppressed,
        "since_beat": {task: age.total_seconds() for task, age in health.since_beat.items()},
    }
