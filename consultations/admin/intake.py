"""Letters that did not come by the portal: one with several voices typed on a page, many brought in from a sheet, scans."""

from pathlib import PurePosixPath
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.audit import record_export
from accounts.desk import DeskAdmin, staff
from accounts.models import Export
from accounts.roles import Duty
from accounts.spreadsheets import Unreadable
from consultations.actions.intake import REFUSALS, forget_sheet, put_up_sheet, record_rows
from consultations.forms.imported import ImportedRow, PutUpForm, rows_of
from consultations.forms.sheet import STEP, Sheet
from consultations.imports.sheets import CONTENT_TYPE, blank_sheet, returned_sheet
from consultations.models import Voice, VoiceImport, VoiceKind
from programs.admin.pages import number

ROWS_ON_A_PAGE = 50
# More than a server records before a browser gives up: the rest is one more press of the button.
ROWS_AT_ONCE = 250


@admin.register(VoiceImport)
class VoiceImportAdmin(DeskAdmin, admin.ModelAdmin[VoiceImport]):
    duty = Duty.HANDLE_VOICES
    add_title = _("Bring voices in from a sheet")
    list_help = _(
        "Excel files with voices that came by other ways. Nothing of one is recorded before somebody has looked it through."
    )
    list_display = ("file_name", "consultation", "kind", "by", "at", "recorded_at")
    list_filter = ("consultation",)
    list_select_related = ("consultation", "by")

    def get_queryset(self, request: HttpRequest) -> QuerySet[VoiceImport]:
        return super().get_queryset(request).defer("rows")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        pages = (
            ("letter/", self.letter_view, "consultations_letter"),
            ("scan/<int:pk>/", self.scan_view, "consultations_scan"),
            ("<int:pk>/returned/", self.returned_view, "consultations_returned"),
        )
        return [*(path(route, self.admin_site.admin_view(page), name=name) for route, page, name in pages), *super().get_urls()]

    def letter_view(self, request: HttpRequest) -> HttpResponse:
        """POST `more` asks for more rows and judges nothing."""
        self._check(request, to_change=True)
        at, typed = now(), request.POST.dict()
        wants_more = "more" in typed
        if wants_more:
            typed["rows"] = str(number(typed.get("rows", "")) + STEP)
        sheet = Sheet(typed, request.FILES, at=at, judged=request.method == "POST" and not wants_more)
        if sheet.is_judged and sheet.is_valid():
            try:
                submission = sheet.record(by=staff(request), at=at)
            except REFUSALS as refused:
                sheet.letter.add_error(None, str(refused.in_words))
            else:
                numbers = ", ".join(voice.signature for voice in submission.voices.select_related("consultation"))
                messages.success(request, _("The letter is recorded: %(numbers)s.") % {"numbers": numbers})
                return HttpResponseRedirect(reverse("admin:consultations_voice_changelist"))
        return self._page(request, "intake_letter", _("A letter with several voices"), {"sheet": sheet, "step": STEP})

    def scan_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The letter of a voice as it came. A browser keeps it as a file and opens nothing of it."""
        self._check(request, to_change=False)
        voice = get_object_or_404(Voice.objects.select_related("submission", "consultation").exclude(submission__scan=""), pk=pk)
        scan = voice.submission.scan
        record_export(voice, Export.SCAN, by=staff(request), rows=1, at=now())
        name = voice.signature.replace("/", "-") + PurePosixPath(str(scan.name)).suffix
        answer = FileResponse(scan.open(), as_attachment=True, filename=name, content_type="application/octet-stream")
        answer["X-Content-Type-Options"] = "nosniff"
        return answer

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """POST `blank` asks for an empty sheet."""
        self._check(request, to_change=True)
        form = PutUpForm(request.POST or None, request.FILES or None)
        if form.is_valid():
            said = form.cleaned_data
            kind = VoiceKind(said["kind"])
            if "blank" in request.POST:
                return _attached(blank_sheet(said["consultation"], kind), f"glosy-{said['consultation'].slug}.xlsx")
            try:
                if said["file"]:
                    put_up = put_up_sheet(said["consultation"], kind=kind, file=said["file"], by=staff(request), at=now())
                    return HttpResponseRedirect(_address(put_up))
                form.add_error("file", _("Choose the filled sheet."))
            except Unreadable as refused:
                form.add_error("file", refused.in_words)
        return self._page(request, "intake_new", self.add_title, {"form": form})

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The rows as they would be recorded; POST `record` records the good ones, `drop` forgets the sheet."""
        self._check(request, to_change=request.method == "POST")
        put_up = get_object_or_404(VoiceImport.objects.select_related("consultation", "by"), pk=number(object_id))
        if "drop" in request.POST:
            forget_sheet(put_up)
            messages.success(request, _("The sheet is forgotten. What was recorded of it stays."))
            return HttpResponseRedirect(reverse("admin:consultations_voiceimport_changelist"))
        rows = rows_of(put_up, now())
        if "record" in request.POST:
            return self._record(request, put_up, rows)
        return self._preview(request, put_up, rows)

    def _record(self, request: HttpRequest, put_up: VoiceImport, rows: list[ImportedRow]) -> HttpResponse:
        good = [row for row in rows if row.is_good][:ROWS_AT_ONCE]
        count = record_rows(put_up, {row.token: row.letter for row in good}, by=staff(request), at=now())
        words = ngettext("%(n)s row is recorded.", "%(n)s rows are recorded.", count) % {"n": count}
        messages.add_message(request, messages.SUCCESS if count else messages.WARNING, words)
        return HttpResponseRedirect(_address(put_up))

    def _preview(self, request: HttpRequest, put_up: VoiceImport, rows: list[ImportedRow]) -> HttpResponse:
        chosen = {
            "all": rows,
            "good": [row for row in rows if row.is_good],
            "bad": [row for row in rows if row.errors],
            "recorded": [row for row in rows if row.voice],
        }
        show = request.GET.get("show", "")
        show = show if show in chosen else "all"
        context = {
            "put_up": put_up,
            "counts": {name: len(some) for name, some in chosen.items()},
            "next": min(len(chosen["good"]), ROWS_AT_ONCE),
            "show": show,
            "page": Paginator(chosen[show], ROWS_ON_A_PAGE).get_page(request.GET.get("page")),
        }
        return self._page(request, "intake_preview", put_up.file_name, context)

    def returned_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The rows with something wrong, each with what it is, as a sheet."""
        self._check(request, to_change=False)
        put_up = get_object_or_404(VoiceImport.objects.select_related("consultation"), pk=pk)
        bad = [row for row in rows_of(put_up, now()) if row.errors]
        if not bad:
            raise Http404
        record_export(put_up, Export.SHEET, by=staff(request), rows=len(bad), at=now())
        rows = [(row.said, [f"{name}: {words}" if name else words for name, words in row.errors]) for row in bad]
        return _attached(returned_sheet(rows), f"do-poprawy-{put_up.pk}.xlsx")

    def _check(self, request: HttpRequest, *, to_change: bool) -> None:
        if not (self.has_change_permission(request) if to_change else self.has_view_permission(request)):
            raise PermissionDenied

    def _page(self, request: HttpRequest, template: str, title: Any, context: dict[str, Any]) -> HttpResponse:
        may_write = self.has_change_permission(request)
        shared = {"title": title, "opts": VoiceImport._meta, "voices": Voice._meta, "may_write": may_write}
        everything = {**self.admin_site.each_context(request), **shared, **context}
        return render(request, f"consultations/admin/{template}.html", everything)


def _address(put_up: VoiceImport) -> str:
    return reverse("admin:consultations_voiceimport_change", args=[put_up.pk])


def _attached(data: bytes, name: str) -> HttpResponse:
    return HttpResponse(data, content_type=CONTENT_TYPE, headers={"Content-Disposition": f'attachment; filename="{name}"'})
