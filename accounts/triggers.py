"""The audit is written by triggers, so no verb, update() or SQL can forget it (docs/decisions/0019).

Like programs/guards.py they are made after every migrate and dropped before it. They write only while somebody acts
at the desk (accounts/acting.py). Which tables they watch is a table of the desk, which knows them all (desk/watched.py).
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connections, models

from accounts.acting import ACTOR, FUNCTION
from accounts.models import AuditEntry

AUDIT = AuditEntry._meta.db_table
COLUMNS = "at, actor_id, what, model, object_pk, before, after, withheld"
REFUSAL = "the audit stays as it is"


@dataclass(frozen=True)
class Watched:
    """One table. Texts are declared one by one; dates, numbers, choices and references are kept."""

    label: str
    kept: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()  # personal data: that it changed is told, what it was is not
    silent: tuple[str, ...] = ()  # counters and copies of other columns
    owner: str = ""  # of a table that only joins: the column of the row whose change it is

    @property
    def model(self) -> type[models.Model]:
        return apps.get_model(self.label)

    @property
    def told_as(self) -> str:
        """The label under which entries are found."""
        model = self.model
        for field in model._meta.local_fields if self.owner else ():
            if field.column == self.owner and field.related_model:
                return str(field.related_model._meta.label)
        return model._meta.label

    @property
    def key(self) -> str:
        return self.owner or str(self.model._meta.pk.column)

    @property
    def columns(self) -> dict[str, bool]:
        """Of each column that is told, whether its content is kept."""
        left_out = {*self.silent, self.key, self.model._meta.pk.column}
        told = [field for field in self.model._meta.local_concrete_fields if not {field.name, field.column} & left_out]
        return {str(field.column): field.name not in self.withheld for field in told}


# --- PostgreSQL -----------------------------------------------------------------------------------
# Arguments: label, key, columns kept, columns withheld, what it is called if not by what happened to the row.
WRITE = f"""
CREATE OR REPLACE FUNCTION accounts_audit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was jsonb := coalesce(to_jsonb(OLD), '{{}}');
    is_now jsonb := coalesce(to_jsonb(NEW), '{{}}');
    kept text[] := string_to_array(TG_ARGV[2], ',');
    differ text[] := ARRAY(
        SELECT c FROM unnest(kept || string_to_array(TG_ARGV[3], ',')) c
        WHERE nullif(nullif(was -> c, 'null'), '""') IS DISTINCT FROM nullif(nullif(is_now -> c, 'null'), '""')
    );
    told jsonb := '{{}}';
    told_now jsonb := '{{}}';
BEGIN
    IF TG_OP = 'UPDATE' AND cardinality(differ) = 0 THEN
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        told := coalesce((SELECT jsonb_object_agg(c, was -> c) FROM unnest(differ) c WHERE c = ANY(kept)), '{{}}');
    END IF;
    IF TG_OP <> 'DELETE' THEN
        told_now := coalesce((SELECT jsonb_object_agg(c, is_now -> c) FROM unnest(differ) c WHERE c = ANY(kept)), '{{}}');
    END IF;
    INSERT INTO {AUDIT} ({COLUMNS}) SELECT
        clock_timestamp(), current_setting('{ACTOR}')::bigint,
        CASE WHEN TG_ARGV[4] <> '' THEN TG_ARGV[4] WHEN TG_OP = 'INSERT' THEN 'created' WHEN TG_OP = 'UPDATE' THEN 'changed'
            ELSE 'deleted' END,
        TG_ARGV[0], CASE TG_OP WHEN 'DELETE' THEN was ELSE is_now END ->> TG_ARGV[1], told, told_now,
        (SELECT coalesce(jsonb_agg(c), '[]') FROM unnest(differ) c WHERE c <> ALL(kept));
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION accounts_audit_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""  # noqa: S608 - the portal's own names


def _on_postgresql(one: Watched) -> str:
    """With nobody acting the row is not even queued for the trigger."""
    kept = ",".join(column for column, is_kept in one.columns.items() if is_kept)
    withheld = ",".join(column for column, is_kept in one.columns.items() if not is_kept)
    given = ", ".join(f"'{value}'" for value in (one.told_as, one.key, kept, withheld, "changed" if one.owner else ""))
    return (
        f"AFTER INSERT OR UPDATE OR DELETE ON {one.model._meta.db_table} FOR EACH ROW "
        f"WHEN (coalesce(current_setting('{ACTOR}', true), '') <> '') EXECUTE FUNCTION accounts_audit({given})"
    )


