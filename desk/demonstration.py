"""A page that only the demonstration has: staff accounts, and every letter as its reader sees it."""

import email
import email.policy
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from desk.demo.people import STAFF

SEPARATOR = b"\n" + b"-" * 79 + b"\n"
SHOWN = 200


@dataclass(frozen=True)
class SentLetter:
    key: str
    to: str
    subject: str
    sent_at: datetime
    text: str
    unsubscribe: str
    attachments: list[str]


def _read(key: str, raw: bytes) -> SentLetter:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    body = message.get_body(("plain",))
    # "-0000" says UTC and is read as no zone at all.
    sent_at = parsedate_to_datetime(str(message["Date"])).replace(tzinfo=UTC)
    return SentLetter(
        key=key,
        to=str(message["To"]),
        subject=str(message["Subject"]).strip(),  # a folded header begins with the blank of its fold
        sent_at=timezone.localtime(sent_at),
        text=body.get_content() if body else "",
        unsubscribe=str(message["List-Unsubscribe"] or ""),
        attachments=[part.get_filename() or part.get_content_type() for part in message.iter_attachments()],
    )


def letters_sent() -> list[SentLetter]:
    """Newest first. Django's file backend writes one file for a connection, letters one after another in it."""
    found = []
    for path in Path(settings.MAIL_DIR).glob("*.log"):
        parts = [part for part in path.read_bytes().split(SEPARATOR) if part.strip()]
        found += [_read(f"{path.stem}-{number}", part) for number, part in enumerate(parts)]
    return sorted(found, key=lambda letter: letter.sent_at, reverse=True)


@never_cache
def demonstration(request: HttpRequest) -> HttpResponse:
    letters = letters_sent()
    context = {"staff": STAFF, "letters": letters[:SHOWN], "total": len(letters)}
    return render(request, "desk/demonstration.html", context)


@never_cache
def demonstration_letter(request: HttpRequest, key: str) -> HttpResponse:
    letter = next((letter for letter in letters_sent() if letter.key == key), None)
    if letter is None:
        raise Http404
    return render(request, "desk/demonstration_letter.html", {"letter": letter})
