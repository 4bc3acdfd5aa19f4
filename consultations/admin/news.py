"""What is published beside the schedule, and who follows."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.desk import DeskAdmin, RefusalsInWords, SeenOnly
from accounts.roles import Duty
from consultations.actions import news
from consultations.models import Announcement, Document, Follow
from programs.uploads import FileIsEmpty, FileIsOfNoUse, check_file


class AnnouncementForm(forms.ModelForm[Announcement]):
    class Meta:
        model = Announcement
        fields = ("consultation", "title", "slug", "body")
        widgets = {"body": forms.Textarea(attrs={"rows": 18})}


@admin.register(Announcement)
class AnnouncementAdmin(DeskAdmin, admin.ModelAdmin[Announcement]):
    duty = Duty.RUN_PROCESS
    previewed_as = "announcement"
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


class AnnouncementChoice(forms.ModelChoiceField[Announcement]):
    def label_from_instance(self, announcement: Announcement) -> str:
        return f"{announcement.title} ({announcement.consultation})"


class DocumentForm(forms.ModelForm[Document]):
    announcement = AnnouncementChoice(
        label=_("Attached to the announcement"),
        queryset=Announcement.objects.select_related("consultation"),
        required=False,
        help_text=_("Empty: it stands only among the documents of the consultation."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    class Meta:
        model = Document
        fields = ("consultation", "title", "file", "announcement", "language", "position")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "announcement" in self.fields:  # a reader's page has no fields
            announcements = self.instance.consultation.announcements.select_related("consultation")
            self.fields["announcement"].queryset = announcements  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        announcement, consultation = cleaned.get("announcement"), cleaned.get("consultation")
        if announcement and consultation and announcement.consultation_id != consultation.pk:
            self.add_error("announcement", str(news.AnnouncementIsOfAnother.in_words))
        return cleaned

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        try:
            check_file(file)
        except (FileIsEmpty, FileIsOfNoUse) as refused:
            raise forms.ValidationError(str(refused.in_words)) from refused
        return file


@admin.register(Document)
class DocumentAdmin(RefusalsInWords, DeskAdmin, admin.ModelAdmin[Document]):
    duty = Duty.RUN_PROCESS
    refusals = (FileIsEmpty, FileIsOfNoUse, news.AnnouncementIsOfAnother)
    form = DocumentForm
    list_display = ("title", "consultation", "type_of_file", "size_of_file", "published_at", "position")
    list_filter = ("consultation",)
    list_select_related = ("consultation",)
    search_fields = ("title",)
    fieldsets = (
        (
            None,
            {
                "fields": ("consultation", "title", "file", "announcement", "language", "position"),
                "description": _("Published as soon as you save. To exchange a file, add the new one and delete the old."),
            },
        ),
    )

    @admin.display(description=_("kind of file"))
    def type_of_file(self, document: Document) -> str:
        return document.file_type

    @admin.display(description=_("size"), ordering="size")
    def size_of_file(self, document: Document) -> str:
        return document.file_size

    def get_readonly_fields(self, request: HttpRequest, obj: Document | None = None) -> tuple[str, ...]:
        return ("consultation", "file") if obj else ()

    def save_model(self, request: HttpRequest, obj: Document, form: ModelForm[Document], change: bool) -> None:
        at, said = timezone.now(), form.cleaned_data
        if change:
            words = {name: said[name] for name in ("title", "language", "position", "announcement")}
            news.edit_document(obj, **words, at=at)
        else:
            obj.pk = news.add_document(at=at, **said).pk

    def delete_model(self, request: HttpRequest, obj: Document) -> None:
        news.remove_document(obj, at=timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Document]) -> None:
        for document in queryset:
            news.remove_document(document, at=timezone.now())


@admin.register(Follow)
class FollowAdmin(SeenOnly, DeskAdmin, admin.ModelAdmin[Follow]):
    """People add and remove themselves; staff only see."""

    duty = Duty.RUN_PROCESS
    named_by_kind = True
    list_help = _(
        "Those who asked for letters about consultations. They add and remove themselves and choose what they want to hear of; "
        "letters go only to confirmed addresses."
    )
    list_display = ("email", "follows", "wants_reminders", "wants_news", "language", "confirmed_at", "ended_at")
    list_filter = (
        "consultation",
        ("confirmed_at", admin.EmptyFieldListFilter),
        ("ended_at", admin.EmptyFieldListFilter),
        "wants_reminders",
        "wants_news",
    )
    list_select_related = ("consultation",)
    search_fields = ("email",)

    @admin.display(description=_("consultation"), ordering="consultation")
    def follows(self, follow: Follow) -> str:
        return str(follow.consultation or _("all consultations"))
