"""What the pages of a version at the desk share."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from programs.actions import TextRefusal, VersionIsFrozen
from programs.models import DraftVersion, ProvisionText
from programs.numbering import MisplacedUnit, OrderIsBroken

Desk = admin.ModelAdmin[DraftVersion]
Refused = (TextRefusal, MisplacedUnit, OrderIsBroken)


def version_at_desk(request: HttpRequest, pk: int, desk: Desk, *, to_change: bool) -> DraftVersion:
    """Raises PermissionDenied, and Http404 when there is none."""
    if not (desk.has_change_permission(request) if to_change else desk.has_view_permission(request)):
        raise PermissionDenied
    return get_object_or_404(DraftVersion.objects.select_related("program"), pk=pk)


def writing(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For a page that changes a text: `view` is handed the version instead of its key.

    A frozen text is not shown to be changed. What was typed before it was frozen goes to the verbs, which refuse it in words.
    """

    @wraps(view)
    def shown(request: HttpRequest, pk: int, desk: Desk, **place: int) -> HttpResponse:
        version = version_at_desk(request, pk, desk, to_change=True)
        if version.is_frozen and request.method != "POST":
            messages.error(request, str(VersionIsFrozen.in_words))
            return HttpResponseRedirect(text_address(version))
        return view(request, version, desk=desk, **place)

    return shown


def page(
    request: HttpRequest, desk: Desk, version: DraftVersion, template: str, title: str, context: dict[str, Any]
) -> HttpResponse:
    shared = {**desk.admin_site.each_context(request), "version": version, "title": title, "opts": DraftVersion._meta}
    return render(request, f"programs/admin/{template}.html", {**shared, **context})


def text_address(version: DraftVersion, unit: ProvisionText | None = None) -> str:
    """Of the whole text, with a unit chosen."""
    return reverse("admin:programs_text", args=[version.pk]) + (f"?unit={unit.pk}#u{unit.pk}" if unit else "")


def number(typed: str) -> int:
    """A key or a number out of an address or a form; 0, which nothing has, for anything else."""
    return int(typed) if typed.isdecimal() and len(typed) < 19 else 0
