"""The list at the door: who is here, who did not come, who came without signing up."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.folding import folded
from accounts.models import User
from consultations.models import Channel
from meetings.actions import seats
from meetings.actions.answering import locked
from meetings.actions.history import note, note_all
from meetings.actions.refusals import DoorIsFull, GroupIsFull, NotTheDay, RegistrationHasEnded, TooManyAtOnce
from meetings.actions.signing_up import check_once, check_open
from meetings.models import Ended, Meeting, Registration, What, WorkingGroup
from programs.freshness import public_changed

# A room holds so many; a longer list is a mistake, such as a whole page pasted.
AT_ONCE = 100


@dataclass(frozen=True)
class WalkIn:
    name: str
    organization_name: str = ""


def _check_day(meeting: Meeting, at: datetime) -> None:
    if not meeting.is_the_day(at):
        raise NotTheDay


@transaction.atomic
def mark_present(registration: Registration, *, at: datetime, by: User | None = None) -> Registration:
    """Also somebody marked absent by mistake, while there is a place.

    Raises NotTheDay, DoorIsFull, RegistrationHasEnded; AlreadySignedUp for somebody who was entered once more since.
    """
    with locked(registration, at=at) as (meeting, _groups, registration):
        _check_day(meeting, at)
        if registration.present_at:
            return registration
        if registration.ended_because == Ended.ABSENT:
            check_once(meeting, registration.email, registration.name_key)
            _let_in(registration)
            registration.ended_at, registration.ended_because = None, ""
        elif registration.ended_at:
            raise RegistrationHasEnded(registration)
        elif registration.is_waiting:
            # They came all the same: a seat if there is one now.
            _let_in(registration)
            registration.waits_since = None
        registration.present_at, registration.offered_until = at, None
        # Whoever stands in the door has confirmed everything there was to confirm.
        registration.email_confirmed_at = registration.email_confirmed_at or at
        registration.attendance_confirmed_at = registration.attendance_confirmed_at or at
        registration.save()
        note(registration, What.PRESENT, at=at, by=by)
        public_changed(at=at)
        return registration


def _let_in(registration: Registration) -> None:
    try:
        seats.take(registration.group, remotely=registration.remotely)
    except GroupIsFull as full:
        raise DoorIsFull(registration.group, 1, 0) from full


@transaction.atomic
def mark_absent(registration: Registration, *, at: datetime, by: User | None = None) -> Registration:
    """Their place is free for somebody who came. Raises NotTheDay, also before the meeting begins: they may still come.

    From then on no place is offered to those who wait, so that a slip of the finger can be taken back.
    """
    with locked(registration, at=at) as (meeting, _groups, registration):
        _check_day(meeting, at)
        if at < meeting.starts_at:
            raise NotTheDay
        if registration.ended_at:
            return registration
        if registration.waits_since is None:
            seats.give_back(registration.group, remotely=registration.remotely)
        registration.ended_at, registration.ended_because = at, Ended.ABSENT
        registration.present_at = registration.offered_until = registration.waits_since = None
        registration.save()
        note(registration, What.ENDED, at=at, by=by)
        public_changed(at=at)
        return registration


@transaction.atomic
def add_walk_ins(group: WorkingGroup, *, people: Sequence[WalkIn], at: datetime, by: User | None = None) -> list[Registration]:
    """People who came without signing up, present at once. All of them or, with the reason, none.

    Who is on the list of the group already is marked present instead of being written down twice.
    Raises NotTheDay, TooManyAtOnce, GroupTakesNobody, DoorIsFull.
    """
    if len(people) > AT_ONCE:
        raise TooManyAtOnce(len(people), AT_ONCE)
    meeting, groups = seats.lock(group.meeting_id)
    group = groups[group.pk]
    _check_day(meeting, at)
    check_open(group, groups, remotely=False)
    seats.settle(meeting, groups, at=at)
    known = {one.name_key: one for one in group.registrations.filter(ended_because__in=("", Ended.ABSENT))}
    here = [known[key] for one in people if (key := folded(one.name)[:150]) in known]
    new = {folded(one.name)[:150]: one for one in people if folded(one.name)[:150] not in known}
    if len(new) > group.free:
        raise DoorIsFull(group, len(new), group.free)
    present = [mark_present(one, at=at, by=by) for one in here]
    for _one in new:
        seats.take(group)
    added = Registration.objects.bulk_create(_walked_in(one, key, group, at=at, by=by) for key, one in new.items())
    note_all(added, What.PRESENT, at=at, by=by)
    public_changed(at=at)
    return [*present, *added]


def _walked_in(one: WalkIn, name_key: str, group: WorkingGroup, *, at: datetime, by: User | None) -> Registration:
    return Registration(
        meeting=group.meeting,
        group=group,
        name=one.name[:150],
        name_key=name_key,
        organization_name=one.organization_name[:250],
        channel=Channel.MEETING,
        entered_by=by,
        created_at=at,
        email_confirmed_at=at,
        attendance_confirmed_at=at,
        present_at=at,
        form_token=secrets.token_hex(16),
    )
