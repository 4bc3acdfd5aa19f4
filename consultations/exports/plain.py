"""What may stand in the XML of an office file."""

import re

_UNPRINTABLE = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def printable(words: str) -> str:
    return _UNPRINTABLE.sub("", words.replace("\r\n", "\n").replace("\r", "\n"))
