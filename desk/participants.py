"""Which organizations took part in a consultation, as far as they may be named. Never a person."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef

from accounts.folding import folded
from consultations.models import Consultation, Voice
from meetings.models import Conclusion, Meeting, Registration


@dataclass
class Participant:
    name: str
    has_written: bool = False
    was_there: bool = False


def took_part(consultation: Consultation, at: datetime) -> list[Participant]:
    """By name. Whose voice is published was named with it; whoever came to a meeting, if they agreed. Two queries."""
    found: dict[str, Participant] = {}
    for participant, key in _who_wrote(consultation, at):
        found.setdefault(key, participant)
    for participant, key in _who_came(consultation, at):
        found.setdefault(key, participant).was_there = True
    return sorted(found.values(), key=lambda one: folded(one.name))


def _who_wrote(consultation: Consultation, at: datetime) -> list[tuple[Participant, str]]:
    # What a group concluded stands under the name of the group.
    by_a_group = Exists(Conclusion.objects.filter(voice=OuterRef("pk")))
    voices = Voice.objects.released(at).filter(~by_a_group, consultation=consultation).exclude(submission__organization_name="")
    names = voices.order_by().values_list("submission__organization_name", flat=True).distinct()
    return [(Participant(name, has_written=True), folded(name)) for name in names]


def _who_came(consultation: Consultation, at: datetime) -> list[tuple[Participant, str]]:
    meetings = Meeting.objects.published(at).filter(consultation=consultation, cancelled_at=None)
    rows = Registration.objects.named().filter(meeting__in=meetings).select_related("organization")
    # As written, since that is what they agreed to; one spelling more is none more.
    return [(Participant(one.named_as), folded(one.named_as)) for one in rows]
