"""Letters that do not simply leave: what is written about them, what is repeated by itself, what staff can do."""

from datetime import datetime, timedelta

import pytest
from django.core import mail

from accounts import sending
from accounts.letters import (
    LetterCameTooLate,
    LetterIsNotInTrouble,
    LetterIsNotWaiting,
    cancel_letter,
    cancel_letters,
    outbox_health,
    owe_letter,
    retry_letter,
    retry_letters,
    withdraw_letters,
)
from accounts.models import Heartbeat, Letter, LetterText, State
from accounts.roles import Role
from accounts.sending import DROPPED_AT_ONCE, LEASE, begin, claim, send_due_letters, send_one, sweep
from accounts.suppression import suppress
from tests.accounts.conftest import hang_up
from tests.factories.accounts import NOW, SECOND, owed, person

MINUTE = timedelta(minutes=1)
REMINDER, RECEIPT, CODE = "signup_closes", "submission_receipt", "login_code"

pytestmark = pytest.mark.django_db


def seen(letter: Letter) -> Letter:
    return Letter.objects.get(pk=letter.pk)


def told(letter: Letter) -> list[str]:
    return [line["what"] for line in seen(letter).history]


def dead_worker(letter: Letter) -> datetime:
    """A worker takes the letter and dies in the dialogue; when that comes to light."""
    (leased,) = claim(at=NOW)
    assert leased.pk == letter.pk
    sending._write(leased)
    assert begin(leased, at=NOW)
    return NOW + LEASE


# --- What is written -----------------------------------------------------------------------------


def test_each_mishap_is_one_line_with_the_servers_words_and_its_moment(sink):
    sink.on_recipient += ["451 4.7.1 greylisted", "550 5.7.1 policy"]
    letter = owed()
    send_due_letters(at=NOW)
    later = seen(letter).next_attempt_at
    send_due_letters(at=later)
    first, second = seen(letter).history
    assert (first["what"], first["by"], second["what"], second["by"]) == ("queued", "", "failed", "")
    assert "451" in first["words"]
    assert "550" in second["words"]
    assert NOW <= datetime.fromisoformat(first["at"]) < later <= datetime.fromisoformat(second["at"])


def test_a_server_that_says_the_same_for_days_fills_no_pages(sink):
    letter = owed()
    for again in range(3):
        sink.on_data.append("451 4.3.0 come back later")
        send_due_letters(at=NOW + again * timedelta(hours=1))
    assert (told(letter), seen(letter).attempt) == (["queued"], 3)


def test_what_staff_do_twice_is_written_twice():
    letter = owed()
    by = person()
    for _ in range(2):
        Letter.objects.update(state=State.FAILED)
        retry_letter(letter, by=by, at=NOW)
    assert [(line["what"], line["by"]) for line in seen(letter).history] == [("queued", by.email)] * 2


def test_a_letter_that_leaves_at_once_has_no_history():
    letter = owed()
    send_due_letters(at=NOW)
    assert (told(letter), seen(letter).troubled_at) == ([], None)


@pytest.mark.parametrize(("reply", "state"), [("550 5.7.1 policy", State.FAILED), (hang_up, State.UNCERTAIN)])
def test_trouble_says_since_when_and_is_over_when_the_letter_leaves(sink, reply, state):
    sink.on_data.append(reply)
    letter = owed()
    send_due_letters(at=NOW)
    assert seen(letter).state == state
    assert NOW <= seen(letter).troubled_at < NOW + MINUTE
    retry_letter(letter, by=person(), at=NOW + MINUTE)
    assert seen(letter).troubled_at is None
    assert send_due_letters(at=NOW + MINUTE) == 1
    assert (seen(letter).state, seen(letter).troubled_at, told(letter)) == (State.SENT, None, [state.value, "queued"])


def test_a_worker_that_died_before_the_dialogue_leaves_a_line():
    letter = owed()
    claim(at=NOW)
    sweep(at=NOW + LEASE)
    assert (seen(letter).state, told(letter), seen(letter).doubts) == (State.QUEUED, ["queued"], 0)


def test_a_letter_that_came_too_late_says_so():
    letter = owed(expires_at=NOW + MINUTE)
    sweep(at=NOW + MINUTE)
    assert (seen(letter).state, told(letter)) == (State.OBSOLETE, ["obsolete"])
    assert seen(letter).error


