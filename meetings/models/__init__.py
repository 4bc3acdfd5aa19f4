"""meeting.py: the meeting and its deadlines; group.py: its groups and who runs them; registration.py: who comes;
topic.py: what else they want to talk about; sheet.py: what a group leaves behind."""

from meetings.models.group import GroupModerator, Sector, WorkingGroup
from meetings.models.meeting import Meeting, MeetingAction, Mode
from meetings.models.registration import Ended, Registration, RegistrationEvent, What
from meetings.models.sheet import Conclusion, NoteRevision
from meetings.models.topic import TopicOutcome, TopicProposal

__all__ = [
    "Conclusion",
    "Ended",
    "GroupModerator",
    "Meeting",
    "MeetingAction",
    "Mode",
    "NoteRevision",
    "Registration",
    "RegistrationEvent",
    "Sector",
    "TopicOutcome",
    "TopicProposal",
    "What",
    "WorkingGroup",
]
