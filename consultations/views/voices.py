"""Where people read what others said, and what became of it."""

from datetime import datetime

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.text import Truncator

from consultations.answered import answers_planned, tell_answers
from consultations.models import Consultation, Voice, VoiceKind
from consultations.models.voices import ACTION_OF, VoiceQuerySet
from consultations.quotes import tell_where_now
from consultations.searching import Search
from consultations.tracing import tell_landings
from programs.freshness import publicly_cached

RELATED = ("submission", "topic", "provision_text", "until_text", "version__program")
# What a group concluded and the voice began with: read from above, by its name alone.
TRACED = ("conclusion__group__meeting", "conclusion__group__parent")
ON_A_PAGE, BEGINNING = 30, 200  # voices, characters


@publicly_cached
def proposal_list(request: HttpRequest, slug: str) -> HttpResponse:
    return _list(request, slug, VoiceKind.PROPOSAL)


@publicly_cached
def remark_list(request: HttpRequest, slug: str) -> HttpResponse:
    return _list(request, slug, VoiceKind.REMARK)


def _list(request: HttpRequest, slug: str, kind: VoiceKind) -> HttpResponse:
    at = timezone.now()
    consultation = get_object_or_404(Consultation.objects.published(at), slug=slug)
    search = Search(consultation, kind, request.GET.dict(), at)
    page: Page[int] = Paginator(search.found, ON_A_PAGE).get_page(request.GET.get("page"))
    by_key = Voice.objects.select_related(*RELATED).in_bulk(list(page))
    voices = [by_key[key] for key in page]
    for voice in voices:
        voice.consultation = consultation
    tell_where_now(voices)
    tell_answers(voices, at)
    context = {
        "consultation": consultation,
        "search": search,
        "page": page,
        "voices": voices,
        "is_open": consultation.may(ACTION_OF[kind], at),
    }
    return render(request, f"consultations/voices/{kind}s.html", context)


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
    voice = get_object_or_404(shown.select_related("consultation", *RELATED, *TRACED))
    tell_where_now([voice])
    tell_answers([voice], at)
    tell_landings([voice], at)
    planned = None if voice.answers else answers_planned(voice)
    address = settings.PUBLIC_URL + voice.get_absolute_url()
    outcomes = (str(answer.decision.get_outcome_display()) for answer in voice.answers)
    context = {
        "voice": voice,
        "around": _around(voice, voices.filter(consultation=voice.consultation)),
        "planned": planned,
        "is_over": planned and planned < timezone.localdate(at),
        "address": address,
        "citation": f"{voice.signature} ({voice.submission.author}), {voice.consultation.title}, {address}",
        "shared_as": ", ".join((voice.signature, *outcomes)),
        "beginning": Truncator(voice.proposed_wording or voice.text or voice.reasons).chars(BEGINNING),
        "at": at,
    }
    return render(request, "consultations/voices/detail.html", context)


def _around(voice: Voice, shown: VoiceQuerySet) -> dict[str, Voice | int | None]:
    """Its neighbors by number, and how many remarks stand on the same provision."""
    place = voice.provision_text and voice.provision_text.provision_id
    return {
        "previous": _named(voice, shown.filter(number__lt=voice.number).order_by("-number")),
        "following": _named(voice, shown.filter(number__gt=voice.number).order_by("number")),
        "same_place": shown.filter(provision_text__provision=place).count() if place else None,
    }


def _named(voice: Voice, others: VoiceQuerySet) -> Voice | None:
    """The first of them, as far as its number and address go."""
    number = others.values_list("number", flat=True).first()
    return Voice(consultation=voice.consultation, kind=voice.kind, number=number) if number else None
