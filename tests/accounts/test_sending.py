"""The outbox carried out: each edge of its states, and a mail server in every mood."""

import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection, transaction

from accounts import sending
from accounts.dialogue import QUICK, SLOW
from accounts.letters import owe_letter, retry_letter, withdraw_letters
from accounts.models import Letter, State
from accounts.sending import GIVE_UP_AFTER, LEASE, LEAST_TRIES, begin, claim, send_due_letters, send_one
from tests.accounts.conftest import hang_up, sleep
from tests.factories.accounts import NOW, SECOND, owed, person

MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.django_db


def seen(letter: Letter) -> Letter:
    return Letter.objects.get(pk=letter.pk)


def state_of(letter: Letter) -> str:
    return seen(letter).state


# --- From owed to sent ---------------------------------------------------------------------------


def test_a_letter_is_sent_once_and_says_when():
    letter = owed()
    assert send_due_letters(at=NOW) == 1
    assert send_due_letters(at=NOW + MINUTE) == 0
    letter = seen(letter)
    assert (letter.state, letter.attempt, letter.lease_until, letter.error) == (State.SENT, 1, None, "")
    assert NOW <= letter.sent_at < NOW + MINUTE
    assert [message.to for message in mail.outbox] == [["anna@example.org"]]


@pytest.mark.parametrize(("at", "sent"), [(NOW - SECOND, 0), (NOW, 1)])
def test_a_letter_waits_for_its_moment(at, sent):
    owed()
    assert send_due_letters(at=at) == sent


def test_more_letters_than_a_batch_leave_in_one_run():
    for number in range(2 * sending.BATCH + 1):
        owed(f"person{number}@example.org")
    assert send_due_letters(at=NOW) == 2 * sending.BATCH + 1


@pytest.mark.parametrize(("expires_at", "state"), [(NOW, State.OBSOLETE), (NOW + MINUTE, State.SENT)])
def test_what_comes_too_late_is_dropped(expires_at, state):
    letter = owed(at=NOW - MINUTE, expires_at=expires_at)
    send_due_letters(at=NOW)
    assert state_of(letter) == state
    assert len(mail.outbox) == (state == State.SENT)


def test_a_letter_that_expires_in_the_hands_of_its_worker_is_dropped(sink):
    letter = owed(expires_at=NOW + MINUTE)
    (leased,) = claim(at=NOW)
    assert not send_one(leased, mail.get_connection(), lambda: NOW + MINUTE)
    assert state_of(letter) == State.OBSOLETE
    assert sink.sessions == 0


def test_a_broken_text_fails_alone(settings):
    broken = owed()
    # Owed by an older version of the portal.
    Letter.objects.update(kind="no_such_kind")
    sound = owed("jan@example.org")
    assert send_due_letters(at=NOW) == 1
    assert (state_of(broken), state_of(sound)) == (State.FAILED, State.SENT)
    assert "no_such_kind" in seen(broken).error


def test_a_code_is_forgotten_once_it_is_sent_and_other_letters_are_kept():
    code = owed(kind="login_code", occasion="login_code:1", context={"code": "123456"})
    other = owed("jan@example.org", context={"title": "Spotkanie"})
    send_due_letters(at=NOW)
    assert "123456" in mail.outbox[0].subject
    assert (seen(code).context, seen(other).context) == ({}, {"title": "Spotkanie"})


def test_a_code_that_was_never_sent_is_forgotten_too():
    code = owed(kind="login_code", occasion="login_code:1", context={"code": "123456"}, expires_at=NOW + MINUTE)
    send_due_letters(at=NOW + MINUTE)
    assert (state_of(code), seen(code).context) == (State.OBSOLETE, {})
    assert mail.outbox == []


# --- Leases and their fence ----------------------------------------------------------------------


