from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from programs.models.program import DraftVersion
from programs.models.text import checksum

# A worker that has been silent for so long has died; another may take the file up.
LEASE = timedelta(minutes=15)
TRIES = 3


class FileFormat(models.TextChoices):
    PDF = "pdf", "PDF"
    DOCX = "docx", "DOCX"
    TEXT = "txt", "TXT"


CONTENT_TYPES = {
    FileFormat.PDF: "application/pdf",
    FileFormat.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    FileFormat.TEXT: "text/plain; charset=utf-8",
}


class MadeFile(models.Model):
    """A file that somebody asks for, a worker makes and everybody then gets as it is, with its hash."""

    asked_at = models.DateTimeField(_("asked"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    started_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    progress = models.PositiveSmallIntegerField(default=0)  # percent
    stopped_at = models.DateTimeField(_("stopped"), null=True, blank=True)
    # Why it could not be made: a code of programs/actions/making.py; empty when somebody called it off.
    trouble = models.CharField(_("trouble"), max_length=20, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveIntegerField(default=0)  # bytes
    pages = models.PositiveSmallIntegerField(null=True, blank=True)
    made_at = models.DateTimeField(_("made"), null=True, blank=True)
    # Of each kind of files: the task that makes one; a FileField, and the checksum of what it is made from.
    task: ClassVar[str]
    file: Any
    source: Any

    class Meta:
        abstract = True

    @property
    def is_ready(self) -> bool:
        return self.made_at is not None


def owed(at: datetime) -> Q:
    """Which files were asked for and have nobody at work on them."""
    return Q(Q(started_at=None) | Q(started_at__lt=at - LEASE), made_at=None, stopped_at=None)


class FileQuerySet(models.QuerySet["VersionFile"]):
    def ready(self) -> FileQuerySet:
        return self.filter(made_at__isnull=False)

    def owed(self, at: datetime) -> FileQuerySet:
        """Asked for, and nobody works on it."""
        return self.filter(owed(at))


def version_file_path(file: VersionFile, name: str) -> str:
    base = f"{file.base.number}-" if file.base else ""
    return f"programs/{file.version.program.slug}/{base}{file.version.number}-{file.sha256[:16]}.{file.format}"


class VersionFile(MadeFile):
    """A version, or what changed in it since `base`, as a file: asked for, made by the worker, kept with its hash."""

    version = models.ForeignKey(DraftVersion, models.PROTECT, related_name="files", verbose_name=_("version"))
    base = models.ForeignKey(
        DraftVersion, models.PROTECT, null=True, blank=True, related_name="redlines", verbose_name=_("compared with")
    )
    format = models.CharField(_("format"), max_length=4, choices=FileFormat)
    # The checksum of the words it is made from: an unfrozen text that has changed needs another file.
    source = models.CharField(max_length=64)
    file = models.FileField(upload_to=version_file_path, max_length=200, blank=True)
    objects = FileQuerySet.as_manager()
    task = "programs.make_file"

    class Meta:
        verbose_name = _("file of a version")
        verbose_name_plural = _("files of versions")
        constraints = [
            models.UniqueConstraint(
                fields=("version", "format", "source"), condition=Q(base=None), name="version_file_once_per_source"
            ),
            models.UniqueConstraint(
                fields=("version", "base", "format", "source"),
                condition=Q(base__isnull=False),
                name="redline_file_once_per_source",
            ),
            models.CheckConstraint(
                condition=Q(made_at=None, sha256="") | (Q(made_at__isnull=False, stopped_at=None) & ~Q(sha256="")),
                name="version_file_made_has_a_hash",
            ),
        ]

    def __str__(self) -> str:
        return self.download_name

    @property
    def is_redline(self) -> bool:
        return self.base_id is not None

    def is_of_frozen_words(self, at: datetime) -> bool:
        """Its words can never change any more, and all that is known of why they changed is in it."""
        frozen = self.version.is_frozen and (self.base is None or self.base.is_frozen)
        return frozen and self.source == source_of(self.version, self.base, at=at)

    @property
    def download_name(self) -> str:
        """2026-wersja-3.pdf; 2026-zmiany-1-3.docx."""
        what = f"zmiany-{self.base.number}-{self.version.number}" if self.base else f"wersja-{self.version.number}"
        return f"{self.version.program.slug}-{what}.{self.format}"


def source_of(version: DraftVersion, base: DraftVersion | None = None, *, at: datetime) -> str:
    """The checksum of what a file is made from: the words, and that they are not frozen, since a proof says so on each page.

    A redline also says why its words changed, as far as the public may know at `at`.
    """
    return sources_of(version, [base], at=at)[base]


def sources_of(version: DraftVersion, bases: Iterable[DraftVersion | None], *, at: datetime) -> dict[DraftVersion | None, str]:
    """Of the files of a version by itself, for no base, and of what changed in it since each. One query if all are frozen."""
    bases, told = list(bases), ""
    if any(bases):
        reasons = version.changes.model.objects.filter(provision__program=version.program_id).reasons(at)
        told = "".join(f" {reason.provision} {reason.action} {reason.words}" for reason in reasons)
    mine = _words_of(version)
    return {base: _sha256(f"{_words_of(base)} {mine}{told}") if base else mine for base in bases}


def _words_of(version: DraftVersion) -> str:
    return version.sha256 or _sha256(f"proof {checksum(version.texts.in_reading_order())}")


def _sha256(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()
