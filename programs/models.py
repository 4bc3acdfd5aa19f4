from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from programs.numbering import Unit


class ProgramKind(models.TextChoices):
    ANNUAL = "annual", _("annual")
    MULTIANNUAL = "multiannual", _("multi-annual")


class ProgramQuerySet(models.QuerySet["Program"]):
    def public(self, at: datetime) -> ProgramQuerySet:
        """What the public may see: a text to read, or a published consultation about it."""
        readable = DraftVersion.objects.public().filter(program=models.OuterRef("pk"))
        discussed = self.model.objects.filter(pk=models.OuterRef("pk"), consultations__published_at__lte=at)
        return self.filter(models.Exists(readable) | models.Exists(discussed))


class Program(models.Model):
    title = models.CharField(_("title"), max_length=250)
    slug = models.SlugField(
        _("name in the address"),
        max_length=60,
        unique=True,
        help_text=_("The year; plus a word for a second program of that year."),
    )
    kind = models.CharField(_("kind"), max_length=12, choices=ProgramKind, default=ProgramKind.ANNUAL)
    first_year = models.PositiveSmallIntegerField(_("first year"))
    last_year = models.PositiveSmallIntegerField(_("last year"))
    previous = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="following", verbose_name=_("previous program")
    )
    objects = ProgramQuerySet.as_manager()

    class Meta:
        verbose_name = _("program")
        verbose_name_plural = _("programs")
        ordering = ("-first_year", "slug")
        constraints = [
            models.CheckConstraint(
                condition=Q(last_year__gte=F("first_year")),
                name="program_years_in_order",
                violation_error_message=_("The last year cannot come before the first."),
            ),
            models.CheckConstraint(
                condition=~Q(kind="annual") | Q(last_year=F("first_year")),
                name="program_annual_lasts_one_year",
                violation_error_message=_("An annual program is for one year: give the same year twice."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def version_for_remarks(self) -> DraftVersion | None:
        """The one that remarks are made on: the newest put to consultation."""
        return self.versions.public().filter(purpose=Purpose.CONSULTATION).order_by("-number").first()


class StatutoryElement(models.Model):
    """What the act requires a program to hold; the citation is data, because the act changes."""

    kind = models.CharField(_("kind of program"), max_length=12, choices=ProgramKind)
    number = models.PositiveSmallIntegerField(_("number"))
    name = models.CharField(_("element"), max_length=250)
    citation = models.CharField(_("legal basis"), max_length=250)

    class Meta:
        verbose_name = _("statutory element")
        verbose_name_plural = _("statutory elements")
        ordering = ("kind", "number")
        constraints = [models.UniqueConstraint(fields=("kind", "number"), name="statutory_element_once")]

    def __str__(self) -> str:
        return f"{self.number}) {self.name}"


class Purpose(models.TextChoices):
    WORKING = "working", _("working draft")
    CONSULTATION = "consultation", _("draft for consultation")
    AFTER = "after_consultation", _("draft after consultation")
    COUNCIL = "council", _("draft for the city council")
    ADOPTED = "adopted", _("adopted program")


class VersionQuerySet(models.QuerySet["DraftVersion"]):
    def frozen(self) -> VersionQuerySet:
        return self.filter(frozen_at__isnull=False)

    def public(self) -> VersionQuerySet:
        """Frozen for somebody outside the office to read; a working draft stays inside."""
        return self.frozen().exclude(purpose=Purpose.WORKING)

    def without_file(self, file_format: FileFormat) -> VersionQuerySet:
        """Frozen, and its file is still owed."""
        return self.frozen().exclude(files__format=file_format)


class DraftVersion(models.Model):
    program = models.ForeignKey(Program, models.PROTECT, related_name="versions", verbose_name=_("program"))
    number = models.PositiveSmallIntegerField(_("number"))
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose, default=Purpose.WORKING)
    based_on = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="successors", verbose_name=_("based on version")
    )
    created_at = models.DateTimeField(_("begun"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("begun by")
    )
    frozen_at = models.DateTimeField(_("frozen"), null=True, blank=True, editable=False)
    frozen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("frozen by")
    )
    sha256 = models.CharField(_("checksum of the text"), max_length=64, blank=True, editable=False)
    objects = VersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of the text")
        verbose_name_plural = _("versions of the text")
        ordering = ("program", "-number")
        constraints = [
            models.UniqueConstraint(fields=("program", "number"), name="version_number_once_per_program"),
            models.CheckConstraint(
                condition=Q(frozen_at=None, sha256="") | (Q(frozen_at__isnull=False) & ~Q(sha256="")),
                name="version_frozen_has_a_checksum",
            ),
        ]

    def __str__(self) -> str:
        return _("%(program)s, version %(number)s") % {"program": self.program.title, "number": self.number}

    @property
    def is_frozen(self) -> bool:
        return self.frozen_at is not None

    @property
    def is_public(self) -> bool:
        return self.is_frozen and self.purpose != Purpose.WORKING

    def missing_elements(self) -> models.QuerySet[StatutoryElement]:
        """What the act requires of this kind of program and no unit of this version fulfils."""
        covered = StatutoryElement.objects.filter(provisions__texts__version=self)
        return StatutoryElement.objects.filter(kind=self.program.kind).exclude(pk__in=covered.values("pk"))


class Provision(models.Model):
    """The identity of a unit through all versions of its program. Never deleted; its number is computed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    program = models.ForeignKey(Program, models.PROTECT, related_name="provisions", verbose_name=_("program"))
    elements = models.ManyToManyField(
        StatutoryElement, blank=True, related_name="provisions", verbose_name=_("statutory elements it fulfils")
    )

    class Meta:
        verbose_name = _("provision")
        verbose_name_plural = _("provisions")

    def __str__(self) -> str:
        return str(self.id)


class TextQuerySet(models.QuerySet["ProvisionText"]):
    def in_reading_order(self) -> TextQuerySet:
        return self.order_by("rank")

    def empty(self) -> TextQuerySet:
        """Says nothing itself and holds nothing that does."""
        return self.filter(text="", heading="", cells=[], children=None)


class ProvisionText(models.Model):
    """The words of one provision in one version: plain text, since law has no bold."""

    version = models.ForeignKey(DraftVersion, models.PROTECT, related_name="texts", verbose_name=_("version"))
    provision = models.ForeignKey(Provision, models.PROTECT, related_name="texts", verbose_name=_("provision"))
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("stands in")
    )
    position = models.PositiveIntegerField(_("position"))
    kind = models.CharField(_("kind"), max_length=12, choices=Unit)
    heading = models.CharField(_("heading"), max_length=250, blank=True)
    text = models.TextField(_("text"), max_length=20_000, blank=True)
    # A table: rows of cells, the first row is the header. [["Zadanie", "Kwota"], ["…", "10 000"]]
    cells = models.JSONField(_("table"), default=list, blank=True)
    # Computed from the tree by the verbs, never typed: see numbering.py.
    label = models.CharField(_("label"), max_length=40, blank=True, editable=False)
    citation = models.CharField(_("citation"), max_length=120, blank=True, editable=False)
    anchor = models.CharField(max_length=120, blank=True, editable=False)
    # Place in reading order and depth in the tree: the whole text is one query.
    rank = models.PositiveIntegerField(default=0, editable=False)
    depth = models.PositiveSmallIntegerField(default=0, editable=False)
    objects = TextQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit of the text")
        verbose_name_plural = _("units of the text")
        ordering = ("version", "rank")
        constraints = [
            models.UniqueConstraint(fields=("version", "provision"), name="provision_once_per_version"),
            models.CheckConstraint(
                condition=Q(kind="table") | Q(cells=[]),
                name="provision_cells_only_in_tables",
                violation_error_message=_("Only a table has rows and cells."),
            ),
        ]

    def __str__(self) -> str:
        return self.citation

    def fingerprint(self) -> str:
        """Changes with the words of this unit alone: tells whether somebody edited it in the meantime."""
        return _sha256([self.kind, self.heading, self.text, self.cells])


def checksum(texts: Iterable[ProvisionText]) -> str:
    """One number for a whole text, given in reading order: its units, their numbers, words and places."""
    texts = list(texts)
    provisions: dict[int | None, str] = {text.pk: str(text.provision_id) for text in texts}
    return _sha256(
        [
            [str(text.provision_id), provisions.get(text.parent_id), text.kind, text.label, text.heading, text.text, text.cells]
            for text in texts
        ]
    )


def _sha256(data: object) -> str:
    return hashlib.sha256(json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


class FileFormat(models.TextChoices):
    PDF = "pdf", "PDF"


def version_file_path(file: VersionFile, name: str) -> str:
    return f"programs/{file.version.program.slug}/{file.version.number}-{file.sha256[:16]}.{file.format}"


class VersionFile(models.Model):
    """A file of a frozen version: made once by the worker, kept with its hash, served as it is."""

    version = models.ForeignKey(DraftVersion, models.PROTECT, related_name="files")
    format = models.CharField(max_length=4, choices=FileFormat)
    file = models.FileField(upload_to=version_file_path, max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()  # bytes
    pages = models.PositiveSmallIntegerField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("file of a version")
        verbose_name_plural = _("files of versions")
        constraints = [models.UniqueConstraint(fields=("version", "format"), name="version_file_once_per_format")]

    def __str__(self) -> str:
        return self.file.name or ""


class Boundary(models.Model):
    """A moment at which public pages change by themselves: a stage opens, a deadline passes.

    Kept by the verbs that set those moments, so that a cached page is never shown past the next one. See freshness.py.
    """

    owner = models.CharField(max_length=60)  # "stage:12"
    moment = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("owner", "moment"), name="boundary_once_per_owner")]

    def __str__(self) -> str:
        return f"{self.owner} {self.moment}"


class Revision(models.Model):
    """One row that counts the changes of what the public reads, and knows when the next comes by itself."""

    number = models.PositiveBigIntegerField(default=0)
    changed_at = models.DateTimeField(default=timezone.now)
    # The first boundary that nobody has come past yet.
    next_boundary = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.number)
