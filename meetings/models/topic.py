from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from consultations.models import Channel
from meetings.models.group import WorkingGroup
from meetings.models.meeting import Meeting


class TopicOutcome(models.TextChoices):
    ACCEPTED = "accepted", _("accepted: a group talks about it")
    MERGED = "merged", _("joined with another topic")
    REJECTED = "rejected", _("not taken up")


class TopicProposal(models.Model):
    """An extra topic somebody wants a group to talk about."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="topic_proposals", verbose_name=_("meeting"))
    group = models.ForeignKey(
        WorkingGroup, models.SET_NULL, null=True, blank=True, related_name="topic_proposals", verbose_name=_("taken into group")
    )
    title = models.CharField(_("topic"), max_length=200)
    text = models.TextField(_("why it matters"), max_length=2000, blank=True)
    name = models.CharField(_("first and last name"), max_length=150)
    email = models.EmailField(_("e-mail"), blank=True)
    organization_name = models.CharField(_("organization"), max_length=250, blank=True)
    language = models.CharField(max_length=5, default="pl", editable=False)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel, default=Channel.PORTAL)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("entered by")
    )
    received_at = models.DateTimeField(_("received"))
    outcome = models.CharField(_("decision"), max_length=10, choices=TopicOutcome, blank=True)
    answer = models.TextField(_("answer to the author"), max_length=1000, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", verbose_name=_("joined with")
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    erased_at = models.DateTimeField(_("author erased"), null=True, blank=True, editable=False)
    form_token = models.CharField(max_length=32, unique=True, editable=False)

    class Meta:
        verbose_name = _("extra topic")
        verbose_name_plural = _("extra topics")
        ordering = ("meeting", "received_at")
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="", group=None, merged_into=None, decided_at=None)
                | Q(outcome="accepted", group__isnull=False, merged_into=None, decided_at__isnull=False)
                | Q(outcome="merged", group=None, merged_into__isnull=False, decided_at__isnull=False)
                | Q(outcome="rejected", group=None, merged_into=None, decided_at__isnull=False),
                name="topic_has_what_its_decision_needs",
                violation_error_message=_("Choose the group for an accepted topic, or the topic that it is joined with."),
            ),
            models.CheckConstraint(
                condition=~Q(outcome="rejected") | ~Q(answer=""),
                name="topic_is_rejected_with_reasons",
                violation_error_message=_("Write to the author why the topic is not taken up."),
            ),
            models.CheckConstraint(condition=~Q(merged_into=F("pk")), name="topic_is_not_merged_into_itself"),
            models.CheckConstraint(condition=Q(erased_at=None) | Q(name="", email=""), name="topic_erased_names_nobody"),
        ]

    def __str__(self) -> str:
        return self.title
