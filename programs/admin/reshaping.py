"""Pages that show what a bigger change will do before it is done: cut, join, move elsewhere, take out."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.actions import (
    NothingToMerge,
    TextRefusal,
    UnitHasChanged,
    fingerprint_of_all,
    fingerprint_of_pair,
    load,
    merge_unit,
    move_unit,
    next_of_its_kind,
    remove_unit,
    replace_unit,
    split_unit,
    with_inner,
)
from programs.admin.pages import Desk, Refused, page, text_address, writing
from programs.forms.units import PlaceForm, SplitForm
from programs.marks import targets_of
from programs.models import DraftVersion, ProvisionText
from programs.numbering import MisplacedUnit, OrderIsBroken
from programs.reading import spelling


def _of_unit(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For a page about one unit: `view` is handed the whole text and the unit in it."""

    @writing
    @wraps(view)
    def shown(request: HttpRequest, version: DraftVersion, unit_pk: int, desk: Desk) -> HttpResponse:
        texts = load(version)
        unit = next((text for text in texts if text.pk == unit_pk), None)
        if unit is None:
            messages.error(request, _("That unit is not there any more. Choose a unit first."))
            return HttpResponseRedirect(text_address(version))
        return view(request, texts, unit, desk)

    return shown


@_of_unit
def unit_split(request: HttpRequest, texts: list[ProvisionText], unit: ProvisionText, desk: Desk) -> HttpResponse:
    form = SplitForm(request.POST if request.method == "POST" else None, unit=unit, texts=texts)
    context: dict[str, Any] = {"form": form, "unit": unit, "inner": with_inner(texts, unit)[1:]}
    if form.is_valid():
        try:
            parts = split_unit(unit, parts=form.cleaned_data["words"], seen=form.cleaned_data["seen"], at=now())
        except Refused as refusal:
            form.add_error(None, str(refusal.in_words))
            context["present"] = form.initial["words"] if isinstance(refusal, UnitHasChanged) else ""
        else:
            words = {"citations": ", ".join(part.citation for part in parts)}
            messages.success(request, _("Cut. The parts are %(citations)s.") % words)
            return HttpResponseRedirect(text_address(unit.version, parts[0]))
    return page(request, desk, unit.version, "split", _("Split %(citation)s") % {"citation": unit.citation}, context)


@_of_unit
def unit_merge(request: HttpRequest, texts: list[ProvisionText], unit: ProvisionText, desk: Desk) -> HttpResponse:
    following = next_of_its_kind(texts, unit)
    if following is None:
        messages.error(request, str(NothingToMerge.in_words))
        return HttpResponseRedirect(text_address(unit.version, unit))
    if request.method == "POST":
        try:
            kept = merge_unit(unit, seen=request.POST.get("seen", ""), at=now())
        except Refused as refusal:
            messages.error(request, _in_words(refusal))
        else:
            messages.success(request, _("Joined. It is %(citation)s now.") % {"citation": kept.citation})
            return HttpResponseRedirect(text_address(unit.version, kept))
    spelled = spelling(texts)
    context = {
        "pair": [(text, spelled.words(text.text)) for text in (unit, following)],
        "seen": fingerprint_of_pair(unit, following),
        "back": unit,
    }
    title = _("Join %(citation)s with the next") % {"citation": unit.citation}
    return page(request, desk, unit.version, "merge", title, context)


@_of_unit
def unit_move(request: HttpRequest, texts: list[ProvisionText], unit: ProvisionText, desk: Desk) -> HttpResponse:
    inside = with_inner(texts, unit)
    others = [text for text in texts if text not in inside]
    form = PlaceForm(request.POST if request.method == "POST" else None, unit=unit, texts=others)
    if form.is_valid():
        try:
            move_unit(unit, parent=form.parent, after=form.after, at=now())
        except Refused as refusal:
            form.add_error(None, str(refusal.in_words))
        else:
            unit.refresh_from_db()
            messages.success(request, _("Moved. It is %(citation)s now.") % {"citation": unit.citation})
            return HttpResponseRedirect(text_address(unit.version, unit))
    title = _("Move %(citation)s") % {"citation": unit.citation}
    return page(request, desk, unit.version, "move", title, {"form": form, "unit": unit, "back": unit})


@_of_unit
def unit_remove(request: HttpRequest, texts: list[ProvisionText], unit: ProvisionText, desk: Desk) -> HttpResponse:
    gone = with_inner(texts, unit)
    others = [text for text in texts if text not in gone]
    chosen = request.POST.get("instead", "")
    instead = next((text for text in others if str(text.pk) == chosen), None)
    if chosen and instead is None:
        messages.error(request, _("What should say it instead is not there any more. Choose again; nothing is removed yet."))
    elif request.method == "POST":
        try:
            count = _take_out(unit, instead, request.POST.get("seen", ""))
        except Refused as refusal:
            messages.error(request, _in_words(refusal))
        else:
            messages.success(request, ngettext("%(n)s unit is removed.", "%(n)s units are removed.", count) % {"n": count})
            near = [*reversed(texts[: texts.index(unit)]), *others]
            return HttpResponseRedirect(text_address(unit.version, near[0] if near else None))
    context = {
        "units": gone,
        "others": others,
        "seen": fingerprint_of_all(gone),
        "remarked": _with_remarks(gone),
        "referring": _referring(others, gone),
        "instead": instead,
        "back": unit,
    }
    return page(request, desk, unit.version, "remove", _("Remove %(citation)s") % {"citation": unit.citation}, context)


def _take_out(unit: ProvisionText, instead: ProvisionText | None, seen: str) -> int:
    if instead:
        return replace_unit(unit, by=instead, seen=seen, at=now())
    return remove_unit(unit, seen=seen, at=now())


def _in_words(refusal: TextRefusal | MisplacedUnit | OrderIsBroken) -> str:
    # Nothing is typed on these pages that could stand beside the present wording.
    if isinstance(refusal, UnitHasChanged):
        return _("Somebody has changed the text since you opened this page. Look at it as it is now; nothing is done yet.")
    return str(refusal.in_words)


def _with_remarks(units: list[ProvisionText]) -> list[ProvisionText]:
    """Those whose provision somebody has spoken about in any version."""
    provisions = [unit.provision_id for unit in units]
    spoken = ProvisionText.objects.filter(provision__in=provisions, voices__isnull=False).values_list("provision", flat=True)
    return [unit for unit in units if unit.provision_id in set(spoken)]


def _referring(others: list[ProvisionText], gone: list[ProvisionText]) -> list[ProvisionText]:
    """Units whose references or quoted totals would lead nowhere."""
    identities = {unit.provision_id for unit in gone}
    return [unit for unit in others if any(provision in identities for _kind, provision in targets_of(unit.text))]