def test_a_claimed_letter_is_nobody_elses():
    letter = owed()
    assert [mine.pk for mine in claim(at=NOW)] == [letter.pk]
    assert claim(at=NOW) == []
    assert (state_of(letter), seen(letter).attempt, seen(letter).lease_until) == (State.LEASED, 1, NOW + LEASE)


@pytest.mark.parametrize(("at", "state"), [(NOW + LEASE - SECOND, State.LEASED), (NOW + LEASE, State.QUEUED)])
def test_a_lease_that_ran_out_before_sending_goes_back_into_the_queue(at, state):
    letter = owed()
    claim(at=NOW)
    sending.sweep(at=at)
    assert state_of(letter) == state


@pytest.mark.parametrize(("at", "state"), [(NOW + LEASE - SECOND, State.SENDING), (NOW + LEASE, State.UNCERTAIN)])
def test_a_worker_that_died_while_sending_leaves_a_letter_in_doubt(at, state):
    letter = owed()
    begin(claim(at=NOW)[0], at=NOW)
    send_due_letters(at=at)
    assert state_of(letter) == state
    assert mail.outbox == []  # in doubt means: not by itself a second time


def test_a_worker_given_up_for_dead_sends_nothing():
    letter = owed()
    (slow,) = claim(at=NOW)
    sending.sweep(at=NOW + LEASE)
    assert not begin(slow, at=NOW + LEASE)
    (other,) = claim(at=NOW + LEASE)
    assert not begin(slow, at=NOW + LEASE)
    assert begin(other, at=NOW + LEASE)
    assert state_of(letter) == State.SENDING


def test_a_letter_withdrawn_under_lease_is_not_sent():
    letter = owed(occasion="closing:stage:1")
    (leased,) = claim(at=NOW)
    withdraw_letters("closing:stage:1", at=NOW)
    assert not send_one(leased, mail.get_connection(), lambda: NOW)
    assert (state_of(letter), mail.outbox) == (State.OBSOLETE, [])


def test_a_letter_being_sent_cannot_be_withdrawn(monkeypatch):
    letter = owed(occasion="closing:stage:1")
    monkeypatch.setattr(sending, "hand_over", lambda *args: withdraw_letters("closing:stage:1", at=NOW))
    assert send_due_letters(at=NOW) == 1
    assert state_of(letter) == State.SENT


@pytest.mark.parametrize("withdrawn", [True, False])
def test_what_is_withdrawn_while_the_server_says_later_is_not_sent_later(monkeypatch, sink, withdrawn):
    sink.on_data.append("450 4.7.1 greylisted")
    letter = owed(occasion="closing:stage:1")
    hand_over = sending.hand_over

    def meanwhile(*args):
        withdraw_letters("closing:stage:1" if withdrawn else "closing:stage:2", at=NOW)
        hand_over(*args)

    monkeypatch.setattr(sending, "hand_over", meanwhile)
    send_due_letters(at=NOW)
    send_due_letters(at=NOW + MINUTE)
    assert state_of(letter) == (State.OBSOLETE if withdrawn else State.SENT)
    assert len(sink.accepted) == (not withdrawn)


def test_knowing_ends_the_doubt(monkeypatch):
    """The sweep doubted a letter whose worker was only slow; when the worker hears "250", the letter is sent."""
    letter = owed()
    (leased,) = claim(at=NOW)
    hand_over = sending.hand_over

    def slowly(*args):
        sending.sweep(at=NOW + LEASE)
        assert state_of(letter) == State.UNCERTAIN
        hand_over(*args)

    monkeypatch.setattr(sending, "hand_over", slowly)
    assert send_one(leased, mail.get_connection(), lambda: NOW)
    assert state_of(letter) == State.SENT


@pytest.mark.parametrize("state", [State.FAILED, State.UNCERTAIN])
def test_staff_send_a_letter_in_trouble_once_more(state):
    letter = owed()
    Letter.objects.update(state=state, attempt=1)
    retry_letter(letter, by=person(), at=NOW + MINUTE)
    assert send_due_letters(at=NOW + MINUTE) == 1
    assert (state_of(letter), seen(letter).attempt) == (State.SENT, 2)


