"""What was said on each topic and how it was decided, in numbers that everybody may read."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from consultations.models import Consultation, Decision, Outcome, Topic, Voice, VoiceKind


class Row(NamedTuple):
    """How many voices got one outcome."""

    outcome: Outcome
    proposals: int
    remarks: int
    share: int  # percent of the outcome that most of them got

    @property
    def voices(self) -> int:
        return self.proposals + self.remarks


@dataclass(frozen=True)
class Summary:
    topic: Topic | None  # none: other matters
    proposals: int
    remarks: int
    # A voice that says several things may have several outcomes. Empty before the answers are published.
    rows: list[Row]

    @property
    def voices(self) -> int:
        return self.proposals + self.remarks

    @property
    def in_words(self) -> str:
        """For where a link is shared."""
        said = _("Proposals: %(proposals)s, remarks: %(remarks)s.") % {"proposals": self.proposals, "remarks": self.remarks}
        decided = ", ".join(f"{row.outcome.label}: {row.voices}" for row in self.rows)
        return f"{said} {capfirst(decided)}." if decided else said


def summaries(consultation: Consultation, at: datetime) -> list[Summary]:
    """Of each topic, and last of other matters if somebody spoke about them. Three queries."""
    released = Voice.objects.released(at).filter(consultation=consultation).order_by()
    said = Counter({row[:2]: row[2] for row in released.values_list("topic", "kind").annotate(Count("pk"))})
    in_force = Decision.objects.in_force(at).filter(part__voice__in=released.values("pk")).order_by()
    by_outcome = in_force.values_list("part__voice__topic", "part__voice__kind", "outcome")
    decided = Counter({row[:3]: row[3] for row in by_outcome.annotate(Count("part__voice", distinct=True))})
    told = [_summary(topic, said, decided) for topic in [*consultation.topics.all(), None]]
    return told if told[-1].voices else told[:-1]


def _summary(
    topic: Topic | None, said: Counter[tuple[int | None, str]], decided: Counter[tuple[int | None, str, str]]
) -> Summary:
    key = topic.pk if topic else None
    counted = {
        outcome: (decided[key, VoiceKind.PROPOSAL, outcome], decided[key, VoiceKind.REMARK, outcome]) for outcome in Outcome
    }
    most = max(map(sum, counted.values())) or 1
    rows = [
        Row(outcome, proposals, remarks, round(100 * (proposals + remarks) / most))
        for outcome, (proposals, remarks) in counted.items()
        if proposals + remarks
    ]
    return Summary(topic, said[key, VoiceKind.PROPOSAL], said[key, VoiceKind.REMARK], rows)
