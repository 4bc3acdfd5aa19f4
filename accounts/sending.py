"""Carrying the outbox out: queued -> leased -> sending -> sent, each step a conditional update whose count is looked at.

`attempt` is the fence: it rises with each claim, so a worker that was given up for dead changes nothing any more.
No transaction is open while a mail server is talked to.
"""

import logging
import random
import smtplib
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import SECRET_KINDS, Letter, Rate, State
from accounts.rendering import as_message

logger = logging.getLogger(__name__)

BATCH = 10
# Longer than the slowest dialogue with a mail server (EMAIL_TIMEOUT for each of its answers).
LEASE = timedelta(minutes=5)
RUN = timedelta(minutes=4)
GIVE_UP_AFTER = timedelta(days=3)
# (first pause, longest pause): servers that are away come back soon, those that make strangers wait mean minutes.
QUICK = (timedelta(seconds=10), timedelta(minutes=15))
SLOW = (timedelta(minutes=1), timedelta(minutes=30))

Clock = Callable[[], datetime]


class NotAccepted(Exception):
    """The server does not have the letter, and the next try comes after a pause of this pace."""

    def __init__(self, reason: str, pace: tuple[timedelta, timedelta] = QUICK) -> None:
        super().__init__(reason)
        self.pace = pace


class ServerIsAway(NotAccepted):
    """Nobody answers, or we may not come in: no letter can leave now."""


class RefusedForGood(Exception):
    pass


class InDoubt(Exception):
    """The line broke while the text was being handed over: nobody can know whether the server has it."""


def send_due_letters(*, at: datetime) -> int:
    """Send what is due at `at` and what becomes due within this run; how many letters left."""
    clock = _running_from(at)
    sweep(at=at)
    sent = 0
    while clock() < at + RUN and (batch := claim(at=clock())):
        connection = get_connection()
        try:
            for letter in batch:
                # What a slow server leaves over goes back into the queue when its lease runs out.
                sent += clock() < at + RUN and send_one(letter, connection, clock)
        except ServerIsAway as error:
            # Nobody waits for the same closed door once per letter; the next drain knocks again.
            for letter in batch:
                _put_off(letter, error, at=clock())
            break
        finally:
            _hang_up(connection)
    return sent


def sweep(*, at: datetime) -> None:
    """Put right what dead workers left behind, drop what came too late and counts nobody asks for."""
    abandoned = Letter.objects.abandoned(at)
    abandoned.filter(state=State.LEASED).update(state=State.QUEUED, next_attempt_at=at, lease_until=None)
    abandoned.filter(state=State.SENDING).update(
        state=State.UNCERTAIN, lease_until=None, error=_("A worker stopped while the letter was being handed over.")
    )
    Letter.objects.filter(state=State.QUEUED, expires_at__lte=at).update(state=State.OBSOLETE)
    given_up = Letter.objects.filter(kind__in=SECRET_KINDS, state__in=(State.UNCERTAIN, State.FAILED, State.OBSOLETE))
    given_up.exclude(context={}).update(context={})
    Rate.objects.filter(window__lt=at - timedelta(days=7)).delete()


@transaction.atomic
def claim(*, at: datetime) -> list[Letter]:
    """Take the next letters for this worker alone. On SQLite the IMMEDIATE transaction lets one worker in at a time."""
    due = Letter.objects.due(at).order_by("next_attempt_at", "pk").select_for_update(skip_locked=True)
    keys = list(due.values_list("pk", flat=True)[:BATCH])
    Letter.objects.filter(pk__in=keys, state=State.QUEUED).update(
        state=State.LEASED, attempt=F("attempt") + 1, lease_until=at + LEASE
    )
    return list(Letter.objects.filter(pk__in=keys, state=State.LEASED).order_by("pk"))