def _make_postgresql(cursor: Any, watched: Iterable[Watched]) -> None:
    wanted = {one.model._meta.db_table: _on_postgresql(one) for one in watched}
    wanted[AUDIT] = f"BEFORE UPDATE OR DELETE ON {AUDIT} FOR EACH ROW EXECUTE FUNCTION accounts_audit_guard()"
    # The name tells one making from another: a flush, which comes here too, finds everything as it should be.
    name = f"audit_{hashlib.sha256((WRITE + ''.join(wanted.values())).encode()).hexdigest()[:12]}"
    if {(name, table) for table in wanted} == set(_found_on_postgresql(cursor)):
        return
    _drop_postgresql(cursor)
    cursor.execute(WRITE)
    for words in wanted.values():
        cursor.execute(f"CREATE TRIGGER {name} {words}")


def _found_on_postgresql(cursor: Any) -> list[tuple[str, str]]:
    cursor.execute("SELECT tgname, relname FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid WHERE tgname ~ '^audit_[0-9a-f]+$'")
    return list(cursor.fetchall())


def _drop_postgresql(cursor: Any) -> None:
    for trigger, table in _found_on_postgresql(cursor):
        cursor.execute(f"DROP TRIGGER {trigger} ON {table}")


# --- SQLite ---------------------------------------------------------------------------------------
def _on_sqlite(one: Watched) -> dict[str, str]:
    table = one.model._meta.db_table
    made = {
        f"audit_{act.lower()}_{table}": _trigger_on_sqlite(one, act, called)
        for act, called in (("INSERT", "created"), ("UPDATE", "changed"), ("DELETE", "deleted"))
    }
    return {name: f"CREATE TRIGGER {name} {words}" for name, words in made.items()}


def _trigger_on_sqlite(one: Watched, act: str, called: str) -> str:
    was, is_now = ("NULL" if act == "INSERT" else 'OLD."{}"'), ("NULL" if act == "DELETE" else 'NEW."{}"')
    columns = [
        f"SELECT '{column}' AS c, {was.format(column)} AS was, {is_now.format(column)} AS is_now, {is_kept:d} AS kept"
        for column, is_kept in one.columns.items()
    ]
    told = "'{}'" if act == "INSERT" else "json_group_object(c, was) FILTER (WHERE kept)"
    told_now = "'{}'" if act == "DELETE" else "json_group_object(c, is_now) FILTER (WHERE kept)"
    when = f"{FUNCTION}() IS NOT NULL"
    if act == "UPDATE":
        when += f" AND ({' OR '.join(f'OLD.{column} IS NOT NEW.{column}' for column in _quoted(one)) or '0'})"
    row = "OLD" if act == "DELETE" else "NEW"
    write = f"""INSERT INTO {AUDIT} ({COLUMNS}) SELECT
        strftime('%Y-%m-%d %H:%M:%f000', 'now'), {FUNCTION}(), '{"changed" if one.owner else called}',
        '{one.told_as}', {row}."{one.key}", {told}, {told_now}, json_group_array(c) FILTER (WHERE NOT kept)
        FROM ({" UNION ALL ".join(columns)}) WHERE coalesce(was, '') IS NOT coalesce(is_now, '')"""  # noqa: S608 - the portal's own names
    return f"AFTER {act} ON {one.model._meta.db_table} WHEN {when} BEGIN {write}; END"


def _quoted(one: Watched) -> list[str]:
    return [f'"{column}"' for column in one.columns]


def _make_sqlite(cursor: Any, watched: Iterable[Watched]) -> None:
    wanted = {name: words for one in watched for name, words in _on_sqlite(one).items()}
    for act in ("UPDATE", "DELETE"):
        name = f"audit_{act.lower()}_refused"
        wanted[name] = f"CREATE TRIGGER {name} BEFORE {act} ON {AUDIT} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    if _found_on_sqlite(cursor) == wanted:
        return
    _drop_sqlite(cursor)
    for words in wanted.values():
        cursor.execute(words)


def _found_on_sqlite(cursor: Any) -> dict[str, str]:
    cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit~_%' ESCAPE '~'")
    return dict(cursor.fetchall())


def _drop_sqlite(cursor: Any) -> None:
    for name in _found_on_sqlite(cursor):
        cursor.execute(f"DROP TRIGGER {name}")


MAKERS = {"postgresql": (_make_postgresql, _drop_postgresql), "sqlite": (_make_sqlite, _drop_sqlite)}


def drop(*, using: str) -> None:
    """Before a migration, which may touch what people may not."""
    connection = connections[using]
    with connection.cursor() as cursor:
        MAKERS[connection.vendor][1](cursor)


def make(watched: Iterable[Watched], *, using: str) -> None:
    """After it, and after a flush; what is there as it should be stays."""
    connection, watched = connections[using], list(watched)
    if {AUDIT, *(one.model._meta.db_table for one in watched)} <= set(connection.introspection.table_names()):
        with connection.cursor() as cursor:
            MAKERS[connection.vendor][0](cursor, watched)
