import pytest

from accounts.models import Letter, State
from consultations.actions import news
from consultations.models import Follow
from meetings import actions, reminders, tasks
from meetings.reminders import LEAVE_ALONE, REMIND_BEFORE, owe_attendance_reminders, owe_signup_closing
from tests.factories import consultations
from tests.factories import meetings as make
from tests.factories.meetings import HOUR, NOW, SIGNUP_UNTIL, STARTS, TICK

pytestmark = pytest.mark.django_db
DUE = SIGNUP_UNTIL - REMIND_BEFORE


def follower(meeting, email="follower@example.org") -> Follow:
    return consultations.follower(meeting and meeting.consultation, email=email, at=NOW)


def owed(kind: str) -> list[str]:
    return sorted(Letter.objects.filter(kind=kind).exclude(state=State.OBSOLETE).values_list("to", flat=True))


@pytest.fixture
def meeting():
    return make.meeting(separate_confirmation=True, confirm_until=SIGNUP_UNTIL)


# --- "Sign-up closes soon" --------------------------------------------------------------------------


@pytest.mark.parametrize(("at", "due"), [(DUE - TICK, False), (DUE, True), (SIGNUP_UNTIL - TICK, True), (SIGNUP_UNTIL, False)])
def test_followers_are_told_in_the_last_day_of_sign_up(meeting, at, due):
    follower(meeting)
    owe_signup_closing(at)
    assert bool(owed("signup_closing")) is due


def test_it_is_owed_once_however_often_it_is_asked(meeting):
    follow = follower(meeting)
    for minute in range(3):
        owe_signup_closing(DUE + minute * HOUR)
    (letter,) = make.letters_to(follow.email, "signup_closing")
    assert (letter.expires_at, letter.unfollow_pk) == (SIGNUP_UNTIL, follow.pk)


def test_only_confirmed_followers_who_have_not_decided_get_it(meeting):
    group = meeting.groups.first()
    follower(meeting)
    follower(None, "all@example.org")
    follower(None, "both@example.org")
    follower(meeting, "both@example.org")
    news.follow(meeting.consultation, email="unconfirmed@example.org", at=NOW, language="pl")
    news.end_follow(follower(meeting, "left@example.org"), at=NOW)
    follower(make.meeting(), "elsewhere@example.org")
    for email in ("comes@example.org", "resigned@example.org"):
        follower(meeting, email)
        make.registered(group, make.person(email=email.upper()))
    actions.decline(meeting.registrations.get(email="resigned@example.org"), at=NOW + HOUR)
    follower(meeting, "forgot@example.org")
    make.held(group, make.person(email="forgot@example.org"))
    actions.release_lapsed(meeting, at=NOW + HOUR)
    owe_signup_closing(DUE)
    here = Letter.objects.filter(occasion__startswith=f"signup_closing:meeting:{meeting.pk}:").values_list("to", flat=True)
    assert sorted(here) == ["all@example.org", "both@example.org", "follower@example.org", "forgot@example.org"]


def test_nobody_is_invited_to_a_full_a_cancelled_or_an_unpublished_meeting():
    full = make.meeting(groups=1, capacity=1)
    make.registered(full.groups.first())
    cancelled, hidden = make.meeting(), make.meeting(publish=False)
    actions.cancel_meeting(cancelled, reason="Awaria", by=None, at=NOW)
    for number, meeting in enumerate((full, cancelled, hidden)):
        follower(meeting, f"f{number}@example.org")
    owe_signup_closing(DUE)
    assert owed("signup_closing") == []


def test_a_moved_deadline_owes_anew_and_an_unchanged_one_nothing(meeting):
    follow = follower(meeting)
    owe_signup_closing(DUE)
    later = SIGNUP_UNTIL + HOUR
    actions.move_meeting(meeting, signup_until=later, confirm_until=later, reason="Więcej czasu", by=None, at=DUE)
    first, *rest = make.letters_to(follow.email, "signup_closing")
    assert (first.state, rest) == (State.OBSOLETE, [])
    owe_signup_closing(DUE)
    assert owed("signup_closing") == []
    owe_signup_closing(DUE + HOUR)
    owe_signup_closing(DUE + HOUR)
    assert [letter.expires_at for letter in make.letters_to(follow.email, "signup_closing") if letter.state == State.QUEUED] == [
        later
    ]


def test_a_deadline_moved_into_the_past_drops_the_letter(meeting):
    follower(meeting)
    owe_signup_closing(DUE)
    actions.move_meeting(meeting, signup_until=DUE, reason="Komplet", by=None, at=DUE)
    owe_signup_closing(DUE)
    assert owed("signup_closing") == []


def test_without_a_deadline_the_start_of_the_meeting_counts():
    meeting = make.meeting(signup_until=None)
    follower(meeting)
    owe_signup_closing(STARTS - REMIND_BEFORE - TICK)
    assert owed("signup_closing") == []
    owe_signup_closing(STARTS - REMIND_BEFORE)
    assert owed("signup_closing") == ["follower@example.org"]


