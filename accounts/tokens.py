"""Signed links that need no login.

A link names a purpose, a row and the moment it was issued, signed with the secret key: no secret lies in the
database or in a queued letter, and a letter that is tried again carries the same link. How long each kind lives
is a row of LIFETIME. A GET of a link changes nothing: mail scanners open links.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.core import signing
from django.urls import reverse


class Purpose(StrEnum):
    REGISTRATION = "r"
    SUBMISSION = "s"
    FOLLOW = "f"
    UNFOLLOW = "u"
    DIRECTORY = "d"
    # Somebody who signed up for a meeting wants no reminders about its consultation.
    QUIET = "q"
    # Somebody who runs a thematic group.
    MODERATOR = "m"
    # Whoever is handed it sees a page before it is public.
    PREVIEW = "p"


# Behind these a letter can be stopped with one click (RFC 8058).
STOPS = frozenset({Purpose.UNFOLLOW, Purpose.DIRECTORY, Purpose.QUIET})
LIFETIME: dict[Purpose, timedelta] = {
    Purpose.REGISTRATION: timedelta(days=180),
    Purpose.SUBMISSION: timedelta(days=365),
    Purpose.FOLLOW: timedelta(days=14),
    # Nobody may be kept on a list because a letter is old.
    Purpose.UNFOLLOW: timedelta(days=3650),
    Purpose.DIRECTORY: timedelta(days=3650),
    Purpose.QUIET: timedelta(days=3650),
    Purpose.MODERATOR: timedelta(days=180),
    Purpose.PREVIEW: timedelta(days=7),
}


class LinkIsForged(Exception):
    pass


class LinkIsExpired(Exception):
    pass


@dataclass(frozen=True)
class Link:
    purpose: Purpose
    pk: int
    kind: str = ""  # of the row, where the purpose alone does not say it
    turn: int = 0  # how often links like it had been revoked when it was made
    until: datetime = field(default=datetime.max.replace(tzinfo=UTC), compare=False)


def sign(purpose: Purpose, pk: int, *, at: datetime, kind: str = "", turn: int = 0) -> str:
    # Not signing.dumps: that adds the moment of the call, and a letter sent twice would carry two links.
    said = [purpose.value, pk, int(at.timestamp())]
    return signing.Signer(salt="link").sign_object([*said, kind, turn] if turn else [*said, kind] if kind else said)


def read(token: str, *, at: datetime) -> Link:
    """Raises LinkIsForged or LinkIsExpired."""
    try:
        purpose, pk, issued, *rest = signing.Signer(salt="link").unsign_object(token)
    except signing.BadSignature as error:
        raise LinkIsForged from error
    until = datetime.fromtimestamp(issued, UTC) + LIFETIME[Purpose(purpose)]
    link = Link(Purpose(purpose), pk, rest[0] if rest else "", rest[1] if len(rest) > 1 else 0, until)
    if at >= link.until:
        raise LinkIsExpired
    return link


def address(purpose: Purpose, pk: int, *, at: datetime, kind: str = "", turn: int = 0) -> str:
    """The absolute address of a signed link, for letters."""
    return settings.PUBLIC_URL + reverse("link", args=[sign(purpose, pk, at=at, kind=kind, turn=turn)])
