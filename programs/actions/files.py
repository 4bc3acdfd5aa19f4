"""Files of versions: asked for by whoever needs one, made by the worker, kept with their hash.

A frozen text never changes, so its file is made once. A proof of an unfrozen text belongs to the words it was made
from, and goes after a day.
"""

import hashlib
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts.letters import wake
from accounts.models import User
from programs.actions.units import TextRefusal
from programs.child import ChildCancelled, ChildFailed, ChildTooLarge, ChildTooLong
from programs.exports import docx, pdf, plain
from programs.freshness import public_changed
from programs.models import DraftVersion, FileFormat, VersionFile, source_of
from programs.models.file import TRIES

logger = logging.getLogger(__name__)
PROOFS_KEPT = timedelta(days=1)
TROUBLES = {
    "too_long": _("It took longer than it may. Tell the administrator; the text may be too long for one file."),
    "too_large": _("It took more memory than it may. Tell the administrator; the text may be too long for one file."),
    "changed": _("The text was changed while its file waited or was made. Ask for it once more."),
    "failed": _("It could not be made. Try again; if it fails once more, tell the administrator."),
}
_CODES = {ChildTooLong: "too_long", ChildTooLarge: "too_large", ChildFailed: "failed"}


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
        source=source_of(version, base),
        defaults={"asked_at": at, "asked_by": by},
    )
    if not (file.is_ready or file.stopped_at):
        transaction.on_commit(partial(wake, "programs.make_file", file.pk))
    return file


@transaction.atomic
def stop_file(file: VersionFile, *, at: datetime) -> bool:
    """Call off a file that is not made yet; whether it was in time. The worker looks every half second."""
    return bool(VersionFile.objects.filter(pk=file.pk, made_at=None, stopped_at=None).update(stopped_at=at, trouble=""))


@transaction.atomic
def try_file_again(file: VersionFile, *, at: datetime) -> None:
    """Ask once more for one that was stopped or could not be made."""
    again = VersionFile.objects.filter(pk=file.pk, made_at=None, stopped_at__isnull=False)
    if again.update(stopped_at=None, trouble="", started_at=None, tries=0, progress=0, asked_at=at):
        transaction.on_commit(partial(wake, "programs.make_file", file.pk))


def make_file(file: VersionFile, *, at: datetime, clock: Callable[[], datetime]) -> bool:
    """Make a file that is owed; whether this call made it. `clock` tells when it was done."""
    # The row is claimed, not locked: whoever calls it off, or looks at its progress, need not wait.
    claimed = VersionFile.objects.owed(at).filter(pk=file.pk).update(started_at=at, tries=F("tries") + 1, progress=0)
    if not claimed:
        return False
    file.refresh_from_db()
    if file.tries > TRIES:
        logger.error("File %s of version %s: whoever began it died, %s times", file.pk, file.version_id, TRIES)
        _give_up(file, "failed", at=clock())
        return False
    try:
        # Outside any transaction: it takes seconds, and whoever looks at the progress must see it move.
        content, pages = _render(file)
    except ChildCancelled:
        return False
    except (ChildTooLong, ChildTooLarge, ChildFailed) as failure:
        logger.exception("File %s of version %s could not be made", file.pk, file.version_id)
        _give_up(file, _CODES[type(failure)], at=clock())
        return False
    if source_of(file.version, file.base) != file.source:
        # Somebody went on writing: nobody may take it for the words that were asked for.
        _give_up(file, "changed", at=clock())
        return False
    return _keep(file, content, pages, at=clock())


@transaction.atomic
def drop_old_proofs(at: datetime) -> int:
    """Take away files of texts that were not frozen when they were made; how many went."""
    old = VersionFile.objects.filter(asked_at__lt=at - PROOFS_KEPT).select_related("version", "base")
    proofs = [file for file in old.exclude(base=None, source=F("version__sha256")) if not file.is_of_frozen_words]
    for file in proofs:
        name, storage = str(file.file.name), file.file.storage
        file.delete()
        if name:
            transaction.on_commit(partial(storage.delete, name))
    return len(proofs)


def _render(file: VersionFile) -> tuple[bytes, int | None]:
    """The content, and how many pages a PDF has."""
    version, base = file.version, file.base
    progress, cancelled = partial(_progress, file), partial(_is_stopped, file)
    if file.format == FileFormat.TEXT:
        return plain.version_text(version), None
    if file.format == FileFormat.DOCX:
        if base:
            return docx.redline_docx(base, version, progress=progress, cancelled=cancelled), None
        return docx.version_docx(version, progress=progress, cancelled=cancelled), None
    if base:
        return pdf.redline_pdf(base, version, progress=progress, cancelled=cancelled)
    return pdf.version_pdf(version, progress=progress, cancelled=cancelled)


def _progress(file: VersionFile, percent: int) -> None:
    VersionFile.objects.filter(pk=file.pk, made_at=None).update(progress=percent)


def _is_stopped(file: VersionFile) -> bool:
    return not VersionFile.objects.filter(pk=file.pk, stopped_at=None).exists()


@transaction.atomic
def _keep(file: VersionFile, content: bytes, pages: int | None, *, at: datetime) -> bool:
    locked = VersionFile.objects.select_for_update(of=("self",)).select_related("version__program", "base").get(pk=file.pk)
    # Called off at the last moment, or made meanwhile by a worker that everybody took for dead.
    if locked.stopped_at or locked.is_ready:
        return False
    locked.sha256, locked.size, locked.pages = hashlib.sha256(content).hexdigest(), len(content), pages
    locked.made_at, locked.progress = at, 100
    locked.file.save("", ContentFile(content), save=False)
    locked.save()
    file.refresh_from_db()
    public_changed(at=at)
    return True


def _give_up(file: VersionFile, trouble: str, *, at: datetime) -> None:
    # Not over a person who has called it off, nor over a worker that has taken it up since.
    mine = VersionFile.objects.filter(pk=file.pk, started_at=file.started_at, made_at=None, stopped_at=None)
    mine.update(stopped_at=at, trouble=trouble)
