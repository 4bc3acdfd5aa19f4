import errno
import os
import shutil
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import FileField

from desk.backup import archive, database
from desk.backup.archive import Manifest
from desk.backup.refusals import CannotWrite, FileIsThere, NoRoom, ToolFailed

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# The manifest, and that a disk filled to the last byte helps nobody.
SPARE = 50_000_000


def make_backup(to: Path, *, at: datetime) -> Manifest:
    """Write a backup, whole or not at all. The portal may go on working. Raises a Refused."""
    if to.exists():
        raise FileIsThere(to)
    part = to.with_name(f".{to.name}.part")
    dump = part.with_suffix(".dump")
    try:
        with _in_words(to.parent), database.one_moment() as moment:
            names = files()
            # Only now, since nobody else may read it from its first byte on.
            for file in (part, dump):
                file.touch(mode=0o600, exist_ok=False)
            _refuse_without_room(to.parent, names)
            database.dump(dump, moment)
            tables, migrations = database.measure(), applied()
            with part.open("wb") as stream, tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as tar:
                members, missing = archive.write_files(tar, dump, names)
                manifest = Manifest(settings.RELEASE, at.isoformat(), connection.vendor, migrations, tables, members, missing)
                archive.write_manifest(tar, manifest)
            _onto_the_disk(part, to)
    finally:
        part.unlink(missing_ok=True)
        dump.unlink(missing_ok=True)
    return manifest


def files() -> list[str]:
    """What the database names. What lies beside it belongs to nothing any more."""
    fields = [(model, field) for model in apps.get_models() for field in model._meta.local_fields if isinstance(field, FileField)]
    return sorted(
        {
            str(name)
            for model, field in fields
            for name in model._base_manager.exclude(**{field.name: ""}).values_list(field.name, flat=True)
            if name
        }
    )


def applied() -> list[str]:
    return sorted(".".join(key) for key in MigrationRecorder(connection).applied_migrations())


def _refuse_without_room(folder: Path, names: list[str]) -> None:
    stored = sum(default_storage.size(name) for name in names if default_storage.exists(name))
    # The dump lies beside the archive until it is in it.
    needed = 2 * database.size() + stored + SPARE
    if shutil.disk_usage(folder).free < needed:
        raise NoRoom(folder, needed)


def _onto_the_disk(part: Path, to: Path) -> None:
    """A power cut after this leaves a whole backup, before it none."""
    with part.open("rb") as stream:
        os.fsync(stream.fileno())
    part.rename(to)
    folder = os.open(to.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def _in_words(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise (NoRoom(folder) if error.errno in FULL else CannotWrite(error)) from error
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE):
            raise NoRoom(folder) from error
        raise
    except ToolFailed as error:
        if "No space left" in str(error) or "signal 25" in str(error):
            raise NoRoom(folder) from error
        raise
