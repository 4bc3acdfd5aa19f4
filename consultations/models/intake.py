from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware
from django.utils.translation import gettext_lazy as _

from consultations.models.schedule import Consultation
from consultations.models.voices import VoiceKind

USER = settings.AUTH_USER_MODEL
# A draft from its last saving, a sheet from when it was put up.
DRAFTS_LIVE = timedelta(days=30)


class KeptDraftQuerySet(models.QuerySet["KeptDraft"]):
    def kept(self, at: datetime) -> KeptDraftQuerySet:
        return self.filter(saved_at__gt=at - DRAFTS_LIVE)

    def edition(self, name: str) -> KeptDraftQuerySet:
        """The draft that KeptDraft.edition names; none if it was saved again since."""
        token, _space, moment = name.replace("\0", "").partition(" ")
        try:
            saved_at = parse_datetime(moment)
        except ValueError:
            saved_at = None
        return self.filter(token=token, saved_at=saved_at) if saved_at and is_aware(saved_at) else self.none()


class KeptDraft(models.Model):
    """Words that somebody wants to finish later, behind an address nobody can guess; dropped when they are sent, or old."""

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="kept_drafts")
    kind = models.CharField(max_length=10, choices=VoiceKind)
    token = models.CharField(max_length=43, unique=True, editable=False)
    # As typed, right or wrong; "nth" is the voice in the fields: {"author": {field: words}, "letter": [{field: words}], "nth": 0}
    typed = models.JSONField(default=dict)
    saved_at = models.DateTimeField()
    objects = KeptDraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("kept draft")
        verbose_name_plural = _("kept drafts")

    def __str__(self) -> str:
        return f"{self.pk}"

    @property
    def edition(self) -> str:
        """Names the words as they were last saved: who has older ones on their page does not overwrite these."""
        return f"{self.token} {self.saved_at.isoformat()}"

    @property
    def kept_until(self) -> datetime:
        return self.saved_at + DRAFTS_LIVE

    def get_absolute_url(self) -> str:
        return reverse("consultations:draft", args=[self.consultation.slug, self.token])


class VoiceImport(models.Model):
    """A sheet of voices that staff have put up: read, shown row by row, recorded only when they say so."""

    consultation = models.ForeignKey(Consultation, models.PROTECT, related_name="imports", verbose_name=_("consultation"))
    kind = models.CharField(_("kind"), max_length=10, choices=VoiceKind)
    file_name = models.CharField(_("file"), max_length=200)
    # [{"row": 2, "said": {column: value}, "errors": {column: sentence}, "number": 14 once recorded}]
    rows = models.JSONField(default=list)
    by = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+", verbose_name=_("put up by"))
    at = models.DateTimeField(_("put up"))
    recorded_at = models.DateTimeField(_("recorded"), null=True, blank=True)

    class Meta:
        verbose_name = _("sheet of voices")
        verbose_name_plural = _("sheets of voices")
        ordering = ("-at", "-pk")
        constraints = [models.CheckConstraint(condition=~Q(file_name=""), name="voice_import_has_a_name")]

    def __str__(self) -> str:
        return self.file_name

    @property
    def kept_until(self) -> datetime:
        return self.at + DRAFTS_LIVE
