"""One dialogue with a mail server, and what its end means for the letter: taken, later, never, or nobody knows."""

import re
import smtplib
from contextlib import suppress
from datetime import timedelta

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from accounts.suppression import says_no_such_mailbox

# (first pause, longest pause): servers that are away come back soon, those that make strangers wait mean minutes.
QUICK = (timedelta(seconds=10), timedelta(minutes=15))
SLOW = (timedelta(minutes=1), timedelta(minutes=30))


class NotAccepted(Exception):
    """The server does not have the letter, and the next try comes after a pause of this pace."""

    def __init__(self, reason: str, pace: tuple[timedelta, timedelta] = QUICK) -> None:
        super().__init__(reason)
        self.pace = pace


class ServerIsAway(NotAccepted):
    """Nobody answers, or we may not come in: no letter can leave now."""


class RefusedForGood(Exception):
    pass


class NobodyThere(RefusedForGood):
    """The recipient's mailbox does not exist."""


class InDoubt(Exception):
    """The line broke while the text was being handed over: nobody can know whether the server has it."""


def reach(connection: BaseEmailBackend) -> None:
    """Open the connection if it is not open. Nothing was handed over yet, so every failure is a mere delay."""
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        # A server that lets in only so many is not asked again every few seconds.
        is_throttled = isinstance(error, smtplib.SMTPResponseException) and 400 <= error.smtp_code < 500
        raise ServerIsAway(words_of(error), SLOW if is_throttled else QUICK) from error


def hand_over(message: EmailMessage, connection: BaseEmailBackend) -> None:
    """Returns when the server has the message. Raises NotAccepted, RefusedForGood, NobodyThere or InDoubt."""
    try:
        connection.send_messages([message])
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        raise _refusal(code, said, error) from error
    except smtplib.SMTPResponseException as error:
        raise _refusal(error.smtp_code, error.smtp_error, error) from error
    except (OSError, smtplib.SMTPServerDisconnected) as error:
        raise (InDoubt if _was_handing_over(error) else NotAccepted)(words_of(error)) from error
    except (smtplib.SMTPException, ValueError) as error:
        raise RefusedForGood(words_of(error)) from error


def hang_up(connection: BaseEmailBackend) -> None:
    # What the server says to our good-bye changes nothing any more.
    with suppress(OSError, smtplib.SMTPException):
        connection.close()


def words_of(error: Exception) -> str:
    is_ours = isinstance(error, NotAccepted | RefusedForGood | InDoubt)
    return (str(error) if is_ours else in_one_line(f"{type(error).__name__}: {error}"))[:300]


def in_one_line(said: str) -> str:
    """What another server said, as a row can hold it: PostgreSQL keeps no NUL."""
    return re.sub(r"[\s\x00-\x1f\x7f]+", " ", said).strip()


def _refusal(code: int, said: bytes | str, error: smtplib.SMTPException) -> Exception:
    words = in_one_line(f"{code} {said.decode('utf-8', 'replace') if isinstance(said, bytes) else said}")
    is_about_recipient = isinstance(error, smtplib.SMTPRecipientsRefused)
    if 500 <= code < 600:
        return (NobodyThere if is_about_recipient and says_no_such_mailbox(code, words) else RefusedForGood)(words)
    if isinstance(error, smtplib.SMTPDataError) and not 400 <= code < 500:
        return InDoubt(words)  # the text is over there, and the answer is gibberish
    # 421 closes the line, whoever it was said about.
    return NotAccepted(words, SLOW if is_about_recipient and code != 421 else QUICK)


def _was_handing_over(error: BaseException) -> bool:
    """Whether the line broke inside DATA; before it, the server certainly has nothing."""
    frame = error.__traceback__
    while frame:
        if frame.tb_frame.f_code is smtplib.SMTP.data.__code__:
            return True
        frame = frame.tb_next
    return False
