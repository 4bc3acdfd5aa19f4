"""The last guard of frozen texts, on PostgreSQL: triggers that refuse what the verbs refuse, whoever asks.

Made after every migrate and dropped before it, so that a migration may touch what people may not; never part of a
migration, so that the schema is the same on every database. SQLite has the verbs alone.
"""

from typing import Any

from django.db import connections

TEXTS = "programs_provisiontext"
VERSIONS = "programs_draftversion"
LINEAGE = "programs_provisionlineage"
TRIGGERS = {"frozen_text_stays": TEXTS, "frozen_version_stays": VERSIONS, "frozen_lineage_stays": LINEAGE}

# What is printed in a version's file and named in its checksum. Who froze it may be forgotten with the account.
MAKE = """
CREATE OR REPLACE FUNCTION programs_provisiontext_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Held until the end: nobody may freeze the version between this look and the commit.
    PERFORM 1 FROM programs_draftversion WHERE
        (TG_OP <> 'INSERT' AND id = OLD.version_id) OR (TG_OP <> 'DELETE' AND id = NEW.version_id) FOR SHARE;
    IF EXISTS (
        SELECT 1 FROM programs_draftversion WHERE frozen_at IS NOT NULL AND (
            (TG_OP <> 'INSERT' AND id = OLD.version_id) OR (TG_OP <> 'DELETE' AND id = NEW.version_id)
        )
    ) THEN
        RAISE EXCEPTION 'the text of a frozen version stays as it is' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;
CREATE OR REPLACE FUNCTION programs_draftversion_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.frozen_at IS NOT NULL AND (
        TG_OP = 'DELETE' OR (
            NEW.program_id, NEW.number, NEW.purpose, NEW.based_on_id, NEW.frozen_at, NEW.sha256, NEW.frozen_despite
        ) IS DISTINCT FROM (
            OLD.program_id, OLD.number, OLD.purpose, OLD.based_on_id, OLD.frozen_at, OLD.sha256, OLD.frozen_despite
        )
    ) THEN
        RAISE EXCEPTION 'a frozen version stays as it is' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;
CREATE TRIGGER frozen_text_stays BEFORE INSERT OR UPDATE OR DELETE ON programs_provisiontext
    FOR EACH ROW EXECUTE FUNCTION programs_provisiontext_guard();
CREATE TRIGGER frozen_lineage_stays BEFORE INSERT OR UPDATE OR DELETE ON programs_provisionlineage
    FOR EACH ROW EXECUTE FUNCTION programs_provisiontext_guard();
CREATE TRIGGER frozen_version_stays BEFORE UPDATE OR DELETE ON programs_draftversion
    FOR EACH ROW EXECUTE FUNCTION programs_draftversion_guard();
"""


def drop(*, using: str, **kwargs: Any) -> None:
    """Receiver of pre_migrate; the tables need not be there yet."""
    if connections[using].vendor == "postgresql":
        with connections[using].cursor() as cursor:
            for trigger, table in TRIGGERS.items():
                cursor.execute(f"DROP TRIGGER IF EXISTS {trigger} ON {table}")


def make(*, using: str, **kwargs: Any) -> None:
    """Receiver of post_migrate, which also follows a flush: what is there is made anew."""
    connection = connections[using]
    if connection.vendor != "postgresql" or not set(TRIGGERS.values()) <= set(connection.introspection.table_names()):
        return
    drop(using=using)
    with connection.cursor() as cursor:
        cursor.execute(MAKE)
