"""What is due at a moment, to whom. The rows know; nothing is remembered between two runs."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import translation

from accounts.letters import owe_letter
from accounts.models import Letter, State
from consultations import deadlines
from consultations.models import Follow, Stage, Submission, VoiceKind
from consultations.stages import Action, kinds_permitting

REMIND_BEFORE = timedelta(days=3)


def owe_closing_reminders(at: datetime) -> None:
    """Say once for each value of a deadline that remarks close soon, to those who follow or come and have not spoken."""
    closing = Stage.objects.filter(kind__in=kinds_permitting(Action.REMARK), consultation__published_at__lte=at)
    closing = closing.closing_within(REMIND_BEFORE, at)
    for pk in closing.values_list("pk", flat=True):
        with transaction.atomic():
            # Held and read again: a deadline that moves now waits, and then finds all the letters it has to withdraw.
            held = closing.select_for_update(of=("self",)).select_related("consultation").filter(pk=pk).first()
            if held and held.closes_at:
                _remind(held, held.closes_at, at)


def _remind(stage: Stage, closes_at: datetime, at: datetime) -> None:
    occasion = f"remarks_closing:stage:{stage.pk}:{closes_at.astimezone(UTC).isoformat(timespec='minutes')}"
    # The run is repeated every minute: whom it has written to, it skips without a query each.
    owed = set(Letter.objects.filter(occasion=occasion).exclude(state=State.OBSOLETE).values_list("to", flat=True))
    for email, language, follow in _silent(stage):
        if email in owed:
            continue
        owed.add(email)
        with translation.override(language):
            path = reverse("consultations:remark_new", args=[stage.consultation.slug])
            until = deadlines.until_words(closes_at, at)
        context: dict[str, object] = {
            "title": stage.consultation.title,
            "until": until,
            "address": settings.PUBLIC_URL + path,
            "follows": follow is not None,
        }
        owe_letter(
            email,
            kind="remarks_closing",
            occasion=occasion,
            at=at,
            context=context,
            language=language,
            unfollow=follow,
            expires_at=closes_at,
        )


def _silent(stage: Stage) -> Iterator[tuple[str, str, int | None]]:
    """(address, language, follow) of the followers and of the signed-up who have sent no remark and not said stop."""
    consultation = stage.consultation
    follows = Follow.objects.of(consultation)
    spoken = Submission.objects.filter(consultation=consultation, withdrawn_at=None, voices__kind=VoiceKind.REMARK)
    not_to = {email.lower() for email in spoken.values_list("email", flat=True)}
    # Who follows this consultation is written to as such, even if they follow all of them too.
    for follow in follows.confirmed().order_by(F("consultation").asc(nulls_last=True), "pk"):
        if follow.email not in not_to:
            yield follow.email, follow.language, follow.pk
    not_to |= set(follows.ended().values_list("email", flat=True))
    for meeting in consultation.meetings.all():
        for email, language in meeting.registrations.registered().values_list("email", "language"):
            if email and email.lower() not in not_to:
                yield email.lower(), language, None
