import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from desk.backup import archive, database
from desk.backup.archive import Manifest
from desk.backup.beginning import begin_anew
from desk.backup.making import make_backup
from desk.backup.refusals import (
    DatabaseIsNewer,
    DatabaseIsNotEmpty,
    IsOfAnotherKind,
    IsOfNewerRelease,
    NoRoom,
    RestoredOtherwise,
)

# They change while nobody does anything.
RESTLESS = {"accounts_heartbeat", "accounts_rate"}


@dataclass(frozen=True)
class Restored:
    manifest: Manifest
    saved: Path | None  # the backup of what was there before
    held: int  # letters that staff are to look at


def restore_backup(file: Path, *, at: datetime, replace: bool = False, lose_newer: bool = False) -> Restored:
    """Put a backup in the place of the database and add its files. Nothing is changed when it raises a Refused."""
    if shutil.disk_usage(settings.VAR).free < 2 * file.stat().st_size:
        raise NoRoom(settings.VAR, 2 * file.stat().st_size)
    with TemporaryDirectory(dir=settings.VAR, prefix="restore-") as staging:
        manifest = archive.unpack(file, Path(staging))
        _refuse_unreadable(manifest)
        database.refuse_in_use()
        saved = _save(manifest, at=at, replace=replace, lose_newer=lose_newer) if database.tables() else None
        # First: what the database names is there from its first moment on.
        _put_files(manifest, Path(staging))
        with database.replaced(by=Path(staging) / archive.DATABASE):
            found = database.measure()
            if differing := _differing(found, manifest):
                raise RestoredOtherwise(differing)
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    return Restored(manifest, saved, begin_anew(datetime.fromisoformat(manifest.moment), at=at))


def _refuse_unreadable(manifest: Manifest) -> None:
    if manifest.vendor != connection.vendor:
        raise IsOfAnotherKind(manifest.vendor, connection.vendor)
    known = {".".join(key) for key in MigrationLoader(None).disk_migrations}
    ours = {name.partition(".")[0] for name in known}
    # An app that has been taken out leaves its migrations behind.
    unknown = [name for name in manifest.migrations if name not in known and name.partition(".")[0] in ours]
    if unknown:
        raise IsOfNewerRelease(unknown)


def _save(manifest: Manifest, *, at: datetime, replace: bool, lose_newer: bool) -> Path:
    if not replace:
        raise DatabaseIsNotEmpty
    newer = [table for table in _differing(database.measure(), manifest) if table not in RESTLESS]
    if newer and not lose_newer:
        raise DatabaseIsNewer(newer, manifest.moment)
    folder = settings.VAR / "backups"
    folder.mkdir(mode=0o700, exist_ok=True)
    saved: Path = folder / f"before-restore-{at:%Y-%m-%dT%H%M%S}.tar"
    make_backup(saved, at=at)
    return saved


def _differing(found: dict[str, database.Measure], manifest: Manifest) -> list[str]:
    return sorted(table for table in found.keys() | manifest.tables.keys() if found.get(table) != manifest.tables.get(table))


def _put_files(manifest: Manifest, staging: Path) -> None:
    for member in manifest.members:
        if member.startswith(archive.MEDIA):
            place = Path(default_storage.path(member.removeprefix(archive.MEDIA)))
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(staging / member, place)
