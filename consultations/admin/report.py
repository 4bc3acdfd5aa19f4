"""The report of a consultation at the desk: what the office writes, looked at as people will read it, published, changed."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils import translation
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.desk import DeskAdmin, staff
from accounts.roles import Duty
from consultations.actions.publication import PublicationRefused
from consultations.actions.report import (
    ReportHasChanged,
    ReportRefused,
    begin_report,
    check_report,
    publish_report,
    put_paragraph,
    units_for_paragraph,
    write_report,
)
from consultations.forms.report import BeginForm, Places, ReportForm
from consultations.models import Report
from consultations.reporting.element import paragraph
from consultations.reporting.facts import facts
from consultations.reporting.sections import sections
from programs.admin.pages import Refused, number

REFUSALS = (ReportRefused, PublicationRefused)


@admin.register(Report)
class ReportAdmin(DeskAdmin, admin.ModelAdmin[Report]):
    duty = Duty.RUN_PROCESS
    add_title = gettext_lazy("Begin a report")
    list_help = gettext_lazy("Numbers, dates, voices and answers come into a report by themselves; the office writes the rest.")
    list_display = ("consultation", "published_at", "published_by")
    list_select_related = ("consultation", "published_by")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        preview = path("<int:pk>/preview/", self.admin_site.admin_view(self.preview_view), name="consultations_report_preview")
        return [preview, *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        self._check(request, to_change=True)
        form = BeginForm(request.POST or None, initial={"consultation": request.GET.get("consultation")})
        if form.is_valid():
            return _to(begin_report(form.cleaned_data["consultation"], at=now()))
        return self._page(request, "report_new", {"form": form, "title": self.add_title})

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """POST `publish` and `put` say so; any other one saves the words."""
        self._check(request, to_change=request.method == "POST")
        report = get_object_or_404(Report.objects.select_related("consultation", "published_by"), pk=number(object_id))
        if "publish" in request.POST:
            return self._publish(request, report)
        if "put" in request.POST:
            return self._put(request, report)
        form = ReportForm(request.POST or None, instance=Report.objects.get(pk=report.pk))
        places = Places(request.POST or None, report=report)
        if request.method == "POST" and form.is_valid() and places.is_valid() and self._save(request, report, form, places):
            return _to(report)
        return self._shown(request, report, form, places)

    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """As people will read it."""
        self._check(request, to_change=False)
        report = get_object_or_404(Report.objects.select_related("consultation"), pk=pk)
        with translation.override("pl"):
            told = facts(report.consultation, now())
            made = sections(told, None)
        context = {"consultation": report.consultation, "facts": told, "sections": made, "report": report}
        return render(request, "consultations/report/preview.html", context)

    def _save(self, request: HttpRequest, report: Report, form: ReportForm, places: Any) -> bool:
        said = form.cleaned_data
        by, at = staff(request), now()
        try:
            write_report(
                report, words=form.words(), places=places.places(), what=said.get("what", ""), seen=said["seen"], by=by, at=at
            )
        except ReportRefused as refused:
            field = "what" if not form.cleaned_data.get("what", "").strip() and report.published_at else None
            form.add_error(None if isinstance(refused, ReportHasChanged) else field, str(refused.in_words))
            return False
        messages.success(request, _("The report is saved."))
        return True

    def _publish(self, request: HttpRequest, report: Report) -> HttpResponse:
        try:
            publish_report(report, by=staff(request), at=now())
        except REFUSALS as refused:
            messages.error(request, str(refused.in_words))
        else:
            messages.success(request, _("The report is public. Its files will be ready in about a minute."))
        return _to(report)

    def _put(self, request: HttpRequest, report: Report) -> HttpResponse:
        unit = units_for_paragraph(report.consultation).filter(pk=number(request.POST["put"])).first()
        try:
            if unit:
                put_paragraph(unit, report.consultation, seen=request.POST.get("unit-seen", ""), at=now())
                messages.success(request, _("The paragraph stands in %(unit)s now.") % {"unit": unit.citation})
            else:
                messages.error(request, _("The paragraph has no place there any more: choose one of those that are shown now."))
        except Refused as refused:
            messages.error(request, str(refused.in_words))
        return _to(report)

    def _shown(self, request: HttpRequest, report: Report, form: ReportForm, places: Any) -> HttpResponse:
        at, why_not = now(), ""
        if not report.published_at:
            try:
                check_report(report, report.consultation, at=at)
            except REFUSALS as refused:
                why_not = str(refused.in_words)
        with translation.override("pl"):
            text = paragraph(facts(report.consultation, at))
        context = {
            "report": report,
            "form": form,
            "places": places,
            "why_not": why_not,
            "paragraph": text,
            "units": units_for_paragraph(report.consultation),
            "edits": report.edits.select_related("by"),
            "may_write": self.has_change_permission(request),
            "title": _("Report of the consultation"),
        }
        return self._page(request, "report", context)

    def _check(self, request: HttpRequest, *, to_change: bool) -> None:
        if not (self.has_change_permission(request) if to_change else self.has_view_permission(request)):
            raise PermissionDenied

    def _page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "opts": Report._meta}
        return render(request, f"consultations/admin/{template}.html", {**shared, **context})


def _to(report: Report) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:consultations_report_change", args=[report.pk]))
