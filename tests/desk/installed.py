"""The portal as it is installed: its commands in processes of their own, its rows and files in a place of their own."""

import subprocess
import sys
from pathlib import Path

from django.conf import settings

# A program with a text to read and its PDF, an attachment, and a letter that nobody has sent yet.
SMALL_WORLD = """
from django.core.files.base import ContentFile
from django.utils.timezone import now
from programs.actions import add_attachment, make_file
from programs.models import AttachmentKind, FileFormat
from tests.factories.accounts import owed
from tests.factories.programs import FROZEN, frozen
version = frozen()
assert make_file(version.files.get(format=FileFormat.PDF), at=FROZEN, clock=now)
reasons = ContentFile(b"%PDF-1.7", "uzasadnienie.pdf")
add_attachment(version.program, kind=AttachmentKind.REASONS, title="Uzasadnienie", file=reasons, at=FROZEN)
owed(at=now())
"""
PDF = "/programy/2027/wersje/1.pdf"


class Site:
    """One installation with a folder and, on PostgreSQL, a database of its own."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        folder.mkdir(exist_ok=True)
        self.folder, self.environment = folder, environment | {"VAR_DIR": str(folder)}
        self.environment.pop("DJANGO_SETTINGS_MODULE", None)

    def try_to(self, *arguments: object, **options) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "manage.py", *map(str, arguments)]
        return subprocess.run(  # noqa: S603 - our own commands
            command, env=self.environment, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False, **options
        )

    def manage(self, *arguments: object) -> str:
        done = self.try_to(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def ask(self, code: str) -> str:
        return self.manage("shell", "--no-imports", "-c", code)

    def settle(self) -> None:
        self.manage("migrate")
        self.manage("createcachetable")
        self.ask(SMALL_WORLD)
