from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import F, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from accounts.audit import record_export
from accounts.desk import DeskAdmin, RefusalsInWords, staff
from accounts.models import Export
from accounts.roles import Duty, has_duty
from consultations.forms.moments import MomentField
from meetings import actions
from meetings.admin.forms import CLOSED_WORDS, WHERE, WHO, CancelGroupForm, GroupForm, GroupFormSet, MeetingForm
from meetings.exports.attendance import attendance_pdf
from meetings.models import Meeting, MeetingAction, Registration, WorkingGroup


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
        ("parent", "topic"),
        "description",
        ("city_moderator", "city_email"),
        ("ngo_moderator", "ngo_email"),
        ("capacity", "taken", "position"),
        ("remote_capacity", "remote_taken"),
        "room",
        "room_link",
        ("starts_at", "ends_at"),
        "links",
    )
    readonly_fields = ("taken", "remote_taken", "links")

    @admin.display(description=_("this group"))
    def links(self, group: WorkingGroup) -> Any:
        """What is done with one group: its page, its papers, its end."""
        if group.pk is None or group.meeting.published_at is None:
            return _("After publishing: the group's page, its papers, calling it off.")
        if group.cancelled_at:
            return format_html("{}: {}", pgettext("group", "called off"), group.cancelled_because)
        names = {"group": _("Page of the group"), "group_list": _("Attendance list"), "group_sheet": _("Sheet for the moderator")}
        pages = [(reverse(f"meetings:{name}", args=[group.meeting.slug, group.pk]), words) for name, words in names.items()]
        pages.append((reverse("admin:meetings_group_conclusions", args=[group.pk]), _("Conclusions")))
        pages.append((reverse("admin:meetings_group_cancel", args=[group.pk]), _("Call it off or join it with another")))
        return format_html_join(" · ", '<a href="{}">{}</a>', pages)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The links to the rooms are for those who run meetings: whoever only reads everything need not enter a room."""
        fields = super().get_fields(request, obj)
        return fields if self.has_change_permission(request, obj) else [one for one in fields if one != "room_link"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[WorkingGroup]:
        return super().get_queryset(request).select_related("meeting").prefetch_related("moderators")


@admin.register(Meeting)
class MeetingAdmin(RefusalsInWords, DeskAdmin, admin.ModelAdmin[Meeting]):
    duty = Duty.RUN_MEETINGS
    previewed_as = "meeting"
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
                "fields": WHERE,
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
                "fields": (*WHO, "separate_confirmation", "releases_silent"),
            },
        ),
        (
            _("What people read after a deadline"),
            {
                "description": _("A sentence of yours. Empty: the portal says until when it was possible."),
                "classes": ("collapse",),
                "fields": CLOSED_WORDS,
            },
        ),
        (
            _("State"),
            {
                "description": _(
                    "Publishing needs at least one group, and in each group two moderators (city and organization) "
                    "and a room or a link. A meeting without sign-up needs no group."
                ),
                "fields": ("published_at", "cancelled_at"),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Meeting]:
        return (
            super()
            .get_queryset(request)
            .annotate(
                taken=Sum(F("groups__taken") + F("groups__remote_taken")),
                places=Sum(F("groups__capacity") + F("groups__remote_capacity")),
            )
        )

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
            reason = form.cleaned_data["reason"]
            actions.move_meeting(obj, by=staff(request), at=at, reason=reason, groups_follow=True, **form.moments())
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
            words = (
                _("The meeting is published.") if obj.without_signup else _("The meeting is published: people can sign up now.")
            )
            self.message_user(request, words, messages.SUCCESS)
        return HttpResponseRedirect(request.path)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/cancel/", view(self.cancel_view), name="meetings_meeting_cancel"),
            path("<int:pk>/lists.pdf", view(self.lists_view), name="meetings_meeting_lists"),
            path("groups/<int:pk>/cancel/", view(self.cancel_group_view), name="meetings_group_cancel"),
            path("groups/<int:pk>/conclusions/", view(self.conclusions_view), name="meetings_group_conclusions"),
            *super().get_urls(),
        ]

    def cancel_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Cancelling writes to everybody, so it is shown first to how many."""
        meeting = get_object_or_404(Meeting, pk=pk)
        back = reverse("admin:meetings_meeting_change", args=[pk])
        if not self.has_change_permission(request, meeting):
            raise PermissionDenied
        refusal = ""
        if request.method == "POST":
            try:
                actions.cancel_meeting(meeting, reason=request.POST.get("reason", "")[:500], by=staff(request), at=timezone.now())
                self.message_user(request, _("The meeting is cancelled and people are written to."), messages.SUCCESS)
                return redirect(back)
            except actions.Refusal as error:
                refusal = error.in_words
        letters = meeting.registrations.reachable().exclude(email="").count()
        page = {**self.admin_site.each_context(request), "meeting": meeting, "letters": letters, "refusal": refusal}
        page |= {"title": _("Cancel the meeting"), "opts": self.opts, "back": back}
        return TemplateResponse(request, "meetings/admin/cancel.html", page)

    def lists_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The attendance lists of all groups in one file."""
        meeting = get_object_or_404(Meeting, pk=pk)
        if not self.has_change_permission(request, meeting):
            raise PermissionDenied
        at, groups = timezone.now(), meeting.groups.taking_people().select_related("meeting", "parent")
        listed = Registration.objects.registered().filter(group__in=groups).count()
        record_export(meeting, Export.ATTENDANCE, by=staff(request), rows=listed, at=at)
        response = HttpResponse(attendance_pdf(groups, at=at), content_type="application/pdf")
        response["Content-Disposition"] = f'inline; filename="{meeting.slug}-listy.pdf"'
        return response

    def cancel_group_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Calling a group off writes to its people, so it is shown first to how many."""
        group = get_object_or_404(WorkingGroup.objects.select_related("meeting"), pk=pk)
        back = reverse("admin:meetings_meeting_change", args=[group.meeting_id])
        if not self.has_change_permission(request, group.meeting):
            raise PermissionDenied
        form = CancelGroupForm(request.POST or None, group=group)
        if request.method == "POST" and form.is_valid():
            try:
                actions.cancel_group(group, by=staff(request), at=timezone.now(), **form.cleaned_data)
                self.message_user(request, _("The group is called off and its people are written to."), messages.SUCCESS)
                return redirect(back)
            except actions.Refusal as refusal:
                form.add_error(None, refusal.in_words)
        page = {**self.admin_site.each_context(request), "group": group, "form": form, "back": back, "opts": self.opts}
        told = group.meeting.registrations.reachable().filter(Q(group=group) | Q(group__parent=group)).exclude(email="")
        page |= {"title": _("Call the group off"), "people": told.count()}
        return TemplateResponse(request, "meetings/admin/cancel_group.html", page)

    def conclusions_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What a group concluded, read once by the coordinator before it becomes numbered proposals."""
        group = get_object_or_404(WorkingGroup.objects.select_related("meeting"), pk=pk)
        may_take = has_duty(staff(request), Duty.HANDLE_VOICES)
        if not may_take and not self.has_view_permission(request):
            raise PermissionDenied
        if request.method == "POST" and may_take:
            at = timezone.now()
            seen_at = parse_datetime(request.POST.get("seen_at", "")) or at
            try:
                taken = actions.take_conclusions(group, by=staff(request), at=at, seen_at=seen_at)
            except actions.Refusal as refusal:
                messages.error(request, refusal.in_words)
            else:
                numbers = ", ".join(voice.signature for voice in taken.voices.order_by("number"))
                messages.success(request, _("Recorded as proposals and public now: %(numbers)s") % {"numbers": numbers})
            return HttpResponseRedirect(request.path)
        page = {**self.admin_site.each_context(request), "group": group, "opts": self.opts}
        page |= {"title": _("Conclusions of the group"), "conclusions": group.conclusions.select_related("voice__consultation")}
        page |= {"back": reverse("admin:meetings_meeting_change", args=[group.meeting_id]), "may_take": may_take}
        page |= {"seen_at": timezone.now().isoformat()}
        return TemplateResponse(request, "meetings/admin/conclusions.html", page)


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
            for sector in form.nobody():
                actions.drop_moderator(form.instance, sector=sector, at=at)
            for sector, moderator in form.moderators().items():
                actions.set_moderator(form.instance, sector=sector, at=at, **moderator)
            group = actions.edit_group(form.instance, at=at, **form.words())
            formset.changed_objects.append((group, form.changed_data))
        else:
            group = actions.add_group(meeting, at=at, moderators=form.moderators(), **form.words())
            formset.new_objects.append(group)
