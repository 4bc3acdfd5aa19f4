"""When the portal writes by itself: the rules, and for each consultation what they come to."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.desk import DeskAdmin, RefusalsInWords
from accounts.roles import Duty
from consultations.actions import rules
from consultations.actions.rules import Planned, Progress
from consultations.forms.rules import RuleForm
from consultations.models import Consultation, ReminderRule
from consultations.rule_words import progress_words, when_words

TAGS: dict[Progress, tuple[str, str]] = {
    Progress.WAITING: ("", "…"),
    Progress.DUE: ("open", "→"),
    Progress.SENT: ("go", "✓"),
    Progress.MISSED: ("stop", "✕"),
}


@admin.register(ReminderRule)
class RuleAdmin(RefusalsInWords, DeskAdmin, admin.ModelAdmin[ReminderRule]):
    duty = Duty.RUN_PROCESS
    refusals = (rules.RuleIsWrong,)
    form = RuleForm
    add_title = _("Add a reminder rule")
    list_help = _(
        "When the portal writes by itself, about what and to whom. Each consultation begins with a full set. "
        "A rule is not deleted but switched off: what it has written stays known."
    )
    list_display = ("about", "when", "audience", "only_stage", "consultation", "is_on")
    list_filter = ("consultation", "kind", "is_on")
    list_select_related = ("consultation", "stage")
    actions = ("switch_on", "switch_off")

    def get_fieldsets(self, request: HttpRequest, obj: ReminderRule | None = None) -> Any:
        when = _(
            "Days go with a time of day and count on the calendar: 3 days before, at 9:00. Hours are exact. "
            "Leave all three empty to write at the very moment, for example when a stage opens."
        )
        first: tuple[str, ...] = ("consultation", "about", "stage", "is_on") if obj else ("consultation", "about", "stage")
        if not self.has_change_permission(request, obj):
            first = ("consultation", "about", "audience", "stage", "is_on")
        return ((None, {"fields": first}), (_("When"), {"fields": ("days", "clock", "hours"), "description": when}))

    def get_readonly_fields(self, request: HttpRequest, obj: ReminderRule | None = None) -> tuple[str, ...]:
        if not self.has_change_permission(request, obj):
            return ("about",)  # which is no field of the row
        return ("consultation",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: ReminderRule | None = None) -> bool:
        return False

    @admin.display(description=_("what about"), ordering="kind")
    def about(self, rule: ReminderRule) -> str:
        return rule.get_kind_display()

    @admin.display(description=_("when"))
    def when(self, rule: ReminderRule) -> str:
        return when_words(rule.when)

    @admin.display(description=_("only this stage"), empty_value="", ordering="stage")
    def only_stage(self, rule: ReminderRule) -> str | None:
        return rule.stage.name if rule.stage else None

    def save_model(self, request: HttpRequest, obj: ReminderRule, form: ModelForm[ReminderRule], change: bool) -> None:
        at, said = timezone.now(), form.cleaned_data
        words = {name: said[name] for name in ("audience", "stage", "days", "clock", "hours")}
        if change:
            rules.edit_rule(obj, **words, at=at)
            rules.switch_rule(obj, is_on=said["is_on"], at=at)
        else:
            obj.pk = rules.add_rule(said["consultation"], kind=said["kind"], **words, at=at).pk

    @admin.action(description=_("Switch on"), permissions=["change"])
    def switch_on(self, request: HttpRequest, chosen: QuerySet[ReminderRule]) -> None:
        if n := self._switch(request, chosen, is_on=True):
            words = ngettext("Switched on: %(n)d rule.", "Switched on: %(n)d rules.", n)
            self.message_user(request, words % {"n": n}, messages.SUCCESS)

    @admin.action(description=_("Switch off"), permissions=["change"])
    def switch_off(self, request: HttpRequest, chosen: QuerySet[ReminderRule]) -> None:
        if n := self._switch(request, chosen, is_on=False):
            words = ngettext(
                "Switched off: %(n)d rule. Its letters that had not left are withdrawn.",
                "Switched off: %(n)d rules. Their letters that had not left are withdrawn.",
                n,
            )
            self.message_user(request, words % {"n": n}, messages.SUCCESS)

    def _switch(self, request: HttpRequest, chosen: QuerySet[ReminderRule], *, is_on: bool) -> int:
        """How many were the other way round."""
        others = list(chosen.filter(is_on=not is_on))
        for rule in others:
            rules.switch_rule(rule, is_on=is_on, at=timezone.now())
        if not others:
            self.message_user(request, _("Nothing has changed: they were so already."), messages.WARNING)
        return len(others)

    def get_urls(self) -> list[URLPattern]:
        plan = self.admin_site.admin_view(self.plan)
        return [path("plan/<int:consultation_pk>/", plan, name="consultations_plan"), *super().get_urls()]

    def plan(self, request: HttpRequest, consultation_pk: int) -> HttpResponse:
        """What the portal has written by itself about a consultation, and what it will."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        consultation = get_object_or_404(Consultation, pk=consultation_pk)
        found = rules.planned(consultation, timezone.now())
        rows = consultation.reminder_rules.select_related("stage")
        context = {
            **self.admin_site.each_context(request),
            "title": _("What the portal sends by itself"),
            "consultation": consultation,
            "rules": [(rule, when_words(rule.when)) for rule in rows],
            "ahead": [_row(one) for one in found if one.progress in (Progress.WAITING, Progress.DUE)],
            "past": [_row(one) for one in reversed(found) if one.progress in (Progress.SENT, Progress.MISSED)],
            "may_change": self.has_change_permission(request),
        }
        return render(request, "consultations/admin/plan.html", context)


def _row(planned: Planned) -> tuple[Planned, SafeString]:
    css, sign = TAGS[planned.progress]
    words = progress_words(planned)
    return planned, format_html('<span class="tag {}"><span aria-hidden="true">{}</span>&nbsp;{}</span>', css, sign, words)
