"""Who is written to before a meeting: each once, while it makes sense."""

from datetime import UTC, datetime

import pytest

from accounts.models import Letter, State
from consultations.actions import news
from consultations.models import Follow, ReminderRun
from consultations.reminding import LEAVE_ALONE
from meetings import actions, tasks
from meetings.reminders import owe_due_reminders
from tests.factories import consultations
from tests.factories import meetings as make
from tests.factories.meetings import DAY, HOUR, NOW, SIGNUP_UNTIL, STARTS, TICK, TOPICS_UNTIL

pytestmark = pytest.mark.django_db

# Sign-up and confirmation end on Thursday 22 July at two; three days before, at nine in summer time.
DUE = datetime(2027, 7, 19, 7, tzinfo=UTC)
# Extra topics end on Monday 19 July; the meeting is on the 22nd.
TOPICS_DUE = datetime(2027, 7, 17, 7, tzinfo=UTC)
SOON = datetime(2027, 7, 21, 10, tzinfo=UTC)


def follower(meeting, email="follower@example.org") -> Follow:
    return consultations.follower(meeting and meeting.consultation, email=email, at=NOW)


def owed(kind: str) -> list[str]:
    return sorted(Letter.objects.filter(kind=kind).exclude(state=State.OBSOLETE).values_list("to", flat=True))


@pytest.fixture
def meeting():
    return make.meeting(separate_confirmation=True, confirm_until=SIGNUP_UNTIL)


# --- "Sign-up closes soon" --------------------------------------------------------------------------


@pytest.mark.parametrize(("at", "due"), [(DUE - TICK, False), (DUE, True), (SIGNUP_UNTIL - TICK, True), (SIGNUP_UNTIL, False)])
def test_followers_are_told_in_the_last_days_of_sign_up(meeting, at, due):
    follower(meeting)
    owe_due_reminders(at)
    assert bool(owed("signup_closes")) is due


def test_it_is_owed_once_however_often_it_is_asked(meeting):
    follow = follower(meeting)
    for minute in range(3):
        owe_due_reminders(DUE + minute * HOUR)
    (letter,) = make.letters_to(follow.email, "signup_closes")
    assert (letter.expires_at, letter.unfollow_pk) == (SIGNUP_UNTIL, follow.pk)
    assert letter.context["page_url"].endswith(f"/{meeting.slug}/zapisy/")


def test_only_confirmed_followers_who_have_not_decided_get_it(meeting):
    group = meeting.groups.first()
    follower(meeting)
    follower(None, "all@example.org")
    follower(None, "both@example.org")
    follower(meeting, "both@example.org")
    Follow.objects.filter(pk=follower(meeting, "newsonly@example.org").pk).update(wants_reminders=False)
    news.follow(meeting.consultation, email="unconfirmed@example.org", at=NOW, language="pl")
    news.end_follow(follower(meeting, "left@example.org"), at=NOW)
    follower(make.meeting(), "elsewhere@example.org")
    for email in ("comes@example.org", "resigned@example.org"):
        follower(meeting, email)
        make.registered(group, make.person(email=email.upper()))
    actions.decline(meeting.registrations.get(email="resigned@example.org"), at=NOW + HOUR)
    follower(meeting, "forgot@example.org")
    make.held(group, make.person(email="forgot@example.org"))
    actions.settle_meeting(meeting, at=NOW + HOUR)
    owe_due_reminders(DUE)
    here = Letter.objects.filter(occasion__startswith=f"signup_closes:meeting:{meeting.pk}:").values_list("to", flat=True)
    assert sorted(here) == ["all@example.org", "both@example.org", "follower@example.org", "forgot@example.org"]


def test_nobody_is_invited_to_a_full_a_cancelled_or_an_unpublished_meeting():
    full = make.meeting(groups=1, capacity=1)
    make.registered(full.groups.first())
    cancelled, hidden = make.meeting(), make.meeting(publish=False)
    actions.cancel_meeting(cancelled, reason="Awaria", by=None, at=NOW)
    for number, meeting in enumerate((full, cancelled, hidden)):
        follower(meeting, f"f{number}@example.org")
    owe_due_reminders(DUE)
    assert owed("signup_closes") == []


def test_a_meeting_that_was_full_all_the_time_is_no_missed_reminder():
    make.coordinator()
    full = make.meeting(groups=1, capacity=1)
    make.registered(full.groups.first())
    for at in (DUE, SIGNUP_UNTIL):
        owe_due_reminders(at)
    assert "zapisy" not in " ".join(str(letter.context) for letter in Letter.objects.filter(kind="staff_missed"))
    assert not ReminderRun.objects.filter(rule__kind="signup_closes").exclude(missed_at=None).exists()


def test_a_place_that_is_given_back_is_offered(meeting):
    full = make.meeting(groups=1, capacity=1)
    seated = make.registered(full.groups.first())
    follower(full)
    owe_due_reminders(DUE)
    actions.decline(seated, at=DUE + HOUR)
    owe_due_reminders(DUE + HOUR)
    assert owed("signup_closes") == ["follower@example.org"]


