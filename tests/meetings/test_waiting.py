"""The queue of a full group: who gets into it, in what order it moves, and how one leaves it. Offers: test_offers.py."""

from datetime import timedelta

import pytest

from accounts.rendering import as_message
from meetings import actions
from meetings.models import Ended, Registration, RegistrationEvent, What, WorkingGroup
from tests.factories import meetings as make
from tests.factories.meetings import HOUR, NOW, SIGNUP_UNTIL, STARTS, TICK

pytestmark = pytest.mark.django_db
HOLD = timedelta(minutes=30)
LATER = NOW + HOUR


@pytest.fixture
def meeting():
    return make.meeting(capacity=1)


@pytest.fixture
def group(meeting):
    return meeting.groups.first()


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def taken(group: WorkingGroup) -> int:
    return fresh(group).taken


def offered(group: WorkingGroup) -> list[Registration]:
    return list(group.registrations.active().filter(offered_until__isnull=False).order_by("pk"))


def story(registration: Registration) -> list[str]:
    return list(RegistrationEvent.objects.filter(registration=registration).values_list("what", flat=True))


# --- Into the queue ---------------------------------------------------------------------------------


def test_a_full_group_refuses_who_will_not_wait_and_keeps_in_mind_who_will(group):
    make.full(group)
    with pytest.raises(actions.GroupIsFull):
        make.held(group)
    queued = make.held(group, make.person(waits=True))
    assert (queued.is_waiting, queued.waits_since, queued.held_until) == (True, NOW, NOW + HOLD)
    assert (taken(group), list(group.registrations.waiting())) == (1, [queued])


def test_who_would_wait_gets_a_seat_while_there_is_one(group):
    registration = make.held(group, make.person(waits=True))
    assert (registration.is_waiting, taken(group)) == (False, 1)


def test_a_meeting_without_a_waiting_list_queues_nobody():
    group = make.meeting(capacity=1, has_waiting_list=False).groups.first()
    make.full(group)
    with pytest.raises(actions.GroupIsFull):
        make.held(group, make.person(waits=True))
    assert group.registrations.count() == 1


def test_who_waits_already_keeps_the_place_in_the_queue_when_the_list_takes_nobody_any_more(meeting, group):
    seated = make.full(group)[0]
    queued = make.waiting(group)
    actions.edit_meeting(meeting, has_waiting_list=False, by=None, at=LATER)
    with pytest.raises(actions.GroupIsFull):
        make.held(group, make.person(waits=True), at=LATER)
    actions.decline(seated, at=LATER)
    assert offered(group) == [queued]


def test_who_confirms_the_address_in_the_queue_is_told_where_they_stand_and_still_has_no_seat(group):
    make.full(group)
    queued = make.waiting(group)
    assert (queued.is_waiting, queued.attendance_confirmed_at, queued.is_confirmed) == (True, None, False)
    (letter,) = make.letters_to(queued.email, "waitlist_joined")
    assert letter.context["queue"]
    assert not make.letters_to(queued.email, "signup_registered")
    with pytest.raises(actions.GroupIsFull):
        actions.confirm_attendance(queued, at=LATER)


def test_the_letter_says_how_many_wait_before(group):
    make.full(group)
    queue = [make.waiting(group, at=NOW + minute * TICK) for minute in range(3)]
    words = [make.letters_to(one.email, "waitlist_joined")[0].context["queue"] for one in queue]
    assert len(set(words)) == 3
    assert ["1" in words[1], "2" in words[2]] == [True, True]


def test_a_queue_place_whose_letter_nobody_answers_is_given_up_at_the_exact_moment(meeting, group):
    make.full(group)
    queued = make.held(group, make.person(waits=True))
    assert [actions.settle_meeting(meeting, at=NOW + HOLD - TICK), fresh(queued).is_waiting] == [False, True]
    assert actions.settle_meeting(meeting, at=NOW + HOLD) is True
    queued = fresh(queued)
    assert (queued.ended_because, queued.ended_at) == (Ended.LAPSED, NOW + HOLD)
    # It never was a seat, so none is given back.
    assert taken(group) == 1


