from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User

LISTS_LIVE = timedelta(days=30)


class ContactImport(models.Model):
    """A list of contacts that staff have put up: read, shown row by row, entered only when they say so."""

    file_name = models.CharField(_("file"), max_length=200)
    # [{"row": 2, "said": {column: words}, "broken": code if its cells cannot be told apart}]; what is entered is gone from here
    rows = models.JSONField(default=list)
    # Headings of columns that are not kept.
    unknown = models.JSONField(default=list)
    entered = models.PositiveIntegerField(_("entered"), default=0)
    completed = models.PositiveIntegerField(_("completed"), default=0)
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("put up by"))
    made_at = models.DateTimeField(_("put up"))
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)

    class Meta:
        verbose_name = _("list of contacts")
        verbose_name_plural = _("lists of contacts")
        ordering = ("-made_at", "-pk")
        constraints = [models.CheckConstraint(condition=~Q(file_name=""), name="contact_import_has_a_name")]

    def __str__(self) -> str:
        return self.file_name

    @property
    def kept_until(self) -> datetime:
        return self.made_at + LISTS_LIVE
