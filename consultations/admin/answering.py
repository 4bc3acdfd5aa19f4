"""One voice on one screen: what it says, what was answered and by whom, and what may be done with the answer now."""

from collections.abc import Callable
from copy import copy
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.contrib import messages
from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from accounts.desk import staff
from consultations.actions.answers import (
    AnswerRefused,
    NoteIsEmpty,
    NotYoursToAnswer,
    NotYoursToDecide,
    ReasonsAreMissing,
    SayWhatToImprove,
    add_note,
    approve_answers,
    draft_answer,
    return_answer,
    send_for_approval,
)
from consultations.admin.bulk import moment_seen
from consultations.admin.history import history_of
from consultations.admin.steps import step_tag
from consultations.alike import similar_to
from consultations.forms.answering import AnswerForm, NoteForm, ReturnForm
from consultations.models import AnswerTemplate, Decision, Outcome, Part, Step, Voice
from consultations.quotes import tell_where_now
from programs.admin.pages import number
from programs.lineage import Outcome as Fate

if TYPE_CHECKING:
    from consultations.admin.voices import VoiceAdmin

RELATED = (
    *("consultation", "submission__entered_by", "submission__organization", "topic", "released_by"),
    *("provision_text", "until_text", "version__program"),
)
SIMILAR_AT_MOST = 5
# Where a refusal stands.
FIELDS: dict[type[AnswerRefused], str] = {ReasonsAreMissing: "reasons", SayWhatToImprove: "why", NoteIsEmpty: "text"}
WRITING = (Step.NONE, Step.DRAFT, Step.RETURNED)


def voice_at_desk(request: HttpRequest, pk: int, desk: "VoiceAdmin") -> Voice:
    """Whole: for the eyes of whoever reads all and the hands of whoever answers all. Raises PermissionDenied, and Http404."""
    may = desk.has_answer_permission(request) if request.method == "POST" else desk.sees_all(request)
    if not may:
        raise PermissionDenied
    return get_object_or_404(Voice.objects.select_related(*RELATED), pk=pk)


def answer_page(request: HttpRequest, pk: int, desk: "VoiceAdmin") -> HttpResponse:
    """?part= is the key of the part that is answered; without it, the first that waits for an answer."""
    may = desk.has_draft_permission(request) if request.method == "POST" else desk.has_view_permission(request)
    if not may:
        raise PermissionDenied
    at, voice = now(), get_object_or_404(Voice.objects.select_related(*RELATED), pk=pk)
    parts = list(voice.parts.seen_by(staff(request)).select_related("current__drafted_by", "department", "assignee"))
    if not parts:
        return _not_yours(request, desk)
    waiting = next((part for part in parts if not part.is_answered), parts[0])
    asked = number(request.POST.get("part") or request.GET.get("part", ""))
    part = next((part for part in parts if part.pk == asked), waiting)
    work = _Work(request, voice, part, at)
    act = ACTS.get(request.POST.get("act", ""))
    if act:
        try:
            # A part that this voice has not, or not any more, or that is not theirs, is refused by the verb in words.
            act(work, part if asked in (0, part.pk) else voice.parts.filter(pk=asked).first() or Part(pk=0))
        except AnswerRefused as refused:
            work.refuse(refused)
        if work.done:
            messages.success(request, work.done)
            return HttpResponseRedirect(request.get_full_path())
        part.refresh_from_db()
    tell_where_now([voice])
    return render(request, "consultations/admin/voice.html", _shown(work, parts, desk))


def _not_yours(request: HttpRequest, desk: "VoiceAdmin") -> HttpResponse:
    """What they typed meanwhile is theirs, whoever answers now."""
    context = {
        **desk.admin_site.each_context(request),
        "title": _("Not assigned to you"),
        "opts": Voice._meta,
        "refusal": NotYoursToAnswer.in_words,
        "typed": [words for name in ("reasons", "text") if (words := request.POST.get(name, "").strip())],
    }
    return render(request, "consultations/admin/voice_of_others.html", context, status=403)


class _Work:
    """What is typed on the screen, what was refused of it and what was done."""

    def __init__(self, request: HttpRequest, voice: Voice, part: Part, at: datetime) -> None:
        self.request, self.voice, self.part, self.at = request, voice, part, at
        self.typed = request.POST
        self.by = staff(request)
        self.seen = number(self.typed.get("seen", ""))
        self.done = ""
        answer = part.current
        self.answer = AnswerForm(initial={"outcome": answer.outcome, "reasons": answer.reasons} if answer else {})
        self.returned, self.note = ReturnForm(), NoteForm()
        self.filled: Form | None = None

    def fill(self, name: str, form: type[Form]) -> bool:
        self.filled = form(self.typed)
        setattr(self, name, self.filled)
        return self.filled.is_valid()

    def refuse(self, refused: AnswerRefused) -> None:
        words = str(refused.in_words)
        is_theirs = not isinstance(refused, (NotYoursToAnswer, NotYoursToDecide))
        if not is_theirs or self.filled is None or not self.filled.is_valid() or self.voice.submission.withdrawn_at:
            messages.error(self.request, words)
        else:
            self.filled.add_error(FIELDS.get(type(refused)), words)


def _draft(work: _Work, part: Part) -> Decision | None:
    if not work.fill("answer", AnswerForm):
        return None
    said = work.answer.cleaned_data
    decision = draft_answer(
        part,
        outcome=Outcome(said["outcome"]),
        reasons=said["reasons"],
        seen=work.seen,
        read_at=moment_seen(work.request, work.at, "read_at"),
        by=work.by,
        at=work.at,
    )
    work.done = _("The draft is saved. Nobody outside the office sees it.")
    return decision


