"""A draft of 40 pages to PDF, beside WeasyPrint alone on the same HTML, both as whole fresh processes."""

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from desk.bench import Result
from programs.exports.fetcher import OwnAssetsOnly
from programs.exports.pdf import RenderedPdf, render_pdf
from programs.models import DraftVersion
from programs.reading import contents, tree

TEMPLATE = "programs/version_pdf.html"
PAGES, ROUNDS, ALLOWED = 40, 3, 1.3


def _draft(times: int) -> dict[str, object]:
    """The longest text of the demonstration, so many times over."""
    version = max(DraftVersion.objects.public().select_related("program"), key=lambda one: one.texts.count())
    texts = list(version.texts.in_reading_order())
    return {"version": version, "nodes": tree(texts) * times, "contents": contents(texts) * times}


def ours(times: str, target: str) -> None:
    made: RenderedPdf = render_pdf(TEMPLATE, _draft(int(times)))
    Path(target).write_bytes(made.content)
    print(made.pages)


def alone(source: str, target: str) -> None:
    import weasyprint

    html = weasyprint.HTML(string=Path(source).read_text(encoding="utf-8"), url_fetcher=OwnAssetsOnly())
    Path(target).write_bytes(html.write_pdf(pdf_variant="pdf/ua-1"))


def _seconds(function: str, *arguments: str) -> tuple[float, str]:
    """CPU seconds of a fresh process that calls one of the two, and what it printed."""
    code = f"import django; django.setup(); from desk.bench import pdf; pdf.{function}(*{arguments!r})"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout


def pdf() -> list[Result]:
    with tempfile.TemporaryDirectory() as folder:
        source, first, second = (str(Path(folder) / name) for name in ("draft.html", "ours.pdf", "alone.pdf"))
        once = int(_seconds("ours", "1", first)[1])
        times = -(-PAGES // once)
        with translation.override("pl"):
            html = render_to_string(TEMPLATE, {"municipality": settings.MUNICIPALITY, **_draft(times)})
        Path(source).write_text(html, encoding="utf-8")
        measured, baseline = [], []
        for _ in range(ROUNDS):
            seconds, pages = _seconds("ours", str(times), first)
            measured.append(seconds)
            baseline.append(_seconds("alone", source, second)[0])
        print(f"{int(pages)} pages: {median(measured):.2f} s CPU, WeasyPrint alone {median(baseline):.2f} s CPU")
    return [Result("pdf", median(measured) / median(baseline), ALLOWED)]
