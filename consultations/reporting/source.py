"""Whether a file of the report is of the present facts."""

import hashlib
import json
from dataclasses import asdict
from datetime import datetime

from django.core.cache import cache
from django.utils import translation

from consultations.models import Consultation
from consultations.reporting.facts import Facts, facts
from consultations.reporting.voices import Said, voices
from programs.freshness import freshness

KEPT = 24 * 60 * 60  # seconds


def gathered(consultation: Consultation, at: datetime) -> tuple[Facts, list[Said]]:
    """Everything that the files are made of, in Polish."""
    with translation.override("pl"):
        return facts(consultation, at), voices(consultation, at)


def source_of(consultation: Consultation, at: datetime) -> str:
    """The checksum of what a file would be made of now. Gathered once for each state of what the public reads."""
    key = f"report-source:{consultation.pk}:{hashlib.sha256(freshness(at).state.encode()).hexdigest()}"
    found: str | None = cache.get(key)
    if found is None:
        told, said = gathered(consultation, at)
        found = checksum(told, said)
        cache.set(key, found, KEPT)
    return found


def checksum(told: Facts, said: list[Said]) -> str:
    words = json.dumps([asdict(told), [asdict(one) for one in said]], default=str, sort_keys=True)
    return hashlib.sha256(words.encode()).hexdigest()
