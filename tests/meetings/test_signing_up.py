from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Organization, User
from consultations.deadlines import until_words
from meetings import actions
from meetings.models import Ended, Meeting, MeetingAction, Registration, WorkingGroup
from tests.factories import meetings as make
from tests.factories.meetings import HOUR, NOW, SIGNUP_UNTIL, STARTS, TICK, TOPICS_UNTIL

pytestmark = pytest.mark.django_db
HOLD = timedelta(minutes=30)


def first_group(meeting: Meeting) -> WorkingGroup:
    return meeting.groups.first()


def taken(group: WorkingGroup) -> int:
    return WorkingGroup.objects.get(pk=group.pk).taken


# --- Deadlines: each side of each, for each action --------------------------------------------------


@pytest.mark.parametrize(
    ("action", "closes"),
    [
        (MeetingAction.SIGN_UP, SIGNUP_UNTIL),
        (MeetingAction.CHANGE, SIGNUP_UNTIL),
        (MeetingAction.PROPOSE_TOPIC, TOPICS_UNTIL),
        (MeetingAction.CONFIRM, SIGNUP_UNTIL + HOUR),
        (MeetingAction.RESIGN, STARTS),
    ],
)
def test_each_action_is_possible_from_publication_to_its_own_deadline(action, closes):
    meeting = make.meeting(confirm_until=SIGNUP_UNTIL + HOUR)
    moments = [make.PUBLISHED - TICK, make.PUBLISHED, closes - TICK, closes]
    assert [meeting.may(action, at) for at in moments] == [False, True, True, False]


@pytest.mark.parametrize("action", list(MeetingAction))
def test_an_absent_deadline_is_the_start_of_the_meeting(action):
    meeting = make.meeting(topics_until=None, signup_until=None, confirm_until=None)
    assert [meeting.may(action, at) for at in (STARTS - TICK, STARTS)] == [True, False]


@pytest.mark.parametrize("action", list(MeetingAction))
def test_nothing_may_be_done_about_a_cancelled_or_unpublished_meeting(action):
    cancelled = actions.cancel_meeting(make.meeting(), reason="Choroba", by=None, at=NOW)
    assert not cancelled.may(action, NOW)
    assert not make.meeting(publish=False).may(action, NOW)


def test_sign_up_is_taken_to_the_last_moment_and_refused_at_the_deadline_in_words():
    group = first_group(make.meeting())
    assert make.held(group, at=SIGNUP_UNTIL - TICK).group == group
    with pytest.raises(actions.SignUpIsClosed) as refusal:
        make.held(group, at=SIGNUP_UNTIL)
    assert until_words(SIGNUP_UNTIL, SIGNUP_UNTIL) in refusal.value.in_words
    assert taken(group) == 1


def test_group_may_be_changed_to_the_last_moment_and_not_at_the_deadline():
    one, two = make.meeting().groups.all()
    early, late = make.registered(one), make.registered(one)
    assert actions.change_group(early, group=two, at=SIGNUP_UNTIL - TICK).group == two
    with pytest.raises(actions.TooLate):
        actions.change_group(late, group=two, at=SIGNUP_UNTIL)
    assert (taken(one), taken(two)) == (1, 1)


def test_attendance_may_be_confirmed_to_the_last_moment_and_not_at_the_deadline():
    meeting = make.meeting(separate_confirmation=True, confirm_until=SIGNUP_UNTIL + HOUR)
    early, late = (make.registered(first_group(meeting)) for _ in range(2))
    assert early.attendance_confirmed_at is None
    assert actions.confirm_attendance(early, at=SIGNUP_UNTIL + HOUR - TICK).is_confirmed
    with pytest.raises(actions.TooLate):
        actions.confirm_attendance(late, at=SIGNUP_UNTIL + HOUR)


def test_one_may_resign_until_the_meeting_begins_and_the_seat_is_free_again():
    group = first_group(make.meeting())
    early, late = make.registered(group), make.registered(group)
    assert actions.decline(early, at=STARTS - TICK).ended_because == Ended.WITHDREW
    with pytest.raises(actions.TooLate):
        actions.decline(late, at=STARTS)
    assert taken(group) == 1


# --- The hold ---------------------------------------------------------------------------------------


