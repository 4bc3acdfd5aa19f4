"""All that people said, on one list: entered, released, sent for approval, approved; answering.py opens one of them."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db import models
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.desk import DeskAdmin, RefusalsInWords, staff
from accounts.roles import Duty
from consultations.actions.intake import REFUSALS
from consultations.actions.voices import release_voices
from consultations.admin import answering, assignment, bulk, cutting, similar
from consultations.admin.steps import day_words, steps_of, tag
from consultations.admin.voice_filters import (
    AssignedFilter,
    DueFilter,
    LateFilter,
    ParagraphFilter,
    ReleasedFilter,
    StepFilter,
    UnansweredFilter,
    UnconfirmedFilter,
    WithdrawnFilter,
    searched,
)
from consultations.forms.entered import EnteredVoiceForm
from consultations.models import Part, Voice
from consultations.models.answers import sees_all_voices
from consultations.models.voices import VoiceQuerySet
from programs.admin.pages import number

WORDS_SHOWN = 120  # characters
# What an official of a unit has instead of the whole list.
UNIT_COLUMNS = ("signature", "author", "subject", "own_words", "received", "answer", "assigned", "due")
UNIT_FILTERS = (("consultation", admin.RelatedOnlyFieldListFilter), "kind", StepFilter, UnansweredFilter, DueFilter)
UNIT_LOOKUPS = frozenset({"id__in", "consultation__id__exact", "kind__exact", "step", "unanswered", "due"})


class SeenForm(ActionForm):
    """The list carries the moment it was shown: words their authors changed since then are not released unseen."""

    seen_at = forms.CharField(label="", widget=forms.HiddenInput, required=False, initial=lambda: timezone.now().isoformat())


@admin.register(Voice)
class VoiceAdmin(RefusalsInWords, DeskAdmin, admin.ModelAdmin[Voice]):
    duty = Duty.HANDLE_VOICES
    refusals = REFUSALS
    unit_search_help = _("A number (U/2027/014 or 14), a provision (§ 12), or words: of the voice, its organization.")
    unit_help = _("What is assigned to you or to your department. Open a voice to draft the answer; somebody else approves it.")
    list_help = _("Open a voice to answer it. Nobody outside the office sees it until you publish it: tick it and choose so.")
    change_list_template = "consultations/admin/voice_list.html"
    list_display = ("signature", "author", "subject", "words", "channel", "received", "answer", "assigned", "due")
    list_filter = (
        "consultation",
        "kind",
        StepFilter,
        UnansweredFilter,
        AssignedFilter,
        DueFilter,
        ("topic", admin.RelatedOnlyFieldListFilter),
        ParagraphFilter,
        "submission__channel",
        ReleasedFilter,
        UnconfirmedFilter,
        LateFilter,
        WithdrawnFilter,
    )
    list_per_page = 50
    show_full_result_count = False
    # What is asked of them: see voice_filters.searched.
    search_fields = ("folded",)
    search_help_text = _("A number (U/2027/014 or 14), a provision (§ 12), or words: of the voice, its organization, its author.")
    ordering = ("-submission__received_at", "-number")
    actions = ("assign", "release", "send", "approve")
    action_form = SeenForm

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Voice]:
        related = ("consultation", "submission", "topic", "provision_text", "until_text")
        parts = Part.objects.seen_by(staff(request)).telling_unanswered().select_related("current", "department", "assignee")
        voices = Voice.objects.seen_by(staff(request)).order_by(*self.ordering)
        return voices.select_related(*related).prefetch_related(Prefetch("parts", parts))

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return searched(queryset, search_term, by=staff(request)), False

    def get_list_display(self, request: HttpRequest) -> Any:
        return self.list_display if self.sees_all(request) else UNIT_COLUMNS

    def get_list_filter(self, request: HttpRequest) -> Any:
        return self.list_filter if self.sees_all(request) else UNIT_FILTERS

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """An official of a unit asks for what their list offers, and for what letters link to: nothing about authors."""
        if self.sees_all(request):
            return super().lookup_allowed(lookup, value, request)
        return lookup in UNIT_LOOKUPS

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        if not self.sees_all(request):
            changelist.search_help_text = str(self.unit_search_help)
        return changelist

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        sees_all = self.sees_all(request)
        help_words = self.list_help if sees_all else self.unit_help
        return super().changelist_view(request, {**(extra_context or {}), "sees_all": sees_all, "list_help": help_words})

    def get_urls(self) -> list[URLPattern]:
        cut = self.admin_site.admin_view(cutting.cut_page)
        return [
            path("<int:pk>/cut/", cut, {"desk": self}, name="consultations_voice_cut"),
            *assignment.pages(self),
            *similar.pages(self),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return answering.answer_page(request, number(object_id), desk=self)

    def get_form(self, request: HttpRequest, obj: Voice | None = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = type("EnteredNow", (EnteredVoiceForm,), {"at": timezone.now()})
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Voice | None = None) -> Any:
        return ENTERED

    # What people wrote is not rewritten at the desk, and nothing of it is deleted.
    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._has(request, self.duty, Duty.READ_ALL, Duty.ANSWER_OWN)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_answer_permission(self, request: HttpRequest) -> bool:
        """All of them, and all that is done to answers."""
        return self._has(request, self.duty)

    def has_draft_permission(self, request: HttpRequest) -> bool:
        """At least what is given to them: the verbs say which."""
        return self._has(request, self.duty, Duty.ANSWER_OWN)

    def sees_all(self, request: HttpRequest) -> bool:
        return sees_all_voices(staff(request))

    def save_model(self, request: HttpRequest, obj: Voice, form: Any, change: bool) -> None:
        recorded = form.record(by=staff(request)).voices.get()
        # The admin goes on with its own object: it becomes the row that the verb wrote.
        obj.pk = recorded.pk
        obj.refresh_from_db()

    @admin.action(description=_("Publish the chosen voices"), permissions=["answer"])
    def release(self, request: HttpRequest, queryset: VoiceQuerySet) -> None:
        at = timezone.now()
        released = release_voices(queryset, by=staff(request), at=at, seen_at=bulk.moment_seen(request, at))
        words = ngettext("%(n)d voice is public from now on.", "%(n)d voices are public from now on.", released) % {"n": released}
        self.message_user(request, words, messages.SUCCESS)

    @admin.action(description=_("Assign the answers"), permissions=["answer"])
    def assign(self, request: HttpRequest, queryset: VoiceQuerySet) -> HttpResponse:
        return assignment.of_voices(request, self, queryset)

    @admin.action(description=_("Send the drafts for approval"), permissions=["draft"])
    def send(self, request: HttpRequest, queryset: VoiceQuerySet) -> None:
        bulk.send(request, Part.objects.seen_by(staff(request)).filter(voice__in=queryset))

    @admin.action(description=_("Approve the answers that wait"), permissions=["answer"])
    def approve(self, request: HttpRequest, queryset: VoiceQuerySet) -> None:
        bulk.approve(request, Part.objects.filter(voice__in=queryset))

    @admin.display(description=_("number"), ordering="number")
    def signature(self, voice: Voice) -> str:
        return voice.signature

    @admin.display(description=_("from"), ordering="submission__organization_name")
    def author(self, voice: Voice) -> str:
        return voice.submission.author

    @admin.display(description=_("about"), ordering="provision_text__rank")
    def subject(self, voice: Voice) -> str:
        return voice.place or (voice.topic.name if voice.topic else str(_("another matter")))

    @admin.display(description=_("what it says"))
    def words(self, voice: Voice) -> str:
        return Truncator(voice.text or voice.proposed_wording or voice.reasons).chars(WORDS_SHOWN)

    @admin.display(description=_("what it says"))
    def own_words(self, voice: Voice) -> str:
        """Of a voice that is cut, the parts that whoever looks is given."""
        excerpts = " […] ".join(part.excerpt for part in voice.parts.all() if part.excerpt)
        return Truncator(excerpts).chars(WORDS_SHOWN) if excerpts else self.words(voice)

    @admin.display(description=_("channel"), ordering="submission__channel")
    def channel(self, voice: Voice) -> str:
        return voice.submission.get_channel_display()

    @admin.display(description=_("received"), ordering="submission__received_at")
    def received(self, voice: Voice) -> SafeString:
        late = tag(_("after the deadline")) if voice.submission.is_late else ""
        return format_html("{} {}", day_words(localdate(voice.submission.received_at)), late)

    @admin.display(description=_("answer"))
    def answer(self, voice: Voice) -> SafeString:
        if voice.released_at or voice.submission.withdrawn_at:
            return steps_of(voice)
        return format_html('{} <span class="quiet">{}</span>', steps_of(voice), _("not shown to the public"))

    @admin.display(description=_("assigned to"))
    def assigned(self, voice: Voice) -> str:
        whom = (str(one) for part in voice.parts.all() for one in (part.department, part.assignee) if one)
        return ", ".join(dict.fromkeys(whom))

    @admin.display(description=_("answer due"))
    def due(self, voice: Voice) -> SafeString | str:
        days = [part.due_on for part in voice.parts.all() if part.due_on and part.is_unanswered]
        if not days or voice.submission.withdrawn_at:
            return ""
        words = day_words(min(days))
        return tag(_("overdue: %(day)s") % {"day": words}, tone="stop") if min(days) < localdate() else words


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
            "description": _("In the author's own words. For a letter that says several things there is a page of its own."),
        },
    ),
    (_("The letter itself"), {"fields": ("set_aside", "scan")}),
)
