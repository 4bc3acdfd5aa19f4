"""Capacity under concurrency, as promised on PostgreSQL; and proof that these tests would see it broken."""

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from accounts.models import Letter
from consultations.actions import schedule
from meetings import actions
from meetings.actions import seats
from meetings.models import Meeting, Registration, WorkingGroup
from meetings.reminders import owe_due_reminders
from tests.factories import consultations
from tests.factories import meetings as make
from tests.factories.meetings import HOUR, NOW, SIGNUP_UNTIL

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
PEOPLE, PLACES = 12, 5


def at_once(calls: list[Callable[[], object]]) -> list[object]:
    """Run all calls at the same moment, each with its own connection; what each returned or raised."""
    start = Barrier(len(calls))

    def run(call: Callable[[], object]) -> object:
        try:
            start.wait()
            return call()
        except Exception as error:  # whatever it was, the test looks at it
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


def everybody_signs_up(group: WorkingGroup) -> list[object]:
    people = [(make.person(), make.token()) for _ in range(PEOPLE)]
    return at_once(
        [lambda who=who, token=token: actions.sign_up(group, person=who, form_token=token, at=NOW) for who, token in people]
    )


def counts(group: WorkingGroup) -> tuple[int, int]:
    group = WorkingGroup.objects.get(pk=group.pk)
    return group.taken, Registration.objects.active().filter(group=group).count()


def test_twelve_people_and_five_places_make_five_seats_and_seven_refusals():
    group = make.meeting(capacity=PLACES).groups.first()
    answers = everybody_signs_up(group)
    assert counts(group) == (PLACES, PLACES)
    assert sum(isinstance(answer, Registration) for answer in answers) == PLACES
    assert sum(isinstance(answer, actions.GroupIsFull) for answer in answers) == PEOPLE - PLACES
    assert Letter.objects.filter(kind="signup_confirm").count() == PLACES


def unlocked(meeting_pk: int) -> tuple[Meeting, dict[int, WorkingGroup]]:
    meeting = Meeting.objects.get(pk=meeting_pk)
    return meeting, {group.pk: group for group in meeting.groups.all()}


def test_control_without_the_lock_and_the_condition_the_group_is_oversold(monkeypatch):
    """The same twelve people: if this did not oversell, the test above would prove nothing."""

    def careless(group: WorkingGroup) -> None:
        seen = WorkingGroup.objects.get(pk=group.pk).taken
        if seen >= group.capacity:
            raise actions.GroupIsFull(group)
        time.sleep(0.3)
        WorkingGroup.objects.filter(pk=group.pk).update(taken=seen + 1)

    monkeypatch.setattr(seats, "lock", unlocked)
    monkeypatch.setattr(seats, "take", careless)
    group = make.meeting(capacity=PLACES).groups.first()
    everybody_signs_up(group)
    assert counts(group)[1] > PLACES


def test_without_the_lock_and_the_condition_the_check_still_refuses_a_seat_too_many(monkeypatch):
    def blind(group: WorkingGroup) -> None:
        WorkingGroup.objects.filter(pk=group.pk).update(taken=F("taken") + 1)

    monkeypatch.setattr(seats, "lock", unlocked)
    monkeypatch.setattr(seats, "take", blind)
    group = make.meeting(capacity=PLACES).groups.first()
    answers = everybody_signs_up(group)
    assert counts(group) == (PLACES, PLACES)
    assert sum(isinstance(answer, IntegrityError) for answer in answers) == PEOPLE - PLACES


def test_the_condition_alone_holds_without_the_lock(monkeypatch):
    monkeypatch.setattr(seats, "lock", unlocked)
    group = make.meeting(capacity=PLACES).groups.first()
    everybody_signs_up(group)
    assert counts(group) == (PLACES, PLACES)


