"""Letters that come back: a delivery status report (RFC 3464) names the letter, and the mail server says why.

Anybody can write such a report. It is believed only when it knows the identifier of a letter to that address, which
nobody but its reader has seen.
"""

import email
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from email.utils import parseaddr

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.dialogue import in_one_line
from accounts.models import Letter, State
from accounts.rendering import message_id
from accounts.suppression import says_no_such_mailbox, suppress


class NotADeliveryReport(ValueError):
    """An answer by a person, an absence note, spam, a report that hides what it is about."""


class NothingFailed(ValueError):
    """The report says that the letter is late, or has arrived."""


class LetterIsUnknown(LookupError):
    pass


@dataclass(frozen=True)
class Bounce:
    addresses: frozenset[str]
    message_id: str
    status: str  # as in 5.1.1
    words: str  # as in "550 5.1.1 <…>: Recipient address rejected"

    @property
    def is_nobody_there(self) -> bool:
        return self.status.startswith("5") and says_no_such_mailbox(550, f"{self.status} {self.words}")


def read_bounce(raw: bytes) -> Bounce:
    """What a report says of the first address that failed. Raises NotADeliveryReport, NothingFailed."""
    message = email.message_from_bytes(raw)
    parts = {part.get_content_type(): part for part in message.walk()}
    report, about = parts.get("message/delivery-status"), _about(parts)
    blocks = report.get_payload() if report else None
    if message.get_content_type() != "multipart/report" or not isinstance(blocks, list) or about is None:
        raise NotADeliveryReport
    recipients = [block for block in blocks if isinstance(block, Message) and "Action" in block]
    failed = next((block for block in recipients if _field(block, "Action").lower() == "failed"), None)
    if failed is None:
        raise NothingFailed if recipients else NotADeliveryReport
    # Forwarding changes the final recipient; one of these is whom we wrote to.
    named = [_typed(failed, name) for name in ("Original-Recipient", "Final-Recipient")] + [_field(about, "To")]
    return Bounce(
        addresses=frozenset(parseaddr(name)[1].lower() for name in named) - {""},
        message_id=_field(about, "Message-ID"),
        status=_field(failed, "Status").split(" ")[0],
        words=_typed(failed, "Diagnostic-Code"),
    )


@transaction.atomic
def take_bounce(raw: bytes, *, at: datetime) -> Letter:
    """The letter that came back has failed, visibly; an address that does not exist is written to no more by itself.

    A letter that waits or is on its way again stays as it is. Raises NotADeliveryReport, NothingFailed, LetterIsUnknown.
    """
    bounce = read_bounce(raw)
    to_them = Letter.objects.filter(to__in=bounce.addresses).select_for_update()
    letter = next((letter for letter in to_them.order_by("-pk") if message_id(letter) == bounce.message_id), None)
    if letter is None:
        raise LetterIsUnknown
    words = (bounce.words or bounce.status)[:300]
    if letter.state in (State.SENT, State.UNCERTAIN):
        Letter.objects.filter(pk=letter.pk).update(
            state=State.FAILED,
            sent_at=None,
            error=words,
            troubled_at=at,
            history=letter.history_with(State.FAILED, _("The letter came back: %(words)s") % {"words": words}, at=at),
        )
    if bounce.is_nobody_there:
        suppress(letter.to, reason=words, at=at, by_bounce=True)
    return letter


def _about(parts: dict[str, Message]) -> Message | None:
    """The headers of the letter that came back, whole or cut."""
    whole = parts.get("message/rfc822")
    if whole and isinstance(inner := whole.get_payload(), list) and isinstance(inner[0], Message):
        return inner[0]
    cut = parts.get("text/rfc822-headers")
    if cut is None:
        return None
    decoded = cut.get_payload(decode=True)
    return email.message_from_bytes(decoded) if isinstance(decoded, bytes) else None


def _typed(block: Message, name: str) -> str:
    """The value of "rfc822; anna@example.org" or "smtp; 550 …"."""
    return _field(block, name).partition(";")[2].strip()


def _field(block: Message, name: str) -> str:
    return in_one_line(str(block.get(name, "")))
