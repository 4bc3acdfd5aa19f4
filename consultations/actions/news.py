"""What is published beside the schedule, and who hears of it by e-mail."""

from collections.abc import Iterable
from datetime import datetime

from django.core.files import File
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.actions import account_for
from accounts.letters import owe_letter, withdraw_letters, withdraw_unwanted
from accounts.once import token_of
from accounts.tokens import Purpose
from consultations.models import Announcement, Consultation, Document, Follow, ReminderKind, ReminderRule
from programs.freshness import public_changed
from programs.uploads import check_file


class AnnouncementIsOfAnother(Exception):
    in_words = _("This announcement belongs to another consultation. Choose one of the same consultation.")


@transaction.atomic
def publish_announcement(consultation: Consultation, *, slug: str, title: str, body: str, at: datetime) -> Announcement:
    announcement = Announcement.objects.create(consultation=consultation, slug=slug, title=title, body=body, published_at=at)
    public_changed(at=at)
    return announcement


@transaction.atomic
def edit_announcement(announcement: Announcement, *, title: str, body: str, at: datetime) -> Announcement:
    """Its address and moment stay: people have linked to it. One that was taken off the site is published again."""
    announcement.title, announcement.body, announcement.edited_at = title, body, at
    announcement.published_at = announcement.published_at or at
    announcement.save(update_fields=["title", "body", "edited_at", "published_at"])
    public_changed(at=at)
    return announcement


@transaction.atomic
def withdraw_announcement(announcement: Announcement, *, at: datetime) -> Announcement:
    """Taken off the site; the text stays with the office."""
    announcement.published_at = None
    announcement.save(update_fields=["published_at"])
    withdraw_letters(f"{ReminderKind.NEWS}:announcement:{announcement.pk}", at=at)
    public_changed(at=at)
    return announcement


@transaction.atomic
def add_document(
    consultation: Consultation,
    *,
    title: str,
    file: File[bytes],
    at: datetime,
    language: str = "pl",
    position: int = 0,
    announcement: Announcement | None = None,
) -> Document:
    """Raises FileIsEmpty, FileIsOfNoUse, AnnouncementIsOfAnother."""
    check_file(file)
    _check_announcement(announcement, consultation.pk)
    document = Document(
        consultation=consultation,
        announcement=announcement,
        title=title,
        file=file,
        language=language,
        size=file.size,
        published_at=at,
        position=position,
    )
    document.save()
    public_changed(at=at)
    return document


@transaction.atomic
def edit_document(
    document: Document, *, title: str, language: str, position: int, announcement: Announcement | None, at: datetime
) -> Document:
    """The words about a file, and where it hangs; another file is another document. Raises AnnouncementIsOfAnother."""
    _check_announcement(announcement, document.consultation_id)
    document.title, document.language, document.position = title, language, position
    document.announcement = announcement
    document.save(update_fields=["title", "language", "position", "announcement"])
    public_changed(at=at)
    return document


def _check_announcement(announcement: Announcement | None, consultation_pk: int) -> None:
    if announcement and announcement.consultation_id != consultation_pk:
        raise AnnouncementIsOfAnother


@transaction.atomic
def remove_document(document: Document, *, at: datetime) -> None:
    name, storage = str(document.file.name), document.file.storage
    document.delete()
    transaction.on_commit(lambda: storage.delete(name))
    public_changed(at=at)


@transaction.atomic
def follow(consultation: Consultation | None, *, email: str, at: datetime, language: str) -> Follow:
    """Somebody asks for news of one consultation, or of all (None). Nothing is sent but one letter that asks whether
    the address is theirs; it goes to a known follower too, so that an answer tells nobody who follows.

    Whoever asks may be a stranger: what the person of the address has said, yes or stop, stays until they answer.
    """
    address = email.strip().lower()
    asked, _created = Follow.objects.get_or_create(
        consultation=consultation, email=address, defaults={"asked_at": at, "language": language}
    )
    asked = Follow.objects.select_for_update().get(pk=asked.pk)
    asked.asked_at = at
    if not asked.is_confirmed:
        asked.language = language
    asked.save(update_fields=["asked_at", "language"])
    owe_letter(
        address,
        kind="follow_confirm",
        # By the minute: a double click is one letter, a lost letter can be asked for again.
        occasion=f"follow_confirm:follow:{asked.pk}:{at:%Y-%m-%dT%H:%M}",
        at=at,
        context={"scope": _scope_words(consultation, language)},
        language=language,
        link=(Purpose.FOLLOW, asked.pk),
    )
    return asked


