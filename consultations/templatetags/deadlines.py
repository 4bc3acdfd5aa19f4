"""Words for moments in templates. `at` is the moment the page was made: {{ meeting.signup_until|until:at }}."""

from datetime import date, datetime

from django import template

from consultations import deadlines

register = template.Library()


@register.filter
def until(closes_at: datetime, at: datetime) -> str:
    return deadlines.until_words(closes_at, at)


@register.filter
def left(closes_at: datetime, at: datetime) -> str:
    return deadlines.left_words(closes_at, at)


@register.filter
def day(value: datetime | date, at: datetime) -> str:
    """The local day alone: "22 July"."""
    return deadlines.day_words(deadlines.local_day(value) if isinstance(value, datetime) else value, at)


@register.filter
def moment(value: datetime, at: datetime) -> str:
    """The local day and the hour: "22 July, 4:30 p.m."."""
    return deadlines.moment_words(value, at)


@register.filter
def full_moment(value: datetime) -> str:
    return deadlines.full_words(value)
