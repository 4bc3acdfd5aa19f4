"""A group that is called off: nobody is seated in it any more, and everybody finds another one."""

import pytest
from icalendar import Calendar

from consultations.models import ReminderKind
from meetings import actions
from meetings.models import Registration
from meetings.reminders import owe_due_reminders
from tests.factories import meetings as make
from tests.factories.meetings import DAY, HOUR, NOW, SIGNUP_UNTIL, STARTS, TICK
from tests.meetings.pages import link_of, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
LATER = NOW + HOUR / 6


@pytest.fixture
def group(meeting):
    return meeting.groups.first()


@pytest.fixture
def other(meeting):
    return meeting.groups.last()


def called_off(group, at=LATER):
    return actions.cancel_group(group, reason="Mało osób", at=at)


def fresh(registration) -> Registration:
    return Registration.objects.select_related("group", "meeting").get(pk=registration.pk)


def test_whoever_answers_the_first_letter_then_is_told_and_gets_no_seat_in_it(group):
    held = make.held(group)
    called_off(group)
    assert [letter.kind for letter in make.letters_to(held.email)] == ["signup_confirm"]
    actions.confirm_email(held, at=LATER + HOUR / 6)
    assert fresh(held).attendance_confirmed_at is None
    assert [letter.kind for letter in make.letters_to(held.email)][-1] == "group_cancelled"


def test_nobody_confirms_that_they_come_to_it(client, group):
    person = make.registered(group)
    called_off(group)
    with pytest.raises(actions.GroupTakesNobody):
        actions.confirm_attendance(person, at=LATER)
    assert 'value="attend"' not in text(client.get(link_of(person)))


def test_another_group_may_be_chosen_after_the_deadline_until_the_meeting_begins(group, other):
    people = [make.registered(group) for _ in range(2)]
    called_off(group, at=SIGNUP_UNTIL + HOUR)
    actions.change_group(people[0], group=other, at=STARTS - TICK)
    assert (fresh(people[0]).group, fresh(people[0]).is_confirmed) == (other, True)
    with pytest.raises(actions.TooLate):
        actions.change_group(people[1], group=other, at=STARTS)


def test_a_place_that_was_on_offer_in_it_is_a_place_in_the_next_one(group, other):
    seated = make.full(group)
    waits = make.waiting(group)
    actions.decline(seated[0], at=LATER)
    assert fresh(waits).is_offered
    called_off(group)
    assert [letter.kind for letter in make.letters_to(waits.email)].count("waitlist_offer") == 1
    actions.change_group(waits, group=other, at=LATER)
    assert fresh(waits).is_confirmed


def test_it_leaves_the_calendar_and_comes_back_with_the_next_group(group, other):
    person = make.registered(group)
    called_off(group)
    actions.change_group(person, group=other, at=LATER + HOUR)
    entries = [letter.calendar for letter in make.letters_to(person.email) if letter.calendar]
    read = [(Calendar.from_ical(entry)["method"], Calendar.from_ical(entry).walk("VEVENT")[0]["sequence"]) for entry in entries]
    assert read == [("REQUEST", 0), ("CANCEL", 1), ("REQUEST", 2)]


def test_nobody_is_reminded_of_it(group, other):
    person, neighbor = make.registered(group), make.registered(other)
    called_off(group)
    owe_due_reminders(STARTS - HOUR)
    reminded = ReminderKind.MEETING_SOON.value
    assert [len(make.letters_to(one.email, reminded)) for one in (person, neighbor)] == [0, 1]


def test_sub_groups_called_off_leave_the_whole_to_choose(meeting, group):
    part = make.group(meeting, name="Część", parent=group)
    with pytest.raises(actions.GroupTakesNobody):
        make.held(group)
    called_off(part)
    assert make.held(group).group == group


def test_calling_off_the_whole_calls_off_its_parts(meeting, group):
    part = make.group(meeting, name="Część", parent=group)
    person = make.registered(part)
    called_off(group)
    assert fresh(person).group.cancelled_at == LATER
    assert make.letters_to(person.email, "group_cancelled")


def test_hours_of_its_own_move_with_the_meeting(meeting):
    group = make.group(meeting, starts_at=STARTS + HOUR / 2, ends_at=STARTS + HOUR)
    actions.move_meeting(meeting, starts_at=STARTS + DAY, ends_at=STARTS + DAY + 2 * HOUR, reason="Awaria", by=None, at=NOW)
    group.refresh_from_db()
    assert (group.starts_at, group.ends_at) == (STARTS + DAY + HOUR / 2, STARTS + DAY + HOUR)


def test_other_hours_of_one_group_ask_its_people_again_and_no_others(meeting, group, other):
    one, two = make.registered(group), make.registered(other)
    actions.edit_group(group, starts_at=STARTS + HOUR / 2, ends_at=STARTS + HOUR, at=LATER)
    assert [fresh(person).is_confirmed for person in (one, two)] == [False, True]


def test_people_of_one_organization_who_confirm_one_after_another_are_one_entry(group):
    colleagues = [
        make.held(group, make.person(organization_name="Klub Sportowy", organization_number=number))
        for number in ("0000123456", "0000123456", "")
    ]
    confirmed = [actions.confirm_email(one, at=LATER) for one in colleagues]
    assert len({one.organization_id for one in confirmed}) == 1
    assert confirmed[0].organization.verified_at is None


def test_a_meeting_with_people_does_not_become_one_without_sign_up(meeting, group):
    make.registered(group)
    with pytest.raises(actions.PeopleAreSignedUp):
        actions.edit_meeting(meeting, without_signup=True, by=None, at=LATER)


def test_an_offer_never_lasts_beyond_a_start_that_came_nearer(meeting, group):
    seated = make.full(group)
    waits = make.waiting(group)
    actions.decline(seated[0], at=LATER)
    sooner = {"starts_at": NOW + DAY, "ends_at": NOW + DAY + HOUR, "signup_until": NOW + 2 * HOUR, "topics_until": None}
    actions.move_meeting(meeting, reason="Sala", by=None, at=LATER, **sooner)
    assert fresh(waits).offered_until == NOW + DAY
