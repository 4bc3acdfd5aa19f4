from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    QUEUED = "queued", _("owed")
    LEASED = "leased", _("taken by a worker")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    # A worker died inside the SMTP dialogue: nobody can know whether the letter left.
    UNCERTAIN = "uncertain", _("in doubt")
    FAILED = "failed", _("failed")
    OBSOLETE = "obsolete", _("no longer needed")
    # The mail server has said for good that there is no such mailbox.
    SUPPRESSED = "suppressed", _("not sent: the address does not exist")


# Not yet handed over: these can still be withdrawn.
WAITING = (State.QUEUED, State.LEASED)
# Staff should look at them.
TROUBLE = (State.FAILED, State.UNCERTAIN)


class LetterQuerySet(models.QuerySet["Letter"]):
    def due(self, at: datetime) -> LetterQuerySet:
        return self.filter(state=State.QUEUED, next_attempt_at__lte=at)

    def abandoned(self, at: datetime) -> LetterQuerySet:
        """Held by a worker whose lease has run out: it died, or it hangs."""
        return self.filter(state__in=(State.LEASED, State.SENDING), lease_until__lte=at)

    def in_trouble(self) -> LetterQuerySet:
        """That staff can still do something about."""
        return self.filter(state__in=TROUBLE, emptied_at=None)

    def over(self, before: datetime) -> LetterQuerySet:
        """Long done with, one way or another, and still saying what they said."""
        ended = Coalesce("sent_at", "troubled_at", "owed_at")
        return (
            self.filter(emptied_at=None).exclude(state__in=(*WAITING, State.SENDING)).alias(ended=ended).filter(ended__lte=before)
        )

    def with_suppression(self) -> LetterQuerySet:
        """Each letter with `is_suppressed`: whether its address refuses letters now."""
        refusing = Suppression.objects.active().filter(email=OuterRef("to"))
        return self.annotate(is_suppressed=Exists(refusing))  # type: ignore[no-redef]  # declared there for its readers


