"""All that people said, on one list: entered, looked at, released."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.desk import DeskAdmin, RefusalsInWords, staff
from accounts.roles import Duty
from consultations.actions.voices import (
    LateNeedsAReason,
    NotUnderConsultation,
    ReceivedInTheFuture,
    StageIsClosed,
    release_voices,
)
from consultations.forms.entered import EnteredVoiceForm
from consultations.models import Voice
from consultations.models.voices import VoiceQuerySet

Choices = list[tuple[str, Any]]


class SeenForm(ActionForm):
    """The list carries the moment it was shown: words their authors changed since then are not released unseen."""

    seen_at = forms.CharField(widget=forms.HiddenInput, required=False, initial=lambda: timezone.now().isoformat())


class YesNoFilter(admin.SimpleListFilter):
    yes: Any
    no: Any
    condition: models.Q

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [("yes", self.yes), ("no", self.no)]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        if self.value() == "yes":
            return queryset.filter(self.condition)
        return queryset.exclude(self.condition) if self.value() == "no" else queryset


class ReleasedFilter(YesNoFilter):
    title, parameter_name = _("published"), "released"
    yes, no = _("published"), _("not published")
    condition = models.Q(released_at__isnull=False)


class UnconfirmedFilter(YesNoFilter):
    title, parameter_name = _("address"), "unconfirmed"
    yes, no = _("given but not confirmed"), _("confirmed or none")
    condition = ~models.Q(submission__email="") & models.Q(submission__email_confirmed_at=None)


class LateFilter(YesNoFilter):
    title, parameter_name = _("deadline"), "late"
    yes, no = _("after the deadline"), _("in time")
    condition = ~models.Q(submission__late_reason="")


class WithdrawnFilter(YesNoFilter):
    title, parameter_name = _("withdrawn"), "withdrawn"
    yes, no = _("withdrawn"), _("standing")
    condition = models.Q(submission__withdrawn_at__isnull=False)


@admin.register(Voice)
class VoiceAdmin(RefusalsInWords, DeskAdmin, admin.ModelAdmin[Voice]):
    duty = Duty.HANDLE_VOICES
    refusals = (StageIsClosed, LateNeedsAReason, ReceivedInTheFuture, NotUnderConsultation)
    list_help = _("Nobody outside the office sees a voice until you publish it: tick it and choose the action.")
    list_display = (
        "signature",
        "author",
        "subject",
        "channel",
        "received",
        "address_is_confirmed",
        "kept_deadline",
        "released_at",
    )
    list_filter = (
        "consultation",
        "kind",
        ReleasedFilter,
        "submission__channel",
        UnconfirmedFilter,
        LateFilter,
        WithdrawnFilter,
        ("topic", admin.RelatedOnlyFieldListFilter),
    )
    list_per_page = 50
    search_fields = ("text", "proposed_wording", "reasons", "submission__organization_name", "submission__name")
    ordering = ("-submission__received_at", "-number")
    actions = ("release",)
    action_form = SeenForm

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Voice]:
        related = ("consultation", "submission__entered_by", "topic", "provision_text", "version__program", "released_by")
        return super().get_queryset(request).select_related(*related)

    def get_form(self, request: HttpRequest, obj: Voice | None = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = type("EnteredNow", (EnteredVoiceForm,), {"at": timezone.now()})
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Voice | None = None) -> Any:
        return SHOWN if obj else ENTERED

    def get_readonly_fields(self, request: HttpRequest, obj: Voice | None = None) -> Any:
        return [name for _title, part in SHOWN for name in part["fields"]] if obj else ()

    # What people wrote is not rewritten at the desk, and nothing of it is deleted.
    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_release_permission(self, request: HttpRequest) -> bool:
        return self._has(request, self.duty)

    def save_model(self, request: HttpRequest, obj: Voice, form: Any, change: bool) -> None:
        recorded = form.record(by=staff(request)).voices.get()
        # The admin goes on with its own object: it becomes the row that the verb wrote.
        obj.pk = recorded.pk
        obj.refresh_from_db()

    @admin.action(description=_("Publish the chosen voices"), permissions=["release"])
    def release(self, request: HttpRequest, queryset: VoiceQuerySet) -> None:
        seen_at = parse_datetime(request.POST.get("seen_at", "")) or timezone.now()
        released = release_voices(queryset, by=staff(request), at=timezone.now(), seen_at=seen_at)
        words = ngettext("%(n)d voice is public from now on.", "%(n)d voices are public from now on.", released) % {"n": released}
        self.message_user(request, words, messages.SUCCESS)

    @admin.display(description=_("number"), ordering="number")
    def signature(self, voice: Voice) -> str:
        return voice.signature

    @admin.display(description=_("from"), ordering="submission__organization_name")
    def author(self, voice: Voice) -> str:
        return voice.submission.author

    @admin.display(description=_("about"))
    def subject(self, voice: Voice) -> str:
        return voice.place or (voice.topic.name if voice.topic else "")

    @admin.display(description=_("channel"), ordering="submission__channel")
    def channel(self, voice: Voice) -> str:
        return voice.submission.get_channel_display()

    @admin.display(description=_("received"), ordering="submission__received_at")
    def received(self, voice: Voice) -> datetime:
        return voice.submission.received_at

    @admin.display(description=_("address confirmed"), boolean=True)
    def address_is_confirmed(self, voice: Voice) -> bool | None:
        return voice.submission.email_confirmed_at is not None if voice.submission.email else None

    @admin.display(description=_("deadline"))
    def kept_deadline(self, voice: Voice) -> str:
        return str(_("after the deadline") if voice.submission.is_late else _("in time"))

    @admin.display(description=_("who wrote"))
    def person(self, voice: Voice) -> str:
        return ", ".join(filter(None, (voice.submission.name, voice.submission.email)))

    @admin.display(description=_("entered by"))
    def entered_by(self, voice: Voice) -> str:
        return str(voice.submission.entered_by or "")

    @admin.display(description=_("late: why it is recorded all the same"))
    def late_reason(self, voice: Voice) -> str:
        return voice.submission.late_reason

    @admin.display(description=_("withdrawn"))
    def withdrawn_at(self, voice: Voice) -> datetime | None:
        return voice.submission.withdrawn_at

    @admin.display(description=_("as first received"))
    def as_received(self, voice: Voice) -> SafeString:
        return format_html_join("", "<p>{}</p>", ((words,) for words in voice.original.values() if words))


ENTERED: Any = (
    (
        _("What came, and how"),
        {
            "fields": ("form_token", "consultation", "kind", "channel", "received_at", "late_reason"),
            "description": _(
                "Enter a voice that came on paper, by e-mail, by telephone or at the meeting. It gets the next number."
            ),
        },
    ),
    (
        _("From whom"),
        {
            "fields": ("name", "email", "organization", "organization_name"),
            "description": _("The person's name and address are for the office only; the public sees the organization."),
        },
    ),
    (
        _("What it says"),
        {
            "fields": ("topic", "citation", "proposed_wording", "text", "reasons"),
            "description": _("In the author's own words. A letter that says several things is entered as several voices."),
        },
    ),
)
SHOWN: Any = (
    (
        _("The letter"),
        {
            "fields": (
                *("signature", "consultation", "kind", "author", "person", "channel", "received", "address_is_confirmed"),
                *("entered_by", "late_reason", "withdrawn_at"),
            ),
            "description": _("Who wrote and how it came. The person's name and address are for the office only."),
        },
    ),
    (
        _("What it says"),
        {
            "fields": ("topic", "version", "provision_text", "quote", "proposed_wording", "text", "reasons", "edited_at"),
            "description": _("The words that are published. Its author may change them until the stage closes."),
        },
    ),
    (
        _("As received and as published"),
        {
            "fields": ("as_received", "released_at", "released_by"),
            "description": _("The first text is never changed. To publish, choose the voice on the list and the action there."),
        },
    ),
)
