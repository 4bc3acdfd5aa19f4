"""Seats: counted in the group's row, changed here alone and only under the locks that `lock` takes."""

from collections import Counter
from datetime import datetime

from django.db.models import F

from meetings.actions.refusals import GroupIsFull
from meetings.models import Ended, Meeting, WorkingGroup


def lock(meeting_pk: int) -> tuple[Meeting, dict[int, WorkingGroup]]:
    """The meeting's row, then its groups by primary key: one order for all, so no two verbs can wait for each other."""
    meeting = Meeting.objects.select_for_update().get(pk=meeting_pk)
    groups = WorkingGroup.objects.select_for_update().filter(meeting=meeting).order_by("pk")
    return meeting, {group.pk: group for group in groups}


def take(group: WorkingGroup) -> None:
    """Raises GroupIsFull. The condition and the CHECK hold even for a caller that forgot the lock."""
    if not WorkingGroup.objects.filter(pk=group.pk, taken__lt=F("capacity")).update(taken=F("taken") + 1):
        raise GroupIsFull(group)


def give_back(group_pk: int, count: int = 1) -> None:
    WorkingGroup.objects.filter(pk=group_pk).update(taken=F("taken") - count)


def release_lapsed_holds(meeting: Meeting, *, at: datetime) -> int:
    """Free the seats held for addresses that nobody confirmed in time; how many."""
    lapsed = dict(meeting.registrations.lapsed(at).values_list("pk", "group_id"))
    if not lapsed:
        return 0
    meeting.registrations.filter(pk__in=lapsed).update(
        ended_at=F("held_until"), ended_because=Ended.LAPSED, changes=F("changes") + 1
    )
    for group_pk, count in Counter(lapsed.values()).items():
        give_back(group_pk, count)
    return len(lapsed)
