from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from desk.backup.refusals import Refused
from desk.backup.restoring import restore_backup


class Command(BaseCommand):
    help = "Puts a backup into an empty database, or in the place of another one. See docs/deployment.md."
    # The database may be empty, or of another release.
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--replace", action="store_true", help="the database is not empty; it is backed up first")
        parser.add_argument("--lose-newer", action="store_true", help="and what it holds beyond the backup is given up")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["file"].is_file():
            raise CommandError(f"{options['file']} is no file. Name the file that 'manage.py backup' wrote.")
        try:
            restored = restore_backup(
                options["file"], at=timezone.now(), replace=options["replace"], lose_newer=options["lose_newer"]
            )
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        manifest = restored.manifest
        self.stdout.write(f"Restored as of {manifest.moment}: {len(manifest.tables)} tables and every file are as they were.")
        if restored.saved:
            self.stdout.write(f"What was there before is in {restored.saved}.")
        self.stdout.write(f"{restored.held} letters may have left since: they wait in doubt at the desk until staff decide.")
