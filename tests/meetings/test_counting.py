"""The counter of seats is set right when somebody has written past the verbs, and coordinators hear of it once."""

import logging

import pytest
from django.db.models import F

from accounts.models import Letter
from accounts.rendering import as_message
from meetings import actions
from meetings.models import WorkingGroup
from tests.factories import meetings as make
from tests.factories.meetings import ENDS, HOUR, NOW, TICK

pytestmark = pytest.mark.django_db
LATER = NOW + HOUR


@pytest.fixture
def coordinators():
    return sorted(make.coordinator().email for _one in range(2))


def by_hand(group: WorkingGroup, **values: object) -> None:
    WorkingGroup.objects.filter(pk=group.pk).update(**values)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def told() -> list[str]:
    return sorted(Letter.objects.filter(kind="staff_seats").values_list("to", flat=True))


def test_counters_that_agree_are_left_alone(coordinators):
    meeting = make.hybrid()
    group = meeting.groups.first()
    make.full(group)
    make.registered(group, make.person(remotely=True))
    make.held(meeting.groups.last())
    make.waiting(group)
    assert (actions.recount(meeting, at=LATER), told()) == (0, [])


@pytest.mark.parametrize("wrong", [0, 1, 3, 5])
def test_a_counter_changed_by_hand_is_set_right_and_every_coordinator_told_once(coordinators, caplog, wrong):
    meeting = make.meeting()
    group = meeting.groups.first()
    for _seat in range(2):
        make.registered(group)
    by_hand(group, taken=wrong)
    with caplog.at_level(logging.ERROR):
        assert [actions.recount(meeting, at=LATER + minute * TICK) for minute in range(3)] == [1, 0, 0]
    assert (fresh(group).taken, told(), len(caplog.records)) == (2, coordinators, 1)
    letter = Letter.objects.filter(kind="staff_seats").first()
    assert (letter.context["counted"], letter.context["held"]) == (str(wrong), "2")
    assert group.name in as_message(letter).body


def test_both_kinds_of_places_are_counted():
    meeting = make.hybrid(capacity=2, remote=2)
    group = meeting.groups.first()
    make.registered(group)
    make.registered(group, make.person(remotely=True))
    by_hand(group, taken=2, remote_taken=0)
    assert actions.recount(meeting, at=LATER) == 2
    assert (fresh(group).taken, fresh(group).remote_taken) == (1, 1)


def test_holds_and_offers_count_and_who_waits_does_not():
    meeting = make.meeting(capacity=2)
    group = meeting.groups.first()
    leaving, _staying = make.full(group)
    make.waiting(group)
    make.waiting(group, at=NOW + TICK)
    actions.decline(leaving, at=LATER)
    by_hand(group, taken=0)
    assert actions.recount(meeting, at=LATER) == 1
    assert (fresh(group).taken, group.registrations.waiting().count()) == (2, 1)


def test_more_people_than_places_are_told_once_and_decided_by_a_person(coordinators):
    meeting = make.meeting(capacity=2)
    group = meeting.groups.first()
    make.full(group)
    extra = make.registered(meeting.groups.last())
    meeting.registrations.filter(pk=extra.pk).update(group=group)
    by_hand(meeting.groups.last(), taken=0)
    for minute in range(3):
        actions.recount(meeting, at=LATER + minute * TICK)
    assert (fresh(group).taken, group.registrations.seated().count(), told()) == (2, 3, coordinators)
    actions.edit_group(group, capacity=3, at=LATER)
    assert actions.recount(meeting, at=LATER) == 1
    assert (fresh(group).taken, actions.recount(meeting, at=LATER)) == (3, 0)


def test_a_place_found_by_counting_goes_to_who_waits():
    meeting = make.meeting(capacity=2)
    group = meeting.groups.first()
    make.registered(group)
    by_hand(group, taken=F("capacity"))
    queued = make.waiting(group)
    actions.recount(meeting, at=LATER)
    assert (fresh(queued).is_offered, fresh(group).taken) == (True, 2)


@pytest.mark.parametrize(("at", "counted"), [(ENDS + actions.OFFER - TICK, True), (ENDS + actions.OFFER, False)])
def test_the_clock_counts_meetings_to_come_and_just_past(at, counted):
    group = make.meeting().groups.first()
    by_hand(group, taken=1)
    actions.recount_all(at=at)
    assert fresh(group).taken == (0 if counted else 1)


def test_counting_asks_the_database_two_questions_about_a_meeting(django_assert_num_queries):
    meeting = make.meeting(groups=5)
    for group in meeting.groups.all():
        make.registered(group)
    # The meetings; for this one a savepoint's two, its groups, its people.
    with django_assert_num_queries(1 + 2 + 2):
        actions.recount_all(at=LATER)
