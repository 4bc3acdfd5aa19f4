"""Who acts at the desk now, told to the database, whose triggers write the audit (accounts/triggers.py)."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import DatabaseError, connection
from django.db.backends.base.base import BaseDatabaseWrapper

from accounts.models import User

ACTOR = "wspolnie.actor"  # of a session of PostgreSQL
FUNCTION = "wspolnie_actor"  # of a connection to SQLite

_actor: ContextVar[int | None] = ContextVar("actor", default=None)


@contextmanager
def acting(user: User | None) -> Iterator[None]:
    """What is written inside is this account's doing; with None nothing changes.

    Not for use inside a transaction: one that is rolled back would take the forgetting with it.
    """
    if user is None:
        yield
        return
    token = _actor.set(user.pk)
    try:
        _tell(connection)
        yield
    finally:
        _actor.reset(token)
        _forget()


def _forget() -> None:
    try:
        _tell(connection)
    except DatabaseError:
        # Connections are kept: one that cannot be told must not serve the next request.
        connection.close()


def _tell(to: Any) -> None:
    """PostgreSQL alone has to be told. A connection that is opened later learns it then."""
    if to.vendor == "postgresql" and to.connection is not None:
        # Past Django's cursor: this is no question of the page's, and costs SQLite nothing.
        with to.wrap_database_errors, to.connection.cursor() as cursor:
            cursor.execute("SELECT set_config(%s, %s, false)", [ACTOR, str(_actor.get() or "")])


def introduce(*, connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Receiver of connection_created."""
    if connection.vendor == "sqlite":
        connection.connection.create_function(FUNCTION, 0, _actor.get)
    elif _actor.get() is not None:
        _tell(connection)
