"""Counting of days and words for moments: the one place that turns a date into a deadline and a deadline into words.

Windows are half-open: what lasts "until 31 August" closes at the first moment of 1 September, and says so in words
by its last day. Words depend on the day `at` falls on, never on its hour, so a cached page stays true until midnight.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

import holidays
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext, pgettext, pgettext_lazy
from django.utils.translation import gettext as _

from consultations.stages import ShownAs

DAY = timedelta(days=1)
# From Monday on, in the case that "until" and "from" ask for in Polish: "do czwartku", "od czwartku".
WEEKDAYS = (
    pgettext_lazy("until this weekday", "Monday"),
    pgettext_lazy("until this weekday", "Tuesday"),
    pgettext_lazy("until this weekday", "Wednesday"),
    pgettext_lazy("until this weekday", "Thursday"),
    pgettext_lazy("until this weekday", "Friday"),
    pgettext_lazy("until this weekday", "Saturday"),
    pgettext_lazy("until this weekday", "Sunday"),
)


@lru_cache
def _free_days(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("PL", years=year))


def is_holiday(day: date) -> bool:
    return day in _free_days(day.year)


def is_working(day: date) -> bool:
    return day.weekday() < 5 and not is_holiday(day)


def moment(day: date, clock: time = time.min) -> datetime:
    """The moment a local calendar and clock show.

    A time that the clocks skip in spring moves on by the hour they skip; of a time that comes twice in autumn the
    later is meant, which is kind to people at a deadline. In UTC, since aware moments of one zone compare by the wall.
    """
    wall = datetime.combine(day, clock, timezone.get_default_timezone())
    return max(wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1))


def end_of(day: date) -> datetime:
    """When "until this day" closes: the first moment of the next one."""
    return moment(day + DAY)


def days_after(act: date, days: int) -> datetime:
    """When a term of so many days from an act closes.

    The day of the act does not count (KPA art. 57 § 1); an end on a Saturday, a Sunday or a statutory free day moves
    to the next working one (art. 57 § 4).
    """
    last = act + timedelta(days=days)
    while not is_working(last):
        last += DAY
    return end_of(last)


def why_moved(act: date, days: int, at: datetime) -> str:
    """Why such a term ends later than its count: “1 November is a holiday (All Saints' Day), so the end moves to 2 November.”

    Empty when it does not.
    """
    counted, last = act + timedelta(days=days), last_day(days_after(act, days))
    if counted == last:
        return ""
    free = ", ".join(free_words(counted + n * DAY, at) for n in range((last - counted).days))
    return _("%(free)s, so the end moves to %(end)s.") % {"free": free, "end": day_words(last, at)}


def free_words(day: date, at: datetime) -> str:
    """One day that is not a working one, and why."""
    language = "pl" if get_language() == "pl" else "en_US"
    if name := holidays.country_holidays("PL", years=day.year, language=language).get(day):
        return _("%(day)s is a holiday (%(name)s)") % {"day": day_words(day, at), "name": name}
    words = _("%(day)s is a Saturday") if day.weekday() == 5 else _("%(day)s is a Sunday")
    return words % {"day": day_words(day, at)}


# Of the same few moments dozens of times a page.
@lru_cache(maxsize=1024)
def local_day(at: datetime) -> date:
    return timezone.localtime(at, timezone.get_default_timezone()).date()


def last_day(closes_at: datetime) -> date:
    """The day people mean: the one before, for what closes at midnight."""
    return local_day(closes_at - timedelta.resolution)


def is_midnight(at: datetime) -> bool:
    return moment(local_day(at)) == at


def _in(value: date, pattern: str) -> str:
    """As date_format, which parses its pattern anew each time."""
    return _formatted(value, pattern, get_language())


@lru_cache(maxsize=1024)
def _formatted(value: date, pattern: str, language: str | None) -> str:
    return date_format(value, pattern)


def day_words(day: date, at: datetime) -> str:
    """As in “22 July”; with the year when it is not the present one."""
    if day.year == local_day(at).year:
        return _in(day, pgettext("date format", "j E"))
    return _in(day, pgettext("date format", "j E Y"))


def time_words(moment: datetime) -> str:
    """As in “2:00 p.m.”, in Polish „godz. 14.00”."""
    local = timezone.localtime(moment, timezone.get_default_timezone())
    return pgettext("time of day", "%(time)s") % {"time": _in(local, pgettext("time format", "g:i a"))}


def moment_words(moment: datetime, at: datetime) -> str:
    """As in “22 July, 2:00 p.m.”; the hour is said at midnight too."""
    return _("%(day)s, %(time)s") % {"day": day_words(local_day(moment), at), "time": time_words(moment)}


def full_words(moment: datetime) -> str:
    """With the year always, for what is kept: “22 July 2021, 10:42 a.m.”."""
    local = timezone.localtime(moment, timezone.get_default_timezone())
    day = _in(local, pgettext("date format", "j E Y"))
    return _("%(day)s, %(time)s") % {"day": day, "time": time_words(moment)}


def until_words(closes_at: datetime, at: datetime) -> str:
    """As in “until Thursday 22 July, 2:00 p.m.”; “until Tuesday 31 August” for what closes at midnight."""
    day = last_day(closes_at)
    words = _("until %(weekday)s %(day)s") % {"weekday": WEEKDAYS[day.weekday()], "day": day_words(day, at)}
    return words if is_midnight(closes_at) else _("%(day)s, %(time)s") % {"day": words, "time": time_words(closes_at)}


def from_words(opens_at: datetime, at: datetime) -> str:
    """As in “from Wednesday 14 July”, with the hour when it is not midnight."""
    day = local_day(opens_at)
    words = _("from %(weekday)s %(day)s") % {"weekday": WEEKDAYS[day.weekday()], "day": day_words(day, at)}
    return words if is_midnight(opens_at) else _("%(day)s, %(time)s") % {"day": words, "time": time_words(opens_at)}


def left_words(closes_at: datetime, at: datetime) -> str:
    """How long is left, in days that people count on a calendar; empty when it is over."""
    if closes_at <= at:
        return ""
    days = (last_day(closes_at) - local_day(at)).days
    if days == 0:
        return _("last day")
    if days == 1:
        return _("tomorrow is the last day")
    return ngettext("%(n)d day left", "%(n)d days left", days) % {"n": days}


def coming_words(opens_at: datetime, at: datetime) -> str:
    """How long until something begins; empty when it has begun."""
    if opens_at <= at:
        return ""
    days = (local_day(opens_at) - local_day(at)).days
    if days == 0:
        return _("today")
    if days == 1:
        return _("tomorrow")
    return ngettext("in %(n)d day", "in %(n)d days", days) % {"n": days}


@dataclass(frozen=True)
class Shown:
    """A date as a timeline shows it: the day, and in small letters the year when it is not the present one, and the hour."""

    day: str
    year: str = ""
    detail: str = ""

    def __str__(self) -> str:
        day = _("%(day)s %(year)s") % {"day": self.day, "year": self.year} if self.year else self.day
        return f"{day}, {self.detail}" if self.detail else day


def shown(shown_as: str, opens_at: datetime | None, closes_at: datetime | None, at: datetime) -> Shown:
    """The window of a stage in the way the coordinator chose to announce it."""
    if opens_at is None or closes_at is None:
        return Shown(_("date to be announced"))
    first, last = local_day(opens_at), last_day(closes_at)
    closing_hour = "" if is_midnight(closes_at) else time_words(closes_at)
    if shown_as == ShownAs.ON:
        return shown_day(first, at, "" if is_midnight(opens_at) else time_words(opens_at))
    if shown_as == ShownAs.UNTIL:
        until = shown_day(last, at, closing_hour)
        return replace(until, day=_("until %(day)s") % {"day": until.day})
    to_hour = _("to %(time)s") % {"time": closing_hour} if closing_hour else ""
    end = shown_day(last, at, to_hour)
    if first == last:
        return end
    if (first.year, first.month) == (last.year, last.month):
        return replace(end, day=f"{first.day}–{end.day}")
    # The year of the first day is said when it is not the last one's.
    return replace(end, day=f"{day_words(first, closes_at)} – {end.day}")


def shown_day(day: date, at: datetime, detail: str = "") -> Shown:
    words = _in(day, pgettext("date format", "j E"))
    return Shown(words, "" if day.year == local_day(at).year else str(day.year), detail)
