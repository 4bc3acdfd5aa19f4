"""A mail server at its worst: nothing is lost, nothing leaves twice, and what it said stands in the letter's row."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core import mail

from accounts import sending
from accounts.dialogue import QUICK, SLOW, InDoubt, NobodyThere, NotAccepted, RefusedForGood, ServerIsAway, hand_over, reach
from accounts.models import Letter, State
from accounts.rendering import as_message
from accounts.sending import BATCH, RUN, send_due_letters
from tests.factories.accounts import NOW, SECOND, owed

pytestmark = pytest.mark.django_db


@contextmanager
def door(settings, greeting: bytes | None) -> Iterator[None]:
    """A server that says this to everybody who comes and hangs up, or with None says nothing for ever."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.getsockname()[:2]
        settings.EMAIL_TIMEOUT = 1

        def answer() -> None:
            visitor, _ = server.accept()
            with visitor:
                visitor.sendall(greeting or b"")
                visitor.shutdown(socket.SHUT_WR)

        thread = threading.Thread(target=answer)
        if greeting is not None:
            thread.start()
        yield
        if greeting is not None:
            thread.join(timeout=10)


@pytest.mark.parametrize(
    ("greeting", "pace"),
    [
        (b"421 4.7.0 Too many connections from your address\r\n", SLOW),
        (b"451 4.3.2 Please try again later\r\n", SLOW),
        (b"554 5.7.1 No SMTP service here\r\n", QUICK),
        (b"", QUICK),
        (None, QUICK),
    ],
    ids=["throttles", "is-busy", "lets-nobody-in", "hangs-up", "is-frozen"],
)
def test_a_closed_door_puts_every_letter_off_at_its_pace(settings, greeting, pace):
    for _ in range(3):
        owed()
    with door(settings, greeting):
        assert send_due_letters(at=NOW) == 0
    for letter in Letter.objects.all():
        assert letter.state == State.QUEUED
        assert 0.75 * pace[0] <= letter.next_attempt_at - NOW <= 1.25 * pace[0] + 5 * SECOND
        assert letter.error
        assert [line["what"] for line in letter.history] == ["queued"]


def test_what_was_said_at_the_door_is_known(settings):
    with door(settings, b"421 4.7.0 Too many connections\r\n"), pytest.raises(ServerIsAway, match="Too many connections"):
        reach(mail.get_connection())


def test_an_answer_that_no_row_can_hold_is_kept_without_its_poison(sink):
    sink.on_recipient.append("550 5.7.1 no\x00 letters\t today")
    letter = owed()
    send_due_letters(at=NOW)
    letter.refresh_from_db()
    assert (letter.state, letter.error) == (State.FAILED, "550 5.7.1 no letters today")


@pytest.mark.parametrize(
    ("where", "reply", "means", "pace"),
    [
        ("on_mail", "421 4.7.0 closing", NotAccepted, QUICK),
        ("on_mail", "550 5.7.1 sender not allowed", RefusedForGood, None),
        ("on_recipient", "421 4.7.0 too many recipients", NotAccepted, QUICK),
        ("on_recipient", "451 4.7.1 greylisted", NotAccepted, SLOW),
        ("on_recipient", "452 4.2.2 over quota", NotAccepted, SLOW),
        ("on_recipient", "550 5.1.1 User unknown", NobodyThere, None),
        ("on_recipient", "550 5.7.1 policy", RefusedForGood, None),
        ("on_recipient", "554 5.7.1 blocked", RefusedForGood, None),
        ("on_recipient", "??? gibberish", NotAccepted, SLOW),
        ("on_data", "421 4.3.0 shutting down", NotAccepted, QUICK),
        ("on_data", "452 4.3.1 no space", NotAccepted, QUICK),
        ("on_data", "554 5.7.1 this looks like spam", RefusedForGood, None),
        ("on_data", "550 5.1.1 User unknown", RefusedForGood, None),
        # The text is over there: whoever answers like this may have kept it.
        ("on_data", "??? gibberish", InDoubt, None),
        ("on_data", "251 forwarded", InDoubt, None),
    ],
)
def test_what_an_answer_means(sink, where, reply, means, pace):
    getattr(sink, where).append(reply)
    message, connection = as_message(owed()), mail.get_connection()
    reach(connection)
    with pytest.raises(means) as ended:
        hand_over(message, connection)
    assert type(ended.value) is means
    assert reply.split()[-1] in str(ended.value)
    assert getattr(ended.value, "pace", None) == pace
    connection.close()


def test_a_server_that_closes_after_so_many_letters_gets_the_rest_over_a_new_line(sink):
    sink.on_mail += ["", "421 4.7.0 too many letters over this connection"]
    letters = [owed() for _ in range(3)]
    assert send_due_letters(at=NOW) == 2
    assert [Letter.objects.get(pk=letter.pk).state for letter in letters] == [State.SENT, State.QUEUED, State.SENT]
    assert sink.sessions == 2
    assert send_due_letters(at=NOW + timedelta(minutes=1)) == 1


def test_a_connection_carries_one_batch(sink):
    for number in range(BATCH + 1):
        owed(f"person{number}@example.org")
    assert send_due_letters(at=NOW) == BATCH + 1
    assert sink.sessions == 2


def test_a_run_that_lasts_too_long_gives_back_what_it_has_not_tried(monkeypatch):
    """Nobody waits for the end of a lease when a slow server used up the time."""
    letters = [owed() for _ in range(3)]
    clock = iter([0, 0, 0, 1, 1, 1, 1, 1])

    def slowly(at):
        moments = [at, at + RUN]
        return lambda: moments[next(clock)]

    monkeypatch.setattr(sending, "_running_from", slowly)
    monkeypatch.setattr(sending, "send_one", lambda letter, *args: True)
    assert send_due_letters(at=NOW) == 1
    monkeypatch.undo()
    assert [Letter.objects.get(pk=letter.pk).state for letter in letters] == [State.LEASED, State.QUEUED, State.QUEUED]
    assert send_due_letters(at=NOW + SECOND) == 2
