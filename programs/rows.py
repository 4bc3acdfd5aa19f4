"""The rows of a text as pages and comparisons read them. Imports no model."""

from typing import Protocol
from uuid import UUID

from programs import money

# What a page needs of each unit; read as bare values it costs half of what 1,300 models do.
READ = ("pk", "provision_id", "parent_id", "kind", "heading", "text", "cells", "label", "citation", "anchor")


class Worded(Protocol):
    """What any unit says and how it is cited, be it of a version or of a file that was read."""

    @property
    def kind(self) -> str | None: ...
    @property
    def citation(self) -> str: ...
    @property
    def heading(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def cells(self) -> money.Cells: ...


class TextRow(Worded, Protocol):
    """A ProvisionText, or the values of READ under their names."""

    @property
    def pk(self) -> int: ...
    @property
    def provision_id(self) -> UUID: ...
    @property
    def parent_id(self) -> int | None: ...
    @property
    def kind(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def anchor(self) -> str: ...
