"""Dates of one year in another: whatever the dates, weekdays and order are kept, and nobody has to act on a free day."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from consultations import deadlines
from desk.blueprint.dates import (
    deadline,
    deadline_before,
    moved,
    shift,
    weeks_between,
    weeks_off_holidays,
    working_day,
    working_day_before,
)

YEARS = st.integers(2015, 2060)
MOMENTS = st.builds(
    deadlines.moment,
    st.dates(date(2014, 1, 1), date(2058, 12, 31)),
    st.sampled_from([time(0), time(9), time(16, 30), time(23, 59)]),
)


def wall(moment):
    return timezone.localtime(moment, timezone.get_default_timezone())


@given(MOMENTS, YEARS, YEARS)
def test_the_weekday_and_the_hour_are_kept_about_the_same_date(moment, from_year, to_year):
    later = shift(moment, from_year, to_year)
    assert (wall(later).weekday(), wall(later).time()) == (wall(moment).weekday(), wall(moment).time())
    years = timedelta(days=(date(to_year, 3, 1) - date(from_year, 3, 1)).days)
    # Half a week, and the day of a leap year between.
    assert abs(wall(later).date() - wall(moment).date() - years) <= timedelta(days=4)


@given(MOMENTS, MOMENTS, YEARS, YEARS)
def test_the_order_and_the_length_of_windows_are_kept(first, second, from_year, to_year):
    days = wall(second).date() - wall(first).date()
    one, other = shift(first, from_year, to_year), shift(second, from_year, to_year)
    assert wall(other).date() - wall(one).date() == days
    assert (first < second) == (one < other)


@given(MOMENTS, MOMENTS)
def test_the_days_of_deadlines_keep_their_order_and_never_come_sooner(first, second):
    first, second = sorted((first, second))
    assert deadlines.last_day(deadline(first)) <= deadlines.last_day(deadline(second))
    assert deadline(first) >= first
    assert deadlines.is_working(deadlines.last_day(deadline(first)))
    if deadlines.is_working(deadlines.last_day(first)):
        assert deadline(first) == first


@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=9)))
def test_a_deadline_before_a_start_stays_before_it_on_a_working_day(moment, ahead):
    found = deadline_before(moment, moment + ahead)
    assert found <= moment + ahead
    assert deadlines.is_working(deadlines.last_day(found))


@given(MOMENTS)
def test_people_meet_on_the_same_weekday_that_is_no_holiday(moment):
    weeks = weeks_off_holidays(moment)
    days = [wall(moved(moment, n)).date() for n in range(weeks + 1)]
    assert [deadlines.is_holiday(day) for day in days] == [True] * weeks + [False]
    assert {day.weekday() for day in days} == {wall(moment).weekday()}


@pytest.mark.parametrize(
    ("from_year", "to_year", "weeks"), [(2022, 2022, 0), (2022, 2023, 52), (2022, 2028, 313), (2028, 2022, -313)]
)
def test_weeks_between_two_years(from_year, to_year, weeks):
    assert weeks_between(from_year, to_year) == weeks


def test_the_clock_of_another_season_is_the_same_clock():
    summer = datetime(2026, 10, 20, 8, 0, tzinfo=UTC)
    assert moved(summer, 1) == datetime(2026, 10, 27, 9, 0, tzinfo=UTC)


def test_a_midnight_belongs_to_the_day_before():
    all_saints = deadlines.end_of(date(2027, 11, 1))
    assert deadline(all_saints) == deadlines.end_of(date(2027, 11, 2))
    assert deadline(deadlines.end_of(date(2027, 10, 29))) == deadlines.end_of(date(2027, 10, 29))
    # Saturday and Sunday before it are free as well.
    assert deadline(deadlines.end_of(date(2027, 10, 30))) == deadlines.end_of(date(2027, 11, 2))


def test_days_around_free_ones():
    assert [working_day(date(2027, 11, day)).day for day in (10, 11, 12, 13)] == [10, 12, 12, 15]
    assert [working_day_before(date(2027, 11, day)).day for day in (10, 11, 12, 13, 14)] == [10, 10, 12, 12, 12]