class Letter(models.Model):
    """One e-mail owed to one address for one occasion: the outbox. Celery only carries it out.

    `context` holds what its template says. Signed links are made when the letter is rendered, from `link_purpose` and
    `link_pk`; only letters of SECRET_KINDS hold a secret, until they have left or are given up.
    """

    is_suppressed: bool  # only on letters read with_suppression()

    to = models.EmailField(_("to"))
    kind = models.CharField(_("kind"), max_length=40)
    occasion = models.CharField(_("occasion"), max_length=200)
    language = models.CharField(_("language"), max_length=5, default="pl")
    context = models.JSONField(_("content"), default=dict, blank=True)
    link_purpose = models.CharField(max_length=1, blank=True, editable=False)
    link_pk = models.BigIntegerField(null=True, blank=True, editable=False)
    # One-click unsubscribe for letters that preferences govern (RFC 8058).
    unfollow_pk = models.BigIntegerField(null=True, blank=True, editable=False)
    calendar = models.TextField(_("calendar entry"), blank=True)
    owed_at = models.DateTimeField(_("owed since"))
    expires_at = models.DateTimeField(_("not to be sent after"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    attempt = models.PositiveIntegerField(_("attempts"), default=0)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    next_attempt_at = models.DateTimeField(_("next attempt"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=300, blank=True)
    # Subject, body and footer as they were last handed over: the text may be edited later. Empty for letters that held
    # a secret.
    as_sent = models.JSONField(_("as sent"), default=dict, blank=True)
    # What went wrong and what staff did, oldest first: [{"at": ISO moment, "what": State, "words": str, "by": e-mail}].
    history = models.JSONField(_("history"), default=list, blank=True)
    # How often nobody could know whether it left; a receipt is repeated once, a reminder never.
    doubts = models.PositiveSmallIntegerField(_("times in doubt"), default=0)
    troubled_at = models.DateTimeField(_("in trouble since"), null=True, blank=True)
    # What it said, and to whom, is no longer kept: see accounts.forgetting.
    emptied_at = models.DateTimeField(_("content erased"), null=True, blank=True)
    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ("-owed_at", "-pk")
        constraints = [
            models.UniqueConstraint(fields=("to", "occasion"), name="letter_once_per_recipient_and_occasion"),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at=None)),
                name="letter_says_when_it_was_sent",
            ),
        ]
        indexes = [
            models.Index(fields=("next_attempt_at",), condition=Q(state="queued"), name="letter_due"),
            models.Index(fields=("lease_until",), condition=Q(state__in=("leased", "sending")), name="letter_leased"),
            models.Index(fields=("troubled_at",), condition=Q(state__in=("failed", "uncertain")), name="letter_in_trouble"),
            # A beginning is looked for, which the usual order of a language cannot do.
            models.Index(fields=("occasion",), opclasses=("varchar_pattern_ops",), name="letter_by_occasion"),
            models.Index(fields=("state",), condition=Q(kind__in=("login_code", "password_reset")), name="letter_of_secret_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    def history_with(self, what: State, words: str, *, at: datetime, by: str = "") -> list[dict[str, str]]:
        """The history and one line more. What a server says over and over is written once: `attempt` counts it."""
        line = {"at": at.isoformat(), "what": what.value, "words": words, "by": by}
        last: dict[str, str] = self.history[-1] if self.history else {}
        is_said_again = not by and {**last, "at": ""} == {**line, "at": ""}
        return self.history if is_said_again else [*self.history, line]

    @property
    def is_cancelled_by_staff(self) -> bool:
        last: dict[str, str] = self.history[-1] if self.history else {}
        return self.state == last.get("what") == State.OBSOLETE and bool(last["by"])


class LetterText(models.Model):
    """The office's own words for one kind of letter in one language; without a row the portal's own are used."""

    kind = models.CharField(_("kind"), max_length=40)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    subject = models.CharField(_("subject"), max_length=150)
    body = models.TextField(_("text"), max_length=6000)
    why = models.CharField(_("why the person gets this letter"), max_length=400)
    changed_at = models.DateTimeField(_("changed"))
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("changed by")
    )

    class Meta:
        verbose_name = _("text of a letter")
        verbose_name_plural = _("texts of letters")
        ordering = ("kind", "language")
        constraints = [models.UniqueConstraint(fields=("kind", "language"), name="letter_text_once_per_language")]

    def __str__(self) -> str:
        return f"{self.kind} {self.language}"


class SuppressionQuerySet(models.QuerySet["Suppression"]):
    def active(self) -> SuppressionQuerySet:
        return self.filter(lifted_at=None)


class Suppression(models.Model):
    """A mail server said for good that this mailbox does not exist. Reminders to it stop until this is lifted."""

    email = models.EmailField(_("e-mail"))
    reason = models.CharField(_("what the mail server said"), max_length=300)
    since = models.DateTimeField(_("since"))
    # Said after our own mail server had taken a letter: its taking another one says nothing.
    by_bounce = models.BooleanField(_("the letter came back"), default=False)
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("lifted by")
    )
    objects = SuppressionQuerySet.as_manager()

    class Meta:
        verbose_name = _("address that refuses letters")
        verbose_name_plural = _("addresses that refuse letters")
        ordering = ("-since",)
        constraints = [
            models.UniqueConstraint(fields=("email",), condition=Q(lifted_at=None), name="suppression_once_while_active")
        ]

    def __str__(self) -> str:
        return self.email


class Heartbeat(models.Model):
    """When a periodic task last ran to its end."""

    task = models.CharField(_("task"), max_length=60, primary_key=True)
    at = models.DateTimeField(_("last run"))

    class Meta:
        verbose_name = _("periodic task")
        verbose_name_plural = _("periodic tasks")

    def __str__(self) -> str:
        return self.task


class Rate(models.Model):
    """How often something was asked for in one window of time; works without Redis."""

    key = models.CharField(max_length=100)
    window = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("key", "window"), name="rate_counted_once_per_window")]

    def __str__(self) -> str:
        return f"{self.key} {self.count}"
