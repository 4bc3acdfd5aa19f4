from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db import models
from django.db.models import QuerySet, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.desk import DeskAdmin, RefusalsInWords, staff
from accounts.roles import Duty
from consultations.forms.moments import MomentField
from meetings import actions
from meetings.admin.forms import GroupForm, GroupFormSet, MeetingForm
from meetings.models import Meeting, MeetingAction, WorkingGroup


class GroupInline(DeskAdmin, admin.StackedInline[WorkingGroup, Meeting]):
    duty = Duty.RUN_MEETINGS
    model = WorkingGroup
    form = GroupForm
    formset = GroupFormSet
    extra = 0
    can_delete = False
    show_change_link = False
    fields = (
        "name",
        "topic",
        "description",
        "city_moderator",
        "ngo_moderator",
        ("capacity", "taken", "position"),
        "room",
        "room_link",
    )
    readonly_fields = ("taken",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[WorkingGroup]:
        return super().get_queryset(request).prefetch_related("moderators")


@admin.register(Meeting)
class MeetingAdmin(RefusalsInWords, DeskAdmin, admin.ModelAdmin[Meeting]):
    duty = Duty.RUN_MEETINGS
    refusals = (actions.Refusal,)
    form = MeetingForm
    inlines = (GroupInline,)
    change_form_template = "meetings/admin/meeting.html"
    formfield_overrides = {models.DateTimeField: {"form_class": MomentField, "widget": MomentField.widget}}
    list_display = ("title", "starts_at", "state_now", "seats", "signup_until", "consultation")
    list_select_related = ("consultation",)
    list_filter = ("consultation",)
    readonly_fields = ("published_at", "cancelled_at")
    prepopulated_fields = {"slug": ("title",)}
    fieldsets = (
        (
            None,
            {
                "description": _("What people read on the meeting's page. Groups with their moderators are at the bottom."),
                "fields": ("consultation", "title", "slug", "description"),
            },
        ),
        (
            _("Where"),
            {
                "description": _("At a remote meeting each group has a link to its own room. Only people who confirmed see it."),
                "fields": ("mode", "place"),
            },
        ),
        (
            _("When"),
            {
                "description": _(
                    "Three deadlines before the meeting: extra topics, sign-up with changes of group, and confirming "
                    "attendance. An empty one means the start of the meeting. Each ends at the very moment given here."
                ),
                "fields": ("starts_at", "ends_at", "topics_until", "signup_until", "confirm_until", "reason"),
            },
        ),
        (
            _("Who may come"),
            {
                "description": _("The limit keeps one large organization from filling a group. Empty: no limit."),
                "fields": ("separate_confirmation", "limit_per_organization"),
            },
        ),
        (
            _("State"),
            {
                "description": _("Publishing needs at least one group, and in each group two moderators: city and organization."),
                "fields": ("published_at", "cancelled_at"),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Meeting]:
        return super().get_queryset(request).annotate(taken=Sum("groups__taken"), places=Sum("groups__capacity"))

    @admin.display(description=_("state"))
    def state_now(self, meeting: Meeting) -> Any:
        return state_at(meeting, timezone.now())

    @admin.display(description=_("places taken"))
    def seats(self, meeting: Any) -> str:
        return f"{meeting.taken or 0} / {meeting.places or 0}"

    def get_readonly_fields(self, request: HttpRequest, obj: Meeting | None = None) -> tuple[str, ...]:
        # The address is printed on posters: it stays as it was.
        return (*self.readonly_fields, "consultation", "slug") if obj else self.readonly_fields

    def get_prepopulated_fields(self, request: HttpRequest, obj: Meeting | None = None) -> dict[str, Any]:
        return {} if obj else self.prepopulated_fields

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Meeting, form: Any, change: bool) -> None:
        at = timezone.now()
        if change:
            actions.edit_meeting(obj, by=staff(request), at=at, groups_follow=True, **form.words())
            actions.move_meeting(obj, by=staff(request), at=at, reason=form.cleaned_data["reason"], **form.moments())
        else:
            given = {**form.words(), **form.moments(), "slug": form.cleaned_data["slug"]}
            made = actions.create_meeting(form.cleaned_data["consultation"], by=staff(request), at=at, **given)
            obj.pk, obj._state.adding = made.pk, False
        obj.refresh_from_db()

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        save_groups(formset, form.instance, timezone.now())

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        # The groups of the same page belong to the question whether the meeting is complete.
        super().save_related(request, form, formsets, change)
        actions.check_complete(form.instance)

    def response_change(self, request: HttpRequest, obj: Meeting) -> HttpResponse:
        if "_publish" not in request.POST:
            return super().response_change(request, obj)
        try:
            actions.publish_meeting(obj, by=staff(request), at=timezone.now())
        except actions.MeetingIsNotReady as refusal:
            self.message_user(request, refusal.in_words, messages.ERROR)
        else:
            self.message_user(request, _("The meeting is published: people can sign up now."), messages.SUCCESS)
        return HttpResponseRedirect(request.path)

    def get_urls(self) -> list[URLPattern]:
        cancel = path("<int:pk>/cancel/", self.admin_site.admin_view(self.cancel_view), name="meetings_meeting_cancel")
        return [cancel, *super().get_urls()]

    def cancel_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Cancelling writes to everybody, so it is shown first to how many."""
        meeting = get_object_or_404(Meeting, pk=pk)
        back = reverse("admin:meetings_meeting_change", args=[pk])
        if not self.has_change_permission(request, meeting):
            return redirect(back)
        refusal = ""
        if request.method == "POST":
            try:
                actions.cancel_meeting(meeting, reason=request.POST.get("reason", "")[:500], by=staff(request), at=timezone.now())
                return redirect(back)
            except actions.Refusal as error:
                refusal = error.in_words
        letters = meeting.registrations.registered().exclude(email="").count()
        page = {**self.admin_site.each_context(request), "meeting": meeting, "letters": letters, "refusal": refusal}
        page |= {"title": _("Cancel the meeting"), "opts": self.opts, "back": back}
        return TemplateResponse(request, "meetings/admin/cancel.html", page)


def state_at(meeting: Meeting, at: datetime) -> Any:
    if meeting.cancelled_at:
        return _("cancelled")
    if not meeting.is_published(at):
        return _("being prepared")
    if meeting.may(MeetingAction.SIGN_UP, at):
        return _("sign-up open")
    return _("over") if meeting.ends_at <= at else _("sign-up closed")


def save_groups(formset: Any, meeting: Meeting, at: datetime) -> None:
    formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
    for form in formset.forms:
        if not form.has_changed():
            continue
        if form.instance.pk:
            for sector, name in form.moderators().items():
                actions.set_moderator(form.instance, sector=sector, name=name, at=at)
            group = actions.edit_group(form.instance, at=at, **form.words())
            formset.changed_objects.append((group, form.changed_data))
        else:
            group = actions.add_group(meeting, at=at, moderators=form.moderators(), **form.words())
            formset.new_objects.append(group)
