import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from consultations import deadlines

Moment = str | dict[str, Any]


def working(day: date, step: timedelta = deadlines.DAY) -> date:
    while not deadlines.is_working(day):
        day += step
    return day


@dataclass(frozen=True)
class Calendar:
    """Moments of a data file: an ISO moment, or days from today with a local time.

    Days counted from today are working ones: a free day gives way to the next, or to the one before if it has passed.
    """

    today: date

    def at(self, value: Moment) -> datetime:
        if isinstance(value, str):
            return datetime.fromisoformat(value)
        return datetime.combine(self.day(value), time.fromisoformat(value["time"]), tzinfo=timezone.get_default_timezone())

    def moment(self, value: Moment | None) -> datetime | None:
        return None if value is None else self.at(value)

    def until(self, value: Moment | None) -> datetime | None:
        """What closes at midnight has the day before as its last day: that one is to be a working day."""
        if isinstance(value, dict) and value["time"] == "00:00":
            return deadlines.end_of(self.day({"days": value["days"] - 1}))
        return self.moment(value)

    def day(self, value: Moment) -> date:
        if isinstance(value, str):
            return date.fromisoformat(value)
        step = deadlines.DAY if value["days"] >= 0 else -deadlines.DAY
        return working(self.today + timedelta(days=value["days"]), step)

    @property
    def program_year(self) -> int:
        """The year that a program adopted at the end of the current cycle is for: the council adopts by 30 November."""
        session = self.day({"days": 78})
        return session.year + (1 if (session.month, session.day) <= (11, 30) else 2)

    def read(self, name: str) -> Any:
        """A data file, with {year} filled in."""
        text = (Path(__file__).parent / name).read_text(encoding="utf-8")
        return json.loads(text.replace('"{year}"', f'"{self.program_year}"').replace("{year}", str(self.program_year)))
