"""What a PDF shows, says and holds, found by other programs than the one that made it."""

import json
import re
import subprocess
import sys
from pathlib import Path

from programs.exports import pdf
from programs.models import DraftVersion
from programs.reading import contents, tree


def poppler(*command: str, content: bytes = b"") -> str:
    done = subprocess.run(command, input=content, capture_output=True, check=True)  # noqa: S603 - our own commands
    return done.stdout.decode()


def in_words(content: bytes, *options: str) -> str:
    return poppler("pdftotext", *options, "-", "-", content=content)


def fonts(content: bytes, tmp_path: Path) -> set[str]:
    """Names of the fonts, all of them embedded, in part, and readable as text."""
    path = tmp_path / "fonts.pdf"
    path.write_bytes(content)
    rows = poppler("pdffonts", str(path)).splitlines()[2:]
    assert {tuple(re.search(r"(yes|no) +(yes|no) +(yes|no) +\d+ +\d+$", row).groups()) for row in rows} == {("yes",) * 3}
    return {row.split()[0].partition("+")[2] for row in rows}


def heard(content: bytes, tmp_path: Path) -> list[tuple[str, str, str]]:
    """What the checker of PDF/UA-1 has to say: each finding as its severity, rule and message."""
    path = tmp_path / "heard.pdf"
    path.write_bytes(content)
    checker = Path(sys.executable).with_name("outloud")
    (result,) = json.loads(poppler(str(checker), "--fail-on", "never", "--json", "-", str(path)))["results"]
    assert result["error"] is None
    assert result["stats"]["tagged"] is True
    return [(finding["severity"], finding["rule"], finding["message"]) for finding in result["findings"]]


def pages_in_words(content: bytes, *options: str) -> list[str]:
    return in_words(content, *options).rstrip("\f").split("\f")


def spots(content: bytes, color: bytes) -> list[int]:
    """How many spots of a color each page shows, drawn small."""
    drawn = subprocess.run(["pdftoppm", "-r", "30"], input=content, capture_output=True, check=True).stdout  # noqa: S607
    found = []
    while drawn:
        size, rest = re.fullmatch(rb"P6\n(\d+ \d+)\n255\n(.*)", drawn, re.DOTALL).groups()
        width, height = map(int, size.split())
        page, drawn = rest[: 3 * width * height], rest[3 * width * height :]
        found.append(sum(page[place : place + 3] == color for place in range(0, len(page), 3)))
    return found


def printed(version: DraftVersion) -> pdf.RenderedPdf:
    """What `version_pdf` gives, without waiting for a child to load the engine."""
    texts = list(version.texts.in_reading_order())
    context = {"version": version, "nodes": tree(texts), "contents": contents(texts)}
    return pdf.render_pdf("programs/version_pdf.html", context)
