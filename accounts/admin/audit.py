"""The audit at the desk: to search and to read, for whoever may read everything."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.dateparse import parse_date
from django.utils.text import Truncator, capfirst
from django.utils.timezone import make_aware
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import trail
from accounts.desk import DeskAdmin, SeenOnly, history_url
from accounts.models import AuditEntry, User, What
from accounts.roles import Duty


class ActorFilter(admin.SimpleListFilter):
    title, parameter_name = _("who"), "actor"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        acted = User.objects.filter(Exists(AuditEntry.objects.filter(actor=OuterRef("pk")))).order_by("name", "email")
        return [(str(user.pk), str(user)) for user in acted]

    def queryset(self, request: HttpRequest, entries: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        value = self.value() or ""
        return entries.filter(actor=int(value)) if value.isascii() and value.isdigit() and len(value) < 19 else entries


class ThingFilter(admin.SimpleListFilter):
    title, parameter_name = _("kind of thing"), "model"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        labels = AuditEntry.objects.exclude(model="").order_by("model").values_list("model", flat=True).distinct()
        return sorted(((label, capfirst(trail.kind_words(label))) for label in labels), key=lambda choice: choice[1])

    def queryset(self, request: HttpRequest, entries: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        return entries.filter(model=self.value()) if self.value() else entries


class PeriodFilter(admin.ListFilter):
    """From a day to a day, both with it."""

    title, template = _("period"), "accounts/admin/period.html"
    names = ("since", "until")

    def __init__(self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        self.others = [(name, value) for name, value in request.GET.items() if name not in (*self.names, "p")]
        for name in self.names:
            if name in params:
                self.used_parameters[name] = params.pop(name)[-1]

    def has_output(self) -> bool:
        return True

    def expected_parameters(self) -> list[str | None]:
        return list(self.names)

    def choices(self, changelist: Any) -> Iterator[Any]:
        for name, words in zip(self.names, (_("From the day"), _("Until the day")), strict=True):
            day = self._day(name)
            yield {"name": name, "label": words, "value": day.isoformat() if day else ""}

    def queryset(self, request: HttpRequest, entries: Any) -> Any:
        since, last = self._day("since"), self._day("until")
        return entries.within(_midnight(since), _midnight(last + timedelta(days=1)) if last and last < date.max else None)

    def _day(self, name: str) -> date | None:
        try:
            return parse_date(str(self.used_parameters.get(name, "")))
        except ValueError:
            return None


def _midnight(day: date | None) -> datetime | None:
    # Moments near the ends of the calendar are none of any clock.
    return make_aware(datetime.combine(day, time.min)) if day and 1900 < day.year < 9000 else None


@admin.register(AuditEntry)
class AuditEntryAdmin(SeenOnly, DeskAdmin, admin.ModelAdmin[AuditEntry]):
    duty = Duty.READ_ALL
    list_help = _(
        "Who changed what at the desk, who downloaded personal data and who signed in, the newest first. Nobody can change or "
        "delete an entry. Search for a person, for the number of a thing, or for words that were written or deleted."
    )
    change_form_template = "accounts/admin/audit_entry.html"
    list_display = ("moment", "who", "what", "thing", "columns")
    list_filter = ("what", ThingFilter, ActorFilter, PeriodFilter)
    list_select_related = ("actor",)
    search_fields = ("actor__email", "actor__name", "object_pk__exact", "before__icontains", "after__icontains")
    show_full_result_count = False
    fields = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        return super().get_queryset(request).select_related("actor")

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        # The link of a thing's history.
        return lookup == "object_pk" or super().lookup_allowed(lookup, value, request)

    @admin.display(description=_("when"), ordering="pk")
    def moment(self, entry: AuditEntry) -> str:
        return trail.moment_words(entry.at)

    @admin.display(description=_("who"))
    def who(self, entry: AuditEntry) -> str:
        if entry.actor:
            return str(entry.actor)
        if entry.actor_id:
            return gettext("account no. %(number)s, no longer there") % {"number": entry.actor_id}
        return gettext("somebody who is not signed in")

    @admin.display(description=_("thing"))
    def thing(self, entry: AuditEntry) -> str:
        if not entry.model:
            return trail.NOTHING
        return gettext("%(kind)s no. %(number)s") % {"kind": trail.kind_words(entry.model), "number": entry.object_pk}

    @admin.display(description=_("which fields"))
    def columns(self, entry: AuditEntry) -> str:
        return Truncator(trail.columns_words(entry)).chars(120)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> HttpResponse:
        entry: AuditEntry = context["original"]
        row = trail.row_of(entry)
        context |= {
            "moment": trail.moment_words(entry.at),
            "who": self.who(entry),
            "thing": self.thing(entry),
            "row": row,
            "row_url": self._page_of(row),
            "of_thing": history_url(entry.model, entry.object_pk) if entry.model else "",
            "changes": trail.changes(entry),
            "tells_of_rows": entry.what in (What.CREATED, What.CHANGED, What.DELETED),
        }
        return super().render_change_form(request, context, *args, **kwargs)

    def _page_of(self, row: Any) -> str:
        if row is None or not self.admin_site.is_registered(type(row)):
            return ""
        try:
            return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
        except NoReverseMatch:
            return ""
