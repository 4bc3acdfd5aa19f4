"""What people look for among released voices: words, a topic, a place in the text, an answer. Each state is an address."""

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import F, Q
from django.db.models.expressions import OrderBy
from django.utils.translation import gettext as _

from accounts.folding import folded
from consultations.models import Consultation, Decision, Outcome, Topic, VoiceKind
from programs.models import ProvisionText

CHOSEN_BY = ("topic", "chapter", "answer")
NAMES = ("q", "provision", *CHOSEN_BY)  # in the address
NO_TOPIC, WHOLE_DOCUMENT, ANSWERED, UNANSWERED = "other", "whole", "yes", "no"
LONGEST, MOST_WORDS = 200, 10  # characters, words
_SIGNATURE = re.compile(r"(?P<letter>[pu])/(?P<slug>[^/]+)/(?P<number>[0-9]{1,9})")


@dataclass(frozen=True)
class Choice:
    value: str  # in the address
    words: str
    count: int  # voices that it leaves of what else is asked for
    lang: str = ""  # of the words, when they are not the portal's own


@dataclass(frozen=True)
class Facet:
    """One thing to choose by."""

    name: str  # in the address
    label: str
    all: str
    choices: Sequence[Choice]
    chosen: str


class Top(NamedTuple):
    """Where a unit that stands in no other begins: a chapter, an annex."""

    version: int
    rank: int
    provision: str
    title: str


class Row(NamedTuple):
    """A voice, and the values that it can be chosen by, as in the address."""

    pk: int
    topic: frozenset[str]
    chapter: frozenset[str]
    answer: frozenset[str]


# Thousands of voices share a few sets: each set more is one more for the garbage collector to look through.
@lru_cache(maxsize=4096)
def _set_of(*values: str) -> frozenset[str]:
    return frozenset(values)


# By topic; in the order of the text.
_ORDER: dict[VoiceKind, tuple[F | OrderBy, ...]] = {
    VoiceKind.PROPOSAL: (F("topic__position").asc(nulls_last=True), F("topic"), F("number")),
    VoiceKind.REMARK: (F("version"), F("provision_text__rank").asc(nulls_first=True), F("number")),
}


