from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consultations.models.schedule import Consultation
from programs.models.file import MadeFile

USER = settings.AUTH_USER_MODEL


class Publicity(models.Model):
    """Where and when the consultation was announced: the city's page, the bulletin, the notice board, the press."""

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="publicity", verbose_name=_("consultation"))
    place = models.CharField(_("where"), max_length=200)
    on = models.DateField(_("when"), null=True, blank=True)
    link = models.URLField(_("link"), blank=True)

    class Meta:
        verbose_name = _("announced at")
        verbose_name_plural = _("where it was announced")
        ordering = ("on", "pk")

    def __str__(self) -> str:
        return self.place


class ReportQuerySet(models.QuerySet["Report"]):
    def public(self, at: datetime) -> ReportQuerySet:
        """What everybody reads."""
        return self.filter(published_at__lte=at, consultation__published_at__lte=at)


class Report(models.Model):
    """What the office writes itself; numbers, dates, voices, answers and changes are gathered when the report is read."""

    consultation = models.OneToOneField(Consultation, models.PROTECT, related_name="report", verbose_name=_("consultation"))
    basis = models.TextField(_("legal basis"), max_length=4000, blank=True)
    forms = models.TextField(_("how people could take part"), max_length=4000, blank=True)
    course = models.TextField(_("how it went"), max_length=10_000, blank=True)
    opinion = models.TextField(_("opinion of the council of public benefit"), max_length=10_000, blank=True)
    conclusion = models.TextField(_("final conclusions"), max_length=10_000, blank=True)
    prepared_by = models.CharField(_("prepared by: unit and persons"), max_length=300, blank=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    published_by = models.ForeignKey(
        USER, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("published by")
    )
    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")

    def __str__(self) -> str:
        return str(self.consultation)


class ReportEdit(models.Model):
    """A line of the change log that a public bulletin asks for (metryczka)."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="edits")
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+", verbose_name=_("who"))
    what = models.CharField(_("what"), max_length=500)

    class Meta:
        verbose_name = _("change of the report")
        verbose_name_plural = _("changes of the report")
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return self.what


class ReportFormat(models.TextChoices):
    PDF = "pdf", "PDF"
    DOCX = "docx", "DOCX"
    XLSX = "xlsx", "XLSX"


REPORT_CONTENT_TYPES = {
    ReportFormat.PDF: "application/pdf",
    ReportFormat.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ReportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def report_file_path(file: ReportFile, name: str) -> str:
    return f"reports/{file.consultation.slug}/{file.sha256[:16]}.{file.format}"


class ReportFile(MadeFile):
    """The report, or the table of voices, as a file that takes longer than a visitor waits."""

    consultation = models.ForeignKey(Consultation, models.PROTECT, related_name="report_files", verbose_name=_("consultation"))
    format = models.CharField(_("format"), max_length=4, choices=ReportFormat)
    # The checksum of what it is made from.
    source = models.CharField(max_length=64)
    file = models.FileField(upload_to=report_file_path, max_length=200, blank=True)
    task = "consultations.make_file"

    class Meta:
        verbose_name = _("file of a report")
        verbose_name_plural = _("files of reports")
        constraints = [
            models.UniqueConstraint(fields=("consultation", "format", "source"), name="report_file_once_per_source"),
            models.CheckConstraint(
                condition=Q(made_at=None, sha256="") | (Q(made_at__isnull=False, stopped_at=None) & ~Q(sha256="")),
                name="report_file_made_has_a_hash",
            ),
        ]

    def __str__(self) -> str:
        return self.download_name

    @property
    def download_name(self) -> str:
        """2022-raport.pdf; 2022-uwagi.xlsx."""
        what = "uwagi" if self.format == ReportFormat.XLSX else "raport"
        return f"{self.consultation.slug}-{what}.{self.format}"
