"""How many spoke, by which channel, for whom, and what became of it. Counted by the database, however many voices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Min, Q

from consultations.models import Channel, Consultation, Decision, Outcome, Submission, Voice, VoiceKind

_PROPOSALS, _REMARKS = Q(kind=VoiceKind.PROPOSAL), Q(kind=VoiceKind.REMARK)


@dataclass(frozen=True)
class ByChannel:
    channel: str  # a code of Channel
    words: str
    letters: int
    proposals: int
    remarks: int

    @property
    def voices(self) -> int:
        return self.proposals + self.remarks


@dataclass(frozen=True)
class ByTopic:
    topic: str  # empty for what has none
    is_of_remarks: bool
    outcomes: Mapping[str, int]  # by the code of Outcome

    @property
    def answers(self) -> int:
        return sum(self.outcomes.values())


@dataclass(frozen=True)
class Counts:
    """What authors took back is counted in `withdrawn` alone."""

    channels: Sequence[ByChannel]
    organizations: Sequence[tuple[str, int]]  # those whose voices are public, with how many
    residents: int  # public voices of people who speak for nobody else
    topics: Sequence[ByTopic]
    withdrawn: int  # letters
    unreleased: int  # voices that stand but are not public
    unanswered: int  # voices that stand without a published answer

    @property
    def letters(self) -> int:
        return sum(row.letters for row in self.channels)

    @property
    def proposals(self) -> int:
        return sum(row.proposals for row in self.channels)

    @property
    def remarks(self) -> int:
        return sum(row.remarks for row in self.channels)

    @property
    def voices(self) -> int:
        return self.proposals + self.remarks

    def of(self, *outcomes: Outcome) -> int:
        """How many answers there are of these outcomes."""
        return sum(row.outcomes.get(outcome, 0) for row in self.topics for outcome in outcomes)


def counts(consultation: Consultation, at: datetime) -> Counts:
    """Seven queries."""
    standing = Voice.objects.standing().filter(consultation=consultation).order_by()
    released = standing.released(at)
    by_channel = standing.values_list("submission__channel").annotate(
        letters=Count("submission", distinct=True),
        proposals=Count("pk", filter=_PROPOSALS),
        remarks=Count("pk", filter=_REMARKS),
    )
    found = {channel: numbers for channel, *numbers in by_channel}
    # One that is spelled in several ways is one organization; the first spelling stands for all.
    spelled = released.exclude(submission__organization_name="").values("submission__folded")
    organizations = spelled.annotate(name=Min("submission__organization_name"), n=Count("pk")).order_by("-n", "name")
    return Counts(
        channels=[ByChannel(channel, str(channel.label), *found[channel]) for channel in Channel if channel in found],
        organizations=[(row["name"], row["n"]) for row in organizations],
        residents=released.filter(submission__organization_name="").count(),
        topics=_topics(consultation, at),
        withdrawn=Submission.objects.filter(consultation=consultation, withdrawn_at__isnull=False).count(),
        unreleased=standing.exclude(pk__in=released).count(),
        unanswered=standing.unanswered(at).count(),
    )


def _topics(consultation: Consultation, at: datetime) -> list[ByTopic]:
    """Of public voices; topics in their order, then proposals without one, then remarks without one."""
    said = Voice.objects.released(at).filter(consultation=consultation)
    rows = (
        Decision.objects.in_force(at)
        .filter(part__voice__in=said)
        .order_by(F("part__voice__topic__position").asc(nulls_last=True), "part__voice__topic", "part__voice__kind")
        .values_list("part__voice__topic", "part__voice__topic__name", "part__voice__kind", "outcome")
        .annotate(n=Count("pk"))
    )
    names: dict[tuple[int | None, bool], str] = {}
    outcomes: defaultdict[tuple[int | None, bool], dict[str, int]] = defaultdict(dict)
    for topic, name, kind, outcome, n in rows:
        key = (topic, topic is None and kind == VoiceKind.REMARK)
        names[key] = name or ""
        outcomes[key][outcome] = outcomes[key].get(outcome, 0) + n
    return [ByTopic(name, is_of_remarks, outcomes[(topic, is_of_remarks)]) for (topic, is_of_remarks), name in names.items()]
