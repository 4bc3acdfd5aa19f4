"""What is published beside the schedule, and who follows."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.admin import DeskAdmin
from accounts.roles import Duty
from consultations.actions import news
from consultations.models import Announcement, Document, Follow


class AnnouncementForm(forms.ModelForm[Announcement]):
    class Meta:
        model = Announcement
        fields = ("consultation", "title", "slug", "body")
        widgets = {"body": forms.Textarea(attrs={"rows": 18})}


@admin.register(Announcement)
class AnnouncementAdmin(DeskAdmin, admin.ModelAdmin[Announcement]):
    duty = Duty.RUN_PROCESS
    form = AnnouncementForm
    list_display = ("title", "consultation", "published_at")
    list_filter = ("consultation",)
    list_select_related = ("consultation",)
    search_fields = ("title", "body")
    actions = ("withdraw",)
    fieldsets = (
        (
            None,
            {
                "fields": ("consultation", "title", "slug", "body"),
                "description": _(
                    "Published as soon as you save. Plain text: an empty line starts a paragraph, lines that begin with "
                    "“- ” make a list, addresses become links."
                ),
            },
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Announcement | None = None) -> tuple[str, ...]:
        return ("consultation", "slug") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Announcement, form: ModelForm[Announcement], change: bool) -> None:
        at, said = timezone.now(), form.cleaned_data
        if change:
            news.edit_announcement(obj, title=said["title"], body=said["body"], at=at)
        else:
            obj.pk = news.publish_announcement(at=at, **said).pk

    @admin.action(description=_("Take off the site"), permissions=["change"])
    def withdraw(self, request: HttpRequest, queryset: QuerySet[Announcement]) -> None:
        for announcement in queryset:
            news.withdraw_announcement(announcement, at=timezone.now())


class DocumentForm(forms.ModelForm[Document]):
    class Meta:
        model = Document
        fields = ("consultation", "title", "file", "language", "position")

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if not file.size:
            raise forms.ValidationError(str(news.FileIsEmpty.in_words))
        return file


@admin.register(Document)
class DocumentAdmin(DeskAdmin, admin.ModelAdmin[Document]):
    duty = Duty.RUN_PROCESS
    form = DocumentForm
    list_display = ("title", "consultation", "file_type", "file_size", "published_at", "position")
    list_filter = ("consultation",)
    list_select_related = ("consultation",)
    search_fields = ("title",)
    fieldsets = (
        (
            None,
            {
                "fields": ("consultation", "title", "file", "language", "position"),
                "description": _("Published as soon as you save. To exchange a file, add the new one and delete the old."),
            },
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Document | None = None) -> tuple[str, ...]:
        return ("consultation", "file") if obj else ()

    def save_model(self, request: HttpRequest, obj: Document, form: ModelForm[Document], change: bool) -> None:
        at, said = timezone.now(), form.cleaned_data
        if change:
            words = {name: said[name] for name in ("title", "language", "position")}
            news.edit_document(obj, **words, at=at)
        else:
            obj.pk = news.add_document(at=at, **said).pk

    def delete_model(self, request: HttpRequest, obj: Document) -> None:
        news.remove_document(obj, at=timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Document]) -> None:
        for document in queryset:
            news.remove_document(document, at=timezone.now())


@admin.register(Follow)
class FollowAdmin(DeskAdmin, admin.ModelAdmin[Follow]):
    """People add and remove themselves; staff only see."""

    duty = Duty.RUN_PROCESS
    named_by_kind = True
    list_help = _("Those who asked for reminders. They add and remove themselves; letters go only to confirmed addresses.")
    list_display = ("email", "consultation", "language", "asked_at", "confirmed_at", "ended_at")
    list_filter = ("consultation", ("confirmed_at", admin.EmptyFieldListFilter), ("ended_at", admin.EmptyFieldListFilter))
    list_select_related = ("consultation",)
    search_fields = ("email",)

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False
