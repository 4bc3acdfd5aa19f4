"""Voices answered by two people and published, all through the verbs."""

from datetime import datetime, timedelta

from django.contrib.auth.models import Group

from accounts.models import User
from accounts.roles import Role
from consultations.actions.answers import approve_answers, draft_answer, send_for_approval
from consultations.actions.publication import publish_answers
from consultations.models import Consultation, Decision, Outcome, Part, Publication, Voice, VoiceKind
from tests.factories.voices import CLOSES, coordinator

ANSWERED = CLOSES + timedelta(days=2)
PUBLISHED = CLOSES + timedelta(days=9)
REASONS = "Zapis doprecyzujemy w uchwale."


def drafter(email: str = "redaktorka@example.org") -> User:
    user, made = User.objects.get_or_create(email=email, defaults={"is_staff": True, "name": "Redaktorka"})
    if made:
        user.groups.add(Group.objects.get_or_create(name=Role.DRAFTER)[0])
    return user


def drafted(part: Part, *, outcome: Outcome = Outcome.REJECTED, reasons: str = REASONS, at: datetime = ANSWERED) -> Decision:
    seen = part.current.revision if part.current else 0
    decision = draft_answer(part, outcome=outcome, reasons=reasons, seen=seen, by=drafter(), at=at)
    part.refresh_from_db()
    return decision


def answered(voice: Voice, *, outcome: Outcome = Outcome.REJECTED, reasons: str = REASONS, at: datetime = ANSWERED) -> Voice:
    """Each of its parts drafted by one person and approved by another."""
    for part in voice.parts.all():
        drafted(part, outcome=outcome, reasons=reasons, at=at)
        send_for_approval(part, by=drafter(), at=at)
        approve_answers([part], seen={}, by=coordinator(), at=at)
    return voice


def published(made: Consultation, *, at: datetime = PUBLISHED, note: str = "") -> Publication:
    return publish_answers(made, list(VoiceKind), by=coordinator(), at=at, note=note)
