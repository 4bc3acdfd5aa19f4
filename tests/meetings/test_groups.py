"""Groups with hours and parts of their own, groups that are called off or joined, and who runs them."""

import pytest
from icalendar import Calendar

from accounts.models import Letter, State
from accounts.tokens import Purpose
from meetings import actions, letters
from meetings.models import GroupModerator, Meeting, RegistrationEvent, Sector, What, WorkingGroup
from tests.factories import meetings as make
from tests.factories.meetings import ENDS, HOUR, NOW, PUBLISHED, STARTS, TICK

pytestmark = pytest.mark.django_db
LATER = NOW + HOUR


@pytest.fixture
def meeting():
    return make.meeting()


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def taken(group: WorkingGroup) -> int:
    return fresh(group).taken


def event(letter: Letter):
    return next(iter(Calendar.from_ical(letter.calendar).walk("VEVENT")))


def kinds(who) -> list[str]:
    return [letter.kind for letter in make.letters_to(who.email)]


# --- Hours of its own -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "fits"),
    [
        (STARTS, ENDS, True),
        (STARTS + TICK, ENDS - TICK, True),
        (STARTS - TICK, ENDS, False),
        (STARTS, ENDS + TICK, False),
    ],
)
def test_the_hours_of_a_group_lie_within_those_of_its_meeting(meeting, starts_at, ends_at, fits):
    group = meeting.groups.first()
    if fits:
        assert actions.edit_group(group, starts_at=starts_at, ends_at=ends_at, at=NOW).begins_at == starts_at
        return
    with pytest.raises(actions.MeetingIsNotReady):
        actions.edit_group(group, starts_at=starts_at, ends_at=ends_at, at=NOW)
    assert fresh(group).starts_at is None


@pytest.mark.parametrize("hours", [{"starts_at": STARTS}, {"ends_at": ENDS}, {"starts_at": ENDS, "ends_at": ENDS}])
def test_a_group_has_both_hours_in_order_or_none(meeting, hours):
    with pytest.raises(actions.DatesDoNotFit) as refusal:
        actions.edit_group(meeting.groups.first(), at=NOW, **hours)
    assert refusal.value.in_words.strip()


def test_a_meeting_does_not_become_shorter_than_its_groups(meeting):
    group = meeting.groups.first()
    actions.edit_group(group, starts_at=STARTS, ends_at=ENDS, at=NOW)
    with pytest.raises(actions.MeetingIsNotReady):
        actions.move_meeting(meeting, ends_at=ENDS - TICK, reason="Krócej", by=None, at=NOW)
    assert fresh(meeting).ends_at == ENDS


def test_letters_and_calendars_give_the_hours_of_the_group(meeting):
    own, whole = meeting.groups.all()
    actions.edit_group(own, starts_at=STARTS + HOUR, ends_at=ENDS, at=NOW)
    later, usual = (make.letters_to(make.registered(group).email, "signup_registered")[0] for group in (own, whole))
    assert [(event(letter).start, event(letter).end) for letter in (later, usual)] == [(STARTS + HOUR, ENDS), (STARTS, ENDS)]
    assert later.context["when"] != usual.context["when"]


def test_new_hours_of_a_group_are_told_to_its_people_with_a_newer_entry(meeting):
    here, there = (make.registered(group) for group in meeting.groups.all())
    before = event(make.letters_to(here.email, "signup_registered")[0])["sequence"]
    actions.edit_group(here.group, starts_at=STARTS + HOUR, ends_at=ENDS, at=LATER)
    (letter,) = make.letters_to(here.email, "group_changed")
    assert (event(letter).start, event(letter)["sequence"] > before) == (STARTS + HOUR, True)
    assert "group_changed" not in kinds(there)


# --- Sub-groups -------------------------------------------------------------------------------------


@pytest.fixture
def divided(meeting):
    """The first group, which works in two parts."""
    group = meeting.groups.first()
    for letter in "AB":
        make.group(meeting, name=f"Część {letter}", parent=group, moderators={}, capacity=1)
    return group


def test_a_divided_group_takes_nobody_and_its_parts_do(meeting, divided):
    with pytest.raises(actions.GroupTakesNobody):
        make.held(divided)
    elsewhere = make.registered(meeting.groups.get(name="Grupa 2"))
    with pytest.raises(actions.GroupTakesNobody):
        actions.change_group(elsewhere, group=divided, at=LATER)
    part = divided.subgroups.first()
    assert actions.change_group(elsewhere, group=part, at=LATER).group == part
    assert (taken(divided), taken(part)) == (0, 1)