def test_people_who_swap_groups_in_opposite_directions_do_not_wait_for_each_other():
    one, two = make.meeting(capacity=PEOPLE).groups.all()
    there = [make.registered(one) for _ in range(PEOPLE // 2)]
    back = [make.registered(two) for _ in range(PEOPLE // 2)]
    moves = [lambda who=who: actions.change_group(who, group=two, at=NOW + HOUR) for who in there]
    moves += [lambda who=who: actions.change_group(who, group=one, at=NOW + HOUR) for who in back]
    started = time.monotonic()
    answers = at_once(moves)
    assert all(isinstance(answer, Registration) for answer in answers), answers
    assert time.monotonic() - started < 20
    assert counts(one) == counts(two) == (PEOPLE // 2, PEOPLE // 2)


def test_a_form_sent_twelve_times_at_once_is_one_seat():
    group = make.meeting(capacity=PEOPLE).groups.first()
    who, token = make.person(), make.token()
    answers = at_once([lambda: actions.sign_up(group, person=who, form_token=token, at=NOW)] * PEOPLE)
    assert len({answer.pk for answer in answers}) == 1
    assert counts(group) == (1, 1)


def test_one_person_in_two_windows_gets_one_group():
    one, two = make.meeting().groups.all()
    who = make.person()
    answers = at_once([lambda group=group: make.held(group, who) for group in (one, two) * 3])
    assert sum(isinstance(answer, Registration) for answer in answers) == 1
    assert sum(isinstance(answer, actions.AlreadySignedUp) for answer in answers) == 5


def test_a_moved_deadline_and_a_sign_up_do_not_miss_each_other():
    """Whoever comes second sees what the first has done: nobody is let in after a deadline that has been brought forward."""
    meeting = make.meeting(capacity=PEOPLE)
    group = meeting.groups.first()
    calls = [lambda: actions.move_meeting(meeting, signup_until=NOW - HOUR, reason="Komplet", by=None, at=NOW)]
    calls += [lambda: make.held(group) for _ in range(PEOPLE - 1)]
    answers = at_once(calls)
    let_in = sum(isinstance(answer, Registration) for answer in answers)
    refused = sum(isinstance(answer, actions.SignUpIsClosed) for answer in answers)
    assert let_in + refused == PEOPLE - 1
    assert counts(group) == (let_in, let_in)


def test_two_workers_release_a_hold_once_and_owe_each_reminder_once():
    meeting = make.meeting(separate_confirmation=True, confirm_until=SIGNUP_UNTIL)
    silent = make.registered(meeting.groups.first())
    make.held(meeting.groups.last(), at=SIGNUP_UNTIL - 3 * HOUR)
    consultations.follower(meeting.consultation, email="follower@example.org", at=NOW)
    at = SIGNUP_UNTIL - HOUR

    def tick() -> None:
        actions.release_all_lapsed(at=at)
        owe_due_reminders(at)

    assert at_once([tick] * 6) == [None] * 6
    assert [counts(group) for group in meeting.groups.all()] == [(1, 1), (0, 0)]
    owed = Letter.objects.filter(kind__in=("signup_closes", "confirm_attendance")).values_list("to", flat=True)
    assert sorted(owed) == sorted(["follower@example.org", silent.email])


@pytest.mark.parametrize("seed", [1, 2])
def test_storm(seed):
    """Everybody does everything at once; afterwards the counts are right and nobody holds two seats."""

    chance = random.Random(seed)
    meeting = make.meeting(groups=4, capacity=3)
    groups = list(meeting.groups.all())
    people = [make.person() for _ in range(16)]

    def somebody() -> None:
        for step in range(12):
            at = NOW + timedelta(minutes=11 * step)
            group, who = chance.choice(groups), chance.choice(people)
            rows = Registration.objects.filter(meeting=meeting, email=who.email)
            try:
                row = rows.last()
                verb = chance.choice(["sign_up", "confirm", "move", "resign", "release"])
                if verb == "sign_up" or row is None:
                    make.held(group, who, at=at)
                elif verb == "confirm":
                    actions.confirm_email(row, at=at)
                elif verb == "move":
                    actions.change_group(row, group=group, at=at)
                elif verb == "resign":
                    actions.decline(row, at=at)
                else:
                    actions.release_lapsed(meeting, at=at)
            except actions.Refusal:
                continue

    assert at_once([somebody] * 8) == [None] * 8
    for group in groups:
        taken, active = counts(group)
        assert taken == active <= 3
    emails = list(Registration.objects.active().filter(meeting=meeting).values_list("email", flat=True))
    assert len(emails) == len(set(emails))


def test_the_meeting_and_the_schedule_saved_at_once_do_not_wait_for_each_other():
    """Each page of the desk calls two verbs in one transaction; the second must need no lock that the other side has."""
    meeting, by = make.meeting(), make.coordinator()
    stage = meeting.consultation.stages.get()
    edited = Event()

    def office() -> object:
        with transaction.atomic():
            actions.edit_meeting(meeting, title="Inny tytuł", by=by, at=NOW)
            edited.set()
            time.sleep(0.5)
            return actions.move_meeting(meeting, signup_until=SIGNUP_UNTIL - HOUR, reason="Lista", by=by, at=NOW)

    def coordinator() -> object:
        edited.wait(5)
        with transaction.atomic():
            words = {"name": stage.name, "description": "Nowy opis", "shown_as": stage.shown_as, "position": 0}
            schedule.edit_stage(stage, after_event=None, days_after=None, by=by, at=NOW, **words)
            return schedule.move_stage(
                stage, opens_at=stage.opens_at, closes_at=stage.closes_at + HOUR, reason="Lista", by=by, at=NOW
            )

    answers = at_once([office, coordinator])
    assert not [answer for answer in answers if isinstance(answer, Exception)]
