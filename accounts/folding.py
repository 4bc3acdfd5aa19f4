"""Words as people compare them: without case, accents and extra spaces. Imports no model."""

import unicodedata

# NFKD takes marks off letters; these letters are made of one piece.
_ONE_PIECE = str.maketrans({"ł": "l", "đ": "d", "ø": "o"})


def folded(text: str) -> str:
    """ "Zażółć  GĘŚLĄ jaźń" is "zazolc gesla jazn"."""
    letters = unicodedata.normalize("NFKD", text.casefold()).translate(_ONE_PIECE)
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())
