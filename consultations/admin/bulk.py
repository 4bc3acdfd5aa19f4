"""What is done to the answers of many chosen voices: what cannot be done is counted and said, the rest is done."""

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware, now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.desk import staff
from consultations.actions.answers import AnswerRefused, OwnAnswer, approve_answers, send_for_approval
from consultations.models import Part, Step
from consultations.models.answers import PartQuerySet


def send(request: HttpRequest, parts: PartQuerySet) -> None:
    at, by = now(), staff(request)

    def one(part: Part, seen: int) -> None:
        send_for_approval(part, by=by, at=at, seen=seen)

    sent = _each(request, _seen(request, parts, Step.DRAFT, at), one)
    if sent:
        words = ngettext("%(n)d answer waits for approval now.", "%(n)d answers wait for approval now.", sent) % {"n": sent}
        messages.success(request, words)
    else:
        messages.warning(request, _("Among the chosen voices there is no draft to send."))


def approve(request: HttpRequest, parts: PartQuerySet) -> None:
    at, by = now(), staff(request)
    waiting = _seen(request, parts, Step.REVIEW, at)
    others = [part for part in waiting if part.current and part.current.drafted_by_id != by.pk]

    def one(part: Part, seen: int) -> None:
        approve_answers([part], seen={part.pk: seen}, by=by, at=at)

    approved = _each(request, others, one)
    if approved:
        words = ngettext("%(n)d answer is approved.", "%(n)d answers are approved.", approved) % {"n": approved}
        messages.success(request, words)
    if own := len(waiting) - len(others):
        words = ngettext("%(n)d answer is left as it is.", "%(n)d answers are left as they are.", own) % {"n": own}
        messages.warning(request, f"{words} {OwnAnswer.in_words}")
    if not waiting:
        messages.warning(request, _("Among the chosen voices no answer waits for approval."))


def _seen(request: HttpRequest, parts: PartQuerySet, step: Step, at: datetime) -> list[Part]:
    """At that step, in words that were there when the list was shown."""
    shown = parts.standing().at_step(step).filter(current__drafted_at__lte=moment_seen(request, at))
    return list(shown.select_related("current", "voice"))


def moment_seen(request: HttpRequest, at: datetime, name: str = "seen_at") -> datetime:
    """When the page that sent a form was shown; `at` when it does not say."""
    try:
        seen = parse_datetime(request.POST.get(name, ""))
    except ValueError:
        return at
    return seen if seen and is_aware(seen) else at


def _each(request: HttpRequest, parts: list[Part], act: Callable[[Part, int], None]) -> int:
    """How many were not refused; why the others were, said once each."""
    refusals: dict[str, None] = {}
    done = 0
    for part in parts:
        try:
            act(part, part.current.revision if part.current else 0)
        except AnswerRefused as refused:
            refusals[str(refused.in_words)] = None
        else:
            done += 1
    for words in refusals:
        messages.error(request, words)
    return done
