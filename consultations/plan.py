"""Whether a plan leaves the law its days. Imports no model; what staff read about it is owed by plan_letters.py.

Sources: the act of 24 April 2003 on public benefit activity, text of Dz.U. 2024 poz. 1491. Art. 5a ust. 1: the council
adopts the annual program after consultation, by 30 November of the year before. Art. 5a ust. 3: the report on the past
year by 31 May. Art. 41i: the days of the council of public benefit, see events.py. Acts change: where the office reads
another day in the act, it follows the act and not this module.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from consultations.deadlines import last_day
from consultations.events import ADOPTING, EventKind, handed_for, opinion_ends
from consultations.stages import Kind

DAY = timedelta(days=1)
BEFORE_ADOPTION = frozenset(Kind) - {Kind.FOLLOW_UP}


class Law(StrEnum):
    ADOPTION = "adoption"  # by 30 November of the year before
    REPORT = "report"  # by 31 May of the year after
    UNREPORTED = "unreported"  # 31 May has passed
    OPINION = "opinion"  # the council of public benefit has 14 days
    UNHEARD = "unheard"  # the city council adopts after these days
    CONSULTED = "consulted"  # remarks are over before the program is adopted


@dataclass(frozen=True)
class Period:
    """A stage with dates, by its first and its last day."""

    name: str
    kind: Kind
    first: date
    last: date


@dataclass(frozen=True)
class Act:
    """A formal event: the day it was done on, else the planned one, else none yet."""

    name: str
    kind: EventKind
    day: date | None
    is_done: bool


@dataclass(frozen=True)
class Misfit:
    what: str  # the stage or the event
    law: Law
    days: int  # too late, or too few; 0 for what is not done at all, which is not counted anew each day
    fits_on: date  # the nearest day that would do


def misfits(periods: Iterable[Period], acts: Iterable[Act], *, first_year: int, last_year: int, today: date) -> list[Misfit]:
    """Where the plan of a program for these years breaks a term of the act; for an annual program the years are the same."""
    periods, acts = list(periods), list(acts)
    found = [*_late_reports(periods, acts, first_year, last_year, today), *_short_opinion(acts), *_late_remarks(periods, acts)]
    # A program for many years has no day in the act.
    return [*_late_adoption(periods, acts, first_year), *found] if first_year == last_year else found


def _late_adoption(periods: Iterable[Period], acts: Iterable[Act], year: int) -> list[Misfit]:
    by = date(year - 1, 11, 30)
    ends = [(one.name, one.last) for one in periods if one.kind in BEFORE_ADOPTION]
    # What is done cannot be planned otherwise.
    ends += [(name, day) for name, day, is_done in _on_days(acts, ADOPTING) if not is_done]
    return [Misfit(name, Law.ADOPTION, (day - by).days, by) for name, day in ends if day > by]


def _late_reports(
    periods: Iterable[Period], acts: Iterable[Act], first_year: int, last_year: int, today: date
) -> Iterable[Misfit]:
    """A program for many years is reported on each year: its reports are taken in the order of their days."""
    last_by = date(last_year + 1, 5, 31)
    for one in periods:
        if one.kind == Kind.FOLLOW_UP and one.last > last_by:
            yield Misfit(one.name, Law.REPORT, (one.last - last_by).days, last_by)
    reports = sorted((act for act in acts if act.kind == EventKind.ANNUAL_REPORT), key=lambda act: act.day or date.max)
    for after, act in enumerate(reports, first_year + 1):
        by = min(date(after, 5, 31), last_by)
        if act.is_done:
            continue
        if today > by:
            yield Misfit(act.name, Law.UNREPORTED, 0, by)
        elif act.day and act.day > by:
            yield Misfit(act.name, Law.REPORT, (act.day - by).days, by)


def _short_opinion(acts: Iterable[Act]) -> list[Misfit]:
    """From the day the draft is handed over to the opinion; to the session too, unless the opinion is there by then."""
    acts = list(acts)
    delivered = [day for _name, day, _is_done in _on_days(acts, [EventKind.HANDED_OVER])]
    given = [day for _name, day, is_done in _on_days(acts, [EventKind.OPINION]) if is_done]
    found = []
    # An opinion may be planned for the last of the days; nobody knows before their end that there will be none.
    for law, kinds, after in ((Law.OPINION, [EventKind.OPINION], 0 * DAY), (Law.UNHEARD, ADOPTING, DAY)):
        for name, day, is_done in _on_days(acts, kinds):
            handed = handed_for(day, delivered)
            if is_done or handed is None or any(handed <= one <= day for one in given):
                continue
            soonest = last_day(opinion_ends(handed)) + after
            if day < soonest:
                found.append(Misfit(name, law, (soonest - day).days, soonest))
    return found


def _late_remarks(periods: Sequence[Period], acts: Iterable[Act]) -> list[Misfit]:
    council = [one.first for one in periods if one.kind == Kind.COUNCIL]
    council += [day for _name, day, _is_done in _on_days(acts, ADOPTING)]
    if not council:
        return []
    before = min(council) - DAY
    remarks = (one for one in periods if one.kind == Kind.REMARKS)
    return [Misfit(one.name, Law.CONSULTED, (one.last - before).days, before) for one in remarks if one.last > before]


def _on_days(acts: Iterable[Act], kinds: Sequence[EventKind]) -> list[tuple[str, date, bool]]:
    """Those of these kinds that have a day: name, day, whether it is done."""
    return [(act.name, act.day, act.is_done) for act in acts if act.kind in kinds and act.day]
