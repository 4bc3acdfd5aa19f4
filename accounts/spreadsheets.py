"""Tables that people open in a spreadsheet. UTF-8 with its mark, semicolons and CRLF: what Polish Excel opens in columns."""

from django.db.models import TextChoices

MARK = "\ufeff"
SEPARATOR = ";"
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(value: str) -> str:
    """Spreadsheets pass over spaces before the sign."""
    return f"'{value}" if value.lstrip(" ").startswith(STARTS_A_FORMULA) else value


def as_typed(value: str) -> str:
    """A harmless cell that comes back is what it was."""
    return value[1:] if value.startswith("'") and value[1:].lstrip(" ").startswith(STARTS_A_FORMULA) else value


class Unreadable(Exception):
    """Of a table that somebody puts up. The label of the reason is its sentence; `named` is what that speaks of."""

    def __init__(self, reason: TextChoices, named: str = "") -> None:
        super().__init__(reason, named)
        self.reason = reason
        self.named = named

    @property
    def in_words(self) -> str:
        return str(self.reason.label) % {"named": self.named}
