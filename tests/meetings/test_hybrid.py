"""A meeting on site and remote has two kinds of places, which are never mixed up."""

import pytest
from django.db import IntegrityError, transaction

from accounts.rendering import as_message
from meetings import actions
from meetings.models import Mode, Registration, WorkingGroup
from tests.factories import meetings as make
from tests.factories.meetings import DAY, HOUR, NOW, SIGNUP_UNTIL, STARTS, TICK

pytestmark = pytest.mark.django_db
LATER = NOW + HOUR


@pytest.fixture
def meeting():
    return make.hybrid(capacity=2, remote=1)


@pytest.fixture
def group(meeting):
    return meeting.groups.first()


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def taken(group: WorkingGroup) -> tuple[int, int]:
    group = fresh(group)
    return group.taken, group.remote_taken


def remote(group: WorkingGroup, **values: object) -> Registration:
    return make.registered(group, make.person(remotely=True), **values)


# --- Two kinds of places ----------------------------------------------------------------------------


def test_the_room_and_the_link_fill_apart(group):
    remote(group)
    with pytest.raises(actions.GroupIsFull):
        make.held(group, make.person(remotely=True))
    make.full(group)
    with pytest.raises(actions.GroupIsFull):
        make.held(group)
    assert taken(group) == (2, 1)


@pytest.mark.parametrize("remotely", [False, True])
def test_a_place_given_back_is_one_of_its_kind(group, remotely):
    leaving = make.registered(group, make.person(remotely=remotely))
    staying = make.registered(group, make.person(remotely=not remotely))
    actions.decline(leaving, at=LATER)
    assert taken(group) == ((0, 1) if staying.remotely else (1, 0))


@pytest.mark.parametrize("remotely", [False, True])
def test_a_free_place_is_offered_only_to_who_waits_for_that_kind(group, remotely):
    seats = [*make.full(group), remote(group)]
    waits = {kind: make.waiting(group, remotely=kind) for kind in (not remotely, remotely)}
    leaving = next(one for one in seats if one.remotely == remotely)
    actions.decline(leaving, at=LATER)
    assert fresh(waits[remotely]).is_offered
    assert fresh(waits[not remotely]).is_waiting
    assert taken(group) == (2, 1)


def test_remote_places_added_fill_with_those_who_wait_for_them(group):
    make.full(group)
    remote(group)
    in_room, from_afar = make.waiting(group), make.waiting(group, remotely=True)
    actions.edit_group(group, remote_capacity=3, at=LATER)
    assert (fresh(in_room).is_waiting, fresh(from_afar).is_offered, taken(group)) == (True, True, (2, 2))


def test_each_stands_in_the_queue_of_their_own_kind(group):
    make.full(group)
    remote(group)
    for _person in range(3):
        make.waiting(group)
    first = make.waiting(group, remotely=True, at=LATER)
    (letter,) = make.letters_to(first.email, "waitlist_joined")
    assert not any(digit in letter.context["queue"] for digit in "123")


def test_another_group_is_entered_in_the_same_way_as_the_old_one(meeting, group):
    other = meeting.groups.last()
    registration = remote(group)
    actions.change_group(registration, group=other, at=LATER)
    assert (taken(group), taken(other)) == ((0, 0), (0, 1))
    second = remote(group)
    # There is room on site, and they do not come there.
    with pytest.raises(actions.GroupIsFull):
        actions.change_group(second, group=other, at=LATER)
    assert fresh(second).group == group


@pytest.mark.parametrize("mode", [Mode.REMOTE, Mode.ON_SITE])
def test_only_a_hybrid_meeting_asks_how_one_takes_part(mode):
    group = make.meeting(mode=mode, place="Sala 10").groups.first()
    with pytest.raises(actions.NoSuchWayToTakePart):
        make.held(group, make.person(remotely=True))
    assert taken(group) == (0, 0)


def test_fewer_remote_places_than_people_are_refused_with_their_names(group):
    who = remote(group)
    with pytest.raises(actions.GroupHasMorePeople) as refusal:
        actions.edit_group(group, remote_capacity=0, at=LATER)
    assert who.name in refusal.value.in_words
    assert actions.edit_group(group, remote_capacity=1, at=LATER).remote_capacity == 1


def test_the_database_itself_refuses_a_remote_place_too_many(group):
    remote(group)
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkingGroup.objects.filter(pk=group.pk).update(remote_taken=2)


def test_who_takes_part_remotely_gets_the_link_and_who_comes_gets_the_room(group):
    here, there = make.registered(group), remote(group)
    letters = {who: make.letters_to(who.email, "signup_registered")[0] for who in (here, there)}
    told = {who: (letter.context["room"], letter.context["room_link"]) for who, letter in letters.items()}
    assert told == {here: (group.room, ""), there: ("", group.room_link)}
    assert group.room_link not in as_message(letters[here]).body
    assert group.room_link in as_message(letters[there]).body


