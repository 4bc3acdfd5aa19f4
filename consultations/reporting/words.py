"""Polish words for what is kept: every day with its year. Call with Polish active."""

from datetime import date, datetime

from django.utils.formats import date_format

from consultations.deadlines import full_words, is_midnight, last_day, local_day

UNKNOWN = "nie podano"


def day(value: date | None) -> str:
    return f"{date_format(value, 'j E Y')} r." if value else UNKNOWN


def moment(value: datetime | None) -> str:
    """With the hour."""
    return full_words(value) if value else UNKNOWN


def opening(value: datetime | None) -> str:
    """The day, and the hour when it is not midnight."""
    return UNKNOWN if value is None else day(local_day(value)) if is_midnight(value) else moment(value)


def closing(value: datetime | None) -> str:
    """The last day, and the hour when it is not midnight."""
    return UNKNOWN if value is None else day(last_day(value)) if is_midnight(value) else moment(value)


def plural(n: int, one: str, few: str, many: str) -> str:
    """1 uwaga, 3 uwagi, 12 uwag: with the number before the word."""
    if n == 1:
        return f"1 {one}"
    return f"{n} {few if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14) else many}"
