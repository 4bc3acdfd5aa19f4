"""Two at once, on PostgreSQL: promises, and beside them controls without their guard, which must break them."""

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.db import connection
from django.db.models import QuerySet

from accounts import alarms, sending
from accounts.alarms import tell_of_silence, tell_of_trouble
from accounts.beats import TASK_WORDS
from accounts.letters import LetterIsNotInTrouble, cancel_letter, cancel_letters, owe_letter, retry_letter
from accounts.models import Heartbeat, Letter, State
from accounts.roles import Role
from accounts.sending import LEASE, claim, send_one, sweep
from tests.factories.accounts import NOW, owed, person

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def at_once(*acts: Callable[[], object]) -> list[object]:
    """What each came to: its result or what it raised."""
    start = threading.Barrier(len(acts))
    ends: list[object] = [None] * len(acts)

    def work(number: int) -> None:
        start.wait()
        try:
            ends[number] = acts[number]()
        except Exception as error:
            ends[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[number]) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ends


def meeting_point(monkeypatch, where: object, name: str) -> None:
    """Two threads meet before they go on there; whom a lock keeps away is not waited for longer than a second."""
    both, original, met = threading.Barrier(2), getattr(where, name), threading.local()

    def wait_first(*args, **kwargs):
        if not getattr(met, "done", False):
            met.done = True
            with suppress(threading.BrokenBarrierError):
                both.wait(timeout=1)
        return original(*args, **kwargs)

    monkeypatch.setattr(where, name, wait_first)


@pytest.fixture
def without_locks(monkeypatch) -> Callable[[], None]:
    return lambda: monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **options: rows)


# --- Two coordinators send the same letter once more ------------------------------------------------


@pytest.fixture
def two_retries(monkeypatch):
    letter, first, second = owed(), person(), person()
    Letter.objects.update(state=State.FAILED)
    meeting_point(monkeypatch, Letter, "history_with")
    return lambda: at_once(*[lambda by=by: retry_letter(letter, by=by, at=NOW) for by in (first, second)])


def test_one_of_two_coordinators_sends_a_letter_once_more_and_the_other_is_told(two_retries):
    ends = two_retries()
    assert sorted(type(end) for end in ends if end) == [LetterIsNotInTrouble]
    assert len(Letter.objects.get().history) == 1


def test_control_without_the_lock_both_believe_that_they_did_it(two_retries, without_locks):
    without_locks()
    assert two_retries() == [None, None]


# --- Staff cancel a letter that a worker is about to hand over --------------------------------------


def test_a_letter_is_cancelled_or_sent_and_never_both():
    letters = [owed(f"person{number:02}@example.org") for number in range(20)]
    leased, by = claim(at=NOW), person()

    def send():
        return [send_one(letter, mail.get_connection(), lambda: NOW) for letter in leased]

    def cancel():
        return cancel_letters(reversed(letters), by=by, at=NOW)

    sent, cancelled = at_once(send, cancel)
    assert sum(sent) + cancelled.done == len(letters)
    assert sorted(message.to[0] for message in mail.outbox) == sorted(
        Letter.objects.filter(state=State.SENT).values_list("to", flat=True)
    )
    assert Letter.objects.filter(state=State.OBSOLETE).count() == cancelled.done


@pytest.fixture
def cancelled_in_the_last_moment(monkeypatch):
    """The worker has written the message and opened the line when staff cancel it."""
    letter, by, cancelled = owed(), person(), threading.Event()
    (leased,) = claim(at=NOW)
    monkeypatch.setattr(sending, "reach", lambda connection: cancelled.wait(timeout=20))

    def cancel():
        cancel_letter(letter, by=by, at=NOW)
        cancelled.set()

    return lambda: at_once(lambda: send_one(leased, mail.get_connection(), lambda: NOW), cancel)


def test_a_letter_cancelled_in_the_last_moment_does_not_leave(cancelled_in_the_last_moment):
    assert cancelled_in_the_last_moment() == [False, None]
    assert mail.outbox == []


def test_control_without_asking_again_a_cancelled_letter_leaves(cancelled_in_the_last_moment, monkeypatch):
    monkeypatch.setattr(sending, "begin", lambda letter, *, at: True)
    cancelled_in_the_last_moment()
    assert Letter.objects.get().state == State.OBSOLETE
    assert len(mail.outbox) == 1


# --- Two sweeps find the same dead worker -----------------------------------------------------------


def test_a_doubt_is_counted_and_repeated_once(monkeypatch):
    owed(kind="submission_receipt")
    (leased,) = claim(at=NOW)
    sending.begin(leased, at=NOW)
    meeting_point(monkeypatch, Letter, "history_with")
    assert at_once(*[lambda: sweep(at=NOW + LEASE)] * 2) == [None, None]
    letter = Letter.objects.get()
    assert (letter.state, letter.doubts) == (State.QUEUED, 1)
    assert [line["what"] for line in letter.history] == ["uncertain", "queued"]


# --- Two drains tell of the same trouble -------------------------------------------------------------


@pytest.fixture
def two_drains_tell(monkeypatch):
    person("", Role.COORDINATOR)
    owed()
    Letter.objects.update(state=State.FAILED, troubled_at=NOW)
    meeting_point(monkeypatch, alarms, "_tell")
    return lambda: at_once(*[lambda: tell_of_trouble(NOW)] * 2)


def test_two_drains_at_once_tell_of_trouble_once(two_drains_tell):
    assert two_drains_tell() == [None, None]
    assert Letter.objects.filter(kind="staff_failed").count() == 1


def test_control_with_occasions_of_their_own_they_tell_twice(two_drains_tell, monkeypatch):
    def owe_anew(to, *, occasion, **content):
        owe_letter(to, occasion=f"{occasion}:{uuid4()}", **content)

    monkeypatch.setattr(alarms, "owe_letter", owe_anew)
    assert two_drains_tell() == [None, None]
    assert Letter.objects.filter(kind="staff_failed").count() == 2


# --- Two tasks come back from the same silence -------------------------------------------------------


@pytest.fixture
def two_tasks_return(monkeypatch):
    person("", Role.COORDINATOR)
    names = list(TASK_WORDS)[:2]
    Heartbeat.objects.bulk_create(Heartbeat(task=name, at=NOW) for name in names)
    later = NOW + timedelta(hours=1)
    meeting_point(monkeypatch, alarms, "_addresses")
    return lambda: at_once(*[lambda name=name: tell_of_silence(name, TASK_WORDS[name], since=NOW, at=later) for name in names])


def test_two_tasks_that_come_back_at_once_tell_of_one_silence(two_tasks_return):
    assert two_tasks_return() == [None, None]
    assert Letter.objects.filter(kind="staff_silence").count() == 1


def test_control_without_the_lock_they_tell_of_two(two_tasks_return, without_locks):
    without_locks()
    assert two_tasks_return() == [None, None]
    assert Letter.objects.filter(kind="staff_silence").count() == 2
