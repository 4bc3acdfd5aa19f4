from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from consultations.models.schedule import Consultation, Stage


class ReminderKind(models.TextChoices):
    """What a rule reminds of. The value is the kind of its letter too."""

    INVITATION = "invitation", _("invitation to the organizations of the directory")
    STAGE_OPENS = "stage_opens", _("a stage opens")
    STAGE_CLOSES = "stage_closes", _("a stage closes soon")
    SIGNUP_CLOSES = "signup_closes", _("sign-up for a meeting closes soon")
    TOPICS_CLOSE = "topics_close", _("extra topics of a meeting close soon")
    CONFIRM_ATTENDANCE = "confirm_attendance", _("confirm that you are coming")
    MEETING_SOON = "meeting_soon", _("the meeting is soon")
    NEWS = "news", _("an announcement was published")
    RESULTS = "results", _("the text after consultation is public")
    STAFF_UNANSWERED = "staff_unanswered", _("for staff: voices wait for an answer")


class Audience(models.TextChoices):
    DIRECTORY = "directory", _("organizations of the directory")
    FOLLOWERS = "followers", _("followers")
    FOLLOWERS_AND_SIGNED_UP = "all", _("followers and people signed up")
    SILENT = "silent", _("those of them who have not spoken yet")
    NOT_SIGNED_UP = "not_signed_up", _("followers who have not signed up")
    SIGNED_UP = "signed_up", _("people signed up")
    UNCONFIRMED = "unconfirmed", _("people signed up who have not confirmed")
    COMING = "coming", _("people who are coming")
    STAFF = "staff", _("coordinators")


class ReminderRuleQuerySet(models.QuerySet["ReminderRule"]):
    def running(self, kind: str, at: datetime) -> ReminderRuleQuerySet:
        return self.filter(kind=kind, is_on=True, consultation__published_at__lte=at)


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
                "audience",
                Coalesce("stage_id", 0),
                Coalesce("days", -1),
                Coalesce("hours", -1),
                name="rule_once",
                violation_error_message=_("There is such a rule already."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


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
