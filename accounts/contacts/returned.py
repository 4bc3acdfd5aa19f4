"""The rows that have to be corrected, as a list that can be put up again."""

import csv
from collections.abc import Iterable
from io import StringIO

from accounts.contacts.columns import ADVICE, HEADS
from accounts.contacts.plan import Planned
from accounts.spreadsheets import MARK, SEPARATOR, harmless


def returned_list(rows: Iterable[Planned]) -> str:
    """The first column says what is wrong. Every cell is quoted: LibreOffice divides at commas too unless told otherwise."""
    file = StringIO()
    file.write(MARK)
    writer = csv.writer(file, delimiter=SEPARATOR, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerow([ADVICE, *HEADS.values()])
    for one in rows:
        advice = " ".join(f"{HEADS[name]}: {words}" if name else words for name, words in one.errors)
        said = one.contact.said
        writer.writerow([harmless(cell) for cell in (f"{one.contact.row}. {advice}", *(said.get(name, "") for name in HEADS))])
    return file.getvalue()
