"""meeting.py: a meeting and its groups; registration.py: who comes, and what they want to talk about."""

from meetings.models.meeting import GroupModerator, Meeting, MeetingAction, Mode, Sector, WorkingGroup
from meetings.models.registration import Ended, Registration, TopicProposal

__all__ = [
    "Ended",
    "GroupModerator",
    "Meeting",
    "MeetingAction",
    "Mode",
    "Registration",
    "Sector",
    "TopicProposal",
    "WorkingGroup",
]
