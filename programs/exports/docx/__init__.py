"""Word files of a text: gathering.py reads it, a child process runs press.py, which needs neither database nor settings.

body.py sets units as paragraphs and tables, inline.py their words, levels.py has Word count them; rows.py is what passes
between the two processes, parts/ what is the same in every file.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from programs import child

if TYPE_CHECKING:
    from programs.exports.docx.rows import Document
    from programs.models import DraftVersion

Progress = Callable[[int], None]
Cancelled = Callable[[], bool]
# A text of 1,300 units with 3,000 changes takes a second and 100 MB; the differ may take a second for each long unit.
LIMITS = child.Limits(cpu=300, wall=540, memory=2**30, output=2**25)


def version_docx(version: DraftVersion, *, progress: Progress, cancelled: Cancelled) -> bytes:
    """A version with real numbering and heading levels. Raises ChildTooLong, ChildTooLarge, ChildFailed, ChildCancelled."""
    # Here, since the child process comes through this file and has no models.
    from programs.exports.docx.gathering import of_version

    return _pressed(of_version(version), progress, cancelled)


def redline_docx(base: DraftVersion, version: DraftVersion, *, progress: Progress, cancelled: Cancelled) -> bytes:
    """What changed between two versions as tracked changes: accepted, they give `version`, rejected, `base`. Raises as above."""
    from programs.exports.docx.gathering import of_redline

    return _pressed(of_redline(base, version), progress, cancelled)


def _pressed(document: Document, progress: Progress, cancelled: Cancelled) -> bytes:
    return child.run("programs.exports.docx.press", document.to_json(), limits=LIMITS, progress=progress, cancelled=cancelled)
