from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from desk.privacy import retention


class Command(BaseCommand):
    help = "Erases personal data that are kept longer than the register says (page /prywatnosc/); workers do it every night."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say how many rows would go")

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        gone = retention.report(at=at) if options["dry_run"] else retention.retain(at=at).went
        for name, rows in gone.items():
            self.stdout.write(f"{name}: {rows}")
