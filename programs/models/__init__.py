"""Rows of programs, by noun: program.py (program, version, resolution), text.py (provisions and their words), attachment.py,
file.py (files made of versions), importing.py (Word files on their way in), freshness.py (what caches ask)."""

from programs.models.attachment import Attachment, AttachmentKind

# A landed migration names version_file_path here.
from programs.models.file import CONTENT_TYPES, FileFormat, VersionFile, source_of, sources_of, version_file_path
from programs.models.freshness import Boundary, Revision
from programs.models.importing import TextImport, Tracked
from programs.models.program import DraftVersion, Program, ProgramKind, Purpose, Resolution, StatutoryElement
from programs.models.text import (
    CELLS_AT_MOST,
    HEADING_AT_MOST,
    TEXT_AT_MOST,
    Descent,
    Provision,
    ProvisionLineage,
    ProvisionText,
    checksum,
)

__all__ = [
    "CELLS_AT_MOST",
    "CONTENT_TYPES",
    "HEADING_AT_MOST",
    "TEXT_AT_MOST",
    "Attachment",
    "AttachmentKind",
    "Boundary",
    "Descent",
    "DraftVersion",
    "FileFormat",
    "Program",
    "ProgramKind",
    "Provision",
    "ProvisionLineage",
    "ProvisionText",
    "Purpose",
    "Resolution",
    "Revision",
    "StatutoryElement",
    "TextImport",
    "Tracked",
    "VersionFile",
    "checksum",
    "source_of",
    "sources_of",
    "version_file_path",
]
