"""What was read, in lines that a test compares whole."""

from programs.imports.reader import Tracked, read
from programs.imports.result import ReadRow, ReadText
from tests.programs.office.word import docx


def read_docx(*body: str, tracked: Tracked = "stop", **parts) -> ReadText:
    return read(docx(*body, **parts), tracked=tracked)


def line(row: ReadRow) -> str:
    """Of a unit "§ 1 ust. 2: Tekst", of a skipped paragraph "(title) Program"; a heading stands in square brackets."""
    words = f"[{row.heading}] {row.text}".strip() if row.heading else row.text
    return f"({row.skipped}) {words}" if row.skipped else f"{row.citation}: {words}".removesuffix(": ")


def lines(text: ReadText) -> list[str]:
    return [line(row) for row in text.rows]


def read_lines(*body: str, tracked: Tracked = "stop", **parts) -> list[str]:
    return lines(read_docx(*body, tracked=tracked, **parts))


def labels(text: ReadText) -> list[str]:
    return [row.label for row in text.rows]


def warnings(text: ReadText) -> dict[str, list[str]]:
    """The codes by citation, of the units that have any."""
    return {row.citation: [str(code) for code in row.warnings] for row in text.rows if row.warnings}
