"""The process as rows: schedule.py (consultation, stages, dates), news.py (what is published), rules.py (when the portal
writes by itself), voices.py (what people said), intake.py (what is not a voice yet), answers.py (what the office decided),
changes.py (what that changed in the text), report.py."""

from consultations.events import EventKind
from consultations.models.answers import (
    AnswerTemplate,
    Decision,
    Department,
    Note,
    Outcome,
    Part,
    Publication,
    Step,
)
from consultations.models.changes import ChangeAction, ProposedChange
from consultations.models.intake import KeptDraft, VoiceImport
from consultations.models.news import Announcement, Document, Follow
from consultations.models.report import REPORT_CONTENT_TYPES, Publicity, Report, ReportEdit, ReportFile, ReportFormat
from consultations.models.rules import ReminderRule, ReminderRun
from consultations.models.schedule import Consultation, DateChange, FormalEvent, Stage, Topic
from consultations.models.voices import Channel, Submission, Voice, VoiceKind
from consultations.rules import Audience, ReminderKind

__all__ = [
    "REPORT_CONTENT_TYPES",
    "Announcement",
    "AnswerTemplate",
    "Audience",
    "ChangeAction",
    "Channel",
    "Consultation",
    "DateChange",
    "Decision",
    "Department",
    "Document",
    "EventKind",
    "Follow",
    "FormalEvent",
    "KeptDraft",
    "Note",
    "Outcome",
    "Part",
    "ProposedChange",
    "Publication",
    "Publicity",
    "ReminderKind",
    "ReminderRule",
    "ReminderRun",
    "Report",
    "ReportEdit",
    "ReportFile",
    "ReportFormat",
    "Stage",
    "Step",
    "Submission",
    "Topic",
    "Voice",
    "VoiceImport",
    "VoiceKind",
]
