"""What was done about personal data: erased by the clock, erased for a person."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

USER = settings.AUTH_USER_MODEL


class RetentionRun(models.Model):
    """One look at what is kept too long, and how much of each went. Only added to."""

    at = models.DateTimeField(_("when"))
    # By the name of the rule: how many rows.
    went = models.JSONField(_("what was erased"), default=dict)

    class Meta:
        verbose_name = _("erasing by the clock")
        verbose_name_plural = _("erasing by the clock")
        ordering = ("-at",)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"

    @property
    def rows(self) -> int:
        return sum(self.went.values())


class Erasure(models.Model):
    """A person was forgotten. Who it was is not kept: only what lets us say so when the same address asks again."""

    # Keyed with the secret of the portal, so that nobody reads the address out of it.
    address_hash = models.CharField(max_length=64, editable=False)
    at = models.DateTimeField(_("when"))
    # None: the person did it, by a link to their own address.
    by = models.ForeignKey(USER, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by"))
    reason = models.CharField(_("why"), max_length=300, blank=True)
    # By the label of the table: how many rows.
    went = models.JSONField(_("what was erased"), default=dict)

    class Meta:
        verbose_name = _("erasure of a person")
        verbose_name_plural = _("erasures of people")
        ordering = ("-at",)
        indexes = [models.Index(fields=("address_hash",), name="erasure_of_an_address")]
        constraints = [
            models.CheckConstraint(condition=Q(by=None) | ~Q(reason=""), name="erasure_by_staff_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"
