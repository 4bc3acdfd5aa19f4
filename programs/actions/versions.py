"""Beginning and freezing a version of a program's text."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from programs.actions.files import ask_for_file
from programs.actions.units import TextRefusal, insert_texts, load, lock_unfrozen
from programs.freshness import public_changed
from programs.models import DraftVersion, FileFormat, Program, ProgramKind, ProvisionText, Purpose, checksum
from programs.readiness import Hole, holes


class ProgramIsPublished(TextRefusal):
    in_words = _("A version of this program is published: its title, years and address stay as people know them.")


class VersionHasNoText(TextRefusal):
    in_words = _("This version has no text yet. Write it, or start a version from an earlier one, and freeze it then.")


class VersionHasHoles(TextRefusal):
    """`holes` are those that nobody has accepted, or that nobody may."""

    in_words = _(
        "This text is not ready to be frozen. Mend what is listed below, or accept what may be accepted, and freeze it then."
    )

    def __init__(self, holes: Sequence[Hole]) -> None:
        super().__init__(holes)
        self.holes = holes


class TextHasChanged(TextRefusal):
    in_words = _("Somebody has changed the text since you opened this page. Look at it once more; nothing is frozen yet.")


class ProgramIsClosed(TextRefusal):
    in_words = _("The council has adopted this program: its text is closed. A change is a new program or a new resolution.")


class VersionOfAnotherProgram(TextRefusal):
    in_words = _("A version can be based only on a version of the same program. Choose one from its list, or none.")


@transaction.atomic
def create_program(
    *,
    title: str,
    slug: str,
    kind: ProgramKind,
    first_year: int,
    last_year: int,
    previous: Program | None = None,
    at: datetime,
) -> Program:
    return Program.objects.create(
        title=title, slug=slug, kind=kind, first_year=first_year, last_year=last_year, previous=previous
    )


@transaction.atomic
def edit_program(
    program: Program,
    *,
    title: str,
    slug: str,
    kind: ProgramKind,
    first_year: int,
    last_year: int,
    previous: Program | None,
    at: datetime,
) -> Program:
    """Raises ProgramIsPublished when anything but the previous program would change after a version was frozen."""
    locked = lock_program(program.pk)
    printed = {"title": title, "slug": slug, "kind": kind, "first_year": first_year, "last_year": last_year}
    if locked.versions.frozen().exists() and any(getattr(locked, name) != value for name, value in printed.items()):
        raise ProgramIsPublished
    for name, value in printed.items():
        setattr(locked, name, value)
    locked.previous = previous
    locked.save()
    public_changed(at=at)
    return locked


@transaction.atomic
def start_version(
    program: Program,
    *,
    purpose: Purpose,
    at: datetime,
    by: User | None = None,
    based_on: DraftVersion | None = None,
) -> DraftVersion:
    """Begin the next version: empty, or with the text of `based_on`. A copied unit keeps its identity.

    Raises ProgramIsClosed, VersionOfAnotherProgram.
    """
    # Two officials begin at once: the second waits here and gets the next number.
    program = lock_program(program.pk)
    if program.is_closed:
        raise ProgramIsClosed
    if based_on and based_on.program_id != program.pk:
        raise VersionOfAnotherProgram
    version = begin_version(program, purpose=purpose, based_on=based_on, by=by, at=at)
    if based_on:
        _copy_text(based_on, version)
    return version


def begin_version(
    program: Program, *, purpose: Purpose, based_on: DraftVersion | None, by: User | None, at: datetime
) -> DraftVersion:
    """The next version of a locked program, without any text yet."""
    last = program.versions.aggregate(last=Max("number"))["last"] or 0
    return DraftVersion.objects.create(
        program=program, number=last + 1, purpose=purpose, based_on=based_on, created_at=at, created_by=by
    )


@transaction.atomic
def set_purpose(version: DraftVersion, *, purpose: Purpose, at: datetime) -> DraftVersion:
    """Raises VersionIsFrozen: the purpose is printed on the title page."""
    locked = lock_unfrozen(version)
    locked.purpose = purpose
    locked.save(update_fields=("purpose",))
    return locked


@transaction.atomic
def freeze_version(
    version: DraftVersion, *, by: User | None, at: datetime, despite: Collection[str] = (), seen: str | None = None
) -> DraftVersion:
    """Close the text for ever, and let the worker print it. `despite` are the codes of the holes that somebody accepts.

    `seen` is what `as_seen` told of the version that the person had before them.
    Raises ProgramIsClosed, VersionIsFrozen, VersionHasNoText, TextHasChanged, VersionHasHoles.
    """
    # Before the version: the title that is printed must not change meanwhile, and verbs that lock both keep this order.
    if lock_program(version.program_id).is_closed:
        raise ProgramIsClosed
    locked = lock_unfrozen(version)
    texts = list(locked.texts.in_reading_order())
    if not texts:
        raise VersionHasNoText
    if seen is not None and seen != as_seen(locked, texts):
        raise TextHasChanged
    found = holes(locked, texts)
    if open_holes := [hole for hole in found if not hole.may_be_accepted or hole.code not in despite]:
        raise VersionHasHoles(open_holes)
    locked.frozen_at, locked.frozen_by, locked.sha256 = at, by, checksum(texts)
    locked.frozen_despite = [hole.words for hole in found]
    locked.save(update_fields=("frozen_at", "frozen_by", "sha256", "frozen_despite"))
    for file_format in FileFormat:
        ask_for_file(locked, FileFormat(file_format), at=at)
    public_changed(at=at)
    return locked


def as_seen(version: DraftVersion, texts: Sequence[ProvisionText]) -> str:
    """Changes with the text and with its purpose, which says whether the public will read it."""
    return f"{version.purpose}-{checksum(texts)}"


def lock_program(program_pk: int) -> Program:
    """Hold a program while its versions come and close."""
    # no_key: who writes a text holds its version and points at the program; a full lock would make the two wait for each other.
    return Program.objects.select_for_update(no_key=True).get(pk=program_pk)


def _copy_text(source: DraftVersion, target: DraftVersion) -> None:
    copies: dict[ProvisionText, ProvisionText] = {}
    for text in load(source):
        copies[text] = ProvisionText(
            version=target,
            provision_id=text.provision_id,
            parent=copies[text.parent] if text.parent else None,
            position=text.position,
            kind=text.kind,
            heading=text.heading,
            text=text.text,
            cells=text.cells,
        )
    insert_texts(list(copies.values()))