def _scope_words(consultation: Consultation | None, language: str) -> str:
    with translation.override(language):
        if consultation is None:
            return gettext("about all our consultations")
        return gettext("about the consultation “%(title)s”") % {"title": consultation.title}


@transaction.atomic
def confirm_follow(follow: Follow, *, at: datetime) -> Follow:
    locked = Follow.objects.select_for_update().get(pk=follow.pk)
    if not locked.is_confirmed:
        locked.confirmed_at, locked.ended_at = at, None
        locked.save(update_fields=["confirmed_at", "ended_at"])
        account_for(locked.email)
    return locked


@transaction.atomic
def choose_letters(
    follow: Follow, *, wants_reminders: bool, wants_news: bool, language: str, at: datetime, about_all: bool = False
) -> Follow:
    """What somebody wants to hear of; by a link that came to their address, so it is a yes too. Nothing is stopping.

    With `about_all` the follow becomes one of all consultations, or makes way for the one they have already.
    """
    if not (wants_reminders or wants_news):
        return end_follow(follow, at=at)
    if about_all and follow.consultation_id is not None:
        follow = _of_all(follow, at=at)
    locked = confirm_follow(follow, at=at)
    locked.wants_reminders, locked.wants_news, locked.language = wants_reminders, wants_news, language
    locked.save(update_fields=["wants_reminders", "wants_news", "language"])
    return locked


def _of_all(follow: Follow, *, at: datetime) -> Follow:
    """The same row, so that the links of letters sent before stop what it has become."""
    rows = Follow.objects.select_for_update().filter(email=follow.email).order_by("pk")
    if known := next((row for row in rows if row.consultation_id is None), None):
        end_follow(follow, at=at)
        # Asked for anew, and so after the end of the other: it covers what the other was about.
        known.confirmed_at, known.ended_at = at, None
        known.save(update_fields=["confirmed_at", "ended_at"])
        return known
    follow.consultation = None
    follow.save(update_fields=["consultation"])
    return follow


@transaction.atomic
def end_follow(follow: Follow, *, at: datetime) -> Follow:
    """Letters that have not left are withdrawn; another follow of the same address goes on. The last stop counts."""
    locked = Follow.objects.select_for_update().get(pk=follow.pk)
    locked.ended_at = at
    locked.save(update_fields=["ended_at"])
    _wait_for_reminders(locked.consultation_id)
    withdraw_unwanted(Purpose.UNFOLLOW, locked.pk, at=at)
    return locked


def _wait_for_reminders(consultation_pk: int | None) -> None:
    """A tick that has read who follows holds its rule until its letters are there to be withdrawn; a later one reads anew."""
    rules = ReminderRule.objects.select_for_update().order_by("pk")
    list((rules if consultation_pk is None else rules.filter(consultation=consultation_pk)).values_list("pk"))


@transaction.atomic
def stop_letters(consultation: Consultation, *, email: str, language: str, registrations: Iterable[int], at: datetime) -> Follow:
    """Somebody signed up for its meetings wants no letters about the consultation: as if they had followed and stopped.

    `registrations` are all that this address has there: whichever of them a letter was owed to, it is withdrawn.
    """
    follow, _created = Follow.objects.get_or_create(
        consultation=consultation, email=email.strip().lower(), defaults={"asked_at": at, "language": language}
    )
    ended = end_follow(follow, at=at)
    for pk in registrations:
        withdraw_unwanted(Purpose.QUIET, pk, at=at)
    return ended


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
        context={"consultation": consultation.title, "name": name, "email": email, "message": message},
    )
