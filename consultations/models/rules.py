from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from consultations import rules
from consultations.models.schedule import Consultation, Stage
from consultations.rules import Audience, ReminderKind


class ReminderRuleQuerySet(models.QuerySet["ReminderRule"]):
    def running(self, kinds: Iterable[ReminderKind], at: datetime) -> ReminderRuleQuerySet:
        return self.filter(kind__in=list(kinds), is_on=True, consultation__published_at__lte=at)


class ReminderRule(models.Model):
    """When the portal writes by itself, about what, to whom: at the moment itself, or days or hours before it.

    Days count on the local calendar and go with a clock time; hours are exact.
    """

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="reminder_rules", verbose_name=_("consultation"))
    kind = models.CharField(_("what about"), max_length=20, choices=ReminderKind)
    # Only for what reminds of stages; empty: every stage that such a letter suits.
    stage = models.ForeignKey(
        Stage, models.CASCADE, null=True, blank=True, related_name="reminder_rules", verbose_name=_("only this stage")
    )
    days = models.PositiveSmallIntegerField(_("days before"), null=True, blank=True)
    clock = models.TimeField(_("at"), null=True, blank=True)
    hours = models.PositiveSmallIntegerField(_("hours before"), null=True, blank=True)
    audience = models.CharField(_("to whom"), max_length=20, choices=Audience)
    is_on = models.BooleanField(_("switched on"), default=True)
    # What was due earlier is not this rule's fault.
    since = models.DateTimeField(_("in force since"), editable=False)
    objects = ReminderRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("reminder rule")
        verbose_name_plural = _("reminder rules")
        ordering = ("consultation", "kind", "-days", "-hours")
        constraints = [
            models.CheckConstraint(
                condition=Q(days__isnull=False, clock__isnull=False, hours=None) | Q(days=None, clock=None),
                name="rule_counts_in_days_or_hours",
                violation_error_message=_("Give days with a time of day, or hours, or neither."),
            ),
            models.CheckConstraint(
                condition=Q(days=None) | Q(days__lte=60),
                name="rule_days_within_two_months",
                violation_error_message=_("Give at most 60 days."),
            ),
            models.CheckConstraint(
                condition=Q(hours=None) | Q(hours__lte=240),
                name="rule_hours_within_ten_days",
                violation_error_message=_("Give at most 240 hours; for more use days."),
            ),
            models.UniqueConstraint(
                # A unique index takes two NULLs for two values.
                "consultation",
                "kind",
                Coalesce("stage", 0),
                Coalesce("days", -1),
                Coalesce("hours", -1),
                name="rule_once",
                violation_error_message=_("There is such a rule already."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def when(self) -> rules.When:
        return rules.When(self.days, self.clock, self.hours)

    def due_at(self, moment: datetime, day: date) -> datetime:
        """When it writes about a moment; `day` is the one people mean by it."""
        return rules.due_at(moment, day, self.when)

    def answers_for(self, due_at: datetime) -> bool:
        """Whether a letter that was due then is this rule's to have written."""
        published_at = self.consultation.published_at
        return published_at is not None and due_at >= max(self.since, published_at)


class ReminderRun(models.Model):
    """One arming of a rule for one deadline: a deadline that moves arms the rule anew.

    Its key stands in the occasion of every letter it owes, which makes them once per person, rule and deadline.
    """

    rule = models.ForeignKey(ReminderRule, models.CASCADE, related_name="runs", verbose_name=_("rule"))
    # As in occasions: "stage:12", "meeting:3".
    thing = models.CharField(_("about"), max_length=40)
    moment = models.DateTimeField(_("deadline"))
    due_at = models.DateTimeField(_("due"))
    # The deadline had been another one when people were last written to: the letter says so.
    is_moved = models.BooleanField(_("new deadline"), default=False)
    began_at = models.DateTimeField(_("began"), null=True, blank=True)
    missed_at = models.DateTimeField(_("missed"), null=True, blank=True)
    letters = models.PositiveIntegerField(_("letters"), default=0)

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ("-due_at", "-pk")
        indexes = [models.Index(fields=("rule", "thing"), name="run_of_a_thing")]
        constraints = [
            models.CheckConstraint(
                condition=Q(began_at=None, missed_at__isnull=False, letters=0) | Q(began_at__isnull=False, missed_at=None),
                name="run_began_or_was_missed",
            )
        ]

    def __str__(self) -> str:
        return f"{self.thing} {self.moment:%Y-%m-%d %H:%M}"

    @property
    def occasion(self) -> str:
        """Of the letters it owes; where people share mailboxes, ":registration:<pk>" follows."""
        return f"{self.rule.kind}:{self.thing}:{self.pk}"
