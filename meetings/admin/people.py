import secrets
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.desk import DeskAdmin, RefusalsInWords, staff
from accounts.roles import Duty
from consultations.deadlines import moment_words
from meetings import actions
from meetings.admin.forms import RegistrationEntryForm, RegistrationForm, TopicEntryForm, TopicForm
from meetings.models import Registration, TopicProposal
from meetings.words import ahead_of


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("confirmed", _("coming")),
            ("registered", _("has not said whether they come")),
            ("held", _("e-mail not confirmed")),
            ("offered", _("has not taken the place offered yet")),
            ("waiting", _("waits for a place")),
            ("present", _("was present")),
            ("ended", _("ended")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Registration]) -> QuerySet[Registration]:
        rows = Registration.objects.all()
        chosen: dict[str, QuerySet[Registration]] = {
            "confirmed": rows.coming(),
            "registered": rows.unconfirmed(),
            "held": rows.active().filter(email_confirmed_at=None),
            "offered": rows.active().exclude(offered_until=None),
            "waiting": rows.waiting(),
            "present": rows.present(),
            "ended": rows.exclude(ended_at=None),
        }
        wanted = chosen.get(self.value() or "")
        return queryset if wanted is None else queryset.filter(pk__in=wanted.order_by().values("pk"))


class _Entered(RefusalsInWords, DeskAdmin):
    """People's letters are added and decided upon, never rewritten or deleted."""

    duty = Duty.RUN_MEETINGS
    refusals = (actions.Refusal,)
    entry_form: Any
    entry_help: Promise
    decision_help: Promise
    readonly: tuple[str, ...]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        kwargs["form"] = self.form if change else self.entry_form  # type: ignore[attr-defined]  # ModelAdmin's own
        return super().get_form(request, obj, change=change, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.readonly if obj else ()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return [(None, {"description": self.entry_help, "fields": self.entry_form.Meta.fields})]
        return [(None, {"description": self.decision_help, "fields": (*self.form.Meta.fields, *self.readonly)})]  # type: ignore[attr-defined]  # ModelAdmin's own


@admin.register(Registration)
class RegistrationAdmin(_Entered, admin.ModelAdmin[Registration]):
    form = RegistrationForm
    entry_form = RegistrationEntryForm
    entry_help = _("Somebody who rang, wrote or came. They get a place at once; with an e-mail also the letter about it.")
    decision_help = _(
        "You can move this person to another group; they get a letter. To take them off, use the action on the list."
    )
    list_help = _("To see one meeting, choose it in the filter, or open the meeting and take “Who comes”.")
    list_display = ("name", "group", "speaks_for", "state_now", "channel", "created_at", "meeting")
    list_select_related = ("group", "meeting", "organization")
    list_filter = ("meeting", StateFilter, "channel", "group")
    search_fields = ("name", "email", "organization_name")
    list_per_page = 50
    actions = ("confirm_people", "remove_people")
    readonly = (
        "story",
        "name",
        "email",
        "phone",
        "speaks_for",
        "organization_number",
        "may_be_named",
        "needs",
        "remotely",
        "channel",
        "entered_by",
        "created_at",
        "held_until",
        "waits_since",
        "offered_until",
        "email_confirmed_at",
        "attendance_confirmed_at",
        "present_at",
        "ended_at",
        "ended_because",
    )

    @admin.display(description=_("what happened"))
    def story(self, registration: Registration) -> Any:
        """Also why somebody who waits has not moved up."""
        at = timezone.now()
        lines = [
            (moment_words(event.at, at), event.get_what_display(), event.group, event.get_because_display(), event.by or "")
            for event in registration.events.select_related("group", "by")
        ]
        story = format_html_join("", "<li>{}: {} ({}) {} {}</li>", lines)
        queue = _("People who wait longer: %(n)d") % {"n": ahead_of(registration)} if registration.is_waiting else ""
        return format_html("{}<ul>{}</ul>", queue, story)

    @admin.display(description=_("organization"))
    def speaks_for(self, registration: Registration) -> str:
        return registration.speaks_for or "–"

    @admin.display(description=_("state"))
    def state_now(self, registration: Registration) -> Any:
        if registration.ended_at:
            return registration.get_ended_because_display()
        if registration.is_waiting:
            return _("waits for a place")
        if not registration.email_confirmed_at:
            return _("e-mail not confirmed")
        if registration.is_offered:
            return _("has not taken the place offered yet")
        if registration.present_at:
            return _("was present")
        return _("coming") if registration.is_confirmed else _("has not said whether they come")

    def save_model(self, request: HttpRequest, obj: Registration, form: Any, change: bool) -> None:
        at = timezone.now()
        if change:
            actions.change_group(obj, group=form.cleaned_data["group"], by=staff(request), at=at)
            return
        made = actions.sign_up(
            form.cleaned_data["group"],
            person=form.person,
            form_token=secrets.token_hex(16),
            channel=form.cleaned_data["channel"],
            entered_by=staff(request),
            at=at,
        )
        obj.pk, obj._state.adding = made.pk, False
        obj.refresh_from_db()

    @admin.action(description=_("They told us that they are coming"), permissions=["change"])
    def confirm_people(self, request: HttpRequest, queryset: QuerySet[Registration]) -> None:
        done = 0
        for registration in queryset:
            try:
                actions.confirm_attendance(registration, by=staff(request), at=timezone.now())
                done += 1
            except actions.Refusal as refusal:
                self.message_user(request, f"{registration}: {refusal.in_words}", messages.ERROR)
        words = ngettext("%(n)d person is coming.", "%(n)d people are coming.", done) % {"n": done}
        self.message_user(request, words, messages.SUCCESS if done else messages.WARNING)

    @admin.action(description=_("Take off the list (a letter is sent)"), permissions=["change"])
    def remove_people(self, request: HttpRequest, queryset: QuerySet[Registration]) -> None:
        for registration in queryset:
            actions.decline(registration, by=staff(request), at=timezone.now())
        count = len(queryset)
        words = ngettext("%(n)d person was taken off.", "%(n)d people were taken off.", count) % {"n": count}
        self.message_user(request, words, messages.SUCCESS)


@admin.register(TopicProposal)
class TopicProposalAdmin(_Entered, admin.ModelAdmin[TopicProposal]):
    form = TopicForm
    entry_form = TopicEntryForm
    entry_help = _("A topic somebody told us by telephone, e-mail or in person, until the meeting begins.")
    decision_help = _(
        "Accepted: choose the group, and the topic stands on the meeting's page. Joined: choose the topic that takes it in. "
        "Not taken up: write to the author why. The author gets a letter with your answer."
    )
    list_display = ("title", "meeting", "outcome", "group", "organization_name", "channel", "received_at")
    list_select_related = ("meeting", "group")
    list_filter = ("meeting", "outcome", "channel")
    search_fields = ("title", "text")
    readonly = ("meeting", "title", "text", "name", "email", "organization_name", "channel", "entered_by", "received_at")

    def save_model(self, request: HttpRequest, obj: TopicProposal, form: Any, change: bool) -> None:
        at = timezone.now()
        if change:
            actions.decide_topic(obj, at=at, **form.decision())
            return
        made = actions.propose_topic(
            form.cleaned_data["meeting"],
            **{field: form.cleaned_data[field] for field in ("title", "text", "name", "email", "organization_name", "channel")},
            form_token=secrets.token_hex(16),
            entered_by=staff(request),
            at=at,
        )
        obj.pk, obj._state.adding = made.pk, False
        obj.refresh_from_db()
