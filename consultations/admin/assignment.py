"""Parts of voices are given to a department or a person, from the list or from the screen of a voice."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.desk import staff
from consultations.actions.assignment import DueDayIsOver, assign_parts
from consultations.forms.assigning import AssignForm
from consultations.models import Part, Voice
from consultations.models.answers import PartQuerySet
from consultations.models.voices import VoiceQuerySet
from programs.admin.pages import number

if TYPE_CHECKING:
    from consultations.admin.voices import VoiceAdmin

SHOWN_AT_MOST = 40
ASSIGNED = ("department", "assignee", "due_on")


def pages(desk: "VoiceAdmin") -> list[URLPattern]:
    return [path("assign/", desk.admin_site.admin_view(assign_page), {"desk": desk}, name="consultations_assign")]


def assign_page(request: HttpRequest, desk: "VoiceAdmin") -> HttpResponse:
    """`ids`, of the address or of the form, are keys of parts, parted by commas; `back` is an address of the desk's voices."""
    if not desk.has_answer_permission(request):
        raise PermissionDenied
    asked = request.POST if request.method == "POST" else request.GET
    parts = Part.objects.standing().filter(pk__in={number(key) for key in asked.get("ids", "").split(",")})
    voices = reverse("admin:consultations_voice_changelist")
    back = asked.get("back", "") if asked.get("back", "").startswith(voices) else voices
    form = AssignForm(request.POST) if request.method == "POST" else None
    if form and form.is_valid() and _assign(request, parts, form):
        return HttpResponseRedirect(back)
    return _page(request, desk, parts, form, back)


def of_voices(request: HttpRequest, desk: "VoiceAdmin", voices: VoiceQuerySet) -> HttpResponse:
    """What the action of the list opens."""
    return _page(request, desk, Part.objects.standing().filter(voice__in=voices), None, request.get_full_path())


def _assign(request: HttpRequest, parts: PartQuerySet, form: AssignForm) -> bool:
    """Whether the page is done with."""
    try:
        changed = assign_parts(parts, **form.cleaned_data, by=staff(request), at=now())
    except DueDayIsOver as refused:
        form.add_error("due_on", str(refused.in_words))
        return False
    if changed:
        words = ngettext("%(n)d answer is assigned.", "%(n)d answers are assigned.", changed) % {"n": changed}
        messages.success(request, words)
    else:
        messages.info(request, _("Nothing has changed: they were assigned so already."))
    return True


def _page(request: HttpRequest, desk: "VoiceAdmin", parts: PartQuerySet, form: AssignForm | None, back: str) -> HttpResponse:
    related = ("voice__consultation", "voice__provision_text", "voice__until_text", "voice__topic", "department", "assignee")
    chosen = list(parts.select_related(*related).order_by("voice__kind", "voice__number", "position"))
    common = _in_common(chosen)
    context: dict[str, Any] = {
        **desk.admin_site.each_context(request),
        "title": _("Assign answers"),
        "opts": Voice._meta,
        "ids": ",".join(str(part.pk) for part in chosen),
        "parts": chosen[:SHOWN_AT_MOST],
        "count": len(chosen),
        "more": max(0, len(chosen) - SHOWN_AT_MOST),
        "form": form or AssignForm(initial=common),
        "differ": bool(chosen) and len(common) < len(ASSIGNED),
        "back": back,
    }
    return render(request, "consultations/admin/assign.html", context)


def _in_common(parts: list[Part]) -> dict[str, Any]:
    """How all of them are assigned now, field by field."""
    found = {name: {getattr(part, name) for part in parts} for name in ASSIGNED}
    return {name: values.pop() for name, values in found.items() if len(values) == 1}