# --- A meeting that changes its mode ----------------------------------------------------------------


def test_a_meeting_that_is_hybrid_no_more_gives_everybody_a_place_of_one_kind(meeting, group):
    here, there = make.registered(group), remote(group)
    actions.edit_meeting(meeting, mode=Mode.REMOTE, by=None, at=LATER)
    assert taken(group) == (2, 0)
    assert {fresh(who).remotely for who in (here, there)} == {False}
    actions.decline(there, at=LATER)
    assert taken(group) == (1, 0)


def test_it_stays_hybrid_while_its_people_do_not_fit_and_says_in_which_group(meeting, group):
    make.full(group)
    there = remote(group)
    with pytest.raises(actions.HybridPeopleDoNotFit) as refusal:
        actions.edit_meeting(meeting, mode=Mode.ON_SITE, by=None, at=LATER)
    assert group.name in refusal.value.in_words
    assert (fresh(meeting).mode, fresh(there).remotely, taken(group)) == (Mode.HYBRID, True, (2, 1))
    actions.edit_group(group, capacity=3, at=LATER)
    actions.edit_meeting(meeting, mode=Mode.ON_SITE, by=None, at=LATER)
    assert (fresh(meeting).mode, taken(group)) == (Mode.ON_SITE, (3, 0))


def test_who_waited_for_the_link_gets_a_place_when_there_is_only_one_kind(meeting, group):
    remote(group)
    queued = make.waiting(group, remotely=True)
    actions.edit_meeting(meeting, mode=Mode.ON_SITE, by=None, at=LATER)
    queued = fresh(queued)
    assert (queued.remotely, queued.is_offered, taken(group)) == (False, True, (2, 0))
    assert [letter.kind for letter in make.letters_to(queued.email) if letter.state == "queued"] == [
        "waitlist_offer",
        "meeting_moved",
    ]


def test_another_mode_asks_people_again_whether_they_come(meeting, group):
    here, there = make.registered(group), remote(group)
    actions.edit_meeting(meeting, mode=Mode.REMOTE, by=None, at=LATER)
    assert {fresh(who).attendance_confirmed_at for who in (here, there)} == {None}
    for who in (here, there):
        (letter,) = make.letters_to(who.email, "meeting_moved")
        assert (letter.context["room_link"], bool(letter.context["confirm_until"])) == ("", True)
        assert actions.confirm_attendance(who, at=LATER + HOUR).is_confirmed
    links = {letter.context["room_link"] for letter in make.letters_to(there.email, "signup_registered")}
    assert links == {group.room_link}


def test_another_place_alone_asks_nobody_again(meeting, group):
    here = make.registered(group)
    actions.edit_meeting(meeting, place="Sala 11", by=None, at=LATER)
    assert fresh(here).is_confirmed
    assert len(make.letters_to(here.email, "meeting_moved")) == 1


@pytest.mark.parametrize(("at", "asked"), [(SIGNUP_UNTIL - TICK, True), (SIGNUP_UNTIL, False)])
def test_nobody_is_asked_again_once_there_is_no_time_to_answer(at, asked):
    """Otherwise the next minute would take the places of all of them."""
    meeting = make.hybrid(confirm_until=SIGNUP_UNTIL, releases_silent=True)
    registration = make.registered(meeting.groups.first())
    actions.edit_meeting(meeting, mode=Mode.REMOTE, by=None, at=at)
    assert fresh(registration).is_confirmed is not asked
    actions.release_all_silent(at=at)
    assert fresh(registration).ended_at is None


def test_hours_changed_during_the_meeting_ask_nobody():
    meeting = make.meeting()
    registration = make.registered(meeting.groups.first())
    actions.move_meeting(meeting, ends_at=make.ENDS + HOUR, reason="Dłużej", by=None, at=STARTS)
    assert fresh(registration).room_link == registration.group.room_link


def test_new_hours_need_time_for_the_answer():
    meeting = make.meeting(confirm_until=SIGNUP_UNTIL)
    registration = make.registered(meeting.groups.first())
    moved = {"starts_at": STARTS + DAY, "ends_at": make.ENDS + DAY, "reason": "Awaria", "by": None}
    with pytest.raises(actions.MeetingIsNotReady):
        actions.move_meeting(meeting, at=SIGNUP_UNTIL, **moved)
    assert fresh(registration).is_confirmed
    actions.move_meeting(meeting, at=SIGNUP_UNTIL, confirm_until=SIGNUP_UNTIL + TICK, **moved)
    assert not fresh(registration).is_confirmed
    assert actions.confirm_attendance(registration, at=SIGNUP_UNTIL).is_confirmed
