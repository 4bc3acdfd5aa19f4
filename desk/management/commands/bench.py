from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from desk.bench import Result
from desk.bench.letters import letters
from desk.bench.pages import pages
from desk.bench.pdf import pdf
from desk.bench.signup import signup
from desk.bench.text import text
from desk.bench.voices import voices

BENCHMARKS: dict[str, Callable[[], list[Result]]] = {
    "pages": pages,
    "pdf": pdf,
    "text": text,
    "voices": voices,
    "letters": letters,
    "signup": signup,
}


class Command(BaseCommand):
    help = "Measures beside a baseline in the same run. Needs the demonstration: load_demo."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))

    def handle(self, *args: Any, names: list[str], **options: Any) -> None:
        if unknown := set(names) - set(BENCHMARKS):
            raise CommandError(f"There is no benchmark {', '.join(sorted(unknown))}; choose from {', '.join(BENCHMARKS)}.")
        for name in names or BENCHMARKS:
            for result in BENCHMARKS[name]():
                self.stdout.write(str(result))
