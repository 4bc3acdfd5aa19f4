"""The office's side: a meeting is prepared, published, moved, called off."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from accounts.models import User
from consultations.models import Consultation, DateChange, Topic
from meetings import letters
from meetings.actions import seats
from meetings.actions.people import folded
from meetings.actions.refusals import DatesDoNotFit, GroupHasMorePeople, MeetingIsNotReady, MoveNeedsAReason, TooLate
from meetings.models import GroupModerator, Meeting, MeetingAction, Sector, WorkingGroup
from programs.freshness import mark_boundaries, public_changed

MOMENTS = ("starts_at", "ends_at", "topics_until", "signup_until", "confirm_until")


class Options(TypedDict, total=False):
    description: str
    mode: str
    place: str
    limit_per_organization: int | None


class Words(Options, total=False):
    title: str
    slug: str


class Deadlines(TypedDict, total=False):
    topics_until: datetime | None
    signup_until: datetime | None
    confirm_until: datetime | None
    # Not a moment, but it stands and falls with the one before it.
    separate_confirmation: bool


class Moments(Deadlines, total=False):
    starts_at: datetime
    ends_at: datetime


class Rest(Options, Deadlines, total=False):
    """What a new meeting may be given besides its title, address and hours."""


class GroupWords(TypedDict, total=False):
    name: str
    description: str
    topic: Topic | None
    position: int
    capacity: int
    room: str
    room_link: str


def _written(meeting: Meeting, values: dict[str, Any]) -> list[str]:
    """Set the values that differ; which fields they were. Raises DatesDoNotFit with the constraints' own sentences."""
    changed = [field for field, value in values.items() if getattr(meeting, field) != value]
    for field in changed:
        setattr(meeting, field, values[field])
    try:
        meeting.validate_constraints()
    except ValidationError as error:
        raise DatesDoNotFit(error) from error
    return changed


def check_complete(meeting: Meeting) -> None:
    """What people see stays complete. Raises MeetingIsNotReady."""
    _check(meeting, meeting.lacking)


def _check(meeting: Meeting, lacking: Callable[[], list[str]]) -> None:
    if meeting.published_at is not None and meeting.cancelled_at is None and (sentences := lacking()):
        raise MeetingIsNotReady(meeting, sentences)


def _mark(meeting: Meeting, *, at: datetime) -> None:
    mark_boundaries(f"meeting:{meeting.pk}", [getattr(meeting, field) for field in MOMENTS], at=at)


def _lock(meeting_pk: int) -> tuple[Meeting, dict[int, WorkingGroup]]:
    """The consultation before the meeting, as the verbs of its schedule do: both write its moved dates."""
    consultation = Meeting.objects.filter(pk=meeting_pk).values("consultation")
    Consultation.objects.select_for_update(no_key=True).get(pk__in=consultation)
    return seats.lock(meeting_pk)


@transaction.atomic
def create_meeting(
    consultation: Consultation,
    *,
    title: str,
    slug: str,
    starts_at: datetime,
    ends_at: datetime,
    by: User | None,
    at: datetime,
    **rest: Unpack[Rest],
) -> Meeting:
    """A meeting nobody sees before it is published. Raises DatesDoNotFit."""
    Consultation.objects.select_for_update(no_key=True).get(pk=consultation.pk)
    meeting = Meeting(consultation=consultation, title=title, slug=slug, starts_at=starts_at, ends_at=ends_at)
    _written(meeting, dict(rest))
    meeting.save()
    return meeting


@transaction.atomic
def edit_meeting(
    meeting: Meeting, *, by: User | None, at: datetime, groups_follow: bool = False, **words: Unpack[Words]
) -> Meeting:
    """All but the dates and what hangs on them. Who is registered hears of another place or mode.

    Raises DatesDoNotFit, MeetingIsNotReady.
    With `groups_follow` the groups get what another mode asks of them in the same transaction, and the caller then
    asks check_complete.
    """
    meeting, _groups = _lock(meeting.pk)
    changed = _written(meeting, dict(words))
    elsewhere = bool({"mode", "place"} & set(changed)) and meeting.published_at is not None
    meeting.ics_sequence += elsewhere
    meeting.save()
    _check(meeting, meeting.lacking_itself if groups_follow else meeting.lacking)
    if elsewhere:
        letters.owe_moved(meeting, at=at)
    public_changed(at=at)
    return meeting


