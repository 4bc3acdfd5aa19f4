"""Where people say something: one form from the first look to the receipt."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache

from accounts import limits
from accounts.limits import TooMany, count_against, count_form, network_of
from consultations.actions.drafts import forget_draft, keep_draft
from consultations.actions.voices import NotUnderConsultation, RangeIsWrong, StageIsClosed, submit_proposal, submit_remarks
from consultations.forms.voices import LetterForm, ProposalForm, RemarkForm
from consultations.models import Consultation, KeptDraft, Submission, VoiceKind
from consultations.models.voices import ACTION_OF, VoiceQuerySet
from consultations.stages import Action

FORMS: dict[str, type[LetterForm]] = {VoiceKind.PROPOSAL: ProposalForm, VoiceKind.REMARK: RemarkForm}


@never_cache
def proposal_new(request: HttpRequest, slug: str) -> HttpResponse:
    at = timezone.now()
    consultation = get_object_or_404(Consultation.objects.published(at), slug=slug)
    return _said(request, ProposalForm(request.POST or None, consultation=consultation), at)


@never_cache
def remark_new(request: HttpRequest, slug: str) -> HttpResponse:
    at = timezone.now()
    consultation = get_object_or_404(Consultation.objects.published(at), slug=slug)
    form = RemarkForm(request.POST or None, consultation=consultation, provision=request.GET.get("provision", ""))
    if form.step == "quote" and consultation.may(Action.REMARK, at):
        form = form.with_quote()
    return _said(request, form, at)


@never_cache
def draft(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """What somebody has saved to finish later, also when it is too late to send it."""
    at = timezone.now()
    kept = KeptDraft.objects.kept(at).select_related("consultation").filter(consultation__slug=slug, token=token).first()
    if kept is None:
        consultation = get_object_or_404(Consultation.objects.published(at), slug=slug)
        return render(request, "consultations/voices/draft_gone.html", {"consultation": consultation}, status=404)
    response = _page(request, "form", FORMS[kept.kind].reopened(kept), at, draft=kept)
    # Not "no-referrer": with that a browser posts the form without its origin, which the check against forgery refuses.
    response["Referrer-Policy"] = "strict-origin"
    response["X-Robots-Tag"] = "noindex"
    return response


def _said(request: HttpRequest, form: LetterForm, at: datetime) -> HttpResponse:
    """One form from the first look to the receipt; whatever is refused stays on the page."""
    closed = _closed(form, at)
    if closed and not form.is_bound:
        return _page(request, "closed", form, at)
    if form.step == "download":
        return form.as_file(str(form.file_name))
    if not closed:
        form = form.turned()
    try:
        if form.step == "keep" and form.may_be_kept:
            return redirect(_kept(request, form, at))
        if form.is_ready:
            count_form(request, form.author.email, at=at)
            submission = _send(form, at)
            forget_draft(form.cleaned_data["draft"])
            return redirect("consultations:receipt", slug=submission.consultation.slug, token=submission.form_token)
    except (StageIsClosed, NotUnderConsultation, RangeIsWrong, TooMany) as refusal:
        form.add_error(None, str(refusal.in_words))
    else:
        if closed:
            form.add_error(None, str(closed))
    return _page(request, "check" if form.is_to_be_checked else "form", form, at)


def _closed(form: LetterForm, at: datetime) -> object:
    """Why it is not taken now; nothing when it is."""
    action = ACTION_OF[form.kind]
    return None if form.consultation.may(action, at) else StageIsClosed(form.consultation, action, at).in_words


def _page(request: HttpRequest, name: str, form: LetterForm, at: datetime, **more: Any) -> HttpResponse:
    action = ACTION_OF[form.kind]
    stage = form.consultation.stages.permitting(action, at).first()
    context = {"consultation": form.consultation, "form": form, "stage": stage, "closed": _closed(form, at), "at": at, **more}
    return render(request, f"consultations/voices/{action.name.lower()}_{name}.html", context)


def _send(form: LetterForm, at: datetime) -> Submission:
    language = get_language() or "pl"
    if isinstance(form, ProposalForm):
        return submit_proposal(
            form.consultation,
            author=form.author,
            proposals=form.proposals,
            form_token=form.token,
            at=at,
            language=language,
        )
    assert isinstance(form, RemarkForm)  # noqa: S101 - for the type checker
    return submit_remarks(
        form.consultation, author=form.author, remarks=form.remarks, form_token=form.token, at=at, language=language
    )


def _kept(request: HttpRequest, form: LetterForm, at: datetime) -> KeptDraft:
    count_against(limits.FORMS_FROM_ONE_NETWORK, network_of(request), at=at)
    return keep_draft(form.consultation, kind=form.kind, typed=form.to_keep(), edition=form.data.get("draft", ""), at=at)


@never_cache
def receipt(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """At an address nobody can guess, for whoever sent the form; to confirm the e-mail takes the link in the letter."""
    at = timezone.now()
    submission = get_object_or_404(Submission.objects.select_related("consultation"), form_token=token, consultation__slug=slug)
    stage = submission.consultation.stages.permitting(submission.action, at).first()
    voices = list(voices_of(submission))
    # In one letter numbers follow one another: U/2027/003–005.
    numbers = f"{voices[0]}–{voices[-1].number:03d}"
    context = {"submission": submission, "voices": voices, "numbers": numbers, "stage": stage, "at": at}
    return render(request, "consultations/voices/receipt.html", context)


def voices_of(submission: Submission) -> VoiceQuerySet:
    return submission.voices.select_related(
        "consultation", "submission", "topic", "provision_text", "until_text", "version__program"
    )
