"""The portal without the lock and the condition that keep a group from being oversold.

Only the tests over HTTP serve it: if they did not see it broken, they would prove nothing.
"""

import time

from config.wsgi import application
from meetings.actions import refusals, seats
from meetings.models import Meeting, WorkingGroup

__all__ = ["application"]


def unlocked(meeting_pk: int) -> tuple[Meeting, seats.Groups]:
    meeting = Meeting.objects.get(pk=meeting_pk)
    return meeting, {group.pk: group for group in meeting.groups.all()}


def careless(group: WorkingGroup, *, remotely: bool = False) -> None:
    seen = WorkingGroup.objects.get(pk=group.pk).taken
    if seen >= group.capacity:
        raise refusals.GroupIsFull(group)
    time.sleep(0.3)  # between the look and the leap
    WorkingGroup.objects.filter(pk=group.pk).update(taken=seen + 1)


seats.lock, seats.take = unlocked, careless
