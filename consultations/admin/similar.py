"""Voices that ask for the same: found in groups, read beside one another, answered together."""

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.desk import staff
from consultations.actions.answers import AnswerRefused, ReasonsAreMissing, answer_together, send_for_approval
from consultations.admin.answering import voice_at_desk
from consultations.admin.bulk import moment_seen
from consultations.admin.steps import step_tag
from consultations.alike import ANSWERED_PARTS, alike_in, similar_to
from consultations.forms.together import TogetherForm
from consultations.models import Consultation, Decision, Outcome, Part, Step, Voice, VoiceKind
from programs.admin.pages import number

if TYPE_CHECKING:
    from consultations.admin.voices import VoiceAdmin

GROUPS_A_PAGE, MEMBERS_AT_MOST, PLACES_AT_MOST = 30, 60, 4


class Group(NamedTuple):
    first: Voice
    size: int
    places: str
    steps: SafeString


class Line(NamedTuple):
    """A part of a voice, as the page shows it."""

    part: Part
    step: SafeString
    is_ticked: bool
    is_newer: bool  # somebody has answered it since the page was opened


class Member(NamedTuple):
    voice: Voice
    percent: int
    lines: list[Line]


def pages(desk: "VoiceAdmin") -> list[URLPattern]:
    view = desk.admin_site.admin_view
    return [
        path("similar/<int:pk>/", view(groups_page), {"desk": desk}, name="consultations_similar"),
        path("<int:pk>/similar/", view(together_page), {"desk": desk}, name="consultations_together"),
    ]


def groups_page(request: HttpRequest, pk: int, desk: "VoiceAdmin") -> HttpResponse:
    """Of one consultation; ?kind= and, with ?all=, groups whose voices are all answered too."""
    if not desk.sees_all(request):
        raise PermissionDenied
    consultation = get_object_or_404(Consultation, pk=pk)
    kind = VoiceKind.PROPOSAL if request.GET.get("kind") == VoiceKind.PROPOSAL else VoiceKind.REMARK
    everything = alike_in(consultation, kind)
    waiting = set(Voice.objects.filter(consultation=consultation, kind=kind).awaiting_answer().values_list("pk", flat=True))
    open_ones = [keys for keys in everything if not waiting.isdisjoint(keys)]
    shown = everything if "all" in request.GET else open_ones
    page = Paginator(shown, GROUPS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        **desk.admin_site.each_context(request),
        "title": _("Similar voices"),
        "opts": Voice._meta,
        "consultation": consultation,
        "kind": kind,
        "groups": _groups(list(page)),
        "page": page,
        "open_count": len(open_ones),
        "count": len(everything),
        "is_all": "all" in request.GET,
    }
    return render(request, "consultations/admin/similar.html", context)


def _groups(chosen: list[list[int]]) -> list[Group]:
    related = ("consultation", "submission", "topic", "provision_text", "until_text")
    voices = Voice.objects.select_related(*related).prefetch_related(ANSWERED_PARTS).defer("quote", "folded", "original")
    found = voices.in_bulk([key for keys in chosen for key in keys])
    return [_group([found[key] for key in keys]) for keys in chosen]


def _group(voices: list[Voice]) -> Group:
    places = list(dict.fromkeys(voice.place or (voice.topic.name if voice.topic else "") for voice in voices))
    named = [place for place in places if place]
    steps = Counter(part.step for voice in voices for part in voice.parts.all())
    return Group(
        voices[0],
        len(voices),
        ", ".join(named[:PLACES_AT_MOST]) + ("…" if len(named) > PLACES_AT_MOST else ""),
        format_html_join(" ", "{}", ((step_tag(step, steps[step]),) for step in Step if steps[step])),
    )


def together_page(request: HttpRequest, pk: int, desk: "VoiceAdmin") -> HttpResponse:
    """One voice and those like it. ?like= is the key of a part whose answer the form begins with."""
    at, voice = now(), voice_at_desk(request, pk, desk)
    form = (
        TogetherForm(request.POST) if request.method == "POST" else TogetherForm(initial=_answer_of(request.GET.get("like", "")))
    )
    if form.is_bound and form.is_valid() and _answer(request, form):
        return HttpResponseRedirect(request.get_full_path())
    prefetch_related_objects([voice], ANSWERED_PARTS)
    found = [(voice, 100), *similar_to(voice)]
    context = {
        **desk.admin_site.each_context(request),
        "title": _("Voices like %(number)s") % {"number": voice.signature},
        "opts": Voice._meta,
        "voice": voice,
        "members": [_member(request, one, percent, voice) for one, percent in found[:MEMBERS_AT_MOST]],
        "more": max(0, len(found) - MEMBERS_AT_MOST),
        "form": form,
        "may_answer": desk.has_answer_permission(request) and not voice.submission.withdrawn_at,
        "read_at": at.isoformat(),
    }
    return render(request, "consultations/admin/similar_voice.html", context)


def _member(request: HttpRequest, voice: Voice, percent: int, first: Voice) -> Member:
    """On a page that is opened, what says the very same words and has no answer yet is ticked."""
    sent, ticked = request.POST, set(request.POST.getlist("part"))
    is_first = not sent and voice.folded == first.folded
    lines = [
        Line(
            part,
            step_tag(part.step),
            str(part.pk) in ticked or (is_first and not part.excerpt and part.step == Step.NONE),
            str(part.pk) in ticked and _revision(part) != number(sent.get(f"seen-{part.pk}", "")),
        )
        for part in voice.parts.all()
    ]
    return Member(voice, percent, lines)


def _revision(part: Part) -> int:
    return part.current.revision if part.current else 0


def _answer_of(key: str) -> dict[str, Any]:
    decision = Decision.objects.filter(part=number(key)).order_by("-revision").first() if key else None
    return {"outcome": decision.outcome, "reasons": decision.reasons} if decision else {}


def _answer(request: HttpRequest, form: TogetherForm) -> bool:
    """Whether all that are ticked have the answer; what was refused stands beside its field."""
    at, by, said = now(), staff(request), form.cleaned_data
    parts = [Part(pk=number(key)) for key in request.POST.getlist("part")]
    if not parts:
        form.add_error(None, _("Tick the voices that get this answer."))
        return False
    try:
        decisions = answer_together(
            parts,
            outcome=Outcome(said["outcome"]),
            reasons=said["reasons"],
            seen={part.pk: number(request.POST.get(f"seen-{part.pk}", "")) for part in parts},
            read_at=moment_seen(request, at, "read_at"),
            by=by,
            at=at,
        )
    except AnswerRefused as refused:
        form.add_error("reasons" if isinstance(refused, ReasonsAreMissing) else None, str(refused.in_words))
        return False
    words = ngettext("%(n)d answer is saved.", "%(n)d answers are saved.", len(decisions)) % {"n": len(decisions)}
    messages.success(request, words)
    if said["send"]:
        _send(request, decisions)
    return True


def _send(request: HttpRequest, decisions: list[Decision]) -> None:
    """Saved is saved, whatever becomes of one of them now."""
    refusals: dict[str, None] = {}
    for decision in decisions:
        try:
            send_for_approval(decision.part, seen=decision.revision, by=staff(request), at=now())
        except AnswerRefused as refused:
            refusals[str(refused.in_words)] = None
    for words in refusals:
        messages.error(request, words)
    if not refusals:
        messages.success(request, _("They wait for approval now: somebody else has to read them."))
