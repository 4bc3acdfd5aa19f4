"""A letter that says several things is cut into parts, each answered by itself; or made whole again."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.desk import staff
from consultations.actions.answers import AnswerRefused, cut_voice
from consultations.admin.answering import neighbors, voice_at_desk
from consultations.models import Part, Voice

if TYPE_CHECKING:
    from consultations.admin.voices import VoiceAdmin

FIELDS = 2  # at least so many to begin with
LONGEST = Part._meta.get_field("excerpt").max_length


def cut_page(request: HttpRequest, pk: int, desk: "VoiceAdmin") -> HttpResponse:
    voice = voice_at_desk(request, pk, desk)
    if not desk.has_answer_permission(request):
        return HttpResponseRedirect(reverse("admin:consultations_voice_change", args=[pk]))
    parts = list(voice.parts.select_related("current"))
    excerpts = request.POST.getlist("excerpt") if request.method == "POST" else [part.excerpt for part in parts]
    place, refusal = neighbors(request, voice, desk), ""
    if request.method == "POST" and request.POST.get("act") != "more":
        try:
            _cut(request, voice, excerpts)
        except AnswerRefused as refused:
            refusal = str(refused.in_words)
        else:
            return HttpResponseRedirect(reverse("admin:consultations_voice_change", args=[pk]) + place.query)
    fields = [*excerpts, ""] if request.POST.get("act") == "more" else [*excerpts, *[""] * (FIELDS - len(excerpts))]
    answered = {part.position for part in parts if part.current}
    context = {
        **desk.admin_site.each_context(request),
        "title": _("Cut %(number)s into parts") % {"number": voice.signature},
        "opts": Voice._meta,
        "voice": voice,
        "fields": [(excerpt, position in answered) for position, excerpt in enumerate(fields)],
        "is_cut": len(parts) > 1 or parts[0].excerpt,
        "refusal": refusal,
        "longest": LONGEST,
        **place._asdict(),
    }
    return render(request, "consultations/admin/voice_cut.html", context)


def _cut(request: HttpRequest, voice: Voice, excerpts: list[str]) -> None:
    """Raises AnswerRefused."""
    whole = request.POST.get("act") == "whole"
    parts = cut_voice(voice, excerpts=[] if whole else excerpts, by=staff(request), at=now())
    if len(parts) == 1 and not parts[0].excerpt:
        messages.success(request, _("The voice is whole: it gets one answer."))
    else:
        count = len(parts)
        words = ngettext("The voice has %(n)d part.", "The voice has %(n)d parts; each gets its own answer.", count)
        messages.success(request, words % {"n": count})
