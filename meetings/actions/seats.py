"""Seats: counted in the group's row, changed here alone and only under the locks that `lock` takes.

A group has two kinds of seats, in the room and from afar; only a hybrid meeting has both. Nobody waits while a seat of
their kind is free: every verb that frees one calls `settle` before its transaction ends.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Case, F, Max, Q, Value, When

from meetings import letters
from meetings.actions.history import note_all
from meetings.actions.refusals import GroupIsElsewhere, GroupIsFull
from meetings.models import Ended, Meeting, Registration, What, WorkingGroup
from meetings.models.registration import lapsing

Groups = dict[int, WorkingGroup]
# How long a place that became free is kept for whoever is first on the waiting list.
OFFER = timedelta(hours=48)
# A deadline nearer than this is too near to be kept by somebody who is only now offered a place.
FAIR = timedelta(hours=2)
_TAKEN = {False: "taken", True: "remote_taken"}
# Written out: everybody waits for these, and composing them anew takes longer than carrying them out.
_MEETING = "SELECT * FROM meetings_meeting WHERE id = %s"
_GROUPS = "SELECT * FROM meetings_workinggroup WHERE meeting_id = %s ORDER BY id"
_TAKE = {
    False: "UPDATE meetings_workinggroup SET taken = taken + 1 WHERE id = %s AND taken < capacity",
    True: "UPDATE meetings_workinggroup SET remote_taken = remote_taken + 1 WHERE id = %s AND remote_taken < remote_capacity",
}


def lock(meeting_pk: int) -> tuple[Meeting, Groups]:
    """The meeting's row, then its groups by primary key: one order for all, so no two verbs can wait for each other."""
    # SQLite locks the whole database instead.
    for_update = " FOR UPDATE" if connection.features.has_select_for_update else ""
    meeting = Meeting.objects.raw(_MEETING + for_update, [meeting_pk])[0]
    groups = {group.pk: group for group in WorkingGroup.objects.raw(_GROUPS + for_update, [meeting_pk])}
    for group in groups.values():
        group.meeting = meeting
        if parent := groups.get(group.parent_id or 0):
            group.parent = parent
    return meeting, groups


def of(groups: Groups, group: WorkingGroup) -> WorkingGroup:
    """The locked row of a group. Raises GroupIsElsewhere for a group of another meeting."""
    if group.pk not in groups:
        raise GroupIsElsewhere(group)
    return groups[group.pk]


def take(group: WorkingGroup, *, remotely: bool = False) -> None:
    """Raises GroupIsFull. The condition and the CHECK hold even for a caller that forgot the lock."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE[remotely], [group.pk])
        if not cursor.rowcount:
            raise GroupIsFull(group)
    taken = _TAKEN[remotely]
    setattr(group, taken, getattr(group, taken) + 1)


def end_of_queue(group: WorkingGroup, *, remotely: bool, at: datetime) -> datetime:
    """The moment that puts somebody last: the clock was read before the lock, so others may have been read later."""
    last = Registration.objects.waiting().filter(group=group, remotely=remotely).aggregate(last=Max("waits_since"))["last"]
    return max(at, last + timedelta(microseconds=1)) if last else at


def give_back(group: WorkingGroup, *, remotely: bool = False, count: int = 1) -> None:
    taken = _TAKEN[remotely]
    WorkingGroup.objects.filter(pk=group.pk).update(**{taken: F(taken) - count})
    setattr(group, taken, getattr(group, taken) - count)


def settle(meeting: Meeting, groups: Groups, *, at: datetime) -> bool:
    """Let go what was not answered in time, then offer what is free to those who wait; whether anything changed."""
    # Nearly always there is nothing, and everybody waits meanwhile: one short question comes before the long ones.
    if not meeting.registrations.active().filter(unsettled(groups, at=at)).exists():
        return False
    released = _release_lapsed(meeting, groups, at=at)
    return _fill(meeting, groups, at=at) or released


def unsettled(groups: Groups, *, at: datetime) -> Q:
    """Those active for whom `settle` may have something to do."""
    free = [pk for pk, group in groups.items() if group.free > 0 or group.remote_free > 0]
    return lapsing(at) | Q(waits_since__isnull=False, group__in=free)


def _release_lapsed(meeting: Meeting, groups: Groups, *, at: datetime) -> bool:
    lapsed = list(meeting.registrations.lapsed(at))
    if not lapsed:
        return False
    offers = Q(offered_until__isnull=False)
    meeting.registrations.filter(pk__in=[one.pk for one in lapsed]).update(
        ended_at=Case(When(offers, then=F("offered_until")), default=F("held_until")),
        ended_because=Case(When(offers, then=Value(Ended.UNTAKEN)), default=Value(Ended.LAPSED)),
        changes=F("changes") + 1,
    )
    seated = Counter((one.group_id, one.remotely) for one in lapsed if one.waits_since is None)
    for (group_pk, remotely), count in seated.items():
        give_back(groups[group_pk], remotely=remotely, count=count)
    for one in lapsed:
        one.ended_because = Ended.UNTAKEN if one.offered_until else Ended.LAPSED
        one.ended_at = one.offered_until or one.held_until
        one.changes += 1
        one.meeting, one.group = meeting, groups[one.group_id]
        if one.ended_because == Ended.UNTAKEN:
            letters.owe("signup_cancelled", one, at=at)
    note_all(lapsed, What.ENDED, at=at)
    return True


def _fill(meeting: Meeting, groups: Groups, *, at: datetime) -> bool:
    """Give each free seat to whoever of its kind waits longest."""
    free = [
        Q(group=group, remotely=remotely)
        for group in groups.values()
        for remotely in (False, True)
        if group.cancelled_at is None and group.free_for(remotely=remotely) > 0
    ]
    if not free or meeting.cancelled_at or at >= meeting.starts_at:
        return False
    wanted = free[0]
    for one in free[1:]:
        wanted |= one
    moved = []
    for registration in meeting.registrations.waiting().filter(wanted):
        group = groups[registration.group_id]
        if group.free_for(remotely=registration.remotely) > 0:
            take(group, remotely=registration.remotely)
            registration.meeting, registration.group = meeting, group
            moved.append(registration)
    for registration in moved:
        _offer(registration, at=at)
    return bool(moved)


def _offer(registration: Registration, *, at: datetime) -> None:
    """Whoever has not confirmed the e-mail yet holds the seat as if it had been free from the first.

    So does somebody entered by telephone, who could answer no letter: the office sees on its list that they moved up.
    """
    registration.waits_since = None
    if registration.email_confirmed_at is None or not registration.email:
        registration.save(update_fields=["waits_since"])
        note_all([registration], What.SEATED, at=at)
        return
    registration.offered_until = offer_ends(registration.meeting, at=at)
    registration.save(update_fields=["waits_since", "offered_until"])
    note_all([registration], What.OFFERED, at=at)
    letters.owe("waitlist_offer", registration, at=at, expires_at=registration.offered_until)


def offer_ends(meeting: Meeting, *, at: datetime) -> datetime:
    """Two days, but never past the deadline for confirming, nor past the start when that deadline is too near to be fair."""
    deadlines = [moment for moment in (meeting.confirm_until, meeting.starts_at) if moment and moment - at >= FAIR]
    return min([at + OFFER, *(deadlines or [meeting.starts_at])])


def seats_counted(groups: Iterable[WorkingGroup]) -> dict[tuple[int, bool], int]:
    """How many people really hold a seat, by group and kind of seat."""
    seated = Registration.objects.seated().filter(group__in=groups)
    return Counter(seated.values_list("group", "remotely"))
