"""What the author of a letter sees and does behind the signed link in it."""

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext

from consultations.actions.voices import (
    LetterIsAnswered,
    StageIsClosed,
    SubmissionIsWithdrawn,
    confirm_submission,
    edit_voice,
    withdraw_submission,
)
from consultations.answered import answers_planned, tell_answers
from consultations.forms.voices import ProposalChangeForm, RemarkChangeForm
from consultations.models import Submission, Voice
from consultations.quotes import tell_where_now
from consultations.tracing import tell_landings
from consultations.views.saying import voices_of
from consultations.views.voices import TRACED


def submission_link(request: HttpRequest, pk: int, token: str) -> HttpResponse:
    """What the author of one letter sees and may do: confirm the address, change, withdraw."""
    at = timezone.now()
    submission = get_object_or_404(Submission.objects.select_related("consultation"), pk=pk)
    if number := request.GET.get("change"):
        return _change(request, submission, number, at)
    if "withdraw" in request.GET:
        return _withdraw(request, submission, at)
    if request.method == "POST":
        confirm_submission(submission, at=at)
        return redirect(request.path)
    return _status(request, submission, at)


def _status(request: HttpRequest, submission: Submission, at: datetime, refusal: object = "") -> HttpResponse:
    voices: list[Voice] = list(voices_of(submission).select_related(*TRACED))
    tell_where_now(voices)
    tell_answers(voices, at)
    tell_landings(voices, at)
    planned = answers_planned(voices[0])
    context = {
        "submission": submission,
        "voices": voices,
        "is_answered": any(voice.answers for voice in voices),
        "planned": planned,
        "is_over": planned and planned < timezone.localdate(at),
        "stage": submission.consultation.stages.permitting(submission.action, at).first(),
        "closed": StageIsClosed(submission.consultation, submission.action, at).in_words,
        "may_change": submission.may_be_changed(at),
        "refusal": refusal,
        "at": at,
    }
    return render(request, "consultations/voices/status.html", context)


def _change(request: HttpRequest, submission: Submission, number: str, at: datetime) -> HttpResponse:
    voice = get_object_or_404(voices_of(submission), number=number) if number.isdecimal() else None
    if voice is None:
        raise Http404
    if request.method == "GET" and not submission.may_be_changed(at):
        return redirect(request.path)
    data = request.POST or None
    form = ProposalChangeForm(data, voice=voice) if voice.is_proposal else RemarkChangeForm(data, voice=voice)
    if form.step == "download":
        return form.as_file(gettext("proposal.txt") if voice.is_proposal else gettext("remark.txt"))
    if form.is_valid():
        try:
            edit_voice(voice, at=at, **form.words)
        except (StageIsClosed, LetterIsAnswered, SubmissionIsWithdrawn) as refusal:
            form.add_error(None, str(refusal.in_words))
        else:
            return redirect(request.path)
    return render(request, "consultations/voices/change.html", {"submission": submission, "voice": voice, "form": form})


def _withdraw(request: HttpRequest, submission: Submission, at: datetime) -> HttpResponse:
    if request.method == "POST":
        try:
            withdraw_submission(submission, at=at)
        except (StageIsClosed, LetterIsAnswered) as refusal:
            return _status(request, submission, at, refusal.in_words)
        return redirect(request.path)
    if not submission.may_be_changed(at):
        return redirect(request.path)
    context = {"submission": submission, "voices": voices_of(submission)}
    return render(request, "consultations/voices/withdraw.html", context)
