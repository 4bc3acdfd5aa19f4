import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from accounts.bounces import LetterIsUnknown, NotADeliveryReport, NothingFailed, take_bounce

LONGEST = 5_000_000  # bytes


class Command(BaseCommand):
    help = "Reads a letter that came back (RFC 3464) from its standard input; for the mail server, as the letters' sender."

    def handle(self, *args: Any, **options: Any) -> None:
        """Whatever it is, the mail server has done its part: a refusal here would make it write to us once more."""
        try:
            letter = take_bounce(sys.stdin.buffer.read(LONGEST), at=timezone.now())
        except NotADeliveryReport:
            self.stdout.write("This is no delivery report; nothing was changed.")
        except NothingFailed:
            self.stdout.write("The report tells of no failure; nothing was changed.")
        except LetterIsUnknown:
            self.stdout.write("The report is about no letter of ours; nothing was changed.")
        except DatabaseError as error:
            # The mail server keeps the report and comes again.
            raise CommandError("The database cannot be reached.", returncode=os.EX_TEMPFAIL) from error
        else:
            self.stdout.write(f"Letter {letter.pk} came back.")
