"""Capacity under concurrency as people meet it: gunicorn with several processes and threads, on PostgreSQL."""

import random
from functools import partial

import pytest

from desk.bench.visitors import Answer, Visitor, at_once
from tests.meetings.crowd import Meeting, Portal, portal_of_its_own, press, serving

pytestmark = [pytest.mark.postgresql, pytest.mark.xdist_group("crowd")]

DONE, SHOWN_AGAIN, REFUSED = 302, 200, 409
PEOPLE, AT_THE_CONTROL = 200, 32
MOVES = 6  # of each person in the storm of swaps
STORM_PEOPLE, STORM_CALLS, STORM_VISITORS = 40, 1200, 24


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    with portal_of_its_own(tmp_path_factory.mktemp("crowd")) as portal:
        yield portal


@pytest.fixture(scope="module")
def port(portal):
    with serving(portal) as server:
        yield server.port


@pytest.fixture
def visitors(request):
    """visitors(port, 200) -> so many people, each with a browser and an address."""
    came: list[Visitor] = []

    def come(port: int, how_many: int) -> list[Visitor]:
        came.extend(Visitor(port, number) for number in range(how_many))
        return came

    yield come
    for visitor in came:
        visitor.leave()


def answers(meeting: Meeting, group: int, number: int) -> dict[str, str]:
    who = {"name": f"Osoba {number}", "email": f"{meeting.slug}-{number}@example.org"}
    return {"group": str(meeting.groups[group]), "waits": "on", **who}


def everybody_signs_up(people: list[Visitor], meeting: Meeting) -> list[Answer]:
    """Each opens the form and checks the answers; then all press the last button at once."""
    choices = [answers(meeting, number % len(meeting.groups), number) for number in range(len(people))]
    filled = at_once([partial(one.fill_in, meeting.form, choice) for one, choice in zip(people, choices, strict=True)])
    return at_once([partial(one.ask, meeting.form, body) for one, body in zip(people, filled, strict=True)])


def test_two_hundred_people_and_fifty_seats_make_fifty_seats_and_a_queue(portal, port, visitors):
    people = visitors(port, PEOPLE)
    said = everybody_signs_up(people, portal.rush)
    assert {(answer.status, answer.location) for answer in said} == {(DONE, f"{portal.rush.form}gotowe/")}
    groups = portal.groups(portal.rush)
    assert sum(len(group.seated) for group in groups) == sum(group.capacity for group in groups) == 50
    assert sum(len(group.waiting) for group in groups) == 150
    for group in groups:
        assert len(group.seated) == group.taken == group.capacity
        # Nobody was put into the queue while there was a seat.
        assert max(group.seated) < min(group.waiting)
        # And the queue is in the order in which the portal decided, whichever clock was read first.
        assert group.waiting == sorted(group.waiting)
    for group in groups:
        assert press(people[0], group.seated[0], "resign").status == DONE
    for before, after in zip(groups, portal.groups(portal.rush), strict=True):
        first, *others = before.waiting
        assert (after.seated, after.waiting) == ([*before.seated[1:], first], others)
        assert after.taken == after.capacity


def test_control_without_the_lock_and_the_condition_the_groups_are_oversold(portal, visitors):
    """The same form and the same web server: if this did not oversell, the test above would prove nothing."""
    with serving(portal, "tests.meetings.careless_wsgi") as server:
        said = everybody_signs_up(visitors(server.port, AT_THE_CONTROL), portal.control)
    assert {answer.status for answer in said} == {DONE}
    groups = portal.groups(portal.control)
    assert sum(len(group.seated) for group in groups) > sum(group.capacity for group in groups)


def test_a_storm_of_swaps_waits_for_nobody_and_loses_nobody(portal, port, visitors):
    """Everybody moves again and again, in all directions, into the few seats that are free."""
    meeting = portal.swaps
    seats = [(group.pk, pk) for group in portal.groups(meeting) for pk in group.seated]
    before = portal.emails(meeting)

    def wander(visitor: Visitor, group: int, pk: int, seed: int) -> list[int]:
        chance, statuses = random.Random(seed), []
        visitor.ask(meeting.form)
        for _ in range(MOVES):
            wanted = chance.choice([other for other in meeting.groups if other != group])
            statuses.append(press(visitor, pk, "change", group=str(wanted)).status)
            group = wanted if statuses[-1] == DONE else group
        return statuses

    wanderers = zip(visitors(port, len(seats)), seats, strict=True)
    said = at_once([partial(wander, visitor, *seat, seed) for seed, (visitor, seat) in enumerate(wanderers)])
    statuses = [status for statuses in said for status in statuses]
    assert set(statuses) == {DONE, REFUSED}
    assert portal.emails(meeting) == before
    for group in portal.groups(meeting):
        assert (len(group.seated), group.waiting) == (group.taken, [])
        assert group.taken <= group.capacity


def storm_of_one(visitor: Visitor, portal: Portal, seed: int) -> list[int]:
    """Somebody who does anything to anybody; what the portal answered each time."""
    meeting, chance, statuses = portal.storm, random.Random(seed), []
    visitor.ask(meeting.form)
    for _ in range(STORM_CALLS // STORM_VISITORS):
        number, group = chance.randrange(STORM_PEOPLE), chance.randrange(len(meeting.groups))
        who = answers(meeting, group, number)
        rows = portal.query("SELECT max(id) FROM meetings_registration WHERE email = %s", who["email"])
        act = chance.choice(["sign up", "confirm", "change", "resign"])
        if act == "sign up" or rows == [(None,)]:
            answer = visitor.ask(meeting.form, visitor.step("send", who))
        else:
            answer = press(visitor, rows[0][0], act, **({"group": who["group"]} if act == "change" else {}))
        statuses.append(answer.status)
    return statuses


def test_after_a_storm_every_seat_is_counted_and_nobody_waits_for_a_free_one(portal, port, visitors):
    calls = [partial(storm_of_one, visitor, portal, seed) for seed, visitor in enumerate(visitors(port, STORM_VISITORS))]
    statuses = [status for statuses in at_once(calls) for status in statuses]
    assert (len(statuses), set(statuses)) == (STORM_CALLS, {DONE, SHOWN_AGAIN, REFUSED})
    assert portal.happened(portal.storm) >= {"signed_up", "waits", "email", "offered", "moved", "ended"}
    for group in portal.groups(portal.storm):
        assert len(group.seated) == group.taken <= group.capacity
        assert not group.waiting or group.taken == group.capacity
    emails = portal.emails(portal.storm)
    assert len(emails) == len(set(emails))
