"""How alike texts are: the share of words that they have in common, in percent. Imports no model.

Words are compared without their endings ("warsztatów" and "warsztatach" are one word), in any order, each once, and
without words that say nothing of the matter. One call spells each word as one letter of an alphabet of its own, so that
rapidfuzz.fuzz.ratio of two texts, spelled in the order of that alphabet, is exactly 2 × common / all (Sørensen–Dice).
Letters of the words themselves are not compared: "znieść wkład własny" and "zwiększyć wkład własny" share most of them.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from itertools import count
from typing import TypeVar

from rapidfuzz import fuzz, process

Key = TypeVar("Key", int, str)

# Percent from which on two texts probably ask for the same; tests/consultations/test_similarity.py shows the choice.
ALIKE = 75
# What a text of many pages asks for stands at its beginning.
WORDS_AT_MOST = 200
# More letters than so many tell no words apart but their forms: "zwiększyć" and "zwiększenie" are one.
LETTERS_AT_MOST = 6
_WORD = re.compile(r"\w+")
# Small words, and those with which one asks for anything; folded. "Nie" is not among them.
_SILENT = frozenset(
    _WORD.findall(
        """a aby albo ale az bo by byc byl byla bylo byly bez co czy dla do gdy i ich ile im ja jak jako jest je jego jej juz
        ktora ktore ktorego ktorej ktory ktorych ktorzy lub ma maja moze mozna na nad nam nas niech no o od oraz po pod przez
        przy sa sie swoj swoje ta tak takze tam te tego tej ten tez to tym tych u w we wraz z za ze zeby
        nalezy potrzeba potrzebne powinien powinna powinno powinny prosi prosimy prosze proponuje proponujemy trzeba uwazam
        uwazamy wnioskuje wnioskujemy wnosi wnosimy wnosze"""
    )
)
# The longest one, behind four letters at least.
_ENDING = re.compile(r"(?<=\w{4})(?:ach|i?ami?|ego|emu|i?ej?|i?em|ich|imi?|owi|o[mw]|ych|ymi?|i?[aeiouy])$")


def similar(words: str, others: Iterable[tuple[Key, str]], at_least: int = ALIKE) -> list[tuple[Key, int]]:
    """Keys of the others that are alike, with how much in percent, the most alike first. Texts are folded."""
    alphabet = _alphabet()
    spelled = {key: _spelled(other, alphabet) for key, other in others}
    found = process.extract(_spelled(words, alphabet), spelled, scorer=fuzz.ratio, score_cutoff=at_least, limit=None)
    return sorted(((key, int(percent)) for _spelling, percent, key in found), key=lambda one: (-one[1], one[0]))


def groups(items: Iterable[tuple[Key, str]], at_least: int = ALIKE) -> list[list[Key]]:
    """Every key once. The lowest key without a group takes all others that are like it, and so on: there are no chains.

    5,000 remarks take one or two seconds; to look only at those with a rare word in common took three times as long.
    """
    alphabet = _alphabet()
    same: defaultdict[str, list[Key]] = defaultdict(list)
    for key, words in sorted(items):
        same[_spelled(words, alphabet)].append(key)
    left, found = dict.fromkeys(same), []
    for first in same:
        if first in left:
            alike = process.extract(first, list(left), scorer=fuzz.ratio, score_cutoff=at_least, limit=None)
            found.append(sorted(key for spelling, _percent, _index in alike for key in same[spelling]))
            for spelling, _percent, _index in alike:
                del left[spelling]
    return found


def beyond(words: str, given: str) -> str:
    """What a text says besides the words of the one it was written on; all of it when it does not repeat most of them."""
    said, repeated = _WORD.findall(words), _words_of(given)
    if 2 * len(repeated.intersection(said)) < len(repeated):
        return words
    return " ".join(word for word in said if word not in repeated) or words


@lru_cache(maxsize=1 << 10)
def _words_of(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text))


def _alphabet() -> defaultdict[str, str]:
    """A letter for each word, given when it is first asked for; from behind the surrogates, which are none."""
    return defaultdict(map(chr, count(0xE000)).__next__)


def _spelled(words: str, alphabet: defaultdict[str, str]) -> str:
    said = _WORD.findall(words)
    # Who says nothing but small words, or but "!!!", is compared by them.
    telling = [_cut(word) for word in said if word not in _SILENT] or said or [words]
    return "".join(sorted(alphabet[word] for word in list(dict.fromkeys(telling))[:WORDS_AT_MOST]))


@lru_cache(maxsize=1 << 15)
def _cut(word: str) -> str:
    return _ENDING.sub("", word)[:LETTERS_AT_MOST]
