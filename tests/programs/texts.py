"""Texts for tests of verbs: written in a line, read in a line, and checked whole."""

from collections.abc import Callable
from typing import Any

import pytest

from programs.actions import (
    UnitDraft,
    fingerprint_of_all,
    fingerprint_of_pair,
    load,
    merge_unit,
    replace_unit,
    split_unit,
    with_inner,
)
from programs.marks import as_cited
from programs.models import DraftVersion, Provision, ProvisionText
from programs.numbering import Unit, in_reading_order, number
from tests.factories.programs import FROZEN, draft, unit

AT = FROZEN
TABLE = UnitDraft(Unit.TABLE, cells=[["Zadanie", "Kwota"], ["a", "1"]])


def chapter(*children: UnitDraft) -> UnitDraft:
    return UnitDraft(Unit.CHAPTER, heading="Rozdział", children=children)


def par(words: str, *children: UnitDraft, **more: Any) -> UnitDraft:
    return UnitDraft(Unit.PARAGRAPH, text=words, children=children, **more)


def ust(words: str, *children: UnitDraft, **more: Any) -> UnitDraft:
    return UnitDraft(Unit.SUBPARAGRAPH, text=words, children=children, **more)


def pkt(words: str, *children: UnitDraft, **more: Any) -> UnitDraft:
    return UnitDraft(Unit.POINT, text=words, children=children, **more)


def lit(words: str, *children: UnitDraft) -> UnitDraft:
    return UnitDraft(Unit.LETTER, text=words, children=children)


def tir(words: str) -> UnitDraft:
    return UnitDraft(Unit.INDENT, text=words)


def written(*units: UnitDraft) -> DraftVersion:
    return draft(units=list(units))


def seen_all(version: DraftVersion, citation: str) -> str:
    texts = load(version)
    return fingerprint_of_all(with_inner(texts, next(text for text in texts if text.citation == citation)))


def seen_pair(version: DraftVersion, first: str, second: str) -> str:
    return fingerprint_of_pair(unit(version, first), unit(version, second))


def split(version: DraftVersion, citation: str, *parts: str) -> list[ProvisionText]:
    text = unit(version, citation)
    return split_unit(text, parts=parts, seen=text.fingerprint(), at=AT)


def merge(version: DraftVersion, first: str, second: str) -> ProvisionText:
    return merge_unit(unit(version, first), seen=seen_pair(version, first, second), at=AT)


def replace(version: DraftVersion, old: str, new: str) -> int:
    return replace_unit(unit(version, old), by=unit(version, new), seen=seen_all(version, old), at=AT)


def refused(version: DraftVersion, refusal: type[Exception], verb: Callable[[], object]) -> None:
    """The verb raises it, says why, and leaves all as it was."""
    before = everything(version)
    with pytest.raises(refusal) as raised:
        verb()
    assert raised.value.in_words
    assert everything(version) == before


def outline(version: DraftVersion) -> list[str]:
    """["§ 1 słowa", …] in reading order, of a text that is in order."""
    texts = list(version.texts.in_reading_order())
    check_order(texts)
    return [f"{text.citation} {text.text}".rstrip() for text in texts]


def check_order(texts: list[ProvisionText]) -> None:
    """What is computed follows from kind, parent and position; places run from 0; no identity or name is there twice."""
    by_pk = {text.pk: text for text in texts}
    places = [(text.pk, text.parent_id, text.position) for text in texts]
    reading = in_reading_order(places)
    numbered = number([(pk, by_pk[pk].parent_id, Unit(by_pk[pk].kind)) for pk, _depth in reading])
    assert [(text.pk, text.rank, text.depth) for text in texts] == [(pk, rank, depth) for rank, (pk, depth) in enumerate(reading)]
    assert {text.pk: (text.label, text.citation, text.anchor) for text in texts} == {
        pk: (unit.label, unit.citation, unit.anchor) for pk, unit in numbered.items()
    }
    positions: dict[int | None, list[int]] = {}
    for text in texts:
        positions.setdefault(text.parent_id, []).append(text.position)
    assert all(run == list(range(len(run))) for run in positions.values())
    names = ([text.provision_id for text in texts], [as_cited(text.citation) for text in texts], [text.anchor for text in texts])
    assert all(len(set(each)) == len(texts) for each in names)


def everything(version: DraftVersion) -> list[object]:
    """All that a verb on the text could have changed."""
    rows = version.texts.in_reading_order().values_list()
    elements = version.program.provisions.order_by("pk").values_list("pk", "elements")
    return [*rows, *lineage(version), *elements, Provision.objects.count()]


def lineage(version: DraftVersion) -> list[tuple[object, ...]]:
    """[(source, target, kind), …] by their identities, as it happened."""
    return list(version.lineage.order_by("pk").values_list("source", "target", "kind"))
