"""Dates of one year's process in another year. Imports no model.

Everything moves by one whole number of weeks, so weekdays, order and lengths stay as they were; then each date on which
somebody has to act gives way to a free day.
"""

from datetime import date, datetime, timedelta

from django.utils import timezone

from consultations import deadlines

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


def weeks_between(from_year: int, to_year: int) -> int:
    """The whole number of weeks that comes nearest, as counted from the last day for adopting to the other one."""
    return round((date(to_year - 1, 11, 30) - date(from_year - 1, 11, 30)) / WEEK)


def moved(moment: datetime, weeks: int) -> datetime:
    """By the same clock in Poland, whatever it shows in another season."""
    day = deadlines.local_day(moment) + weeks * WEEK
    return deadlines.moment(day, timezone.localtime(moment, timezone.get_default_timezone()).time())


def shift(moment: datetime, from_year: int, to_year: int) -> datetime:
    """The same hour of the same weekday, about the same date of the process for another year's program."""
    return moved(moment, weeks_between(from_year, to_year))


def working_day(day: date) -> date:
    """The day itself, else the next one that is neither a Saturday, a Sunday nor a holiday."""
    while not deadlines.is_working(day):
        day += DAY
    return day


def working_day_before(day: date) -> date:
    while not deadlines.is_working(day):
        day -= DAY
    return day


def on_day(moment: datetime, day: date) -> datetime:
    """What ends on `day` at the hour of `moment`; at its end, for what ends at midnight."""
    if deadlines.is_midnight(moment):
        return deadlines.end_of(day)
    return deadlines.moment(day, timezone.localtime(moment, timezone.get_default_timezone()).time())


def deadline(moment: datetime) -> datetime:
    """By which people must have acted: never on a free day."""
    return on_day(moment, working_day(deadlines.last_day(moment)))


def deadline_before(moment: datetime, start: datetime) -> datetime:
    """A deadline that has to come before something starts: moved on where there is time for it, else back."""
    later = deadline(moment)
    return later if later <= start else on_day(moment, working_day_before(deadlines.last_day(moment)))


def weeks_off_holidays(moment: datetime) -> int:
    """How many weeks later people can meet on that weekday. One who meets at a week-end has chosen it."""
    weeks, day = 0, deadlines.local_day(moment)
    while deadlines.is_holiday(day + weeks * WEEK):
        weeks += 1
    return weeks
