from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from meetings.models.meeting import Meeting

# How long after a meeting those who run its groups may still write its conclusions and see who came.
OPEN_FOR = timedelta(days=30)


class Sector(models.TextChoices):
    LOCAL_GOVERNMENT = "local_government", _("from the city")
    NGO = "ngo", _("from an organization")


class WorkingGroupQuerySet(models.QuerySet["WorkingGroup"]):
    def taking_people(self) -> WorkingGroupQuerySet:
        """Not called off, and not divided into sub-groups that meet."""
        parts = WorkingGroup.objects.filter(parent=OuterRef("pk"), cancelled_at=None)
        return self.filter(~Exists(parts), cancelled_at=None)

    def with_waiting(self) -> WorkingGroupQuerySet:
        """With `waiting`, how many people wait for a place in it."""
        waits = Q(registrations__ended_at=None, registrations__waits_since__isnull=False)
        return self.annotate(waiting=Count("registrations", filter=waits))


class WorkingGroup(models.Model):
    """A thematic group. One divided into sub-groups takes no people itself: they choose a sub-group."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="groups", verbose_name=_("meeting"))
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="subgroups", verbose_name=_("sub-group of")
    )
    topic = models.ForeignKey(
        "consultations.Topic", models.SET_NULL, null=True, blank=True, related_name="groups", verbose_name=_("topic")
    )
    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("what it talks about"), max_length=1000, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    capacity = models.PositiveIntegerField(_("places"), help_text=_("At a meeting on site and remote: places in the room."))
    # Held, offered and registered seats; changed only by verbs under this row's lock.
    taken = models.PositiveIntegerField(_("places taken"), default=0, editable=False)
    # At a hybrid meeting the room and the link have places of their own.
    remote_capacity = models.PositiveIntegerField(
        _("places for taking part remotely"), default=0, help_text=_("Only at a meeting on site and remote.")
    )
    remote_taken = models.PositiveIntegerField(_("remote places taken"), default=0, editable=False)
    room = models.CharField(_("room"), max_length=150, blank=True)
    room_link = models.URLField(_("link to the room"), blank=True)
    # Only for a group that meets at other hours than the whole meeting.
    starts_at = models.DateTimeField(_("starts at a time of its own"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends at a time of its own"), null=True, blank=True)
    cancelled_at = models.DateTimeField(pgettext_lazy("group", "called off"), null=True, blank=True, editable=False)
    cancelled_because = models.CharField(_("why it was called off"), max_length=500, blank=True, editable=False)
    objects = WorkingGroupQuerySet.as_manager()

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
            models.CheckConstraint(
                condition=Q(remote_taken__gte=0, remote_taken__lte=F("remote_capacity")),
                name="group_never_above_remote_capacity",
                violation_error_message=_("There are more people taking part remotely than places for that."),
            ),
            models.CheckConstraint(
                # A CHECK passes on NULL, so half a pair has to be excluded by name.
                condition=Q(starts_at=None, ends_at=None)
                | Q(starts_at__isnull=False, ends_at__isnull=False, starts_at__lt=F("ends_at")),
                name="group_has_both_hours_in_order_or_none",
                violation_error_message=_("Give the group both its hours, the start first, or neither."),
            ),
            models.CheckConstraint(condition=~Q(parent=F("pk")), name="group_is_not_its_own_part"),
            models.UniqueConstraint(fields=("meeting", "name"), name="group_once_per_meeting"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def full_name(self) -> str:
        """A sub-group after the group it belongs to."""
        return f"{self.parent.name}: {self.name}" if self.parent else self.name

    def run_by(self) -> list[GroupModerator]:
        """Its moderators; the parts of a group may share those of the whole. Asks nothing that was prefetched."""
        own = list(self.moderators.all())
        return own or (self.parent.run_by() if self.parent else [])

    @property
    def free(self) -> int:
        """Places in the room, or at a meeting that is only remote, at its link."""
        return self.capacity - self.taken

    @property
    def remote_free(self) -> int:
        return self.remote_capacity - self.remote_taken

    def free_for(self, *, remotely: bool) -> int:
        return self.remote_free if remotely else self.free

    @property
    def begins_at(self) -> datetime:
        return self.starts_at or self.meeting.starts_at

    @property
    def finishes_at(self) -> datetime:
        return self.ends_at or self.meeting.ends_at

    def lacking(self, meeting: Meeting) -> list[str]:
        """What the group may not be without once people see its meeting, in sentences."""
        found = []
        sectors = {moderator.sector for moderator in self.moderators.all()}
        # The parts of a group may share its moderators.
        if self.parent_id is None or sectors:
            if Sector.LOCAL_GOVERNMENT not in sectors:
                found.append(_("Group “%(group)s”: name the moderator from the city."))
            if Sector.NGO not in sectors:
                found.append(_("Group “%(group)s”: name the moderator from an organization."))
        takes_people = not (self.pk and any(part.cancelled_at is None for part in self.subgroups.all()))
        if takes_people and meeting.is_remote and not self.room_link:
            found.append(_("Group “%(group)s”: give the link to its room."))
        if takes_people and meeting.is_on_site and not self.room:
            found.append(_("Group “%(group)s”: say in which room it meets."))
        if self.begins_at < meeting.starts_at or self.finishes_at > meeting.ends_at:
            found.append(_("Group “%(group)s”: its hours must lie within those of the meeting."))
        return [sentence % {"group": self.name} for sentence in found]


class GroupModeratorQuerySet(models.QuerySet["GroupModerator"]):
    def working(self, at: datetime) -> GroupModeratorQuerySet:
        """Of published meetings that are not long past: the page of a group shows people's names."""
        return self.filter(group__meeting__published_at__lte=at, group__meeting__ends_at__gt=at - OPEN_FOR)

    def of_user(self, user: User) -> GroupModeratorQuerySet:
        """Named by their account, or by the address that signing in has proven."""
        return self.filter(Q(user=user) | Q(email=user.email))


class GroupModerator(models.Model):
    """One of the two who run a group: one from the city, one from an organization."""

    group = models.ForeignKey(WorkingGroup, models.CASCADE, related_name="moderators", verbose_name=_("group"))
    sector = models.CharField(_("sector"), max_length=20, choices=Sector)
    name = models.CharField(_("as shown to people"), max_length=150)
    email = models.EmailField(_("e-mail for the invitation"), blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="moderated_groups",
        verbose_name=_("account"),
    )
    objects = GroupModeratorQuerySet.as_manager()

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
