"""The answers that the public may read, told on voices. What is drafted and approved but not published never comes here."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from consultations.deadlines import last_day
from consultations.models import Decision, Voice
from consultations.models.answers import Answer
from consultations.stages import Kind


def tell_answers(voices: Iterable[Voice], at: datetime) -> None:
    """Set `answers` on each voice, in the order of its parts; none before they are published. One query, however many."""
    voices = list(voices)
    decisions = Decision.objects.published(at).filter(part__voice__in=[voice.pk for voice in voices])
    by_part: defaultdict[int, list[Decision]] = defaultdict(list)
    for decision in decisions.select_related("part", "publication").order_by("part__position", "revision"):
        by_part[decision.part_id].append(decision)
    by_voice: defaultdict[int, list[Answer]] = defaultdict(list)
    for published in by_part.values():
        newest = published[-1]
        by_voice[newest.part.voice_id].append(Answer(newest.part, newest, published[:-1]))
    for voice in voices:
        voice.answers = by_voice[voice.pk]


def answers_planned(voice: Voice) -> date | None:
    """The last day of the analysis that a voice is read in: the first that ends after it came; none before it is planned."""
    analyses = voice.consultation.stages.filter(kind=Kind.ANALYSIS, closes_at__gt=voice.submission.received_at)
    closes_at = analyses.order_by("closes_at").values_list("closes_at", flat=True).first()
    return last_day(closes_at) if closes_at else None
