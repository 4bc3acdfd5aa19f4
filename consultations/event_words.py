"""Formal events in words: their day, what the portal knows of them by itself, and why days end when they do."""

from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext as _

from consultations import deadlines
from consultations.events import OPINION_DAYS, EventKind, opinion_ends
from consultations.models import FormalEvent, Stage


def fact_words(event: FormalEvent, at: datetime) -> str:
    """Empty when there is nothing to add. The consultation of the event comes with its events loaded."""
    if event.kind == EventKind.HANDED_OVER and event.done_on:
        last = opinion_ends(event.done_on)
        if at < last:
            words = _("The council of public benefit has 14 days for its opinion, %(until)s.")
            moved = deadlines.why_moved(event.done_on, OPINION_DAYS, at)
            return " ".join(filter(None, (words % {"until": deadlines.until_words(last, at)}, moved)))
    if event.kind == EventKind.OPINION and (ends_at := event.opinion_ends_at):
        return _of_opinion(event, ends_at, at)
    return ""


def is_overdue(event: FormalEvent, at: datetime) -> bool:
    """An opinion that nobody has recorded, although its days are over: it may be waived."""
    ends_at = event.opinion_ends_at
    return ends_at is not None and ends_at <= at and event.done_on is None


def moved_end_words(stage: Stage, at: datetime) -> str:
    """Why a stage that an act has opened ends later than the days that were announced; empty when it does not."""
    act = stage.after_event
    if not (act and act.done_on and stage.days_after) or stage.closes_at != deadlines.days_after(act.done_on, stage.days_after):
        return ""
    return deadlines.why_moved(act.done_on, stage.days_after, at)


def day_shown(event: FormalEvent, at: datetime) -> deadlines.Shown:
    """What was planned stands beside what was done."""
    day, done_on, planned_on = event.day, event.acted_on, event.planned_on
    if day is None:
        return deadlines.Shown(_("date to be announced"))
    if done_on:
        planned = deadlines.day_words(planned_on, deadlines.moment(done_on)) if planned_on and planned_on != done_on else ""
        return deadlines.shown_day(day, at, _("planned: %(day)s") % {"day": planned} if planned else "")
    if planned_on is None:
        shown = deadlines.shown_day(day, at)
        return replace(shown, day=_("until %(day)s") % {"day": shown.day})
    # Its day has passed and nobody has recorded the act: say no more than we know.
    return deadlines.shown_day(day, at, _("planned") if day < deadlines.local_day(at) else "")


def _of_opinion(event: FormalEvent, ends_at: datetime, at: datetime) -> str:
    until, last = deadlines.until_words(ends_at, at), deadlines.day_words(deadlines.last_day(ends_at), at)
    if event.waived:
        return _("No opinion came in 14 days, %(until)s: by law the council of public benefit has waived it.") % {"until": until}
    if event.is_late:
        return _("The opinion came after its 14 days, which ended on %(day)s.") % {"day": last}
    if event.done_on:
        return ""
    if at < ends_at:
        return _("Due %(until)s: 14 days from the day the draft was handed over.") % {"until": until}
    return _("Its 14 days ended on %(day)s and no opinion is recorded.") % {"day": last}
