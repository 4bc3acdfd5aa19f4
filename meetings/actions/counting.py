"""The counter of seats against the people who hold them. They can differ only if somebody writes past the verbs."""

import logging
from datetime import datetime

from django.db import transaction

from meetings import letters
from meetings.actions import seats
from meetings.models import Meeting
from programs.freshness import public_changed

logger = logging.getLogger(__name__)


def recount_all(*, at: datetime) -> None:
    """Every meeting that is still to come or has just been. Two queries each."""
    for meeting in Meeting.objects.filter(ends_at__gt=at - seats.OFFER):
        recount(meeting, at=at)


@transaction.atomic
def recount(meeting: Meeting, *, at: datetime) -> int:
    """Set counters right that do not agree with the people, and tell coordinators; how many were set.

    A counter is not set above its capacity: then people hold seats that do not exist, and only a person can decide. That
    is told once a day.
    """
    if not _differing(meeting):
        return 0
    meeting, groups = seats.lock(meeting.pk)
    set_right = 0
    for (group_pk, remotely), count in _differing(meeting).items():
        group = groups[group_pk]
        taken, capacity = ("remote_taken", "remote_capacity") if remotely else ("taken", "capacity")
        counted, possible = getattr(group, taken), min(count, getattr(group, capacity))
        letters.owe_miscount(group, counted=counted, held=count, at=at)
        if counted != possible:
            logger.error("Group %s of meeting %s: %s places counted, %s held.", group_pk, meeting.pk, counted, count)
            setattr(group, taken, possible)
            group.save(update_fields=[taken])
            set_right += 1
    if set_right:
        seats.settle(meeting, groups, at=at)
        public_changed(at=at)
    return set_right


def _differing(meeting: Meeting) -> dict[tuple[int, bool], int]:
    groups = list(meeting.groups.all())
    held = seats.seats_counted(groups)
    counted = {(group.pk, False): group.taken for group in groups} | {(group.pk, True): group.remote_taken for group in groups}
    return {key: held.get(key, 0) for key, taken in counted.items() if held.get(key, 0) != taken}
