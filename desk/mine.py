"""What one address has signed up for and said, with fresh links: signing in proved that the address is theirs."""

from dataclasses import dataclass
from datetime import datetime

from accounts import tokens
from accounts.models import User
from accounts.tokens import Purpose
from consultations.answered import tell_answers
from consultations.models import Follow, Submission
from consultations.tracing import tell_landings
from meetings.models import GroupModerator, Registration
from meetings.words import page_of


@dataclass(frozen=True)
class Matters:
    registrations: list[tuple[Registration, str]]
    submissions: list[tuple[Submission, str]]
    follows: list[tuple[Follow, str]]
    # Groups they run; signing in opens these pages, so their addresses are plain.
    moderated: list[tuple[GroupModerator, str]]

    @property
    def any(self) -> bool:
        return bool(self.registrations or self.submissions or self.follows or self.moderated)


def matters_of(user: User, *, at: datetime) -> Matters:
    """Newest first, each with its signed link; voices with what became of them. A constant number of queries."""
    email = user.email
    registrations = Registration.objects.filter(email__iexact=email).select_related("meeting", "group").order_by("-created_at")
    submissions = (
        Submission.objects.filter(email__iexact=email)
        .select_related("consultation")
        .prefetch_related("voices__provision_text", "voices__until_text", "voices__consultation", "voices__submission")
    )
    voices = [voice for submission in submissions for voice in submission.voices.all()]
    tell_answers(voices, at)
    tell_landings(voices, at)
    follows = Follow.objects.confirmed().filter(email__iexact=email).select_related("consultation")
    moderated = GroupModerator.objects.working(at).of_user(user).select_related("group__meeting", "group__parent")

    def link(purpose: Purpose, pk: int) -> str:
        return tokens.address(purpose, pk, at=at)

    return Matters(
        registrations=[(row, link(Purpose.REGISTRATION, row.pk)) for row in registrations],
        submissions=[(row, link(Purpose.SUBMISSION, row.pk)) for row in submissions],
        follows=[(row, link(Purpose.UNFOLLOW, row.pk)) for row in follows],
        moderated=[(row, page_of(row.group)) for row in moderated],
    )
