from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from desk.backup.making import make_backup
from desk.backup.refusals import Refused


class Command(BaseCommand):
    help = "Writes the database and the files it names into one file; the portal may go on working. See docs/deployment.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, nargs="?", help="where to; without it, a new file in VAR_DIR/backups")

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        file = options["file"]
        if file is None:
            (settings.VAR / "backups").mkdir(mode=0o700, exist_ok=True)
            file = settings.VAR / "backups" / f"wspolnie-{at:%Y-%m-%dT%H%M%S}.tar"
        try:
            manifest = make_backup(file, at=at)
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        rows = sum(rows for rows, _content in manifest.tables.values())
        self.stdout.write(f"{file}: {rows} rows, {len(manifest.members) - 1} files, {file.stat().st_size // 1_000_000 + 1} MB.")
        if manifest.missing:
            self.stdout.write(
                f"{len(manifest.missing)} files that the database names are nowhere, such as {manifest.missing[0]}."
            )
