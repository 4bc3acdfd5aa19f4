"""What people say: received, changed by its author, withdrawn, released to the public."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.actions import account_for
from accounts.folding import folded
from accounts.letters import owe_letter
from accounts.models import Organization, User
from accounts.once import token_of
from accounts.roles import Duty, has_duty
from accounts.tokens import Purpose
from consultations.deadlines import from_words, full_words, until_words
from consultations.models import Channel, Consultation, Decision, Part, Submission, Topic, Voice, VoiceKind
from consultations.models.voices import ACTION_OF
from consultations.quotes import quote_of, versions_under_remark
from consultations.stages import Action, kinds_permitting
from programs.freshness import public_changed
from programs.models import DraftVersion, ProvisionText
from programs.typography import typeset

# For the desk, whose language is the office's.
AUTHOR_CHANGED = "Autor zmienił treść po przygotowaniu odpowiedzi."


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
    """On one provision of a frozen version, on a range of them that ends with `until_text`, or on the whole of it."""

    version: DraftVersion
    provision_text: ProvisionText | None = None
    until_text: ProvisionText | None = None
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


class RangeIsWrong(Exception):
    in_words = _("The range ends before it begins. Choose the last provision of the range after the first one.")


class SubmissionIsWithdrawn(Exception):
    in_words = _("This letter was withdrawn, so it cannot be changed. You can send a new one while the stage is open.")


class LetterIsAnswered(Exception):
    in_words = _("The answer to this letter is public, so its words stay as they were answered. You can send a new letter.")


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
    """Record one letter of remarks. Raises as submit_proposal does, NotUnderConsultation and RangeIsWrong."""
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
            (*_words_of(voice), voice.topic_id, voice.version_id, voice.provision_text_id, voice.until_text_id)
            for voice in voices
        ]
        return token_of(self.form_token, kind, consultation.pk, author, self.channel, self.received_at, self.late_reason, words)


def _remark(said: RemarkText, shown: set[int]) -> Voice:
    version, place, until = said.version, said.provision_text, said.until_text
    if version.pk not in shown or any(text and text.version_id != version.pk for text in (place, until)):
        raise NotUnderConsultation
    if until and (place is None or until.rank <= place.rank):
        raise RangeIsWrong
    return Voice(
        version=version,
        provision_text=place,
        until_text=until,
        quote=quote_of(place, until) if place else "",
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
        # "…" is three letters when it is folded.
        folded=folded(envelope.author.organization_name)[: Submission._meta.get_field("folded").max_length],
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
        voice.folded = folded(" ".join(_words_of(voice)))
    recorded = Voice.objects.bulk_create(voices)
    # A voice is answered whole until somebody cuts it.
    Part.objects.bulk_create([Part(voice=voice) for voice in recorded])
    _owe("submission_receipt", submission, recorded, at=at, change_note=_change_note(submission, at))
    return submission


def _words_of(voice: Voice) -> tuple[str, str, str]:
    return voice.text, voice.proposed_wording, voice.reasons


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
    if Submission.objects.filter(pk=submission.pk, email_confirmed_at=None, erased_at=None).update(email_confirmed_at=at):
        account_for(submission.email, name=submission.name)
    submission.refresh_from_db(fields=["email_confirmed_at"])


@transaction.atomic
def edit_voice(
    voice: Voice, *, at: datetime, text: str = "", proposed_wording: str = "", reasons: str = "", topic: Topic | None = None
) -> None:
    """Replace the author's words; what was first received stays in `original`.

    Raises StageIsClosed, LetterIsAnswered, SubmissionIsWithdrawn.
    New words have to be released again, and what was drafted for the old ones goes back to whoever drafted it. The same
    words again change nothing.
    """
    submission = _lock_for_author(voice.submission, at)
    if submission.withdrawn_at:
        raise SubmissionIsWithdrawn
    voice.refresh_from_db(fields=["text", "proposed_wording", "reasons", "topic"])
    if (*_words_of(voice), voice.topic_id) == (text, proposed_wording, reasons, topic and topic.pk):
        return
    voice.text, voice.proposed_wording, voice.reasons, voice.topic = text, proposed_wording, reasons, topic
    voice.folded = folded(" ".join(_words_of(voice)))
    voice.edited_at, voice.released_at, voice.released_by = at, None, None
    voice.save(
        update_fields=["text", "proposed_wording", "reasons", "folded", "topic", "edited_at", "released_at", "released_by"],
    )
    newest = Part.objects.filter(voice=voice).values("current")
    drafted = Decision.objects.filter(pk__in=newest, published_at=None, returned_at=None)
    drafted.update(returned_at=at, returned_by=None, returned_why=AUTHOR_CHANGED)
    public_changed(at=at)


@transaction.atomic
def withdraw_submission(submission: Submission, *, at: datetime) -> None:
    """Take the whole letter back. Its numbers are not given again. A second time is harmless.

    Raises StageIsClosed, LetterIsAnswered.
    """
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
    locked = Submission.objects.select_for_update().get(pk=submission.pk)
    # A second stage of the kind opens, or the first is prolonged, when what came before is answered in everybody's sight.
    if locked.is_answered:
        raise LetterIsAnswered
    return locked


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


def _change_note(submission: Submission, at: datetime) -> str:
    """Until when its author may change or withdraw it, in words; empty when no stage is open."""
    stage = submission.consultation.stages.permitting(submission.action, at).first()
    if not stage or not stage.closes_at:
        return ""
    with translation.override(submission.language):
        return gettext("You can change or withdraw it %(until)s.") % {"until": until_words(stage.closes_at, at)}


def _owe(kind: str, submission: Submission, voices: Sequence[Voice], *, at: datetime, **more: str) -> None:
    if not submission.email:
        return
    with translation.override(submission.language):
        context: dict[str, object] = {
            "consultation": typeset(submission.consultation.title),
            "received": full_words(submission.received_at),
            "numbers": ", ".join(voice.signature for voice in voices),
            "voices": [_in_letter(voice) for voice in voices],
            **more,
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
