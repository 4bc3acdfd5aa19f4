"""What is published beside the schedule, and who hears of it by e-mail."""

from datetime import datetime

from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.actions import account_for
from accounts.letters import owe_letter
from accounts.once import token_of
from accounts.tokens import Purpose
from consultations.models import Announcement, Consultation, Document, Follow
from programs.freshness import public_changed


class FileIsEmpty(Exception):
    in_words = _("This file is empty. Choose another one.")


@transaction.atomic
def publish_announcement(consultation: Consultation, *, slug: str, title: str, body: str, at: datetime) -> Announcement:
    announcement = Announcement.objects.create(consultation=consultation, slug=slug, title=title, body=body, published_at=at)
    public_changed(at=at)
    return announcement


@transaction.atomic
def edit_announcement(announcement: Announcement, *, title: str, body: str, at: datetime) -> Announcement:
    """Its address and moment stay: people have linked to it. One that was taken off the site is published again."""
    announcement.title, announcement.body = title, body
    announcement.published_at = announcement.published_at or at
    announcement.save(update_fields=["title", "body", "published_at"])
    public_changed(at=at)
    return announcement


@transaction.atomic
def withdraw_announcement(announcement: Announcement, *, at: datetime) -> Announcement:
    """Taken off the site; the text stays with the office."""
    announcement.published_at = None
    announcement.save(update_fields=["published_at"])
    public_changed(at=at)
    return announcement


@transaction.atomic
def add_document(
    consultation: Consultation, *, title: str, file: File[bytes], at: datetime, language: str = "pl", position: int = 0
) -> Document:
    """Raises FileIsEmpty."""
    if not file.size:
        raise FileIsEmpty
    document = Document(
        consultation=consultation, title=title, file=file, language=language, size=file.size, published_at=at, position=position
    )
    document.save()
    public_changed(at=at)
    return document


@transaction.atomic
def edit_document(document: Document, *, title: str, language: str, position: int, at: datetime) -> Document:
    """The words about a file; another file is another document."""
    document.title, document.language, document.position = title, language, position
    document.save(update_fields=["title", "language", "position"])
    public_changed(at=at)
    return document


@transaction.atomic
def remove_document(document: Document, *, at: datetime) -> None:
    name, storage = str(document.file.name), document.file.storage
    document.delete()
    transaction.on_commit(lambda: storage.delete(name))
    public_changed(at=at)


@transaction.atomic
def follow(consultation: Consultation | None, *, email: str, at: datetime, language: str) -> Follow:
    """Somebody asks for news of one consultation, or of all (None). Nothing is sent but one letter that asks whether
    the address is theirs; it goes to a known follower too, so that an answer tells nobody who follows."""
    address = email.strip().lower()
    asked, _created = Follow.objects.get_or_create(
        consultation=consultation, email=address, defaults={"asked_at": at, "language": language}
    )
    asked = Follow.objects.select_for_update().get(pk=asked.pk)
    asked.asked_at, asked.language = at, language
    if asked.ended_at is not None:
        # Who stopped once has to say yes again.
        asked.confirmed_at = asked.ended_at = None
    asked.save(update_fields=["asked_at", "language", "confirmed_at", "ended_at"])
    owe_letter(
        address,
        kind="follow_confirm",
        # By the minute: a double click is one letter, a lost letter can be asked for again.
        occasion=f"follow_confirm:follow:{asked.pk}:{at:%Y-%m-%dT%H:%M}",
        at=at,
        context={"title": consultation.title if consultation else ""},
        language=language,
        link=(Purpose.FOLLOW, asked.pk),
    )
    return asked


@transaction.atomic
def confirm_follow(follow: Follow, *, at: datetime) -> Follow:
    locked = Follow.objects.select_for_update().get(pk=follow.pk)
    if not locked.is_confirmed:
        locked.confirmed_at, locked.ended_at = at, None
        locked.save(update_fields=["confirmed_at", "ended_at"])
        account_for(locked.email)
    return locked


@transaction.atomic
def end_follow(follow: Follow, *, at: datetime) -> Follow:
    locked = Follow.objects.select_for_update().get(pk=follow.pk)
    if locked.ended_at is None:
        locked.ended_at = at
        locked.save(update_fields=["ended_at"])
    return locked


@transaction.atomic
def write_to_coordinator(
    consultation: Consultation, *, name: str, email: str, message: str, form_token: str, at: datetime
) -> None:
    """The same form with the same words is one letter. The coordinator answers to the address that the letter names."""
    owe_letter(
        consultation.contact_email,
        kind="contact",
        occasion=f"contact:consultation:{consultation.pk}:{token_of(form_token, name, email, message)}",
        at=at,
        context={"title": consultation.title, "name": name, "email": email, "message": message},
    )
