"""The coordinator's workplace: a meeting with its groups (arranging.py), who comes and what about (people.py)."""

from meetings.admin.arranging import MeetingAdmin
from meetings.admin.people import RegistrationAdmin, TopicProposalAdmin

__all__ = ["MeetingAdmin", "RegistrationAdmin", "TopicProposalAdmin"]
