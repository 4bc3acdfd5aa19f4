"""What the coordinator does to formal events: planned, moved, recorded as done; an opinion that never came is waived."""

from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from consultations import deadlines
from consultations.actions.schedule import ReasonIsMissing, ScheduleRefused, lock, move_stage, note_change
from consultations.events import EventKind
from consultations.models import Consultation, Document, FormalEvent, Stage
from programs.freshness import public_changed


class ActIsNotDoneYet(ScheduleRefused):
    in_words = gettext_lazy("This day has not come yet: plan the act for it, and record it when it is done.")


class NothingToWaive(ScheduleRefused):
    in_words = gettext_lazy("Only an opinion of the council of public benefit that is not recorded can be waived.")


class DraftIsNotHandedOver(ScheduleRefused):
    in_words = gettext_lazy("Record first on which day the council of public benefit got the draft: its 14 days begin then.")


class OpinionMayStillCome(ScheduleRefused):
    def __init__(self, ends_at: datetime, at: datetime) -> None:
        super().__init__(ends_at)
        words = _("The council of public benefit may still give its opinion, %(until)s. Record the waiver after that day.")
        self.in_words = words % {"until": deadlines.until_words(ends_at, at)}


class WaiverIsOfAnOpinion(ScheduleRefused):
    in_words = gettext_lazy("This is recorded as a waived opinion, so it stays an opinion. Add another event for something else.")


@transaction.atomic
def add_event(
    consultation: Consultation,
    *,
    name: str,
    by: User | None,
    at: datetime,
    kind: str = EventKind.OTHER,
    planned_on: date | None = None,
    done_on: date | None = None,
    note: str = "",
    position: int = 0,
    link: str = "",
) -> FormalEvent:
    """Raises ActIsNotDoneYet."""
    check_done(done_on, at)
    locked = lock(consultation)
    event = FormalEvent.objects.create(
        consultation=locked,
        kind=kind,
        name=name,
        planned_on=planned_on,
        done_on=done_on,
        note=note,
        position=position,
        link=link,
    )
    _count_waivers_anew(locked, at)
    public_changed(at=at)
    return event


@transaction.atomic
def edit_event(
    event: FormalEvent,
    *,
    kind: str,
    name: str,
    note: str,
    position: int,
    link: str,
    document: Document | None,
    by: User | None,
    at: datetime,
) -> FormalEvent:
    """Its kind, words and document; its dates are set by record_event, move_event, waive_opinion. Raises WaiverIsOfAnOpinion."""
    consultation = lock(event.consultation)
    event.refresh_from_db(fields=["waived"])
    if event.waived and kind != EventKind.OPINION:
        raise WaiverIsOfAnOpinion
    event.kind, event.name, event.note, event.position = kind, name, note, position
    event.link, event.document = link, document
    event.save(update_fields=["kind", "name", "note", "position", "link", "document"])
    _count_waivers_anew(consultation, at)
    public_changed(at=at)
    return event


@transaction.atomic
def record_event(
    event: FormalEvent, *, done_on: date, by: User | None, at: datetime, opens_at: datetime | None = None
) -> FormalEvent:
    """The act was done: stages that wait for it get their dates, from `opens_at` or the midnight after the act.

    An opinion that came although it was taken for waived is an opinion, a late one. Raises ActIsNotDoneYet, WindowIsWrong,
    StagesOverlap; then nothing is recorded.
    """
    check_done(done_on, at)
    consultation = lock(event.consultation)
    event.done_on, event.waived = done_on, False
    event.save(update_fields=["done_on", "waived"])
    with translation.override(settings.LANGUAGE_CODE):
        day = deadlines.day_words(done_on, at)
        reason = _("The days are counted from the act “%(act)s” of %(day)s.") % {"act": event.name, "day": day}
    for stage, opens, closes in windows_after(event, done_on=done_on, opens_at=opens_at):
        move_stage(stage, opens_at=opens, closes_at=closes, reason=reason, by=by, at=at)
    _count_waivers_anew(consultation, at)
    public_changed(at=at)
    return event


@transaction.atomic
def waive_opinion(event: FormalEvent, *, by: User | None, at: datetime) -> FormalEvent:
    """No opinion came in its days: by law the council of public benefit has waived it (art. 41i ust. 2).

    It is done on the last of the days. A second time is harmless. Raises NothingToWaive, DraftIsNotHandedOver,
    OpinionMayStillCome.
    """
    event.consultation = lock(event.consultation)
    event.refresh_from_db(fields=["kind", "done_on", "waived"])
    if event.waived:
        return event
    if event.kind != EventKind.OPINION or event.done_on:
        raise NothingToWaive
    ends_at = event.opinion_ends_at
    if ends_at is None:
        raise DraftIsNotHandedOver
    if at < ends_at:
        raise OpinionMayStillCome(ends_at, at)
    event.done_on, event.waived = deadlines.last_day(ends_at), True
    event.save(update_fields=["done_on", "waived"])
    public_changed(at=at)
    return event


@transaction.atomic
def move_event(event: FormalEvent, *, planned_on: date | None, reason: str, by: User | None, at: datetime) -> FormalEvent:
    """Raises ReasonIsMissing. The same date again changes nothing."""
    consultation = lock(event.consultation)
    event.refresh_from_db(fields=["planned_on"])
    was = event.planned_on
    if was == planned_on:
        return event
    if was is not None and consultation.is_published(at):
        if not reason.strip():
            raise ReasonIsMissing
        old, new = deadlines.moment(was), deadlines.moment(planned_on) if planned_on else None
        note_change(consultation, event, field="planned_on", old=old, new=new, reason=reason, by=by, at=at)
    event.planned_on = planned_on
    event.save(update_fields=["planned_on"])
    public_changed(at=at)
    return event


def windows_after(
    event: FormalEvent, *, done_on: date, opens_at: datetime | None = None
) -> list[tuple[Stage, datetime, datetime]]:
    """Which stages the act opens, and the windows they would get: a preview before it is recorded."""
    opens = opens_at or deadlines.end_of(done_on)
    waiting = event.stages_it_opens.filter(days_after__isnull=False).select_related("consultation")
    return [(stage, opens, deadlines.days_after(done_on, stage.days_after or 0)) for stage in waiting]


def check_done(done_on: date | None, at: datetime) -> None:
    """Raises ActIsNotDoneYet."""
    if done_on is not None and done_on > timezone.localdate(at):
        raise ActIsNotDoneYet


def _count_waivers_anew(consultation: Consultation, at: datetime) -> None:
    """A delivery came, went or moved: a waiver moves with it, and is none if the council's days are not over by now."""
    for opinion in consultation.events.filter(waived=True):
        opinion.done_on, opinion.waived = None, False
        ends_at = opinion.opinion_ends_at
        if ends_at and ends_at <= at:
            opinion.done_on, opinion.waived = deadlines.last_day(ends_at), True
        opinion.save(update_fields=["done_on", "waived"])
