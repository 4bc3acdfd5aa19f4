from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from desk.demo.build import load
from desk.demo.people import STAFF


class Command(BaseCommand):
    help = "Three consultations to try everything on: an archive, one with sign-up open, one with remarks open."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demonstration has known passwords: it is loaded with DEMO=1 only.")
        load(at=timezone.now())
        self.stdout.write("Demonstration accounts, at /admin/:")
        for account in STAFF:
            self.stdout.write(f"  {account.role.value:<12} {account.email:<26} {account.password}")
