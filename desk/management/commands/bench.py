from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from desk.bench.pages import pages
from desk.bench.pdf import pdf

BENCHMARKS = {"pages": pages, "pdf": pdf}


class Command(BaseCommand):
    help = "Measures beside a baseline in the same run. Needs the demonstration: load_demo."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))

    def handle(self, *args: Any, names: list[str], **options: Any) -> None:
        if unknown := set(names) - set(BENCHMARKS):
            raise CommandError(f"There is no benchmark {', '.join(sorted(unknown))}; choose from {', '.join(BENCHMARKS)}.")
        for name in names or BENCHMARKS:
            for measure, found, allowed in BENCHMARKS[name]():
                verdict = "ok" if found <= allowed else "short"
                self.stdout.write(f"{measure}: {found:.2f} against {allowed:.2f}: {verdict}")
