"""What the coordinator does to the process: consultations, stages, topics; events.py has the formal events.

Each verb writes in one transaction under the consultation's lock, so that two officials cannot make two stages of
one kind overlap, and a published date cannot move without a word why.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.letters import withdraw_letters
from accounts.models import User
from consultations.actions.rules import add_default_rules
from consultations.models import Consultation, DateChange, FormalEvent, Stage, Topic
from consultations.rules import STAGES
from consultations.stages import ShownAs
from programs.freshness import mark_boundaries, public_changed
from programs.models import Program

Window = tuple[datetime | None, datetime | None]


class ScheduleRefused(Exception):
    """Why a date cannot be as asked; `in_words` says what to do."""

    in_words: str | Promise = ""


class WindowIsWrong(ScheduleRefused):
    in_words = gettext_lazy("Give both dates, the opening first, or neither.")


class ActIsMissing(ScheduleRefused):
    in_words = gettext_lazy("Say which act opens this stage and how many days it lasts.")


class ReasonIsMissing(ScheduleRefused):
    in_words = gettext_lazy("This date is published: say in a sentence why it moves. People will read it beside the old date.")


class StagesOverlap(ScheduleRefused):
    def __init__(self, other: Stage) -> None:
        super().__init__(other.pk)
        words = _("In these days “%(stage)s”, a stage of the same kind, is open. Move one of them.")
        self.in_words = words % {"stage": other.name}


class PeopleHaveReadIt(ScheduleRefused):
    in_words = gettext_lazy("The public has seen this entry: change its words or move its date, it cannot be removed.")


class ConsultationIsNotReady(ScheduleRefused):
    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__(*missing)
        self.in_words = " ".join(missing)


@transaction.atomic
def create_consultation(
    *,
    title: str,
    slug: str,
    programs: Sequence[Program],
    contact_email: str,
    at: datetime,
    lead: str = "",
    host: str = "",
    co_hosts: str = "",
    phone: str = "",
) -> Consultation:
    """Nobody outside sees it before publish_consultation."""
    consultation = Consultation.objects.create(
        title=title, slug=slug, contact_email=contact_email, lead=lead, host=host, co_hosts=co_hosts, phone=phone
    )
    consultation.programs.set(programs)
    add_default_rules(consultation, at=at)
    public_changed(at=at)
    return consultation


@transaction.atomic
def edit_consultation(
    consultation: Consultation,
    *,
    title: str,
    lead: str,
    host: str,
    co_hosts: str,
    phone: str,
    contact_email: str,
    programs: Sequence[Program],
    at: datetime,
) -> Consultation:
    """Everything but the address, which people have bookmarked."""
    lock(consultation)
    Consultation.objects.filter(pk=consultation.pk).update(
        title=title, lead=lead, host=host, co_hosts=co_hosts, phone=phone, contact_email=contact_email
    )
    consultation.refresh_from_db()
    consultation.programs.set(programs)
    public_changed(at=at)
    return consultation


@transaction.atomic
def publish_consultation(consultation: Consultation, *, by: User, at: datetime) -> Consultation:
    """From now on everybody sees it, and its dates move only with a reason. Raises ConsultationIsNotReady."""
    locked = lock(consultation)
    missing = []
    if not locked.programs.exists():
        missing.append(_("Say which program is consulted."))
    if not locked.stages.filter(opens_at__isnull=False).exists():
        missing.append(_("Add at least one stage with dates."))
    if missing:
        raise ConsultationIsNotReady(missing)
    if not locked.is_published(at):
        locked.published_at = at
        locked.save(update_fields=["published_at"])
        public_changed(at=at)
    consultation.published_at = locked.published_at
    return consultation


@transaction.atomic
def add_stage(
    consultation: Consultation,
    *,
    kind: str,
    name: str,
    by: User | None,
    at: datetime,
    description: str = "",
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
    shown_as: str = ShownAs.FROM_TO,
    after_event: FormalEvent | None = None,
    days_after: int | None = None,
    position: int = 0,
) -> Stage:
    """Raises WindowIsWrong, ActIsMissing, StagesOverlap."""
    stage = Stage(
        consultation=lock(consultation),
        kind=kind,
        name=name,
        description=description,
        opens_at=opens_at,
        closes_at=closes_at,
        shown_as=shown_as,
        after_event=after_event,
        days_after=days_after,
        position=position,
    )
    check_act(shown_as, after_event, days_after)
    check_window(stage, opens_at, closes_at)
    stage.save()
    mark_boundaries(_owner(stage), [opens_at, closes_at], at=at)
    return stage


@transaction.atomic
def edit_stage(
    stage: Stage,
    *,
    name: str,
    description: str,
    shown_as: str,
    after_event: FormalEvent | None,
    days_after: int | None,
    position: int,
    by: User,
    at: datetime,
) -> Stage:
    """The words of a stage; its dates move by move_stage alone. Raises ActIsMissing."""
    lock(stage.consultation)
    check_act(shown_as, after_event, days_after)
    stage.name, stage.description, stage.position = name, description, position
    stage.shown_as, stage.after_event, stage.days_after = shown_as, after_event, days_after
    stage.save(update_fields=["name", "description", "position", "shown_as", "after_event", "days_after"])
    public_changed(at=at)
    return stage


@transaction.atomic
def move_stage(
    stage: Stage, *, opens_at: datetime | None, closes_at: datetime | None, reason: str, by: User | None, at: datetime
) -> Stage:
    """Raises WindowIsWrong, StagesOverlap, ReasonIsMissing. The same dates again change nothing."""
    # What was published since the stage was read counts.
    stage.consultation = consultation = lock(stage.consultation)
    stage.refresh_from_db(fields=["opens_at", "closes_at"])
    old: Window = (stage.opens_at, stage.closes_at)
    if old == (opens_at, closes_at):
        return stage
    check_window(stage, opens_at, closes_at)
    if needs_reason(stage, opens_at, closes_at, at):
        if not reason.strip():
            raise ReasonIsMissing
        for field, was, becomes in (("opens_at", old[0], opens_at), ("closes_at", old[1], closes_at)):
            note_change(consultation, stage, field=field, old=was, new=becomes, reason=reason, by=by, at=at)
    stage.opens_at, stage.closes_at = opens_at, closes_at
    stage.save(update_fields=["opens_at", "closes_at"])
    for kind in STAGES:
        withdraw_letters(f"{kind}:{_owner(stage)}", at=at)
    mark_boundaries(_owner(stage), [opens_at, closes_at], at=at)
    return stage


@transaction.atomic
def remove_from_plan(entry: Stage | FormalEvent, *, at: datetime) -> None:
    """Only while the consultation is being planned. Raises PeopleHaveReadIt."""
    if lock(entry.consultation).is_published(at):
        raise PeopleHaveReadIt
    owner = _owner(entry) if isinstance(entry, Stage) else ""
    entry.delete()
    if owner:
        mark_boundaries(owner, [], at=at)


@transaction.atomic
def add_topic(consultation: Consultation, *, name: str, at: datetime, description: str = "", position: int = 0) -> Topic:
    topic = Topic.objects.create(consultation=lock(consultation), name=name, description=description, position=position)
    public_changed(at=at)
    return topic


@transaction.atomic
def edit_topic(topic: Topic, *, name: str, description: str, position: int, at: datetime) -> Topic:
    lock(topic.consultation)
    topic.name, topic.description, topic.position = name, description, position
    topic.save(update_fields=["name", "description", "position"])
    public_changed(at=at)
    return topic


def needs_reason(stage: Stage, opens_at: datetime | None, closes_at: datetime | None, at: datetime) -> bool:
    """Whether the public has read other dates than these. A first date is news, not a move."""
    old: Window = (stage.opens_at, stage.closes_at)
    return stage.consultation.is_published(at) and old != (None, None) and old != (opens_at, closes_at)


def check_window(stage: Stage, opens_at: datetime | None, closes_at: datetime | None) -> None:
    """Raises WindowIsWrong, StagesOverlap. Forms ask too, so that the answer stands beside the field."""
    if opens_at is None and closes_at is None:
        return
    if opens_at is None or closes_at is None or opens_at >= closes_at:
        raise WindowIsWrong
    of_kind = Stage.objects.filter(consultation=stage.consultation, kind=stage.kind).exclude(pk=stage.pk)
    other = of_kind.overlapping(opens_at, closes_at).first()
    if other:
        raise StagesOverlap(other)


def check_act(shown_as: str, after_event: FormalEvent | None, days_after: int | None) -> None:
    """Raises ActIsMissing: days are counted from an act that has a name."""
    if shown_as == ShownAs.AFTER_ACT and (after_event is None or days_after is None):
        raise ActIsMissing


def lock(consultation: Consultation) -> Consultation:
    """The consultation and then its stages, in the order in which a visitor's letter holds them.

    All stages at once: after `public_changed` nothing more may be locked, and the desk calls several verbs in a row.
    """
    locked = Consultation.objects.select_for_update().get(pk=consultation.pk)
    list(locked.stages.select_for_update().order_by("pk").values_list("pk"))
    return locked


def _owner(stage: Stage) -> str:
    return f"stage:{stage.pk}"


def note_change(
    consultation: Consultation,
    thing: Stage | FormalEvent,
    *,
    field: str,
    old: datetime | None,
    new: datetime | None,
    reason: str,
    by: User | None,
    at: datetime,
) -> None:
    if old != new:
        change = DateChange(consultation=consultation, thing=thing, field=field, old=old, new=new, reason=reason, by=by, at=at)
        change.save()