# --- A mail server in every mood -----------------------------------------------------------------


def test_the_server_gets_the_letter_and_one_connection_serves_a_batch(sink):
    for number in range(3):
        owed(f"person{number}@example.org")
    assert send_due_letters(at=NOW) == 3
    assert sorted(envelope.rcpt_tos[0] for envelope in sink.accepted) == [f"person{n}@example.org" for n in range(3)]
    assert sink.sessions == 1


@pytest.mark.parametrize(
    ("where", "pace"), [("on_mail", QUICK), ("on_recipient", SLOW), ("on_data", QUICK)], ids=["sender", "recipient", "text"]
)
def test_4xx_means_later_and_then_the_letter_leaves(sink, where, pace):
    getattr(sink, where).append("451 4.7.1 come back later")
    letter = owed()
    assert send_due_letters(at=NOW) == 0
    letter = seen(letter)
    assert (letter.state, letter.lease_until) == (State.QUEUED, None)
    assert "451" in letter.error
    assert 0.75 * pace[0] <= letter.next_attempt_at - NOW <= 1.25 * pace[0] + 30 * SECOND
    assert send_due_letters(at=letter.next_attempt_at) == 1
    assert len(sink.accepted) == 1


@pytest.mark.parametrize("where", ["on_mail", "on_recipient", "on_data"])
def test_5xx_is_final_and_spares_the_others(sink, where):
    getattr(sink, where).append("550 5.1.1 no such mailbox")
    refused, sound = owed(), owed("jan@example.org")
    assert send_due_letters(at=NOW) == 1
    assert (state_of(refused), state_of(sound)) == (State.FAILED, State.SENT)
    assert "550" in seen(refused).error


@pytest.mark.parametrize("where", ["on_mail", "on_recipient"])
def test_a_line_that_breaks_before_the_text_leaves_no_doubt(sink, where):
    getattr(sink, where).append(hang_up)
    letter, next_one = owed(), owed("jan@example.org")
    assert send_due_letters(at=NOW) == 1
    assert (state_of(letter), state_of(next_one)) == (State.QUEUED, State.SENT)
    assert send_due_letters(at=NOW + MINUTE) == 1
    assert len(sink.accepted) == 2


def test_a_line_that_breaks_during_the_text_leaves_the_letter_in_doubt(sink):
    sink.on_data.append(hang_up)
    letter, next_one = owed(), owed("jan@example.org")
    assert send_due_letters(at=NOW) == 1
    assert (state_of(letter), state_of(next_one)) == (State.UNCERTAIN, State.SENT)
    assert seen(letter).error
    assert send_due_letters(at=NOW + LEASE + MINUTE) == 0


def test_a_server_slower_than_our_patience_leaves_the_letter_in_doubt(sink, settings):
    settings.EMAIL_TIMEOUT = 1
    sink.on_data.append(sleep(2))
    letter = owed()
    assert send_due_letters(at=NOW) == 0
    assert state_of(letter) == State.UNCERTAIN


def test_nobody_at_the_door_puts_the_whole_batch_off_at_once(settings, monkeypatch):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 9, 1
    knocks = []
    reach = sending.reach
    monkeypatch.setattr(sending, "reach", lambda connection: knocks.append(1) or reach(connection))
    for number in range(3):
        owed(f"person{number}@example.org")
    assert send_due_letters(at=NOW) == 0
    assert len(knocks) == 1
    assert {letter.state for letter in Letter.objects.all()} == {State.QUEUED}
    assert all(letter.next_attempt_at > NOW and "refused" in letter.error for letter in Letter.objects.all())


