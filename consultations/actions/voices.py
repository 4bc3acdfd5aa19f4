"""What people say: received, changed by its author, withdrawn, released to the public."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.actions import account_for
from accounts.letters import owe_letter
from accounts.models import Organization, User
from accounts.once import token_of
from accounts.roles import Duty, has_duty
from accounts.tokens import Purpose
from consultations.deadlines import from_words, full_words, until_words
from consultations.models import Channel, Consultation, Submission, Topic, Voice, VoiceKind
from consultations.models.voices import ACTION_OF
from consultations.quotes import quote_of, versions_under_remark
from consultations.stages import Action, kinds_permitting
from programs.freshness import public_changed
from programs.models import DraftVersion, ProvisionText
from programs.typography import typeset


@dataclass(frozen=True)
class Author:
    name: str
    email: str
    organization_name: str = ""
    organization: Organization | None = None


@dataclass(frozen=True)
class ProposalText:
    text: str
    reasons: str = ""
    topic: Topic | None = None


@dataclass(frozen=True)
class RemarkText:
    """On one provision of a frozen version, or on the whole of it."""

    version: DraftVersion
    provision_text: ProvisionText | None = None
    proposed_wording: str = ""
    text: str = ""
    reasons: str = ""
    topic: Topic | None = None


class StageIsClosed(Exception):
    """The public may not do this now. Says when it could, or when it will be able to."""

    def __init__(self, consultation: Consultation, action: Action, at: datetime) -> None:
        super().__init__(consultation, action, at)
        self.consultation, self.action, self.at = consultation, action, at

    @property
    def in_words(self) -> StrOrPromise:
        stages = self.consultation.stages.filter(kind__in=kinds_permitting(self.action))
        coming = stages.filter(opens_at__gt=self.at).order_by("opens_at").first()
        past = stages.filter(closes_at__lte=self.at).order_by("-closes_at").first()
        if coming and coming.opens_at:
            return NOT_OPEN_YET[self.action] % {"from": from_words(coming.opens_at, self.at)}
        if past and past.closes_at:
            return CLOSED[self.action] % {"until": until_words(past.closes_at, self.at)}
        return NOT_TAKEN[self.action]


NOT_OPEN_YET = {
    Action.PROPOSE: _("Proposals will be taken %(from)s. Keep your text and come back then."),
    Action.REMARK: _("Remarks will be taken %(from)s. Keep your text and come back then."),
}
CLOSED = {
    Action.PROPOSE: _("Proposals were taken %(until)s. Keep your text and ask the coordinator what you can still do."),
    Action.REMARK: _("Remarks were taken %(until)s. Keep your text and ask the coordinator what you can still do."),
}
NOT_TAKEN = {
    Action.PROPOSE: _("This consultation is not taking proposals now. Its page says what is open and what comes next."),
    Action.REMARK: _("This consultation is not taking remarks now. Its page says what is open and what comes next."),
}


class LateNeedsAReason(Exception):
    in_words = _("No stage was open when this came. Write why it is recorded all the same: it will be marked as late.")


class ReceivedInTheFuture(Exception):
    in_words = _("The moment of receipt has not come yet. Give the day and hour at which the letter came.")


class NotUnderConsultation(Exception):
    in_words = _("This text is not put to remarks in this consultation. Choose a provision from the list.")


class SubmissionIsWithdrawn(Exception):
    in_words = _("This letter was withdrawn, so it cannot be changed. You can send a new one while the stage is open.")


@transaction.atomic
def submit_proposal(
    consultation: Consultation,
    *,
    author: Author,
    proposals: Sequence[ProposalText],
    form_token: str,
    at: datetime,
    language: str = "pl",
    channel: Channel = Channel.PORTAL,
    entered_by: User | None = None,
    received_at: datetime | None = None,
    late_reason: str = "",
) -> Submission:
    """Record one letter of proposals. Raises StageIsClosed, LateNeedsAReason, ReceivedInTheFuture.

    The same form with the same words sent again is answered with the first letter.
    """
    envelope = _Envelope(author, form_token, language, channel, entered_by, received_at, late_reason)
    voices = [Voice(text=said.text, reasons=said.reasons, topic=said.topic) for said in proposals]
    return _record(consultation, VoiceKind.PROPOSAL, envelope, voices, at=at)


@transaction.atomic
def submit_remarks(
    consultation: Consultation,
    *,
    author: Author,
    remarks: Sequence[RemarkText],
    form_token: str,
    at: datetime,
    language: str = "pl",
    channel: Channel = Channel.PORTAL,
    entered_by: User | None = None,
    received_at: datetime | None = None,
    late_reason: str = "",
) -> Submission:
    """Record one letter of remarks. Raises as submit_proposal does, and NotUnderConsultation."""
    envelope = _Envelope(author, form_token, language, channel, entered_by, received_at, late_reason)
    shown = {version.pk for version in versions_under_remark(consultation)}
    return _record(consultation, VoiceKind.REMARK, envelope, [_remark(said, shown) for said in remarks], at=at)


@dataclass(frozen=True)
class _Envelope:
    author: Author
    form_token: str
    language: str
    channel: Channel
    entered_by: User | None
    # As given; None for a letter that comes now.
    received_at: datetime | None
    late_reason: str

    def token(self, consultation: Consultation, kind: VoiceKind, voices: Sequence[Voice]) -> str:
        author = (self.author.name, self.author.email, self.author.organization_name)
        words = [
            (voice.text, voice.proposed_wording, voice.reasons, voice.topic_id, voice.version_id, voice.provision_text_id)
            for voice in voices
        ]
        return token_of(self.form_token, kind, consultation.pk, author, self.channel, self.received_at, self.late_reason, words)


def _remark(said: RemarkText, shown: set[int]) -> Voice:
    version, place = said.version, said.provision_text
    if version.pk not in shown or (place and place.version_id != version.pk):
        raise NotUnderConsultation
    return Voice(
        version=version,
        provision_text=place,
        quote=quote_of(place) if place else "",
        proposed_wording=said.proposed_wording,
        text=said.text,
        reasons=said.reasons,
        topic=said.topic,
    )


def _record(
    consultation: Consultation, kind: VoiceKind, envelope: _Envelope, voices: Sequence[Voice], *, at: datetime
) -> Submission:
    # Numbers have no gaps: letters to one consultation are recorded one after another.
    Consultation.objects.select_for_update(no_key=True).get(pk=consultation.pk)
    token = envelope.token(consultation, kind, voices)
    if repeated := Submission.objects.filter(form_token=token).first():
        return repeated
    received_at = envelope.received_at or at
    is_late = _is_late(consultation, ACTION_OF[kind], envelope, received_at, at)
    submission = Submission.objects.create(
        consultation=consultation,
        name=envelope.author.name,
        email=envelope.author.email,
        organization=envelope.author.organization,
        organization_name=envelope.author.organization_name,
        language=envelope.language,
        channel=envelope.channel,
        received_at=received_at,
        entered_by=envelope.entered_by,
        late_reason=envelope.late_reason if is_late else "",
        form_token=token,
    )
    last: int = consultation.voices.filter(kind=kind).aggregate(last=Max("number"))["last"] or 0
    for number, voice in enumerate(voices, last + 1):
        voice.consultation, voice.submission, voice.kind, voice.number = consultation, submission, kind, number
        voice.original = {"text": voice.text, "proposed_wording": voice.proposed_wording, "reasons": voice.reasons}
    _owe("submission_receipt", submission, Voice.objects.bulk_create(voices), at=at)
    return submission


def _is_late(consultation: Consultation, action: Action, envelope: _Envelope, received_at: datetime, at: datetime) -> bool:
    """Whether staff record it although no stage was open. Raises StageIsClosed, LateNeedsAReason, ReceivedInTheFuture."""
    if received_at > at:
        raise ReceivedInTheFuture
    by_staff = envelope.entered_by is not None and has_duty(envelope.entered_by, Duty.HANDLE_VOICES)
    # Only staff may say that a letter came earlier than it is entered.
    if _is_open(consultation, action, received_at if by_staff else at):
        return False
    if not by_staff:
        raise StageIsClosed(consultation, action, at)
    if not envelope.late_reason:
        raise LateNeedsAReason
    return True


def _is_open(consultation: Consultation, action: Action, at: datetime) -> bool:
    # The deadline may be moving at this moment: its row is held until we have written.
    return bool(consultation.stages.select_for_update().permitting(action, at).order_by("pk"))


@transaction.atomic
def confirm_submission(submission: Submission, *, at: datetime) -> None:
    """The link in the letter was answered: the address is the author's. Also after the deadline; a second time is harmless."""
    if Submission.objects.filter(pk=submission.pk, email_confirmed_at=None).update(email_confirmed_at=at):
        account_for(submission.email, name=submission.name)
    submission.refresh_from_db(fields=["email_confirmed_at"])


