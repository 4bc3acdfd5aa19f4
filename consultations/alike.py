"""Voices of a consultation that probably ask for the same, by their stored words."""

import hashlib
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TypeVar

from django.core.cache import cache
from django.db.models import Count, Max, Prefetch

from accounts.folding import folded
from consultations.models import Consultation, Part, Voice, VoiceKind
from consultations.models.voices import VoiceQuerySet
from consultations.similarity import beyond, groups, similar

# Seconds; a letter that comes, is changed or withdrawn makes what was found before it out of date at once.
KEPT = 7 * 24 * 60 * 60
ANSWERED_PARTS = Prefetch("parts", Part.objects.select_related("current__drafted_by"))
Found = TypeVar("Found")


def similar_to(voice: Voice) -> list[tuple[Voice, int]]:
    """Standing voices of its kind that are like it, with how much in percent, the most alike first. Four queries."""
    standing = _standing(voice.consultation, VoiceKind(voice.kind))

    def find() -> list[tuple[int, int]]:
        return similar(_own_words(voice.folded, voice.quote), _words(standing.exclude(pk=voice.pk)))

    found = _kept(standing, f"like:{voice.pk}", find)
    related = ("consultation", "submission", "topic", "provision_text", "until_text")
    voices = standing.select_related(*related).prefetch_related(ANSWERED_PARTS).in_bulk([key for key, _percent in found])
    return [(voices[key], percent) for key, percent in found if key in voices]


def alike_in(consultation: Consultation, kind: VoiceKind) -> list[list[int]]:
    """Keys of standing voices of a kind in groups of two at least, the largest group first. Two queries."""
    standing = _standing(consultation, kind)
    found = _kept(standing, f"groups:{consultation.pk}:{kind}", lambda: groups(_words(standing)))
    return sorted((keys for keys in found if len(keys) > 1), key=lambda keys: (-len(keys), keys[0]))


def _standing(consultation: Consultation, kind: VoiceKind) -> VoiceQuerySet:
    return Voice.objects.filter(consultation=consultation, kind=kind).standing()


def _kept(voices: VoiceQuerySet, what: str, find: Callable[[], Found]) -> Found:
    """What is found among them once, until one comes, goes or is changed."""
    state = voices.aggregate(Count("pk"), Max("pk"), Max("edited_at"))
    key = "alike:" + hashlib.sha256(f"{what} {state}".encode()).hexdigest()
    found: Found | None = cache.get(key)
    if found is None:
        found = find()
        cache.set(key, found, KEPT)
    return found


def _words(voices: VoiceQuerySet) -> Iterator[tuple[int, str]]:
    for key, words, quote in voices.order_by().values_list("pk", "folded", "quote").iterator():
        yield key, _own_words(words, quote)


def _own_words(words: str, quote: str) -> str:
    """Who changes one word of a long provision repeats all the others, as everybody does who changes another one."""
    return beyond(words, _folded(quote)) if quote else words


@lru_cache(maxsize=1 << 10)
def _folded(quote: str) -> str:
    return folded(quote)
