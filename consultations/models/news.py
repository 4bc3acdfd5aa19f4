from __future__ import annotations

from datetime import datetime
from pathlib import PurePosixPath

from django.db import models
from django.db.models import Q
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from consultations.models.schedule import Consultation


class AnnouncementQuerySet(models.QuerySet["Announcement"]):
    def published(self, at: datetime) -> AnnouncementQuerySet:
        return self.filter(published_at__lte=at, consultation__published_at__lte=at)

    def with_documents(self, at: datetime) -> AnnouncementQuerySet:
        """As people read them: `consultation` and the published `documents` are there. One query more."""
        attached = models.Prefetch("documents", Document.objects.published(at).order_by("position", "pk"))
        return self.select_related("consultation").prefetch_related(attached)


class Announcement(models.Model):
    """News: plain text with paragraphs, lists ("- …") and links."""

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="announcements", verbose_name=_("consultation"))
    slug = models.SlugField(_("name in the address"), max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=200)
    body = models.TextField(_("text"), max_length=20_000)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    edited_at = models.DateTimeField(_("edited"), null=True, blank=True, editable=False)
    objects = AnnouncementQuerySet.as_manager()

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        ordering = ("-published_at", "-pk")

    def __str__(self) -> str:
        return self.title

    @property
    def teaser(self) -> str:
        """The first paragraph: what lists show."""
        return self.body.strip().replace("\r\n", "\n").partition("\n\n")[0]


class DocumentQuerySet(models.QuerySet["Document"]):
    def published(self, at: datetime) -> DocumentQuerySet:
        return self.filter(published_at__lte=at, consultation__published_at__lte=at)


class Document(models.Model):
    """One file for download: last year's program, a poster, an opinion."""

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="documents", verbose_name=_("consultation"))
    # Attached to this announcement, beside standing among the documents of the consultation.
    announcement = models.ForeignKey(
        Announcement, models.SET_NULL, null=True, blank=True, related_name="documents", verbose_name=_("attached to")
    )
    title = models.CharField(_("title"), max_length=200)
    file = models.FileField(_("file"), upload_to="documents/", max_length=200)
    language = models.CharField(_("language"), max_length=5, default="pl")
    size = models.PositiveIntegerField(_("size"), editable=False)  # bytes
    published_at = models.DateTimeField(_("published"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ("consultation", "position", "pk")

    def __str__(self) -> str:
        return self.title

    @property
    def file_name(self) -> str:
        return PurePosixPath(str(self.file.name)).name

    @property
    def file_type(self) -> str:
        """As people know it: PDF, DOCX."""
        return PurePosixPath(str(self.file.name)).suffix.removeprefix(".").upper()

    @property
    def file_size(self) -> str:
        """As people say it: 412 kB, 1,2 MB."""
        if self.size < 1_000_000:
            return f"{max(1, round(self.size / 1000))} kB"
        return f"{number_format(self.size / 1_000_000, 1)} MB"


class FollowQuerySet(models.QuerySet["Follow"]):
    def confirmed(self) -> FollowQuerySet:
        return self.filter(confirmed_at__isnull=False, ended_at=None)

    def of(self, consultation: Consultation) -> FollowQuerySet:
        """Of this consultation, or of all."""
        return self.filter(Q(consultation=consultation) | Q(consultation=None))


class Follow(models.Model):
    """Somebody wants news by e-mail; nothing is sent before the address is confirmed."""

    # Empty: all consultations.
    consultation = models.ForeignKey(Consultation, models.CASCADE, null=True, blank=True, related_name="follows")
    email = models.EmailField(_("e-mail"))
    language = models.CharField(_("language"), max_length=5, default="pl")
    asked_at = models.DateTimeField(_("asked"))
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    wants_reminders = models.BooleanField(_("dates: what opens and what closes soon"), default=True)
    wants_news = models.BooleanField(_("announcements and results"), default=True)
    objects = FollowQuerySet.as_manager()

    class Meta:
        verbose_name = _("follower")
        verbose_name_plural = _("followers")
        constraints = [
            models.UniqueConstraint(fields=("consultation", "email"), name="follow_once_per_consultation"),
            models.UniqueConstraint(fields=("email",), condition=Q(consultation=None), name="follow_all_once"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_at is not None and self.ended_at is None

    def covers(self, other: Follow) -> bool:
        """Whether letters about what `other` followed come by this one: all consultations, asked for after it ended."""
        if self.consultation_id is not None or self.confirmed_at is None or other.ended_at is None:
            return False
        return self.is_confirmed and self.confirmed_at >= other.ended_at
