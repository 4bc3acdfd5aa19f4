"""The desk of those who write the text: versions.py (programs and versions), text.py (the pages on which a text is written)."""

from programs.admin.versions import ProgramAdmin, StatutoryElementAdmin, VersionAdmin

__all__ = ["ProgramAdmin", "StatutoryElementAdmin", "VersionAdmin"]