def test_one_sweep_drops_so_many_and_the_next_one_the_rest(monkeypatch):
    monkeypatch.setattr(sending, "DROPPED_AT_ONCE", 2)
    assert DROPPED_AT_ONCE > 2
    for _ in range(3):
        owed(expires_at=NOW + MINUTE)
    sweep(at=NOW + MINUTE)
    assert Letter.objects.filter(state=State.OBSOLETE).count() == 2
    sweep(at=NOW + MINUTE)
    assert Letter.objects.filter(state=State.OBSOLETE).count() == 3


def test_a_letter_that_cannot_be_written_has_failed_with_words_and_the_others_go_on(monkeypatch):
    broken, sound = owed("anna@example.org"), owed("jan@example.org")
    LetterText.objects.create(kind=broken.kind, language="pl", subject="{code}", body="x", why="y", changed_at=NOW)
    Letter.objects.filter(pk=sound.pk).update(language="en")
    assert send_due_letters(at=NOW) == 1
    assert (seen(broken).state, seen(sound).state) == (State.FAILED, State.SENT)
    assert (told(broken), seen(broken).as_sent) == (["failed"], {})
    assert "code" in seen(broken).error


# --- In doubt ------------------------------------------------------------------------------------


def test_a_receipt_in_doubt_is_repeated_once_by_itself():
    receipt = owed(kind=RECEIPT)
    at = dead_worker(receipt)
    assert send_due_letters(at=at) == 1
    assert (seen(receipt).state, seen(receipt).doubts) == (State.SENT, 1)
    assert told(receipt) == ["uncertain", "queued"]


def test_a_receipt_in_doubt_a_second_time_waits_for_staff():
    receipt = owed(kind=RECEIPT)
    at = dead_worker(receipt)
    sweep(at=at)
    (leased,) = claim(at=at)
    assert begin(leased, at=at)
    assert send_due_letters(at=at + LEASE) == 0
    assert (seen(receipt).state, seen(receipt).doubts) == (State.UNCERTAIN, 2)
    assert told(receipt) == ["uncertain", "queued", "uncertain"]
    assert mail.outbox == []


@pytest.mark.parametrize("kind", [REMINDER, CODE, "unknown_account"])
def test_no_other_letter_in_doubt_is_repeated_by_itself(kind):
    letter = owed(kind=kind)
    assert send_due_letters(at=dead_worker(letter)) == 0
    assert (seen(letter).state, seen(letter).doubts, told(letter)) == (State.UNCERTAIN, 1, ["uncertain"])


def test_a_receipt_whose_line_broke_is_repeated_by_the_next_run(sink):
    sink.on_data.append(hang_up)
    receipt = owed(kind=RECEIPT)
    assert send_due_letters(at=NOW) == 0
    assert seen(receipt).state == State.UNCERTAIN
    assert send_due_letters(at=NOW + MINUTE) == 1
    assert seen(receipt).state == State.SENT


@pytest.mark.parametrize(("expires_at", "state"), [(NOW + LEASE, State.UNCERTAIN), (NOW + LEASE + SECOND, State.QUEUED)])
def test_what_is_over_is_not_repeated(expires_at, state):
    receipt = owed(kind=RECEIPT, expires_at=expires_at)
    sweep(at=dead_worker(receipt))
    assert seen(receipt).state == state


def test_what_was_withdrawn_while_in_doubt_is_not_repeated():
    withdrawn, other = owed(kind=RECEIPT, occasion="receipt:1"), owed(kind=RECEIPT, occasion="receipt:2")
    for leased in claim(at=NOW):
        assert begin(leased, at=NOW)
    withdraw_letters("receipt:1", at=NOW)
    assert send_due_letters(at=NOW + LEASE) == 1
    assert (seen(withdrawn).state, seen(other).state) == (State.UNCERTAIN, State.SENT)


@pytest.mark.parametrize("in_hand", [True, False])
def test_a_repeat_that_comes_too_late_leaves_the_doubt(in_hand):
    receipt = owed(kind=RECEIPT, expires_at=NOW + LEASE + MINUTE)
    sweep(at=dead_worker(receipt))
    assert seen(receipt).state == State.QUEUED
    late = NOW + LEASE + MINUTE
    if in_hand:
        (leased,) = claim(at=late)
        assert not send_one(leased, mail.get_connection(), lambda: late)
    else:
        sweep(at=late)
    assert (seen(receipt).state, seen(receipt).troubled_at) == (State.UNCERTAIN, late)
    assert told(receipt) == ["uncertain", "queued", "uncertain"]
    assert send_due_letters(at=late + MINUTE) == 0


