"""How an address is forgotten: what stands in its place, and what is left of a letter."""

from collections.abc import Iterable
from datetime import datetime
from uuid import uuid4

from django.utils.crypto import salted_hmac

from accounts.models import Letter

# Reserved (RFC 2606): no letter can ever go there.
NOWHERE = "erased.invalid"
EMPTY = ("to", "context", "as_sent", "calendar", "error", "history", "emptied_at")


def address_hash(email: str) -> str:
    """Tells whether an address is the same one; only the portal, which has the secret key, can ask."""
    return salted_hmac("forgotten address", email.strip().lower(), algorithm="sha256").hexdigest()


def sign_of(email: str) -> str:
    """Short enough to be read out: what the audit writes for an address."""
    return address_hash(email)[:16]


def stand_in(email: str) -> str:
    """In the place of an address under which a letter is not to be owed twice."""
    return f"{address_hash(email)[:40]}@{NOWHERE}"


def nobody() -> str:
    """In the place of the address of somebody who is to be forgotten: leads to nobody, not even for the portal."""
    return f"{uuid4().hex}@{NOWHERE}"


def empty_letters(letters: Iterable[Letter], *, at: datetime, for_good: bool) -> int:
    """That there was a letter, of which kind and when, stays. `for_good`: nobody may tell to whom."""
    emptied = []
    for letter in letters:
        letter.to = nobody() if for_good else stand_in(letter.to)
        letter.context, letter.as_sent, letter.calendar, letter.error = {}, {}, "", ""
        # What staff did with it, and when, without what the mail server said: that names the mailbox.
        letter.history = [{**line, "words": ""} for line in letter.history]
        letter.emptied_at = at
        emptied.append(letter)
    Letter.objects.bulk_update(emptied, EMPTY, batch_size=200)
    return len(emptied)
