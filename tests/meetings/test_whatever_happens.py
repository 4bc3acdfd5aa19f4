"""What stays true whatever people and the office do, in whatever order."""

from collections import defaultdict
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from meetings import actions
from meetings.actions.seats import seats_counted
from meetings.models import Meeting, Registration
from tests.factories import meetings as make
from tests.factories.meetings import DAY, NOW

pytestmark = pytest.mark.django_db
GROUPS, PEOPLE = 3, 8
# The length of a hold and of an offer, and moments within them.
PAUSES = [timedelta(minutes=minutes) for minutes in (1, 0, 2, 7, 30, 47 * 60, 48 * 60)]
Places = dict[tuple[int, bool], list[int]]

VERBS = ["email", "decline", "email", "attend", "decline", "move", "settle", "places", "call off"]
CALLS = st.lists(
    st.tuples(
        st.sampled_from(VERBS),
        st.integers(0, PEOPLE - 1),
        st.sampled_from([0, 0, 0, 1, 2]),  # group
        st.sampled_from([False, False, True]),  # from afar
        st.integers(0, 3),  # places
        st.sampled_from(PAUSES),
    ),
    min_size=30,
    max_size=50,
)


class Crowd:
    """Eight people, each known by name, who do what a list of calls says."""

    def __init__(self) -> None:
        self.meeting: Meeting = make.hybrid(groups=GROUPS, capacity=1, remote=1)
        self.groups = list(self.meeting.groups.all())
        self.people = [make.person() for _one in range(PEOPLE)]

    def do(self, verb: str, who: int, where: int, remotely: bool, places: int, *, at: datetime) -> None:
        group, email = self.groups[where], self.people[who].email
        row = self.meeting.registrations.filter(email=email).last()
        # Who is not signed up signs up, and sometimes who is does so too.
        if row is None or (row.ended_at and verb != "email") or (verb == "move" and group == row.group):
            # Nearly everybody would rather wait than have no place.
            person = make.person(self.people[who].name, email, remotely=remotely, waits=places > 0)
            make.held(group, person, at=at)
        elif verb == "settle":
            actions.settle_meeting(self.meeting, at=at)
        elif verb == "places":
            actions.edit_group(group, at=at, **{"remote_capacity" if remotely else "capacity": places})
        elif verb == "call off":
            # Into the same group is refused, which leaves more of them to go on with.
            actions.cancel_group(group, reason="Powód", into=self.groups[places % 2], at=at)
        else:
            self._answer(verb, row, where, at=at)

    def _answer(self, verb: str, row: Registration, where: int, *, at: datetime) -> None:
        if verb == "email":
            actions.confirm_email(row, at=at)
        elif verb == "attend":
            actions.confirm_attendance(row, at=at)
        elif verb == "decline":
            actions.decline(row, at=at)
        else:
            actions.change_group(row, group=self.groups[where], at=at)


def queues(meeting: Meeting) -> Places:
    found: Places = defaultdict(list)
    for pk, group, remotely in meeting.registrations.waiting().values_list("pk", "group", "remotely"):
        found[group, remotely].append(pk)
    return found


def check_places(meeting: Meeting) -> None:
    groups = list(meeting.groups.all())
    seated, waiting = seats_counted(groups), queues(meeting)
    for group in groups:
        for remotely, taken, capacity in (
            (False, group.taken, group.capacity),
            (True, group.remote_taken, group.remote_capacity),
        ):
            assert seated.get((group.pk, remotely), 0) == taken <= capacity
            assert group.cancelled_at or taken == capacity or not waiting[group.pk, remotely]
        assert not (group.cancelled_at and (group.taken or group.remote_taken))


def check_order(before: Places, meeting: Meeting) -> int:
    """Of those who waited in one queue, none got a place before somebody who had waited longer; how many got one."""
    now = {row.pk: row for row in meeting.registrations.active()}
    called = 0
    for (group, _remotely), queue in before.items():
        here = [now[pk].waits_since is None for pk in queue if pk in now and now[pk].group_id == group]
        assert here == sorted(here, reverse=True)
        called += sum(here)
    return called


def check_people(meeting: Meeting) -> None:
    emails = list(meeting.registrations.active().values_list("email", flat=True))
    assert len(emails) == len(set(emails))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calls=CALLS)
def test_places_are_counted_right_and_nobody_waits_while_one_is_free(calls):
    crowd, at, called = Crowd(), NOW, 0
    for *call, pause in calls:
        # Sign-up is open for twelve days; all of it happens within them.
        at = min(at + pause, NOW + 11 * DAY)
        before = queues(crowd.meeting)
        try:
            crowd.do(*call, at=at)
        except actions.Refusal as refusal:
            event(type(refusal).__name__)
        check_places(crowd.meeting)
        check_people(crowd.meeting)
        called += check_order(before, crowd.meeting)
    event(f"called from a queue: {min(called, 3)}")


def test_the_check_sees_a_place_that_is_free_while_somebody_waits():
    """Otherwise the promise above would be worth nothing."""
    group = make.meeting(capacity=1).groups.first()
    make.full(group)
    make.waiting(group)
    check_places(group.meeting)
    type(group).objects.filter(pk=group.pk).update(capacity=2)
    with pytest.raises(AssertionError):
        check_places(group.meeting)


def test_the_check_sees_somebody_who_jumped_the_queue():
    group = make.meeting(capacity=1).groups.first()
    make.full(group)
    make.waiting(group)
    second = make.waiting(group, at=NOW + timedelta(minutes=5))
    before = queues(group.meeting)
    Registration.objects.filter(pk=second.pk).update(waits_since=None)
    with pytest.raises(AssertionError):
        check_order(before, group.meeting)