def test_a_late_answer_of_who_waited_goes_to_the_end_of_the_queue(meeting, group):
    make.full(group)
    late = make.held(group, make.person(waits=True))
    other = make.waiting(group, at=NOW + TICK)
    actions.settle_meeting(meeting, at=LATER)
    again = actions.confirm_email(late, at=LATER)
    assert (again.is_waiting, again.waits_since) == (True, LATER)
    assert list(group.registrations.waiting()) == [other, again]


def test_a_late_answer_of_who_waited_takes_a_seat_that_is_free_by_then(meeting, group):
    seated = make.full(group)[0]
    late = make.held(group, make.person(waits=True))
    actions.settle_meeting(meeting, at=LATER)
    actions.decline(seated, at=LATER)
    again = actions.confirm_email(late, at=LATER)
    assert (again.is_waiting, again.is_confirmed, taken(group)) == (False, True, 1)


def test_a_caller_whom_the_office_puts_into_the_queue_has_nothing_to_confirm(group):
    make.full(group)
    caller = actions.SignUp(name="Pani Telefonująca", email="", phone="56 000 00 00", waits=True)
    by = make.coordinator()
    queued = actions.sign_up(group, person=caller, form_token=make.token(), at=NOW, channel="phone", entered_by=by)
    assert (queued.is_waiting, queued.held_until, queued.attendance_confirmed_at) == (True, None, None)
    assert list(RegistrationEvent.objects.filter(registration=queued).values_list("what", "by")) == [(What.WAITS, by.pk)]


def test_an_organization_has_no_more_people_in_a_group_than_its_limit_counting_those_who_wait():
    one, two = make.meeting(capacity=1, limit_per_organization=2).groups.all()
    make.registered(one, make.person(organization_name="Klub Nowy"))
    make.waiting(one, organization_name="KLUB NOWY")
    with pytest.raises(actions.OrganizationLimitReached):
        make.held(one, make.person(organization_name="Klub nowy", waits=True))
    elsewhere = make.registered(two, make.person(organization_name="Klub Nowy"))
    with pytest.raises(actions.OrganizationLimitReached):
        actions.change_group(elsewhere, group=one, at=LATER)
    assert make.held(one, make.person(waits=True)).is_waiting


def test_one_person_waits_once(meeting, group):
    make.full(group)
    who = make.person(waits=True)
    make.waiting(group, who)
    for other in meeting.groups.all():
        with pytest.raises(actions.AlreadySignedUp):
            make.held(other, who, at=LATER)


# --- In true order ----------------------------------------------------------------------------------


def test_a_place_that_becomes_free_goes_to_whoever_has_waited_longest(group):
    seated = make.full(group)[0]
    expected = [make.waiting(group, at=NOW + minutes * HOUR / 60) for minutes in (3, 6, 9)]
    leaving = seated
    for number, first in enumerate(expected):
        actions.decline(leaving, at=LATER + number * HOUR)
        assert offered(group) == [first]
        assert list(group.registrations.waiting()) == expected[number + 1 :]
        leaving = first


def test_the_portal_decides_the_order_and_not_the_clock_that_each_process_reads(group):
    make.full(group)
    first = make.held(group, make.person(waits=True), at=NOW + HOUR)
    second = make.held(group, make.person(waits=True), at=NOW)
    assert list(group.registrations.waiting()) == [first, second]


def test_two_who_came_at_one_moment_stand_in_the_order_in_which_they_were_written_down(group):
    seated = make.full(group)[0]
    first, second = (make.held(group, make.person(waits=True)) for _ in range(2))
    for registration in (second, first):
        actions.confirm_email(registration, at=NOW + TICK)
    actions.decline(seated, at=LATER)
    assert offered(group) == [first]
    assert fresh(second).is_waiting


