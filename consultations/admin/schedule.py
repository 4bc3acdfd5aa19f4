"""The coordinator's process: consultations, stages, formal events, moved dates."""

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db import models
from django.db.models import Count, Q, QuerySet
from django.forms import BaseModelFormSet, CheckboxSelectMultiple, ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.desk import DeskAdmin, RefusalsInWords, staff
from accounts.roles import Duty
from consultations import deadlines
from consultations.actions import events, schedule
from consultations.event_words import fact_words, is_overdue
from consultations.forms.schedule import EventForm, StageForm
from consultations.models import Consultation, DateChange, FormalEvent, Stage, Topic
from consultations.plan_letters import plan_words
from consultations.stages import Kind
from consultations.timeline import for_pages, for_timelines, now

CONSULTATION_WORDS = ("title", "lead", "host", "co_hosts", "phone", "contact_email")
EVENT_WORDS = ("kind", "name", "note", "position", "link")
STAGE_WORDS = ("name", "description", "shown_as", "after_event", "days_after", "position")


class TopicInline(DeskAdmin, admin.StackedInline[Topic, Consultation]):
    duty = Duty.RUN_PROCESS
    model = Topic
    fields = ("name", "description", "position")
    extra = 1
    can_delete = False


@admin.register(Consultation)
class ConsultationAdmin(RefusalsInWords, DeskAdmin, admin.ModelAdmin[Consultation]):
    duty = Duty.RUN_PROCESS
    previewed_as = "consultation"
    refusals = (schedule.ScheduleRefused,)
    list_display = ("title", "slug", "published_at", "state_now", "followers")
    list_filter = ("published_at",)
    search_fields = ("title", "slug")
    inlines = (TopicInline,)
    formfield_overrides = {models.ManyToManyField: {"widget": CheckboxSelectMultiple}}
    readonly_fields = ("published_at",)
    change_form_template = "admin/consultations/consultation/change_form.html"
    fieldsets = (
        (
            None,
            {
                "fields": ("title", "slug", "lead", "programs"),
                "description": _("What is consulted. The name in the address cannot be changed later: people bookmark it."),
            },
        ),
        (
            _("Who runs it"),
            {
                "fields": ("host", "co_hosts", "phone", "contact_email"),
                "description": _("Shown on the page, except the e-mail: it only receives letters from the contact form."),
            },
        ),
        (
            _("Publication"),
            {
                "fields": ("published_at",),
                "description": _("After publication everybody sees the dates, and each move of a date needs a reason."),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Consultation]:
        confirmed = Count("follows", filter=Q(follows__confirmed_at__isnull=False, follows__ended_at=None), distinct=True)
        return for_pages(Consultation.objects.annotate(follower_count=confirmed))

    @admin.display(description=_("now"))
    def state_now(self, obj: Consultation) -> str:
        panel = now(obj, timezone.now())
        return f"{panel.title}: {panel.until}" if panel else "–"

    @admin.display(description=_("followers"))
    def followers(self, obj: Consultation) -> int:
        return int(getattr(obj, "follower_count", 0))

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> HttpResponse:
        if obj := kwargs.get("obj"):
            context["plan_words"] = plan_words(for_timelines(Consultation.objects.filter(pk=obj.pk))[0], timezone.now())
        return super().render_change_form(request, context, *args, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Consultation | None = None) -> tuple[str, ...]:
        return ("published_at", "slug") if obj else ("published_at",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Consultation, form: ModelForm[Consultation], change: bool) -> None:
        at = timezone.now()
        said = {name: form.cleaned_data[name] for name in (*CONSULTATION_WORDS, "programs")}
        if change:
            schedule.edit_consultation(obj, **said, at=at)
        else:
            obj.pk = schedule.create_consultation(slug=obj.slug, **said, at=at).pk
            obj.refresh_from_db()

    def save_formset(
        self, request: HttpRequest, form: ModelForm[Consultation], formset: BaseModelFormSet[Any, Any], change: bool
    ) -> None:
        at = timezone.now()
        for topic in formset.save(commit=False):
            said = {"name": topic.name, "description": topic.description, "position": topic.position}
            if topic.pk:
                schedule.edit_topic(topic, **said, at=at)
            else:
                topic.pk = schedule.add_topic(form.instance, **said, at=at).pk

    def response_change(self, request: HttpRequest, obj: Consultation) -> HttpResponse:
        if "_publish" in request.POST:
            try:
                schedule.publish_consultation(obj, by=staff(request), at=timezone.now())
                self.message_user(request, _("The consultation is published."), messages.SUCCESS)
            except schedule.ConsultationIsNotReady as refused:
                self.message_user(request, str(refused.in_words), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
        return super().response_change(request, obj)


class PlanAdmin(RefusalsInWords, DeskAdmin):
    """A stage or a formal event: removable only while the public has not seen it."""

    duty = Duty.RUN_PROCESS
    refusals = (schedule.ScheduleRefused,)

    def has_delete_permission(self, request: HttpRequest, obj: Stage | FormalEvent | None = None) -> bool:
        planned = obj is not None and not obj.consultation.is_published(timezone.now())
        return planned and super().has_delete_permission(request, obj)

    def delete_model(self, request: HttpRequest, obj: Stage | FormalEvent) -> None:
        schedule.remove_from_plan(obj, at=timezone.now())


@admin.register(Stage)
class StageAdmin(PlanAdmin, admin.ModelAdmin[Stage]):
    form = StageForm
    # What a phone shows without scrolling comes first.
    list_display = ("name", "window", "state_now", "kind", "consultation", "position")
    list_filter = ("consultation", "kind")
    list_select_related = ("consultation",)
    search_fields = ("name",)
    fieldsets = (
        (
            None,
            {
                "fields": ("consultation", "kind", "name", "description", "position"),
                "description": _("The kind decides what people may do while the stage is open; it cannot be changed later."),
            },
        ),
        (
            _("Dates"),
            {
                "fields": ("opens_at", "closes_at", "reason"),
                "description": _("In local time. Both dates or neither: a stage without dates is announced but not open."),
            },
        ),
        (
            _("How the date is shown"),
            {
                "fields": ("shown_as", "after_event", "days_after"),
                "description": _("A stage that opens by an act gets its dates when you record that the act is done."),
            },
        ),
    )

    @admin.display(description=_("dates"))
    def window(self, obj: Stage) -> str:
        return str(deadlines.shown(obj.shown_as, obj.opens_at, obj.closes_at, timezone.now()))

    @admin.display(description=_("now"))
    def state_now(self, obj: Stage) -> str:
        at = timezone.now()
        if obj.is_open(at) and obj.closes_at:
            return str(_("open, %(left)s") % {"left": deadlines.left_words(obj.closes_at, at)})
        return str(_("closed") if obj.is_over(at) else _("ahead"))

    def get_readonly_fields(self, request: HttpRequest, obj: Stage | None = None) -> tuple[str, ...]:
        return ("consultation", "kind") if obj else ()

    def save_model(self, request: HttpRequest, obj: Stage, form: ModelForm[Stage], change: bool) -> None:
        at, by, said = timezone.now(), staff(request), form.cleaned_data
        words = {name: said[name] for name in STAGE_WORDS}
        window = {"opens_at": said["opens_at"], "closes_at": said["closes_at"]}
        if change:
            stage = Stage.objects.select_related("consultation").get(pk=obj.pk)
            schedule.edit_stage(stage, **words, by=by, at=at)
            schedule.move_stage(stage, **window, reason=said["reason"], by=by, at=at)
        else:
            consultation, kind = said["consultation"], said["kind"]
            obj.pk = schedule.add_stage(consultation, kind=kind, **words, **window, by=by, at=at).pk
        self._warn_of_a_free_day(request, obj, at)

    def _warn_of_a_free_day(self, request: HttpRequest, obj: Stage, at: datetime) -> None:
        """Where people have to act by the end. The office may mean it: a plan on paper may name that day."""
        if obj.closes_at and obj.kind in {Kind.PROPOSALS, Kind.REMARKS}:
            day = deadlines.last_day(obj.closes_at)
            if not deadlines.is_working(day):
                words = _("%(free)s, and the stage ends on that day. If its last day should be a working one, move the end.")
                self.message_user(request, words % {"free": deadlines.free_words(day, at)}, messages.WARNING)


@admin.register(FormalEvent)
class FormalEventAdmin(PlanAdmin, admin.ModelAdmin[FormalEvent]):
    form = EventForm
    list_display = ("name", "planned_on", "done_on", "kind", "waiver", "consultation", "position")
    list_filter = ("consultation", "kind")
    list_select_related = ("consultation",)
    search_fields = ("name",)
    change_form_template = "admin/consultations/formalevent/change_form.html"
    fieldsets = (
        (
            None,
            {
                "fields": ("consultation", "kind", "name", "note", "position"),
                "description": _(
                    "What happens besides participation. By its kind the portal counts the days that the act gives."
                ),
            },
        ),
        (
            _("When"),
            {
                "fields": ("planned_on", "reason", "done_on", "opens_at", "previewed"),
                "description": _("Recording the act opens the stages that wait for it; you see their dates before you save."),
            },
        ),
        (
            _("What came of it"),
            {
                "fields": ("document", "link"),
                "description": _("Choose a document of this consultation, or give an address."),
            },
        ),
    )

    @admin.display(description=_("no opinion in time"), empty_value="", ordering="waived")
    def waiver(self, obj: FormalEvent) -> str | None:
        return str(_("waived")) if obj.waived else None

    def get_readonly_fields(self, request: HttpRequest, obj: FormalEvent | None = None) -> tuple[str, ...]:
        return ("consultation",) if obj else ()

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> HttpResponse:
        if obj := kwargs.get("obj"):
            # As it is saved, whatever was typed into the form.
            at, saved = timezone.now(), FormalEvent.objects.select_related("consultation").get(pk=obj.pk)
            context |= {"fact": fact_words(saved, at), "may_waive": is_overdue(saved, at), "resolutions": saved.resolutions}
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: FormalEvent, form: ModelForm[FormalEvent], change: bool) -> None:
        at, by, said = timezone.now(), staff(request), form.cleaned_data
        words = {name: said[name] for name in EVENT_WORDS}
        if not change:
            dates = {"planned_on": said["planned_on"], "done_on": said["done_on"]}
            obj.pk = events.add_event(said["consultation"], **words, **dates, by=by, at=at).pk
            return
        event = FormalEvent.objects.select_related("consultation").get(pk=obj.pk)
        is_new_day = said["done_on"] != event.done_on or event.waived
        events.edit_event(event, **words, document=said["document"], by=by, at=at)
        events.move_event(event, planned_on=said["planned_on"], reason=said["reason"], by=by, at=at)
        if said["done_on"] and (is_new_day or said["opens_at"]):
            events.record_event(event, done_on=said["done_on"], opens_at=said["opens_at"], by=by, at=at)

    def response_change(self, request: HttpRequest, obj: FormalEvent) -> HttpResponse:
        if "_waive" in request.POST:
            events.waive_opinion(obj, by=staff(request), at=timezone.now())
            self.message_user(request, _("The waiver is recorded: no opinion came in its days."), messages.SUCCESS)
            return HttpResponseRedirect(request.get_full_path())
        return super().response_change(request, obj)


@admin.register(DateChange)
class DateChangeAdmin(DeskAdmin, admin.ModelAdmin[DateChange]):
    """Shown to the public, so nobody edits it."""

    duty = Duty.RUN_PROCESS
    named_by_kind = True
    list_help = _("Written by the desk itself when a published date is moved. People read it beside the date.")
    list_display = ("at", "consultation", "what", "old", "new", "reason")
    list_filter = ("consultation",)
    list_select_related = ("consultation", "content_type")

    def get_queryset(self, request: HttpRequest) -> QuerySet[DateChange]:
        return super().get_queryset(request).prefetch_related("thing")

    @admin.display(description=_("which date"))
    def what(self, change: DateChange) -> str:
        thing = change.thing
        return f"{thing}: {thing._meta.get_field(change.field).verbose_name}" if thing else change.field

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False