@transaction.atomic
def move_meeting(meeting: Meeting, *, by: User | None, at: datetime, reason: str = "", **moments: Unpack[Moments]) -> Meeting:
    """Move dates. Once published each change is told to the public with its reason, and new hours to those registered.

    Raises MoveNeedsAReason, DatesDoNotFit, MeetingIsNotReady.
    """
    meeting, _groups = _lock(meeting.pk)
    before = {field: getattr(meeting, field) for field in MOMENTS}
    changed = _written(meeting, dict(moments))
    if not changed:
        return meeting
    if meeting.published_at is None:
        meeting.save()
        return meeting
    moved = [field for field in changed if field in MOMENTS]
    if moved and not reason.strip():
        raise MoveNeedsAReason
    new_hours = bool({"starts_at", "ends_at"} & set(moved))
    meeting.ics_sequence += new_hours
    meeting.save()
    _check(meeting, meeting.lacking_itself)
    DateChange.objects.bulk_create(
        DateChange(
            consultation_id=meeting.consultation_id,
            thing=meeting,
            field=field,
            old=before[field],
            new=getattr(meeting, field),
            reason=reason,
            by=by,
            at=at,
        )
        for field in moved
    )
    letters.drop_reminders(meeting, at=at)
    if new_hours:
        letters.owe_moved(meeting, at=at, reason=reason)
    _mark(meeting, at=at)
    return meeting


@transaction.atomic
def publish_meeting(meeting: Meeting, *, by: User | None, at: datetime) -> Meeting:
    """Raises MeetingIsNotReady with everything that is missing."""
    meeting, _groups = _lock(meeting.pk)
    if meeting.published_at is not None:
        return meeting
    if missing := meeting.missing(at):
        raise MeetingIsNotReady(meeting, missing)
    meeting.published_at = at
    meeting.save()
    _mark(meeting, at=at)
    return meeting


@transaction.atomic
def cancel_meeting(meeting: Meeting, *, reason: str, by: User | None, at: datetime) -> Meeting:
    """Call it off: the page says why, everybody registered gets a letter that takes the entry out of the calendar.

    Raises MoveNeedsAReason, TooLate once it has begun.
    """
    meeting, _groups = _lock(meeting.pk)
    if meeting.cancelled_at:
        return meeting
    if not reason.strip():
        raise MoveNeedsAReason
    if at >= meeting.starts_at:
        raise TooLate(meeting, at, MeetingAction.RESIGN)
    meeting.cancelled_at = at
    meeting.ics_sequence += 1
    meeting.save()
    DateChange.objects.create(
        consultation_id=meeting.consultation_id,
        thing=meeting,
        field="cancelled_at",
        old=meeting.starts_at,
        new=None,
        reason=reason,
        by=by,
        at=at,
    )
    letters.drop_reminders(meeting, at=at)
    letters.owe_cancelled(meeting, at=at, reason=reason)
    public_changed(at=at)
    return meeting


@transaction.atomic
def add_group(
    meeting: Meeting,
    *,
    name: str,
    capacity: int,
    at: datetime,
    topic: Topic | None = None,
    description: str = "",
    room: str = "",
    room_link: str = "",
    position: int = 0,
    moderators: Mapping[Sector, str] | None = None,
) -> WorkingGroup:
    """Raises MeetingIsNotReady for a group without its pair of moderators in a meeting that people see."""
    meeting, _groups = _lock(meeting.pk)
    group = WorkingGroup.objects.create(
        meeting=meeting,
        name=name,
        capacity=capacity,
        topic=topic,
        description=description,
        room=room,
        room_link=room_link,
        position=position,
    )
    for sector, moderator in (moderators or {}).items():
        set_moderator(group, sector=sector, name=moderator, at=at)
    _check(meeting, partial(group.lacking, remote=meeting.is_remote))
    public_changed(at=at)
    return group


@transaction.atomic
def edit_group(group: WorkingGroup, *, at: datetime, **words: Unpack[GroupWords]) -> WorkingGroup:
    """Who is registered hears of another room. Raises GroupHasMorePeople, MeetingIsNotReady."""
    meeting, groups = _lock(group.meeting_id)
    group = groups[group.pk]
    if words.get("capacity", group.capacity) < group.taken:
        raise GroupHasMorePeople(group)
    another_room = any(words.get(field, getattr(group, field)) != getattr(group, field) for field in ("room", "room_link"))
    for field, value in words.items():
        setattr(group, field, value)
    group.save(update_fields=list(words))
    _check(meeting, partial(group.lacking, remote=meeting.is_remote))
    if another_room and meeting.published_at is not None and meeting.cancelled_at is None:
        Meeting.objects.filter(pk=meeting.pk).update(ics_sequence=F("ics_sequence") + 1)
        meeting.refresh_from_db(fields=["ics_sequence"])
        letters.owe_all("group_changed", meeting, at=at, group_pk=group.pk)
    public_changed(at=at)
    return group


@transaction.atomic
def set_moderator(group: WorkingGroup, *, sector: Sector, name: str, at: datetime, user: User | None = None) -> GroupModerator:
    """One per sector: a second call for the same sector names another person.

    The account stays with the person it was given to: somebody else named without one does not inherit the access.
    """
    _lock(group.meeting_id)
    moderator = GroupModerator.objects.filter(group=group, sector=sector).first() or GroupModerator(group=group, sector=sector)
    if user is not None or folded(moderator.name) != folded(name):
        moderator.user = user
    moderator.name = name
    moderator.save()
    public_changed(at=at)
    return moderator