@pytest.mark.parametrize(
    ("attempts", "waited", "pause"),
    [
        (50, timedelta(days=1), QUICK[1]),
        (50, timedelta(0), QUICK[0]),  # staff have just sent it once more
        (50, MINUTE, MINUTE),
        (1, timedelta(days=1), QUICK[0]),  # no worker was there for a day
        (3, timedelta(days=1), 4 * QUICK[0]),
    ],
)
def test_pauses_grow_to_their_limit_and_begin_anew(sink, attempts, waited, pause):
    letter = owed()
    Letter.objects.update(attempt=attempts - 1)
    sink.on_data.append("451 come back later")
    send_due_letters(at=NOW + waited)
    assert 0.75 * pause <= seen(letter).next_attempt_at - NOW - waited <= 1.25 * pause + 30 * SECOND


@pytest.mark.parametrize(
    ("at", "attempts", "state"),
    [
        (NOW + GIVE_UP_AFTER - MINUTE, LEAST_TRIES, State.QUEUED),
        (NOW + GIVE_UP_AFTER, LEAST_TRIES, State.FAILED),
        (NOW + GIVE_UP_AFTER, LEAST_TRIES - 1, State.QUEUED),
    ],
)
def test_after_three_days_of_delays_a_letter_has_failed(sink, at, attempts, state):
    letter = owed()
    Letter.objects.update(attempt=attempts - 1)
    sink.on_data.append("451 come back later")
    send_due_letters(at=at)
    assert state_of(letter) == state


@pytest.mark.parametrize(("pause", "state"), [(GIVE_UP_AFTER - MINUTE, State.QUEUED), (GIVE_UP_AFTER, State.FAILED)])
def test_a_letter_that_staff_send_once_more_has_three_days_again(sink, pause, state):
    letter = owed()
    Letter.objects.update(state=State.FAILED, attempt=LEAST_TRIES)
    again = NOW + 2 * GIVE_UP_AFTER
    retry_letter(letter, by=person(), at=again)
    sink.on_data.append("451 come back later")
    send_due_letters(at=again + pause)
    assert state_of(letter) == state


def test_no_transaction_is_open_while_the_server_is_talked_to(monkeypatch, db):
    owed()
    depth = len(connection.savepoint_ids)  # the test's own transaction is all there is
    depths = []
    monkeypatch.setattr(sending, "hand_over", lambda *args: depths.append(len(connection.savepoint_ids)))
    send_due_letters(at=NOW)
    assert depths == [depth]


# --- Two workers at once -------------------------------------------------------------------------

LETTERS = 60


def drain_in_two_threads() -> list[str]:
    start = threading.Barrier(2)
    crashes: list[BaseException] = []

    def work() -> None:
        try:
            start.wait()
            send_due_letters(at=NOW)
        except BaseException as error:
            crashes.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert crashes == []
    return sorted(message.to[0] for message in mail.outbox)


@pytest.fixture
def many(transactional_db) -> list[str]:
    addresses = [f"person{number:02}@example.org" for number in range(LETTERS)]
    with transaction.atomic():
        for address in addresses:
            owe_letter(address, kind="unknown_account", occasion="unknown_account:1", at=NOW)
    return addresses


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_drains_at_once_send_each_letter_once(many):
    assert drain_in_two_threads() == many
    assert set(Letter.objects.values_list("state", "attempt")) == {(State.SENT, 1)}


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_control_without_claiming_two_drains_send_twice(many, monkeypatch):
    """If this control did not fail to keep letters apart, the test above would prove nothing."""
    both_looked = threading.Barrier(2)
    looked = set()

    def look_without_taking(*, at):
        if threading.get_ident() in looked:
            return []
        looked.add(threading.get_ident())
        found = list(Letter.objects.with_suppression().due(at).order_by("pk"))
        both_looked.wait(timeout=20)
        return found

    monkeypatch.setattr(sending, "claim", look_without_taking)
    monkeypatch.setattr(sending, "begin", lambda letter, *, at: True)
    assert drain_in_two_threads() == sorted(many * 2)
