"""The office's side: a meeting is prepared, published, moved, called off."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from consultations.models import Consultation, DateChange
from meetings import letters
from meetings.actions import seats
from meetings.actions.answering import ask_again
from meetings.actions.refusals import (
    DatesDoNotFit,
    HybridPeopleDoNotFit,
    MeetingIsNotReady,
    MoveNeedsAReason,
    PeopleAreSignedUp,
    TooLate,
)
from meetings.models import GroupModerator, Meeting, MeetingAction, Mode, WorkingGroup
from programs.freshness import mark_boundaries, public_changed

MOMENTS = ("starts_at", "ends_at", "topics_until", "signup_until", "confirm_until")


class Options(TypedDict, total=False):
    description: str
    mode: str
    place: str
    directions: str
    accessibility: str
    without_signup: bool
    has_waiting_list: bool
    topics_closed_words: str
    signup_closed_words: str
    confirm_closed_words: str
    limit_per_organization: int | None


class Words(Options, total=False):
    title: str
    slug: str


class Deadlines(TypedDict, total=False):
    topics_until: datetime | None
    signup_until: datetime | None
    confirm_until: datetime | None
    # No moments, but they stand and fall with the one before them.
    separate_confirmation: bool
    releases_silent: bool


class Moments(Deadlines, total=False):
    starts_at: datetime
    ends_at: datetime


class Rest(Options, Deadlines, total=False):
    """What a new meeting may be given besides its title, address and hours."""


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
    keep_complete(meeting, meeting.lacking)


def keep_complete(meeting: Meeting, lacking: Callable[[], list[str]]) -> None:
    if meeting.published_at is not None and meeting.cancelled_at is None and (sentences := lacking()):
        raise MeetingIsNotReady(meeting, sentences)


def _mark(meeting: Meeting, *, at: datetime) -> None:
    mark_boundaries(f"meeting:{meeting.pk}", [getattr(meeting, field) for field in MOMENTS], at=at)


def lock(meeting_pk: int) -> tuple[Meeting, seats.Groups]:
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

    Raises DatesDoNotFit, MeetingIsNotReady, HybridPeopleDoNotFit, PeopleAreSignedUp.
    With `groups_follow` the groups get what another mode asks of them in the same transaction, and the caller then
    asks check_complete.
    """
    meeting, groups = lock(meeting.pk)
    before = meeting.mode
    changed = _written(meeting, dict(words))
    if meeting.without_signup and meeting.registrations.active().exists():
        raise PeopleAreSignedUp
    elsewhere = bool({"mode", "place"} & set(changed)) and meeting.published_at is not None
    meeting.ics_sequence += elsewhere
    meeting.save()
    if before == Mode.HYBRID and not meeting.is_hybrid:
        _one_kind_of_seat(groups.values())
        seats.settle(meeting, groups, at=at)
    elif before == Mode.REMOTE and meeting.is_hybrid:
        _all_from_afar(groups.values())
    keep_complete(meeting, meeting.lacking_itself if groups_follow else meeting.lacking)
    if elsewhere:
        if "mode" in changed:
            ask_again(meeting, at=at)
        letters.owe_moved(meeting, at=at)
    public_changed(at=at)
    return meeting


def _one_kind_of_seat(groups: Iterable[WorkingGroup]) -> None:
    """The meeting is hybrid no more: who was to take part from afar has a seat like everybody else."""
    for group in groups:
        if group.taken + group.remote_taken > group.capacity:
            raise HybridPeopleDoNotFit(group)
        group.registrations.filter(remotely=True).update(remotely=False)
        group.taken, group.remote_taken = group.taken + group.remote_taken, 0
        group.save(update_fields=["taken", "remote_taken"])


def _all_from_afar(groups: Iterable[WorkingGroup]) -> None:
    """A remote meeting becomes hybrid: nobody who signed up for a link is sent to a room."""
    for group in groups:
        group.registrations.update(remotely=True)
        group.remote_capacity, group.remote_taken, group.taken = group.capacity, group.taken, 0
        group.save(update_fields=["taken", "remote_taken", "remote_capacity"])


@transaction.atomic
def move_meeting(
    meeting: Meeting,
    *,
    by: User | None,
    at: datetime,
    reason: str = "",
    groups_follow: bool = False,
    **moments: Unpack[Moments],
) -> Meeting:
    """Move dates. Once published each change is told to the public with its reason, and new hours to those registered,
    who are asked again whether they come.

    The hours that groups have of their own move with the start; with `groups_follow` the caller sets them in the same
    transaction, and then asks check_complete. Raises MoveNeedsAReason, DatesDoNotFit, MeetingIsNotReady.
    """
    meeting, groups = lock(meeting.pk)
    before: dict[str, Any] = {field: getattr(meeting, field) for field in MOMENTS}
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
    if not groups_follow:
        _move_hours(groups.values(), by=meeting.starts_at - before["starts_at"])
    keep_complete(meeting, partial(_lacking_after_a_move, meeting, new_hours, groups_follow, at))
    _tell(meeting, moved, before, reason=reason, by=by, at=at)
    letters.drop_reminders(meeting, at=at)
    if new_hours:
        ask_again(meeting, at=at)
        _cut_offers(meeting, at=at)
        letters.owe_moved(meeting, at=at, reason=reason)
    _mark(meeting, at=at)
    return meeting


def _tell(
    meeting: Meeting, moved: Iterable[str], before: Mapping[str, Any], *, reason: str, by: User | None, at: datetime
) -> None:
    """The public, of each date that was moved."""
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


def _move_hours(groups: Iterable[WorkingGroup], *, by: timedelta) -> None:
    for group in groups:
        if group.starts_at and group.ends_at and by:
            group.starts_at, group.ends_at = group.starts_at + by, group.ends_at + by
            group.save(update_fields=["starts_at", "ends_at"])


def _cut_offers(meeting: Meeting, *, at: datetime) -> None:
    """A place is kept for nobody longer than the new dates allow."""
    last = seats.offer_ends(meeting, at=at)
    meeting.registrations.active().filter(offered_until__gt=last).update(offered_until=last)


def _lacking_after_a_move(meeting: Meeting, new_hours: bool, groups_follow: bool, at: datetime) -> list[str]:
    found = meeting.lacking_itself() if groups_follow else meeting.lacking()
    if new_hours and meeting.confirm_until and meeting.confirm_until <= at < meeting.starts_at:
        found.append(_("People will be asked again whether they come: give a deadline for confirming that is still ahead."))
    return found


@transaction.atomic
def publish_meeting(meeting: Meeting, *, by: User | None, at: datetime) -> Meeting:
    """Raises MeetingIsNotReady with everything that is missing."""
    meeting, _groups = lock(meeting.pk)
    if meeting.published_at is not None:
        return meeting
    if missing := meeting.missing(at):
        raise MeetingIsNotReady(meeting, missing)
    meeting.published_at = at
    meeting.save()
    for moderator in GroupModerator.objects.filter(group__meeting=meeting).select_related("group").order_by("pk"):
        moderator.group.meeting = meeting
        letters.owe_invitation(moderator, at=at)
    _mark(meeting, at=at)
    return meeting


@transaction.atomic
def cancel_meeting(meeting: Meeting, *, reason: str, by: User | None, at: datetime) -> Meeting:
    """Call it off: the page says why, everybody registered gets a letter that takes the entry out of the calendar.

    Raises MoveNeedsAReason, TooLate once it has begun.
    """
    meeting, _groups = lock(meeting.pk)
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
    # No place is offered any more.
    meeting.registrations.active().update(offered_until=None)
    public_changed(at=at)
    return meeting
