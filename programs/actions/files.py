"""Files of versions: asked for by whoever needs one, made by the worker, kept with their hash.

A frozen text never changes, so its file is made once. A proof of an unfrozen text belongs to the words it was made
from, and goes after a day.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from programs.actions.making import Cancelled, Progress, drop_file, make, wake_for
from programs.actions.units import TextRefusal
from programs.exports import docx, pdf, plain
from programs.models import DraftVersion, FileFormat, VersionFile, source_of

PROOFS_KEPT = timedelta(days=1)


class NothingChanged(TextRefusal):
    in_words = _("Choose two different versions of the same program: changes are shown from the earlier to the later one.")


@transaction.atomic
def ask_for_file(
    version: DraftVersion, file_format: FileFormat, *, at: datetime, base: DraftVersion | None = None, by: User | None = None
) -> VersionFile:
    """The file of a version, or of its changes since `base`; if it is not there, the worker is asked to make it.

    Raises NothingChanged.
    """
    if base and (base == version or base.program_id != version.program_id):
        raise NothingChanged
    file, _is_new = VersionFile.objects.get_or_create(
        version=version,
        base=base,
        format=file_format,
        source=source_of(version, base, at=at),
        defaults={"asked_at": at, "asked_by": by},
    )
    wake_for(file)
    return file


def make_file(file: VersionFile, *, at: datetime, clock: Callable[[], datetime]) -> bool:
    """Make a file that is owed; whether this call made it. `clock` tells when it was done."""
    return make(
        file, press=partial(_press, at=at), source=lambda made: source_of(made.version, made.base, at=at), at=at, clock=clock
    )


@transaction.atomic
def drop_old_proofs(at: datetime) -> int:
    """Take away files of texts that were not frozen when they were made; how many went."""
    old = VersionFile.objects.filter(asked_at__lt=at - PROOFS_KEPT).select_related("version", "base")
    proofs = [file for file in old.exclude(base=None, source=F("version__sha256")) if not file.is_of_frozen_words(at)]
    for file in proofs:
        drop_file(file)
    return len(proofs)


def _press(file: VersionFile, progress: Progress, cancelled: Cancelled, *, at: datetime) -> tuple[bytes, int | None]:
    """The content, and how many pages a PDF has."""
    version, base = file.version, file.base
    if file.format == FileFormat.TEXT:
        return plain.version_text(version), None
    if file.format == FileFormat.DOCX:
        if base:
            return docx.redline_docx(base, version, progress=progress, cancelled=cancelled), None
        return docx.version_docx(version, progress=progress, cancelled=cancelled), None
    if base:
        return pdf.redline_pdf(base, version, at=at, progress=progress, cancelled=cancelled)
    return pdf.version_pdf(version, progress=progress, cancelled=cancelled)
