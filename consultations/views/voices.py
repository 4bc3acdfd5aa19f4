"""Where people say something, change it, and read what others said."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache

from accounts.limits import TooMany, count_form
from consultations.actions.voices import (
    NotUnderConsultation,
    StageIsClosed,
    SubmissionIsWithdrawn,
    confirm_submission,
    edit_voice,
    submit_proposal,
    submit_remarks,
    withdraw_submission,
)
from consultations.forms.voices import AuthorFields, ProposalChangeForm, ProposalForm, RemarkChangeForm, RemarkForm
from consultations.models import Consultation, Submission, Voice
from consultations.models.voices import VoiceQuerySet
from consultations.quotes import tell_where_now
from consultations.stages import Action
from programs.freshness import publicly_cached

ON_A_PAGE = 30
Said = TypeVar("Said", bound=AuthorFields)


# --- Saying something ---------------------------------------------------------------------------


@never_cache
def proposal_new(request: HttpRequest, slug: str) -> HttpResponse:
    at = timezone.now()
    consultation = get_object_or_404(Consultation.objects.published(at), slug=slug)
    form = ProposalForm(request.POST or None, consultation=consultation)

    def send(form: ProposalForm) -> Submission:
        return submit_proposal(
            consultation,
            author=form.author,
            proposals=form.proposals,
            form_token=form.token,
            at=at,
            language=get_language() or "pl",
        )

    return _said(request, consultation, form, send, Action.PROPOSE, at)


@never_cache
def remark_new(request: HttpRequest, slug: str) -> HttpResponse:
    at = timezone.now()
    consultation = get_object_or_404(Consultation.objects.published(at), slug=slug)
    form = RemarkForm(request.POST or None, consultation=consultation, provision=request.GET.get("provision", ""))
    if form.step == "quote" and consultation.may(Action.REMARK, at):
        form = form.with_quote()

    def send(form: RemarkForm) -> Submission:
        return submit_remarks(
            consultation, author=form.author, remarks=form.remarks, form_token=form.token, at=at, language=get_language() or "pl"
        )

    return _said(request, consultation, form, send, Action.REMARK, at)


def _said(
    request: HttpRequest, consultation: Consultation, form: Said, send: Callable[[Said], Submission], action: Action, at: datetime
) -> HttpResponse:
    """One form from the first look to the receipt; whatever is refused stays on the page."""
    stage = consultation.stages.permitting(action, at).first()
    closed = None if stage else StageIsClosed(consultation, action, at).in_words
    folder = f"consultations/voices/{action.name.lower()}"
    context = {"consultation": consultation, "form": form, "stage": stage, "at": at, "closed": closed}
    if closed and not form.is_bound:
        return render(request, f"{folder}_closed.html", context)
    if form.step == "download":
        return form.as_file(gettext("proposal.txt") if action == Action.PROPOSE else gettext("remark.txt"))
    if form.is_ready:
        try:
            count_form(request, form.author.email, at=at)
            submission = send(form)
        except (StageIsClosed, NotUnderConsultation, TooMany) as refusal:
            form.add_error(None, str(refusal.in_words))
        else:
            return redirect("consultations:receipt", slug=submission.consultation.slug, token=submission.form_token)
    elif closed:
        form.add_error(None, str(closed))
    return render(request, f"{folder}_check.html" if form.is_to_be_checked else f"{folder}_form.html", context)


@never_cache
def receipt(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """At an address nobody can guess, for whoever sent the form; to confirm the e-mail takes the link in the letter."""
    at = timezone.now()
    submission = get_object_or_404(Submission.objects.select_related("consultation"), form_token=token, consultation__slug=slug)
    stage = submission.consultation.stages.permitting(submission.action, at).first()
    context = {"submission": submission, "voices": _voices_of(submission), "stage": stage, "at": at}
    return render(request, "consultations/voices/receipt.html", context)


def _voices_of(submission: Submission) -> VoiceQuerySet:
    return submission.voices.select_related("consultation", "submission", "topic", "provision_text", "version__program")


def _voices_with_places(submission: Submission) -> list[Voice]:
    voices = list(_voices_of(submission))
    tell_where_now(voices)
    return voices


# --- Behind the signed link ---------------------------------------------------------------------


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
    context = {
        "submission": submission,
        "voices": _voices_with_places(submission),
        "stage": submission.consultation.stages.permitting(submission.action, at).first(),
        "closed": StageIsClosed(submission.consultation, submission.action, at).in_words,
        "may_change": submission.may_be_changed(at),
        "refusal": refusal,
        "at": at,
    }
    return render(request, "consultations/voices/status.html", context)


def _change(request: HttpRequest, submission: Submission, number: str, at: datetime) -> HttpResponse:
    voice = get_object_or_404(_voices_of(submission), number=number) if number.isdecimal() else None
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
        except (StageIsClosed, SubmissionIsWithdrawn) as refusal:
            form.add_error(None, str(refusal.in_words))
        else:
            return redirect(request.path)
    return render(request, "consultations/voices/change.html", {"submission": submission, "voice": voice, "form": form})


def _withdraw(request: HttpRequest, submission: Submission, at: datetime) -> HttpResponse:
    if request.method == "POST":
        try:
            withdraw_submission(submission, at=at)
        except StageIsClosed as refusal:
            return _status(request, submission, at, refusal.in_words)
        return redirect(request.path)
    if not submission.may_be_changed(at):
        return redirect(request.path)
    context = {"submission": submission, "voices": _voices_of(submission)}
    return render(request, "consultations/voices/withdraw.html", context)


# --- Reading what others said -------------------------------------------------------------------


@publicly_cached
def proposal_list(request: HttpRequest, slug: str) -> HttpResponse:
    at = timezone.now()
    consultation = get_object_or_404(Consultation.objects.published(at), slug=slug)
    voices = consultation.voices.proposals().released(at).select_related("submission", "topic")
    topics = list(consultation.topics.all())
    chosen = next((topic for topic in topics if str(topic.pk) == request.GET.get("topic")), None)
    if chosen:
        voices = voices.filter(topic=chosen)
    context = {
        "consultation": consultation,
        "page": _page(request, voices.order_by(F("topic__position").asc(nulls_last=True), "topic_id", "number"), consultation),
        "topics": topics,
        "chosen": chosen,
        "is_open": consultation.may(Action.PROPOSE, at),
    }
    return render(request, "consultations/voices/proposals.html", context)


@publicly_cached
def remark_list(request: HttpRequest, slug: str) -> HttpResponse:
    """All remarks in the order of the text, or with ?provision=<uuid> those on one unit."""
    at = timezone.now()
    consultation = get_object_or_404(Consultation.objects.published(at), slug=slug)
    voices = consultation.voices.remarks().released(at).select_related("submission", "provision_text", "version__program")
    provision = _uuid(request.GET.get("provision", ""))
    if provision:
        voices = voices.filter(provision_text__provision=provision)
    in_order = voices.order_by("version_id", F("provision_text__rank").asc(nulls_first=True), "number")
    context = {
        "consultation": consultation,
        "page": _page(request, in_order, consultation),
        "provision": provision,
        "is_open": consultation.may(Action.REMARK, at),
    }
    return render(request, "consultations/voices/remarks.html", context)


def _uuid(typed: str) -> UUID | None:
    try:
        return UUID(typed)
    except ValueError:
        return None


def _page(request: HttpRequest, voices: VoiceQuerySet, consultation: Consultation) -> Page[Voice]:
    page = Paginator(voices, ON_A_PAGE).get_page(request.GET.get("page"))
    for voice in page:
        voice.consultation = consultation
    tell_where_now(page)
    return page


@publicly_cached
def proposal_detail(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    at = timezone.now()
    return _detail(request, Voice.objects.proposals().released(at), slug, number, at)


@publicly_cached
def remark_detail(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    at = timezone.now()
    return _detail(request, Voice.objects.remarks().released(at), slug, number, at)


def _detail(request: HttpRequest, voices: VoiceQuerySet, slug: str, number: int, at: datetime) -> HttpResponse:
    shown = voices.filter(consultation__slug=slug, consultation__published_at__lte=at, number=number)
    related = shown.select_related("consultation", "submission", "topic", "provision_text", "version__program")
    voice = get_object_or_404(related)
    tell_where_now([voice])
    return render(request, "consultations/voices/detail.html", {"voice": voice})
