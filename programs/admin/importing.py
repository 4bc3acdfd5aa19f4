"""From Word: a file is put up, read by the worker, looked through row by row, and made a version."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts.desk import DeskAdmin, staff
from accounts.roles import Duty
from programs import money
from programs.actions import (
    CannotStandThere,
    ImportIsDone,
    TextRefusal,
    decide_rows,
    drop_import,
    make_version,
    matches_of,
    planned_units,
    put_up_import,
    text_of,
)
from programs.admin.pages import number, text_address
from programs.forms.importing import ImportForm, RowsForm
from programs.imports.matching import Match
from programs.imports.plan import JOIN, SKIP, Choice, choices
from programs.imports.refusals import Reason
from programs.imports.result import ReadRow, ReadText
from programs.marks import Spelling, Target
from programs.models import DraftVersion, ProvisionText, Purpose, TextImport, Tracked
from programs.reading import spelling

# A form of more fields than a server likes is sent in parts.
ROWS_ON_A_PAGE = 150


@admin.register(TextImport)
class TextImportAdmin(DeskAdmin, admin.ModelAdmin[TextImport]):
    duty = Duty.DRAFT_TEXT
    add_title = _("Bring a text in from Word")
    list_help = _("Word files put up to become a version. A version is made only when somebody has looked the file through.")
    list_display = ("name", "program", "asked_at", "read_at", "made")
    list_select_related = ("program", "made__program")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        self._check(request, to_change=True)
        form = ImportForm(request.POST or None, request.FILES or None, initial=_begun(request))
        if form.is_valid():
            said = form.cleaned_data
            try:
                put_up = put_up_import(
                    said["program"],
                    file=said["file"],
                    tracked=Tracked(said["tracked"]),
                    purpose=Purpose(said["purpose"]),
                    base=said["base"],
                    by=staff(request),
                    at=now(),
                )
            except TextRefusal as refusal:
                form.add_error(None, str(refusal.in_words))
            else:
                return HttpResponseRedirect(_address(put_up))
        return self._page(request, "import_new", self.add_title, {"form": form})

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """What is in the file, once it is read; a POST keeps what is said of its rows, and makes or drops it."""
        self._check(request, to_change=request.method == "POST")
        related = TextImport.objects.select_related("program", "base__program", "made__program")
        put_up = get_object_or_404(related, pk=number(object_id))
        try:
            return self._show(request, put_up)
        except ImportIsDone as done:
            # A colleague was quicker.
            messages.error(request, str(done.in_words))
            return HttpResponseRedirect(_address(put_up))

    def _show(self, request: HttpRequest, put_up: TextImport) -> HttpResponse:
        if put_up.made:
            if request.method == "POST":
                messages.error(request, str(ImportIsDone.in_words))
            return HttpResponseRedirect(text_address(put_up.made))
        if "drop" in request.POST:
            drop_import(put_up)
            messages.success(request, _("The file is forgotten."))
            return HttpResponseRedirect(reverse("admin:programs_textimport_changelist"))
        if put_up.read_at is None:
            trouble = Reason(put_up.trouble).label if put_up.trouble else ""
            words = {"count": put_up.trouble_count, "place": put_up.trouble_place}
            return self._page(request, "import_wait", put_up.name, {"put_up": put_up, "trouble": str(trouble) % words})
        return self._preview(request, put_up)

    def _preview(self, request: HttpRequest, put_up: TextImport) -> HttpResponse:
        text, matches = text_of(put_up), matches_of(put_up)
        base = list(put_up.base.texts.in_reading_order()) if put_up.base else []
        rows = list(zip(range(len(text.rows)), text.rows, choices(text.rows, matches, put_up.decided), matches, strict=True))
        shown = Paginator(rows, ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
        others = rows[: max(shown.start_index() - 1, 0)] + rows[shown.end_index() :]
        posted = request.POST if request.method == "POST" else None
        spelled = spelling(base)
        form = RowsForm(posted, rows=list(shown), file=_as_in_file(text, spelled), base=spelled, elsewhere=_claimed(others))
        if form.is_valid():
            put_up = decide_rows(put_up, decided=form.decided)
            if done := self._go_on(request, put_up):
                return done
        gone = _gone(put_up, base)
        context = {
            "put_up": put_up,
            "text": text,
            "form": form,
            "page": shown,
            "base": base,
            "gone": gone,
            "remarks_on_gone": sum(spoken for _unit, spoken in gone),
            "sure": "sure" in request.POST,
        }
        return self._page(request, "import", put_up.name, context)

    def _go_on(self, request: HttpRequest, put_up: TextImport) -> HttpResponse | None:
        """To the page that was asked for, to the row that cannot stay as it is, or to the version; None when it was refused."""
        if "make" not in request.POST:
            messages.success(request, _("Your choices are kept."))
            return HttpResponseRedirect(f"{_address(put_up)}?page={request.POST.get('go') or request.GET.get('page') or 1}")
        try:
            version = make_version(put_up, by=staff(request), sure="sure" in request.POST, at=now())
        except CannotStandThere as refusal:
            messages.error(request, str(refusal.in_words))
            return HttpResponseRedirect(f"{_address(put_up)}?page={refusal.row // ROWS_ON_A_PAGE + 1}#row-{refusal.row + 1}")
        except ImportIsDone:
            raise
        except TextRefusal as refusal:
            messages.error(request, str(refusal.in_words))
            return None
        messages.success(request, _("Version %(number)s is made. Read it through.") % {"number": version.number})
        return HttpResponseRedirect(text_address(version))

    def _check(self, request: HttpRequest, *, to_change: bool) -> None:
        if not (self.has_change_permission(request) if to_change else self.has_view_permission(request)):
            raise PermissionDenied

    def _page(self, request: HttpRequest, template: str, title: Any, context: dict[str, Any]) -> HttpResponse:
        may_write = self.has_change_permission(request)
        shared = {**self.admin_site.each_context(request), "title": title, "opts": TextImport._meta, "may_write": may_write}
        return render(request, f"programs/admin/{template}.html", {**shared, **context})


def _begun(request: HttpRequest) -> dict[str, Any]:
    """?base= names the version that is continued."""
    key = request.GET.get("base", "")
    base = DraftVersion.objects.filter(pk=number(key)).first()
    return {"base": base, "program": base.program_id if base else None, "purpose": Purpose.WORKING}


def _as_in_file(text: ReadText, base: Spelling) -> Spelling:
    """References to units of the file have the numbers that they have there."""
    there = {row.provision: Target(row.citation, "", money.table_total(row.cells)) for row in text.rows if row.provision}
    return Spelling({**base.targets, **there})


def _claimed(rows: list[tuple[int, ReadRow, Choice, Match]]) -> dict[UUID, int]:
    """Which provisions the rows are, each with the index of its row."""
    return {choice.provision: index for index, _r, choice, _m in rows if choice.provision and choice.kind not in (SKIP, JOIN)}


def _gone(put_up: TextImport, base: list[ProvisionText]) -> list[tuple[ProvisionText, int]]:
    """Units of the earlier version that the new one will not have, each with how many have spoken about it."""
    try:
        kept: set[UUID | None] = {unit.provision for unit in planned_units(put_up)}
    except CannotStandThere:
        return []
    gone = [unit for unit in base if unit.provision_id not in kept]
    provisions = [unit.provision_id for unit in gone]
    spoken = list(
        ProvisionText.objects.filter(provision__in=provisions, voices__isnull=False).values_list("provision", flat=True)
    )
    return [(unit, spoken.count(unit.provision_id)) for unit in gone]


def _address(put_up: TextImport) -> str:
    return reverse("admin:programs_textimport_change", args=[put_up.pk])
