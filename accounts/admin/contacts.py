"""A list of contacts put up as CSV: read, shown row by row, entered when somebody says so."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.audit import record_export
from accounts.contacts.columns import HEADS, is_phone
from accounts.contacts.entering import enter_contacts, forget_contacts, planned, put_up_contacts
from accounts.contacts.plan import Outcome, Planned
from accounts.contacts.returned import returned_list
from accounts.desk import DeskAdmin, staff
from accounts.models import ContactImport, Export, Organization
from accounts.roles import Duty
from accounts.spreadsheets import Unreadable

ROWS_ON_A_PAGE = 100
_ORDER = {outcome: place for place, outcome in enumerate(Outcome)}


class PutUpContactsForm(forms.Form):
    file = forms.FileField(
        label=_("List of contacts (.csv)"),
        help_text=_(
            "At most 10 MB and 20,000 rows. It is read and shown to you row by row; nothing is entered before you say so."
        ),
    )


class ShownRow:
    """What the page says of one row."""

    def __init__(self, planned: Planned) -> None:
        self.number, self.outcome, self.entry = planned.contact.row, planned.outcome, planned.entry
        self.is_wrong = planned.outcome == Outcome.REFUSED
        self.is_refusing = planned.is_refusing
        self.is_verifying = planned.entry is not None and not planned.entry.is_verified
        self.errors = [(_head(name), words) for name, words in planned.errors]
        self.cells = [(head, planned.contact.said[name]) for name, head in HEADS.items() if name in planned.contact.said]
        filled = [*planned.fills, *(["spheres"] if planned.spheres else [])]
        self.fills = ", ".join(_head(name) for name in filled) if planned.entry else ""
        self.stays = ", ".join(_head(name) for name in planned.stays)


def _head(name: str) -> str:
    return HEADS.get(name, "")


@admin.register(ContactImport)
class ContactImportAdmin(DeskAdmin, admin.ModelAdmin[ContactImport]):
    duty = Duty.KEEP_DIRECTORY
    add_title = _("Put up a list of contacts")
    list_help = _(
        "Lists of organizations from the office's spreadsheets. Each is kept for 30 days; what was entered of it stays."
    )
    list_display = ("file_name", "made_by", "made_at", "confirmed_at", "entered", "completed")
    list_select_related = ("made_by",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ContactImport]:
        return super().get_queryset(request).defer("rows", "unknown")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        returned = path("<int:pk>/returned/", self.admin_site.admin_view(self.returned_view), name="accounts_contacts_returned")
        return [returned, *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        self._check(request, to_change=True)
        form = PutUpContactsForm(request.POST or None, request.FILES or None)
        if form.is_valid():
            try:
                put_up = put_up_contacts(form.cleaned_data["file"], by=staff(request), at=now())
            except Unreadable as refused:
                form.add_error("file", refused.in_words)
            else:
                return HttpResponseRedirect(_address(put_up))
        return self._page(request, "contacts_new", self.add_title, {"form": form, "heads": HEADS.values()})

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The rows beside the directory; POST `enter` enters the good ones, `drop` forgets the list."""
        self._check(request, to_change=request.method == "POST")
        put_up = self._found(object_id)
        if "drop" in request.POST:
            forget_contacts(put_up)
            messages.success(request, _("The list is forgotten. What was entered of it stays."))
            return HttpResponseRedirect(reverse("admin:accounts_contactimport_changelist"))
        if "enter" in request.POST:
            return self._enter(request, put_up)
        rows = planned(put_up, at=now())
        rows.sort(key=lambda one: (_ORDER[one.outcome], one.contact.row))
        counts = {outcome.value: sum(one.outcome == outcome for one in rows) for outcome in Outcome}
        page = Paginator(rows, ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
        context = {
            "put_up": put_up,
            "counts": counts,
            "ready": counts["new"] + counts["completes"],
            "phones": [head for head in put_up.unknown if is_phone(head)],
            "unknown": [head for head in put_up.unknown if not is_phone(head)],
            "page": page,
            "rows": [ShownRow(one) for one in page],
        }
        return self._page(request, "contacts_preview", put_up.file_name, context)

    def _enter(self, request: HttpRequest, put_up: ContactImport) -> HttpResponse:
        done = enter_contacts(put_up, by=staff(request), at=now())
        new = ngettext("%(n)d organization is entered.", "%(n)d organizations are entered.", done.new) % {"n": done.new}
        completed = ngettext("%(n)d entry is completed.", "%(n)d entries are completed.", done.completed) % {"n": done.completed}
        messages.add_message(request, messages.SUCCESS if any(done) else messages.WARNING, f"{new} {completed}")
        return HttpResponseRedirect(_address(put_up))

    def returned_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The rows with something wrong, each with what it is."""
        self._check(request, to_change=False)
        put_up = self._found(str(pk))
        wrong = [one for one in planned(put_up, at=now()) if one.outcome == Outcome.REFUSED]
        if not wrong:
            raise Http404
        record_export(put_up, Export.SHEET, by=staff(request), rows=len(wrong), at=now())
        name = f"kontakty-do-poprawy-{put_up.pk}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
        return HttpResponse(returned_list(wrong), content_type="text/csv; charset=utf-8", headers=headers)

    def _found(self, pk: str) -> ContactImport:
        known = ContactImport.objects.select_related("made_by")
        return get_object_or_404(known, pk=int(pk) if pk.isascii() and pk.isdigit() and len(pk) < 18 else 0)

    def _check(self, request: HttpRequest, *, to_change: bool) -> None:
        if not (self.has_change_permission(request) if to_change else self.has_view_permission(request)):
            raise PermissionDenied

    def _page(self, request: HttpRequest, template: str, title: Any, context: dict[str, Any]) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "opts": Organization._meta, "lists": ContactImport._meta}
        may_write = self.has_change_permission(request)
        return render(request, f"accounts/admin/{template}.html", {**shared, "title": title, "may_write": may_write, **context})


def _address(put_up: ContactImport) -> str:
    return reverse("admin:accounts_contactimport_change", args=[put_up.pk])
