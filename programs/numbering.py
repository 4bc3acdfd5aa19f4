"""Labels, citations and anchors of the units of a text, by Zasady techniki prawodawczej (§ 57, 59, 62).

Numbers are never typed: they follow from the kind of each unit and its place. The words printed
here are Polish law and are not translated.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from string import ascii_lowercase
from typing import TypeVar

from django.db.models import TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

Id = TypeVar("Id", bound=Hashable)


class Unit(TextChoices):
    CHAPTER = "chapter", _("Chapter")
    PARAGRAPH = "paragraph", _("Paragraph (§)")
    SUBPARAGRAPH = "subparagraph", _("Subparagraph (ust.)")
    POINT = "point", _("Point (pkt)")
    LETTER = "letter", _("Letter (lit.)")
    INDENT = "indent", _("Indent (tiret)")
    TABLE = "table", _("Table")
    ANNEX = "annex", _("Annex")


# What may stand directly in what; None is the text itself.
ALLOWED_CHILDREN: dict[Unit | None, frozenset[Unit]] = {
    None: frozenset({Unit.CHAPTER, Unit.PARAGRAPH, Unit.ANNEX}),
    Unit.CHAPTER: frozenset({Unit.PARAGRAPH}),
    Unit.PARAGRAPH: frozenset({Unit.SUBPARAGRAPH, Unit.POINT, Unit.TABLE}),
    Unit.SUBPARAGRAPH: frozenset({Unit.POINT, Unit.TABLE}),
    Unit.POINT: frozenset({Unit.LETTER, Unit.TABLE}),
    Unit.LETTER: frozenset({Unit.INDENT}),
    Unit.INDENT: frozenset(),
    Unit.TABLE: frozenset(),
    Unit.ANNEX: frozenset({Unit.PARAGRAPH, Unit.SUBPARAGRAPH, Unit.POINT, Unit.TABLE}),
}


class MisplacedUnit(ValueError):
    """A unit stands where its kind may not; `place` is the kind around it, None the text itself."""

    def __init__(self, unit: Unit, place: Unit | None) -> None:
        super().__init__(unit, place)
        self.unit = unit
        self.place = place

    @property
    def in_words(self) -> str:
        sentence = gettext("“%(unit)s” cannot stand here: %(place)s. Move it to one of these places: %(places)s.")
        places = [_place_in_words(place) for place, units in ALLOWED_CHILDREN.items() if self.unit in units]
        return sentence % {
            "unit": self.unit.label,
            "place": _place_in_words(self.place),
            "places": ", ".join(places),
        }


class OrderIsBroken(ValueError):
    """Units that hang on nothing: in a circle, in a unit that is missing, or away from their parent."""

    def __init__(self, ids: Sequence[Hashable]) -> None:
        super().__init__(ids)
        self.ids = ids

    @property
    def in_words(self) -> str:
        return gettext(
            "The order of the text is broken: a unit stands inside itself or inside a unit that is not there. "
            "Choose again in which unit it stands."
        )


@dataclass(frozen=True, slots=True)
class Numbered:
    label: str  # as printed before the text: "§ 12.", "2)", "–"
    citation: str  # "§ 12 ust. 3 pkt 2 lit. a tiret pierwsze"
    anchor: str  # "par-12-ust-3-pkt-2-lit-a-tir-1"


@dataclass(frozen=True, slots=True)
class _Form:
    label: str
    citation: str
    anchor: str


_FORMS = {
    Unit.CHAPTER: _Form("Rozdział {}", "rozdział {}", "rozdzial-{}"),
    Unit.PARAGRAPH: _Form("§ {}.", "§ {}", "par-{}"),
    Unit.SUBPARAGRAPH: _Form("{}.", "ust. {}", "ust-{}"),
    Unit.POINT: _Form("{})", "pkt {}", "pkt-{}"),
    Unit.LETTER: _Form("{})", "lit. {}", "lit-{}"),
    Unit.INDENT: _Form("–", "tiret {}", "tir-{}"),
    Unit.TABLE: _Form("Tabela {}", "tabela {}", "tab-{}"),
    Unit.ANNEX: _Form("Załącznik nr {}", "załącznik nr {}", "zalacznik-{}"),
}
_ONLY_TABLE = _Form("Tabela", "tabela", "tab-{}")

_ONES = ("pierwsze", "drugie", "trzecie", "czwarte", "piąte", "szóste", "siódme", "ósme", "dziewiąte")
_TEENS = (
    *("dziesiąte", "jedenaste", "dwunaste", "trzynaste", "czternaste"),
    *("piętnaste", "szesnaste", "siedemnaste", "osiemnaste", "dziewiętnaste"),
)
_TENS = ("dwudzieste", "trzydzieste")
_ORDINALS = (
    *_ONES,
    *_TEENS,
    *(f"{tens} {ones}".rstrip() for tens in _TENS for ones in ("", *_ONES)),
    "czterdzieste",
)


def letter(number: int) -> str:
    """a … z, then za … zz, then zza … (§ 57: the alphabet has no ą ć ę ł ń ó ś ż ź)."""
    turns, place = divmod(number - 1, len(ascii_lowercase))
    return "z" * turns + ascii_lowercase[place]


def ordinal(number: int) -> str:
    """The word by which an indent is cited; beyond forty, the digits."""
    return _ORDINALS[number - 1] if number <= len(_ORDINALS) else str(number)


def number(units: Sequence[tuple[Id, Id | None, Unit]]) -> dict[Id, Numbered]:
    """Number a whole text, given as (id, id of the unit it stands in, kind) in reading order.

    Raises MisplacedUnit and OrderIsBroken.
    """
    tables = Counter(parent for _id, parent, unit in units if unit == Unit.TABLE)
    kinds: dict[Id | None, Unit | None] = {None: None}
    counts: Counter[tuple[Id | None, Unit]] = Counter()
    numbered: dict[Id, Numbered] = {}
    path: list[Id | None] = [None]
    for id_, parent, unit in units:
        while path and path[-1] != parent:
            path.pop()
        if not path:
            raise OrderIsBroken([id_])
        if unit not in ALLOWED_CHILDREN[kinds[parent]]:
            raise MisplacedUnit(unit, kinds[parent])
        # Paragraphs run through all chapters and are cited without them; an annex counts its own.
        within = None if kinds[parent] == Unit.CHAPTER else parent
        counts[within, unit] += 1
        form = _ONLY_TABLE if unit == Unit.TABLE and tables[parent] == 1 else _FORMS[unit]
        numbered[id_] = _print(form, unit, counts[within, unit], None if within is None else numbered[within])
        kinds[id_] = unit
        path.append(id_)
    return numbered


def in_reading_order(rows: Iterable[tuple[Id, Id | None, int]]) -> list[tuple[Id, int]]:
    """Order (id, id of the unit it stands in, position there) as the text is read: (id, depth from 0).

    Raises OrderIsBroken when a unit cannot be reached from the text itself.
    """
    ordered = sorted(rows, key=itemgetter(2), reverse=True)
    children: defaultdict[Id | None, list[Id]] = defaultdict(list)
    for id_, parent, _position in ordered:
        children[parent].append(id_)
    reading: list[tuple[Id, int]] = []
    stack = [(id_, 0) for id_ in children[None]]
    while stack:
        id_, depth = stack.pop()
        reading.append((id_, depth))
        stack.extend((child, depth + 1) for child in children[id_])
    if len(reading) < len(ordered):
        reached = {id_ for id_, _depth in reading}
        raise OrderIsBroken([id_ for id_, _parent, _position in ordered if id_ not in reached])
    return reading


def _print(form: _Form, unit: Unit, count: int, within: Numbered | None) -> Numbered:
    printed = letter(count) if unit == Unit.LETTER else str(count)
    cited = form.citation.format(ordinal(count) if unit == Unit.INDENT else printed)
    anchor = form.anchor.format(printed)
    return Numbered(
        label=form.label.format(printed),
        citation=f"{within.citation} {cited}" if within else cited,
        anchor=f"{within.anchor}-{anchor}" if within else anchor,
    )


def _place_in_words(place: Unit | None) -> str:
    return str(place.label) if place else gettext("the text itself, outside all units")
