"""The groups of a meeting: made, changed, called off, joined; and who runs them."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from accounts.folding import folded
from accounts.models import User
from consultations.models import Topic
from meetings import letters
from meetings.actions import seats
from meetings.actions.answering import ask_again
from meetings.actions.arranging import keep_complete, lock
from meetings.actions.history import note
from meetings.actions.refusals import (
    CannotBeDivided,
    DatesDoNotFit,
    GroupHasMorePeople,
    GroupHasNoRoomFor,
    MoveNeedsAReason,
    TooLate,
)
from meetings.actions.signing_up import check_open
from meetings.models import GroupModerator, Meeting, MeetingAction, Registration, Sector, What, WorkingGroup
from programs.freshness import public_changed

# What people have to be told when it changes, since they would come to the wrong place or at the wrong hour.
WHERE_AND_WHEN = ("room", "room_link", "starts_at", "ends_at")


class GroupRest(TypedDict, total=False):
    """What a new group may be given besides its name and its places."""

    description: str
    topic: Topic | None
    parent: WorkingGroup | None
    position: int
    remote_capacity: int
    room: str
    room_link: str
    starts_at: datetime | None
    ends_at: datetime | None


class GroupWords(GroupRest, total=False):
    name: str
    capacity: int


class ModeratorWords(TypedDict, total=False):
    name: str
    email: str


def _written(group: WorkingGroup, values: Mapping[str, Any]) -> None:
    """Raises DatesDoNotFit with the constraints' own sentences."""
    for field, value in values.items():
        setattr(group, field, value)
    try:
        group.validate_constraints()
    except ValidationError as error:
        raise DatesDoNotFit(error) from error


@transaction.atomic
def add_group(
    meeting: Meeting,
    *,
    name: str,
    capacity: int,
    at: datetime,
    moderators: Mapping[Sector, str | ModeratorWords] | None = None,
    **words: Unpack[GroupRest],
) -> WorkingGroup:
    """Raises DatesDoNotFit, CannotBeDivided; MeetingIsNotReady for a group without its pair in a meeting that people see."""
    meeting, _groups = lock(meeting.pk)
    group = WorkingGroup(meeting=meeting, name=name, capacity=capacity)
    _check_parent(group, words.get("parent"))
    _written(group, words)
    group.save()
    for sector, moderator in (moderators or {}).items():
        given: ModeratorWords = {"name": moderator} if isinstance(moderator, str) else moderator
        set_moderator(group, sector=sector, at=at, **given)
    keep_complete(meeting, partial(group.lacking, meeting))
    public_changed(at=at)
    return group


def _check_parent(group: WorkingGroup, parent: WorkingGroup | None) -> None:
    """A group is divided once, within its meeting, and before people choose it: they choose its parts. Raises CannotBeDivided."""
    if parent is None or parent.pk == group.parent_id:
        return
    parent = WorkingGroup.objects.get(pk=parent.pk)
    is_part = parent.parent_id is not None or (group.pk and group.subgroups.exists())
    if parent.meeting_id != group.meeting_id or is_part or parent.registrations.active().exists():
        raise CannotBeDivided(parent)


@transaction.atomic
def edit_group(group: WorkingGroup, *, at: datetime, **words: Unpack[GroupWords]) -> WorkingGroup:
    """Who is registered hears of another room or hour; places added go to those who wait.

    Raises GroupHasMorePeople, CannotBeDivided, DatesDoNotFit, MeetingIsNotReady.
    """
    meeting, groups = lock(group.meeting_id)
    group = groups[group.pk]
    seats.settle(meeting, groups, at=at)
    _check_parent(group, words.get("parent"))
    for field, remotely in (("capacity", False), ("remote_capacity", True)):
        taken = group.remote_taken if remotely else group.taken
        if (wanted := int(words.get(field, taken))) < taken:  # type: ignore[call-overload]  # one of two numbers
            raise GroupHasMorePeople(group, remotely=remotely, wanted=wanted)
    changed = {field for field in WHERE_AND_WHEN if words.get(field, getattr(group, field)) != getattr(group, field)}
    _written(group, words)
    group.save(update_fields=list(words))
    keep_complete(meeting, partial(group.lacking, meeting))
    if changed and meeting.published_at is not None and meeting.cancelled_at is None:
        Meeting.objects.filter(pk=meeting.pk).update(ics_sequence=F("ics_sequence") + 1)
        meeting.refresh_from_db(fields=["ics_sequence"])
        if {"starts_at", "ends_at"} & changed:
            ask_again(meeting, at=at, group=group)
        letters.owe_all("group_changed", meeting, at=at, group=group)
        letters.owe_moderators(meeting, letters.GROUP_CHANGED, at=at, group=group)
    seats.settle(meeting, groups, at=at)
    public_changed(at=at)
    return group


