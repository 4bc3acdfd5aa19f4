"""Which rows of each table of the register are one person's, known by an address; what is left out of them, and why."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.forgetting import address_hash
from accounts.kinds import SECRET_KINDS
from accounts.models import ContactImport, Erasure, Letter, Membership, Organization, Rate, Suppression, User
from consultations.models import Department, Follow, KeptDraft, Part, Submission, Voice, VoiceImport
from desk.privacy.naming import naming
from meetings.models import Conclusion, GroupModerator, NoteRevision, Registration, TopicProposal

Row = dict[str, Any]


def groups_run(email: str) -> QuerySet[GroupModerator]:
    return GroupModerator.objects.filter(Q(email__iexact=email) | Q(user__email=email))


@dataclass(frozen=True)
class Rows:
    """Found by a question to the database; `beside` tells people which thing the row is about."""

    of: Callable[[str], QuerySet[Any]]
    beside: tuple[str, ...] = ()

    def rows(self, email: str, columns: list[str]) -> list[Row]:
        return list(self.of(email).order_by("pk").values(*self.beside, *columns))


@dataclass(frozen=True)
class Typed:
    """Found by the address in what one JSON column holds. Of a list, what is somebody else's is left; `whose` tells of a part
    of it, for who is only mentioned there is not its author."""

    of: Callable[[], QuerySet[Any]]
    column: str
    whose: Callable[[Any], object]
    beside: tuple[str, ...]

    def rows(self, email: str, columns: list[str]) -> list[Row]:
        found = []
        for row in naming(self.of().order_by("pk"), email, self.column):
            said = getattr(row, self.column)
            if theirs := self._theirs(said, email):
                handed = {name: getattr(row, name) for name in (*self.beside, *columns)}
                found.append(handed | {self.column: theirs})
        return found

    def _theirs(self, said: Any, email: str) -> Any:
        if isinstance(said, list):
            return [one for one in said if self._is_theirs(one, email)]
        return said if self._is_theirs(said, email) else None

    def _is_theirs(self, said: Any, email: str) -> bool:
        return str(self.whose(said)).strip().lower() == email


@dataclass(frozen=True)
class Together:
    ways: tuple[Rows | Typed, ...]

    def rows(self, email: str, columns: list[str]) -> list[Row]:
        return [row for way in self.ways for row in way.rows(email, columns)]


def _of_a_row(row: Row) -> object:
    return row.get("said", {}).get("email")


def _wrote(model: type[NoteRevision | Conclusion]) -> Callable[[str], QuerySet[Any]]:
    """Whoever writes for a group is known by the name under which they run it."""
    return lambda email: model.objects.filter(
        Exists(groups_run(email).filter(group=OuterRef("group"), name=OuterRef("author"))),
    ).exclude(author="")


LETTER = ("kind", "owed_at", "state", "sent_at")
THEIRS: dict[str, Rows | Typed | Together] = {
    "accounts.User": Rows(lambda email: User.objects.filter(email=email), ("date_joined", "last_login")),
    "account.EmailAddress": Rows(lambda email: EmailAddress.objects.filter(email__iexact=email)),
    "accounts.Membership": Rows(lambda email: Membership.objects.filter(user__email=email), ("organization__name",)),
    "mfa.Authenticator": Rows(lambda email: Authenticator.objects.filter(user__email=email), ("type", "created_at")),
    "usersessions.UserSession": Rows(lambda email: UserSession.objects.filter(user__email=email), ("created_at", "last_seen_at")),
    "consultations.Submission": Rows(
        lambda email: Submission.objects.filter(email__iexact=email),
        ("consultation__title", "organization_name", "channel", "received_at", "email_confirmed_at", "withdrawn_at"),
    ),
    "consultations.Voice": Rows(
        lambda email: Voice.objects.filter(submission__email__iexact=email),
        ("consultation__title", "kind", "number", "edited_at", "released_at"),
    ),
    "consultations.Part": Rows(
        lambda email: Part.objects.filter(voice__submission__email__iexact=email), ("voice__kind", "voice__number")
    ),
    "consultations.KeptDraft": Typed(
        lambda: KeptDraft.objects.all(), "typed", lambda typed: typed.get("author", {}).get("email"), ("kind", "saved_at")
    ),
    "consultations.VoiceImport": Typed(lambda: VoiceImport.objects.all(), "rows", _of_a_row, ("kind", "at")),
    "consultations.Follow": Rows(
        lambda email: Follow.objects.filter(email__iexact=email),
        ("consultation__title", "asked_at", "confirmed_at", "ended_at"),
    ),
    "consultations.Department": Rows(lambda email: Department.objects.filter(email__iexact=email), ("name",)),
    "meetings.Registration": Rows(
        lambda email: Registration.objects.filter(email__iexact=email),
        (
            *("meeting__title", "group__name", "organization_name", "remotely", "channel", "created_at", "waits_since"),
            *("email_confirmed_at", "attendance_confirmed_at", "present_at", "ended_at", "ended_because"),
        ),
    ),
    "meetings.GroupModerator": Rows(groups_run, ("group__meeting__title", "group__name")),
    "meetings.NoteRevision": Rows(_wrote(NoteRevision), ("group__meeting__title", "group__name", "at")),
    "meetings.Conclusion": Rows(_wrote(Conclusion), ("group__meeting__title", "group__name", "text")),
    "meetings.TopicProposal": Rows(
        lambda email: TopicProposal.objects.filter(email__iexact=email),
        ("meeting__title", "organization_name", "received_at", "outcome", "answer", "decided_at"),
    ),
    "accounts.Letter": Together(
        (
            # A code for signing in is for the mailbox alone.
            Rows(lambda email: Letter.objects.filter(to=email).exclude(kind__in=SECRET_KINDS), LETTER),
            # What they asked the office.
            Typed(lambda: Letter.objects.filter(kind="contact"), "context", lambda said: said.get("email"), LETTER),
        )
    ),
    "accounts.Suppression": Rows(lambda email: Suppression.objects.filter(email__iexact=email), ("since", "lifted_at")),
    "accounts.Rate": Rows(lambda email: Rate.objects.filter(key__iexact=f"letters:{email}"[:100]), ("window",)),
    "accounts.Organization": Rows(lambda email: Organization.objects.filter(email__iexact=email), ("name", "source")),
    "accounts.ContactImport": Typed(lambda: ContactImport.objects.all(), "rows", _of_a_row, ("made_at",)),
    "accounts.Erasure": Rows(lambda email: Erasure.objects.filter(address_hash=address_hash(email)), ("at",)),
}
LEFT_OUT = {
    "consultations.Note": _("notes of the office may name other people; ask the office about them"),
    "meetings.WorkingGroup": _("the link to a room lets people in and says nothing about you"),
    "sessions.Session": _("random numbers that keep you signed in"),
    "accounts.AuditEntry": _("the record of what the office does; ask the office about it"),
}
SECRETS = {
    "accounts.User.password": _("a secret, kept so that nobody can read it"),
    "mfa.Authenticator.data": _("a secret"),
    "accounts.Erasure.address_hash": _("says nothing without the secret key of the portal"),
}
