"""Links that were handed out and shall work no more."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class RevokedPreviewQuerySet(models.QuerySet["RevokedPreview"]):
    def turn_of(self, kind: str, key: int) -> int:
        """How often the links to one page were revoked. Links say the turn in which they were made."""
        return self.filter(kind=kind, key=key).count()


class RevokedPreview(models.Model):
    """One act by which all links to one page that is not public stopped working."""

    kind = models.CharField(_("kind of page"), max_length=20)  # as in desk/preview/things.py
    key = models.PositiveBigIntegerField(_("number of the page"))
    # A moment would not do: links know only the second in which they were made.
    turn = models.PositiveIntegerField(_("which time"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("revoked by"))
    at = models.DateTimeField(_("revoked"))
    objects = RevokedPreviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("revoked preview")
        verbose_name_plural = _("revoked previews")
        ordering = ("pk",)
        constraints = [models.UniqueConstraint(fields=("kind", "key", "turn"), name="preview_revoked_once_a_turn")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
