"""What stands at the head of each sheet about a group."""

from dataclasses import dataclass

from meetings.models import GroupModerator, Meeting, WorkingGroup
from meetings.words import when_words

# Everything that a heading says, in a fixed number of queries: for prefetch_related.
OF_HEADING = ("meeting", "moderators", "parent__moderators")


@dataclass(frozen=True)
class Heading:
    meeting: Meeting
    group: WorkingGroup
    when: str
    moderators: list[GroupModerator]


def heading(group: WorkingGroup) -> Heading:
    """In the language that is active."""
    return Heading(group.meeting, group, when_words(group.begins_at, group.finishes_at), group.run_by())
