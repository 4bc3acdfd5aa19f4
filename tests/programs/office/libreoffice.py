"""Files that LibreOffice writes: it counts, links and styles in its own way."""

import subprocess
from pathlib import Path


def as_docx(content: bytes, kind: str, folder: Path) -> bytes:
    """A document of that kind ("fodt", "html", "docx"), opened by LibreOffice and saved as a Word file."""
    source, saved = folder / f"given.{kind}", folder / "saved"
    source.write_bytes(content)
    # A profile of its own, so that it neither meets nor waits for another one that runs.
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    reading = ["--infilter=HTML (StarWriter)"] if kind == "html" else []
    command = ["soffice", profile, "--headless", *reading, "--convert-to", "docx:MS Word 2007 XML", "--outdir", saved, source]
    subprocess.run(command, check=True, capture_output=True, timeout=300)  # noqa: S603 - our own command
    return (saved / "given.docx").read_bytes()


def fodt(body: str) -> bytes:
    """A text document with an outline of §, ust., pkt, lit. and dashes, as somebody sets it up in LibreOffice."""
    levels = "".join(
        f'<text:list-level-style-number text:level="{place}" style:num-prefix="{prefix}" style:num-suffix="{suffix}" '
        f'style:num-format="{form}"/>'
        for place, (prefix, suffix, form) in enumerate([("§ ", ".", "1"), ("", ".", "1"), ("", ")", "1"), ("", ")", "a")], 1)
    )
    dash = '<text:list-level-style-bullet text:level="5" text:bullet-char="–"/>'
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
  xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
  xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
  office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.text">
<office:styles><text:list-style style:name="Prawna">{levels}{dash}</text:list-style></office:styles>
<office:body><office:text>{body}</office:text></office:body></office:document>""".encode()


def item(words: str, level: int = 1, start: int | None = None) -> str:
    """A paragraph on a level of the outline, from 1; every list goes on with the one before."""
    value = f' text:start-value="{start}"' if start else ""
    goes_on = "" if start else ' text:continue-numbering="true"'
    inner = f"<text:list-item{value}><text:p>{words}</text:p></text:list-item>"
    for _ in range(level - 1):
        inner = f"<text:list-item><text:list>{inner}</text:list></text:list-item>"
    return f'<text:list text:style-name="Prawna"{goes_on}>{inner}</text:list>'


def heading(words: str) -> str:
    return f'<text:h text:style-name="Heading_20_1" text:outline-level="1">{words}</text:h>'


def table(*rows: list[str]) -> str:
    columns = f'<table:table-column table:number-columns-repeated="{len(rows[0])}"/>'
    cells = ("".join(f"<table:table-cell><text:p>{cell}</text:p></table:table-cell>" for cell in row) for row in rows)
    return f"<table:table>{columns}{''.join(f'<table:table-row>{row}</table:table-row>' for row in cells)}</table:table>"
