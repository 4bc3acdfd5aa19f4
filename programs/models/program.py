from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


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

    @property
    def is_closed(self) -> bool:
        """Adopted: its text is what the council voted on, and no more versions follow."""
        return Resolution.objects.filter(program=self).exists()

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

    def without_file(self, file_format: str) -> VersionQuerySet:
        """Frozen, and nobody has asked for its file yet."""
        files = models.Q(files__format=file_format, files__base=None)
        return self.frozen().exclude(pk__in=self.model.objects.filter(files).values("pk"))

    def public(self) -> VersionQuerySet:
        """Frozen for somebody outside the office to read; a working draft stays inside."""
        return self.frozen().exclude(purpose=Purpose.WORKING)


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
    # What was not as it should be when it was frozen, in the words that the official read and accepted.
    frozen_despite = models.JSONField(_("frozen all the same"), default=list, blank=True, editable=False)
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


class Resolution(models.Model):
    """The act by which the council adopted a program: it closes the program."""

    program = models.OneToOneField(Program, models.PROTECT, related_name="resolution", verbose_name=_("program"))
    version = models.ForeignKey(DraftVersion, models.PROTECT, related_name="resolutions", verbose_name=_("adopted version"))
    number = models.CharField(_("number of the resolution"), max_length=60)
    adopted_on = models.DateField(_("adopted on"))
    # Warsaw publishes on boards and in BIP, others in the journal of the voivodeship: free words.
    promulgation = models.CharField(_("where it was promulgated"), max_length=250, blank=True)
    bip_url = models.URLField(_("address in BIP"), max_length=400, blank=True)
    recorded_at = models.DateTimeField(editable=False)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+")

    class Meta:
        verbose_name = _("resolution of the council")
        verbose_name_plural = _("resolutions of the council")
        ordering = ("-adopted_on",)

    def __str__(self) -> str:
        return self.number
