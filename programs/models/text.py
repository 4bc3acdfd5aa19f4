from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from programs.marks import MARK
from programs.models.program import DraftVersion, Program, StatutoryElement
from programs.numbering import Unit

HEADING_AT_MOST, TEXT_AT_MOST, CELLS_AT_MOST = 250, 20_000, 200_000  # characters


class Provision(models.Model):
    """The identity of a unit through all versions of its program. Never deleted; its number is computed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    program = models.ForeignKey(Program, models.PROTECT, related_name="provisions", verbose_name=_("program"))
    elements = models.ManyToManyField(
        StatutoryElement, blank=True, related_name="provisions", verbose_name=_("statutory elements it fulfils")
    )

    class Meta:
        verbose_name = _("provision")
        verbose_name_plural = _("provisions")

    def __str__(self) -> str:
        return str(self.id)


class TextQuerySet(models.QuerySet["ProvisionText"]):
    def in_reading_order(self) -> TextQuerySet:
        return self.order_by("rank")

    def empty(self) -> TextQuerySet:
        """Says nothing itself and holds nothing that does."""
        return self.filter(text="", heading="", cells=[], children=None)


class ProvisionText(models.Model):
    """The words of one provision in one version: plain text, since law has no bold."""

    version = models.ForeignKey(DraftVersion, models.PROTECT, related_name="texts", verbose_name=_("version"))
    provision = models.ForeignKey(Provision, models.PROTECT, related_name="texts", verbose_name=_("provision"))
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("stands in")
    )
    position = models.PositiveIntegerField(_("position"))
    kind = models.CharField(_("kind"), max_length=12, choices=Unit)
    heading = models.CharField(_("heading"), max_length=HEADING_AT_MOST, blank=True)
    text = models.TextField(_("text"), max_length=TEXT_AT_MOST, blank=True)
    # A table: rows of cells, the first row is the header. [["Zadanie", "Kwota"], ["…", "10 000"]]
    cells = models.JSONField(_("table"), default=list, blank=True)
    # Computed from the tree by the verbs, never typed: see numbering.py.
    label = models.CharField(_("label"), max_length=40, blank=True, editable=False)
    citation = models.CharField(_("citation"), max_length=120, blank=True, editable=False)
    anchor = models.CharField(max_length=120, blank=True, editable=False)
    # Place in reading order and depth in the tree: the whole text is one query.
    rank = models.PositiveIntegerField(default=0, editable=False)
    depth = models.PositiveSmallIntegerField(default=0, editable=False)
    objects = TextQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit of the text")
        verbose_name_plural = _("units of the text")
        ordering = ("version", "rank")
        constraints = [
            models.UniqueConstraint(fields=("version", "provision"), name="provision_once_per_version"),
            models.CheckConstraint(
                condition=Q(kind="table") | Q(cells=[]),
                name="provision_cells_only_in_tables",
                violation_error_message=_("Only a table has rows and cells."),
            ),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("text"), TEXT_AT_MOST),
                name="provision_text_fits",
                violation_error_message=_("A unit holds at most 20,000 characters."),
            ),
        ]

    def __str__(self) -> str:
        return self.citation

    @property
    def opening(self) -> str:
        """How it begins, for lists to choose from; marks are left out, since only the whole text can print them."""
        return Truncator(self.heading or MARK.sub("…", self.text)).chars(60)

    def fingerprint(self) -> str:
        """Changes with the words of this unit alone: tells whether somebody edited it in the meantime."""
        return _sha256([self.kind, self.heading, self.text, self.cells])


class Descent(models.TextChoices):
    SPLIT = "split", _("split")
    MERGED = "merged", _("merged")
    REPLACED = "replaced", _("replaced")


class ProvisionLineage(models.Model):
    """In `version`, `source` went on as `target`: cut in two, joined with another, or written anew."""

    version = models.ForeignKey(DraftVersion, models.PROTECT, related_name="lineage", verbose_name=_("version"))
    source = models.ForeignKey(Provision, models.PROTECT, related_name="descendants")
    target = models.ForeignKey(Provision, models.PROTECT, related_name="ancestors")
    kind = models.CharField(max_length=10, choices=Descent)

    class Meta:
        verbose_name = _("descent of a provision")
        verbose_name_plural = _("descent of provisions")
        constraints = [
            models.UniqueConstraint(fields=("version", "source", "target"), name="lineage_once_per_version"),
            models.CheckConstraint(condition=~Q(source=models.F("target")), name="lineage_leads_to_another"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.kind} {self.target_id}"


def checksum(texts: Iterable[ProvisionText]) -> str:
    """One number for a whole text, given in reading order: its units, their numbers, words and places."""
    texts = list(texts)
    provisions: dict[int | None, str] = {text.pk: str(text.provision_id) for text in texts}
    return _sha256(
        [
            [str(text.provision_id), provisions.get(text.parent_id), text.kind, text.label, text.heading, text.text, text.cells]
            for text in texts
        ]
    )


def _sha256(data: object) -> str:
    return hashlib.sha256(json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
