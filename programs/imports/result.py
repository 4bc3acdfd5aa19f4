"""What a file says, ready to be shown before anything is written: plain data, to JSON and back."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from programs.imports.warning_codes import WarningCode
from programs.numbering import Unit


class Skipped(TextChoices):
    """Why a paragraph is no unit of the text."""

    TITLE = "title", _("title page")
    SIGNATURE = "signature", _("signature")
    REASONS = "reasons", _("statement of reasons")


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A unit of the text, or with `skipped` a paragraph that will be none."""

    text: str
    kind: Unit | None = None
    label: str = ""  # as printed in the file: "§ 3.", "2)"; what it will be is in `citation`
    citation: str = ""
    heading: str = ""
    cells: Sequence[Sequence[str]] = ()  # rows of a table, the first is the header; all as long
    parent: int | None = None  # index of the row it stands in
    depth: int = 0
    provision: UUID | None = None  # which it was when we exported it
    skipped: Skipped | None = None
    warnings: Sequence[WarningCode] = ()


@dataclass(frozen=True, slots=True)
class ReadText:
    title: str
    rows: Sequence[ReadRow]  # in reading order
    insertions: int = 0
    deletions: int = 0
    comments: int = 0
    images: int = 0
    warnings: Sequence[WarningCode] = field(default=())  # of the file as a whole

    @property
    def has_changes(self) -> bool:
        return bool(self.insertions or self.deletions)

    @property
    def units(self) -> list[ReadRow]:
        return [row for row in self.rows if row.kind]

    def to_json(self) -> dict[str, Any]:
        data = asdict(self)
        for row in data["rows"]:
            row["provision"] = row["provision"] and str(row["provision"])
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "ReadText":
        rows = [_row(row) for row in data["rows"]]
        return cls(**{**data, "rows": rows, "warnings": [WarningCode(code) for code in data["warnings"]]})


def _row(data: Mapping[str, Any]) -> ReadRow:
    codes = {
        "kind": data["kind"] and Unit(data["kind"]),
        "skipped": data["skipped"] and Skipped(data["skipped"]),
        "provision": data["provision"] and UUID(data["provision"]),
        "warnings": [WarningCode(code) for code in data["warnings"]],
    }
    return ReadRow(**{**data, **codes})
