"""Answers become public: one act for all, letters to everyone who wrote; later acts add or correct, and say why."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.letters import AddressIsWrong, Said, one_address, owe_to_all
from accounts.models import User
from accounts.tokens import Purpose
from consultations.deadlines import until_words
from consultations.models import (
    Consultation,
    Decision,
    Outcome,
    Part,
    ProposedChange,
    Publication,
    Stage,
    Submission,
    Voice,
    VoiceKind,
)
from consultations.models.voices import ACTION_OF, cited
from programs.freshness import public_changed
from programs.typography import typeset

# Of somebody's own words, in characters: enough to know them again.
SHOWN_AT_MOST = 600


class PublicationRefused(Exception):
    in_words: str | Promise = ""


class VoicesAreUnanswered(PublicationRefused):
    def __init__(self, voices: Sequence[Voice]) -> None:
        super().__init__(voices)
        words = ngettext(
            "%(n)d voice has no approved answer yet: %(numbers)s. Answers are published all at once.",
            "%(n)d voices have no approved answer yet: %(numbers)s. Answers are published all at once.",
            len(voices),
        )
        self.in_words = words % {"n": len(voices), "numbers": cited(voices)}


class PeopleStillSpeak(PublicationRefused):
    def __init__(self, stage: Stage, at: datetime) -> None:
        super().__init__(stage.pk)
        words = _("People may still write and change their words in “%(stage)s”, %(until)s. Publish the answers after it.")
        self.in_words = words % {"stage": stage.name, "until": until_words(stage.closes_at, at) if stage.closes_at else ""}


class NothingToPublish(PublicationRefused):
    in_words = _("Nothing waits to be published: the answers are public already, or there are none.")


class SomethingHasChanged(PublicationRefused):
    in_words = _("Something has changed since you opened this page. Nothing is published yet: look again at what would be.")


class NoteIsMissing(PublicationRefused):
    in_words = _(
        "Answers of this kind were published before: say in a sentence what this act adds or corrects. People will read it."
    )


@dataclass(frozen=True)
class Preview:
    """What an act of publication would do, told before it is done."""

    parts: Sequence[Part]  # whose approved answers would become public, letter by letter
    before: Mapping[int, Decision]  # by part: the newest answer that people have read
    unchanging: Sequence[Part]  # of those taken into account, the ones for which nothing changes in the text
    unanswered: Sequence[Voice]
    is_first: bool  # no answers to voices of the kinds among `parts` have been published

    @cached_property
    def voices(self) -> Sequence[Voice]:
        return list({part.voice_id: part.voice for part in self.parts}.values())

    @cached_property
    def fingerprint(self) -> str:
        """The same while the same wordings of the same answers would become public."""
        return hashlib.sha256(repr(sorted(part.current_id or 0 for part in self.parts)).encode()).hexdigest()

    @cached_property
    def corrections(self) -> int:
        return sum(part.pk in self.before for part in self.parts)

    @cached_property
    def outcomes(self) -> Sequence[tuple[Outcome, int]]:
        counted = Counter(part.current.outcome for part in self.parts if part.current)
        return [(outcome, counted[outcome]) for outcome in Outcome if counted[outcome]]

    @cached_property
    def by_address(self) -> Mapping[str, Sequence[Part]]:
        """Who would get a letter, and about what."""
        addresses = {part.voice.submission_id: _address(part.voice.submission) for part in self.parts}
        found: defaultdict[str, list[Part]] = defaultdict(list)
        for part in self.parts:
            if address := addresses[part.voice.submission_id]:
                found[address].append(part)
        return found

    @cached_property
    def unreachable(self) -> Sequence[Voice]:
        """Whose authors have to be told in another way."""
        reached = {part.pk for parts in self.by_address.values() for part in parts}
        return list({part.voice_id: part.voice for part in self.parts if part.pk not in reached}.values())

    @cached_property
    def unreleased(self) -> Sequence[Voice]:
        """Whose words the public does not see, so that it will not see their answers either."""
        return [voice for voice in self.voices if voice.released_at is None]


def preview(consultation: Consultation, kinds: Collection[VoiceKind], *, at: datetime) -> Preview:
    """Five queries, however many voices."""
    of_kinds = Part.objects.standing().filter(voice__consultation=consultation, voice__kind__in=kinds)
    related = ("consultation", "topic", "provision_text", "until_text", "submission")
    ready = of_kinds.ready().select_related("current", *(f"voice__{name}" for name in related))
    parts = list(ready.order_by("voice__submission_id", "voice__number", "position"))
    changing = set(ProposedChange.objects.filter(parts__in=of_kinds, discarded_at=None).values_list("parts", flat=True))
    voices = Voice.objects.filter(consultation=consultation, kind__in=kinds)
    published = Decision.objects.published(at).filter(part__in=of_kinds.ready()).order_by("revision")
    return Preview(
        parts=parts,
        before={decision.part_id: decision for decision in published},
        unchanging=[part for part in parts if part.current and part.current.is_taken and part.pk not in changing],
        unanswered=list(voices.awaiting_answer().select_related("consultation").order_by("kind", "number")),
        is_first=not voices.filter(kind__in={part.voice.kind for part in parts}).answered(at).exists(),
    )


def check_publication(consultation: Consultation, kinds: Collection[VoiceKind], planned: Preview, *, at: datetime) -> None:
    """Raises PeopleStillSpeak, VoicesAreUnanswered, NothingToPublish."""
    for stage in consultation.stages.order_by("pk"):
        if any(stage.permits(ACTION_OF[kind], at) for kind in kinds):
            raise PeopleStillSpeak(stage, at)
    if planned.unanswered:
        raise VoicesAreUnanswered(planned.unanswered)
    if not planned.parts:
        raise NothingToPublish


@transaction.atomic
def publish_answers(
    consultation: Consultation, kinds: Collection[VoiceKind], *, by: User, at: datetime, note: str = "", seen: str | None = None
) -> Publication:
    """Make every approved answer public and owe one letter to each address that wrote.

    `seen` is the fingerprint of the preview that was read. Raises PeopleStillSpeak, VoicesAreUnanswered, NothingToPublish,
    SomethingHasChanged, NoteIsMissing.
    """
    _hold(consultation, kinds)
    planned = preview(consultation, kinds, at=at)
    check_publication(consultation, kinds, planned, at=at)
    if seen is not None and seen != planned.fingerprint:
        raise SomethingHasChanged
    if not planned.is_first and not note.strip():
        raise NoteIsMissing
    act = Publication.objects.create(
        consultation=consultation,
        at=at,
        by=by,
        note=note.strip(),
        voices=len(planned.voices),
        letters=len(planned.by_address),
    )
    decisions = [part.current.pk for part in planned.parts if part.current]
    Decision.objects.filter(pk__in=decisions).update(published_at=at, publication=act)
    owe_to_all(letters(planned, note=act.note), kind="answers", occasion=f"answers:publication:{act.pk}", at=at)
    public_changed(at=at)
    return act


def _hold(consultation: Consultation, kinds: Collection[VoiceKind]) -> None:
    """Until it is done nobody else publishes, no letter is recorded, no deadline moves, no answer and no part changes."""
    Consultation.objects.select_for_update(no_key=True).get(pk=consultation.pk)
    list(consultation.stages.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    parts = Part.objects.filter(voice__consultation=consultation, voice__kind__in=kinds)
    list(parts.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk"))


def letters(planned: Preview, *, note: str) -> Iterator[Said]:
    """One to each address, in the language of the newest thing that came from it."""
    for address, parts in planned.by_address.items():
        newest = parts[-1].voice.submission
        with translation.override(newest.language):
            # Whoever is answered for the first time is not written to again.
            again = any(part.pk in planned.before for part in parts)
            context = _in_letter(parts, planned.before, note if again else "")
        yield Said(address, context, newest.language, (Purpose.SUBMISSION, newest.pk))


def _address(submission: Submission) -> str:
    """Where its author can be written to; empty when nowhere."""
    try:
        return one_address(submission.email)
    except AddressIsWrong:
        return ""


def _in_letter(parts: Sequence[Part], before: Mapping[int, Decision], note: str) -> dict[str, object]:
    consultation = parts[0].voice.consultation
    return {
        "consultation": typeset(consultation.title),
        "numbers": cited(part.voice for part in parts),
        "note": note,
        "answers": [_answered(part, before.get(part.pk)) for part in parts],
        "contact_url": settings.PUBLIC_URL + reverse("consultations:contact", args=[consultation.slug]),
    }


def _answered(part: Part, before: Decision | None) -> dict[str, object]:
    voice, decision = part.voice, part.current
    said = part.excerpt or voice.in_full
    shown = said if len(said) <= SHOWN_AT_MOST else f"{said[: SHOWN_AT_MOST - 1]}…"
    return {
        "signature": voice.signature,
        "about": voice.place or (voice.topic.name if voice.topic else ""),
        "said": shown,
        "is_whole": shown == said,
        "url": settings.PUBLIC_URL + voice.get_absolute_url() if voice.released_at else "",
        "outcome": str(decision.get_outcome_display()) if decision else "",
        "reasons": decision.reasons if decision else "",
        "before": str(before.get_outcome_display()) if before else "",
    }