@pytest.mark.parametrize("late", [False, True], ids=["while somebody waits", "while a place is on offer"])
def test_nobody_jumps_the_queue(meeting, group, late):
    seated = make.full(group)[0]
    first, second = (make.waiting(group, at=NOW + minute * TICK) for minute in range(2))
    if late:
        actions.decline(seated, at=LATER)
    with pytest.raises(actions.GroupIsFull):
        make.held(group, at=LATER)
    elsewhere = make.registered(meeting.groups.last())
    with pytest.raises(actions.GroupIsFull):
        actions.change_group(elsewhere, group=group, at=LATER)
    queued = make.held(group, make.person(waits=True), at=LATER)
    order = [second, queued] if late else [first, second, queued]
    assert list(group.registrations.waiting()) == order


def test_a_hold_that_has_run_out_is_not_taken_again_over_the_heads_of_those_who_wait(group):
    late = make.held(group)
    queued = make.waiting(group)
    with pytest.raises(actions.HoldHasLapsed):
        actions.confirm_email(late, at=NOW + HOLD)
    actions.settle_meeting(group.meeting, at=NOW + HOLD)
    assert (offered(group), taken(group)) == ([queued], 1)


def test_places_added_fill_with_those_who_wait_and_the_rest_are_free(group):
    make.full(group)
    queue = [make.waiting(group, at=NOW + minute * TICK) for minute in range(3)]
    actions.edit_group(group, capacity=3, at=LATER)
    assert (offered(group), list(group.registrations.waiting())) == (queue[:2], queue[2:])
    actions.edit_group(group, capacity=10, at=LATER)
    assert (offered(group), taken(group)) == (queue, 4)


@pytest.mark.parametrize(("at", "offers"), [(STARTS - TICK, 1), (STARTS, 0)])
def test_nobody_is_offered_a_place_once_the_meeting_has_begun(group, at, offers):
    seated = make.full(group)[0]
    make.waiting(group)
    actions.decline(seated, at=at, by=make.coordinator())
    assert (len(offered(group)), taken(group)) == (offers, offers)


def test_a_cancelled_meeting_offers_nothing_and_takes_its_offers_back(meeting, group):
    seated = make.full(group)[0]
    first, second = (make.waiting(group, at=NOW + minute * TICK) for minute in range(2))
    actions.decline(seated, at=LATER)
    assert offered(group) == [first]
    actions.cancel_meeting(meeting, reason="Awaria", by=None, at=LATER)
    assert offered(group) == []
    actions.settle_meeting(meeting, at=LATER + 3 * HOUR)
    assert fresh(second).is_waiting
    with pytest.raises(actions.TooLate):
        actions.confirm_attendance(first, at=LATER)


# --- Out of the queue -------------------------------------------------------------------------------


def test_who_leaves_the_queue_gives_back_no_seat_and_hears_of_it(group):
    make.full(group)
    queued, other = (make.waiting(group, at=NOW + minute * TICK) for minute in range(2))
    ended = actions.decline(queued, at=LATER)
    assert (ended.ended_because, taken(group)) == (Ended.WITHDREW, 1)
    assert list(group.registrations.waiting()) == [other]
    assert len(make.letters_to(queued.email, "signup_cancelled")) == 1


def test_who_waits_may_take_a_free_seat_of_another_group_at_once(meeting, group):
    make.full(group)
    queued = make.waiting(group)
    moved = actions.change_group(queued, group=meeting.groups.last(), at=LATER)
    assert (moved.is_waiting, moved.is_offered, moved.is_confirmed) == (False, False, True)
    assert [taken(one) for one in meeting.groups.all()] == [1, 1]
    assert [letter.kind for letter in make.letters_to(queued.email)][-1] == "group_changed"


def test_who_has_not_proven_the_address_takes_a_free_seat_elsewhere_as_a_hold(meeting, group):
    make.full(group)
    queued = make.held(group, make.person(waits=True))
    moved = actions.change_group(queued, group=meeting.groups.last(), at=NOW + TICK)
    assert (moved.is_waiting, moved.is_confirmed, moved.held_until) == (False, False, NOW + HOLD)
    assert actions.confirm_email(moved, at=NOW + 2 * TICK).is_confirmed