@transaction.atomic
def cancel_group(
    group: WorkingGroup, *, reason: str, at: datetime, into: WorkingGroup | None = None, by: User | None = None
) -> WorkingGroup:
    """Call a group off, and its sub-groups with it. With `into` the people move there, in their order; otherwise each is
    asked to choose another one.

    Raises MoveNeedsAReason, TooLate once the meeting has begun, GroupTakesNobody, GroupHasNoRoomFor.
    """
    meeting, groups = lock(group.meeting_id)
    group = groups[group.pk]
    if group.cancelled_at:
        return group
    if not reason.strip():
        raise MoveNeedsAReason
    if at >= meeting.starts_at:
        raise TooLate(meeting, at, MeetingAction.RESIGN)
    seats.settle(meeting, groups, at=at)
    ending = [one for one in groups.values() if group.pk in (one.pk, one.parent_id) and one.cancelled_at is None]
    for one in ending:
        one.cancelled_at, one.cancelled_because = at, reason
        one.save(update_fields=["cancelled_at", "cancelled_because"])
    if into is not None:
        into = seats.of(groups, into)
        check_open(into, groups, remotely=False)
    for one in ending:
        _empty(one, into, reason=reason, at=at, by=by)
        letters.owe_moderators(meeting, letters.GROUP_CALLED_OFF, at=at, reason=reason, group=one)
    # Who waited may find a free place in the other group.
    seats.settle(meeting, groups, at=at)
    keep_complete(meeting, meeting.lacking)
    public_changed(at=at)
    return group


def _empty(group: WorkingGroup, into: WorkingGroup | None, *, reason: str, at: datetime, by: User | None) -> None:
    people = list(group.registrations.active().select_related("organization").order_by("created_at", "pk"))
    if into is not None:
        _move_all(people, group, into, at=at, by=by)
        group.topic_proposals.update(group=into)
    for registration in people:
        registration.meeting, registration.group = group.meeting, into or group
        if into is not None:
            letters.tell_anew("group_changed", registration, at=at, reason=reason)
        elif registration.email_confirmed_at is not None:
            # Whoever has not answered the first letter is told by the page behind it.
            registration.changes += 1
            registration.save(update_fields=["changes"])
            letters.tell_anew("group_cancelled", registration, at=at, reason=reason)
    if into is None:
        # No place in it is offered any more.
        group.registrations.active().update(offered_until=None)


def _move_all(people: list[Registration], old: WorkingGroup, new: WorkingGroup, *, at: datetime, by: User | None) -> None:
    """Seats move as seats, and who waited goes on waiting since the same moment."""
    for remotely in (False, True):
        seated = sum(one.waits_since is None and one.remotely == remotely for one in people)
        if seated > new.free_for(remotely=remotely):
            raise GroupHasNoRoomFor(new, seated, new.free_for(remotely=remotely))
    for registration in people:
        if registration.waits_since is None:
            seats.give_back(old, remotely=registration.remotely)
            seats.take(new, remotely=registration.remotely)
        registration.group = new
        registration.changes += 1
        registration.save()
        note(registration, What.MOVED, at=at, by=by)


def _is_somebody_else(moderator: GroupModerator, name: str, email: str) -> bool:
    """One mailbox is one person, whatever the office writes beside the name."""
    if moderator.email and email:
        return moderator.email != email
    return folded(moderator.name) != folded(name) or bool(moderator.email)


@transaction.atomic
def drop_moderator(group: WorkingGroup, *, sector: Sector, at: datetime) -> None:
    """Nobody runs the group from this sector any more. Raises MeetingIsNotReady where people see that somebody does."""
    meeting, groups = lock(group.meeting_id)
    for moderator in GroupModerator.objects.filter(group=group, sector=sector):
        letters.drop_invitation(moderator, at=at)
        moderator.delete()
    keep_complete(meeting, partial(groups[group.pk].lacking, meeting))
    public_changed(at=at)


@transaction.atomic
def set_moderator(
    group: WorkingGroup, *, sector: Sector, name: str, at: datetime, email: str = "", user: User | None = None
) -> GroupModerator:
    """One per sector: a second call for the same sector names another person, who is invited by letter.

    Access stays with the person it was given to: somebody else is a new row, so that the old invitation opens nothing.
    """
    meeting, _groups = lock(group.meeting_id)
    moderator = GroupModerator.objects.filter(group=group, sector=sector).first()
    if moderator and _is_somebody_else(moderator, name, email.lower()):
        letters.drop_invitation(moderator, at=at)
        moderator.delete()
        moderator = None
    moderator = moderator or GroupModerator(group=group, sector=sector)
    moderator.name, moderator.email, moderator.user = name, email.lower(), user or moderator.user
    moderator.save()
    if meeting.published_at is not None and meeting.cancelled_at is None:
        moderator.group.meeting = meeting
        letters.owe_invitation(moderator, at=at)
    public_changed(at=at)
    return moderator
