"""The process as rows: schedule.py (consultation, stages, dates), news.py (what is published), voices.py (what people said),
rules.py (when the portal writes by itself)."""

from consultations.models.news import Announcement, Document, Follow
from consultations.models.rules import ReminderRule, ReminderRun
from consultations.models.schedule import Consultation, DateChange, FormalEvent, Stage, Topic
from consultations.models.voices import Channel, Submission, Voice, VoiceKind
from consultations.rules import Audience, ReminderKind

__all__ = [
    "Announcement",
    "Audience",
    "Channel",
    "Consultation",
    "DateChange",
    "Document",
    "Follow",
    "FormalEvent",
    "ReminderKind",
    "ReminderRule",
    "ReminderRun",
    "Stage",
    "Submission",
    "Topic",
    "Voice",
    "VoiceKind",
]
