"""The outbox: every e-mail is a row, owed once to one address for one occasion.

A row is written in the transaction that causes it. Celery is only woken: without a broker and without a worker
nothing is lost, the next drain finds the row.
"""

import logging
import time
from datetime import datetime
from functools import partial

from celery import current_app
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_email
from django.db import transaction
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import SECRET_KINDS, Letter, State
from accounts.tokens import Purpose

logger = logging.getLogger(__name__)

DRAIN = "accounts.drain"
# After a broker did not answer, nobody waits for it again for so many seconds; the drain runs by itself anyway.
LEAVE_BROKER_ALONE = 20.0
# One try, half a second for each answer.
BROKER_PATIENCE = {"socket_timeout": 0.5, "socket_connect_timeout": 0.5, "health_check_interval": 0, "max_retries": 0}
LONGEST = MaxLengthValidator(Letter._meta.get_field("to").max_length or 0)


class AddressIsWrong(ValueError):
    in_words: Promise = _("A letter cannot be sent to this e-mail address. Look for a slip in it.")


class LetterIsNotInTrouble(Exception):
    in_words: Promise = _("Only a letter that failed or is in doubt can be sent once more.")


class SecretIsGone(LetterIsNotInTrouble):
    in_words: Promise = _(
        "A letter with a code or a link for signing in is not repeated: what it held is erased. "
        "Ask the person to request a new one on the sign-in page."
    )


class LetterCameTooLate(LetterIsNotInTrouble):
    in_words: Promise = _(
        "What this letter was about is over, so it is not sent any more. If it still matters, write to the person yourself."
    )


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
) -> None:
    """Owe one letter, in the caller's transaction. A second call for the same address and occasion changes nothing.

    Only a letter that was withdrawn unsent is owed again: a deadline may move away and come back.
    `occasion` is "<kind>:<object>:<pk>[:<moment>]". Raises AddressIsWrong.
    """
    to = _one_address(to)
    content = {
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
    state = Letter.objects.filter(to=to, occasion=occasion).values_list("state", flat=True).first()
    if state is None:
        Letter.objects.bulk_create([Letter(to=to, occasion=occasion, **content)], ignore_conflicts=True)
    elif state == State.OBSOLETE and (expires_at is None or expires_at > at):
        Letter.objects.filter(to=to, occasion=occasion, state=State.OBSOLETE).update(state=State.QUEUED, error="", **content)
    else:
        return
    _wake_after_commit()


def withdraw_letters(occasion_prefix: str) -> int:
    """Letters not yet handed to the mail server become obsolete: "closing:stage:1" leaves stage 12 alone."""
    stem = occasion_prefix.rstrip(":")
    return Letter.objects.live().filter(Q(occasion=stem) | Q(occasion__startswith=f"{stem}:")).update(state=State.OBSOLETE)


@transaction.atomic
def retry_letter(letter: Letter, *, at: datetime) -> None:
    """Staff send a failed or doubtful letter once more. Raises LetterIsNotInTrouble, SecretIsGone, LetterCameTooLate."""
    locked = Letter.objects.select_for_update().get(pk=letter.pk)
    if locked.state not in (State.FAILED, State.UNCERTAIN):
        raise LetterIsNotInTrouble
    if locked.kind in SECRET_KINDS:
        raise SecretIsGone
    if locked.expires_at and locked.expires_at <= at:
        raise LetterCameTooLate
    # Owed anew: a new patience with the mail server begins, and a signed link in it lives from now.
    Letter.objects.filter(pk=locked.pk).update(state=State.QUEUED, owed_at=at, next_attempt_at=at, lease_until=None)
    _wake_after_commit()


def wake(task_name: str, *args: object) -> None:
    """Ask a worker to run a task soon; call it on commit. Never raises and never waits long: the beat table repeats it."""
    global _broker_silent_until
    if time.monotonic() < _broker_silent_until:
        return
    try:
        # A connection of its own, with little patience: the workers' connections wait longer, a visitor must not.
        with current_app.connection_for_write(transport_options=BROKER_PATIENCE) as connection:
            current_app.send_task(task_name, args=args, connection=connection, retry=False)
    except Exception:  # whatever the broker or its driver raises, the row is written and the beat table repeats
        _broker_silent_until = time.monotonic() + LEAVE_BROKER_ALONE
        logger.exception("The broker does not take messages; %s waits for its next turn.", task_name)


_broker_silent_until = 0.0


def _wake_after_commit() -> None:
    """One drain sends everything: a transaction that owes five hundred letters wakes it once."""
    waiting = transaction.get_connection().run_on_commit
    if not any(getattr(callback, "args", None) == (DRAIN,) for _savepoints, callback, _robust in waiting):
        transaction.on_commit(partial(wake, DRAIN), robust=True)


def _one_address(to: str) -> str:
    to = to.strip().lower()
    try:
        validate_email(to)
        LONGEST(to)
    except ValidationError as error:
        raise AddressIsWrong(to) from error
    return to
