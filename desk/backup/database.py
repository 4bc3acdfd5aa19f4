"""The database into a file and out of it. PostgreSQL by its own tools, SQLite by its backup interface."""

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.db import connection, transaction

from desk.backup.refusals import DatabaseIsInUse, ToolFailed, ToolIsMissing

# (rows, what they hold). SQLite's file is compared as a whole, so there it is the rows alone.
Measure = tuple[int, str]
# Nothing of value, and sessions let people in: whoever gets hold of a backup shall not be signed in by it.
LEFT_OUT = frozenset({"cache", "django_session", "usersessions_usersession"})
ASIDE = "before_restore"
# What the lost days gave out is not given out again: a link in a letter names its row by number.
GAP = 1_000_000


@contextmanager
def one_moment() -> Iterator[str]:
    """What is read inside is all of one moment, whatever is written meanwhile; the name by which pg_dump knows it."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            yield ""
            return
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        yield cursor.fetchone()[0]


def tables() -> list[str]:
    return sorted(set(connection.introspection.table_names()) - LEFT_OUT)


def measure() -> dict[str, Measure]:
    found: dict[str, Measure] = {}
    with connection.cursor() as cursor:
        for table in tables():
            name = connection.ops.quote_name(table)
            if connection.vendor == "sqlite":
                cursor.execute(f"SELECT count(*), '' FROM {name}")  # noqa: S608 - the database's own names
            else:
                cursor.execute(
                    "SELECT count(*), coalesce(md5(string_agg(one, '' ORDER BY one COLLATE \"C\")), '') "  # noqa: S608 - as above
                    f"FROM (SELECT md5(t::text) AS one FROM {name} t) AS rows"
                )
            rows, content = cursor.fetchone()
            found[table] = (rows, content)
    return found


def size() -> int:
    """In bytes; a dump is smaller."""
    if connection.vendor == "sqlite":
        return Path(connection.settings_dict["NAME"]).stat().st_size
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


def dump(to: Path, moment: str) -> None:
    if connection.vendor == "postgresql":
        left_out = [f"--exclude-table-data=public.{table}" for table in LEFT_OUT]
        _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={moment}", *left_out, f"--file={to}")
        return
    # With Django's functions: the constraints of our tables call them.
    with closing(connection.get_new_connection({**connection.get_connection_params(), "database": str(to)})) as copy:
        # A reader of its own: the transaction that holds the moment forbids writers, and a copy of itself too.
        with closing(sqlite3.connect(connection.settings_dict["NAME"])) as source:
            source.backup(copy)
        there = {name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for table in LEFT_OUT & there:
            copy.execute(f'DELETE FROM "{table}"')  # noqa: S608 - names of ours
        copy.commit()
        copy.execute("VACUUM")


def refuse_in_use() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
                "AND backend_type = 'client backend'"
            )
            if others := cursor.fetchone()[0]:
                raise DatabaseIsInUse(others)


@contextmanager
def replaced(by: Path) -> Iterator[None]:
    """Inside, the database is what `by` holds. It stays so when all goes well, otherwise it is again what it was."""
    if connection.vendor == "sqlite":
        with _replaced_file(by):
            yield
        return
    put_back()
    _execute(f"ALTER SCHEMA public RENAME TO {ASIDE}", "CREATE SCHEMA public", "GRANT USAGE ON SCHEMA public TO PUBLIC")
    try:
        database = connection.settings_dict["NAME"]
        _run("pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", "-d", database, str(by))
        yield
    except BaseException:
        put_back()
        raise
    _execute(f"DROP SCHEMA {ASIDE} CASCADE")


def put_back() -> None:
    """Also what a restore that was killed had set aside."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [ASIDE])
        if cursor.fetchone():
            _execute("DROP SCHEMA IF EXISTS public CASCADE", f"ALTER SCHEMA {ASIDE} RENAME TO public")


@contextmanager
def _replaced_file(by: Path) -> Iterator[None]:
    was = by.with_suffix(".was")
    _copy_file(connection.settings_dict["NAME"], was)
    try:
        _copy_file(by, connection.settings_dict["NAME"])
        yield
    except BaseException:
        _copy_file(was, connection.settings_dict["NAME"])
        raise


def _copy_file(source: Path | str, to: Path | str) -> None:
    connection.close()
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(to)) as new:
        old.backup(new)


def skip_numbers() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT setval(format('%%I.%%I', schemaname, sequencename)::regclass, coalesce(last_value, 1) + %s) "
                "FROM pg_sequences WHERE schemaname = 'public'",
                [GAP],
            )
            return
        cursor.execute("UPDATE sqlite_sequence SET seq = seq + %s", [GAP])
        cursor.execute(
            "INSERT INTO sqlite_sequence (name, seq) SELECT name, %s FROM sqlite_master "
            "WHERE sql LIKE '%%AUTOINCREMENT%%' AND name NOT IN (SELECT name FROM sqlite_sequence)",
            [GAP],
        )


def _execute(*statements: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _run(tool: str, *arguments: str) -> None:
    """The password goes by the environment: a command line can be read by everybody on the machine."""
    parts = connection.settings_dict
    told = {"PGHOST": parts["HOST"], "PGPORT": parts["PORT"], "PGUSER": parts["USER"], "PGPASSWORD": parts["PASSWORD"]}
    told |= {"PGDATABASE": parts["NAME"], "PGSSLMODE": parts["OPTIONS"].get("sslmode", "")}
    environment = os.environ | {name: str(value) for name, value in told.items() if value} | {"LC_ALL": "C"}
    try:
        done = subprocess.run([tool, *arguments], env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - PostgreSQL's own tools
    except FileNotFoundError as error:
        raise ToolIsMissing(tool) from error
    if done.returncode:
        raise ToolFailed(tool, done.stderr or f"signal {-done.returncode}")
