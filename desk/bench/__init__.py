"""Measurements beside a baseline of the same run; nothing here asserts a clock. See bin/bench."""

from typing import NamedTuple


class Result(NamedTuple):
    measure: str
    found: float
    promised: float
    # What is promised is a least, not a most.
    is_floor: bool = False

    def __str__(self) -> str:
        kept = self.found >= self.promised if self.is_floor else self.found <= self.promised
        return f"{self.measure}: {self.found:.2f} against {self.promised:.2f}: {'ok' if kept else 'short'}"
