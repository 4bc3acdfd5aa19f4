"""People who were to say whether they come and have said nothing: their places become free, where the meeting says so."""

import pytest

from meetings import actions
from meetings.models import Ended, Meeting, Registration, RegistrationEvent, What, WorkingGroup
from tests.factories import meetings as make
from tests.factories.meetings import DAY, HOUR, NOW, SIGNUP_UNTIL, STARTS, TICK

pytestmark = pytest.mark.django_db
LATER = NOW + HOUR
CONFIRM_UNTIL = SIGNUP_UNTIL


def asking(**values: object) -> Meeting:
    given = {"separate_confirmation": True, "confirm_until": CONFIRM_UNTIL, "releases_silent": True, **values}
    return make.meeting(**given)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def taken(group: WorkingGroup) -> int:
    return fresh(group).taken


def release(at) -> None:
    actions.release_all_silent(at=at)


@pytest.mark.parametrize(("at", "released"), [(CONFIRM_UNTIL - TICK, 0), (CONFIRM_UNTIL, 1), (STARTS - TICK, 1), (STARTS, 0)])
def test_places_of_the_silent_become_free_from_the_deadline_to_the_start(at, released):
    meeting = asking()
    group = meeting.groups.first()
    silent, coming = make.registered(group), make.registered(group)
    actions.confirm_attendance(coming, at=LATER)
    assert actions.release_silent(meeting, at=at) == released
    assert taken(group) == 2 - released
    assert fresh(silent).ended_because == (Ended.SILENT if released else "")
    assert fresh(coming).is_confirmed
    assert len(make.letters_to(silent.email, "signup_cancelled")) == released


def test_a_meeting_that_does_not_say_so_takes_no_place():
    meeting = asking(releases_silent=False)
    silent = make.registered(meeting.groups.first())
    release(CONFIRM_UNTIL)
    assert (actions.release_silent(meeting, at=CONFIRM_UNTIL), fresh(silent).ended_at) == (0, None)


def test_a_meeting_called_off_or_hidden_takes_no_place():
    meeting = asking()
    silent = make.registered(meeting.groups.first())
    actions.cancel_meeting(meeting, reason="Awaria", by=None, at=LATER)
    release(CONFIRM_UNTIL)
    assert fresh(silent).ended_at is None


def test_releasing_the_silent_needs_a_deadline():
    with pytest.raises(actions.DatesDoNotFit):
        make.meeting(releases_silent=True)


def test_the_clock_releases_once_and_says_why():
    group = asking().groups.first()
    silent = make.registered(group)
    for minute in range(2):
        release(CONFIRM_UNTIL + minute * TICK)
    silent = fresh(silent)
    assert (silent.ended_because, silent.ended_at, taken(group)) == (Ended.SILENT, CONFIRM_UNTIL, 0)
    last = RegistrationEvent.objects.filter(registration=silent).last()
    assert (last.what, last.because, last.by) == (What.ENDED, Ended.SILENT, None)
    with pytest.raises(actions.RegistrationHasEnded) as refusal:
        actions.confirm_attendance(silent, at=CONFIRM_UNTIL + HOUR)
    assert refusal.value.in_words


def test_a_place_of_somebody_silent_goes_to_who_waits_who_keeps_it():
    group = asking(capacity=1).groups.first()
    make.full(group)
    queued = make.waiting(group)
    release(CONFIRM_UNTIL)
    assert (fresh(queued).offered_until, taken(group)) == (STARTS, 1)
    # An offer is no silence.
    release(CONFIRM_UNTIL + TICK)
    assert actions.confirm_attendance(queued, at=STARTS - TICK).is_confirmed
    release(STARTS - TICK)
    assert fresh(queued).ended_at is None


@pytest.mark.parametrize(("at", "confirmed"), [(CONFIRM_UNTIL - TICK, False), (CONFIRM_UNTIL, True)])
def test_who_is_written_down_by_the_office_after_the_deadline_comes(at, confirmed):
    """Nobody asks them any more, so they cannot be silent."""
    group = asking().groups.first()
    given = {"person": make.person(), "channel": "phone", "entered_by": make.coordinator()}
    registration = actions.sign_up(group, form_token=make.token(), at=at, **given)
    assert registration.is_confirmed is confirmed
    release(CONFIRM_UNTIL)
    assert (fresh(registration).ended_at is None) is confirmed


def test_who_signed_up_at_the_last_moment_may_still_answer_the_letter_and_comes():
    group = asking().groups.first()
    registration = make.held(group, at=SIGNUP_UNTIL - TICK)
    assert actions.confirm_email(registration, at=CONFIRM_UNTIL).is_confirmed
    release(CONFIRM_UNTIL)
    assert fresh(registration).ended_at is None


def test_a_hold_that_may_still_be_answered_is_no_silence():
    group = asking().groups.first()
    registration = make.held(group, at=SIGNUP_UNTIL - TICK)
    release(CONFIRM_UNTIL)
    assert (fresh(registration).ended_at, taken(group)) == (None, 1)


def test_who_was_asked_again_and_says_nothing_loses_the_place():
    meeting = make.meeting(confirm_until=CONFIRM_UNTIL, releases_silent=True)
    answers, silent = (make.registered(meeting.groups.first()) for _one in range(2))
    actions.move_meeting(meeting, ends_at=make.ENDS + HOUR, reason="Dłużej", by=None, at=NOW + DAY)
    asked = RegistrationEvent.objects.filter(what=What.ASKED_AGAIN)
    assert set(asked.values_list("registration", flat=True)) == {answers.pk, silent.pk}
    actions.confirm_attendance(answers, at=NOW + DAY)
    release(CONFIRM_UNTIL)
    assert {one: fresh(one).ended_because for one in (answers, silent)} == {answers: "", silent: Ended.SILENT}


def test_who_answered_the_first_letter_has_said_that_they_come():
    meeting = make.meeting(confirm_until=CONFIRM_UNTIL, releases_silent=True)
    registration: Registration = make.registered(meeting.groups.first())
    release(CONFIRM_UNTIL)
    assert fresh(registration).is_confirmed
