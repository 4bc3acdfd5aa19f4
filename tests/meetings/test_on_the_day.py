"""The list at the door: who is here, who did not come, who came without signing up."""

from datetime import timedelta

import pytest

from accounts.folding import folded
from accounts.models import Letter
from consultations.models import Channel
from meetings import actions
from meetings.models import Ended, RegistrationEvent, What, WorkingGroup
from tests.factories import meetings as make
from tests.factories.meetings import ENDS, HOUR, NOW, STARTS, TICK

pytestmark = pytest.mark.django_db
EARLY, LATE = timedelta(hours=1), timedelta(days=1)
OPENS, CLOSES = STARTS - EARLY, ENDS + LATE


@pytest.fixture
def meeting():
    return make.meeting(capacity=2)


@pytest.fixture
def group(meeting):
    return meeting.groups.first()


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def taken(group: WorkingGroup) -> int:
    return fresh(group).taken


def walk_in(group, *names, at=STARTS, **values):
    return actions.add_walk_ins(group, people=[actions.WalkIn(name) for name in names], at=at, **values)


def names(count: int) -> list[str]:
    return [f"Gość {number}" for number in range(count)]


# --- The window -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("at", "is_kept"), [(OPENS - TICK, False), (OPENS, True), (CLOSES - TICK, True), (CLOSES, False)])
@pytest.mark.parametrize(
    "verb",
    [
        lambda registration, at: actions.mark_present(registration, at=at),
        lambda registration, at: walk_in(registration.group, "Gość", at=at),
    ],
    ids=["present", "walk-in"],
)
def test_the_list_is_kept_from_an_hour_before_the_meeting_until_a_day_after(group, verb, at, is_kept):
    registration = make.registered(group)
    if is_kept:
        verb(registration, at)
        assert group.registrations.filter(present_at=at).exists()
        return
    with pytest.raises(actions.NotTheDay) as refusal:
        verb(registration, at)
    assert refusal.value.in_words
    assert (fresh(registration).present_at, fresh(registration).ended_at, taken(group)) == (None, None, 1)


@pytest.mark.parametrize(("at", "is_marked"), [(STARTS - TICK, False), (STARTS, True), (CLOSES - TICK, True), (CLOSES, False)])
def test_nobody_is_absent_before_the_meeting_begins(group, at, is_marked):
    registration = make.registered(group)
    if is_marked:
        assert actions.mark_absent(registration, at=at).ended_because == Ended.ABSENT
        return
    with pytest.raises(actions.NotTheDay):
        actions.mark_absent(registration, at=at)
    assert (fresh(registration).ended_at, taken(group)) == (None, 1)


def test_nobody_keeps_the_list_of_a_meeting_called_off(meeting, group):
    registration = make.registered(group)
    actions.cancel_meeting(meeting, reason="Awaria", by=None, at=NOW + HOUR)
    with pytest.raises(actions.NotTheDay):
        actions.mark_present(registration, at=STARTS)


# --- Present, absent, and a slip of the hand --------------------------------------------------------


def test_who_is_here_is_marked_once(group):
    by = make.coordinator()
    registration = make.registered(group)
    first = actions.mark_present(registration, at=STARTS, by=by)
    again = actions.mark_present(registration, at=STARTS + TICK, by=by)
    assert (first.present_at, again.present_at, taken(group)) == (STARTS, STARTS, 1)
    told = RegistrationEvent.objects.filter(registration=registration, what=What.PRESENT)
    assert list(told.values_list("by", "at")) == [(by.pk, STARTS)]


def test_whoever_stands_in_the_door_has_confirmed_all_there_was_to_confirm():
    group = make.meeting(separate_confirmation=True, confirm_until=STARTS).groups.first()
    silent, held = make.registered(group), make.held(group, at=make.SIGNUP_UNTIL - TICK)
    assert [silent.is_confirmed, held.is_confirmed] == [False, False]
    assert actions.mark_present(silent, at=STARTS).is_confirmed
    unproven = make.held(group, at=make.SIGNUP_UNTIL - TICK)
    assert unproven.held_until < OPENS
    # The hold has run out meanwhile: that person comes in as somebody new.
    with pytest.raises(actions.RegistrationHasEnded):
        actions.mark_present(unproven, at=OPENS)


def test_who_did_not_come_leaves_a_place_and_gets_no_letter(group):
    registration = make.registered(group)
    before = Letter.objects.count()
    absent = actions.mark_absent(registration, at=STARTS)
    assert (absent.ended_because, absent.ended_at, taken(group)) == (Ended.ABSENT, STARTS, 0)
    assert actions.mark_absent(registration, at=STARTS + TICK).ended_at == STARTS
    assert (Letter.objects.count(), taken(group)) == (before, 0)


def test_a_slip_of_the_hand_is_undone_in_both_directions(group):
    registration = make.registered(group)
    for at in (STARTS, STARTS + HOUR):
        absent = actions.mark_absent(registration, at=at)
        assert (absent.present_at, absent.ended_because, taken(group)) == (None, Ended.ABSENT, 0)
        present = actions.mark_present(registration, at=at + TICK)
        assert (present.present_at, present.ended_because, present.ended_at, taken(group)) == (at + TICK, "", None, 1)


def test_who_was_marked_absent_by_mistake_is_let_in_only_while_there_is_a_place(group):
    late, _other = make.full(group)
    actions.mark_absent(late, at=STARTS)
    walk_in(group, "Gość")
    with pytest.raises(actions.GroupIsFull):
        actions.mark_present(late, at=STARTS + TICK)
    assert (fresh(late).ended_because, taken(group)) == (Ended.ABSENT, 2)