# --- "Are you coming?" ------------------------------------------------------------------------------


@pytest.mark.parametrize(("at", "due"), [(DUE - TICK, False), (DUE, True), (SIGNUP_UNTIL - TICK, True), (SIGNUP_UNTIL, False)])
def test_the_silent_are_asked_before_confirmation_ends(meeting, at, due):
    silent = make.registered(meeting.groups.first())
    owe_attendance_reminders(at)
    assert owed("confirm_attendance") == ([silent.email] if due else [])


def test_only_the_registered_who_have_said_nothing_are_asked(meeting):
    group = meeting.groups.first()
    silent, said_yes, said_no = (make.registered(group) for _ in range(3))
    make.held(group, at=DUE - 2 * HOUR)
    actions.confirm_attendance(said_yes, at=NOW + HOUR)
    actions.decline(said_no, at=NOW + HOUR)
    for _ in range(2):
        owe_attendance_reminders(DUE)
    assert owed("confirm_attendance") == [silent.email]


def test_people_of_one_mailbox_are_asked_one_by_one(meeting):
    for name in ("Anna Żak", "Jan Żak"):
        make.registered(meeting.groups.first(), make.person(name, "biuro@example.org"))
    owe_attendance_reminders(DUE)
    letters = make.letters_to("biuro@example.org", "confirm_attendance")
    assert [letter.context["name"] for letter in letters] == ["Anna Żak", "Jan Żak"]
    assert len({letter.link_pk for letter in letters}) == 2


def test_who_signed_up_a_moment_ago_is_left_alone_for_an_hour(meeting):
    late = make.registered(meeting.groups.first(), at=DUE + HOUR)
    owe_attendance_reminders(DUE + HOUR + LEAVE_ALONE - TICK)
    assert owed("confirm_attendance") == []
    owe_attendance_reminders(DUE + HOUR + LEAVE_ALONE)
    assert owed("confirm_attendance") == [late.email]


def test_a_meeting_that_asks_for_no_separate_answer_asks_nobody():
    make.registered(make.meeting(confirm_until=SIGNUP_UNTIL).groups.first())
    owe_attendance_reminders(DUE)
    assert owed("confirm_attendance") == []


def test_who_resigns_is_not_asked_by_a_letter_that_has_not_left(meeting):
    silent = make.registered(meeting.groups.first())
    owe_attendance_reminders(DUE)
    actions.decline(silent, at=DUE)
    assert owed("confirm_attendance") == []


# --- The tick ---------------------------------------------------------------------------------------


def test_one_tick_does_all_that_is_due(meeting, time_machine):
    follower(meeting)
    silent = make.registered(meeting.groups.first())
    hold = make.held(meeting.groups.last(), at=DUE - HOUR)
    time_machine.move_to(DUE, tick=False)
    for _ in range(2):
        tasks.tick()
    hold.refresh_from_db()
    assert (hold.ended_because, hold.group.taken) == ("lapsed", 0)
    assert (owed("signup_closing"), owed("confirm_attendance")) == (["follower@example.org"], [silent.email])


# --- A run in progress ------------------------------------------------------------------------------


def test_a_repeated_run_asks_the_database_no_question_for_each_person(meeting, django_assert_max_num_queries):
    for number in range(20):
        follower(meeting, f"f{number}@example.org")
    for _ in range(5):
        make.registered(meeting.groups.first())
    owe_signup_closing(DUE)
    owe_attendance_reminders(DUE)
    # One of those to look for what is due, two of a savepoint, four of the meeting.
    with django_assert_max_num_queries(8):
        owe_signup_closing(DUE + HOUR)
    with django_assert_max_num_queries(8):
        owe_attendance_reminders(DUE + HOUR)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("run", "kind"), [(owe_signup_closing, "signup_closing"), (owe_attendance_reminders, "confirm_attendance")]
)
def test_one_run_wakes_the_sending_once(meeting, monkeypatch, run, kind):
    for number in range(3):
        follower(meeting, f"f{number}@example.org")
        make.registered(meeting.groups.first())
    woken = []
    monkeypatch.setattr("accounts.letters.wake", lambda *args: woken.append(args))
    run(DUE)
    assert (len(owed(kind)), len(woken)) == (3, 1)


@pytest.mark.parametrize("run", [owe_signup_closing, owe_attendance_reminders])
def test_a_deadline_that_moves_away_before_the_meeting_is_locked_owes_nothing(meeting, monkeypatch, run):
    follower(meeting)
    make.registered(meeting.groups.first())
    real = reminders._still_due

    def moved_first(due, pk):
        later = SIGNUP_UNTIL + HOUR
        actions.move_meeting(meeting, signup_until=later, confirm_until=later, reason="Więcej czasu", by=None, at=DUE)
        return real(due, pk)

    monkeypatch.setattr(reminders, "_still_due", moved_first)
    run(DUE)
    assert owed("signup_closing") == owed("confirm_attendance") == []
