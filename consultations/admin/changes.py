"""From decisions to the text: a change proposed for a voice, the changes of one version, and two wordings made one by hand."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.desk import DeskAdmin, SeenOnly, staff
from accounts.roles import Duty
from consultations.actions.changes import (
    ChangeIsDropped,
    ChangeIsMade,
    Refused,
    apply_change,
    apply_changes,
    discard_change,
    explain_change,
    join_change,
    leave_change,
    propose_change,
)
from consultations.actions.prospects import ChangeConflicts, Prospect, prospects
from consultations.forms.changes import ChangeForm, PlaceForm, WordsForm
from consultations.models import ChangeAction, Part, ProposedChange
from programs import redline
from programs.actions import VersionIsFrozen, with_inner
from programs.admin.pages import number
from programs.marks import Spelling, typed
from programs.models import DraftVersion, ProvisionText
from programs.readiness import changed_units, consulted_before, versions_since
from programs.reading import spelling
from programs.reading.changes import compared, redlined

VOICES = "parts__voice__consultation"


@admin.register(ProposedChange)
class ChangeAdmin(SeenOnly, DeskAdmin, admin.ModelAdmin[ProposedChange]):
    """Reached from a voice and from a version: a change by itself says little."""

    duty = Duty.DRAFT_TEXT
    list_display = ("__str__", "program", "applied_in", "discarded_at")
    list_select_related = ("provision__program", "applied_in__program")

    @admin.display(description=_("program"))
    def program(self, change: ProposedChange) -> str:
        return str(change.provision.program)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def has_write_permission(self, request: HttpRequest) -> bool:
        return self._has(request, self.duty)

    def get_urls(self) -> list[URLPattern]:
        pages = (
            ("part/<int:pk>/", change_new, "consultations_change_new"),
            ("version/<int:pk>/", text_changes, "consultations_text_changes"),
            ("version/<int:pk>/<int:change_pk>/", change_merge, "consultations_change_merge"),
        )
        own = [path(route, self.admin_site.admin_view(page), {"desk": self}, name=name) for route, page, name in pages]
        return [*own, *super().get_urls()]


# One voice ---------------------------------------------------------------------------------------------------


def change_new(request: HttpRequest, pk: int, desk: ChangeAdmin) -> HttpResponse:
    """What a part is to change: a new change on the unit named by ?unit=, one that waits already, or what is in the text."""
    _check(request, desk)
    related = ("current", "voice__consultation", "voice__submission", "voice__version__program", "voice__provision_text")
    part = get_object_or_404(Part.objects.select_related(*related), pk=pk)
    offered = _texts_under(part)
    units = _units_of(part, offered)
    unit = next((each for each in units if str(each.pk) == request.GET.get("unit")), next(iter(units), None))
    texts = [text for text in offered if unit and text.version_id == unit.version_id]
    act = request.POST.get("act", "")
    typed_words = request.POST if act in ("propose", "preview") else None
    form = ChangeForm(typed_words, part=part, unit=unit, texts=texts) if unit else None
    versions = DraftVersion.objects.filter(program__consultations=part.voice.consultation).select_related("program")
    place = PlaceForm(request.POST if act == "explain" else None, versions=versions)
    back = f"{reverse('admin:consultations_voice_change', args=[part.voice_id])}?part={part.pk}"
    if done := _act_on_part(request, part, act, form, place, unit):
        messages.success(request, done)
        return HttpResponseRedirect(back)
    context = {"part": part, "units": units, "place": place, "back": back, **_proposal(part, unit, texts, form)}
    title = _("Change the text because of %(voice)s") % {"voice": part.voice.signature}
    return _page(request, desk, "change_new", title, context)


def _act_on_part(
    request: HttpRequest, part: Part, act: str, form: ChangeForm | None, place: PlaceForm, unit: ProvisionText | None
) -> str:
    """What to tell when it is done; empty when nothing was asked or it was refused, which is told then."""
    by, at = staff(request), now()
    try:
        if act == "propose" and form and unit and form.is_valid():
            action = ChangeAction(form.cleaned_data["action"])
            propose_change([part], on=unit, action=action, **form.words, by=by, at=at)
            return _("The change is proposed. It is made in the text on the page of the version.")
        if act == "join":
            change = get_object_or_404(ProposedChange, pk=number(request.POST.get("change", "")))
            join_change(change, [part], by=by, at=at)
            return _("The voice has joined the change.")
        if act == "explain" and place.is_valid() and place.text:
            explain_change(place.cleaned_data["version"], place.text.provision, parts=[part], by=by, at=at)
            return _("%(citation)s now names this voice.") % {"citation": place.text.citation}
    except Refused as refused:
        messages.error(request, str(refused.in_words))
    return ""


def _texts_under(part: Part) -> list[ProvisionText]:
    """What a change for this part may be proposed on: the frozen text remarked on, or the newest one of each program."""
    keys = [part.voice.version_id]
    if not part.voice.version_id:
        frozen = DraftVersion.objects.frozen().filter(program__consultations=part.voice.consultation)
        keys = list(dict(frozen.order_by("program", "number").values_list("program", "pk")).values())
    related = ("version__program", "provision")
    texts = ProvisionText.objects.filter(version__in=keys).select_related(*related).in_reading_order()
    return sorted(texts, key=lambda text: keys.index(text.version_id))


def _units_of(part: Part, texts: Sequence[ProvisionText]) -> list[ProvisionText]:
    """Those that the voice is about, the one named first; all, if it names none."""
    place, until = part.voice.provision_text, part.voice.until_text
    if place is None:
        return list(texts)
    named = next(text for text in texts if text == place)
    if until:
        return [text for text in texts if place.rank <= text.rank <= until.rank]
    return with_inner(texts, named)


def _proposal(part: Part, unit: ProvisionText | None, texts: Sequence[ProvisionText], form: ChangeForm | None) -> dict[str, Any]:
    if unit is None:
        return {}
    spelled = spelling(texts)
    shown: SafeString | str = ""
    if form and form.is_bound and form.is_valid():
        proposed = "" if form.cleaned_data["action"] == ChangeAction.REMOVE else form.words["text"]
        before = "" if form.cleaned_data["action"] == ChangeAction.ADD else unit.text
        shown = _difference(before, proposed, spelled, spelled)
    waiting = unit.provision.changes.waiting().exclude(parts=part).prefetch_related(VOICES)
    return {
        "unit": unit,
        "present": spelled.words(unit.text),
        "form": form,
        "preview": shown,
        "waiting": [(change, _difference(unit.text, change.text, spelled, spelled)) for change in waiting],
    }


# One version -------------------------------------------------------------------------------------------------


def text_changes(request: HttpRequest, pk: int, desk: ChangeAdmin) -> HttpResponse:
    """What waits to be made in a version, and why what was made in it was made; a POST says in `act` what to do."""
    _check(request, desk)
    version = get_object_or_404(DraftVersion.objects.select_related("program"), pk=pk)
    if request.method == "POST":
        return HttpResponseRedirect(_act_on_version(request, version))
    waiting = ProposedChange.objects.waiting().filter(provision__program=version.program)
    base = consulted_before(version)
    context = {
        "version": version,
        "waiting": [] if version.is_frozen else _waiting(waiting, version),
        "base": base,
        "changed": _changed(base, version) if base else [],
    }
    return _page(request, desk, "changes", _("Changes of the text and why"), context)


def _act_on_version(request: HttpRequest, version: DraftVersion) -> str:
    """Where to go on."""
    by, at, asked = staff(request), now(), request.POST
    here = reverse("admin:consultations_text_changes", args=[version.pk])
    act, change_pk = asked.get("act", ""), number(asked.get("change", ""))
    try:
        if act == "all":
            waiting = ProposedChange.objects.waiting().filter(provision__program=version.program)
            _tell(request, *apply_changes(waiting, version, by=by, at=at))
        elif act == "explain":
            provision = get_object_or_404(version.program.provisions, pk=_uuid(asked.get("provision", "")))
            explain_change(version, provision, own_reason=asked.get("own_reason", ""), by=by, at=at)
            messages.success(request, _("The reason is kept."))
        else:
            _act_on_change(get_object_or_404(ProposedChange, pk=change_pk), act, request, version)
    except ChangeConflicts:
        return reverse("admin:consultations_change_merge", args=[version.pk, change_pk])
    except Refused as refused:
        messages.error(request, str(refused.in_words))
    return here


def _act_on_change(change: ProposedChange, act: str, request: HttpRequest, version: DraftVersion) -> None:
    by, at = staff(request), now()
    if act == "apply":
        apply_change(change, version, by=by, at=at)
        messages.success(request, _("The change is made in the text."))
    elif act == "drop":
        discard_change(change, why=request.POST.get("why", ""), by=by, at=at)
        messages.success(request, _("The change is dropped."))
    elif act == "leave":
        leave_change(change, Part.objects.filter(pk=number(request.POST.get("part", ""))), by=by, at=at)
        messages.success(request, _("The voice has left the change."))


def _tell(request: HttpRequest, made: Sequence[ProposedChange], left: Sequence[ProposedChange]) -> None:
    if made:
        words = ngettext("%(n)d change is made.", "%(n)d changes are made.", len(made))
        messages.success(request, words % {"n": len(made)})
    if left:
        words = ngettext("%(n)d change needs you: see below.", "%(n)d changes need you: see below.", len(left))
        messages.warning(request, words % {"n": len(left)})


def _waiting(changes: QuerySet[ProposedChange], version: DraftVersion) -> list[dict[str, Any]]:
    """A row for each, in the order of the text."""
    listed = list(changes.select_related("provision", "base").prefetch_related(VOICES))
    bases = {pk: spelling(texts) for pk, texts in _texts_of({change.base_id for change in listed}).items()}
    rows = []
    for prospect in prospects(listed, version):
        change, spelled = prospect.change, bases[prospect.base.version_id]
        before = "" if change.action == ChangeAction.ADD else prospect.base.text
        rows.append(
            {
                "change": change,
                "citation": (prospect.present or prospect.base).citation,
                "difference": _difference(before, change.text, spelled, spelled),
                "refusal": prospect.refusal,
                "is_conflict": prospect.is_conflict,
            }
        )
    return rows


def _texts_of(versions: set[int | None]) -> dict[int, list[ProvisionText]]:
    texts: defaultdict[int, list[ProvisionText]] = defaultdict(list)
    for text in ProvisionText.objects.filter(version__in=versions).in_reading_order() if versions else []:
        texts[text.version_id].append(text)
    return texts


def _changed(base: DraftVersion, version: DraftVersion) -> list[dict[str, Any]]:
    """A row for each unit that says something else than what people were asked about; first those that nobody explained."""
    both = compared(base, version)
    made = ProposedChange.objects.made_in(versions_since(base, version)).with_basis().prefetch_related(VOICES)
    reasons: defaultdict[UUID | None, list[ProposedChange]] = defaultdict(list)
    for change in made:
        reasons[change.result_id].append(change)
    rows = [
        {
            "unit": change.unit,
            "fate": change.fate,
            "moved": change.moved,
            "difference": redlined(change.text, both.old, both.new),
            "reasons": reasons[change.unit.provision_id],
        }
        for change in changed_units(both)
    ]
    return sorted(rows, key=lambda row: bool(row["reasons"]))


# Two wordings of one unit ------------------------------------------------------------------------------------


def change_merge(request: HttpRequest, pk: int, change_pk: int, desk: ChangeAdmin) -> HttpResponse:
    """The words a change was proposed on, those there now and those proposed, beside one another; and the ones to be."""
    _check(request, desk)
    version = get_object_or_404(DraftVersion.objects.select_related("program"), pk=pk)
    proposed = ProposedChange.objects.exclude(base=None).select_related("provision", "base", "applied_in")
    change = get_object_or_404(proposed.prefetch_related(VOICES), pk=change_pk, provision__program=version.program)
    here = HttpResponseRedirect(reverse("admin:consultations_text_changes", args=[version.pk]))
    (prospect,) = prospects([change], version)
    # What was typed before that happened goes to the verb, which refuses it in words.
    if request.method != "POST" and (refusal := _why_not(prospect, version)):
        messages.error(request, str(refusal.in_words))
        return here
    unit = prospect.present or prospect.base
    texts = list(version.texts.in_reading_order())
    words = typed(change.text, spelling(texts))
    form = WordsForm(
        request.POST if request.method == "POST" else None, unit=unit, texts=texts, words=words, heading=change.heading
    )
    if form.is_valid():
        try:
            apply_change(change, version, **form.words, seen=request.POST.get("seen"), by=staff(request), at=now())
        except Refused as refused:
            form.add_error(None, str(refused.in_words))
        else:
            messages.success(request, _("The change is made in the text."))
            return here
    context = {"version": version, "change": change, "form": form, **_three(prospect, texts)}
    return _page(request, desk, "change_merge", _("Two wordings of %(citation)s") % {"citation": unit.citation}, context)


def _why_not(prospect: Prospect, version: DraftVersion) -> Any:
    """Why nobody has to write these words any more."""
    change = prospect.change
    if change.applied_in:
        return ChangeIsMade(change.applied_in)
    if change.discarded_at:
        return ChangeIsDropped()
    if version.is_frozen:
        return VersionIsFrozen()
    return prospect.refusal if prospect.is_gone else None


def _three(prospect: Prospect, texts: Sequence[ProvisionText]) -> dict[str, Any]:
    base, present, change = prospect.base, prospect.present, prospect.change
    old, new = spelling(_texts_of({base.version_id})[base.version_id]), spelling(texts)
    now_there = present.text if present else ""
    return {
        "base": base,
        "unit": present,
        "base_words": old.words(base.text),
        "present_words": _difference(base.text, now_there, old, new),
        "proposed_words": _difference(base.text, change.text, old, old),
        "seen": prospect.present_hash,
        "is_removal": change.action == ChangeAction.REMOVE,
    }


# Shared ------------------------------------------------------------------------------------------------------


def _check(request: HttpRequest, desk: ChangeAdmin) -> None:
    may = desk.has_write_permission(request) if request.method == "POST" else desk.has_view_permission(request)
    if not may:
        raise PermissionDenied


def _page(request: HttpRequest, desk: ChangeAdmin, template: str, title: str, context: dict[str, Any]) -> HttpResponse:
    may_write = desk.has_write_permission(request)
    shared = {**desk.admin_site.each_context(request), "title": title, "opts": DraftVersion._meta, "may_write": may_write}
    return render(request, f"consultations/admin/{template}.html", {**shared, **context})


def _difference(before: str, after: str, old: Spelling, new: Spelling) -> SafeString:
    return redlined(redline.words(before, after), old, new)


def _uuid(typed_key: str) -> UUID | None:
    try:
        return UUID(typed_key)
    except ValueError:
        return None
