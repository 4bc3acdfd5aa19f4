"""A draft of 60 pages to PDF, beside WeasyPrint alone on the same HTML, both as whole fresh processes with their children."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from itertools import cycle, islice
from math import ceil
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from accounts.models import Portal
from desk.bench import Result
from programs.exports.pdf import press_pdf
from programs.models import DraftVersion
from programs.reading import contents, tree

TEMPLATE = "programs/version_pdf.html"
PAGES, ROUNDS = 60, 3
ALLOWED, MEGABYTES = 1.3, 250
OURS = "import django; django.setup(); from desk.bench import pdf; pdf.ours(*{!r})"
# No Django, no tags, no finish: what anybody would write first, with the same style and fonts.
ALONE = """
import sys, weasyprint
from pathlib import Path
from programs.exports.fetcher import OwnAssetsOnly
source, target = {!r}
Path(target).write_bytes(weasyprint.HTML(string=Path(source).read_text(), url_fetcher=OwnAssetsOnly()).write_pdf())
"""


class Run(NamedTuple):
    seconds: float  # of CPU, with those of its children
    megabytes: float  # of the largest process
    printed: str


def _draft(chapters: int | None = None) -> dict[str, Any]:
    """The longest text of the demonstration, over and over until it has so many chapters."""
    version = max(DraftVersion.objects.public().select_related("program"), key=lambda one: one.texts.count())
    texts = list(version.texts.in_reading_order())
    nodes, listed = tree(texts), contents(texts)
    count = len(nodes) if chapters is None else chapters
    return {
        "version": version,
        "nodes": list(islice(cycle(nodes), count)),
        "contents": list(islice(cycle(listed), count)),
    }


def ours(chapters: str, target: str) -> None:
    made = press_pdf(TEMPLATE, _draft(int(chapters)))
    Path(target).write_bytes(made.content)
    print(made.pages)


def measured(code: str, *arguments: str, environment: Mapping[str, str] | None = None) -> Run:
    """This code in a fresh process, with its arguments in the place of {!r}."""
    with subprocess.Popen(  # noqa: S603 - our own code
        [sys.executable, "-c", code.format(arguments)],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", **(environment or {})},
        cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout  # noqa: S101 - a pipe
        printed = process.stdout.read()
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, code)
    return Run(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, printed)


def pdf() -> list[Result]:
    with tempfile.TemporaryDirectory() as folder:
        source, first, second = (str(Path(folder) / name) for name in ("draft.html", "ours.pdf", "alone.pdf"))
        once = len(_draft()["nodes"])
        pages = int(measured(OURS, str(once), first).printed)
        # The title page does not come again.
        chapters = ceil(once * (PAGES - 1) / (pages - 2))
        with translation.override("pl"):
            html = render_to_string(TEMPLATE, {"portal": Portal.current(), **_draft(chapters)})
        Path(source).write_text(html, encoding="utf-8")
        runs, baseline = [], []
        for _ in range(ROUNDS):
            runs.append(measured(OURS, str(chapters), first))
            baseline.append(measured(ALONE, source, second))
        seconds, alone = (median(run.seconds for run in each) for each in (runs, baseline))
        print(f"{int(runs[-1].printed)} pages: {seconds:.2f} s CPU, WeasyPrint alone {alone:.2f} s CPU")
    return [
        Result("pdf", seconds / alone, ALLOWED),
        Result("pdf, megabytes of the largest process", max(run.megabytes for run in runs), MEGABYTES),
    ]
