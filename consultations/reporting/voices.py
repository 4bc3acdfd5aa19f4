"""What people said and what was answered, as the public may read it: no person, nothing that is not published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse

from consultations.answered import tell_answers
from consultations.deadlines import local_day
from consultations.models import Consultation, Decision, Voice
from consultations.models.answers import Answer


@dataclass(frozen=True)
class Ruling:
    """One wording of an answer, published at a moment."""

    outcome: str  # a code of Outcome
    outcome_words: str
    reasons: str
    published_at: datetime
    note: str  # why it was published by an act of its own; empty when it came with all the others


@dataclass(frozen=True)
class Replied:
    """To one part of a voice: the answer in force, and those that it corrected, oldest first."""

    part: str  # in the author's words; empty for the whole voice
    ruling: Ruling
    corrected: Sequence[Ruling]


@dataclass(frozen=True)
class Said:
    signature: str
    kind: str  # a code of VoiceKind
    number: int
    url: str  # begins with a slash, as all addresses here
    author: str  # the organization, or that it is a resident
    is_resident: bool
    topic: str
    place: str  # as cited; empty for a proposal
    version: int | None
    version_url: str
    received_on: date
    channel: str  # a code of Channel
    quote: str
    proposed_wording: str
    text: str
    reasons: str
    answers: Sequence[Replied]

    @property
    def title(self) -> str:
        """What the heading of the voice says: its number, and what it is about."""
        about = self.place or self.topic
        return f"{self.signature} – {about}" if about else self.signature


def voices(consultation: Consultation, at: datetime) -> list[Said]:
    """Those that are public and have a published answer, in the order of their numbers. Two queries, however many."""
    related = ("submission", "topic", "provision_text", "until_text", "version__program")
    found = list(consultation.voices.released(at).answered(at).select_related(*related).order_by("kind", "number"))
    for voice in found:
        voice.consultation = consultation
    tell_answers(found, at)
    return [_said(voice) for voice in found]


def _said(voice: Voice) -> Said:
    version = voice.version
    return Said(
        signature=voice.signature,
        kind=voice.kind,
        number=voice.number,
        url=voice.get_absolute_url(),
        author=voice.submission.author,
        is_resident=not voice.submission.organization_name,
        topic=voice.topic.name if voice.topic else "",
        place=voice.place,
        version=version.number if version else None,
        version_url=reverse("programs:version", args=[version.program.slug, version.number]) if version else "",
        received_on=local_day(voice.submission.received_at),
        channel=voice.submission.channel,
        quote=voice.quote,
        proposed_wording=voice.proposed_wording,
        text=voice.text,
        reasons=voice.reasons,
        answers=[_replied(answer) for answer in voice.answers],
    )


def _replied(answer: Answer) -> Replied:
    return Replied(answer.part.excerpt, _ruling(answer.decision), [_ruling(earlier) for earlier in answer.corrected])


def _ruling(decision: Decision) -> Ruling:
    assert decision.published_at  # noqa: S101 - tells the type checker what the query has asked for
    note = decision.publication.note if decision.publication else ""
    return Ruling(decision.outcome, str(decision.get_outcome_display()), decision.reasons, decision.published_at, note)