def test_a_moved_deadline_owes_anew_and_an_unchanged_one_nothing(meeting):
    follow = follower(meeting)
    owe_due_reminders(DUE)
    later = SIGNUP_UNTIL + DAY
    actions.move_meeting(
        meeting,
        starts_at=STARTS + DAY,
        ends_at=STARTS + DAY + HOUR,
        signup_until=later,
        confirm_until=later,
        reason="Powód",
        by=None,
        at=DUE,
    )
    first, *rest = make.letters_to(follow.email, "signup_closes")
    assert (first.state, rest) == (State.OBSOLETE, [])
    owe_due_reminders(DUE)
    assert owed("signup_closes") == []
    for _tick in range(2):
        owe_due_reminders(DUE + DAY)
    queued = [letter for letter in make.letters_to(follow.email, "signup_closes") if letter.state == State.QUEUED]
    assert [letter.expires_at for letter in queued] == [later]


def test_a_deadline_moved_into_the_past_drops_the_letter(meeting):
    follower(meeting)
    owe_due_reminders(DUE)
    actions.move_meeting(meeting, topics_until=DUE, signup_until=DUE, reason="Komplet", by=None, at=DUE)
    owe_due_reminders(DUE)
    assert owed("signup_closes") == []


def test_without_a_deadline_the_start_of_the_meeting_counts():
    follower(make.meeting(signup_until=None))
    owe_due_reminders(DUE)
    assert [letter.expires_at for letter in make.letters_to("follower@example.org", "signup_closes")] == [STARTS]


# --- "Extra topics close soon" ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "due"), [(TOPICS_DUE - TICK, False), (TOPICS_DUE, True), (TOPICS_UNTIL - TICK, True), (TOPICS_UNTIL, False)]
)
def test_people_signed_up_can_still_propose_topics(meeting, at, due):
    comes = make.registered(meeting.groups.first())
    make.held(meeting.groups.first())
    owe_due_reminders(at)
    assert owed("topics_close") == ([comes.email] if due else [])
    if due:
        (letter,) = make.letters_to(comes.email, "topics_close")
        assert (letter.link_pk, letter.expires_at) == (comes.pk, TOPICS_UNTIL)
        assert letter.context["page_url"].endswith(f"/{meeting.slug}/tematy/nowy/")


# --- "Are you coming?" ------------------------------------------------------------------------------


@pytest.mark.parametrize(("at", "due"), [(DUE - TICK, False), (DUE, True), (SIGNUP_UNTIL - TICK, True), (SIGNUP_UNTIL, False)])
def test_the_silent_are_asked_before_confirmation_ends(meeting, at, due):
    silent = make.registered(meeting.groups.first())
    owe_due_reminders(at)
    assert owed("confirm_attendance") == ([silent.email] if due else [])


def test_only_the_registered_who_have_said_nothing_are_asked(meeting):
    group = meeting.groups.first()
    silent, said_yes, said_no = (make.registered(group) for _ in range(3))
    make.held(group, at=DUE - 2 * HOUR)
    actions.confirm_attendance(said_yes, at=NOW + HOUR)
    actions.decline(said_no, at=NOW + HOUR)
    for _ in range(2):
        owe_due_reminders(DUE)
    assert owed("confirm_attendance") == [silent.email]


def test_people_of_one_mailbox_are_asked_one_by_one(meeting):
    for name in ("Anna Żak", "Jan Żak"):
        make.registered(meeting.groups.first(), make.person(name, "biuro@example.org"))
    owe_due_reminders(DUE)
    letters = make.letters_to("biuro@example.org", "confirm_attendance")
    assert [letter.context["name"] for letter in letters] == ["Anna Żak", "Jan Żak"]
    assert len({letter.link_pk for letter in letters}) == 2


def test_who_signed_up_a_moment_ago_is_left_alone_for_a_day(meeting):
    came = DUE + HOUR
    late = make.registered(meeting.groups.first(), at=came)
    known = late.email_confirmed_at
    owe_due_reminders(known + LEAVE_ALONE - TICK)
    assert owed("confirm_attendance") == []
    owe_due_reminders(known + LEAVE_ALONE)
    assert owed("confirm_attendance") == [late.email]


def test_a_meeting_that_asks_for_no_separate_answer_asks_nobody_and_misses_nothing():
    make.coordinator()
    make.registered(make.meeting(confirm_until=SIGNUP_UNTIL).groups.first())
    for at in (DUE, SIGNUP_UNTIL):
        owe_due_reminders(at)
    assert owed("confirm_attendance") == []
    assert not ReminderRun.objects.filter(rule__kind="confirm_attendance").exists()


def test_who_resigns_is_not_asked_by_a_letter_that_has_not_left(meeting):
    silent, other = (make.registered(meeting.groups.first()) for _one in range(2))
    owe_due_reminders(DUE)
    actions.decline(silent, at=DUE)
    assert owed("confirm_attendance") == [other.email]