def test_a_divided_group_needs_no_room_and_its_parts_need_no_moderators_of_their_own(meeting, divided):
    actions.edit_group(divided, room="", room_link="", at=NOW)
    assert fresh(meeting).lacking() == []
    part = divided.subgroups.first()
    with pytest.raises(actions.MeetingIsNotReady):
        actions.edit_group(part, room_link="", at=NOW)
    with pytest.raises(actions.MeetingIsNotReady):
        make.group(meeting, parent=divided, moderators={Sector.NGO: "Jan Przykładowy"})


def test_a_group_is_not_a_part_of_itself(meeting):
    group = meeting.groups.first()
    with pytest.raises(actions.DatesDoNotFit):
        actions.edit_group(group, parent=group, at=NOW)


# --- Called off -------------------------------------------------------------------------------------


def test_a_group_is_called_off_with_a_reason_before_the_meeting_begins(meeting):
    early, late = meeting.groups.all()
    with pytest.raises(actions.MoveNeedsAReason):
        actions.cancel_group(early, reason="  ", at=NOW)
    with pytest.raises(actions.TooLate):
        actions.cancel_group(early, reason="Choroba", at=STARTS)
    assert fresh(early).cancelled_at is None
    cancelled = actions.cancel_group(early, reason="Choroba", at=STARTS - TICK)
    assert (cancelled.cancelled_at, cancelled.cancelled_because) == (STARTS - TICK, "Choroba")
    assert fresh(late).cancelled_at is None


def test_the_last_group_of_a_meeting_that_people_see_is_not_called_off(meeting):
    one, two = meeting.groups.all()
    actions.cancel_group(one, reason="Choroba", at=NOW)
    with pytest.raises(actions.MeetingIsNotReady):
        actions.cancel_group(two, reason="Choroba", at=NOW)
    assert fresh(two).cancelled_at is None


def test_who_was_in_a_group_called_off_hears_why_and_may_choose_another_one(meeting):
    group, other = meeting.groups.all()
    here, there = make.registered(group), make.registered(other)
    actions.cancel_group(group, reason="Choroba prowadzącej", at=LATER)
    (letter,) = make.letters_to(here.email, "group_cancelled")
    assert (letter.context["reason"], letter.context["room_link"]) == ("Choroba prowadzącej", "")
    assert "group_cancelled" not in kinds(there)
    assert fresh(here).room_link == ""
    with pytest.raises(actions.GroupTakesNobody):
        make.held(group, at=LATER)
    with pytest.raises(actions.GroupTakesNobody):
        actions.change_group(there, group=group, at=LATER)
    moved = actions.change_group(here, group=other, at=LATER)
    assert (moved.is_confirmed, moved.room_link, taken(group), taken(other)) == (True, other.room_link, 0, 2)


def test_calling_off_twice_tells_nobody_twice(meeting):
    group = meeting.groups.first()
    here = make.registered(group)
    for hours in (1, 2):
        actions.cancel_group(group, reason="Choroba", at=NOW + hours * HOUR)
    assert kinds(here).count("group_cancelled") == 1
    assert fresh(group).cancelled_at == LATER


def test_a_group_called_off_offers_no_place():
    group = make.meeting(capacity=1).groups.first()
    (seated,) = make.full(group)
    first, second = (make.waiting(group, at=NOW + minute * TICK) for minute in range(2))
    actions.decline(seated, at=LATER)
    actions.cancel_group(group, reason="Choroba", at=LATER + HOUR)
    assert (fresh(first).is_offered, fresh(second).is_waiting) == (False, True)
    left = {letter.kind for letter in make.letters_to(first.email) if letter.state == State.QUEUED}
    assert left == {"group_cancelled"}
    actions.decline(first, at=LATER + 2 * HOUR)
    assert fresh(second).is_waiting


# --- Joined with another one ------------------------------------------------------------------------


def test_people_of_a_group_called_off_move_as_they_are(meeting):
    group, other = meeting.groups.all()
    there = make.registered(other)
    coming, held = make.registered(group), make.held(group, at=NOW + TICK)
    by = make.coordinator()
    actions.cancel_group(group, reason="Mało osób", into=other, by=by, at=NOW + 10 * TICK)
    assert {fresh(who).group for who in (coming, held, there)} == {other}
    assert (taken(group), taken(other)) == (0, 3)
    assert (fresh(coming).is_confirmed, fresh(held).held_until) == (True, held.held_until)
    (letter,) = make.letters_to(coming.email, "group_changed")
    assert (letter.context["group"], letter.context["room_link"], letter.context["reason"]) == (
        other.name,
        other.room_link,
        "Mało osób",
    )
    assert kinds(held) == ["signup_confirm", "signup_confirm"]
    assert "group_changed" not in kinds(there)
    moved = RegistrationEvent.objects.get(registration=coming, what=What.MOVED)
    assert (moved.group, moved.by, moved.at) == (other, by, NOW + 10 * TICK)


