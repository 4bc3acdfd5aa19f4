"""From a decision to the text: what is to change is proposed, joined by other voices, and made by the verbs of programs.

What somebody changed in the text itself is explained afterwards. A change without a voice needs a reason.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from consultations.actions.answers import VoiceIsWithdrawn
from consultations.actions.prospects import ChangeConflicts, ChangeRefused, ProvisionIsElsewhere, prospects, words_hash
from consultations.models import ChangeAction, Part, ProposedChange
from consultations.models.answers import TAKEN
from programs.actions import TextRefusal, VersionOfAnotherProgram, add_unit, edit_unit, load, remove_unit
from programs.actions.units import lock_unfrozen, set_words
from programs.freshness import public_changed
from programs.models import DraftVersion, Provision, ProvisionText
from programs.numbering import MisplacedUnit, OrderIsBroken, Unit

# What the verbs of this file raise, and those of programs that they call.
Refused = (ChangeRefused, VoiceIsWithdrawn, TextRefusal, MisplacedUnit, OrderIsBroken)


class PartIsNotTaken(ChangeRefused):
    in_words = _("Only what is taken into account, whole or in part, changes the text. Answer this voice so first.")


class VoiceIsAboutAnotherProgram(ChangeRefused):
    in_words = _("This voice came to the consultation of another program. Choose a provision of its own program.")


class ChangeNeedsAReason(ChangeRefused):
    in_words = _("A change without a voice needs a reason: write why the office makes it.")


class ReasonIsTooLong(ChangeRefused):
    in_words = _("A reason may have 1,000 characters. Shorten it.")


class BaseIsNotFrozen(ChangeRefused):
    in_words = _("Changes are proposed on a frozen version. Edit this one in its text, and say there why.")


class TableIsChangedInTheText(ChangeRefused):
    in_words = _("A table is changed cell by cell in the text itself. Do that first, and say then where it is.")


class NothingWouldChange(ChangeRefused):
    in_words = _("These are the words as they stand, or none at all. Write the new wording.")


class ProvisionIsUnknown(ChangeRefused):
    in_words = _("This provision stands neither in this version nor in an earlier one. Choose another.")


class ChangeIsDropped(ChangeRefused):
    in_words = _("This change was dropped. Propose it again if it is needed after all.")


class ChangeIsMade(ChangeRefused):
    def __init__(self, version: DraftVersion) -> None:
        super().__init__(version.pk)
        self.in_words = _("This change is made already, in version %(number)s.") % {"number": version.number}


@transaction.atomic
def propose_change(
    parts: Iterable[Part],
    *,
    on: ProvisionText,
    action: ChangeAction,
    heading: str = "",
    text: str = "",
    by: User,
    at: datetime,
) -> ProposedChange:
    """What decided voices are to change in the words `on` which they, or the office, look. The same words again: they join.

    Raises PartIsNotTaken, VoiceIsWithdrawn, VoiceIsAboutAnotherProgram, BaseIsNotFrozen, TableIsChangedInTheText,
    NothingWouldChange, TextIsTooLong.
    """
    change = _propose(on, action, heading, text, "", by=by, at=at)
    _join(change, parts)
    return change


@transaction.atomic
def record_own_change(
    *,
    on: ProvisionText,
    action: ChangeAction,
    heading: str = "",
    text: str = "",
    own_reason: str,
    by: User,
    at: datetime,
) -> ProposedChange:
    """What the office changes by itself. Raises ChangeNeedsAReason, and as propose_change does of the words."""
    own_reason = _as_reason(own_reason)
    if not own_reason:
        raise ChangeNeedsAReason
    return _propose(on, action, heading, text, own_reason, by=by, at=at)


@transaction.atomic
def join_change(change: ProposedChange, parts: Iterable[Part], *, by: User, at: datetime) -> None:
    """More voices want the same, also when it is made. Raises ChangeIsDropped, and as propose_change does of the parts."""
    (locked,) = _locked([change])
    if locked.discarded_at:
        raise ChangeIsDropped
    _join(locked, parts)
    public_changed(at=at)


@transaction.atomic
def leave_change(change: ProposedChange, parts: Iterable[Part], *, by: User, at: datetime) -> None:
    """These voices did not ask for it after all. Raises ChangeNeedsAReason when nothing would stand behind it."""
    (locked,) = _locked([change])
    locked.parts.remove(*parts)
    if not (locked.own_reason or locked.parts.exists()):
        raise ChangeNeedsAReason
    public_changed(at=at)


@transaction.atomic
def apply_change(
    change: ProposedChange,
    version: DraftVersion,
    *,
    heading: str | None = None,
    text: str | None = None,
    seen: str | None = None,
    by: User,
    at: datetime,
) -> ProposedChange:
    """Make it in the text of an unfrozen version.

    After a conflict, `heading` and `text` are what the official wrote out of the three wordings, and `seen` the hash of
    the present one that they had before them. Raises ChangeIsMade, ChangeIsDropped, ChangeNeedsAReason,
    VersionOfAnotherProgram, ProvisionIsElsewhere, ChangeConflicts, and what the verbs of programs raise.
    """
    (locked,) = _locked([change])
    _must_wait(locked)
    words = (locked.heading if heading is None else heading, locked.text if text is None else text)
    return _apply(locked, lock_unfrozen(version), *words, seen=seen or locked.base_hash, by=by, at=at)


@transaction.atomic
def apply_changes(
    changes: Iterable[ProposedChange], version: DraftVersion, *, by: User, at: datetime
) -> tuple[list[ProposedChange], list[ProposedChange]]:
    """Make those that nothing stands in the way of; (made, left). Raises VersionIsFrozen."""
    made, left = [], []
    locked, version = _locked(changes), lock_unfrozen(version)
    for change in locked:
        try:
            with transaction.atomic():
                _must_wait(change)
                made.append(_apply(change, version, change.heading, change.text, seen=change.base_hash, by=by, at=at))
        except Refused:
            left.append(change)
    return made, left


@transaction.atomic
def explain_change(
    version: DraftVersion,
    provision: Provision,
    *,
    parts: Iterable[Part] = (),
    own_reason: str = "",
    by: User,
    at: datetime,
) -> ProposedChange:
    """Say why a provision is in a version as it is, or is not in it any more; also when the version is frozen.

    Voices join those that are named already. Raises ChangeNeedsAReason, VersionOfAnotherProgram, ProvisionIsUnknown, and as
    propose_change does of the parts.
    """
    parts, own_reason = list(parts), _as_reason(own_reason)
    if not (parts or own_reason):
        raise ChangeNeedsAReason
    if provision.program_id != version.program_id:
        raise VersionOfAnotherProgram
    # Two people explain one provision: the second finds what the first has said.
    Provision.objects.select_for_update(no_key=True).get(pk=provision.pk)
    change = version.changes.filter(result=provision, own_reason=own_reason).first()
    if change is None:
        change = ProposedChange.objects.create(
            provision=provision,
            action=_what_was_done(version, provision),
            own_reason=own_reason,
            proposed_by=by,
            proposed_at=at,
            applied_in=version,
            applied_by=by,
            applied_at=at,
            result=provision,
        )
    _join(change, parts)
    public_changed(at=at)
    return change


@transaction.atomic
def discard_change(change: ProposedChange, *, why: str, by: User, at: datetime) -> None:
    """It will not be made. Raises ChangeNeedsAReason without `why`, ChangeIsMade; a second time is harmless."""
    why = _as_reason(why)
    if not why:
        raise ChangeNeedsAReason
    (locked,) = _locked([change])
    if locked.applied_in:
        raise ChangeIsMade(locked.applied_in)
    if locked.discarded_at is None:
        locked.discarded_at, locked.discarded_by, locked.discarded_why = at, by, why
        locked.save(update_fields=["discarded_at", "discarded_by", "discarded_why"])


def _as_reason(typed: str) -> str:
    """Raises ReasonIsTooLong."""
    reason = typed.replace("\x00", "").strip()
    if len(reason) > (ProposedChange._meta.get_field("own_reason").max_length or 0):
        raise ReasonIsTooLong
    return reason


def _propose(
    on: ProvisionText, action: ChangeAction, heading: str, text: str, own_reason: str, *, by: User, at: datetime
) -> ProposedChange:
    if not on.version.is_frozen:
        raise BaseIsNotFrozen
    if on.kind == Unit.TABLE and action != ChangeAction.REMOVE:
        raise TableIsChangedInTheText
    written = ProvisionText(kind=on.kind)
    if action != ChangeAction.REMOVE:
        set_words(written, heading=heading, text=text)
        if (written.heading, written.text) in {("", ""), (on.heading, on.text)}:
            raise NothingWouldChange
    # A form sent twice is one change.
    provision = Provision.objects.select_for_update(no_key=True).get(pk=on.provision_id)
    words = {"heading": written.heading, "text": written.text, "own_reason": own_reason}
    same = provision.changes.waiting().filter(base=on.version, action=action, **words).first()
    return same or ProposedChange.objects.create(
        provision=provision,
        action=action,
        base=on.version,
        base_hash=words_hash(load(on.version), on, action),
        proposed_by=by,
        proposed_at=at,
        **words,
    )


def _join(change: ProposedChange, parts: Iterable[Part]) -> None:
    wanted = Part.objects.filter(pk__in=[part.pk for part in parts])
    for part in wanted.select_related("current", "voice__submission", "voice__consultation"):
        if part.voice.submission.withdrawn_at:
            raise VoiceIsWithdrawn
        if part.current is None or not part.current.is_taken:
            raise PartIsNotTaken
        if not part.voice.consultation.programs.filter(pk=change.provision.program_id).exists():
            raise VoiceIsAboutAnotherProgram
    change.parts.add(*wanted)


def _locked(changes: Iterable[ProposedChange]) -> list[ProposedChange]:
    chosen = ProposedChange.objects.filter(pk__in=[change.pk for change in changes]).order_by("pk")
    # Without `applied_in`: who waits for the lock gets the row as it is then, but what is joined to it as it was before.
    return list(chosen.select_for_update(of=("self",)).select_related("provision"))


def _must_wait(change: ProposedChange) -> None:
    if change.applied_in:
        raise ChangeIsMade(change.applied_in)
    if change.discarded_at:
        raise ChangeIsDropped


def _apply(
    change: ProposedChange, version: DraftVersion, heading: str, text: str, *, seen: str, by: User, at: datetime
) -> ProposedChange:
    """`change` and `version` are locked."""
    if version.program_id != change.provision.program_id:
        raise VersionOfAnotherProgram
    behind_it = change.parts.filter(current__outcome__in=TAKEN, voice__submission__withdrawn_at=None)
    if not (change.own_reason or behind_it.exists()):
        raise ChangeNeedsAReason
    (prospect,) = prospects([change], version)
    unit = prospect.present
    if unit is None or prospect.is_gone:
        raise ProvisionIsElsewhere(prospect.base.citation, prospect.where)
    if prospect.would_overwrite(seen):
        raise ChangeConflicts(prospect)
    change.result_id = _carried_out(change, unit, heading, text, at=at)
    change.applied_in, change.applied_by, change.applied_at = version, by, at
    change.save(update_fields=["result", "applied_in", "applied_by", "applied_at"])
    return change


def _carried_out(change: ProposedChange, unit: ProvisionText, heading: str, text: str, *, at: datetime) -> UUID:
    """The identity of the provision that carries the change."""
    if change.action == ChangeAction.REMOVE:
        remove_unit(unit, at=at)
    elif change.action == ChangeAction.REWORD:
        edit_unit(unit, heading=heading, text=text, cells=unit.cells, at=at)
    else:
        kind, behind = Unit(unit.kind), _last_added(change, unit)
        unit = add_unit(unit.version, kind=kind, parent=unit.parent, after=behind, heading=heading, text=text, at=at)
    return unit.provision_id


def _last_added(change: ProposedChange, unit: ProvisionText) -> ProvisionText:
    """Units added behind one stand in the order in which they were proposed, whatever the order in which they come."""
    before = Q(proposed_at__lt=change.proposed_at) | Q(proposed_at=change.proposed_at, pk__lt=change.pk)
    added = unit.version.changes.filter(before, provision=change.provision, action=ChangeAction.ADD).values("result")
    return unit.version.texts.filter(parent=unit.parent_id, provision__in=added).order_by("rank").last() or unit


def _what_was_done(version: DraftVersion, provision: Provision) -> ChangeAction:
    """Raises ProvisionIsUnknown."""
    is_there = version.texts.filter(provision=provision).exists()
    was_there = provision.texts.filter(version__number__lt=version.number).exists()
    if not (is_there or was_there):
        raise ProvisionIsUnknown
    if not was_there:
        return ChangeAction.ADD
    return ChangeAction.REWORD if is_there else ChangeAction.REMOVE
