"""A place that became free is kept for whoever waits longest: for how long, and what becomes of it."""

from datetime import timedelta

import pytest

from accounts.models import Letter, State
from meetings import actions
from meetings.actions.seats import FAIR, offer_ends
from meetings.models import Ended, Registration, RegistrationEvent, What, WorkingGroup
from tests.factories import meetings as make
from tests.factories.meetings import DAY, HOUR, NOW, SIGNUP_UNTIL, STARTS, TICK

pytestmark = pytest.mark.django_db
HOLD = timedelta(minutes=30)
LATER = NOW + HOUR
UNTIL = LATER + actions.OFFER


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def taken(group: WorkingGroup) -> int:
    return fresh(group).taken


def one_place(**values: object) -> tuple[WorkingGroup, Registration]:
    """A group with one place and whoever has it."""
    group = make.meeting(capacity=1, **values).groups.first()
    return group, make.full(group)[0]


def on_offer(**values: object) -> tuple[WorkingGroup, Registration, Registration]:
    """The place is offered to the first of two who wait."""
    group, seated = one_place(**values)
    first, second = (make.waiting(group, at=NOW + minute * TICK) for minute in range(2))
    actions.decline(seated, at=LATER)
    return group, fresh(first), fresh(second)


# --- For how long -----------------------------------------------------------------------------------


def test_an_offer_lasts_two_days():
    assert timedelta(days=2) == actions.OFFER
    _group, first, second = on_offer()
    assert (first.is_offered, first.offered_until, first.waits_since) == (True, UNTIL, None)
    assert (second.is_waiting, second.offered_until) == (True, None)
    assert not first.is_confirmed


@pytest.mark.parametrize(
    ("at", "confirm_until", "ends"),
    [
        (NOW, SIGNUP_UNTIL, NOW + actions.OFFER),
        (STARTS - actions.OFFER - TICK, None, STARTS - TICK),
        (STARTS - actions.OFFER, None, STARTS),
        (STARTS - actions.OFFER + TICK, None, STARTS),
        (STARTS - TICK, None, STARTS),
        (SIGNUP_UNTIL - actions.OFFER - TICK, SIGNUP_UNTIL, SIGNUP_UNTIL - TICK),
        (SIGNUP_UNTIL - actions.OFFER + TICK, SIGNUP_UNTIL, SIGNUP_UNTIL),
        (SIGNUP_UNTIL - FAIR, SIGNUP_UNTIL, SIGNUP_UNTIL),
        # Nearer than that nobody could keep it, so the start counts.
        (SIGNUP_UNTIL - FAIR + TICK, SIGNUP_UNTIL, STARTS),
        (SIGNUP_UNTIL, SIGNUP_UNTIL, STARTS),
        (STARTS - FAIR, SIGNUP_UNTIL, STARTS),
        (STARTS - FAIR + TICK, STARTS, STARTS),
    ],
)
def test_an_offer_ends_with_a_deadline_that_is_fairly_far_and_never_after_the_start(at, confirm_until, ends):
    assert offer_ends(make.meeting(confirm_until=confirm_until), at=at) == ends


def test_the_offer_is_made_and_written_in_the_step_that_frees_the_place():
    group, first, second = on_offer()
    assert taken(group) == 1
    (letter,) = make.letters_to(first.email, "waitlist_offer")
    assert (letter.state, letter.expires_at, letter.context["offered_until"] != "") == (State.QUEUED, UNTIL, True)
    assert not make.letters_to(second.email, "waitlist_offer")


def test_the_letter_of_an_offer_sent_once_more_ends_with_the_offer_too():
    _group, first, _second = on_offer()
    actions.send_link_again(first, at=LATER + HOUR)
    assert [letter.expires_at for letter in make.letters_to(first.email, "waitlist_offer")] == [UNTIL, UNTIL]


# --- Taken, given back, let go ----------------------------------------------------------------------


def test_who_says_that_they_come_has_the_place_for_good():
    group, first, second = on_offer()
    comes = actions.confirm_attendance(first, at=UNTIL - TICK)
    assert (comes.is_confirmed, comes.is_offered) == (True, False)
    actions.settle_meeting(group.meeting, at=UNTIL)
    assert (fresh(first).ended_at, fresh(second).is_waiting, taken(group)) == (None, True, 1)
    (letter,) = make.letters_to(first.email, "signup_registered")
    assert letter.context["room_link"] == group.room_link
    assert "METHOD:REQUEST" in letter.calendar


def test_an_offer_that_is_not_taken_goes_to_the_next_at_the_exact_moment():
    group, first, second = on_offer()
    assert actions.settle_meeting(group.meeting, at=UNTIL - TICK) is False
    assert fresh(first).is_offered
    assert actions.settle_meeting(group.meeting, at=UNTIL) is True
    first, second = fresh(first), fresh(second)
    assert (first.ended_because, first.ended_at, first.is_offered) == (Ended.UNTAKEN, UNTIL, False)
    assert (second.offered_until, taken(group)) == (UNTIL + actions.OFFER, 1)
    assert len(make.letters_to(first.email, "signup_cancelled")) == 1
    assert len(make.letters_to(second.email, "waitlist_offer")) == 1


def test_an_offer_can_be_taken_to_the_last_moment_and_not_at_its_end():
    _group, first, _second = on_offer()
    with pytest.raises(actions.RegistrationHasEnded):
        actions.confirm_attendance(first, at=UNTIL)
    assert actions.confirm_attendance(first, at=UNTIL - TICK).is_confirmed


