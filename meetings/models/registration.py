from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consultations.models import Channel
from meetings.models.meeting import Meeting, WorkingGroup


class Ended(models.TextChoices):
    LAPSED = "lapsed", _("the e-mail was not confirmed in time")
    WITHDREW = "withdrew", _("resigned")
    BY_STAFF = "by_staff", _("removed by the office")


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def active(self) -> RegistrationQuerySet:
        """Holding a seat, or a hold that no verb has released yet."""
        return self.filter(ended_at=None)

    def lapsed(self, at: datetime) -> RegistrationQuerySet:
        """Seats held for an e-mail that nobody confirmed in time."""
        return self.active().filter(email_confirmed_at=None, held_until__lte=at)

    def held(self, at: datetime) -> RegistrationQuerySet:
        """Seats that wait for an e-mail to be confirmed, and still may."""
        return self.active().filter(email_confirmed_at=None, held_until__gt=at)

    def registered(self) -> RegistrationQuerySet:
        """Seated people whose address is known to be theirs."""
        return self.active().filter(email_confirmed_at__isnull=False)

    def unconfirmed(self) -> RegistrationQuerySet:
        """Registered, but attendance not confirmed."""
        return self.registered().filter(attendance_confirmed_at=None)

    def coming(self) -> RegistrationQuerySet:
        """Registered, and they have said that they come."""
        return self.registered().exclude(attendance_confirmed_at=None)


class Registration(models.Model):
    """One person in exactly one group. What happened is kept as moments; no job moves a status."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="registrations", verbose_name=_("meeting"))
    group = models.ForeignKey(WorkingGroup, models.PROTECT, related_name="registrations", verbose_name=_("group"))
    name = models.CharField(_("first and last name"), max_length=150)
    # Folded (case, accents, spaces), since organizations share mailboxes: see actions.people.folded.
    name_key = models.CharField(max_length=150, editable=False)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    organization = models.ForeignKey(
        "accounts.Organization",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="registrations",
        verbose_name=_("organization"),
    )
    organization_name = models.CharField(_("organization as written"), max_length=250, blank=True)
    needs = models.TextField(_("accessibility needs"), max_length=1000, blank=True)
    language = models.CharField(max_length=5, default="pl", editable=False)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel, default=Channel.PORTAL)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("entered by")
    )
    created_at = models.DateTimeField(_("signed up"))
    held_until = models.DateTimeField(_("seat held until"), null=True, blank=True)
    email_confirmed_at = models.DateTimeField(_("e-mail confirmed"), null=True, blank=True)
    attendance_confirmed_at = models.DateTimeField(_("attendance confirmed"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_because = models.CharField(_("why it ended"), max_length=10, choices=Ended, blank=True)
    # How often this person's own calendar entry changed: a new group, an end, a seat taken again.
    changes = models.PositiveIntegerField(default=0, editable=False)
    # One form with the same answers, one seat: a double click gets the first answer again.
    form_token = models.CharField(max_length=32, unique=True, editable=False)
    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("sign-up")
        verbose_name_plural = _("sign-ups")
        ordering = ("meeting", "created_at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=("meeting", "email", "name_key"),
                condition=Q(ended_at=None) & ~Q(email=""),
                name="registration_once_per_person",
                violation_error_message=_("This person is signed up for this meeting already."),
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_because="") | (Q(ended_at__isnull=False) & ~Q(ended_because="")),
                name="registration_end_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(email_confirmed_at__isnull=False) | Q(held_until__isnull=False),
                name="registration_unconfirmed_has_a_hold",
            ),
            models.CheckConstraint(
                condition=Q(attendance_confirmed_at=None) | Q(email_confirmed_at__isnull=False),
                name="registration_attendance_after_email",
            ),
        ]
        indexes = [models.Index(fields=("group", "held_until"), condition=Q(ended_at=None), name="registration_active")]

    def __str__(self) -> str:
        return self.name

    @property
    def speaks_for(self) -> str:
        """The organization as people know it, or as it was written; empty for somebody who comes for themselves."""
        return self.organization.name if self.organization else self.organization_name

    @property
    def is_confirmed(self) -> bool:
        """Whether this person comes, as far as we know: only then the link to the room is theirs to see."""
        return self.ended_at is None and self.attendance_confirmed_at is not None

    @property
    def calendar_sequence(self) -> int:
        """Rises with every change of the meeting and of this person's part in it (RFC 5545, SEQUENCE)."""
        return self.meeting.ics_sequence + self.changes


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
    form_token = models.CharField(max_length=32, unique=True, editable=False)

    class Meta:
        verbose_name = _("extra topic")
        verbose_name_plural = _("extra topics")
        ordering = ("meeting", "received_at")

    def __str__(self) -> str:
        return self.title
