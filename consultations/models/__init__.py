"""The process as rows: schedule.py (consultation, stages, dates), news.py (what is published), voices.py (what people said)."""

from consultations.models.news import Announcement, Document, Follow
from consultations.models.schedule import Consultation, DateChange, FormalEvent, Stage, Topic
from consultations.models.voices import Channel, Submission, Voice, VoiceKind

__all__ = [
    "Announcement",
    "Channel",
    "Consultation",
    "DateChange",
    "Document",
    "Follow",
    "FormalEvent",
    "Stage",
    "Submission",
    "Topic",
    "Voice",
    "VoiceKind",
]
