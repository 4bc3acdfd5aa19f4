"""Tables that people open in a spreadsheet. UTF-8 with its mark, semicolons and CRLF: what Polish Excel opens in columns."""

MARK = "\ufeff"
SEPARATOR = ";"
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(value: str) -> str:
    """Spreadsheets pass over spaces before the sign."""
    return f"'{value}" if value.lstrip(" ").startswith(STARTS_A_FORMULA) else value


def as_typed(value: str) -> str:
    """A harmless cell that comes back is what it was."""
    return value[1:] if value.startswith("'") and value[1:].lstrip(" ").startswith(STARTS_A_FORMULA) else value
