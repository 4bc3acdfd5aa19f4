"""The desk of those who write the text: versions.py (programs and versions), text.py and reshaping.py (the pages on which
a text is written), closing.py (what is missing, freezing), files.py (what is printed), importing.py (from Word), adoption.py
(the resolution, attachments), portal.py (whose portal it is)."""

from programs.admin.adoption import AttachmentAdmin, ResolutionAdmin
from programs.admin.importing import TextImportAdmin
from programs.admin.portal import PortalAdmin
from programs.admin.versions import ProgramAdmin, StatutoryElementAdmin, VersionAdmin

__all__ = [
    "AttachmentAdmin",
    "PortalAdmin",
    "ProgramAdmin",
    "ResolutionAdmin",
    "StatutoryElementAdmin",
    "TextImportAdmin",
    "VersionAdmin",
]
