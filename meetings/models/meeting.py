from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum, auto

from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

# Attendance is marked from so long before the meeting until so long after it.
DOOR_OPENS = timedelta(hours=1)
DOOR_CLOSES = timedelta(days=1)


class Mode(models.TextChoices):
    REMOTE = "remote", _("remote")
    ON_SITE = "on_site", _("on site")
    HYBRID = "hybrid", _("on site and remote")


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
        by_clock = Q(signup_until__gt=at) | Q(signup_until=None, starts_at__gt=at)
        return self.published(at).filter(by_clock, cancelled_at=None, without_signup=False)

    def releasing_silent(self, at: datetime) -> MeetingQuerySet:
        """Those whose places of people who have said nothing become free now, before they start."""
        due = Q(releases_silent=True, confirm_until__lte=at, starts_at__gt=at, cancelled_at=None)
        return self.published(at).filter(due)


class Meeting(models.Model):
    consultation = models.ForeignKey(
        "consultations.Consultation", models.PROTECT, related_name="meetings", verbose_name=_("consultation")
    )
    title = models.CharField(_("title"), max_length=200)
    slug = models.SlugField(_("name in the address"), max_length=80, unique=True)
    description = models.TextField(_("description"), max_length=2000, blank=True)
    mode = models.CharField(_("mode"), max_length=10, choices=Mode, default=Mode.REMOTE)
    place = models.CharField(_("address, or the platform"), max_length=250, blank=True)
    directions = models.TextField(_("how to get there"), max_length=1000, blank=True)
    accessibility = models.TextField(
        _("accessibility of the place"),
        max_length=1000,
        blank=True,
        help_text=_("Entrance, lift, toilet, induction loop, interpreter, parking: what somebody has to know before coming."),
    )
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
    # An office hour, say: people just come, and there are no groups to choose from.
    without_signup = models.BooleanField(
        _("people come without signing up"),
        default=False,
        help_text=_("For an office hour or an open meeting: no groups, no sign-up, no capacity."),
    )
    has_waiting_list = models.BooleanField(
        _("keep a waiting list for full groups"),
        default=True,
        help_text=_("Whoever wants may wait for a place; a place that becomes free is offered to whoever waits longest."),
    )
    releases_silent = models.BooleanField(
        _("after the deadline for confirming, free the places of people who have said nothing"),
        default=False,
        help_text=_("They get a letter. Otherwise they keep their places."),
    )
    # What people read instead of the portal's own sentence once the deadline has passed.
    topics_closed_words = models.CharField(_("after the deadline for extra topics, people read"), max_length=300, blank=True)
    signup_closed_words = models.CharField(_("after the deadline for sign-up, people read"), max_length=300, blank=True)
    confirm_closed_words = models.CharField(_("after the deadline for confirming, people read"), max_length=300, blank=True)
    limit_per_organization = models.PositiveSmallIntegerField(
        _("people of one organization in one group, at most"), null=True, blank=True
    )
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    # People were told of other hours and have to say anew whether they come.
    asked_again_at = models.DateTimeField(_("attendance asked again"), null=True, blank=True, editable=False)
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
            models.CheckConstraint(
                condition=Q(releases_silent=False) | Q(confirm_until__isnull=False),
                name="meeting_releasing_silent_has_a_deadline",
                violation_error_message=_("Say until when people are to confirm: after it the places of the silent become free."),
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
        """Whether the public may do this now: the meeting's own deadlines alone decide.

        One without sign-up has nobody to sign up, and no group that could take a topic up.
        """
        if self.without_signup:
            return False
        return self.is_published(at) and self.cancelled_at is None and at < self.deadline(action)

    # For the apps below, which cannot name a MeetingAction.

    def takes_sign_ups(self, at: datetime) -> bool:
        return self.may(MeetingAction.SIGN_UP, at)

    def has_begun(self, at: datetime) -> bool:
        """Before everybody's eyes, and not called off."""
        return self.is_published(at) and self.cancelled_at is None and self.starts_at <= at

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
        asks = self.separate_confirmation or self.asked_again_at is not None
        return self.deadline(MeetingAction.CONFIRM) if asks else None

    def asks_apart(self, at: datetime) -> bool:
        """Whether attendance takes an answer of its own. After the deadline for it nobody could give one."""
        return self.separate_confirmation and at < self.deadline(MeetingAction.CONFIRM)

    @property
    def is_remote(self) -> bool:
        """Whether somebody takes part from afar, so that each group needs a link to its room."""
        return self.mode in (Mode.REMOTE, Mode.HYBRID)

    @property
    def is_on_site(self) -> bool:
        return self.mode in (Mode.ON_SITE, Mode.HYBRID)

    @property
    def is_hybrid(self) -> bool:
        return self.mode == Mode.HYBRID

    def is_the_day(self, at: datetime) -> bool:
        """Whether attendance may be marked now."""
        return self.cancelled_at is None and self.starts_at - DOOR_OPENS <= at < self.ends_at + DOOR_CLOSES

    def missing(self, at: datetime) -> list[str]:
        """What has to be done before people may see this meeting, in sentences; empty when it is ready."""
        found = []
        if self.consultation.published_at is None or self.consultation.published_at > at:
            found.append(_("Publish the consultation first."))
        if self.starts_at <= at:
            found.append(_("The meeting has started already: move its date."))
        elif not self.without_signup and self.deadline(MeetingAction.SIGN_UP) <= at:
            found.append(_("Sign-up would be over already: move its deadline."))
        return [*map(str, found), *self.lacking()]

    def lacking(self) -> list[str]:
        """What no meeting that people see may be without, in sentences."""
        if self.without_signup:
            return self.lacking_itself()
        groups = [group for group in self.groups.prefetch_related("moderators", "subgroups") if group.cancelled_at is None]
        found = [] if groups else [str(_("Add at least one thematic group."))]
        in_groups = [sentence for group in groups for sentence in group.lacking(self)]
        return [*self.lacking_itself(), *found, *in_groups]

    def lacking_itself(self) -> list[str]:
        """The part of it that is not in the groups."""
        found = []
        confirming = self.confirmation_closes_at or (self.confirm_until if self.releases_silent else None)
        if confirming and confirming < self.deadline(MeetingAction.SIGN_UP):
            found.append(_("Confirmation of attendance must not end before sign-up ends."))
        if self.topics_until and self.topics_until > self.deadline(MeetingAction.SIGN_UP):
            found.append(_("Extra topics must not end after sign-up: people choose their group by what it talks about."))
        if self.is_on_site and not self.place:
            found.append(_("Give the address at which people meet."))
        return list(map(str, found))
