import smtplib
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from desk.checkup import checkup, send_trial


class Command(BaseCommand):
    help = "Says in a line each whether everything that the portal needs is in order; exit code 1 when something is not."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--mail-to", metavar="ADDRESS", help="also send a letter on trial to this address")

    def handle(self, *args: Any, **options: Any) -> None:
        found = checkup(timezone.now())
        for finding in found:
            self.stdout.write(f"{'ok' if finding.is_ok else '!!'}  {finding.name}: {finding.words}")
        if options["mail_to"]:
            try:
                send_trial(options["mail_to"])
            except (OSError, smtplib.SMTPException) as error:
                raise CommandError(
                    f"The letter on trial was not taken: {type(error).__name__}. See “Mail server” above."
                ) from error
            self.stdout.write("ok  The mail server has taken the letter on trial: look whether it arrives.")
        if not all(finding.is_ok for finding in found):
            raise CommandError("Not everything is in order: see the lines marked with !!.")