def test_a_seat_is_held_to_the_exact_moment_and_then_released_once():
    meeting = make.meeting()
    registration = make.held(first_group(meeting))
    assert [actions.settle_meeting(meeting, at=at) for at in (NOW + HOLD - TICK, NOW + HOLD, NOW + HOLD)] == [False, True, False]
    registration.refresh_from_db()
    assert (registration.ended_because, registration.ended_at) == (Ended.LAPSED, NOW + HOLD)
    assert taken(registration.group) == 0


def test_an_answered_letter_keeps_the_seat_for_good():
    meeting = make.meeting()
    registration = make.held(first_group(meeting))
    actions.confirm_email(registration, at=NOW + HOLD - TICK)
    assert actions.settle_meeting(meeting, at=STARTS) is False
    registration.refresh_from_db()
    assert (registration.ended_at, taken(registration.group)) == (None, 1)


def test_the_next_sign_up_gets_the_seat_of_a_hold_that_has_run_out():
    group = first_group(make.meeting(capacity=1))
    make.held(group)
    with pytest.raises(actions.GroupIsFull):
        make.held(group, at=NOW + HOLD - TICK)
    assert make.held(group, at=NOW + HOLD).ended_at is None
    assert taken(group) == 1


def test_whoever_finds_a_free_seat_leaves_it_to_the_tick_to_let_holds_go():
    meeting = make.meeting(capacity=3)
    group = first_group(meeting)
    make.held(group)
    make.held(group, at=NOW + HOLD)
    assert taken(group) == 2
    assert actions.settle_meeting(meeting, at=NOW + HOLD) is True
    assert taken(group) == 1


def test_whose_hold_ran_out_signs_up_anew_before_anybody_has_let_it_go():
    group = first_group(make.meeting(capacity=3))
    who = make.person()
    make.held(group, who)
    with pytest.raises(actions.AlreadySignedUp):
        make.held(group, who, at=NOW + HOLD - TICK)
    assert make.held(group, who, at=NOW + HOLD).ended_at is None
    assert taken(group) == 1


def test_a_hold_that_ran_out_is_no_place_of_its_organization():
    group = first_group(make.meeting(capacity=3, limit_per_organization=1))
    make.held(group, make.person(organization_name="Klub Nowy"))
    with pytest.raises(actions.OrganizationLimitReached):
        make.held(group, make.person(organization_name="Klub Nowy"), at=NOW + HOLD - TICK)
    assert make.held(group, make.person(organization_name="Klub Nowy"), at=NOW + HOLD).ended_at is None


def test_a_late_answer_takes_the_seat_again_while_there_is_one():
    group = first_group(make.meeting(capacity=1))
    late = make.held(group)
    assert actions.confirm_email(late, at=NOW + HOUR).is_confirmed
    assert taken(group) == 1


def test_a_late_answer_is_refused_when_the_seat_has_gone_and_after_sign_up_has_closed():
    one, two = make.meeting(capacity=1).groups.all()
    late, later = make.held(one), make.held(two)
    make.registered(one, at=NOW + HOLD)
    with pytest.raises(actions.HoldHasLapsed):
        actions.confirm_email(late, at=NOW + HOUR)
    with pytest.raises(actions.SignUpIsClosed):
        actions.confirm_email(later, at=SIGNUP_UNTIL)
    assert (taken(one), taken(two)) == (1, 0)


def test_who_signed_up_in_time_may_answer_the_letter_after_the_deadline():
    group = first_group(make.meeting())
    registration = make.held(group, at=SIGNUP_UNTIL - TICK)
    assert actions.confirm_email(registration, at=SIGNUP_UNTIL + HOLD - 2 * TICK).is_confirmed


def test_answering_twice_changes_nothing():
    registration = make.registered(first_group(make.meeting()))
    again = actions.confirm_email(registration, at=NOW + HOUR)
    assert again.email_confirmed_at == registration.email_confirmed_at
    assert len(make.letters_to(registration.email, "signup_registered")) == 1


def test_a_removed_person_cannot_come_back_by_an_old_link():
    group = first_group(make.meeting())
    registration = actions.decline(make.registered(group), at=NOW, by=make.coordinator())
    assert registration.ended_because == Ended.BY_STAFF
    with pytest.raises(actions.RegistrationHasEnded):
        actions.confirm_email(registration, at=NOW)
    with pytest.raises(actions.RegistrationHasEnded):
        actions.confirm_attendance(registration, at=NOW)
    assert taken(group) == 0


# --- Who is who -------------------------------------------------------------------------------------


