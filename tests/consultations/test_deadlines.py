"""Counting of days and words for deadlines: domain rules with their worked cases, both sides of each boundary."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from consultations import deadlines
from consultations.deadlines import days_after, end_of, is_working, last_day, left_words, local_day, moment, until_words

TICK = timedelta(microseconds=1)
DAYS = st.dates(min_value=date(2004, 1, 1), max_value=date(2060, 12, 31))


@pytest.fixture(autouse=True)
def in_polish():
    with translation.override("pl"):
        yield


def local(*numbers: int) -> datetime:
    return moment(date(*numbers[:3]), time(*numbers[3:]))


@pytest.mark.parametrize(
    ("act", "last"),
    [
        (date(2021, 11, 3), date(2021, 11, 17)),  # a plain fortnight
        (date(2021, 10, 18), date(2021, 11, 2)),  # 1 November is All Saints' Day
        (date(2021, 10, 20), date(2021, 11, 3)),
        (date(2021, 10, 23), date(2021, 11, 8)),  # ends on a Saturday
        (date(2021, 10, 28), date(2021, 11, 12)),  # 11 November is Independence Day
        (date(2025, 12, 10), date(2025, 12, 29)),  # Christmas Eve is free from 2025, then a week-end
    ],
)
def test_a_term_of_14_days_ends_on_the_working_day_that_the_law_says(act, last):
    assert days_after(act, 14) == end_of(last)
    assert last_day(days_after(act, 14)) == last


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (date(2021, 11, 3), ""),
        (date(2021, 10, 20), ""),
        (date(2021, 10, 18), "1 November is a holiday (All Saints' Day), so the end moves to 2 November."),
        (date(2021, 10, 23), "6 November is a Saturday, 7 November is a Sunday, so the end moves to 8 November."),
        (date(2021, 10, 28), "11 November is a holiday (National Independence Day), so the end moves to 12 November."),
        (
            date(2025, 12, 10),
            "24 December is a holiday (Christmas Eve), 25 December is a holiday (Christmas Day), 26 December is a holiday "
            "(Second Day of Christmas), 27 December is a Saturday, 28 December is a Sunday, so the end moves to 29 December.",
        ),
    ],
)
def test_why_a_term_of_14_days_ends_later_is_said_day_by_day(act, why):
    with translation.override("en"):
        assert deadlines.why_moved(act, 14, moment(act)) == why
    assert ("(Uroczystość Wszystkich Świętych)" in deadlines.why_moved(act, 14, moment(act))) is (act == date(2021, 10, 18))


def test_christmas_eve_was_a_working_day_before_2025():
    assert is_working(date(2024, 12, 24))
    assert not is_working(date(2025, 12, 24))


@given(act=DAYS, days=st.integers(0, 60))
def test_a_term_ends_on_the_first_working_day_not_before_its_count(act, days):
    last = last_day(days_after(act, days))
    counted = act + timedelta(days=days)
    assert last >= counted
    assert is_working(last)
    between = [counted + timedelta(days=n) for n in range((last - counted).days)]
    assert not any(map(is_working, between))


@given(day=DAYS)
def test_until_a_day_is_the_first_moment_of_the_next_and_says_that_day(day):
    closes_at = end_of(day)
    assert local_day(closes_at) == day + timedelta(days=1)
    assert local_day(closes_at - TICK) == day
    assert last_day(closes_at) == day
    assert deadlines.is_midnight(closes_at)


def test_until_30_september_closes_at_midnight_in_warsaw():
    assert end_of(date(2021, 9, 30)) == datetime(2021, 9, 30, 22, 0, tzinfo=UTC)
    assert end_of(date(2021, 10, 31)) == datetime(2021, 10, 31, 23, 0, tzinfo=UTC)  # winter time has begun


def test_a_time_that_the_clocks_skip_moves_on_by_an_hour():
    assert (
        moment(date(2027, 3, 28), time(2, 30))
        == moment(date(2027, 3, 28), time(3, 30))
        == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    )
    assert moment(date(2027, 3, 28), time(1, 59)) == datetime(2027, 3, 28, 0, 59, tzinfo=UTC)


def test_of_a_time_that_comes_twice_the_later_is_meant():
    assert moment(date(2026, 10, 25), time(2, 30)) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert moment(date(2026, 10, 25), time(1, 59)) == datetime(2026, 10, 24, 23, 59, tzinfo=UTC)
    assert moment(date(2026, 10, 25), time(3, 0)) == datetime(2026, 10, 25, 2, 0, tzinfo=UTC)


@given(day=DAYS, minutes=st.integers(0, 24 * 60 - 1))
def test_a_moment_reads_back_as_the_clock_it_was_given_unless_the_clocks_skip_it(day, minutes):
    clock = time(minutes // 60, minutes % 60)
    made = moment(day, clock)
    wall = made.astimezone(deadlines.timezone.get_default_timezone())
    if wall.replace(tzinfo=None) != datetime.combine(day, clock):
        assert wall.replace(tzinfo=None) == datetime.combine(day, clock) + timedelta(hours=1)


@pytest.mark.parametrize(
    ("closes_at", "words"),
    [
        (local(2021, 7, 22, 14), "do czwartku 22 lipca, godz. 14.00"),
        (local(2021, 7, 22, 9, 5), "do czwartku 22 lipca, godz. 9.05"),
        (end_of(date(2021, 8, 31)), "do wtorku 31 sierpnia"),
        (local(2021, 9, 1, 0, 1), "do środy 1 września, godz. 0.01"),
        (end_of(date(2021, 9, 6)), "do poniedziałku 6 września"),
        (end_of(date(2021, 9, 10)), "do piątku 10 września"),
        (end_of(date(2021, 9, 11)), "do soboty 11 września"),
        (end_of(date(2021, 9, 12)), "do niedzieli 12 września"),
        (end_of(date(2022, 1, 3)), "do poniedziałku 3 stycznia 2022 r."),
        (local(2022, 1, 3, 14), "do poniedziałku 3 stycznia 2022 r., godz. 14.00"),
    ],
)
def test_a_deadline_is_said_with_its_weekday_and_its_last_day(closes_at, words):
    assert until_words(closes_at, local(2021, 7, 1, 12)) == words


def test_a_deadline_in_english():
    with translation.override("en"):
        at = local(2021, 7, 1, 12)
        assert until_words(local(2021, 7, 22, 14), at) == "until Thursday 22 July, 2:00 p.m."
        assert until_words(end_of(date(2021, 8, 31)), at) == "until Tuesday 31 August"
        assert left_words(end_of(date(2021, 7, 4)), at) == "3 days left"
        assert left_words(end_of(date(2021, 7, 1)), at) == "last day"


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "ostatni dzień"),
        (1, "jutro ostatni dzień"),
        (2, "zostały 2 dni"),
        (3, "zostały 3 dni"),
        (5, "zostało 5 dni"),
        (12, "zostało 12 dni"),
        (22, "zostały 22 dni"),
        (25, "zostało 25 dni"),
        (102, "zostały 102 dni"),
        (112, "zostało 112 dni"),
    ],
)
def test_what_is_left_is_counted_in_days_of_the_calendar(days, words):
    at = local(2021, 7, 19, 10)
    assert left_words(end_of(date(2021, 7, 19) + timedelta(days=days)), at) == words
    assert left_words(moment(date(2021, 7, 19) + timedelta(days=days), time(14)), at) == words


def test_what_is_left_is_empty_from_the_closing_moment():
    closes_at = local(2021, 7, 22, 14)
    assert left_words(closes_at, closes_at - TICK) == "ostatni dzień"
    assert left_words(closes_at, closes_at) == ""


@given(day=DAYS, first=st.integers(0, 24 * 60 - 1), second=st.integers(0, 24 * 60 - 1), ahead=st.integers(1, 400))
def test_words_do_not_change_before_midnight(day, first, second, ahead):
    closes_at = moment(day + timedelta(days=ahead), time(14))
    one, other = (moment(day, time(minutes // 60, minutes % 60)) for minutes in (first, second))
    with translation.override("pl"):
        assert left_words(closes_at, one) == left_words(closes_at, other)
        assert until_words(closes_at, one) == until_words(closes_at, other)


def test_what_comes_is_said_in_days_of_the_calendar():
    at = local(2021, 7, 19, 23, 59)
    assert deadlines.coming_words(local(2021, 7, 20), at) == "jutro"
    assert deadlines.coming_words(local(2021, 7, 24), at) == "za 5 dni"
    assert deadlines.coming_words(at + TICK, at) == "dziś"
    assert deadlines.coming_words(at, at) == ""
    assert deadlines.from_words(local(2021, 7, 20), at) == "od wtorku 20 lipca"
    assert deadlines.from_words(local(2021, 7, 20, 12), at) == "od wtorku 20 lipca, godz. 12.00"


def test_moments_in_full():
    assert deadlines.full_words(local(2021, 9, 12, 10, 42)) == "12 września 2021 r., godz. 10.42"
    assert deadlines.moment_words(local(2021, 9, 12, 10, 42), local(2021, 1, 1)) == "12 września, godz. 10.42"
    assert deadlines.moment_words(local(2021, 9, 12, 10, 42), local(2022, 1, 1)) == "12 września 2021 r., godz. 10.42"


@pytest.mark.parametrize(
    ("shown_as", "opens_at", "closes_at", "day", "detail"),
    [
        ("on", local(2021, 7, 22, 16, 30), local(2021, 7, 22, 18, 30), "22 lipca", "godz. 16.30"),
        ("on", local(2021, 7, 4), end_of(date(2021, 7, 4)), "4 lipca", ""),
        ("until", local(2021, 7, 4), end_of(date(2021, 8, 31)), "do 31 sierpnia", ""),
        ("until", local(2021, 7, 4), local(2021, 8, 31, 14), "do 31 sierpnia", "godz. 14.00"),
        ("from_to", local(2021, 7, 4), end_of(date(2021, 7, 22)), "4–22 lipca", ""),
        ("from_to", local(2021, 7, 4), local(2021, 8, 2, 14), "4 lipca – 2 sierpnia", "do godz. 14.00"),
        ("from_to", local(2020, 12, 30), end_of(date(2021, 1, 10)), "30 grudnia 2020 r. – 10 stycznia", ""),
        ("from_to", local(2021, 7, 4), end_of(date(2021, 7, 4)), "4 lipca", ""),
        ("after_act", local(2021, 10, 20, 12), end_of(date(2021, 11, 3)), "20 października – 3 listopada", ""),
    ],
)
def test_a_window_is_shown_in_the_way_it_was_announced(shown_as, opens_at, closes_at, day, detail):
    assert deadlines.shown(shown_as, opens_at, closes_at, local(2021, 7, 1)) == deadlines.Shown(day, "", detail)
    assert deadlines.shown(shown_as, opens_at, closes_at, local(2026, 7, 1)) == deadlines.Shown(day, "2021", detail)


def test_a_window_without_dates_is_still_to_be_announced():
    assert deadlines.shown("until", None, None, local(2021, 7, 1)) == deadlines.Shown("termin podamy")