def test_who_waits_goes_to_the_end_of_the_queue_of_another_full_group(meeting, group):
    other = meeting.groups.last()
    make.full(group)
    make.full(other)
    queued, first = make.waiting(group), make.waiting(other, at=NOW + HOUR / 2)
    moved = actions.change_group(queued, group=other, at=LATER)
    assert (moved.is_waiting, moved.waits_since) == (True, LATER)
    assert list(other.registrations.waiting()) == [first, moved]
    assert [taken(one) for one in (group, other)] == [1, 1]
    assert [letter.kind for letter in make.letters_to(queued.email)][-1] == "waitlist_joined"


def test_a_seat_left_for_another_group_is_offered_in_the_same_step(meeting, group):
    seated = make.full(group)[0]
    queued = make.waiting(group)
    actions.change_group(seated, group=meeting.groups.last(), at=LATER)
    assert (offered(group), taken(group)) == ([queued], 1)


def test_who_has_a_seat_never_exchanges_it_for_a_queue(meeting, group):
    make.full(meeting.groups.last())
    seated = make.registered(group, make.person(waits=True))
    with pytest.raises(actions.GroupIsFull):
        actions.change_group(seated, group=meeting.groups.last(), at=LATER)
    assert (fresh(seated).group, fresh(seated).is_waiting, taken(group)) == (group, False, 1)


@pytest.mark.parametrize(("at", "moves"), [(SIGNUP_UNTIL - TICK, True), (SIGNUP_UNTIL, False)])
def test_who_waits_may_change_the_group_until_sign_up_ends(meeting, group, at, moves):
    make.full(group)
    queued = make.waiting(group)
    if moves:
        assert actions.change_group(queued, group=meeting.groups.last(), at=at).group != group
        return
    with pytest.raises(actions.TooLate):
        actions.change_group(queued, group=meeting.groups.last(), at=at)
    assert fresh(queued).is_waiting


# --- What is written about it -----------------------------------------------------------------------


def test_no_letter_of_the_queue_names_the_link_to_the_room_or_brings_a_calendar_entry(group):
    seated = make.full(group)[0]
    leaving, refusing, lapsing = (make.waiting(group, at=NOW + minute * TICK) for minute in range(3))
    actions.decline(leaving, at=LATER)
    actions.decline(seated, at=LATER)
    actions.decline(refusing, at=LATER + HOUR)
    actions.settle_meeting(group.meeting, at=LATER + HOUR + actions.OFFER)
    letters = [letter for who in (leaving, refusing, lapsing) for letter in make.letters_to(who.email)]
    kinds = ["waitlist_joined", "signup_cancelled"], ["waitlist_joined", "waitlist_offer", "signup_cancelled"]
    told = [[letter.kind for letter in make.letters_to(who.email)][1:] for who in (leaving, refusing, lapsing)]
    assert told == [kinds[0], kinds[1], kinds[1]]
    for letter in letters:
        message = as_message(letter)
        assert group.room_link not in message.body + message.alternatives[0].content
        assert letter.calendar == ""


def test_the_story_of_a_sign_up_can_be_told_afterwards(meeting, group):
    seated = make.full(group)[0]
    first, second = (make.waiting(group, at=NOW + minute * TICK) for minute in range(2))
    unproven = make.held(group, make.person(waits=True), at=LATER)
    actions.decline(seated, at=LATER)
    actions.confirm_attendance(first, at=LATER)
    actions.change_group(first, group=meeting.groups.last(), at=LATER)
    actions.decline(second, at=LATER, by=make.coordinator())
    assert story(seated) == [What.SIGNED_UP, What.EMAIL_CONFIRMED, What.ENDED]
    assert story(first) == [What.WAITS, What.EMAIL_CONFIRMED, What.OFFERED, What.COMING, What.MOVED]
    assert story(second) == [What.WAITS, What.EMAIL_CONFIRMED, What.OFFERED, What.ENDED]
    assert story(unproven) == [What.WAITS, What.SEATED]
    last = RegistrationEvent.objects.filter(registration=second).last()
    assert (last.because, last.by is None, last.group) == (Ended.BY_STAFF, False, group)
    assert RegistrationEvent.objects.filter(registration=first).last().group == meeting.groups.last()