def test_who_has_answered_is_not_asked_by_a_letter_that_has_not_left(meeting):
    answers, silent = (make.registered(meeting.groups.first()) for _one in range(2))
    owe_due_reminders(DUE)
    actions.confirm_attendance(answers, at=DUE)
    assert owed("confirm_attendance") == [silent.email]
    assert len(owed("signup_registered")) == 3


def test_who_confirms_is_not_asked_for_the_address_by_a_letter_that_has_not_left(meeting):
    answers, silent = (make.held(meeting.groups.first(), at=NOW) for _one in range(2))
    actions.send_link_again(answers, at=NOW)
    actions.confirm_email(answers, at=NOW)
    assert owed("signup_confirm") == [silent.email]
    assert owed("signup_registered") == [answers.email]


def test_resigning_takes_back_all_that_waits_but_its_own_receipt(meeting):
    gone, other = (make.registered(meeting.groups.first()) for _one in range(2))
    actions.change_group(gone, group=meeting.groups.last(), at=NOW + HOUR)
    owe_due_reminders(DUE)
    actions.decline(gone, at=DUE)
    waits = Letter.objects.filter(state=State.QUEUED)
    assert list(waits.filter(to=gone.email).values_list("kind", flat=True)) == ["signup_cancelled"]
    kept = set(waits.filter(to=other.email).values_list("kind", flat=True))
    assert kept == {"signup_registered", "topics_close", "confirm_attendance"}


# --- "The meeting is soon" --------------------------------------------------------------------------


@pytest.mark.parametrize(("at", "due"), [(SOON - TICK, False), (SOON, True), (STARTS - TICK, True), (STARTS, False)])
def test_those_who_come_are_told_at_noon_of_the_day_before(meeting, at, due):
    comes = make.registered(meeting.groups.first())
    actions.confirm_attendance(comes, at=NOW + HOUR)
    make.registered(meeting.groups.first())  # has not said so
    owe_due_reminders(at)
    assert owed("meeting_soon") == ([comes.email] if due else [])
    if due:
        (letter,) = make.letters_to(comes.email, "meeting_soon")
        assert (letter.expires_at, letter.context["room_link"]) == (STARTS, comes.group.room_link)
        assert letter.context["starts"] == "22 lipca, godz. 16.30"


def test_the_link_to_the_room_is_for_the_confirmed_of_that_group_alone(meeting):
    meeting.consultation.reminder_rules.filter(kind="meeting_soon").update(audience="signed_up")
    one, two = meeting.groups.all()
    comes, elsewhere, silent = make.registered(one), make.registered(two), make.registered(one)
    for registration in (comes, elsewhere):
        actions.confirm_attendance(registration, at=NOW + HOUR)
    owe_due_reminders(SOON)
    links = {of.email: make.letters_to(of.email, "meeting_soon")[0].context["room_link"] for of in (comes, elsewhere, silent)}
    assert links == {comes.email: one.room_link, elsewhere.email: two.room_link, silent.email: ""}


def test_a_cancelled_meeting_takes_back_every_reminder(meeting):
    follower(meeting)
    registration = make.registered(meeting.groups.first())
    for at in (TOPICS_DUE, DUE):
        owe_due_reminders(at)
    actions.cancel_meeting(meeting, reason="Awaria", by=None, at=DUE)
    kinds = ("signup_closes", "topics_close", "confirm_attendance", "meeting_soon")
    assert [owed(kind) for kind in kinds] == [[], [], [], []]
    assert len(make.letters_to(registration.email, "confirm_attendance")) == 1
    owe_due_reminders(SOON)
    assert owed("meeting_soon") == []


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
    assert (owed("signup_closes"), owed("confirm_attendance")) == (["follower@example.org"], [silent.email])


def test_a_tick_asks_the_database_no_question_for_each_person(meeting, django_assert_num_queries):
    for number in range(10):
        follower(meeting, f"f{number}@example.org")
        make.registered(meeting.groups.first()) if number < 5 else None
    # The rules and their meetings.
    with django_assert_num_queries(2):
        owe_due_reminders(NOW)
    owe_due_reminders(DUE)
    # Three kinds are running: each a savepoint's two, the rule, the meeting, the meetings, the run, its letters, the
    # people; for the followers also the places and who has decided.
    with django_assert_num_queries(2 + 3 * 8 + 2):
        owe_due_reminders(DUE + HOUR)


@pytest.mark.django_db(transaction=True)
def test_one_run_wakes_the_sending_once(meeting, monkeypatch):
    for number in range(3):
        follower(meeting, f"f{number}@example.org")
    woken = []
    monkeypatch.setattr("accounts.letters.wake_sending", lambda: woken.append(True))
    owe_due_reminders(DUE)
    assert (len(owed("signup_closes")), len(woken)) == (3, 1)
