"""Marks in the words of a unit: what is stored by meaning and printed as words. Imports no model.

    {ref:3f2b1c9e-…}     a reference to a provision, printed as its citation in the version at hand: § 12 ust. 3
    {zl:2140000.50}      an amount, printed in figures and in words
    {sum:3f2b1c9e-…}     the total of a table, printed like an amount

So renumbering cannot break "o której mowa w § 12", and an amount is written once.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple
from uuid import UUID

from programs import money

Kind = Literal["ref", "zl", "sum"]
_ID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
MARK = re.compile(rf"\{{(?:(?P<link>ref|sum):(?P<id>{_ID})|zl:(?P<amount>\d{{1,15}}\.\d\d))\}}")
# Words of the document where the target is gone; such a version cannot be frozen.
NOWHERE, NO_TOTAL = "[usunięty przepis]", "[tabela bez sumy]"


class Part(NamedTuple):
    """A run of words as printed; one that names a provision carries its anchor, to be made a link."""

    words: str
    target: UUID | None = None


class Target(NamedTuple):
    """What marks print of a provision in one version."""

    citation: str
    anchor: str
    total: Decimal | None = None


def reference(provision: UUID) -> str:
    return f"{{ref:{provision}}}"


def total_of(provision: UUID) -> str:
    return f"{{sum:{provision}}}"


def amount(value: Decimal) -> str:
    return f"{{zl:{value:.2f}}}"


def targets_of(words: str) -> Iterator[tuple[str, UUID]]:
    """The provisions that the marks of a text name, each as (`ref` or `sum`, provision)."""
    for found in MARK.finditer(words):
        if found["link"]:
            yield found["link"], UUID(found["id"])


def renamed(words: str, names: Mapping[UUID, UUID]) -> str:
    """The same words, where marks name other provisions."""

    def rename(found: re.Match[str]) -> str:
        name = names.get(UUID(found["id"])) if found["link"] else None
        return f"{{{found['link']}:{name}}}" if name else found[0]

    return MARK.sub(rename, words)


@dataclass(frozen=True, slots=True)
class Spelling:
    """How marks are printed in one version: every provision that stands in it, by its identity."""

    targets: Mapping[UUID, Target]

    def parts(self, words: str) -> Iterator[Part]:
        """The words as printed, in runs; joined they are `self.words(words)`."""
        at = 0
        for found in MARK.finditer(words):
            if found.start() > at:
                yield Part(words[at : found.start()])
            yield self._spelled(found)
            at = found.end()
        if at < len(words):
            yield Part(words[at:])

    def words(self, words: str) -> str:
        return "".join(part.words for part in self.parts(words)) if "{" in words else words

    def _spelled(self, found: re.Match[str]) -> Part:
        if found["amount"]:
            return Part(money.in_words(Decimal(found["amount"])))
        provision = UUID(found["id"])
        target = self.targets.get(provision)
        if found["link"] == "ref":
            return Part(target.citation, provision) if target else Part(NOWHERE)
        if target is None or target.total is None:
            return Part(NO_TOTAL)
        return Part(money.in_words(target.total), provision)


class UnknownMark(ValueError):
    """Braces hold something that is no provision of the text, no amount and no table; `words` is what they hold."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


def typed(words: str, spelling: Spelling) -> str:
    """As people see marks while they write: {§ 12 ust. 3}, {2 140 000 zł}, {razem: § 12 tabela}.

    A mark whose target is gone stays as it is stored.
    """
    return MARK.sub(lambda found: _typed(found, spelling), words)


def stored(words: str, cited: Mapping[str, UUID]) -> str:
    """What `typed` gave, back again; `cited` tells the provisions of the text by `as_cited`. Raises UnknownMark."""
    return _BRACES.sub(lambda found: _stored(found[0], found[1], cited), words)


def as_cited(citation: str) -> str:
    """A citation as people may type it: whatever the spaces and the case of letters."""
    return "".join(citation.lower().split())


_BRACES = re.compile(r"\{([^{}]*)\}")
_TOTAL = "razem:"


def _typed(found: re.Match[str], spelling: Spelling) -> str:
    if found["amount"]:
        return f"{{{money.figures(Decimal(found['amount']))} zł}}"
    target = spelling.targets.get(UUID(found["id"]))
    if target is None:
        return found[0]
    return f"{{{target.citation}}}" if found["link"] == "ref" else f"{{{_TOTAL} {target.citation}}}"


def _stored(whole: str, inside: str, cited: Mapping[str, UUID]) -> str:
    if MARK.fullmatch(whole):
        return whole
    if (value := money.parse(inside)) is not None and MARK.fullmatch(mark := amount(value)):
        return mark
    name = as_cited(inside)
    if name in cited:
        return reference(cited[name])
    if table := cited.get(name.removeprefix(_TOTAL)):
        return total_of(table)
    raise UnknownMark(inside)
