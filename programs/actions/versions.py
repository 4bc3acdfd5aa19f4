"""Beginning, freezing and printing a version of a program's text."""

import hashlib
from datetime import datetime
from functools import partial

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from accounts.letters import wake
from accounts.models import User
from programs.actions.units import TextRefusal, insert_texts, load, lock_unfrozen
from programs.exports import pdf
from programs.freshness import public_changed
from programs.models import DraftVersion, FileFormat, Program, ProgramKind, ProvisionText, Purpose, VersionFile, checksum


class ProgramIsPublished(TextRefusal):
    in_words = _("A version of this program is published: its title, years and address stay as people know them.")


class VersionHasNoText(TextRefusal):
    in_words = _("This version has no text yet. Write it, or start a version from an earlier one, and freeze it then.")


class VersionIsNotFrozen(TextRefusal):
    in_words = _("Files are made of frozen versions only. Freeze this version first.")


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
    locked = _lock(program.pk)
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

    Raises VersionOfAnotherProgram.
    """
    # Two officials begin at once: the second waits here and gets the next number.
    program = _lock(program.pk)
    if based_on and based_on.program_id != program.pk:
        raise VersionOfAnotherProgram
    last = program.versions.aggregate(last=Max("number"))["last"] or 0
    version = DraftVersion.objects.create(
        program=program, number=last + 1, purpose=purpose, based_on=based_on, created_at=at, created_by=by
    )
    if based_on:
        _copy_text(based_on, version)
    return version


@transaction.atomic
def set_purpose(version: DraftVersion, *, purpose: Purpose, at: datetime) -> DraftVersion:
    """Raises VersionIsFrozen: the purpose is printed on the title page."""
    locked = lock_unfrozen(version)
    locked.purpose = purpose
    locked.save(update_fields=("purpose",))
    return locked


@transaction.atomic
def freeze_version(version: DraftVersion, *, by: User | None, at: datetime) -> DraftVersion:
    """Close the text for ever, and let the worker print it. Raises VersionIsFrozen, VersionHasNoText."""
    # Before the version: the title that is printed must not change meanwhile, and verbs that lock both keep this order.
    _lock(version.program_id)
    locked = lock_unfrozen(version)
    texts = list(locked.texts.in_reading_order())
    if not texts:
        raise VersionHasNoText
    locked.frozen_at, locked.frozen_by, locked.sha256 = at, by, checksum(texts)
    locked.save(update_fields=("frozen_at", "frozen_by", "sha256"))
    public_changed(at=at)
    transaction.on_commit(partial(wake, "programs.render", locked.pk))
    return locked


def render_version(version: DraftVersion, *, at: datetime) -> VersionFile:
    """Make the file of a frozen version, or give the one that was made. Raises VersionIsNotFrozen."""
    if not version.is_frozen:
        raise VersionIsNotFrozen
    made = version.files.filter(format=FileFormat.PDF).first()
    # The slow part stands outside the transaction: it takes seconds, and the text cannot change any more.
    return made or _keep(version, pdf.version_pdf(version), at=at)


@transaction.atomic
def _keep(version: DraftVersion, rendered: pdf.RenderedPdf, *, at: datetime) -> VersionFile:
    # Of two workers who printed at once, the second finds the first one's file and drops its own.
    DraftVersion.objects.select_for_update().get(pk=version.pk)
    if made := version.files.filter(format=FileFormat.PDF).first():
        return made
    file = VersionFile(
        version=version,
        format=FileFormat.PDF,
        sha256=hashlib.sha256(rendered.content).hexdigest(),
        size=len(rendered.content),
        pages=rendered.pages,
        made_at=at,
    )
    file.file.save("", ContentFile(rendered.content), save=False)
    file.save(force_insert=True)
    public_changed(at=at)
    return file


def _lock(program_pk: int) -> Program:
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
