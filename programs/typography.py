"""Polish typesetting of plain text, at display only: what is stored, searched and compared stays as typed.

Every rule puts one character in the place of one (a space, a straight quote or a hyphen) and reads
the old and the new character alike, so the rules can run in any order and any number of times.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

HARD_SPACE = "\u00a0"
_GAP = "[ \u00a0]"
_CAPITAL = "[A-ZĄĆĘŁŃÓŚŹŻ]"
_MONTHS = "stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia|września|października|listopada|grudnia"

# Between what a line may not end: what stands before the space, in one length each, and what after it.
_TOGETHER = [
    # "lit. a" is a letter, not a word: the line may end after it.
    ([rf"(?<!\w)(?<!(?i:lit\.){_GAP})[aiouwzAIOUWZ]"], r"\S"),
    (["§"], "[0-9]"),
    ([rf"(?<!\w)(?i:{unit})" for unit in ("art\\.|ust\\.|poz\\.", "pkt", "nr", "godz\\.")], r"[0-9]|[IVXLCDM]+(?!\w)"),
    ([r"(?<!\w)(?i:lit\.)"], r"z*[a-z](?!\w)"),
    ([r"(?<!\w)(?i:Dz\.)"], r"U(?:rz)?\."),
    (["(?<![0-9])[0-9]", "(?<![0-9])[0-9]{2}"], rf"(?i:{_MONTHS})(?!\w)"),
    (["(?<![0-9])[0-9]{4}"], r"(?i:r\.)"),
    (["[0-9]"], r"(?:%|zł|gr|mln|mld|tys\.)(?!\w)"),
    (["mln|mld", r"tys\."], r"zł(?!\w)"),
    ([rf"(?<!\w){_CAPITAL}\."], _CAPITAL),
]
# Each pattern begins with the character that it is about, so that a search passes quickly over all others.
_BREAK = re.compile(
    " (?:" + "|".join(rf"(?={after})(?:{'|'.join(f'(?<=(?:{one}) )' for one in before)})" for before, after in _TOGETHER) + ")"
)
_THOUSANDS = re.compile(rf"[0-9](?<![0-9]{{2}})[0-9]{{0,2}}(?:{_GAP}[0-9]{{3}})+(?![0-9])")
_PHONE_OR_RANGE = re.compile(
    rf"(?P<phone>(?<!\w)(?i:tel\.){_GAP}[+(]?[0-9](?:[0-9() \u00a0–-]*[0-9])?)"
    r'|(?<![^\s("„”§])(?P<low>[1-9][0-9]{0,3})-(?P<high>[1-9][0-9]{0,3})(?=[).,;:!?"„”]*(?:\s|\Z))'
)
_DASH = re.compile(rf"-(?<={_GAP}-)(?={_GAP})")
_QUOTES = re.compile(r'["„”“]+')


# The same titles and paragraphs are shown again and again, and a text does not change by being read; a long one fits.
@lru_cache(maxsize=4096)
def typeset(text: str) -> str:
    """The same text with hard spaces, „paired quotes” and dashes; as long as before. Not for HTML."""
    if '"' in text:
        text = "\n".join(_pair_quotes(line) for line in text.split("\n"))
    text = _DASH.sub("–", text)
    if "-" in text or "tel." in text.lower():
        text = _PHONE_OR_RANGE.sub(_phone_or_range, text)
    text = _THOUSANDS.sub(lambda match: match[0].replace(" ", HARD_SPACE), text)
    return _BREAK.sub(HARD_SPACE, text)


def _phone_or_range(match: re.Match[str]) -> str:
    if match["phone"]:
        return match[0].replace(" ", HARD_SPACE)
    low, high = match["low"], match["high"]
    # 87-100 is a postcode, and what does not rise is no range (a month 2021-10, a file number).
    is_postcode = len(low) == 2 and len(high) == 3
    return match[0] if is_postcode or int(low) >= int(high) else f"{low}–{high}"


def _pair_quotes(line: str) -> str:
    typed = list(line)
    opened: list[int] = []
    for place, opens in _quotes(line):
        if opens:
            opened.append(place)
        elif opened:
            for one, mark in ((opened.pop(), "„"), (place, "”")):
                typed[one] = mark if typed[one] == '"' else typed[one]
    return "".join(typed)


def _quotes(line: str) -> Iterator[tuple[int, bool]]:
    """Each quotation mark that can open or close, by its place in the line."""
    for run in _QUOTES.finditer(line):
        before, after = line[max(run.start() - 1, 0) : run.start()], line[run.end() : run.end() + 1]
        opens = (not before or before.isspace() or before in "([–-/") and bool(after) and not after.isspace()
        closes = bool(before) and not before.isspace() and not after.isalnum()
        for place in range(run.start(), run.end()):
            if line[place] in "„”":
                yield place, line[place] == "„"
            elif opens or closes:
                yield place, opens
