"""Duplicates in the directory: the list of likely ones, and the page that shows what a merging would do."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from accounts.desk import staff
from accounts.duplicates import likely_duplicates
from accounts.merging import Merging, MergingRefused, merge_organizations
from accounts.models import Organization

if TYPE_CHECKING:
    from accounts.admin.people import OrganizationAdmin

PAIRS_A_PAGE = 50
COMPARED = (
    *("name", "legal_form", "register", "register_number", "nip", "regon", "seat", "email"),
    *("source", "consent", "verified_at", "created_at"),
)


def pages(desk: "OrganizationAdmin") -> list[URLPattern]:
    view = desk.admin_site.admin_view
    return [
        path("duplicates/", view(duplicates_page), {"desk": desk}, name="accounts_duplicates"),
        path("<int:pk>/merge/<int:other>/", view(merge_page), {"desk": desk}, name="accounts_merge"),
    ]


def duplicates_page(request: HttpRequest, desk: "OrganizationAdmin") -> HttpResponse:
    if not desk.has_view_permission(request):
        raise PermissionDenied
    page = Paginator(likely_duplicates(), PAIRS_A_PAGE).get_page(request.GET.get("page"))
    known = Organization.objects.in_bulk({key for pair in page for key in (pair.first, pair.second)})
    words = {"nip": _("the same NIP"), "regon": _("the same REGON")}
    rows = [
        (known[pair.first], known[pair.second], words.get(pair.by) or _("names alike: %(n)d%%") % {"n": pair.percent})
        for pair in page
        if pair.first in known and pair.second in known
    ]
    return _page(request, desk, "duplicates", _("Likely duplicates"), {"rows": rows, "page": page})


def merge_page(request: HttpRequest, pk: int, other: int, desk: "OrganizationAdmin") -> HttpResponse:
    """Entry `pk` stays, `other` goes. Only POST merges, and only what its `seen` says was shown."""
    if not desk.has_change_permission(request):
        raise PermissionDenied
    stays, goes = get_object_or_404(Organization, pk=pk), get_object_or_404(Organization, pk=other)
    refusal = ""
    if request.method == "POST":
        try:
            merge_organizations(stays, goes, seen=request.POST.get("seen", ""), by=staff(request), at=now())
        except MergingRefused as refused:
            refusal = str(refused.in_words)
            stays.refresh_from_db()
            goes.refresh_from_db()
        else:
            messages.success(request, _("The entries are merged. Old links and forms find the one that stays."))
            return HttpResponseRedirect(reverse("admin:accounts_organization_change", args=[pk]))
    merging = Merging(stays, goes)
    context = {
        "merging": merging,
        "fields": _compared(merging),
        "refusal": refusal,
        "may_merge": pk != other and not (stays.merged_into_id or goes.merged_into_id),
    }
    return _page(request, desk, "merge", _("Merge two entries"), context)


def _compared(merging: Merging) -> list[tuple[str, Any, Any, bool]]:
    """Name of the field, what either says, and whether it is taken over."""
    rows = []
    for name in COMPARED:
        field = Organization._meta.get_field(name)
        either = [_shown(one, name) for one in (merging.stays, merging.goes)]
        if any(either):
            rows.append((str(field.verbose_name), *either, name in merging.filled))  # type: ignore[union-attr]
    return rows


def _shown(organization: Organization, name: str) -> Any:
    return organization.get_register_display() if name == "register" else getattr(organization, name)


def _page(request: HttpRequest, desk: "OrganizationAdmin", template: str, title: str, context: dict[str, Any]) -> HttpResponse:
    shared = {**desk.admin_site.each_context(request), "opts": Organization._meta, "title": title}
    may_write = desk.has_change_permission(request)
    return render(request, f"accounts/admin/{template}.html", {**shared, "may_write": may_write, **context})
