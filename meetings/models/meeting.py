from __future__ import annotations

from datetime import datetime
from enum import Enum, auto

from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Mode(models.TextChoices):
    REMOTE = "remote", _("remote")
    ON_SITE = "on_site", _("on site")
    HYBRID = "hybrid", _("on site and remote")


class Sector(models.TextChoices):
    LOCAL_GOVERNMENT = "local_government", _("from the city")
    NGO = "ngo", _("from an organization")


class MeetingAction(Enum):
    """What people may do about a meeting. Each has its own last moment: see Meeting.deadline."""

    SIGN_UP = auto()
    CHANGE = auto()
    PROPOSE_TOPIC = auto()
    CONFIRM = auto()
    # A seat given back an hour before the start still helps those who run the group.
    RESIGN = auto()


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def published(self, at: datetime) -> MeetingQuerySet:
        return self.filter(published_at__lte=at, consultation__published_at__lte=at)

    def taking_sign_ups(self, at: datetime) -> MeetingQuerySet:
        return self.published(at).filter(Q(signup_until__gt=at) | Q(signup_until=None, starts_at__gt=at), cancelled_at=None)


class Meeting(models.Model):
    consultation = models.ForeignKey(
        "consultations.Consultation", models.PROTECT, related_name="meetings", verbose_name=_("consultation")
    )
    title = models.CharField(_("title"), max_length=200)
    slug = models.SlugField(_("name in the address"), max_length=80, unique=True)
    description = models.TextField(_("description"), max_length=2000, blank=True)
    mode = models.CharField(_("mode"), max_length=10, choices=Mode, default=Mode.REMOTE)
    place = models.CharField(_("address, or the platform"), max_length=250, blank=True)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    # Each of the three deadlines may be absent: then the start of the meeting ends it.
    topics_until = models.DateTimeField(_("extra topics until"), null=True, blank=True)
    signup_until = models.DateTimeField(_("sign-up and changes until"), null=True, blank=True)
    confirm_until = models.DateTimeField(_("confirmation of attendance until"), null=True, blank=True)
    separate_confirmation = models.BooleanField(
        _("ask people to confirm attendance separately"),
        default=False,
        help_text=_("Otherwise answering the e-mail link confirms attendance too."),
    )
    limit_per_organization = models.PositiveSmallIntegerField(
        _("people of one organization in one group, at most"), null=True, blank=True
    )
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    ics_sequence = models.PositiveIntegerField(default=0, editable=False)
    date_changes = GenericRelation("consultations.DateChange")
    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        ordering = ("-starts_at",)
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")),
                name="meeting_ends_after_it_starts",
                violation_error_message=_("The meeting must end after it starts."),
            ),
            models.CheckConstraint(
                condition=Q(signup_until=None) | Q(signup_until__lte=F("starts_at")),
                name="meeting_signup_ends_before_start",
                violation_error_message=_("Sign-up must end before the meeting starts."),
            ),
            models.CheckConstraint(
                condition=Q(topics_until=None) | Q(topics_until__lte=F("starts_at")),
                name="meeting_topics_end_before_start",
                violation_error_message=_("Extra topics must end before the meeting starts."),
            ),
            models.CheckConstraint(
                condition=Q(confirm_until=None) | Q(confirm_until__lte=F("starts_at")),
                name="meeting_confirmation_ends_before_start",
                violation_error_message=_("Confirmation must end before the meeting starts."),
            ),
            models.CheckConstraint(
                condition=Q(separate_confirmation=False) | Q(confirm_until__isnull=False),
                name="meeting_separate_confirmation_has_a_deadline",
                violation_error_message=_("Say until when people are to confirm."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def deadline(self, action: MeetingAction) -> datetime:
        """The first moment at which this is no longer possible."""
        own = {
            MeetingAction.SIGN_UP: self.signup_until,
            MeetingAction.CHANGE: self.signup_until,
            MeetingAction.PROPOSE_TOPIC: self.topics_until,
            MeetingAction.CONFIRM: self.confirm_until,
            MeetingAction.RESIGN: self.starts_at,
        }
        return own[action] or self.starts_at

    def is_published(self, at: datetime) -> bool:
        return self.published_at is not None and self.published_at <= at

    def may(self, action: MeetingAction, at: datetime) -> bool:
        """Whether the public may do this now: the meeting's own deadlines alone decide."""
        return self.is_published(at) and self.cancelled_at is None and at < self.deadline(action)

    # For the apps below, which cannot name a MeetingAction.

    def takes_sign_ups(self, at: datetime) -> bool:
        return self.may(MeetingAction.SIGN_UP, at)

    def takes_topics(self, at: datetime) -> bool:
        return self.may(MeetingAction.PROPOSE_TOPIC, at)

    @property
    def sign_up_closes_at(self) -> datetime:
        return self.deadline(MeetingAction.SIGN_UP)

    @property
    def topics_close_at(self) -> datetime:
        return self.deadline(MeetingAction.PROPOSE_TOPIC)

    @property
    def confirmation_closes_at(self) -> datetime | None:
        """None for a meeting that asks nobody to confirm."""
        return self.deadline(MeetingAction.CONFIRM) if self.separate_confirmation else None

    @property
    def is_remote(self) -> bool:
        """Whether somebody takes part from afar, so that each group needs a link to its room."""
        return self.mode in (Mode.REMOTE, Mode.HYBRID)

    @property
    def is_on_site(self) -> bool:
        return self.mode in (Mode.ON_SITE, Mode.HYBRID)

    def missing(self, at: datetime) -> list[str]:
        """What has to be done before people may see this meeting, in sentences; empty when it is ready."""
        found = []
        if self.consultation.published_at is None or self.consultation.published_at > at:
            found.append(_("Publish the consultation first."))
        if self.starts_at <= at:
            found.append(_("The meeting has started already: move its date."))
        return [*map(str, found), *self.lacking()]

    def lacking(self) -> list[str]:
        """What no meeting that people see may be without, in sentences."""
        groups = list(self.groups.prefetch_related("moderators"))
        found = [] if groups else [str(_("Add at least one thematic group."))]
        in_groups = [sentence for group in groups for sentence in group.lacking(remote=self.is_remote)]
        return [*self.lacking_itself(), *found, *in_groups]

    def lacking_itself(self) -> list[str]:
        """The part of it that is not in the groups."""
        found = []
        if self.separate_confirmation and self.deadline(MeetingAction.CONFIRM) < self.deadline(MeetingAction.SIGN_UP):
            found.append(_("Confirmation of attendance must not end before sign-up ends."))
        if self.is_on_site and not self.place:
            found.append(_("Give the address at which people meet."))
        return list(map(str, found))


class WorkingGroup(models.Model):
    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="groups", verbose_name=_("meeting"))
    topic = models.ForeignKey(
        "consultations.Topic", models.SET_NULL, null=True, blank=True, related_name="groups", verbose_name=_("topic")
    )
    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("what it talks about"), max_length=1000, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    capacity = models.PositiveIntegerField(_("places"))
    # Held and registered seats; changed only by verbs under this row's lock.
    taken = models.PositiveIntegerField(_("places taken"), default=0, editable=False)
    room = models.CharField(_("room"), max_length=150, blank=True)
    room_link = models.URLField(_("link to the room"), blank=True)

    class Meta:
        verbose_name = _("thematic group")
        verbose_name_plural = _("thematic groups")
        ordering = ("position", "pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(taken__gte=0, taken__lte=F("capacity")),
                name="group_never_above_capacity",
                violation_error_message=_("There are more people in the group than places."),
            ),
            models.UniqueConstraint(fields=("meeting", "name"), name="group_once_per_meeting"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def free(self) -> int:
        return self.capacity - self.taken

    def lacking(self, *, remote: bool) -> list[str]:
        found = []
        sectors = {moderator.sector for moderator in self.moderators.all()}
        if Sector.LOCAL_GOVERNMENT not in sectors:
            found.append(_("Group “%(group)s”: name the moderator from the city."))
        if Sector.NGO not in sectors:
            found.append(_("Group “%(group)s”: name the moderator from an organization."))
        if remote and not self.room_link:
            found.append(_("Group “%(group)s”: give the link to its room."))
        return [sentence % {"group": self.name} for sentence in found]


class GroupModerator(models.Model):
    """One of the two who run a group: one from the city, one from an organization."""

    group = models.ForeignKey(WorkingGroup, models.CASCADE, related_name="moderators", verbose_name=_("group"))
    sector = models.CharField(_("sector"), max_length=20, choices=Sector)
    name = models.CharField(_("as shown to people"), max_length=150)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="moderated_groups",
        verbose_name=_("account"),
    )

    class Meta:
        verbose_name = _("moderator")
        verbose_name_plural = _("moderators")
        ordering = ("group", "sector")
        constraints = [
            models.UniqueConstraint(
                fields=("group", "sector"),
                name="group_has_one_moderator_per_sector",
                violation_error_message=_("This group has a moderator of this sector already."),
            )
        ]

    def __str__(self) -> str:
        return self.name