def test_the_same_form_twice_is_one_seat_and_one_letter():
    group = first_group(make.meeting())
    who, token = make.person(), make.token()
    first = actions.sign_up(group, person=who, form_token=token, at=NOW)
    assert actions.sign_up(group, person=who, form_token=token, at=SIGNUP_UNTIL) == first
    assert (taken(group), len(make.letters_to(who.email))) == (1, 1)


def test_the_same_form_after_resigning_signs_up_anew_and_is_once_more_one_seat():
    group = first_group(make.meeting())
    who, token = make.person(), make.token()
    for minute in range(3):
        at = NOW + minute * HOUR
        first = actions.sign_up(group, person=who, form_token=token, at=at)
        assert first.ended_at is None
        assert actions.sign_up(group, person=who, form_token=token, at=at + TICK) == first
        assert taken(group) == 1
        actions.decline(first, at=at + timedelta(minutes=5))
    assert len(make.letters_to(who.email, "signup_confirm")) == 3


def test_who_is_known_gets_one_letter_for_a_double_click_and_another_a_minute_later():
    registration = make.registered(first_group(make.meeting()))
    for seconds in (0, 1, 60):
        actions.send_link_again(registration, at=NOW + HOUR + timedelta(seconds=seconds))
    assert len(make.letters_to(registration.email, "signup_registered")) == 1 + 2


def test_the_same_form_with_a_mended_address_is_judged_anew():
    group = first_group(make.meeting())
    token = make.token()
    wrong = actions.sign_up(group, person=make.person("Anna Nowak", "ana@example.org"), form_token=token, at=NOW)
    right = actions.sign_up(group, person=make.person("Anna Nowak", "anna@example.org"), form_token=token, at=NOW)
    assert wrong != right


@pytest.mark.parametrize("name", ["Łucja Żak", "  łucja   żak", "ŁUCJA ŻAK", "Lucja Zak"])
def test_the_same_person_is_known_however_the_name_is_written(name):
    one, two = make.meeting().groups.all()
    make.held(one, make.person("Łucja Żak", "biuro@example.org"))
    with pytest.raises(actions.AlreadySignedUp):
        make.held(two, make.person(name, "Biuro@Example.org "))
    assert (taken(one), taken(two)) == (1, 0)


def test_two_people_may_share_a_mailbox():
    group = first_group(make.meeting())
    make.held(group, make.person("Łucja Żak", "biuro@example.org"))
    make.held(group, make.person("Jan Żak", "biuro@example.org"))
    assert taken(group) == 2
    assert len(make.letters_to("biuro@example.org", "signup_confirm")) == 2


def test_who_resigned_may_sign_up_again():
    group = first_group(make.meeting())
    who = make.person()
    actions.decline(make.registered(group, who), at=NOW + HOUR)
    assert make.registered(group, who, at=NOW + 2 * HOUR).is_confirmed
    assert taken(group) == 1


def test_a_typed_organization_is_linked_when_the_directory_knows_it_and_kept_as_typed_when_not():
    known = Organization.objects.create(name="Stowarzyszenie Żółty Latawiec")
    group = first_group(make.meeting())
    linked = make.held(group, make.person(organization_name="stowarzyszenie  zolty latawiec"))
    unknown = make.held(group, make.person(organization_name="Klub Nowy"))
    nobody = make.held(group, make.person())
    assert (linked.organization, linked.speaks_for) == (known, known.name)
    assert (unknown.organization, unknown.speaks_for) == (None, "Klub Nowy")
    assert (nobody.organization, nobody.speaks_for) == (None, "")


def test_an_organization_may_fill_its_places_in_each_group_and_no_more():
    one, two = make.meeting(limit_per_organization=2).groups.all()
    for _ in range(2):
        make.registered(one, make.person(organization_name="Klub Nowy"))
    with pytest.raises(actions.OrganizationLimitReached):
        make.held(one, make.person(organization_name="KLUB NOWY"))
    moving = make.registered(two, make.person(organization_name="Klub nowy"))
    with pytest.raises(actions.OrganizationLimitReached):
        actions.change_group(moving, group=one, at=NOW + HOUR)
    for _ in range(3):
        make.held(one, make.person())  # people who speak for nobody are not an organization
    assert (taken(one), taken(two)) == (5, 1)


