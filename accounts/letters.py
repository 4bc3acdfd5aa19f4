"""The outbox: every e-mail is a row, owed once to one address for one occasion.

A row is written in the transaction that causes it. Celery is only woken: without a broker and without a worker
nothing is lost, the next drain finds the row.
"""

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from threading import Timer

from celery import current_app
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_email
from django.db import transaction
from django.db.models import Case, Count, F, Min, Q, QuerySet, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from kombu.pools import producers

from accounts.forgetting import stand_in
from accounts.identifiers import validate_one_mailbox
from accounts.kinds import KINDS, OPTIONAL_KINDS, SECRET_KINDS
from accounts.models import TROUBLE, WAITING, Heartbeat, Letter, State, Suppression, User
from accounts.tokens import Purpose

logger = logging.getLogger(__name__)

DRAIN = "accounts.drain"
# Seconds: what is owed within them leaves by one drain, and so by one message to the broker.
TOGETHER = 0.2
# Letters written by one statement.
BATCH = 1000
# After a broker did not answer, nobody waits for it again for so many seconds; the drain runs by itself anyway.
LEAVE_BROKER_ALONE = 20.0
# One try, half a second for each answer.
BROKER_PATIENCE = {"socket_timeout": 0.5, "socket_connect_timeout": 0.5, "health_check_interval": 0, "max_retries": 0}
LONGEST = MaxLengthValidator(Letter._meta.get_field("to").max_length or 0)


class AddressIsWrong(ValueError):
    in_words: Promise = _("A letter cannot be sent to this e-mail address. Look for a slip in it.")


class LetterStaysAsItIs(Exception):
    """What staff asked for does not fit the letter; `in_words` of each kind says why."""

    in_words: Promise


class LetterIsNotInTrouble(LetterStaysAsItIs):
    in_words: Promise = _("Only a letter that failed, is in doubt or was not sent to a refusing address can be sent once more.")


class SecretIsGone(LetterIsNotInTrouble):
    in_words: Promise = _(
        "A letter with a code or a link for signing in is not repeated: what it held is erased. "
        "Ask the person to request a new one on the sign-in page."
    )


class ContentIsGone(LetterIsNotInTrouble):
    in_words: Promise = _("What this letter said, and to whom, has been erased after its time. Write to the person yourself.")


class LetterCameTooLate(LetterIsNotInTrouble):
    in_words: Promise = _(
        "What this letter was about is over, so it is not sent any more. If it still matters, write to the person yourself."
    )


class AddressRefusesLetters(LetterIsNotInTrouble):
    in_words: Promise = _(
        "The mail server said that there is no such mailbox. Ask the person for the right address; "
        "if this one works again, lift the block of the address first."
    )


class LetterIsNotWaiting(LetterStaysAsItIs):
    in_words: Promise = _("Only a letter that still waits can be cancelled.")


@dataclass
class Done:
    """What an act on many letters came to: how many were done, and why the others were not."""

    done: int = 0
    skipped: list[tuple[Letter, Promise]] = field(default_factory=list)


@dataclass(frozen=True)
class Said:
    """What one address is to read, and in which language."""

    to: str  # as one_address() gives it
    context: dict[str, object]
    language: str
    link: tuple[Purpose, int]


@dataclass(frozen=True)
class OutboxHealth:
    queued: int
    oldest_queued_at: datetime | None
    failed: int
    uncertain: int
    suppressed: int  # addresses that refuse letters now
    since_beat: dict[str, timedelta]  # name of a periodic task: how long ago it last ran to its end


def owe_letter(
    to: str,
    *,
    kind: str,
    occasion: str,
    at: datetime,
    context: dict[str, object] | None = None,
    language: str = "pl",
    link: tuple[Purpose, int] | None = None,
    unfollow: int | None = None,
    calendar: str = "",
    expires_at: datetime | None = None,
    is_new: bool = False,
) -> None:
    """Owe one letter, in the caller's transaction. A second call for the same address and occasion changes nothing.

    Only a letter that was withdrawn unsent is owed again: a deadline may move away and come back. What staff cancelled
    stays cancelled. `occasion` is "<kind>:<object>:<pk>[:<moment>]". `is_new` says that this transaction has written the
    object, so that no letter of it can be known. Raises AddressIsWrong; KeyError for an unknown kind.
    """
    to, is_optional = one_address(to), not KINDS[kind].is_transactional
    # One whose content was erased stands under a stand-in of the address.
    both = {"to__in": (to, stand_in(to)), "occasion": occasion}
    known = None if is_new else Letter.objects.filter(**both).only("to", "state", "history").first()
    if known and (known.state != State.OBSOLETE or known.is_cancelled_by_staff or (expires_at and expires_at <= at)):
        return
    content: dict[str, object] = {
        "kind": kind,
        "language": language,
        "context": context or {},
        "link_purpose": link[0] if link else "",
        "link_pk": link[1] if link else None,
        "unfollow_pk": unfollow,
        "calendar": calendar,
        "owed_at": at,
        "expires_at": expires_at,
        "next_attempt_at": at,
    }
    letter = known or Letter(occasion=occasion)
    letter.to = to
    _owe(letter, content, is_optional=is_optional, at=at)


