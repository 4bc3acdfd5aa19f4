"""Carrying the outbox out: queued -> leased -> sending -> sent, each step a conditional update whose count is looked at.

`attempt` is the fence: it rises with each claim, so a worker that was given up for dead changes nothing any more.
No transaction is open while a mail server is talked to. Whatever goes wrong is written into the letter's history by
the same update that moves it.
"""

import json
import logging
import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection as database
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from accounts.dialogue import (
    InDoubt,
    NobodyThere,
    NotAccepted,
    RefusedForGood,
    ServerIsAway,
    hand_over,
    hang_up,
    reach,
    words_of,
)
from accounts.kinds import OPTIONAL_KINDS, REPEATED_KINDS, SECRET_KINDS
from accounts.models import TROUBLE, Letter, State, Suppression
from accounts.rendering import as_message, texts
from accounts.suppression import lift_suppression, suppress
from accounts.texts import OwnTexts, own_texts

logger = logging.getLogger(__name__)

# Claimed together and carried over one connection; many servers take no more than a hundred over one.
BATCH = 50
# Longer than the slowest dialogue with a mail server (EMAIL_TIMEOUT for each of its answers).
LEASE = timedelta(minutes=5)
RUN = timedelta(minutes=4)
GIVE_UP_AFTER = timedelta(days=3)
# After days without a worker, the first "later" is no reason to give up.
LEAST_TRIES = 5
# A sweep drops no more than so many letters that came too late; the next one drops the rest.
DROPPED_AT_ONCE = 500

# Written out: every letter takes both, and composing them anew takes longer than handing the letter over.
BEGIN = """
    UPDATE accounts_letter SET state = 'sending', lease_until = %s, as_sent = %s
    WHERE state = 'leased' AND id = %s AND attempt = %s
"""
ARRIVED = """
    UPDATE accounts_letter SET state = 'sent', sent_at = %s, lease_until = NULL, error = '', troubled_at = NULL
    WHERE state = 'sending' AND id = %s AND attempt = %s
"""
# It need not wait for the disk: a database that crashes and forgets it leaves a doubt. What repeats in doubt may then
# come twice, a reminder never.
WITHOUT_WAITING = {"postgresql": "RETURNING set_config('synchronous_commit', 'off', true)"}

Clock = Callable[[], datetime]


def send_due_letters(*, at: datetime) -> int:
    """Send what is due at `at` and what becomes due within this run; how many letters left."""
    clock, end = _running_from(at), at + RUN
    sweep(at=at)
    sent = 0
    while clock() < end and (batch := claim(at=clock())):
        connection, own = get_connection(), own_texts()
        try:
            for letter in batch:
                if clock() < end:
                    sent += send_one(letter, connection, clock, own)
                else:  # a slow server's: the next run need not wait until their lease runs out
                    _mine(letter, State.LEASED).update(state=State.QUEUED, lease_until=None)
        except ServerIsAway as error:
            # Nobody waits for the same closed door once per letter; the next drain knocks again.
            for letter in batch:
                _put_off(letter, error, at=clock())
            break
        finally:
            hang_up(connection)
    return sent


def sweep(*, at: datetime) -> None:
    """Put right what dead workers left behind, repeat receipts in doubt once, drop what came too late."""
    _take_from_the_dead(at)
    with transaction.atomic():
        doubtful = Letter.objects.filter(state=State.UNCERTAIN, doubts=1, kind__in=REPEATED_KINDS).exclude(expires_at__lte=at)
        for letter in doubtful.select_for_update(skip_locked=True):
            _move(letter, State.UNCERTAIN, State.QUEUED, _("It is sent once more by itself."), at=at, next_attempt_at=at)
    with transaction.atomic():
        late = Letter.objects.filter(state=State.QUEUED, expires_at__lte=at).select_for_update(skip_locked=True)
        for letter in late[:DROPPED_AT_ONCE]:
            _drop(letter, State.QUEUED, at=at)
    given_up = Letter.objects.filter(kind__in=SECRET_KINDS, state__in=(*TROUBLE, State.OBSOLETE))
    given_up.exclude(context={}).update(context={})


@transaction.atomic
def _take_from_the_dead(at: datetime) -> None:
    for letter in Letter.objects.abandoned(at).select_for_update(skip_locked=True):
        if letter.state == State.SENDING:
            _doubt(letter, _("A worker stopped while the letter was being handed over."), at=at)
        else:
            words = _("A worker stopped before the letter was handed over.")
            _move(letter, State.LEASED, State.QUEUED, words, at=at, next_attempt_at=at)


@transaction.atomic
def claim(*, at: datetime) -> list[Letter]:
    """Take the next letters for this worker alone. On SQLite the IMMEDIATE transaction lets one worker in at a time."""
    due = Letter.objects.due(at).order_by("next_attempt_at", "pk").select_for_update(skip_locked=True)
    keys = list(due.values_list("pk", flat=True)[:BATCH])
    Letter.objects.filter(pk__in=keys, state=State.QUEUED).update(
        state=State.LEASED, attempt=F("attempt") + 1, lease_until=at + LEASE
    )
    return list(Letter.objects.with_suppression().filter(pk__in=keys, state=State.LEASED).order_by("pk"))


