from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consultations.models import Channel
from meetings.models.group import WorkingGroup
from meetings.models.meeting import Meeting, MeetingAction


class Ended(models.TextChoices):
    LAPSED = "lapsed", _("the e-mail was not confirmed in time")
    UNTAKEN = "untaken", _("the place offered was not taken in time")
    SILENT = "silent", _("attendance was not confirmed in time")
    ABSENT = "absent", _("did not come")
    WITHDREW = "withdrew", _("resigned")
    BY_STAFF = "by_staff", _("removed by the office")


def lapsing(at: datetime) -> Q:
    return Q(email_confirmed_at=None, held_until__lte=at) | Q(offered_until__lte=at)


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def active(self) -> RegistrationQuerySet:
        """Holding a seat or waiting for one; also a hold or an offer that no verb has let go yet."""
        return self.filter(ended_at=None)

    def seated(self) -> RegistrationQuerySet:
        """Counted in the group's `taken`."""
        return self.active().filter(waits_since=None)

    def waiting(self) -> RegistrationQuerySet:
        """In the order in which places are offered."""
        return self.active().filter(waits_since__isnull=False).order_by("waits_since", "pk")

    def lapsed(self, at: datetime) -> RegistrationQuerySet:
        """Places kept for an answer that did not come in time: to our letter, or to an offer."""
        return self.active().filter(lapsing(at))

    def held(self, at: datetime) -> RegistrationQuerySet:
        """People whose e-mail is not confirmed, and still may be."""
        return self.active().filter(email_confirmed_at=None, held_until__gt=at)

    def registered(self) -> RegistrationQuerySet:
        """Seated people whose address is known to be theirs; a place on offer is not theirs yet."""
        return self.seated().filter(email_confirmed_at__isnull=False, offered_until=None)

    def unconfirmed(self) -> RegistrationQuerySet:
        """Registered, but attendance not confirmed."""
        return self.registered().filter(attendance_confirmed_at=None)

    def coming(self) -> RegistrationQuerySet:
        """Registered, and they have said that they come."""
        return self.registered().exclude(attendance_confirmed_at=None)

    def present(self) -> RegistrationQuerySet:
        return self.active().exclude(present_at=None)

    def named(self) -> RegistrationQuerySet:
        """Of whom everybody may read that their organization was there."""
        return self.present().filter(may_be_named=True).exclude(organization=None, organization_name="")

    def turnout(self) -> tuple[int, int]:
        """How many people were present, and how many organizations they spoke for; one spelling more is none more."""
        rows = self.present().values_list("organization", "organization_name")
        spoke_for = {pk or " ".join(name.casefold().split()) for pk, name in rows}
        return len(rows), len(spoke_for - {""})

    def on_the_list(self) -> RegistrationQuerySet:
        """Whom the door expects: registered, offered a place, or marked absent there."""
        return self.filter(Q(ended_at=None, waits_since=None) | Q(ended_because=Ended.ABSENT)).exclude(email_confirmed_at=None)

    def reachable(self) -> RegistrationQuerySet:
        """Everybody who is to hear of the meeting: registered, offered a place, or waiting with a proven address."""
        return self.active().filter(email_confirmed_at__isnull=False)


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
    organization_number = models.CharField(_("KRS, NIP or REGON as written"), max_length=14, blank=True)
    may_be_named = models.BooleanField(_("its organization may be named among those who took part"), default=False)
    # At a hybrid meeting: from afar, not in the room.
    remotely = models.BooleanField(_("takes part remotely"), default=False)
    needs = models.TextField(_("accessibility needs"), max_length=1000, blank=True)
    language = models.CharField(max_length=5, default="pl", editable=False)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel, default=Channel.PORTAL)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("entered by")
    )
    created_at = models.DateTimeField(_("signed up"))
    held_until = models.DateTimeField(_("seat held until"), null=True, blank=True)
    # In the queue since then, without a seat. The queue is ordered by it: see RegistrationQuerySet.waiting.
    waits_since = models.DateTimeField(_("waits since"), null=True, blank=True)
    # A seat that became free is kept for this person until then.
    offered_until = models.DateTimeField(_("place offered until"), null=True, blank=True)
    email_confirmed_at = models.DateTimeField(_("e-mail confirmed"), null=True, blank=True)
    attendance_confirmed_at = models.DateTimeField(_("attendance confirmed"), null=True, blank=True)
    present_at = models.DateTimeField(_("was present"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_because = models.CharField(_("why it ended"), max_length=10, choices=Ended, blank=True)
    # Who it was is forgotten; that somebody took part is counted on.
    erased_at = models.DateTimeField(_("person erased"), null=True, blank=True, editable=False)
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
            models.CheckConstraint(
                condition=Q(offered_until=None)
                | Q(waits_since=None, email_confirmed_at__isnull=False, attendance_confirmed_at=None),
                name="registration_offer_is_a_seat_not_taken_yet",
            ),
            models.CheckConstraint(
                condition=Q(waits_since=None) | Q(attendance_confirmed_at=None, present_at=None),
                name="registration_who_waits_has_no_seat",
            ),
            models.CheckConstraint(
                condition=Q(present_at=None) | Q(ended_at=None),
                name="registration_present_has_not_ended",
            ),
            models.CheckConstraint(
                condition=Q(erased_at=None) | Q(name="", name_key="", email="", phone="", needs="", organization_number=""),
                name="registration_erased_names_nobody",
            ),
        ]
        indexes = [models.Index(fields=("group", "held_until"), condition=Q(ended_at=None), name="registration_active")]

    def __str__(self) -> str:
        return self.name or str(_("a person whose data are erased"))

    @property
    def speaks_for(self) -> str:
        """The organization as people know it, or as it was written; empty for somebody who comes for themselves."""
        return self.organization.name if self.organization else self.organization_name

    @property
    def named_as(self) -> str:
        """As its people wrote it; whoever staff chose from the directory, as it stands there."""
        return self.organization_name or (self.organization.name if self.organization else "")

    @property
    def is_confirmed(self) -> bool:
        """Whether this person comes, as far as we know: only then the link to the room is theirs to see."""
        return self.ended_at is None and self.attendance_confirmed_at is not None

    @property
    def is_waiting(self) -> bool:
        return self.ended_at is None and self.waits_since is not None

    @property
    def is_offered(self) -> bool:
        return self.ended_at is None and self.offered_until is not None

    def may_change_group(self, at: datetime) -> bool:
        """Until the deadline; whoever's group was called off, until the meeting begins."""
        action = MeetingAction.RESIGN if self.group.cancelled_at else MeetingAction.CHANGE
        return self.ended_at is None and self.meeting.may(action, at)

    @property
    def room_link(self) -> str:
        """Empty for everybody to whom it must not be shown, whatever the page or letter."""
        group = self.group
        if not self.is_confirmed or self.meeting.cancelled_at or group.cancelled_at:
            return ""
        return group.room_link if self.remotely or not self.meeting.is_hybrid else ""

    @property
    def calendar_sequence(self) -> int:
        """Rises with every change of the meeting and of this person's part in it (RFC 5545, SEQUENCE)."""
        return self.meeting.ics_sequence + self.changes


class What(models.TextChoices):
    """What happens to a sign-up, for whoever asks later why it went as it did."""

    SIGNED_UP = "signed_up", _("signed up")
    WAITS = "waits", _("put on the waiting list")
    EMAIL_CONFIRMED = "email", _("confirmed the e-mail")
    SEATED = "seated", _("moved up from the waiting list")
    OFFERED = "offered", _("was offered a place that became free")
    COMING = "coming", _("said that they are coming")
    ASKED_AGAIN = "asked", _("was asked again whether they come")
    MOVED = "moved", _("moved to another group")
    PRESENT = "present", _("was present")
    ENDED = "ended", _("the sign-up ended")


class RegistrationEvent(models.Model):
    """One line of the story of a sign-up. Only added to."""

    registration = models.ForeignKey(Registration, models.CASCADE, related_name="events", verbose_name=_("sign-up"))
    what = models.CharField(_("what"), max_length=10, choices=What)
    at = models.DateTimeField(_("when"))
    # None when the person did it, or the clock.
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    # The group it was in, or the reason why it ended.
    group = models.ForeignKey(WorkingGroup, models.PROTECT, related_name="+", verbose_name=_("group"))
    because = models.CharField(_("why"), max_length=10, choices=Ended, blank=True)

    class Meta:
        verbose_name = _("event of a sign-up")
        verbose_name_plural = _("events of sign-ups")
        ordering = ("at", "pk")
        indexes = [models.Index(fields=("group", "what", "at"), name="event_of_a_group")]

    def __str__(self) -> str:
        return str(self.get_what_display())
