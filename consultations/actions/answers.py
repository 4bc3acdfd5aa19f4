"""What the office answers: a voice cut into parts, answers drafted, reviewed, approved, never rewritten.

Every verb decides under the locks of the letters and of its parts, each taken in the order of their keys: meanwhile no
author changes their words, and nobody else the answer. publication.py makes answers public.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Duty, duties_of, has_duty
from consultations.models import Decision, Note, Outcome, Part, Submission, Voice

# For the desk, whose language is the office's.
CUT_ANEW = "Głos podzielono inaczej po przygotowaniu odpowiedzi."


class AnswerRefused(Exception):
    """Why an answer cannot go on as asked; `in_words` says what to do."""

    in_words: str | Promise = ""


class ReasonsAreMissing(AnswerRefused):
    in_words = _("Write the reasons: only what is taken into account whole may go without them.")


class AnswerHasChanged(AnswerRefused):
    """Somebody else has answered this part since it was opened."""

    in_words = _(
        "Somebody has written another answer since you opened this page. Yours is kept below: compare them and save again."
    )


class VoiceHasChanged(AnswerRefused):
    """Its author has changed the voice since whoever answers it read it."""

    in_words = _(
        "The author has changed this voice since you opened it. Read it again: your answer is kept below; save it if it fits."
    )


class VoiceIsWithdrawn(AnswerRefused):
    in_words = _("The author has withdrawn this voice, so it needs no answer.")


class NothingToReview(AnswerRefused):
    in_words = _("No answer waits for approval here: it was approved or returned meanwhile, or has not been sent yet.")


class OwnAnswer(AnswerRefused):
    in_words = _("You drafted this answer, so somebody else has to approve it.")


class AnswerIsPublished(AnswerRefused):
    in_words = _("This answer is public already. Write the next one, and publish it as a correction.")


class PartIsAnswered(AnswerRefused):
    in_words = _("A part that has an answer cannot go, and one whose answer is public cannot change. Leave it; add other parts.")


class PartIsTooLong(AnswerRefused):
    in_words = _("One of the parts is longer than 20,000 characters. Cut it once more.")


class PartIsGone(AnswerRefused):
    in_words = _("This voice has been cut into other parts since you opened it. Your answer is kept: copy it where it fits.")


class PartIsNotSaid(AnswerRefused):
    """People would read beside the answer what its author has taken out of the voice."""

    in_words = _("The author has changed this voice, and it does not say the words of this part any more. Cut it anew first.")


class SayWhatToImprove(AnswerRefused):
    in_words = _("Write what to improve, so that whoever drafted the answer knows.")


class NoteIsEmpty(AnswerRefused):
    in_words = _("Write the note first.")


class NotYoursToAnswer(AnswerRefused):
    in_words = _(
        "This is not assigned to you or to your department, or not any more. "
        "Copy what you have typed, and ask the coordinator to assign it to you."
    )


class NotYoursToDecide(AnswerRefused):
    in_words = _("Your role drafts answers and sends them for approval. Ask a coordinator or a drafter to do this.")


@transaction.atomic
def cut_voice(voice: Voice, *, excerpts: Sequence[str], by: User, at: datetime) -> list[Part]:
    """One part for each excerpt, in the author's words; a single empty one makes the voice whole again.

    What was drafted for a part whose excerpt changes goes back to whoever drafted it. Raises PartIsAnswered when a part
    that has decisions would go, or one whose answer is public would change; PartIsTooLong, NotYoursToDecide.
    """
    _check_decides(by)
    wanted = [excerpt.replace("\r\n", "\n").strip() for excerpt in excerpts if excerpt.strip()] or [""]
    if any(len(excerpt) > (Part._meta.get_field("excerpt").max_length or 0) for excerpt in wanted):
        raise PartIsTooLong
    # A part that is being added has no row to lock yet, so the letter is held first.
    Submission.objects.select_for_update(no_key=True).get(pk=voice.submission_id)
    parts = _locked(voice.parts.all())
    for part in parts:
        if part.current and (part.position >= len(wanted) or (part.excerpt != wanted[part.position] and _is_public(part))):
            raise PartIsAnswered
    voice.parts.filter(position__gte=len(wanted)).delete()
    before = {part.position: part for part in parts}
    return [
        _recut(before.get(position) or Part(voice=voice, position=position), excerpt, by=by, at=at)
        for position, excerpt in enumerate(wanted)
    ]


def _is_public(part: Part) -> bool:
    return part.decisions.filter(published_at__isnull=False).exists()


def _recut(part: Part, excerpt: str, *, by: User, at: datetime) -> Part:
    if part.pk and part.excerpt == excerpt:
        return part
    part.excerpt = excerpt
    part.save()
    if part.current and not part.current.returned_at:
        part.current.returned_at, part.current.returned_by, part.current.returned_why = at, by, CUT_ANEW
        part.current.save(update_fields=["returned_at", "returned_by", "returned_why"])
    return part


@transaction.atomic
def draft_answer(
    part: Part, *, outcome: Outcome, reasons: str, seen: int, by: User, at: datetime, read_at: datetime | None = None
) -> Decision:
    """The next revision of an answer. `seen` is the revision that its author had before them, 0 for none; `read_at`, when
    they read the voice.

    Raises NotYoursToAnswer, ReasonsAreMissing, AnswerHasChanged, VoiceHasChanged, VoiceIsWithdrawn, PartIsGone. The same
    words again change nothing, whoever saves them: they stay the answer of who drafted them.
    """
    (locked,) = _to_answer([part], by)
    return _draft(locked, outcome=outcome, reasons=reasons, seen=seen, read_at=read_at, by=by, at=at)


@transaction.atomic
def answer_together(
    parts: Iterable[Part],
    *,
    outcome: Outcome,
    reasons: str,
    seen: dict[int, int],
    by: User,
    at: datetime,
    read_at: datetime | None = None,
) -> list[Decision]:
    """One answer to several parts: all get it or none. `seen` by the key of the part. Raises as draft_answer does."""
    return [
        _draft(part, outcome=outcome, reasons=reasons, seen=seen.get(part.pk, 0), read_at=read_at, by=by, at=at)
        for part in _to_answer(parts, by)
    ]


@transaction.atomic
def send_for_approval(part: Part, *, by: User, at: datetime, seen: int | None = None) -> None:
    """Raises NotYoursToAnswer, NothingToReview when there is no draft, AnswerHasChanged, VoiceIsWithdrawn, PartIsGone.

    Twice is harmless.
    """
    (locked,) = _to_answer([part], by)
    decision = locked.current
    if locked.voice.submission.withdrawn_at:
        raise VoiceIsWithdrawn
    if decision is None or decision.returned_at or decision.approved_at:
        raise NothingToReview
    if seen is not None and seen != decision.revision:
        raise AnswerHasChanged
    if decision.submitted_at is None:
        decision.submitted_at = at
        decision.save(update_fields=["submitted_at"])


@transaction.atomic
def approve_answers(parts: Iterable[Part], *, seen: dict[int, int], by: User, at: datetime) -> int:
    """Approve what waits for it; all or none. `seen` says by part which revision was read.

    Raises NotYoursToDecide, NothingToReview, AnswerHasChanged, AnswerIsPublished, OwnAnswer, VoiceIsWithdrawn, PartIsNotSaid,
    PartIsGone.
    """
    _check_decides(by)
    decisions = [_to_approve(part, seen.get(part.pk), by) for part in _locked(parts)]
    for decision in decisions:
        decision.approved_at, decision.approved_by = at, by
    Decision.objects.bulk_update(decisions, ["approved_at", "approved_by"])
    return len(decisions)


@transaction.atomic
def return_answer(part: Part, *, why: str, seen: int, by: User, at: datetime) -> None:
    """Ask for a better answer, also when this one is approved.

    Raises NotYoursToDecide, SayWhatToImprove, NothingToReview, AnswerHasChanged, AnswerIsPublished, PartIsGone.
    """
    _check_decides(by)
    if not why.strip():
        raise SayWhatToImprove
    (locked,) = _locked([part])
    decision = _in_review(locked, seen)
    decision.returned_at, decision.returned_by, decision.returned_why = at, by, why.strip()
    decision.save(update_fields=["returned_at", "returned_by", "returned_why"])


def add_note(voice: Voice, *, text: str, by: User, at: datetime) -> Note:
    """For whoever answers the voice or a part of it. Raises NoteIsEmpty, NotYoursToAnswer."""
    if not text.strip():
        raise NoteIsEmpty
    duties = duties_of(by)
    if Duty.HANDLE_VOICES not in duties and not (Duty.ANSWER_OWN in duties and voice.parts.given_to(by).exists()):
        raise NotYoursToAnswer
    return Note.objects.create(voice=voice, text=text.strip(), by=by, at=at)


def _draft(
    part: Part, *, outcome: Outcome, reasons: str, seen: int, read_at: datetime | None, by: User, at: datetime
) -> Decision:
    reasons, before = reasons.replace("\r\n", "\n").strip(), part.current
    if part.voice.submission.withdrawn_at:
        raise VoiceIsWithdrawn
    if read_at and part.voice.edited_at and part.voice.edited_at > read_at:
        raise VoiceHasChanged
    if outcome != Outcome.ACCEPTED and not reasons:
        raise ReasonsAreMissing
    if before and (before.outcome, before.reasons, before.returned_at) == (outcome, reasons, None):
        return before
    if seen != (before.revision if before else 0):
        raise AnswerHasChanged
    revision = before.revision + 1 if before else 1
    part.current = Decision.objects.create(
        part=part, revision=revision, outcome=outcome, reasons=reasons, drafted_by=by, drafted_at=at
    )
    part.save(update_fields=["current"])
    return part.current


def _in_review(part: Part, seen: int | None) -> Decision:
    """What was sent for approval. Raises NothingToReview, AnswerHasChanged, AnswerIsPublished."""
    decision = part.current
    if decision is None or decision.submitted_at is None or decision.returned_at:
        raise NothingToReview
    if decision.published_at:
        raise AnswerIsPublished
    if seen is not None and seen != decision.revision:
        raise AnswerHasChanged
    return decision


def _to_approve(part: Part, seen: int | None, by: User) -> Decision:
    """Raises as _in_review does, and OwnAnswer, VoiceIsWithdrawn, PartIsNotSaid."""
    if part.voice.submission.withdrawn_at:
        raise VoiceIsWithdrawn
    if part.voice.edited_at and not part.is_quoted:
        raise PartIsNotSaid
    decision = _in_review(part, seen)
    if decision.approved_at:
        raise NothingToReview
    if decision.drafted_by_id == by.pk:
        raise OwnAnswer
    return decision


def _check_decides(by: User) -> None:
    """Raises NotYoursToDecide."""
    if not has_duty(by, Duty.HANDLE_VOICES):
        raise NotYoursToDecide


def _to_answer(parts: Iterable[Part], by: User) -> list[Part]:
    """Locked. Raises PartIsGone, and NotYoursToAnswer when one of them is not given to somebody who answers their own."""
    locked, duties = _locked(parts), duties_of(by)
    if Duty.HANDLE_VOICES in duties:
        return locked
    keys = [part.pk for part in locked]
    # Asked under the lock: meanwhile nobody assigns them otherwise.
    if Duty.ANSWER_OWN not in duties or Part.objects.filter(pk__in=keys).given_to(by).count() < len(keys):
        raise NotYoursToAnswer
    return locked


def _locked(parts: Iterable[Part]) -> list[Part]:
    """As they are now, in the order of their keys. Raises PartIsGone when the voice of one has been cut anew."""
    keys = sorted({part.pk for part in parts})
    chosen = Part.objects.filter(pk__in=keys).order_by("pk")
    letters = Submission.objects.filter(pk__in=chosen.order_by().values("voice__submission"))
    list(letters.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    list(chosen.select_for_update(no_key=True).values_list("pk"))
    # Read after the wait: a row that was locked brings its neighbors as they were before it.
    locked = list(chosen.select_related("current", "voice__submission"))
    if len(locked) < len(keys):
        raise PartIsGone
    return locked