def owe_to_all(said: Iterable[Said], *, kind: str, occasion: str, at: datetime) -> None:
    """Owe many addresses one letter each for an occasion that this transaction has made, in a statement for a thousand.

    For kinds that go out whatever an address has refused.
    """
    letters = [
        Letter(
            to=one.to,
            kind=kind,
            occasion=occasion,
            language=one.language,
            context=one.context,
            link_purpose=one.link[0],
            link_pk=one.link[1],
            owed_at=at,
            next_attempt_at=at,
        )
        for one in said
    ]
    Letter.objects.bulk_create(letters, batch_size=BATCH)
    _wake_after_commit()


def _owe(letter: Letter, content: dict[str, object], *, is_optional: bool, at: datetime) -> None:
    """Write a new letter, or one that was withdrawn; to an address that refuses them, optional ones are not queued."""
    suppression = Suppression.objects.active().filter(email=letter.to).first() if is_optional else None
    if suppression:
        content |= {"state": State.SUPPRESSED, "history": letter.history_with(State.SUPPRESSED, suppression.reason, at=at)}
    else:
        content["state"] = State.QUEUED
        _wake_after_commit()
    if letter.pk:
        anew = {"to": letter.to, "error": "", "as_sent": {}, "doubts": 0, "emptied_at": None}
        Letter.objects.filter(pk=letter.pk, state=State.OBSOLETE).update(**content, **anew)
    else:
        Letter.objects.bulk_create([Letter(to=letter.to, occasion=letter.occasion, **content)], ignore_conflicts=True)


def withdraw_letters(occasion_prefix: str, *, at: datetime) -> None:
    """Letters not yet handed to the mail server become obsolete: "closing:stage:1" leaves stage 12 alone."""
    stem = occasion_prefix.rstrip(":")
    _withdraw(Letter.objects.filter(Q(occasion=stem) | Q(occasion__startswith=f"{stem}:")), at=at)


def withdraw_unwanted(stop: Purpose, pk: int, *, at: datetime) -> None:
    """Somebody said stop behind a link of this purpose: what it could have stopped and has not left becomes obsolete."""
    owed = Q(unfollow_pk=pk) if stop is Purpose.UNFOLLOW else Q(link_purpose=stop, link_pk=pk)
    _withdraw(Letter.objects.filter(owed), at=at)


def _withdraw(letters: QuerySet[Letter], *, at: datetime) -> None:
    """What has been begun, or is in trouble, stays what it is but is over: neither the portal nor staff send it again.

    One statement: between two, a worker could carry a letter past both.
    """
    unneeded = Case(When(state__in=WAITING, then=Value(State.OBSOLETE)), default=F("state"))
    letters.exclude(state__in=(State.SENT, State.OBSOLETE)).update(state=unneeded, expires_at=at)


@transaction.atomic
def retry_letter(letter: Letter, *, by: User, at: datetime) -> None:
    """Staff send once more what failed, is in doubt or was kept from a refusing address.

    Raises LetterIsNotInTrouble, ContentIsGone, SecretIsGone, LetterCameTooLate, AddressRefusesLetters.
    """
    locked = Letter.objects.with_suppression().select_for_update().get(pk=letter.pk)
    if locked.state not in (*TROUBLE, State.SUPPRESSED):
        raise LetterIsNotInTrouble
    if locked.emptied_at:
        raise ContentIsGone
    if locked.kind in SECRET_KINDS:
        raise SecretIsGone
    if locked.expires_at and locked.expires_at <= at:
        raise LetterCameTooLate
    if locked.is_suppressed and locked.kind in OPTIONAL_KINDS:
        raise AddressRefusesLetters
    # Owed anew: a new patience with the mail server begins, and a signed link in it lives from now.
    Letter.objects.filter(pk=locked.pk).update(
        state=State.QUEUED,
        owed_at=at,
        next_attempt_at=at,
        lease_until=None,
        troubled_at=None,
        history=locked.history_with(State.QUEUED, gettext("Sent once more by staff."), at=at, by=by.email),
    )
    _wake_after_commit()


