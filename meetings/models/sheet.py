"""What a group leaves behind: the note sheet its moderators write together, and its conclusions."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from meetings.models.group import WorkingGroup


class NoteRevision(models.Model):
    """The whole text of a group's note sheet at one moment; the newest is the sheet. See actions.sheets.save_note."""

    group = models.ForeignKey(WorkingGroup, models.PROTECT, related_name="notes", verbose_name=_("group"))
    number = models.PositiveIntegerField(_("revision"))
    body = models.TextField(_("notes"), max_length=50_000, blank=True)
    author = models.CharField(_("written by"), max_length=150)
    began_at = models.DateTimeField(_("begun"))
    at = models.DateTimeField(_("saved"))

    class Meta:
        verbose_name = _("note sheet")
        verbose_name_plural = _("note sheets")
        ordering = ("group", "-number")
        constraints = [models.UniqueConstraint(fields=("group", "number"), name="note_revision_once")]

    def __str__(self) -> str:
        return f"{self.group} {self.number}"


class Conclusion(models.Model):
    """One thing that a group agreed on. Taken by the coordinator it becomes a numbered proposal and stays as it is."""

    group = models.ForeignKey(WorkingGroup, models.PROTECT, related_name="conclusions", verbose_name=_("group"))
    position = models.PositiveIntegerField(_("position"))
    text = models.TextField(_("conclusion"), max_length=5000)
    reasons = models.TextField(_("reasons"), max_length=5000, blank=True)
    author = models.CharField(_("written by"), max_length=150)
    at = models.DateTimeField(_("written"))
    voice = models.OneToOneField(
        "consultations.Voice", models.PROTECT, null=True, blank=True, related_name="conclusion", verbose_name=_("proposal")
    )

    class Meta:
        verbose_name = _("conclusion of a group")
        verbose_name_plural = _("conclusions of groups")
        ordering = ("group", "position", "pk")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(text=""), name="conclusion_says_something", violation_error_message=_("Write the conclusion.")
            )
        ]

    def __str__(self) -> str:
        return self.text[:60]