def test_a_repeat_says_word_for_word_what_may_have_arrived():
    receipt = owed(kind=RECEIPT, context={"consultation": "Old", "numbers": "1"}, link=None)
    at = dead_worker(receipt)
    written = seen(receipt).as_sent
    LetterText.objects.create(kind=RECEIPT, language="pl", subject="New", body="New", why="New", changed_at=NOW)
    Letter.objects.update(context={"consultation": "New"})
    assert send_due_letters(at=at) == 1
    assert (mail.outbox[0].subject, seen(receipt).as_sent) == (written["subject"], written)


def test_a_letter_put_off_is_written_anew_with_the_words_of_the_day(sink):
    sink.on_recipient.append("451 4.7.1 greylisted")
    letter = owed()
    send_due_letters(at=NOW)
    LetterText.objects.create(kind=letter.kind, language="pl", subject="New", body="New", why="New", changed_at=NOW)
    send_due_letters(at=NOW + timedelta(hours=1))
    assert seen(letter).as_sent == {"subject": "New", "body": "New", "why": "New"}


def test_the_words_stay_with_a_letter_as_they_left():
    letter = owed(kind=RECEIPT, context={"consultation": "Program {numbers}", "numbers": "U/2027/001"})
    send_due_letters(at=NOW)
    said = seen(letter).as_sent
    assert set(said) == {"subject", "body", "why"}
    assert said["subject"] == mail.outbox[0].subject
    assert "Program {numbers}" in said["body"]


def test_the_words_of_a_letter_with_a_secret_are_kept_nowhere(sink):
    sink.on_data.append("451 4.3.0 come back later")
    code = owed(kind=CODE, context={"code": "123456"}, expires_at=NOW + timedelta(hours=2))
    send_due_letters(at=NOW)
    assert seen(code).as_sent == {}
    send_due_letters(at=NOW + timedelta(hours=1))
    assert (seen(code).state, seen(code).as_sent, seen(code).context) == (State.SENT, {}, {})


def test_knowing_ends_the_doubt_even_when_the_repeat_waits(monkeypatch):
    receipt = owed(kind=RECEIPT)
    (leased,) = claim(at=NOW)
    monkeypatch.setattr(sending, "hand_over", lambda *args: sweep(at=NOW + LEASE))
    assert send_one(leased, mail.get_connection(), lambda: NOW)
    assert (seen(receipt).state, told(receipt)) == (State.SENT, ["uncertain", "queued", "sent"])
    assert (seen(receipt).troubled_at, claim(at=NOW + LEASE)) == (None, [])


def test_what_a_slow_worker_learns_does_not_reach_a_letter_that_staff_owe_anew(monkeypatch):
    letter = owed()
    (leased,) = claim(at=NOW)

    def slowly(*args):
        sweep(at=NOW + LEASE)
        retry_letter(letter, by=person(), at=NOW + LEASE)

    monkeypatch.setattr(sending, "hand_over", slowly)
    assert not send_one(leased, mail.get_connection(), lambda: NOW)
    assert seen(letter).state == State.QUEUED


# --- A clock that moves --------------------------------------------------------------------------


def test_a_clock_set_back_sends_later_and_nothing_twice(sink):
    sink.on_recipient.append("451 4.7.1 greylisted")
    put_off, leased = owed("jan@example.org"), owed()
    send_due_letters(at=NOW)  # one put off, one sent
    other = owed("ewa@example.org", at=NOW)
    claim(at=NOW)
    back = NOW - timedelta(hours=1)
    assert send_due_letters(at=back) == 0
    assert [seen(each).state for each in (put_off, leased, other)] == [State.QUEUED, State.SENT, State.LEASED]
    assert send_due_letters(at=NOW + LEASE) == 2
    assert send_due_letters(at=NOW + timedelta(days=1)) == 0
    assert sorted(envelope.rcpt_tos[0][:3] for envelope in sink.accepted) == ["ann", "ewa", "jan"]


