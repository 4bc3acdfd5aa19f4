"""How a program ends: the council adopts it. And the files that go with it there: the opinion, the reasons."""

from datetime import date, datetime
from functools import partial

from django.core.files import File
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from programs.actions.units import TextRefusal
from programs.actions.versions import ProgramIsClosed, VersionOfAnotherProgram, lock_program
from programs.freshness import public_changed
from programs.models import Attachment, AttachmentKind, DraftVersion, Program, Purpose, Resolution
from programs.uploads import check_file


class VersionIsNotAdopted(TextRefusal):
    in_words = _(
        "The council adopts a frozen version whose purpose is “adopted program”. Freeze that version first, then choose it."
    )


class AdoptedInTheFuture(TextRefusal):
    in_words = _("A resolution can be recorded once it is adopted: give the day of the session, today or earlier.")


@transaction.atomic
def record_resolution(
    program: Program,
    *,
    version: DraftVersion,
    number: str,
    adopted_on: date,
    promulgation: str = "",
    bip_url: str = "",
    by: User | None,
    at: datetime,
) -> Resolution:
    """Record what the council adopted, which closes the program: no version follows.

    Raises ProgramIsClosed, VersionOfAnotherProgram, VersionIsNotAdopted, AdoptedInTheFuture.
    """
    locked = lock_program(program.pk)
    if locked.is_closed:
        raise ProgramIsClosed
    if version.program_id != locked.pk:
        raise VersionOfAnotherProgram
    if not version.is_frozen or version.purpose != Purpose.ADOPTED:
        raise VersionIsNotAdopted
    _check_day(adopted_on, at)
    resolution = Resolution.objects.create(
        program=locked,
        version=version,
        number=number,
        adopted_on=adopted_on,
        promulgation=promulgation,
        bip_url=bip_url,
        recorded_by=by,
        recorded_at=at,
    )
    public_changed(at=at)
    return resolution


@transaction.atomic
def correct_resolution(
    resolution: Resolution, *, number: str, adopted_on: date, promulgation: str, bip_url: str, at: datetime
) -> Resolution:
    """Mend a slip, or add where it was promulgated; what was adopted stays. Raises AdoptedInTheFuture."""
    _check_day(adopted_on, at)
    resolution.number, resolution.adopted_on = number, adopted_on
    resolution.promulgation, resolution.bip_url = promulgation, bip_url
    resolution.save(update_fields=("number", "adopted_on", "promulgation", "bip_url"))
    public_changed(at=at)
    return resolution


@transaction.atomic
def withdraw_resolution(resolution: Resolution, *, at: datetime) -> None:
    """It was recorded by mistake, or annulled by the supervising body: the program is open again."""
    lock_program(resolution.program_id)
    resolution.delete()
    public_changed(at=at)


@transaction.atomic
def add_attachment(
    program: Program, *, kind: AttachmentKind, title: str, file: File[bytes], version: DraftVersion | None = None, at: datetime
) -> Attachment:
    """Raises FileIsEmpty, FileIsOfNoUse, VersionOfAnotherProgram."""
    check_file(file)
    if version and version.program_id != program.pk:
        raise VersionOfAnotherProgram
    attachment = Attachment(program=program, version=version, kind=kind, title=title, file=file, size=file.size, published_at=at)
    attachment.save()
    public_changed(at=at)
    return attachment


@transaction.atomic
def rename_attachment(attachment: Attachment, *, kind: AttachmentKind, title: str, at: datetime) -> Attachment:
    """The words about a file; another file is another attachment."""
    attachment.kind, attachment.title = kind, title
    attachment.save(update_fields=("kind", "title"))
    public_changed(at=at)
    return attachment


@transaction.atomic
def remove_attachment(attachment: Attachment, *, at: datetime) -> None:
    name, storage = str(attachment.file.name), attachment.file.storage
    attachment.delete()
    transaction.on_commit(partial(storage.delete, name))
    public_changed(at=at)


def _check_day(adopted_on: date, at: datetime) -> None:
    if adopted_on > localdate(at):
        raise AdoptedInTheFuture
