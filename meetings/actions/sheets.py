"""What a group writes down: its note sheet, saved by two people at once without loss, and its conclusions."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from consultations.actions import Author, ProposalText, release_voices, submit_proposal
from consultations.deadlines import local_day
from consultations.models import Channel, Submission
from meetings.actions.arranging import lock
from meetings.actions.refusals import ConclusionIsTaken, NoteConflict, NothingToTake, NotTheDay
from meetings.models import Conclusion, NoteRevision, WorkingGroup
from programs.freshness import public_changed

# Autosaves of one person within so long are one revision: the history is for reading.
ONE_SITTING = timedelta(minutes=5)


@transaction.atomic
def save_note(group: WorkingGroup, *, body: str, base: int, author: str, at: datetime, by_itself: bool = False) -> NoteRevision:
    """Save the sheet written upon revision `base`, 0 for an empty one. Raises NoteConflict if another one came since.

    What a page saves `by_itself` in one sitting is one revision; what somebody saves with the button is one of its own.
    The revision saved has a number higher than all before; the same text again changes nothing.
    """
    WorkingGroup.objects.select_for_update(no_key=True).get(pk=group.pk)
    newest = NoteRevision.objects.filter(group=group).first()
    if newest and newest.body == body:
        return newest
    if newest and newest.number != base:
        raise NoteConflict(newest)
    if newest and by_itself and _goes_on(newest, body=body, author=author, at=at):
        newest.number, newest.body, newest.at = newest.number + 1, body, at
        newest.save(update_fields=["number", "body", "at"])
        return newest
    number = newest.number + 1 if newest else 1
    return NoteRevision.objects.create(group=group, number=number, body=body, author=author, began_at=at, at=at)


def _goes_on(newest: NoteRevision, *, body: str, author: str, at: datetime) -> bool:
    """Whether this is the same sitting. What takes most of the text away stays apart: it may be a slip of the hand."""
    return newest.author == author and at - newest.began_at < ONE_SITTING and 2 * len(body) >= len(newest.body)


@transaction.atomic
def add_conclusion(group: WorkingGroup, *, text: str, reasons: str, author: str, at: datetime) -> Conclusion:
    """The same words sent twice are one conclusion."""
    WorkingGroup.objects.select_for_update(no_key=True).get(pk=group.pk)
    if repeated := group.conclusions.filter(text=text, reasons=reasons).first():
        return repeated
    last: int = group.conclusions.aggregate(last=Max("position"))["last"] or 0
    return Conclusion.objects.create(group=group, position=last + 1, text=text, reasons=reasons, author=author, at=at)


@transaction.atomic
def edit_conclusion(conclusion: Conclusion, *, text: str, reasons: str, author: str, at: datetime) -> Conclusion:
    """Raises ConclusionIsTaken."""
    conclusion = _locked(conclusion)
    conclusion.text, conclusion.reasons, conclusion.author, conclusion.at = text, reasons, author, at
    conclusion.save(update_fields=["text", "reasons", "author", "at"])
    return conclusion


@transaction.atomic
def drop_conclusion(conclusion: Conclusion) -> None:
    """Raises ConclusionIsTaken."""
    _locked(conclusion).delete()


def _locked(conclusion: Conclusion) -> Conclusion:
    conclusion = Conclusion.objects.select_for_update().get(pk=conclusion.pk)
    if conclusion.voice_id:
        raise ConclusionIsTaken
    return conclusion


@transaction.atomic
def take_conclusions(group: WorkingGroup, *, by: User, at: datetime, seen_at: datetime | None = None) -> Submission:
    """Make proposals of a group's conclusions, numbered in their order and public at once: staff have read them.

    What was written or corrected after `seen_at`, when staff were shown them, waits. Raises NotTheDay before the meeting,
    NothingToTake. The stage of proposals may be over: what was said at the meeting was said in time.
    """
    meeting, groups = lock(group.meeting_id)
    group = groups[group.pk]
    if at < meeting.starts_at:
        raise NotTheDay
    seen = group.conclusions.select_for_update(of=("self",)).filter(voice=None, at__lte=seen_at or at)
    waiting = list(seen.order_by("position", "pk"))
    if not waiting:
        raise NothingToTake(group)
    submission = _submitted(group, waiting, by=by, at=at)
    voices = list(submission.voices.order_by("number"))
    for conclusion, voice in zip(waiting, voices, strict=True):
        conclusion.voice = voice
    Conclusion.objects.bulk_update(waiting, ["voice"])
    release_voices(voices, by=by, at=at)
    public_changed(at=at)
    return submission


def _submitted(group: WorkingGroup, conclusions: Sequence[Conclusion], *, by: User, at: datetime) -> Submission:
    # Documents of the office are in Polish whatever the language of its desk.
    with translation.override("pl"):
        name = _("Group “%(group)s”") % {"group": group.name}
        late = _("Said at the meeting of %(day)s.") % {"day": f"{local_day(group.begins_at):%d.%m.%Y}"}
    return submit_proposal(
        group.meeting.consultation,
        author=Author(name=name[:150], email="", organization_name=name),
        proposals=[ProposalText(text=one.text, reasons=one.reasons, topic=group.topic) for one in conclusions],
        form_token="-".join(str(one.pk) for one in conclusions),
        channel=Channel.MEETING,
        entered_by=by,
        received_at=min(at, max(one.at for one in conclusions)),
        late_reason=late,
        at=at,
    )
