"""What became of what people said, topic by topic: addresses to share."""

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from consultations.answered import tell_answers
from consultations.models import Consultation, Decision, Voice
from consultations.models.answers import TAKEN
from consultations.summaries import summaries
from consultations.tracing import tell_landings
from programs.freshness import publicly_cached

SHOWN = 10  # of the voices that changed something; the lists have all


@publicly_cached
def topic_list(request: HttpRequest, slug: str) -> HttpResponse:
    at = timezone.now()
    consultation = get_object_or_404(Consultation.objects.published(at), slug=slug)
    told = summaries(consultation, at)
    context = {
        "consultation": consultation,
        "summaries": told,
        "answered": any(summary.rows for summary in told),
        "address": settings.PUBLIC_URL + reverse("consultations:topics", args=[slug]),
    }
    return render(request, "consultations/voices/topics.html", context)


@publicly_cached
def topic_detail(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """In numbers, and the voices that changed something before all others."""
    at = timezone.now()
    consultation = get_object_or_404(Consultation.objects.published(at), slug=slug)
    summary = next((one for one in summaries(consultation, at) if one.topic and one.topic.pk == pk), None)
    if summary is None:
        raise Http404
    taken = Decision.objects.in_force(at).filter(part__voice=OuterRef("pk"), outcome__in=TAKEN)
    released = Voice.objects.released(at).filter(consultation=consultation, topic=pk)
    # "accepted" comes before "partly".
    first = released.filter(Exists(taken)).alias(outcome=taken.order_by("outcome").values("outcome")[:1])
    voices = list(first.select_related("consultation", "submission").order_by("outcome", "kind", "number")[:SHOWN])
    tell_answers(voices, at)
    tell_landings(voices, at)
    context = {
        "consultation": consultation,
        "summary": summary,
        "voices": voices,
        "address": settings.PUBLIC_URL + reverse("consultations:topic", args=[slug, pk]),
    }
    return render(request, "consultations/voices/topic.html", context)
