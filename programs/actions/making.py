"""Files that take longer than a visitor waits: claimed by a worker, kept with their hash; given up, called off, asked for again.

What is made, and from what, the app of the file knows.
"""

import hashlib
import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TypeVar

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts.letters import wake
from programs.child import ChildCancelled, ChildFailed, ChildTooLarge, ChildTooLong
from programs.freshness import public_changed
from programs.models.file import TRIES, MadeFile, owed

logger = logging.getLogger(__name__)
TROUBLES = {
    "too_long": _("It took longer than it may. Tell the administrator; the text may be too long for one file."),
    "too_large": _("It took more memory than it may. Tell the administrator; the text may be too long for one file."),
    "changed": _("The text was changed while its file waited or was made. Ask for it once more."),
    "failed": _("It could not be made. Try again; if it fails once more, tell the administrator."),
}
_CODES = {ChildTooLong: "too_long", ChildTooLarge: "too_large", ChildFailed: "failed"}
Made = TypeVar("Made", bound=MadeFile)
Progress = Callable[[int], None]  # told percents
Cancelled = Callable[[], bool]


def wake_for(file: MadeFile) -> None:
    """Have a worker make it, once the row is there for the worker to see; call it in a transaction."""
    if not (file.is_ready or file.stopped_at):
        transaction.on_commit(partial(wake, file.task, file.pk))


@transaction.atomic
def stop_file(file: MadeFile, *, at: datetime) -> bool:
    """Call off a file that is not made yet; whether it was in time. The worker looks every half second."""
    unmade = type(file)._default_manager.filter(pk=file.pk, made_at=None, stopped_at=None)
    return bool(unmade.update(stopped_at=at, trouble=""))


@transaction.atomic
def try_file_again(file: MadeFile, *, at: datetime) -> None:
    """Ask once more for one that was stopped or could not be made."""
    again = type(file)._default_manager.filter(pk=file.pk, made_at=None, stopped_at__isnull=False)
    if again.update(stopped_at=None, trouble="", started_at=None, tries=0, progress=0, asked_at=at):
        transaction.on_commit(partial(wake, file.task, file.pk))


def make(
    file: Made,
    *,
    press: Callable[[Made, Progress, Cancelled], tuple[bytes, int | None]],
    source: Callable[[Made], str],
    at: datetime,
    clock: Callable[[], datetime],
) -> bool:
    """Make a file that is owed; whether this call made it. `clock` tells when it was done.

    `press` gives the content, and how many pages a PDF has; `source`, the checksum of what it would be made from now.
    """
    rows = type(file)._default_manager
    # The row is claimed, not locked: whoever calls it off, or looks at its progress, need not wait.
    if not rows.filter(owed(at), pk=file.pk).update(started_at=at, tries=F("tries") + 1, progress=0):
        return False
    file.refresh_from_db()
    if file.tries > TRIES:
        logger.error("%s %s: whoever began it died, %s times", type(file).__name__, file.pk, TRIES)
        _give_up(file, "failed", at=clock())
        return False
    try:
        # Outside any transaction: it takes seconds, and whoever looks at the progress must see it move.
        content, pages = press(file, partial(_progress, file), partial(_is_stopped, file))
    except ChildCancelled:
        return False
    except (ChildTooLong, ChildTooLarge, ChildFailed) as failure:
        logger.exception("%s %s could not be made", type(file).__name__, file.pk)
        _give_up(file, _CODES[type(failure)], at=clock())
        return False
    if source(file) != file.source:
        # Somebody went on writing: nobody may take it for the words that were asked for.
        _give_up(file, "changed", at=clock())
        return False
    return _keep(file, content, pages, at=clock())


def _progress(file: MadeFile, percent: int) -> None:
    type(file)._default_manager.filter(pk=file.pk, made_at=None).update(progress=percent)


def _is_stopped(file: MadeFile) -> bool:
    return not type(file)._default_manager.filter(pk=file.pk, stopped_at=None).exists()


@transaction.atomic
def _keep(file: MadeFile, content: bytes, pages: int | None, *, at: datetime) -> bool:
    locked = type(file)._default_manager.select_for_update().get(pk=file.pk)
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


def _give_up(file: MadeFile, trouble: str, *, at: datetime) -> None:
    # Not over a person who has called it off, nor over a worker that has taken it up since.
    mine = type(file)._default_manager.filter(pk=file.pk, started_at=file.started_at, made_at=None, stopped_at=None)
    mine.update(stopped_at=at, trouble=trouble)


def drop_file(file: MadeFile) -> None:
    """The row, and its bytes once nobody can find them any more; call it in a transaction."""
    name, storage = str(file.file.name), file.file.storage
    file.delete()
    if name:
        transaction.on_commit(partial(storage.delete, name))