class Search:
    """The released voices of one kind that an address asks for; what nobody could ask for is left out.

    Four queries, however many voices: words are looked for by the database, which reads each text once, and the rest is
    chosen and counted here.
    """

    def __init__(self, consultation: Consultation, kind: VoiceKind, asked: Mapping[str, str], at: datetime) -> None:
        self.consultation, self.kind, self.at = consultation, kind, at
        typed = {name: " ".join(asked.get(name, "").replace("\0", " ").split())[:LONGEST] for name in NAMES}
        self.chosen = {name: value for name, value in typed.items() if value and self._is_known(name, value)}

    def _is_known(self, name: str, value: str) -> bool:
        match name:
            case "topic":
                return value in {NO_TOPIC, *(str(topic.pk) for topic in self.topics)}
            case "chapter":
                return value in {WHOLE_DOCUMENT, *(top.provision for top in self._tops)}
            case "answer":
                return value in {ANSWERED, UNANSWERED, *Outcome.values}
            case "provision":
                return _is_uuid(value)
        return True

    @property
    def address(self) -> str:
        """The state as a query string."""
        return urlencode(self.chosen)

    @property
    def is_answered(self) -> bool:
        """Whether the answers to voices of this kind are published."""
        return bool(self._outcomes)

    @cached_property
    def found(self) -> list[int]:
        """The keys of the voices, in their order."""
        return [row.pk for row in self._left()]

    @cached_property
    def facets(self) -> list[Facet]:
        """With how many voices each choice would leave; choices that leave none are not offered."""
        told = [("topic", _("Topic"), _("All topics"), self._topics())]
        if self.kind == VoiceKind.REMARK:
            told.append(("chapter", _("Part of the text"), _("The whole text"), self._chapters()))
        if self.is_answered:
            told.append(("answer", _("Answer"), _("All"), self._answers()))
        facets = []
        for name, label, everything, choices in told:
            counts = Counter(value for row in self._left(but=name) for value in getattr(row, name))
            chosen = self.chosen.get(name, "")
            offered = [
                Choice(value, words, counts[value], lang) for value, words, lang in choices if counts[value] or value == chosen
            ]
            # That nothing has a topic is nothing to choose by.
            if chosen or any(choice.value != NO_TOPIC for choice in offered):
                facets.append(Facet(name, label, everything, offered, chosen))
        return facets

    # --- what is there ------------------------------------------------------------------------------
    def _left(self, *, but: str = "") -> Iterator[Row]:
        """What is asked for, or would be without one of the things to choose by."""
        wanted = [(name, value) for name, value in self.chosen.items() if name in CHOSEN_BY and name != but]
        return (row for row in self._rows if all(value in getattr(row, name) for name, value in wanted))

    @cached_property
    def _rows(self) -> list[Row]:
        voices = self.consultation.voices.filter(kind=self.kind).released(self.at)
        if words := self.chosen.get("q"):
            voices = voices.filter(self._saying(words))
        if provision := self.chosen.get("provision"):
            voices = voices.filter(provision_text__provision=UUID(provision))
        rows = voices.order_by(*_ORDER[self.kind]).values_list("pk", "topic", "version", "provision_text__rank")
        answers = {voice: _set_of(ANSWERED, *sorted(outcomes)) for voice, outcomes in self._outcomes.items()}
        unanswered = _set_of(UNANSWERED)
        return [
            Row(pk, _set_of(str(topic or NO_TOPIC)), self._chapter(version, rank), answers.get(pk, unanswered))
            for pk, topic, version, rank in rows
        ]

    def _chapter(self, version: int | None, rank: int | None) -> frozenset[str]:
        if version is None or rank is None:
            return _set_of(WHOLE_DOCUMENT)
        before = bisect_right(self._tops, (version, rank), key=lambda top: (top.version, top.rank))
        return _set_of(self._tops[before - 1].provision)

    @cached_property
    def _outcomes(self) -> dict[int, set[str]]:
        """By voice, released or not."""
        of_kind = Decision.objects.filter(part__voice__consultation=self.consultation, part__voice__kind=self.kind)
        rows = of_kind.published(self.at).order_by("revision").values_list("part", "part__voice", "outcome")
        # The last one of a part is the one in force.
        in_force = {row[0]: row for row in rows}
        outcomes: defaultdict[int, set[str]] = defaultdict(set)
        for _part, voice, outcome in in_force.values():
            outcomes[voice].add(outcome)
        return outcomes

    def _saying(self, typed: str) -> Q:
        """All the words, each in the voice or in the name of its organization; a number is found as well."""
        condition = Q()
        for word in folded(typed).split()[:MOST_WORDS]:
            says = Q(folded__contains=word) | Q(submission__folded__contains=word)
            if (number := self._number(word)) is not None:
                says |= Q(number=number)
            condition &= says
        return condition

    def _number(self, word: str) -> int | None:
        """14, 014 and U/2027/014 name the same remark."""
        signature = _SIGNATURE.fullmatch(word)
        if signature:
            letter = "p" if self.kind == VoiceKind.PROPOSAL else "u"
            is_ours = (signature["letter"], signature["slug"]) == (letter, self.consultation.slug)
            return int(signature["number"]) if is_ours else None
        return int(word) if re.fullmatch("[0-9]{1,9}", word) else None

    # --- what can be chosen: value, words, their language ----------------------------------------------
    def _topics(self) -> Iterator[tuple[str, str, str]]:
        yield from ((str(topic.pk), topic.name, "pl") for topic in self.topics)
        yield NO_TOPIC, _("Other matters"), ""

    def _chapters(self) -> Iterator[tuple[str, str, str]]:
        yield WHOLE_DOCUMENT, _("The document as a whole"), ""
        titles = {top.provision: top.title for top in self._tops}
        yield from ((provision, title, "pl") for provision, title in titles.items())

    def _answers(self) -> Iterator[tuple[str, str, str]]:
        yield ANSWERED, _("Answered"), ""
        yield from ((outcome.value, str(outcome.label), "") for outcome in Outcome)
        yield UNANSWERED, _("Without an answer yet"), ""

    @cached_property
    def topics(self) -> list[Topic]:
        return list(self.consultation.topics.all())

    @cached_property
    def _tops(self) -> list[Top]:
        """Of every version that remarks stand on, also when its program has been taken out of the consultation."""
        if self.kind == VoiceKind.PROPOSAL:
            return []
        spoken_of = self.consultation.voices.filter(kind=self.kind).order_by().values("version")
        texts = ProvisionText.objects.filter(version__in=spoken_of, depth=0).order_by("version", "rank")
        rows = texts.values_list("version", "rank", "provision", "citation", "heading")
        return [
            Top(version, rank, str(provision), f"{cited} {heading}".rstrip()) for version, rank, provision, cited, heading in rows
        ]


def _is_uuid(typed: str) -> bool:
    try:
        UUID(typed)
    except ValueError:
        return False
    return True
