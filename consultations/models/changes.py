from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from consultations.models.answers import TAKEN, Decision, Part
from consultations.models.schedule import Consultation
from consultations.models.voices import Voice
from programs.models import DraftVersion
from programs.models.text import HEADING_AT_MOST, TEXT_AT_MOST

USER = settings.AUTH_USER_MODEL


def traced_parts(at: datetime) -> QuerySet[Part]:
    """Those that the public may follow into the text: their voice is released, and an answer that takes them up published."""
    taken = Decision.objects.in_force(at).filter(outcome__in=TAKEN).values("part")
    return Part.objects.standing().filter(voice__released_at__lte=at, pk__in=taken)


class ChangeAction(models.TextChoices):
    REWORD = "reword", _("new wording")
    ADD = "add", _("new unit behind it")
    REMOVE = "remove", _("unit removed")


class ChangeQuerySet(models.QuerySet["ProposedChange"]):
    def waiting(self) -> ChangeQuerySet:
        return self.filter(applied_at=None, discarded_at=None)

    def applied(self) -> ChangeQuerySet:
        return self.filter(applied_at__isnull=False)

    def made_in(self, versions: Iterable[int]) -> ChangeQuerySet:
        return self.filter(applied_in__in=versions)

    def with_basis(self) -> ChangeQuerySet:
        """Because of a voice, published or not, or for a reason of the office: for the desk."""
        return self.filter(Q(parts__isnull=False) | ~Q(own_reason="")).distinct()

    def reasons(self, at: datetime) -> list[Reason]:
        """Why, as far as the public may know it, in the order in which the changes were proposed. One query."""
        # A reason given beside voices waits for their answers: it would tell of them.
        told = self.filter(Q(parts__in=traced_parts(at)) | Q(parts=None) & ~Q(own_reason=""))
        said = ("parts__voice__kind", "parts__voice__number", "parts__voice__consultation__slug")
        rows = told.order_by("proposed_at", "pk", *said).values_list("result", "action", "own_reason", *said)
        reasons = []
        for provision, action, own_reason, kind, number, slug in rows:
            if number:
                voice = Voice(kind=kind, number=number, consultation=Consultation(slug=slug))
                reasons.append(Reason(provision, action, voice.signature, voice.get_absolute_url()))
            if own_reason:
                reasons.append(Reason(provision, action, own_reason))
        return list(dict.fromkeys(reasons))


class ProposedChange(models.Model):
    """What is to become of one provision, or became of it, and because of which voices or for what reason of the office."""

    provision = models.ForeignKey("programs.Provision", models.PROTECT, related_name="changes", verbose_name=_("provision"))
    action = models.CharField(_("what is done"), max_length=10, choices=ChangeAction, default=ChangeAction.REWORD)
    # The version whose words were changed, and the fingerprint of those words: others there now are a conflict.
    # Empty for a change that was made in the text first and explained afterwards.
    base = models.ForeignKey(
        "programs.DraftVersion", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("made on version")
    )
    base_hash = models.CharField(max_length=64, blank=True, editable=False)
    heading = models.CharField(_("heading"), max_length=HEADING_AT_MOST, blank=True)
    text = models.TextField(_("text"), max_length=TEXT_AT_MOST, blank=True)
    # The decided parts that led to it; empty for a change of the office's own.
    parts = models.ManyToManyField(Part, blank=True, related_name="changes", verbose_name=_("because of"))
    own_reason = models.CharField(_("reason of the office"), max_length=1000, blank=True)
    proposed_by = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+", verbose_name=_("proposed by"))
    proposed_at = models.DateTimeField(_("proposed"))
    applied_in = models.ForeignKey(
        "programs.DraftVersion", models.PROTECT, null=True, blank=True, related_name="changes", verbose_name=_("made in version")
    )
    applied_by = models.ForeignKey(USER, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("made by"))
    applied_at = models.DateTimeField(_("made"), null=True, blank=True)
    # The provision that carries it in that version: the same, or the new one.
    result = models.ForeignKey(
        "programs.Provision", models.PROTECT, null=True, blank=True, related_name="results_of", verbose_name=_("came to stand in")
    )
    discarded_by = models.ForeignKey(USER, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("dropped by"))
    discarded_at = models.DateTimeField(_("dropped"), null=True, blank=True)
    discarded_why = models.CharField(_("why it was dropped"), max_length=1000, blank=True)
    objects = ChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of the text")
        verbose_name_plural = _("changes of the text")
        ordering = ("proposed_at", "pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(applied_at=None, applied_in=None, result=None)
                | Q(applied_at__isnull=False, applied_in__isnull=False, result__isnull=False, discarded_at=None),
                name="change_applied_says_where",
            ),
            models.CheckConstraint(
                condition=Q(base=None, base_hash="", applied_at__isnull=False) | Q(base__isnull=False) & ~Q(base_hash=""),
                name="change_knows_its_base",
            ),
            models.CheckConstraint(
                condition=Q(discarded_at=None) | ~Q(discarded_why=""),
                name="change_dropped_for_a_reason",
                violation_error_message=_("Write why the change is dropped."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()}, {self.proposed_at:%Y-%m-%d}"

    @property
    def is_waiting(self) -> bool:
        return self.applied_at is None and self.discarded_at is None

    def open_version(self) -> DraftVersion | None:
        """Where it can be made now: the newest version of its program that is still written."""
        return self.provision.program.versions.filter(frozen_at=None).order_by("number").last()


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason why a provision is as it is: the number of a voice with its address, or the office's own words."""

    provision: UUID
    action: str  # of ChangeAction
    words: str
    url: str = ""


@dataclass(frozen=True)
class Landing:
    """Where a voice is in the text: a change that was made because of it, in a version that everybody may read."""

    action: str  # of ChangeAction
    version: DraftVersion
    citation: str  # of the provision that carries it; of the one removed, as it was cited before
    url: str  # of that provision in the version, or of the comparison where it is gone