def test_staff_enter_a_caller_at_once_even_after_the_deadline_but_never_above_capacity():
    group = first_group(make.meeting(capacity=1))
    caller = actions.SignUp(name="Pani Telefonująca", email="", phone="56 000 00 00")
    given = {"person": caller, "channel": "phone", "entered_by": make.coordinator()}
    registration = actions.sign_up(group, form_token=make.token(), at=SIGNUP_UNTIL + HOUR, **given)
    assert registration.is_confirmed
    assert registration.held_until is None
    with pytest.raises(actions.GroupIsFull):
        actions.sign_up(group, form_token=make.token(), at=SIGNUP_UNTIL + HOUR, **given)
    with pytest.raises(actions.SignUpIsClosed):
        actions.sign_up(group, form_token=make.token(), at=make.ENDS, **given)


def test_who_has_not_the_duty_enters_nobody_after_the_deadline():
    group = first_group(make.meeting())
    visitor = User.objects.create_user("anna@example.org")
    with pytest.raises(actions.SignUpIsClosed):
        make.held(group, at=SIGNUP_UNTIL, channel="phone", entered_by=visitor)


# --- Seats ------------------------------------------------------------------------------------------


def test_a_full_group_keeps_the_old_seat_of_who_wants_to_move():
    one, two = make.meeting(capacity=1).groups.all()
    staying = make.registered(one)
    make.registered(two)
    with pytest.raises(actions.GroupIsFull):
        actions.change_group(staying, group=two, at=NOW + HOUR)
    staying.refresh_from_db()
    assert (staying.group, taken(one), taken(two)) == (one, 1, 1)


def test_moving_to_the_group_one_is_in_changes_nothing():
    registration = make.registered(first_group(make.meeting()))
    moved = actions.change_group(registration, group=registration.group, at=NOW + HOUR)
    assert moved.changes == 0
    assert not make.letters_to(registration.email, "group_changed")


def test_the_database_itself_refuses_a_seat_too_many_or_a_second_active_row():
    group = first_group(make.meeting(capacity=1))
    registration = make.registered(group)
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkingGroup.objects.filter(pk=group.pk).update(taken=2)
    registration.pk, registration.form_token = None, make.token()
    with pytest.raises(IntegrityError), transaction.atomic():
        registration.save(force_insert=True)


@pytest.mark.postgresql
def test_the_meeting_is_locked_before_its_groups_and_these_in_the_order_of_their_keys():
    one, two = make.meeting().groups.all()
    registration = make.registered(two)
    for verb in (
        lambda: make.held(one),
        lambda: actions.change_group(registration, group=one, at=NOW + HOUR),
        lambda: actions.decline(registration, at=NOW + HOUR),
    ):
        with CaptureQueriesContext(connection) as queries:
            verb()
        locks = [query["sql"] for query in queries if "FOR UPDATE" in query["sql"]]
        assert "FROM meetings_meeting" in locks[0]
        assert "FROM meetings_workinggroup" in locks[1]
        assert "ORDER BY id" in locks[1]


@pytest.mark.parametrize("people", [1, 3])
def test_whoever_signs_up_holds_the_lock_for_few_questions(django_assert_num_queries, people):
    group = make.meeting(capacity=10).groups.first()
    for _ in range(people):
        make.held(group)
    # A savepoint, the meeting, its groups, who else matters, the seat, the sign-up, its story, the letter, the revision.
    with django_assert_num_queries(10):
        make.held(group)


CALLS = st.lists(st.tuples(st.sampled_from(["hold", "confirm", "resign", "move", "wait"]), st.integers(0, 3)), max_size=40)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calls=CALLS)
def test_whatever_people_do_the_count_is_right_and_never_above_capacity(calls):
    meeting = make.meeting(groups=4, capacity=2)
    groups, at, refused = list(meeting.groups.all()), NOW, 0
    for verb, which in calls:
        at += timedelta(minutes=7)
        someone = meeting.registrations.order_by("pk")[which * 2 : which * 2 + 1].first()
        try:
            if verb == "hold":
                make.held(groups[which], at=at)
            elif verb == "wait":
                actions.settle_meeting(meeting, at=at)
            elif someone and verb == "confirm":
                actions.confirm_email(someone, at=at)
            elif someone and verb == "resign":
                actions.decline(someone, at=at)
            elif someone:
                actions.change_group(someone, group=groups[which], at=at)
        except actions.Refusal:
            refused += 1
        for group in WorkingGroup.objects.filter(meeting=meeting):
            assert group.taken == Registration.objects.active().filter(group=group).count() <= group.capacity
    assert meeting.registrations.count() + refused <= len(calls)
