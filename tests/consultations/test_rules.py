"""When a rule writes: days on the calendar of Poland, hours as they pass."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from consultations.deadlines import last_day, local_day, moment
from consultations.rules import AUDIENCES, DEFAULT_RULES, UNFORESEEN, ReminderKind, When, due_at

WARSAW = ZoneInfo("Europe/Warsaw")
HALF_PAST_TWO = time(2, 30)

moments = st.datetimes(datetime(2024, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is given
clocks = st.times()


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("closes_on", "days", "clock", "due"),
    [
        # The clocks go back on 25 October 2026 and 31 October 2027, forward on 29 March 2026 and 28 March 2027.
        (date(2026, 10, 27), 3, time(9), utc(2026, 10, 24, 7)),
        (date(2026, 10, 27), 2, time(9), utc(2026, 10, 25, 8)),
        (date(2027, 11, 2), 3, time(9), utc(2027, 10, 30, 7)),
        (date(2027, 11, 2), 1, time(9), utc(2027, 11, 1, 8)),
        (date(2026, 3, 30), 3, time(9), utc(2026, 3, 27, 8)),
        (date(2026, 3, 30), 1, time(9), utc(2026, 3, 29, 7)),
        (date(2027, 3, 29), 2, time(9), utc(2027, 3, 27, 8)),
        (date(2027, 3, 29), 0, time(9), utc(2027, 3, 29, 7)),
        # 2.30 comes twice: the earlier.
        (date(2026, 10, 26), 1, HALF_PAST_TWO, utc(2026, 10, 25, 0, 30)),
        (date(2027, 11, 3), 3, HALF_PAST_TWO, utc(2027, 10, 31, 0, 30)),
        # 2.30 is skipped: it is 3.30.
        (date(2026, 3, 30), 1, HALF_PAST_TWO, utc(2026, 3, 29, 1, 30)),
        (date(2027, 3, 31), 3, HALF_PAST_TWO, utc(2027, 3, 28, 1, 30)),
    ],
)
def test_days_are_counted_on_the_calendar_to_a_time_of_the_clock(closes_on, days, clock, due):
    closes_at = moment(closes_on + timedelta(days=1))
    assert last_day(closes_at) == closes_on
    assert due_at(closes_at, closes_on, When(days=days, clock=clock)) == due


@pytest.mark.parametrize(
    ("at", "hours", "due"),
    [
        (utc(2026, 10, 25, 2, 30), 2, utc(2026, 10, 25, 0, 30)),  # 3.30 by the clock, three hours after 1.30 … 2.30
        (utc(2027, 10, 31, 2, 30), 3, utc(2027, 10, 30, 23, 30)),
        (utc(2026, 3, 29, 1, 30), 2, utc(2026, 3, 28, 23, 30)),
        (utc(2027, 3, 28, 1, 30), 1, utc(2027, 3, 28, 0, 30)),
    ],
)
def test_hours_are_counted_as_they_pass(at, hours, due):
    for given_in in (UTC, WARSAW):
        local = at.astimezone(given_in)
        assert due_at(local, local_day(at), When(hours=hours)) == due


@given(moments)
def test_without_days_and_hours_it_is_the_moment_itself(at):
    assert due_at(at, local_day(at), When()) == at


@given(moments, st.integers(0, 240))
def test_hours_are_exact_whatever_the_clocks_do(at, hours):
    local = at.astimezone(WARSAW)
    assert at - due_at(local, local_day(at), When(hours=hours)) == timedelta(hours=hours)


@given(moments, st.integers(0, 60), clocks)
@example(utc(2026, 10, 26, 23), 1, HALF_PAST_TWO)
@example(utc(2027, 3, 29, 22), 1, HALF_PAST_TWO)
def test_days_give_that_day_at_that_time_or_past_what_the_clocks_skip(at, days, clock):
    day = local_day(at)
    local = due_at(at, day, When(days=days, clock=clock)).astimezone(WARSAW)
    assert local.date() == day - timedelta(days=days)
    assert local.replace(tzinfo=None) - datetime.combine(local.date(), clock) in (timedelta(0), timedelta(hours=1))
    assert local.fold == 0


@given(moments, st.integers(1, 60), clocks)
def test_a_day_earlier_is_earlier_by_a_day_of_23_to_25_hours(at, days, clock):
    day = local_day(at)
    apart = due_at(at, day, When(days=days - 1, clock=clock)) - due_at(at, day, When(days=days, clock=clock))
    assert timedelta(hours=23) <= apart <= timedelta(hours=25)


def test_each_kind_has_a_default_and_somebody_to_write_to():
    assert set(DEFAULT_RULES) == set(AUDIENCES) == set(ReminderKind)
    assert all(AUDIENCES.values())
    assert all(DEFAULT_RULES[kind] == When() for kind in UNFORESEEN)
