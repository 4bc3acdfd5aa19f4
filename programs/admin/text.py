"""The drafting desk: the whole text on one page with a unit chosen in it, and the page on which a unit is written."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from programs.actions import UnitHasChanged, add_unit, edit_unit, indent_unit, outdent_unit, shift_unit
from programs.admin.pages import Desk, Refused, number, page, text_address, version_at_desk, writing
from programs.forms.units import NewUnitForm, UnitForm
from programs.models import DraftVersion, ProvisionText
from programs.reading import spelling

# What a button does at once, and the page that another one leads to.
AT_ONCE = {
    "up": lambda unit, at: shift_unit(unit, down=False, at=at),
    "down": lambda unit, at: shift_unit(unit, down=True, at=at),
    "indent": lambda unit, at: indent_unit(unit, at=at),
    "outdent": lambda unit, at: outdent_unit(unit, at=at),
}
PAGES = ("edit", "split", "merge", "move", "remove")


def text_page(request: HttpRequest, pk: int, desk: Desk) -> HttpResponse:
    """The whole text; a POST says in `act` what to do with the chosen `unit`."""
    version = version_at_desk(request, pk, desk, to_change=request.method == "POST")
    if request.method == "POST":
        return _act(request, version)
    texts = list(version.texts.in_reading_order())
    spelled = spelling(texts)
    asked = number(request.GET.get("unit", ""))
    context = {
        "units": [(text, spelled.words(text.text)) for text in texts],
        "chosen": next((text.pk for text in texts if text.pk == asked), texts[0].pk if texts else 0),
        "may_write": not version.is_frozen and desk.has_change_permission(request),
    }
    return page(request, desk, version, "text", _("The text"), context)


def _act(request: HttpRequest, version: DraftVersion) -> HttpResponse:
    act = request.POST.get("act", "")
    unit = version.texts.select_related("version", "parent").filter(pk=number(request.POST.get("unit", ""))).first()
    if unit is None:
        messages.error(request, _("That unit is not there any more. Choose a unit first."))
        return HttpResponseRedirect(text_address(version))
    if act == "add":
        return HttpResponseRedirect(f"{reverse('admin:programs_unit_new', args=[version.pk])}?near={unit.pk}")
    if act in PAGES:
        return HttpResponseRedirect(reverse(f"admin:programs_unit_{act}", args=[version.pk, unit.pk]))
    if act in AT_ONCE:
        try:
            moved = AT_ONCE[act](unit, now())
        except Refused as refusal:
            messages.error(request, str(refusal.in_words))
        else:
            messages.success(request, _("Moved. It is %(citation)s now.") % {"citation": moved.citation})
    return HttpResponseRedirect(text_address(version, unit))


@writing
def unit_new(request: HttpRequest, version: DraftVersion, desk: Desk) -> HttpResponse:
    """A new unit beside the one named by ?near=; at the end of the text without one, or when it is gone."""
    near = version.texts.select_related("parent").filter(pk=number(request.GET.get("near", ""))).first()
    texts = list(version.texts.in_reading_order())
    form = NewUnitForm(request.POST if request.method == "POST" else None, near=near, version=version, texts=texts)
    if form.is_valid():
        words = {name: form.cleaned_data[name] for name in ("heading", "text", "cells", "elements")}
        try:
            unit = add_unit(version, kind=form.kind, parent=form.parent, after=form.after, **words, at=now())
        except Refused as refusal:
            form.add_error(None, str(refusal.in_words))
        else:
            messages.success(request, _("%(citation)s is added.") % {"citation": unit.citation})
            return HttpResponseRedirect(text_address(version, unit))
    return page(request, desk, version, "unit", _("A new unit"), {"form": form, "texts": texts, "back": near})


@writing
def unit_edit(request: HttpRequest, version: DraftVersion, unit_pk: int, desk: Desk) -> HttpResponse:
    unit = version.texts.select_related("provision", "version").filter(pk=unit_pk).first()
    if unit is None and request.method == "POST":
        # Somebody has taken it out meanwhile: what was typed is kept, and may become a new unit.
        return unit_new(request, version.pk, desk=desk)
    if unit is None:
        messages.error(request, _("That unit is not there any more. Choose a unit first."))
        return HttpResponseRedirect(text_address(version))
    texts = list(version.texts.in_reading_order())
    form = UnitForm(request.POST if request.method == "POST" else None, unit=unit, version=version, texts=texts)
    context: dict[str, Any] = {"form": form, "unit": unit, "texts": texts, "back": unit}
    if form.is_valid():
        try:
            _save(unit, form)
        except Refused as refusal:
            form.add_error(None, str(refusal.in_words))
            if isinstance(refusal, UnitHasChanged):
                form.show_again(unit.fingerprint())
                context |= {"present": unit, "present_words": form.initial.get("text", "")}
        else:
            messages.success(request, _("%(citation)s is saved.") % {"citation": unit.citation})
            return HttpResponseRedirect(text_address(version, unit))
    return page(request, desk, version, "unit", unit.citation, context)


def _save(unit: ProvisionText, form: UnitForm) -> None:
    typed = form.cleaned_data
    edit_unit(
        unit,
        heading=typed.get("heading", ""),
        text=typed.get("text", ""),
        cells=typed.get("cells", ()),
        elements=typed["elements"] if "elements" in form.changed_data else None,
        seen=typed["seen"],
        at=now(),
    )
