"""What the child process is told of a text, as JSON. Imports no model."""

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Self


class Row(NamedTuple):
    """A unit of one version, as the file needs it."""

    provision: str
    kind: str
    in_annex: bool
    label: str  # to be typed; empty where Word counts right
    holds: bool  # other units stand in it
    heading: str
    text: str  # with its marks
    cells: Sequence[Sequence[str]] = ()  # as printed
    columns: Sequence[tuple[int, bool]] = ()  # of each: its width in twentieths of the table; whether it holds numbers
    depth: int | None = None  # in the tree, where its number alone would tell another

    @property
    def shape(self) -> tuple[object, ...]:
        """What has to stay so that one paragraph or table of Word can be the unit in both versions."""
        return self.kind, self.in_annex, bool(self.label), len(self.columns)


# A row of the old text and of the new one; without changes, the same row twice.
Pair = tuple[Row | None, Row | None]
# What a mark prints of each provision of a version: its citation, and the total of a table.
Targets = Mapping[str, tuple[str, str | None]]


class Document(NamedTuple):
    title: str
    subtitle: str
    author: str
    words: str  # which version it is, or which two
    running: str  # the same, shorter: on each page
    imprint: str  # the last line
    moment: str  # 2026-09-10T08:00:00Z
    is_proof: bool
    pairs: Sequence[Pair]
    old: Targets
    new: Targets

    def to_json(self) -> bytes:
        return json.dumps(self._asdict()).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Self:
        read = json.loads(data)
        read["pairs"] = [tuple(row and Row(*row) for row in pair) for pair in read["pairs"]]
        return cls(**read)
