from __future__ import annotations

import time
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db import DatabaseError, models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

# Pages that everybody reads alike learn of a change at once (programs/freshness.py), the rest after as many seconds.
HELD_FOR = 60
# As they follow "ustawy" and "the Act".
ACT = "z dnia 24 kwietnia 2003 r. o działalności pożytku publicznego i o wolontariacie (Dz. U. z 2024 r. poz. 1491)"
ACT_IN_ENGLISH = "of 24 April 2003 on public benefit and volunteer work (Journal of Laws 2024, item 1491)"


class Portal(models.Model):
    """Whose portal this is: one row, once the desk has said so; until then what the environment says."""

    name = models.CharField(_("name of the municipality"), max_length=150)
    office = models.CharField(_("name of the office"), max_length=150)
    # As Polish bends them; until the desk has said so, sentences go without.
    name_of = models.CharField(_("of the municipality"), max_length=150, blank=True)
    head = models.CharField(_("who governs it"), max_length=150, blank=True)
    council_of = models.CharField(_("of its council"), max_length=150, blank=True)
    address = models.CharField(_("address of the office"), max_length=200, blank=True)
    phone = models.CharField(_("telephone of the office"), max_length=50, blank=True)
    hours = models.CharField(_("office hours"), max_length=200, blank=True)
    act = models.CharField(_("the act"), max_length=300, default=ACT)
    act_in_english = models.CharField(_("the act in English"), max_length=300, default=ACT_IN_ENGLISH)
    english = models.BooleanField(_("pages in English are offered"), default=True)
    accent = models.CharField(_("color"), max_length=7, blank=True)
    # In the row: the change, its audit and its undoing are one, and each process has it.
    logo = models.BinaryField(_("logo"), default=bytes, editable=False)
    logo_kind = models.CharField(_("kind of the logo"), max_length=20, blank=True, editable=False)
    logo_sum = models.CharField(_("checksum of the logo"), max_length=64, blank=True, editable=False)
    logo_words = models.CharField(_("logo in words"), max_length=150, blank=True)
    changed_at = models.DateTimeField(_("changed"), editable=False)

    class Meta:
        verbose_name = _("portal settings")
        verbose_name_plural = _("portal settings")
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="portal_once"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(office=""), name="portal_is_named"),
            models.CheckConstraint(condition=~Q(act="") & ~Q(act_in_english=""), name="portal_cites_the_act"),
            models.CheckConstraint(condition=Q(accent="") | Q(accent__regex=r"^#[0-9a-f]{6}$"), name="portal_accent_is_a_color"),
            models.CheckConstraint(condition=Q(logo_sum="") | ~Q(logo_words=""), name="portal_logo_is_in_words"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def cited_act(self) -> str:
        """In the language of the page."""
        return self.act if get_language() == "pl" else self.act_in_english

    @property
    def controller(self) -> str:
        """Who answers for personal data: the one who governs, by name of the office, where it is known."""
        return self.head or self.name

    @property
    def edition(self) -> str:
        """What addresses say of the version they lead to, so that caches may keep it for good."""
        return f"{self.changed_at:%Y%m%d%H%M%S%f}"

    @classmethod
    def of_the_environment(cls) -> Portal:
        return cls(pk=1, **settings.MUNICIPALITY)

    @classmethod
    def current(cls) -> Portal:
        """Asked on every page; costs a query once a minute, and once after each change."""
        global _held
        held = _held
        if held is None or held.until < time.monotonic():
            try:
                held = _held = Held(cls.objects.filter(pk=1).defer("logo").first(), time.monotonic() + HELD_FOR)
            except DatabaseError:
                # The page that says so is a page too.
                held = held or Held(None, 0)
        return held.row or cls.of_the_environment()


class Held(NamedTuple):
    row: Portal | None
    until: float


_held: Held | None = None


def hold(row: Portal | None) -> None:
    global _held
    _held = Held(row, time.monotonic() + HELD_FOR)


def forget() -> None:
    global _held
    _held = None


def forget_unless(changed_at: datetime | None) -> None:
    """Whoever reads the row's moment with something else keeps what the process holds true."""
    if _held and (_held.row.changed_at if _held.row else None) != changed_at:
        forget()
