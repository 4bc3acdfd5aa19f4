"""One person, known by an address that is proven to be theirs: forgotten everywhere at once, and what there is of them."""

from collections import Counter
from datetime import datetime
from functools import partial

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.audit import record_erasure
from accounts.forgetting import address_hash, empty_letters
from accounts.models import ContactImport, Erasure, Letter, Rate, State, Suppression, User
from accounts.roles import Duty, has_duty
from consultations.models import Follow, KeptDraft, Part, Submission, Voice, VoiceImport
from desk.privacy.naming import names, naming
from desk.privacy.retention import NOBODY
from desk.privacy.theirs import groups_run
from meetings.actions import decline
from meetings.models import Conclusion, GroupModerator, NoteRevision, Registration, TopicProposal

WITHDRAWN = "[usunięto]"


class WorksAtTheDesk(Exception):
    in_words = _("This account works at the desk, so it is not erased here. Ask the coordinator to close it first.")


class RunsAGroup(Exception):
    in_words = _("This person runs a group of a meeting that is still to come. Name another moderator first, then erase.")


class MayNotErase(Exception):
    in_words = _("Only a coordinator erases the data of another person, and says why.")


def erased_before(email: str) -> Erasure | None:
    return Erasure.objects.filter(address_hash=address_hash(email)).order_by("-at").first()


@transaction.atomic
def erase_person(email: str, *, at: datetime, by: User | None = None, reason: str = "") -> Erasure | None:
    """Forget everything that leads to whoever has this address; texts that the public reads, and numbers, stay.

    Somebody of whom there is nothing any more is not erased twice: the answer is the erasure of then, if there was one.
    `by` is None for the person, whose link or account has proven the address.
    Raises MayNotErase, WorksAtTheDesk, RunsAGroup.
    """
    email = email.strip().lower()
    if by is not None and not (reason and has_duty(by, Duty.KEEP_DIRECTORY)):
        raise MayNotErase
    if User.objects.filter(email=email, is_staff=True).exists():
        raise WorksAtTheDesk
    if groups_run(email).filter(group__meeting__ends_at__gt=at).exists():
        raise RunsAGroup
    went = Counter[str]()
    for erase in (_sign_ups, _topics, _moderated, _letters_received, _follows, _unfinished, _account, _outbox):
        went.update({name: count for name, count in erase(email, at).items() if count})
    if not went:
        return erased_before(email)
    erasure = Erasure.objects.create(address_hash=address_hash(email), at=at, by=by, reason=reason, went=dict(went))
    record_erasure(erasure, rows=sum(went.values()))
    return erasure


def _sign_ups(email: str, at: datetime) -> dict[str, int]:
    """Their places go to those who wait; that they were at a meeting is counted on."""
    mine = Registration.objects.filter(email__iexact=email)
    for registration in mine.active().filter(meeting__starts_at__gt=at).order_by("pk"):
        decline(registration, at=at)
    return {"meetings.Registration": mine.update(**NOBODY, erased_at=at)}


def _topics(email: str, at: datetime) -> dict[str, int]:
    return {"meetings.TopicProposal": TopicProposal.objects.filter(email__iexact=email).update(name="", email="", erased_at=at)}


def _moderated(email: str, at: datetime) -> dict[str, int]:
    """Of meetings that are over. What the group wrote stays, without who wrote it."""
    mine = list(groups_run(email))
    for one in mine:
        for model in (NoteRevision, Conclusion):
            model.objects.filter(group=one.group_id, author=one.name).update(author="")
    GroupModerator.objects.filter(pk__in=[one.pk for one in mine]).update(name="", email="", user=None)
    return {"meetings.GroupModerator": len(mine)}


def _letters_received(email: str, at: datetime) -> dict[str, int]:
    mine = list(Submission.objects.select_for_update().filter(email__iexact=email).order_by("pk"))
    for submission in mine:
        if submission.scan:
            transaction.on_commit(partial(submission.scan.storage.delete, str(submission.scan.name)))
    keys = [one.pk for one in mine]
    voices = Voice.objects.filter(submission__in=keys)
    voices.update(original={})
    # Nobody was ever to read these.
    withdrawn = voices.filter(submission__withdrawn_at__isnull=False)
    withdrawn.update(text=WITHDRAWN, reasons="", proposed_wording="", folded="")
    Part.objects.filter(voice__in=withdrawn).exclude(excerpt="").update(excerpt=WITHDRAWN)
    Submission.objects.filter(pk__in=keys).update(name="", email="", scan="", erased_at=at)
    return {"consultations.Submission": len(keys)}


def _follows(email: str, at: datetime) -> dict[str, int]:
    return {
        "consultations.Follow": Follow.objects.filter(email__iexact=email).delete()[0],
        "accounts.Suppression": Suppression.objects.filter(email__iexact=email).delete()[0],
        "accounts.Rate": Rate.objects.filter(key__iexact=f"letters:{email}"[:100]).delete()[0],
    }


def _unfinished(email: str, at: datetime) -> dict[str, int]:
    """Drafts, and rows of sheets that the office has put up."""
    drafts = naming(KeptDraft.objects.all(), email, "typed")
    went = {"consultations.KeptDraft": KeptDraft.objects.filter(pk__in=[one.pk for one in drafts]).delete()[0]}
    for model in (VoiceImport, ContactImport):
        sheets = naming(model.objects.all(), email, "rows")
        for sheet in sheets:
            sheet.rows = [row for row in sheet.rows if not names(row, email)]
            sheet.save(update_fields=["rows"])
        went[model._meta.label] = len(sheets)
    return went


def _account(email: str, at: datetime) -> dict[str, int]:
    for session in UserSession.objects.filter(user__email=email):
        session.end()
    EmailAddress.objects.filter(email__iexact=email).delete()
    accounts = User.objects.filter(email=email)
    count = len(accounts)
    accounts.delete()
    return {"accounts.User": count}


def _outbox(email: str, at: datetime) -> dict[str, int]:
    """Last, since what happened above was owed a letter too. What waits does not leave any more."""
    to_them = Letter.objects.filter(to=email)
    to_them.filter(state__in=(State.QUEUED, State.LEASED)).update(state=State.OBSOLETE, expires_at=at)
    count = empty_letters(list(to_them), at=at, for_good=True)
    about_them = naming(Letter.objects.filter(emptied_at=None), email, "context", "as_sent", "history", "error")
    return {"accounts.Letter": count + empty_letters(about_them, at=at, for_good=False)}
