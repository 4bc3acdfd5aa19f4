"""Capacity under concurrency, as promised on PostgreSQL; and proof that these tests would see it broken."""

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier, Event

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from accounts.models import Letter
from consultations.actions import schedule
from meetings import actions
from meetings.actions import seats
from meetings.models import Meeting, NoteRevision, Registration, RegistrationEvent, What, WorkingGroup
from meetings.reminders import owe_due_reminders
from tests.factories import consultations
from tests.factories import meetings as make
from tests.factories.meetings import HOUR, NOW, SIGNUP_UNTIL
from tests.meetings.test_whatever_happens import check_people, check_places

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

    def careless(group: WorkingGroup, *, remotely: bool = False) -> None:
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
    def blind(group: WorkingGroup, *, remotely: bool = False) -> None:
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


def test_who_swap_full_groups_in_which_others_wait_do_not_wait_for_each_other():
    """Each swap frees a seat that is offered in the same step, so both groups are written from both sides."""
    meeting = make.meeting(groups=3, capacity=PLACES)
    one, two, empty = meeting.groups.all()
    actions.edit_group(empty, capacity=PEOPLE, at=NOW)
    seats_of = [who for group in (one, two) for who in make.full(group)]
    queue = [make.waiting(group) for group in (one, two) for _ in range(3)]
    moves = [lambda who=who: actions.change_group(who, group=empty, at=NOW + HOUR) for who in seats_of]
    moves += [lambda who=who: actions.change_group(who, group=two if who.group == one else one, at=NOW + HOUR) for who in queue]
    started = time.monotonic()
    answers = at_once(moves)
    assert not [answer for answer in answers if not isinstance(answer, Registration | actions.GroupIsFull)], answers
    assert time.monotonic() - started < 20
    check_places(meeting)
    check_people(meeting)
    assert meeting.registrations.active().count() == 2 * PLACES + 6


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
        actions.settle_all(at=at)
        owe_due_reminders(at)

    assert at_once([tick] * 6) == [None] * 6
    assert [counts(group) for group in meeting.groups.all()] == [(1, 1), (0, 0)]
    owed = Letter.objects.filter(kind__in=("signup_closes", "confirm_attendance")).values_list("to", flat=True)
    assert sorted(owed) == sorted(["follower@example.org", silent.email])


def test_two_who_leave_at_once_make_two_offers_to_the_two_who_wait_longest():
    meeting = make.meeting(groups=1, capacity=2)
    group = meeting.groups.get()
    seated = make.full(group)
    queue = [make.waiting(group, at=NOW + timedelta(minutes=minute)) for minute in range(3)]
    answers = at_once([lambda who=who: actions.decline(who, at=NOW + HOUR) for who in seated])
    assert all(isinstance(answer, Registration) for answer in answers), answers
    offered = group.registrations.active().filter(offered_until=NOW + HOUR + actions.OFFER).order_by("pk")
    assert list(offered) == queue[:2]
    assert list(group.registrations.waiting()) == queue[2:]
    assert WorkingGroup.objects.get(pk=group.pk).taken == 2
    letters = Letter.objects.filter(kind="waitlist_offer").values_list("to", flat=True)
    assert sorted(letters) == sorted(who.email for who in queue[:2])


def test_a_place_given_back_and_a_sign_up_at_once_do_not_pass_over_who_waits():
    meeting = make.meeting(groups=1, capacity=1)
    group = meeting.groups.get()
    (seated,) = make.full(group)
    queued = make.waiting(group)
    calls = [lambda: actions.decline(seated, at=NOW + HOUR)]
    calls += [lambda: make.held(group, at=NOW + HOUR) for _ in range(PEOPLE - 1)]
    answers = at_once(calls)
    assert sum(isinstance(answer, actions.GroupIsFull) for answer in answers) == PEOPLE - 1, answers
    assert list(group.registrations.seated()) == [queued]


def test_one_sheet_saved_by_twelve_at_once_takes_one_of_them_and_warns_the_rest():
    group = make.meeting(groups=1).groups.get()
    answers = at_once(
        [
            lambda n=number: actions.save_note(group, body=f"Wersja {n}", base=0, author=f"Osoba {n}", at=NOW)
            for number in range(PEOPLE)
        ]
    )
    assert sum(isinstance(answer, actions.NoteConflict) for answer in answers) == PEOPLE - 1, answers
    assert NoteRevision.objects.count() == 1


class Storm:
    """Everybody does everything at once, in groups too small for them, where most would rather wait."""

    VERBS = ("sign_up", "confirm", "attend", "move", "resign", "settle")

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.meeting = make.hybrid(groups=3, capacity=2, remote=1)
        self.groups = list(self.meeting.groups.all())
        self.people = [make.person() for _ in range(16)]

    def somebody(self) -> None:
        for step in range(12):
            try:
                self.act(self.chance.choice(self.VERBS), at=NOW + timedelta(minutes=11 * step))
            except actions.Refusal:
                continue

    def act(self, verb: str, *, at: datetime) -> None:
        group, who = self.chance.choice(self.groups), self.chance.choice(self.people)
        row = Registration.objects.filter(meeting=self.meeting, email=who.email).last()
        if verb == "sign_up" or row is None:
            wishes = {"waits": self.chance.random() < 0.8, "remotely": self.chance.random() < 0.3}
            make.held(group, replace(who, **wishes), at=at)
        elif verb == "confirm":
            actions.confirm_email(row, at=at)
        elif verb == "attend":
            actions.confirm_attendance(row, at=at)
        elif verb == "move":
            actions.change_group(row, group=group, at=at)
        elif verb == "resign":
            actions.decline(row, at=at)
        else:
            actions.settle_meeting(self.meeting, at=at)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_storm(seed):
    """Afterwards the counts are right, nobody holds two seats, and nobody waits while a place is free."""
    storm = Storm(seed)
    assert at_once([storm.somebody] * 8) == [None] * 8
    check_places(storm.meeting)
    check_people(storm.meeting)
    told = RegistrationEvent.objects.filter(registration__meeting=storm.meeting)
    # Otherwise nobody would have waited in this storm, and nobody got a place by it.
    assert told.filter(what=What.WAITS).exists()
    assert told.filter(what__in=(What.OFFERED, What.SEATED)).exists()


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
