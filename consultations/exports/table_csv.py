"""The table of voices for any program. UTF-8 with its mark, semicolons and CRLF: what Polish Excel opens in columns and with
Polish letters by a double click, and LibreOffice too.

Every cell is quoted: LibreOffice divides at commas and tabs as well unless it is told otherwise, and what an author wrote
behind a comma would fall into a cell of its own, where no apostrophe guards it.

A cell that a spreadsheet would take for a formula begins with an apostrophe; so does a list that begins with a dash.
"""

import csv
from collections.abc import Iterator, Sequence

from django.utils import translation

from accounts.spreadsheets import MARK, SEPARATOR, harmless
from consultations.exports.columns import COLUMNS, rows
from consultations.reporting.voices import Said


class _Line:
    """What csv takes for a file: hands the line back."""

    def write(self, line: str) -> str:
        return line


def table_csv(said: Sequence[Said]) -> Iterator[str]:
    """Line by line."""
    writer = csv.writer(_Line(), delimiter=SEPARATOR, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    yield MARK + writer.writerow([column.name for column in COLUMNS])
    with translation.override("pl"):
        found = list(rows(said))
    for row in found:
        yield writer.writerow([harmless(value) for value in row])