def test_a_clock_set_forward_and_back_leaves_no_letter_behind():
    letter = owed()
    claim(at=NOW + timedelta(days=1))
    assert send_due_letters(at=NOW) == 0
    assert send_due_letters(at=NOW + timedelta(days=1) + LEASE) == 1
    assert seen(letter).attempt == 2


# --- Staff ---------------------------------------------------------------------------------------


def test_many_letters_sent_once_more_and_those_left_with_the_reason():
    failed, doubtful, late, sent = owed(), owed(), owed(expires_at=NOW), owed()
    Letter.objects.filter(pk__in=[failed.pk, late.pk]).update(state=State.FAILED)
    Letter.objects.filter(pk=doubtful.pk).update(state=State.UNCERTAIN)
    Letter.objects.filter(pk=sent.pk).update(state=State.SENT, sent_at=NOW)
    result = retry_letters(Letter.objects.order_by("pk"), by=person(), at=NOW)
    assert result.done == 2
    assert result.skipped == [(late, LetterCameTooLate.in_words), (sent, LetterIsNotInTrouble.in_words)]
    assert send_due_letters(at=NOW) == 2


def test_waiting_letters_are_cancelled_and_the_others_left_with_the_reason():
    queued, leased, sending_now, sent = owed(), owed(), owed(), owed()
    Letter.objects.filter(pk=leased.pk).update(state=State.LEASED, attempt=1)
    Letter.objects.filter(pk=sending_now.pk).update(state=State.SENDING, attempt=1)
    Letter.objects.filter(pk=sent.pk).update(state=State.SENT, sent_at=NOW)
    by = person("", Role.COORDINATOR)
    result = cancel_letters(Letter.objects.order_by("pk"), by=by, at=NOW)
    assert result.done == 2
    assert result.skipped == [(sending_now, LetterIsNotWaiting.in_words), (sent, LetterIsNotWaiting.in_words)]
    for letter in (queued, leased):
        assert (seen(letter).state, seen(letter).history[0]["by"]) == (State.OBSOLETE, by.email)
    assert send_due_letters(at=NOW) == 0


def test_what_staff_cancelled_is_not_owed_again_and_what_was_withdrawn_is():
    for occasion in ("signup_closes:1", "signup_closes:2"):
        owed(kind=REMINDER, occasion=occasion)
    cancel_letter(Letter.objects.get(occasion="signup_closes:1"), by=person(), at=NOW)
    withdraw_letters("signup_closes:2", at=NOW)
    for occasion in ("signup_closes:1", "signup_closes:2"):
        owe_letter("anna@example.org", kind=REMINDER, occasion=occasion, at=NOW + MINUTE)
    assert [letter.occasion for letter in Letter.objects.filter(state=State.QUEUED)] == ["signup_closes:2"]


def test_what_staff_once_sent_again_and_a_deadline_withdrew_is_owed_again():
    letter = owed(kind=REMINDER, occasion="signup_closes:1")
    Letter.objects.update(state=State.FAILED)
    retry_letter(letter, by=person(), at=NOW)
    withdraw_letters("signup_closes:1", at=NOW)
    owe_letter("anna@example.org", kind=REMINDER, occasion="signup_closes:1", at=NOW)
    assert seen(letter).state == State.QUEUED


# --- Health --------------------------------------------------------------------------------------


def test_the_health_of_the_outbox_in_four_queries(django_assert_num_queries):
    for number, state in enumerate([State.QUEUED, State.QUEUED, State.FAILED, State.UNCERTAIN, State.UNCERTAIN, State.OBSOLETE]):
        letter = owed(at=NOW - number * MINUTE)
        Letter.objects.filter(pk=letter.pk).update(state=state)
    suppress("anna@example.org", reason="550", at=NOW)
    Heartbeat.objects.create(task="accounts.drain", at=NOW - 3 * SECOND)
    with django_assert_num_queries(4):
        health = outbox_health(NOW)
    assert (health.queued, health.oldest_queued_at) == (2, NOW - MINUTE)
    assert (health.failed, health.uncertain, health.suppressed) == (1, 2, 1)
    assert health.since_beat == {"accounts.drain": 3 * SECOND}


def test_an_empty_outbox_is_healthy():
    health = outbox_health(NOW)
    assert (health.queued, health.oldest_queued_at, health.failed, health.uncertain) == (0, None, 0, 0)
