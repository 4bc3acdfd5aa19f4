from typing import Any

from django.contrib import admin
from django.db.models import DateField, QuerySet, URLField
from django.forms import DateInput, ModelForm
from django.http import HttpRequest
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts.desk import DeskAdmin, RefusalsInWords, staff
from accounts.roles import Duty
from programs.actions import (
    TextRefusal,
    add_attachment,
    correct_resolution,
    record_resolution,
    remove_attachment,
    rename_attachment,
    withdraw_resolution,
)
from programs.models import Attachment, AttachmentKind, Resolution
from programs.uploads import FileIsEmpty, FileIsOfNoUse


@admin.register(Resolution)
class ResolutionAdmin(RefusalsInWords, DeskAdmin, admin.ModelAdmin[Resolution]):
    duty = Duty.DRAFT_TEXT
    refusals = (TextRefusal,)
    add_title = _("Record a resolution of the council")
    formfield_overrides = {
        DateField: {"widget": DateInput(attrs={"type": "date"}, format="%Y-%m-%d")},
        URLField: {"assume_scheme": "https"},
    }
    list_display = ("number", "program", "adopted_on", "version")
    list_select_related = ("program", "version__program")
    fieldsets = (
        (
            None,
            {
                "fields": ("program", "version", "number", "adopted_on", "promulgation", "bip_url"),
                "description": _(
                    "The act by which the council adopted a program. It closes the program: no version follows, and the public "
                    "page says number and date. Delete it if it was recorded by mistake or annulled."
                ),
            },
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Resolution | None = None) -> tuple[str, ...]:
        return ("program", "version") if obj else ()

    def save_model(self, request: HttpRequest, obj: Resolution, form: ModelForm[Resolution], change: bool) -> None:
        words = {name: getattr(obj, name) for name in ("number", "adopted_on", "promulgation", "bip_url")}
        if change:
            correct_resolution(obj, **words, at=now())
        else:
            obj.pk = record_resolution(obj.program, version=obj.version, **words, by=staff(request), at=now()).pk

    def delete_model(self, request: HttpRequest, obj: Resolution) -> None:
        withdraw_resolution(obj, at=now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Resolution]) -> None:
        for resolution in queryset:
            withdraw_resolution(resolution, at=now())


@admin.register(Attachment)
class AttachmentAdmin(RefusalsInWords, DeskAdmin, admin.ModelAdmin[Attachment]):
    duty = Duty.DRAFT_TEXT
    refusals = (TextRefusal, FileIsEmpty, FileIsOfNoUse)
    add_title = _("Add an attachment")
    list_display = ("title", "program", "kind", "file_type", "published_at")
    list_filter = ("kind",)
    list_select_related = ("program",)
    fieldsets = (
        (
            None,
            {
                "fields": ("program", "version", "kind", "title", "file"),
                "description": _(
                    "Published as soon as you save, on the page of the program. "
                    "To exchange a file, add the new one and delete the old."
                ),
            },
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Attachment | None = None) -> tuple[str, ...]:
        return ("program", "version", "file") if obj else ()

    def save_model(self, request: HttpRequest, obj: Attachment, form: ModelForm[Attachment], change: bool) -> None:
        kind, said, at = AttachmentKind(obj.kind), form.cleaned_data, now()
        if change:
            rename_attachment(obj, kind=kind, title=obj.title, at=at)
        else:
            words: dict[str, Any] = {"title": obj.title, "file": said["file"], "version": obj.version}
            obj.pk = add_attachment(obj.program, kind=kind, **words, at=at).pk

    def delete_model(self, request: HttpRequest, obj: Attachment) -> None:
        remove_attachment(obj, at=now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Attachment]) -> None:
        for attachment in queryset:
            remove_attachment(attachment, at=now())