@transaction.atomic
def cancel_letter(letter: Letter, *, by: User, at: datetime) -> None:
    """Staff stop a letter that has not been handed over, for good. Raises LetterIsNotWaiting."""
    locked = Letter.objects.select_for_update().get(pk=letter.pk)
    if locked.state not in WAITING:
        raise LetterIsNotWaiting
    history = locked.history_with(State.OBSOLETE, gettext("Cancelled by staff."), at=at, by=by.email)
    Letter.objects.filter(pk=locked.pk).update(state=State.OBSOLETE, lease_until=None, history=history)


def retry_letters(letters: Iterable[Letter], *, by: User, at: datetime) -> Done:
    return _each(letters, partial(retry_letter, by=by, at=at))


def cancel_letters(letters: Iterable[Letter], *, by: User, at: datetime) -> Done:
    return _each(letters, partial(cancel_letter, by=by, at=at))


def outbox_health(at: datetime) -> OutboxHealth:
    """Four queries, each answered by an index of what is unfinished, however many letters have been sent."""
    waiting = Letter.objects.filter(state=State.QUEUED).aggregate(queued=Count("pk"), oldest_queued_at=Min("owed_at"))
    trouble = dict(Letter.objects.in_trouble().order_by().values_list("state").annotate(Count("pk")))
    return OutboxHealth(
        **waiting,
        failed=trouble.get(State.FAILED, 0),
        uncertain=trouble.get(State.UNCERTAIN, 0),
        suppressed=Suppression.objects.active().count(),
        since_beat={beat.task: at - beat.at for beat in Heartbeat.objects.order_by("task")},
    )


def wake(task_name: str, *args: object) -> None:
    """Ask a worker to run a task soon; call it on commit. Never raises and never waits long: the beat table repeats it."""
    global _broker_silent_until
    if time.monotonic() < _broker_silent_until:
        return
    try:
        # Connections of their own, with little patience: the workers' connections wait longer, a visitor must not.
        # They are kept, since to open one takes as long as a third of a sign-up.
        with producers[current_app.connection_for_write(transport_options=BROKER_PATIENCE)].acquire(block=True) as producer:
            current_app.send_task(task_name, args=args, producer=producer, retry=False)
    except Exception:  # whatever the broker or its driver raises, the row is written and the beat table repeats
        _broker_silent_until = time.monotonic() + LEAVE_BROKER_ALONE
        logger.exception("The broker does not take messages; %s waits for its next turn.", task_name)


_broker_silent_until = 0.0


def wake_sending() -> None:
    """As `wake`, but from a thread of its own and once for all that is owed meanwhile: nobody's answer waits for it."""
    global _bell
    if _bell and _bell.is_alive():  # it is dead in a process that was forked while it waited
        return
    _bell = Timer(TOGETHER, _ring)
    _bell.start()


def _ring() -> None:
    global _bell
    _bell = None  # first: a letter owed from now on may come too late for this drain, so it rings again
    wake(DRAIN)


_bell: Timer | None = None


def _each(letters: Iterable[Letter], act: Callable[[Letter], None]) -> Done:
    result = Done()
    for letter in letters:
        try:
            act(letter)
        except LetterStaysAsItIs as refusal:
            result.skipped.append((letter, refusal.in_words))
        else:
            result.done += 1
    return result


def _wake_after_commit() -> None:
    """A transaction that owes five hundred letters asks once."""
    waiting = transaction.get_connection().run_on_commit
    if not any(callback is wake_sending for _savepoints, callback, _robust in waiting):
        transaction.on_commit(wake_sending, robust=True)


def one_address(to: str) -> str:
    """As it stands in the outbox. Raises AddressIsWrong."""
    to = to.strip().lower()
    try:
        validate_email(to)
        validate_one_mailbox(to)
        LONGEST(to)
    except ValidationError as error:
        raise AddressIsWrong(to) from error
    return to
