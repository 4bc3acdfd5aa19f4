from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from programs.models.file import LEASE
from programs.models.program import DraftVersion, Program, Purpose


class Tracked(models.TextChoices):
    STOP = "stop", _("stop and tell me")
    ACCEPT = "accept", _("accept all")
    REJECT = "reject", _("reject all")


class ImportQuerySet(models.QuerySet["TextImport"]):
    def owed(self, at: datetime) -> ImportQuerySet:
        """Put up, and nobody reads it."""
        free = Q(started_at=None) | Q(started_at__lt=at - LEASE)
        return self.filter(free, read_at=None, trouble="")

    def forgotten(self, at: datetime) -> ImportQuerySet:
        """Neither made into a version nor dropped."""
        return self.filter(made=None, asked_at__lt=at - KEPT)


# How long a preview that nobody decides on is kept.
KEPT = timedelta(days=30)


class TextImport(models.Model):
    """A Word file on its way to become a version: read by the worker, shown, and made one only when a person says so."""

    program = models.ForeignKey(Program, models.PROTECT, related_name="imports", verbose_name=_("program"))
    # The version it continues: units that stay the same keep their identity, and with it their remarks.
    base = models.ForeignKey(
        DraftVersion, models.PROTECT, null=True, blank=True, related_name="imports", verbose_name=_("continues version")
    )
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose, default=Purpose.WORKING)
    tracked = models.CharField(_("tracked changes"), max_length=6, choices=Tracked, default=Tracked.STOP)
    name = models.CharField(_("name of the file"), max_length=200)
    # Taken away once it is read: an office file says who wrote it.
    file = models.FileField(_("file"), upload_to="imports/", max_length=200, blank=True)
    asked_at = models.DateTimeField(_("put up"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    started_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    # Why it could not be read: a code of programs/imports.
    trouble = models.CharField(_("trouble"), max_length=40, blank=True)
    trouble_count = models.PositiveIntegerField(default=0)
    trouble_place = models.CharField(max_length=200, blank=True)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    # What was read (programs/imports: ReadText as JSON), and what the person has decided about each row of it.
    found = models.JSONField(default=dict, blank=True)
    decided = models.JSONField(default=dict, blank=True)
    made = models.OneToOneField(
        DraftVersion, models.PROTECT, null=True, blank=True, related_name="imported_from", verbose_name=_("became version")
    )
    objects = ImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import from Word")
        verbose_name_plural = _("imports from Word")
        ordering = ("-asked_at",)

    def __str__(self) -> str:
        return self.name