def _draft_and_send(work: _Work, part: Part) -> None:
    decision = _draft(work, part)
    if decision:
        # Saved is saved, whatever the next verb says.
        work.done = ""
        send_for_approval(part, seen=decision.revision, by=work.by, at=work.at)
        work.done = _("The answer waits for approval now: somebody else has to read it.")


def _insert(work: _Work, part: Part) -> None:
    template = AnswerTemplate.objects.filter(pk=number(work.typed.get("template", ""))).first()
    work.answer = AnswerForm(work.typed)
    if template:
        work.answer = work.answer.with_template(template)


def _approve(work: _Work, part: Part) -> None:
    approve_answers([part], seen={part.pk: work.seen}, by=work.by, at=work.at)
    work.done = _("The answer is approved. It becomes public when the answers are published.")


def _return(work: _Work, part: Part) -> None:
    if work.fill("returned", ReturnForm):
        return_answer(part, why=work.returned.cleaned_data["why"], seen=work.seen, by=work.by, at=work.at)
        work.done = _("The answer is returned to be improved.")


def _note(work: _Work, part: Part) -> None:
    if work.fill("note", NoteForm):
        add_note(work.voice, text=work.note.cleaned_data["text"], by=work.by, at=work.at)
        work.done = _("The note is added. It stays in the office.")


ACTS: dict[str, Callable[[_Work, Part], Any]] = {
    "draft": _draft,
    "send": _draft_and_send,
    "insert": _insert,
    "approve": _approve,
    "return": _return,
    "note": _note,
}


def _shown(work: _Work, parts: list[Part], desk: "VoiceAdmin") -> dict[str, Any]:
    request, voice, part = work.request, work.voice, work.part
    decisions = list(
        Decision.objects.filter(part__in=parts)
        .select_related("part", "drafted_by", "returned_by", "approved_by", "publication__by")
        .order_by("part__position", "revision")
    )
    handles, sees_all = desk.has_answer_permission(request), desk.sees_all(request)
    may_answer = handles or (desk.has_draft_permission(request) and part in voice.parts.given_to(work.by))
    is_typed = work.answer.is_bound or work.typed.get("act") == "insert"
    return {
        **desk.admin_site.each_context(request),
        "title": voice.signature,
        "similar": similar_to(voice)[:SIMILAR_AT_MOST] if sees_all else [],
        "opts": Voice._meta,
        "voice": voice,
        "part": part,
        "parts": [(one, step_tag(one.step), one.is_quoted) for one in parts] if len(parts) > 1 or part.excerpt else [],
        "step": step_tag(part.step),
        "is_lost": not part.is_quoted,
        "is_gone": voice.now_at and voice.now_at.kind == Fate.DELETED,
        # Cut, a voice is words for several units: each reads its own.
        "excerpts": [] if sees_all else [one.excerpt for one in parts if one.excerpt],
        "original": _original(voice),
        "public": next((one for one in reversed(decisions) if one.part_id == part.pk and one.published_at), None),
        "present": part.current if is_typed and part.current and part.current.revision != work.seen else None,
        "history": history_of(voice, decisions, many=len(parts) > 1),
        "decisions": [one for one in decisions if one.part_id == part.pk],
        "notes": voice.notes.select_related("by"),
        "may_answer": may_answer and not voice.submission.withdrawn_at,
        "may_note": may_answer,
        "handles": handles,
        "sees_all": sees_all,
        "is_own": bool(part.current and part.current.drafted_by_id == work.by.pk),
        "is_writing": part.step in WRITING or is_typed,
        "form": work.answer,
        "returned": work.returned,
        "note": work.note,
        "templates": AnswerTemplate.objects.all() if may_answer else [],
        "read_at": work.at.isoformat(),
        **neighbors(request, voice, desk)._asdict(),
    }


def _original(voice: Voice) -> list[str]:
    """The words as they came, when they are others now."""
    return [words for name, words in voice.original.items() if words and words != getattr(voice, name)]


class Neighbors(NamedTuple):
    """Where a voice stands in the list that somebody opened it from."""

    back: str
    previous: str
    following: str
    place: int  # 0: it is not in the list any more
    total: int
    query: str  # which keeps the list in mind


def neighbors(request: HttpRequest, voice: Voice, desk: "VoiceAdmin") -> Neighbors:
    asked, filters = copy(request), request.GET.get("_changelist_filters", "")
    asked.GET = QueryDict(filters)  # as the list was asked for
    try:
        keys = list(desk.get_changelist_instance(asked).queryset.values_list("pk", flat=True))
    except (IncorrectLookupParameters, DisallowedModelAdminLookup):
        keys = []
    preserved = desk.get_preserved_filters(request)
    query = f"?{preserved}" if preserved else ""
    place = keys.index(voice.pk) + 1 if voice.pk in keys else 0
    # Answered, a voice leaves the list of what waits: then the first that is left comes next.
    before, after = keys[place - 2 : place - 1] if place > 1 else [], keys[place : place + 1]
    previous, following = (
        reverse("admin:consultations_voice_change", args=found) + query if found else "" for found in (before, after)
    )
    back = reverse("admin:consultations_voice_changelist") + (f"?{filters}" if filters else "")
    return Neighbors(back, previous, following, place, len(keys), query)
