"""The pages on which a text is written, in the admin's look: the whole text in order, one unit, freezing, the file."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.desk import staff
from programs.actions import TextRefusal, UnitHasChanged, add_unit, edit_unit, freeze_version, move_unit, remove_unit
from programs.forms import NewUnitForm, UnitForm
from programs.models import DraftVersion, FileFormat, ProvisionText, StatutoryElement
from programs.numbering import MisplacedUnit, OrderIsBroken
from programs.reading import tree
from programs.views import not_printed_yet

Desk = admin.ModelAdmin[DraftVersion]
Refused = (TextRefusal, MisplacedUnit, OrderIsBroken)


def text_page(request: HttpRequest, pk: int, desk: Desk) -> HttpResponse:
    """The whole text; its buttons post `up` or `down` with the unit to be moved among its neighbors."""
    version = _version(request, pk, desk, to_change=request.method == "POST")
    if request.method == "POST":
        try:
            unit = _move_one_place(version, request.POST)
        except Refused as refusal:
            messages.error(request, str(refusal.in_words))
            return HttpResponseRedirect(_text_address(version))
        messages.success(request, _("Moved. It is %(citation)s now.") % {"citation": unit.citation})
        return HttpResponseRedirect(_text_address(version, unit))
    nodes = tree(version.texts.in_reading_order())
    may_write = not version.is_frozen and desk.has_change_permission(request)
    return _page(request, desk, version, "text", _("The text"), {"nodes": nodes, "may_write": may_write})


def unit_new(request: HttpRequest, pk: int, desk: Desk) -> HttpResponse:
    """A new unit beside the one named by ?near=, or the first of an empty text."""
    version = _version(request, pk, desk, to_change=True)
    near_pk = request.GET.get("near", "")
    near = get_object_or_404(version.texts.select_related("parent"), pk=near_pk) if near_pk.isdecimal() else None
    form = NewUnitForm(request.POST if request.method == "POST" else None, near=near, version=version)
    if form.is_valid():
        words = {name: form.cleaned_data[name] for name in ("heading", "text", "cells", "elements")}
        try:
            unit = add_unit(version, kind=form.kind, parent=form.parent, after=form.after, **words, at=now())
        except Refused as refusal:
            form.add_error(None, str(refusal.in_words))
        else:
            messages.success(request, _("%(citation)s is added.") % {"citation": unit.citation})
            return HttpResponseRedirect(_text_address(version, unit))
    return _page(request, desk, version, "unit", _("A new unit"), {"form": form})


def unit_edit(request: HttpRequest, pk: int, unit_pk: int, desk: Desk) -> HttpResponse:
    version = _version(request, pk, desk, to_change=True)
    unit = get_object_or_404(version.texts.select_related("provision"), pk=unit_pk)
    form = UnitForm(request.POST if request.method == "POST" else None, unit=unit, version=version)
    context: dict[str, Any] = {"form": form, "unit": unit}
    if form.is_valid():
        typed = form.cleaned_data
        try:
            edit_unit(
                unit,
                heading=typed["heading"],
                text=typed.get("text", ""),
                cells=typed.get("cells", ()),
                elements=typed["elements"],
                seen=typed["seen"],
                at=now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal.in_words))
            if isinstance(refusal, UnitHasChanged):
                form.show_again(unit.fingerprint())
                context["present"] = unit
        else:
            messages.success(request, _("%(citation)s is saved.") % {"citation": unit.citation})
            return HttpResponseRedirect(_text_address(version, unit))
    return _page(request, desk, version, "unit", unit.citation, context)


def unit_remove(request: HttpRequest, pk: int, unit_pk: int, desk: Desk) -> HttpResponse:
    version = _version(request, pk, desk, to_change=True)
    unit = get_object_or_404(version.texts, pk=unit_pk)
    if request.method == "POST":
        try:
            gone = remove_unit(unit, at=now())
        except Refused as refusal:
            messages.error(request, str(refusal.in_words))
        else:
            words = ngettext("%(n)s unit is removed.", "%(n)s units are removed.", gone)
            messages.success(request, words % {"n": gone})
        return HttpResponseRedirect(_text_address(version))
    title = _("Remove %(citation)s") % {"citation": unit.citation}
    return _page(request, desk, version, "remove", title, {"units": _with_inner(unit)})


def freeze(request: HttpRequest, pk: int, desk: Desk) -> HttpResponse:
    """What will be closed for ever, looked at once more; a POST closes it."""
    version = _version(request, pk, desk, to_change=True)
    if request.method == "POST":
        try:
            freeze_version(version, by=staff(request), at=now())
        except Refused as refusal:
            messages.error(request, str(refusal.in_words))
        else:
            messages.success(request, _("The version is frozen. Its PDF will be ready in about a minute."))
        return HttpResponseRedirect(reverse("admin:programs_draftversion_change", args=[version.pk]))
    context = {
        "unit_count": version.texts.count(),
        "empty": version.texts.empty().in_reading_order(),
        "missing": version.missing_elements(),
        "element_count": StatutoryElement.objects.filter(kind=version.program.kind).count(),
    }
    return _page(request, desk, version, "freeze", _("Freeze the version"), context)


def pdf(request: HttpRequest, pk: int, desk: Desk) -> HttpResponseBase:
    """The stored file, for the office: a working draft has no public page to take it from."""
    version = _version(request, pk, desk, to_change=False)
    if not version.is_frozen:
        raise Http404
    file = version.files.filter(format=FileFormat.PDF).first()
    if file is None:
        return not_printed_yet(request)
    return FileResponse(file.file.open(), filename=f"{version.program.slug}-wersja-{version.number}.pdf")


def _version(request: HttpRequest, pk: int, desk: Desk, *, to_change: bool) -> DraftVersion:
    if not (desk.has_change_permission(request) if to_change else desk.has_view_permission(request)):
        raise PermissionDenied
    return get_object_or_404(DraftVersion.objects.select_related("program"), pk=pk)


def _move_one_place(version: DraftVersion, posted: Any) -> ProvisionText:
    direction = "up" if "up" in posted else "down"
    unit = get_object_or_404(version.texts.select_related("parent", "version"), pk=posted.get(direction) or 0)
    siblings = list(version.texts.filter(parent=unit.parent).order_by("position"))
    place = siblings.index(unit)
    others = [sibling for sibling in siblings if sibling != unit]
    new_place = max(0, min(place + (-1 if direction == "up" else 1), len(others)))
    move_unit(unit, parent=unit.parent, after=others[new_place - 1] if new_place else None, at=now())
    unit.refresh_from_db()
    return unit


def _with_inner(unit: ProvisionText) -> list[ProvisionText]:
    following = unit.version.texts.filter(rank__gt=unit.rank).in_reading_order()
    outer = following.filter(depth__lte=unit.depth).first()
    return [unit, *(following.filter(rank__lt=outer.rank) if outer else following)]


def _text_address(version: DraftVersion, unit: ProvisionText | None = None) -> str:
    return reverse("admin:programs_text", args=[version.pk]) + (f"#u{unit.pk}" if unit else "")


def _page(
    request: HttpRequest, desk: Desk, version: DraftVersion, template: str, title: str, context: dict[str, Any]
) -> HttpResponse:
    shared = {**desk.admin_site.each_context(request), "version": version, "title": title, "opts": DraftVersion._meta}
    return render(request, f"programs/admin/{template}.html", {**shared, **context})
