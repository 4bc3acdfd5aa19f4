"""Who did what at the desk. Written by the database itself (accounts/triggers.py), changed and deleted by nobody."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User


class What(models.TextChoices):
    CREATED = "created", _("created")
    CHANGED = "changed", _("changed")
    DELETED = "deleted", _("deleted")
    EXPORTED = "exported", _("downloaded personal data")
    LOOKED_UP = "looked_up", _("looked up a person")
    ERASED = "erased", _("erased a person")
    SIGNED_IN = "signed_in", _("signed in")
    SIGN_IN_REFUSED = "sign_in_refused", _("was refused at sign-in")
    SIGNED_OUT = "signed_out", _("signed out")


class Export(models.TextChoices):
    ATTENDANCE = "attendance", _("attendance list")
    SCAN = "scan", _("scan of a letter")
    SHEET = "sheet", _("rows of a sheet to be put right")
    PERSON = "person", _("everything about one person")


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    def of(self, row: models.Model) -> AuditEntryQuerySet:
        return self.filter(model=row._meta.label, object_pk=str(row.pk))

    def within(self, since: datetime | None, until: datetime | None) -> AuditEntryQuerySet:
        found = self.filter(at__gte=since) if since else self
        return found.filter(at__lt=until) if until else found


class AuditEntry(models.Model):
    """What is withheld is told by name alone: an entry outlives the person it is about."""

    at = models.DateTimeField(_("when"))
    # The number stays when the account goes; the name and the e-mail go with it.
    actor = models.ForeignKey(
        User, models.DO_NOTHING, null=True, blank=True, db_constraint=False, related_name="+", verbose_name=_("who")
    )
    what = models.CharField(_("what"), max_length=20, choices=What)
    model = models.CharField(_("kind of thing"), max_length=60, blank=True)  # as in consultations.Stage
    object_pk = models.CharField(_("number"), max_length=40, blank=True)
    # By column, those alone that changed.
    before = models.JSONField(_("before"), default=dict)
    after = models.JSONField(_("after"), default=dict)
    withheld = models.JSONField(_("changed, content not kept"), default=list)
    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry of the audit")
        verbose_name_plural = _("audit")
        ordering = ("-pk",)
        indexes = [
            models.Index(fields=("model", "object_pk"), name="audit_of_one_thing"),
            models.Index(fields=("actor", "at"), name="audit_of_one_person"),
            models.Index(fields=("at",), name="audit_of_a_period"),
        ]

    def __str__(self) -> str:
        return f"{self.get_what_display()} {self.model} {self.object_pk}".rstrip()