def send_one(letter: Letter, connection: BaseEmailBackend, clock: Clock, own: OwnTexts | None = None) -> bool:
    """Send a leased letter; whether it left. What goes wrong with it is written into its row. Raises ServerIsAway."""
    if letter.expires_at and letter.expires_at <= clock():
        _drop(letter, State.LEASED, at=clock())
        return False
    if letter.is_suppressed and letter.kind in OPTIONAL_KINDS:
        _move(letter, State.LEASED, State.SUPPRESSED, _("The address refuses letters."), at=clock())
        return False
    try:
        message = _write(letter, own)
    except Exception as error:  # one letter that cannot be written must not keep the others waiting
        logger.exception("Letter %s cannot be written.", letter.pk)
        _move(letter, State.LEASED, State.FAILED, words_of(error), at=clock())
        return False
    reach(connection)
    if not begin(letter, at=clock()):
        return False  # withdrawn meanwhile, or our lease ran out and another worker has it
    try:
        hand_over(message, connection)
    except NotAccepted as error:
        _put_off(letter, error, at=clock())
    except RefusedForGood as error:
        _fail(letter, error, at=clock())
    except InDoubt as error:
        _doubt(letter, words_of(error), at=clock())
    else:
        return _arrived(letter, at=clock())
    hang_up(connection)
    return False


def begin(letter: Letter, *, at: datetime) -> bool:
    """The last moment at which a letter can be withdrawn; whether it is still ours to send."""
    return _execute(BEGIN, _moment(at + LEASE), json.dumps(letter.as_sent), letter.pk, letter.attempt)


def _write(letter: Letter, own: OwnTexts | None = None) -> EmailMessage:
    """The message; its texts stay with the letter. One that may have arrived already is repeated word for word."""
    said = letter.as_sent if letter.doubts and letter.as_sent else texts(letter, own)
    letter.as_sent = {} if letter.kind in SECRET_KINDS else said
    return as_message(letter, said)


def _arrived(letter: Letter, *, at: datetime) -> bool:
    """The server has it; whether that was news."""
    if letter.kind in SECRET_KINDS:
        _mine(letter, State.SENDING).update(context={})
    if not _execute(ARRIVED + WITHOUT_WAITING.get(database.vendor, ""), _moment(at), letter.pk, letter.attempt):
        with transaction.atomic():
            # The lease ran out in a slow dialogue, and the letter was doubted: now we know, and knowing ends the doubt.
            doubted = _mine(letter, State.UNCERTAIN, State.QUEUED).filter(owed_at=letter.owed_at).select_for_update().first()
            if not doubted:
                return False
            words = _("A slow mail server has it after all.")
            _move(doubted, (State.UNCERTAIN, State.QUEUED), State.SENT, words, at=at, sent_at=at, error="")
    if letter.is_suppressed:
        for suppression in Suppression.objects.active().filter(email=letter.to, by_bounce=False):
            lift_suppression(suppression, by=None, at=at)
    return True


def _put_off(letter: Letter, error: NotAccepted, *, at: datetime) -> None:
    first, longest = error.pace
    # As long as it has waited, which doubles the pauses and begins anew with a letter owed anew; but waiting for a worker
    # is no try.
    pause = min(max(first, at - letter.owed_at), first * 2 ** min(letter.attempt - 1, 12), longest)
    given_up = at >= letter.owed_at + GIVE_UP_AFTER and letter.attempt >= LEAST_TRIES
    _move(
        letter,
        (State.LEASED, State.SENDING),
        State.FAILED if given_up else State.QUEUED,
        words_of(error),
        at=at,
        # Jitter, so that letters refused together do not come back together.
        next_attempt_at=at + pause * random.uniform(0.75, 1.25),  # noqa: S311 - no secret
    )


@transaction.atomic
def _fail(letter: Letter, error: RefusedForGood, *, at: datetime) -> None:
    _move(letter, State.SENDING, State.FAILED, words_of(error), at=at)
    if isinstance(error, NobodyThere):
        suppress(letter.to, reason=words_of(error), at=at)


def _doubt(letter: Letter, words: str, *, at: datetime) -> None:
    _move(letter, State.SENDING, State.UNCERTAIN, words, at=at, doubts=letter.doubts + 1)


def _drop(letter: Letter, old: State, *, at: datetime) -> None:
    """It is too late. Of a letter that may have arrived already, the doubt stays."""
    words = _("What the letter was about was over before it could leave.")
    _move(letter, old, State.UNCERTAIN if letter.doubts else State.OBSOLETE, words, at=at)


def _move(letter: Letter, old: State | tuple[State, ...], new: State, words: str, *, at: datetime, **more: object) -> None:
    """Where a letter goes when it does not leave, and why. The row in hand is current: `attempt`, or a lock, fences it."""
    _mine(letter, *(old if isinstance(old, tuple) else (old,))).update(
        state=new,
        lease_until=None,
        troubled_at=at if new in TROUBLE else None,
        history=letter.history_with(new, words, at=at),
        **{"error": words, **more},
    )


def _mine(letter: Letter, *states: State) -> QuerySet[Letter]:
    return Letter.objects.filter(pk=letter.pk, attempt=letter.attempt, state__in=states)


def _execute(statement: str, *values: Any) -> bool:
    """Whether the row was still ours to move."""
    with database.cursor() as cursor:
        cursor.execute(statement, values)
        return bool(cursor.rowcount)


def _moment(at: datetime) -> Any:
    return database.ops.adapt_datetimefield_value(at)


def _running_from(at: datetime) -> Clock:
    """A stopwatch laid on `at`: leases and pauses count what a slow mail server took."""
    started = time.monotonic()
    return lambda: at + timedelta(seconds=time.monotonic() - started)