@pytest.mark.parametrize(("free", "fits"), [(2, True), (1, False)])
def test_groups_are_joined_only_when_all_people_have_a_place(free, fits):
    meeting = make.meeting(capacity=2)
    group, other = meeting.groups.all()
    people = make.full(group)
    for _one in range(2 - free):
        make.registered(other)
    if fits:
        actions.cancel_group(group, reason="Mało osób", into=other, at=LATER)
        assert (taken(group), taken(other)) == (0, 2)
        return
    with pytest.raises(actions.GroupHasNoRoomFor) as refusal:
        actions.cancel_group(group, reason="Mało osób", into=other, at=LATER)
    assert (refusal.value.people, refusal.value.free) == (2, 1)
    assert {fresh(who).group for who in people} == {group}
    assert (fresh(group).cancelled_at, taken(group), taken(other)) == (None, 2, 1)


@pytest.mark.parametrize(("capacity", "remote", "fits"), [(1, 1, True), (2, 0, False), (0, 2, False)])
def test_both_kinds_of_places_have_to_be_there(capacity, remote, fits):
    meeting = make.hybrid(capacity=1, remote=1)
    group = meeting.groups.first()
    other = make.group(meeting, capacity=capacity, remote_capacity=remote)
    make.registered(group)
    make.registered(group, make.person(remotely=True))
    if not fits:
        with pytest.raises(actions.GroupHasNoRoomFor):
            actions.cancel_group(group, reason="Mało osób", into=other, at=LATER)
        return
    actions.cancel_group(group, reason="Mało osób", into=other, at=LATER)
    assert (fresh(other).taken, fresh(other).remote_taken) == (1, 1)


def test_people_move_into_a_group_that_takes_people(meeting):
    group, other = meeting.groups.all()
    with pytest.raises(actions.GroupTakesNobody):
        actions.cancel_group(group, reason="Mało osób", into=group, at=NOW)
    make.group(meeting, parent=other, moderators={})
    with pytest.raises(actions.GroupTakesNobody):
        actions.cancel_group(group, reason="Mało osób", into=other, at=NOW)
    assert fresh(group).cancelled_at is None


def test_two_queues_become_one_in_the_order_in_which_people_came():
    group, other = make.meeting(capacity=0).groups.all()
    first, third = (make.waiting(other, at=NOW + minute * HOUR) for minute in (1, 3))
    second = make.waiting(group, at=NOW + 2 * HOUR)
    actions.cancel_group(group, reason="Mało osób", into=other, at=NOW + 4 * HOUR)
    assert list(other.registrations.waiting()) == [first, second, third]
    assert fresh(second).waits_since == NOW + 2 * HOUR


def test_who_waited_is_offered_a_place_when_the_other_group_has_one_left():
    meeting = make.meeting(capacity=1)
    group = meeting.groups.first()
    (seated,) = make.full(group)
    queued = make.waiting(group)
    other = make.group(meeting, capacity=2)
    actions.cancel_group(group, reason="Mało osób", into=other, at=LATER)
    assert (fresh(seated).is_confirmed, fresh(queued).is_offered, taken(other)) == (True, True, 2)
    assert [letter.kind for letter in make.letters_to(queued.email) if letter.state == State.QUEUED] == [
        "group_changed",
        "waitlist_offer",
    ]


# --- Moderators -------------------------------------------------------------------------------------


def invitations(email: str) -> list[Letter]:
    return make.letters_to(email, "moderator_invitation")


def moderated(*, publish: bool = True) -> tuple[Meeting, GroupModerator]:
    meeting = make.meeting(publish=False, groups=0)
    pair = {Sector.NGO: {"name": "Jan Testowy", "email": "Jan@Example.org"}, Sector.LOCAL_GOVERNMENT: "Maria Testowa"}
    make.group(meeting, moderators=pair)
    if publish:
        actions.publish_meeting(meeting, by=None, at=PUBLISHED)
    return meeting, GroupModerator.objects.get(group__meeting=meeting, sector=Sector.NGO)


