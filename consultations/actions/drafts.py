"""What people typed and mean to finish later."""

import secrets
from datetime import datetime
from typing import Any

from consultations.models import Consultation, KeptDraft, VoiceKind


def keep_draft(consultation: Consultation, *, kind: VoiceKind, typed: dict[str, Any], edition: str, at: datetime) -> KeptDraft:
    """In the place of that edition, or under a new address if there is none or somebody has saved other words since."""
    kept = KeptDraft.objects.filter(consultation=consultation, kind=kind)
    if not kept.edition(edition).update(typed=typed, saved_at=at):
        token = secrets.token_urlsafe(32)
        return KeptDraft.objects.create(consultation=consultation, kind=kind, token=token, typed=typed, saved_at=at)
    return kept.get(token=edition.partition(" ")[0])


def forget_draft(edition: str) -> None:
    """It was sent. What somebody else has saved there since was not."""
    KeptDraft.objects.edition(edition).delete()