@transaction.atomic
def edit_voice(
    voice: Voice, *, at: datetime, text: str = "", proposed_wording: str = "", reasons: str = "", topic: Topic | None = None
) -> None:
    """Replace the author's words; what was first received stays in `original`. Raises StageIsClosed, SubmissionIsWithdrawn.

    New words have to be released again.
    """
    submission = _lock_for_author(voice.submission, at)
    if submission.withdrawn_at:
        raise SubmissionIsWithdrawn
    voice.text, voice.proposed_wording, voice.reasons, voice.topic = text, proposed_wording, reasons, topic
    voice.edited_at, voice.released_at, voice.released_by = at, None, None
    voice.save(
        update_fields=["text", "proposed_wording", "reasons", "topic", "edited_at", "released_at", "released_by"],
    )
    public_changed(at=at)


@transaction.atomic
def withdraw_submission(submission: Submission, *, at: datetime) -> None:
    """Take the whole letter back. Its numbers are not given again. Raises StageIsClosed; a second time is harmless."""
    locked = _lock_for_author(submission, at)
    if locked.withdrawn_at is None:
        locked.withdrawn_at = at
        locked.save(update_fields=["withdrawn_at"])
        _owe("submission_withdrawn", locked, list(locked.voices.all()), at=at)
        public_changed(at=at)
    submission.withdrawn_at = locked.withdrawn_at


