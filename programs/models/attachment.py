from __future__ import annotations

from pathlib import PurePosixPath

from django.db import models
from django.utils.translation import gettext_lazy as _

from programs.models.program import DraftVersion, Program


class AttachmentKind(models.TextChoices):
    OPINION = "opinion", _("opinion of the council of public benefit")
    REASONS = "reasons", _("statement of reasons")
    OTHER = "other", _("other attachment")


class Attachment(models.Model):
    """A file that goes with a program on its way to the council: the opinion (art. 5a ust. 2a), the reasons, anything else."""

    program = models.ForeignKey(Program, models.PROTECT, related_name="attachments", verbose_name=_("program"))
    # About one version, or about the program as a whole.
    version = models.ForeignKey(
        DraftVersion, models.PROTECT, null=True, blank=True, related_name="attachments", verbose_name=_("about version")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=AttachmentKind, default=AttachmentKind.OTHER)
    title = models.CharField(_("title"), max_length=200)
    file = models.FileField(_("file"), upload_to="attachments/", max_length=200)
    size = models.PositiveIntegerField(_("size"), editable=False)  # bytes
    published_at = models.DateTimeField(_("published"), editable=False)

    class Meta:
        verbose_name = _("attachment of a program")
        verbose_name_plural = _("attachments of programs")
        ordering = ("program", "kind", "published_at")

    def __str__(self) -> str:
        return self.title

    @property
    def file_type(self) -> str:
        """As people know it: PDF, DOCX."""
        return PurePosixPath(str(self.file.name)).suffix.removeprefix(".").upper()