def test_moderators_are_invited_when_people_may_see_the_meeting_and_once():
    meeting, moderator = moderated(publish=False)
    assert invitations(moderator.email) == []
    actions.publish_meeting(meeting, by=None, at=PUBLISHED)
    actions.set_moderator(moderator.group, sector=Sector.NGO, name="Jan Testowy", email="jan@example.org", at=NOW)
    actions.publish_meeting(meeting, by=None, at=NOW)
    (letter,) = invitations("jan@example.org")
    assert (letter.link_purpose, letter.link_pk, letter.expires_at) == (Purpose.MODERATOR, moderator.pk, ENDS)
    # Nobody gave an address of the other one.
    assert Letter.objects.filter(kind="moderator_invitation").count() == 1


def test_a_moderator_named_later_is_invited_at_once():
    _meeting, moderator = moderated()
    actions.set_moderator(moderator.group, sector=Sector.LOCAL_GOVERNMENT, name="Ewa Nowa", email="ewa@example.org", at=NOW)
    assert len(invitations("ewa@example.org")) == len(invitations(moderator.email)) == 1


def test_an_address_added_to_a_known_name_is_the_same_person():
    group = make.meeting().groups.first()
    before = group.moderators.get(sector=Sector.NGO)
    after = actions.set_moderator(group, sector=Sector.NGO, name=before.name, email="jan@example.org", at=NOW)
    assert (after.pk, len(invitations("jan@example.org"))) == (before.pk, 1)


@pytest.mark.parametrize(("name", "email"), [("Anna Inna", "anna@example.org"), ("Jan Testowy", "inny@example.org")])
def test_the_invitation_of_a_replaced_moderator_dies(name, email):
    _meeting, moderator = moderated()
    replaced = actions.set_moderator(moderator.group, sector=Sector.NGO, name=name, email=email, at=NOW)
    assert replaced.pk != moderator.pk
    assert not GroupModerator.objects.filter(pk=moderator.pk).exists()
    states = {letter.link_pk: letter.state for letter in Letter.objects.filter(kind="moderator_invitation")}
    assert states == {moderator.pk: State.OBSOLETE, replaced.pk: State.QUEUED}


def test_another_description_of_the_same_mailbox_is_the_same_person():
    _meeting, moderator = moderated()
    again = actions.set_moderator(
        moderator.group, sector=Sector.NGO, name=f"{moderator.name}, prezes", email=moderator.email.upper(), at=NOW
    )
    assert (again.pk, len(invitations(moderator.email))) == (moderator.pk, 1)


def test_a_moderator_is_taken_off_only_while_nobody_sees_the_meeting():
    group = make.meeting(publish=False).groups.first()
    actions.drop_moderator(group, sector=Sector.NGO, at=NOW)
    assert [one.sector for one in group.moderators.all()] == [Sector.LOCAL_GOVERNMENT]
    _meeting, moderator = moderated()
    with pytest.raises(actions.MeetingIsNotReady):
        actions.drop_moderator(moderator.group, sector=Sector.NGO, at=NOW)
    assert GroupModerator.objects.filter(pk=moderator.pk).exists()


def test_a_meeting_called_off_invites_nobody():
    meeting, moderator = moderated()
    actions.cancel_meeting(meeting, reason="Awaria", by=None, at=NOW)
    actions.set_moderator(moderator.group, sector=Sector.NGO, name="Anna Inna", email="anna@example.org", at=LATER)
    assert invitations("anna@example.org") == []


def test_those_who_run_the_groups_hear_what_people_hear():
    meeting = make.meeting()
    group, other = meeting.groups.all()
    for one, address in ((group, "jan@example.org"), (other, "ewa@example.org")):
        actions.set_moderator(one, sector=Sector.NGO, name=address, email=address, at=NOW)
    actions.edit_group(group, room_link="https://rooms.example.org/inny", at=NOW + HOUR)
    moved = {"starts_at": STARTS + HOUR, "ends_at": ENDS + HOUR}
    actions.move_meeting(meeting, reason="Awaria", by=None, at=NOW + 2 * HOUR, **moved)
    actions.cancel_group(group, reason="Mało osób", at=NOW + 3 * HOUR)
    actions.cancel_meeting(meeting, reason="Awaria", by=None, at=NOW + 4 * HOUR)
    heard = {
        to: [str(letter.context["what_happened"]) for letter in make.letters_to(to, "moderator_news")]
        for to in ("jan@example.org", "ewa@example.org")
    }
    of_meeting = [str(letters.MOVED), str(letters.CALLED_OFF)]
    assert heard["ewa@example.org"] == of_meeting
    assert heard["jan@example.org"] == [
        str(letters.GROUP_CHANGED),
        str(letters.MOVED),
        str(letters.GROUP_CALLED_OFF),
        str(letters.CALLED_OFF),
    ]