def test_who_waited_and_came_all_the_same_gets_a_seat_that_somebody_left(group):
    absent, _other = make.full(group)
    queued = make.waiting(group)
    with pytest.raises(actions.GroupIsFull):
        actions.mark_present(queued, at=STARTS)
    actions.mark_absent(absent, at=STARTS)
    here = actions.mark_present(queued, at=STARTS)
    assert (here.is_waiting, here.is_confirmed, here.present_at, taken(group)) == (False, True, STARTS, 2)


def test_who_has_a_place_on_offer_and_stands_in_the_door_has_taken_it(group):
    leaving, _other = make.full(group)
    queued = make.waiting(group)
    actions.decline(leaving, at=OPENS)
    assert fresh(queued).is_offered
    here = actions.mark_present(queued, at=STARTS - TICK)
    assert (here.is_offered, here.present_at, taken(group)) == (False, STARTS - TICK, 2)
    actions.settle_meeting(group.meeting, at=STARTS)
    assert fresh(queued).ended_at is None


def test_who_has_resigned_is_not_marked(group):
    gone = actions.decline(make.registered(group), at=NOW + HOUR)
    with pytest.raises(actions.RegistrationHasEnded):
        actions.mark_present(gone, at=STARTS)
    assert actions.mark_absent(gone, at=STARTS).ended_because == Ended.WITHDREW
    assert taken(group) == 0


# --- Who came without signing up --------------------------------------------------------------------


def test_who_came_without_signing_up_is_present_at_once(group):
    by = make.coordinator()
    (added,) = actions.add_walk_ins(group, people=[actions.WalkIn("Żaneta Gość", "Klub Nowy")], at=STARTS, by=by)
    added = fresh(added)
    assert (added.present_at, added.is_confirmed, added.channel, added.entered_by) == (STARTS, True, Channel.MEETING, by)
    assert (added.speaks_for, added.email, taken(group)) == ("Klub Nowy", "", 1)
    assert list(added.events.values_list("what", "by")) == [(What.PRESENT, by.pk)]


@pytest.mark.parametrize(("free", "fits"), [(3, True), (2, False)])
def test_all_who_came_are_let_in_or_none(free, fits):
    group = make.meeting(capacity=3).groups.first()
    for _place in range(3 - free):
        make.registered(group)
    if fits:
        assert len(walk_in(group, *names(3))) == 3
        assert taken(group) == 3
        return
    with pytest.raises(actions.DoorIsFull) as refusal:
        walk_in(group, *names(3))
    assert (refusal.value.people, refusal.value.free) == (3, 2)
    assert (group.registrations.count(), taken(group)) == (1, 1)


def test_a_full_room_lets_nobody_in(group):
    make.full(group)
    with pytest.raises(actions.GroupIsFull):
        walk_in(group, "Gość")
    assert (group.registrations.count(), taken(group)) == (2, 2)


@pytest.mark.parametrize(("lines", "fits"), [(100, True), (101, False), (500, False)])
def test_a_hundred_people_can_be_written_down_at_once_and_no_more(lines, fits):
    group = make.meeting(capacity=500).groups.first()
    if fits:
        walk_in(group, *names(lines))
        assert (taken(group), group.registrations.present().count()) == (lines, lines)
        return
    with pytest.raises(actions.TooManyAtOnce) as refusal:
        walk_in(group, *names(lines))
    assert (refusal.value.given, refusal.value.most) == (lines, 100)
    assert str(lines) in refusal.value.in_words
    assert (taken(group), group.registrations.exists()) == (0, False)


def test_who_is_on_the_list_already_is_marked_present_and_not_written_down_twice(group):
    known = make.registered(group, make.person("Łucja Żak"))
    present = walk_in(group, "  łucja  ŻAK ", "Jan Nowy", "JAN NOWY")
    assert [folded(one.name) for one in present] == ["lucja zak", "jan nowy"]
    assert (fresh(known).present_at, group.registrations.count(), taken(group)) == (STARTS, 2, 2)


def test_who_was_marked_absent_comes_in_again_by_name(group):
    known = make.registered(group, make.person("Łucja Żak"))
    actions.mark_absent(known, at=STARTS)
    assert walk_in(group, "Lucja Zak", at=STARTS + TICK) == [known]
    assert (fresh(known).present_at, taken(group)) == (STARTS + TICK, 1)


def test_one_absent_and_one_new_person_do_not_share_the_last_place(group):
    absent = make.registered(group, make.person("Łucja Żak"))
    actions.mark_absent(absent, at=STARTS)
    make.registered(group, at=NOW + HOUR)
    with pytest.raises(actions.Refusal):
        walk_in(group, "Łucja Żak", "Jan Nowy")
    assert (fresh(absent).ended_because, taken(group), group.registrations.count()) == (Ended.ABSENT, 1, 2)


def test_a_group_called_off_or_divided_takes_no_walk_ins(meeting, group):
    other = meeting.groups.last()
    make.group(meeting, parent=other, moderators={})
    actions.cancel_group(group, reason="Choroba", at=NOW)
    for closed in (group, other):
        with pytest.raises(actions.GroupTakesNobody):
            walk_in(closed, "Gość")


def test_a_place_freed_before_the_start_is_not_taken_from_who_waits_for_it(group):
    absent, _other = make.full(group)
    queued = make.waiting(group)
    actions.decline(absent, at=OPENS)
    assert fresh(queued).offered_until == STARTS
    with pytest.raises(actions.GroupIsFull):
        walk_in(group, "Gość", at=STARTS - TICK)
    # Once the meeting has begun the place goes to whoever is here.
    assert walk_in(group, "Gość", at=STARTS)
    assert (fresh(queued).ended_because, taken(group)) == (Ended.UNTAKEN, 2)
