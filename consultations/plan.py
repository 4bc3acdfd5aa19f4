"""Whether a plan leaves the law its days. Imports no model; what staff read about it is owed by plan_letters.py.

Sources: the act of 24 April 2003 on public benefit activity, text of Dz.U. 2024 poz. 1491. Art. 5a ust. 1: the council
adopts the annual program after consultation, by 30 November of the year before. Art. 5a ust. 3: the report on the past
year by 31 May. Art. 41i: the municipal council of public benefit has 14 days for its opinion from the day the draft
was delivered. Acts change: where the office reads another day in the act, it follows the act and not this module.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from consultations.stages import Kind

OPINION_DAYS = 14
# Formal events have names and no kinds: these stand in the name of the council of public benefit and of a session that adopts.
OF_PUBLIC_BENEFIT = "pożytku publicznego"
ADOPTING = ("sesja", "uchwal")
BEFORE_ADOPTION = frozenset(Kind) - {Kind.FOLLOW_UP}


class Law(StrEnum):
    ADOPTION = "adoption"  # by 30 November of the year before
    REPORT = "report"  # by 31 May of the year after
    OPINION = "opinion"  # 14 days for the council of public benefit
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
    """A formal event with a day: the one it was done on, else the planned one."""

    name: str
    day: date
    is_done: bool


@dataclass(frozen=True)
class Misfit:
    what: str  # the stage or the event
    law: Law
    days: int  # too late, or too few


def misfits(periods: Iterable[Period], acts: Sequence[Act], *, first_year: int, last_year: int) -> list[Misfit]:
    """Where the plan of a program for these years breaks a term of the act; for an annual program the years are the same."""
    periods = list(periods)
    adopted = [act for act in acts if any(word in act.name.lower() for word in ADOPTING)]
    found = [*_late_report(periods, last_year), *_short_opinion(acts, adopted), *_late_remarks(periods, adopted)]
    # A program for many years has no day in the act.
    return [*_late_adoption(periods, adopted, first_year), *found] if first_year == last_year else found


def _late_adoption(periods: Iterable[Period], adopted: Iterable[Act], year: int) -> list[Misfit]:
    by = date(year - 1, 11, 30)
    ends = [(one.name, one.last) for one in periods if one.kind in BEFORE_ADOPTION]
    # What is done cannot be planned otherwise.
    ends += [(act.name, act.day) for act in adopted if not act.is_done]
    return [Misfit(name, Law.ADOPTION, (day - by).days) for name, day in ends if day > by]


def _late_report(periods: Iterable[Period], year: int) -> list[Misfit]:
    by = date(year + 1, 5, 31)
    follow_up = (one for one in periods if one.kind == Kind.FOLLOW_UP)
    return [Misfit(one.name, Law.REPORT, (one.last - by).days) for one in follow_up if one.last > by]


def _short_opinion(acts: Sequence[Act], adopted: Sequence[Act]) -> list[Misfit]:
    """From the day the draft is handed over to the opinion, or to the session if no opinion is planned."""
    of_council = sorted((act for act in acts if OF_PUBLIC_BENEFIT in act.name.lower()), key=lambda act: act.day)
    if not of_council:
        return []
    handed, *answers = of_council
    # The day of delivery is not counted; an opinion that is given sooner is given.
    soonest = handed.day + timedelta(days=OPINION_DAYS)
    waited = [answers[-1]] if answers else [act for act in adopted if act.day >= handed.day]
    return [Misfit(act.name, Law.OPINION, (soonest - act.day).days) for act in waited if act.day < soonest and not act.is_done]


def _late_remarks(periods: Iterable[Period], adopted: Iterable[Act]) -> list[Misfit]:
    council = [one.first for one in periods if one.kind == Kind.COUNCIL] + [act.day for act in adopted]
    if not council:
        return []
    first = min(council)
    remarks = (one for one in periods if one.kind == Kind.REMARKS)
    return [Misfit(one.name, Law.CONSULTED, (one.last - first).days + 1) for one in remarks if one.last >= first]