def test_the_clock_lets_offers_go_when_nobody_acts():
    group, first, second = on_offer()
    actions.settle_all(at=UNTIL - TICK)
    assert fresh(first).is_offered
    actions.settle_all(at=UNTIL)
    assert (fresh(first).ended_because, fresh(second).is_offered, taken(group)) == (Ended.UNTAKEN, True, 1)


def test_an_offer_nobody_waits_for_any_more_leaves_the_place_free():
    group, seated = one_place()
    only = make.waiting(group)
    actions.decline(seated, at=LATER)
    with pytest.raises(actions.GroupIsFull):
        make.held(group, at=UNTIL - TICK)
    assert make.held(group, at=UNTIL).ended_at is None
    assert (fresh(only).ended_because, taken(group)) == (Ended.UNTAKEN, 1)


def test_who_declines_an_offer_gives_it_to_the_next_at_once():
    group, first, second = on_offer()
    assert actions.decline(first, at=LATER + HOUR).ended_because == Ended.WITHDREW
    assert (fresh(second).offered_until, taken(group)) == (LATER + HOUR + actions.OFFER, 1)
    letters = {letter.kind: letter.state for letter in make.letters_to(first.email)}
    assert (letters["waitlist_offer"], letters["signup_cancelled"]) == (State.OBSOLETE, State.QUEUED)


def test_who_let_an_offer_go_may_sign_up_again_and_stands_last():
    group, first, second = on_offer()
    third = make.waiting(group, at=LATER)
    actions.settle_meeting(group.meeting, at=UNTIL)
    assert fresh(second).is_offered
    again = make.held(group, make.person(first.name, first.email, waits=True), at=UNTIL)
    assert again != first
    assert list(group.registrations.waiting()) == [third, again]


def test_who_has_not_proven_the_address_gets_the_place_as_a_hold():
    group, seated = one_place()
    unproven = make.held(group, make.person(waits=True))
    actions.decline(seated, at=NOW + TICK)
    unproven = fresh(unproven)
    assert (unproven.is_waiting, unproven.is_offered, unproven.held_until) == (False, False, NOW + HOLD)
    assert not make.letters_to(unproven.email, "waitlist_offer")
    assert actions.confirm_email(unproven, at=NOW + HOLD - TICK).is_confirmed
    assert taken(group) == 1


def test_a_hold_moved_up_from_the_queue_runs_out_when_it_would_have():
    group, seated = one_place()
    unproven = make.held(group, make.person(waits=True))
    actions.decline(seated, at=NOW + TICK)
    actions.settle_meeting(group.meeting, at=NOW + HOLD)
    assert (fresh(unproven).ended_because, taken(group)) == (Ended.LAPSED, 0)


def test_an_offer_may_be_taken_after_the_deadline_for_confirming():
    group, seated = one_place(separate_confirmation=True, confirm_until=SIGNUP_UNTIL)
    actions.confirm_attendance(seated, at=LATER)
    queued = make.waiting(group)
    actions.decline(seated, at=SIGNUP_UNTIL)
    assert fresh(queued).offered_until == STARTS
    assert actions.confirm_attendance(queued, at=STARTS - TICK).is_confirmed


def test_a_place_on_offer_can_be_exchanged_for_a_free_one_of_another_group():
    group, first, second = on_offer()
    other = group.meeting.groups.last()
    moved = actions.change_group(first, group=other, at=LATER + HOUR)
    # They asked for this very place: nobody has to offer it to them any more.
    assert (moved.group, moved.is_offered, moved.is_confirmed) == (other, False, True)
    assert (fresh(second).is_offered, taken(group), taken(other)) == (True, 1, 1)
    actions.settle_meeting(group.meeting, at=UNTIL)
    assert fresh(first).ended_at is None


def test_who_exchanges_an_offer_is_asked_to_confirm_where_the_meeting_asks():
    group, first, _second = on_offer(separate_confirmation=True, confirm_until=SIGNUP_UNTIL)
    moved = actions.change_group(first, group=group.meeting.groups.last(), at=LATER + HOUR)
    assert (moved.is_offered, moved.is_confirmed) == (False, False)
    assert actions.confirm_attendance(moved, at=LATER + DAY).is_confirmed


def test_what_became_of_an_offer_is_written_down():
    group, first, second = on_offer()
    actions.settle_meeting(group.meeting, at=UNTIL)
    actions.confirm_attendance(second, at=UNTIL + HOUR)
    ended = RegistrationEvent.objects.filter(registration=first).last()
    assert (ended.what, ended.because, ended.by, ended.group) == (What.ENDED, Ended.UNTAKEN, None, group)
    told = RegistrationEvent.objects.filter(registration=second, what__in=(What.OFFERED, What.COMING))
    assert list(told.values_list("what", "at")) == [(What.OFFERED, UNTIL), (What.COMING, UNTIL + HOUR)]


def test_who_is_only_offered_a_place_is_not_counted_among_the_registered():
    group, first, second = on_offer()
    registrations = group.registrations
    assert (registrations.registered().count(), registrations.coming().count(), registrations.seated().count()) == (0, 0, 1)
    assert set(registrations.reachable()) == {first, second}


def test_news_of_the_meeting_reach_who_waits_and_who_has_an_offer():
    group, first, second = on_offer()
    actions.edit_meeting(group.meeting, place="Zoom", by=None, at=LATER + HOUR)
    told = set(Letter.objects.filter(kind="meeting_moved").values_list("to", flat=True))
    assert told == {first.email, second.email}
    waiting = {letter.kind for letter in make.letters_to(first.email) if letter.state == State.QUEUED}
    # The offer is told anew, with what is valid now.
    assert waiting == {"meeting_moved", "waitlist_offer"}