def _lock_for_author(submission: Submission, at: datetime) -> Submission:
    if not _is_open(submission.consultation, submission.action, at):
        raise StageIsClosed(submission.consultation, submission.action, at)
    return Submission.objects.select_for_update().get(pk=submission.pk)


@transaction.atomic
def release_voices(voices: Iterable[Voice], *, by: User, at: datetime, seen_at: datetime | None = None) -> int:
    """Show them to the public; how many were not shown before.

    What its author has withdrawn stays hidden, and so do words changed after `seen_at`, when staff were shown them.
    """
    chosen = Voice.objects.filter(pk__in=[voice.pk for voice in voices], released_at=None, submission__withdrawn_at=None)
    if seen_at:
        chosen = chosen.exclude(edited_at__gt=seen_at)
    released = chosen.update(released_at=at, released_by=by)
    if released:
        public_changed(at=at)
    return released


def _owe(kind: str, submission: Submission, voices: Sequence[Voice], *, at: datetime) -> None:
    if not submission.email:
        return
    with translation.override(submission.language):
        context: dict[str, object] = {
            "consultation": typeset(submission.consultation.title),
            "received": full_words(submission.received_at),
            "numbers": ", ".join(voice.signature for voice in voices),
            "voices": [_in_letter(voice) for voice in voices],
        }
    owe_letter(
        submission.email,
        kind=kind,
        occasion=f"{kind}:submission:{submission.pk}",
        at=at,
        context=context,
        language=submission.language,
        link=(Purpose.SUBMISSION, submission.pk),
    )


def _in_letter(voice: Voice) -> dict[str, str]:
    return {
        "signature": voice.signature,
        "kind": voice.kind,
        "place": voice.place,
        "topic": voice.topic.name if voice.topic else "",
        "quote": voice.quote,
        "proposed_wording": voice.proposed_wording,
        "text": voice.text,
        "reasons": voice.reasons,
    }