def send_one(letter: Letter, connection: BaseEmailBackend, clock: Clock) -> bool:
    """Send a leased letter; whether it left. What goes wrong with it is written into its row. Raises ServerIsAway."""
    if letter.expires_at and letter.expires_at <= clock():
        _move(letter, State.LEASED, State.OBSOLETE)
        return False
    try:
        message = as_message(letter)
    except Exception as error:  # one letter that cannot be written must not keep the others waiting
        logger.exception("Letter %s cannot be written.", letter.pk)
        _move(letter, State.LEASED, State.FAILED, error=_words(error))
        return False
    _reach(connection)
    if not begin(letter, at=clock()):
        return False  # withdrawn meanwhile, or our lease ran out and another worker has it
    try:
        _hand_over(message, connection)
    except NotAccepted as error:
        _put_off(letter, error, at=clock())
    except RefusedForGood as error:
        _move(letter, State.SENDING, State.FAILED, error=_words(error))
    except InDoubt as error:
        _move(letter, State.SENDING, State.UNCERTAIN, error=_words(error))
    else:
        context = {} if letter.kind in SECRET_KINDS else letter.context
        # The lease may have run out in a slow dialogue: now we know, and knowing ends the doubt.
        mine = Letter.objects.filter(pk=letter.pk, attempt=letter.attempt, state__in=(State.SENDING, State.UNCERTAIN))
        return bool(mine.update(state=State.SENT, sent_at=clock(), lease_until=None, error="", context=context))
    _hang_up(connection)
    return False


def begin(letter: Letter, *, at: datetime) -> bool:
    """The last moment at which a letter can be withdrawn; whether it is still ours to send."""
    mine = Letter.objects.filter(pk=letter.pk, state=State.LEASED, attempt=letter.attempt)
    return bool(mine.update(state=State.SENDING, lease_until=at + LEASE))


def _reach(connection: BaseEmailBackend) -> None:
    """Open the connection if it is not open. Nothing was handed over yet, so every failure is a mere delay."""
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        raise ServerIsAway(_words(error)) from error


def _hand_over(message: EmailMessage, connection: BaseEmailBackend) -> None:
    try:
        connection.send_messages([message])
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        _refused(code, said, SLOW, error)
    except smtplib.SMTPResponseException as error:
        _refused(error.smtp_code, error.smtp_error, QUICK, error)
    except (OSError, smtplib.SMTPServerDisconnected) as error:
        if _while_handing_over(error):
            raise InDoubt(_words(error)) from error
        raise NotAccepted(_words(error)) from error
    except (smtplib.SMTPException, ValueError) as error:
        raise RefusedForGood(_words(error)) from error


def _refused(code: int, said: bytes | str, pace: tuple[timedelta, timedelta], error: Exception) -> None:
    words = f"{code} {said.decode('utf-8', 'replace') if isinstance(said, bytes) else said}"
    # 421 closes the line, whoever it was said about.
    if 400 <= code < 500 or code == -1:
        raise NotAccepted(words, QUICK if code == 421 else pace) from error
    raise RefusedForGood(words) from error


def _while_handing_over(error: BaseException) -> bool:
    """Whether the line broke inside DATA; before it, the server certainly has nothing."""
    frame = error.__traceback__
    while frame:
        if frame.tb_frame.f_code is smtplib.SMTP.data.__code__:
            return True
        frame = frame.tb_next
    return False


def _put_off(letter: Letter, error: NotAccepted, *, at: datetime) -> None:
    first, longest = error.pace
    # Jitter, so that letters refused together do not come back together.
    pause = min(first * 2 ** min(letter.attempt - 1, 12), longest) * random.uniform(0.75, 1.25)  # noqa: S311 - no secret
    given_up = at >= letter.owed_at + GIVE_UP_AFTER
    mine = Letter.objects.filter(pk=letter.pk, attempt=letter.attempt, state__in=(State.LEASED, State.SENDING))
    mine.update(
        state=State.FAILED if given_up else State.QUEUED, next_attempt_at=at + pause, lease_until=None, error=_words(error)
    )


def _move(letter: Letter, old: State, new: State, *, error: str = "") -> None:
    Letter.objects.filter(pk=letter.pk, state=old, attempt=letter.attempt).update(state=new, lease_until=None, error=error)


def _hang_up(connection: BaseEmailBackend) -> None:
    # What the server says to our good-bye changes nothing any more.
    with suppress(OSError, smtplib.SMTPException):
        connection.close()


def _words(error: Exception) -> str:
    return (str(error) if isinstance(error, NotAccepted | RefusedForGood | InDoubt) else f"{type(error).__name__}: {error}")[:300]


def _running_from(at: datetime) -> Clock:
    """A stopwatch laid on `at`: leases and pauses count what a slow mail server took."""
    started = time.monotonic()
    return lambda: at + timedelta(seconds=time.monotonic() - started)
