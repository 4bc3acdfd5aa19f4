"""What can be shown before it is public, who may hand out a link to it, and what it is once the public reads it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import tokens
from accounts.models import RevokedPreview, User
from accounts.roles import Duty, has_duty
from accounts.tokens import Purpose
from consultations.models import Announcement, Consultation, Document, Report
from meetings.models import Meeting
from programs.models import DraftVersion


class PreviewRefused(Exception):
    in_words: str | Promise


class NotYours(PreviewRefused):
    in_words = _("Your account may not show this page. Ask whoever runs the consultation for the link.")


class MayNotRevoke(PreviewRefused):
    in_words = _("Your account may not revoke links to this page. Ask whoever runs the consultation to do it.")


class IsPublic(PreviewRefused):
    in_words = _("Everybody can read this page already: give its own address.")


@dataclass(frozen=True)
class Thing:
    """A kind of page. `public` and `address` are what its public view asks and where it is."""

    duty: Duty
    rows: Callable[[datetime], QuerySet[Any]]
    public: Callable[[datetime], QuerySet[Any]]
    address: Callable[[Any], str]
    desk: str  # its page at the desk

    def is_public(self, row: Any, at: datetime) -> bool:
        return self.public(at).filter(pk=row.pk).exists()


def _announcements(at: datetime) -> QuerySet[Announcement]:
    # Its own documents, as they will stand there once the consultation is public too.
    attached = Prefetch("documents", Document.objects.filter(published_at__lte=at).order_by("position", "pk"))
    return Announcement.objects.select_related("consultation").prefetch_related(attached)


THINGS: dict[str, Thing] = {
    "consultation": Thing(
        Duty.RUN_PROCESS,
        lambda _at: Consultation.objects.all(),
        Consultation.objects.published,
        lambda row: reverse("consultations:detail", args=[row.slug]),
        "admin:consultations_consultation_change",
    ),
    "announcement": Thing(
        Duty.RUN_PROCESS,
        _announcements,
        Announcement.objects.published,
        lambda row: reverse("consultations:announcement", args=[row.slug]),
        "admin:consultations_announcement_change",
    ),
    "meeting": Thing(
        Duty.RUN_MEETINGS,
        lambda _at: Meeting.objects.select_related("consultation"),
        Meeting.objects.published,
        lambda row: reverse("meetings:detail", args=[row.slug]),
        "admin:meetings_meeting_change",
    ),
    "report": Thing(
        Duty.RUN_PROCESS,
        lambda _at: Report.objects.select_related("consultation"),
        Report.objects.public,
        lambda row: reverse("consultations:report", args=[row.consultation.slug]),
        "admin:consultations_report_change",
    ),
    "version": Thing(
        Duty.DRAFT_TEXT,
        lambda _at: DraftVersion.objects.select_related("program"),
        lambda _at: DraftVersion.objects.public(),
        lambda row: reverse("programs:version", args=[row.program.slug, row.number]),
        "admin:programs_draftversion_change",
    ),
}


def make_preview(kind: str, row: Any, *, by: User, at: datetime) -> str:
    """The address under which anybody sees the page until LIFETIME is over or it is public. Raises PreviewRefused."""
    thing = THINGS[kind]
    if not has_duty(by, thing.duty, Duty.READ_ALL):
        raise NotYours
    if thing.is_public(row, at):
        raise IsPublic
    return tokens.address(Purpose.PREVIEW, row.pk, at=at, kind=kind, turn=RevokedPreview.objects.turn_of(kind, row.pk))


def revoke_previews(kind: str, row: Any, *, turn: int, by: User, at: datetime) -> bool:
    """Stop every link to the page that was made until now; whether this act did it. Raises MayNotRevoke.

    `turn` is the one that was seen: a second click does not revoke the links made after the first.
    """
    if not has_duty(by, THINGS[kind].duty):
        raise MayNotRevoke
    if turn != RevokedPreview.objects.turn_of(kind, row.pk):
        return False
    _row, is_new = RevokedPreview.objects.get_or_create(kind=kind, key=row.pk, turn=turn, defaults={"by": by, "at": at})
    return is_new


def is_revoked(link: tokens.Link) -> bool:
    return link.turn < RevokedPreview.objects.turn_of(link.kind, link.pk)
