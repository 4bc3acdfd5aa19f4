"""Writing the text of a version. Every verb numbers the whole text again: numbers are never typed.

All raise VersionIsFrozen, and MisplacedUnit or OrderIsBroken (numbering.py) when a unit would stand where its kind may not.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from programs.models import (
    CELLS_AT_MOST,
    HEADING_AT_MOST,
    TEXT_AT_MOST,
    DraftVersion,
    Provision,
    ProvisionText,
    StatutoryElement,
    checksum,
)
from programs.numbering import Unit, in_reading_order, number

Cells = Sequence[Sequence[str]]
_PLACE = ("parent_id", "position", "label", "citation", "anchor", "rank", "depth")


class TextRefusal(Exception):
    """Something may not be done to a program or its text; `in_words` says to a person what to do instead."""

    in_words: str | Promise


class VersionIsFrozen(TextRefusal):
    in_words = _("This version is frozen: people read and quote it as it is. Start a new version from it and change that one.")


class VersionIsNotEmpty(TextRefusal):
    in_words = _("This version has a text already. Start a new, empty version to write a whole text into it.")


class UnitHasChanged(TextRefusal):
    in_words = _(
        "Somebody has changed this unit since you opened it. Your words are kept below: "
        "compare them with the present wording and save again."
    )


class UnitIsElsewhere(TextRefusal):
    in_words = _(
        "The unit that this one should stand in or after is not there any more. Open the text again and choose its place."
    )


class TableIsRagged(TextRefusal):
    in_words = _("Every row of the table needs as many cells as its first row. Add the missing cells; they may be empty.")


class TextIsTooLong(TextRefusal):
    in_words = _("A unit holds at most 20,000 characters, a heading 250, a table 200,000. Cut it in two.")


class UnknownElement(TextRefusal):
    in_words = _(
        "The text names a statutory element that is not on the list for this kind of program. Correct the list or the number."
    )


@dataclass(frozen=True)
class UnitDraft:
    """A unit to be written, with all that stands in it; `elements` are numbers of statutory elements."""

    kind: Unit
    heading: str = ""
    text: str = ""
    cells: Cells = ()
    elements: Sequence[int] = ()
    children: Sequence["UnitDraft"] = field(default=())


@transaction.atomic
def write_units(version: DraftVersion, units: Sequence[UnitDraft], *, at: datetime) -> None:
    """Write a whole text into an empty version. Raises VersionIsNotEmpty, TableIsRagged, TextIsTooLong, UnknownElement."""
    version = lock_unfrozen(version)
    if version.texts.exists():
        raise VersionIsNotEmpty
    drafted = list(_from_drafts(version, units))
    Provision.objects.bulk_create([text.provision for text, _draft in drafted])
    insert_texts([text for text, _draft in drafted])
    _map_elements(version, [(text.provision, draft.elements) for text, draft in drafted if draft.elements])


@transaction.atomic
def add_unit(
    version: DraftVersion,
    *,
    kind: Unit,
    parent: ProvisionText | None = None,
    after: ProvisionText | None = None,
    heading: str = "",
    text: str = "",
    cells: Cells = (),
    elements: Iterable[StatutoryElement] = (),
    at: datetime,
) -> ProvisionText:
    """Add one unit in `parent`, behind `after`, or as the last there. Raises UnitIsElsewhere, TableIsRagged, TextIsTooLong."""
    version = lock_unfrozen(version)
    texts = load(version)
    unit = ProvisionText(version=version, provision=Provision.objects.create(program=version.program), kind=kind)
    set_words(unit, heading=heading, text=text, cells=cells)
    unit.parent = row_of(texts, parent) if parent else None
    siblings = children_of(texts, unit.parent)
    place(unit, behind=row_of(siblings, after) if after else next(reversed(siblings), None), among=siblings)
    renumber([*texts, unit])
    unit.save(force_insert=True)
    unit.provision.elements.set(elements)
    save_places(version, texts)
    return unit


@transaction.atomic
def edit_unit(
    unit: ProvisionText,
    /,
    *,
    heading: str,
    text: str,
    cells: Cells = (),
    elements: Iterable[StatutoryElement] | None = None,
    seen: str | None = None,
    at: datetime,
) -> ProvisionText:
    """Change the words of one unit, and with `elements` what it fulfils of the statute.

    `seen` is the fingerprint of the wording that the editor had before them.
    Raises UnitHasChanged, UnitIsElsewhere, TableIsRagged, TextIsTooLong.
    """
    version = lock_unfrozen(unit.version)
    current = version.texts.filter(pk=unit.pk).first()
    if current is None:
        raise UnitIsElsewhere
    if seen is not None and seen != current.fingerprint():
        raise UnitHasChanged
    set_words(current, heading=heading, text=text, cells=cells)
    current.save(update_fields=("heading", "text", "cells"))
    if elements is not None:
        current.provision.elements.set(elements)
    return current


@transaction.atomic
def move_unit(unit: ProvisionText, *, parent: ProvisionText | None, after: ProvisionText | None, at: datetime) -> None:
    """Put a unit, with all that stands in it, into `parent` behind `after`; without `after`, first. Raises UnitIsElsewhere."""
    version = lock_unfrozen(unit.version)
    texts = load(version)
    moved = row_of(texts, unit)
    moved.parent = row_of(texts, parent) if parent else None
    siblings = [text for text in children_of(texts, moved.parent) if text != moved]
    place(moved, behind=row_of(siblings, after) if after else None, among=siblings)
    renumber(texts)
    save_places(version, texts)


@transaction.atomic
def remove_unit(unit: ProvisionText, *, seen: str | None = None, at: datetime) -> int:
    """Take a unit and all that stands in it out of this version; how many went. Their identity stays.

    `seen` is the fingerprint of what the editor agreed to remove: see `fingerprint_of_all`.
    Raises UnitIsElsewhere, UnitHasChanged.
    """
    version = lock_unfrozen(unit.version)
    texts = load(version)
    return len(take_out(version, texts, row_of(texts, unit), seen=seen))


def take_out(
    version: DraftVersion, texts: Sequence[ProvisionText], unit: ProvisionText, *, seen: str | None
) -> list[ProvisionText]:
    """Delete a unit with all in it from a locked version, and number the rest. Raises UnitHasChanged."""
    gone = with_inner(texts, unit)
    if seen is not None and seen != fingerprint_of_all(gone):
        raise UnitHasChanged
    for depth in sorted({text.depth for text in gone}, reverse=True):
        version.texts.filter(pk__in=[text.pk for text in gone if text.depth == depth]).delete()
    left = [text for text in texts if text not in gone]
    renumber(left)
    save_places(version, left)
    return gone


def with_inner(texts: Sequence[ProvisionText], unit: ProvisionText) -> list[ProvisionText]:
    """A unit and all that stands in it, of a text in reading order, where a unit comes before what stands in it."""
    found = [unit]
    keys = {unit.pk}
    for text in texts:
        if text.parent_id in keys:
            found.append(text)
            keys.add(text.pk)
    return found


def fingerprint_of_all(texts: Sequence[ProvisionText]) -> str:
    """Changes when any of the units does, and when one comes or goes."""
    return checksum(texts)


def lock_unfrozen(version: DraftVersion) -> DraftVersion:
    """Hold the version while its text is written, so that nobody freezes it half-way. Raises VersionIsFrozen."""
    locked = DraftVersion.objects.select_for_update(of=("self",)).select_related("program").get(pk=version.pk)
    if locked.is_frozen:
        raise VersionIsFrozen
    return locked


def load(version: DraftVersion) -> list[ProvisionText]:
    """The text in reading order, each unit holding its parent: no query when they are walked."""
    texts = list(version.texts.in_reading_order())
    by_pk = {text.pk: text for text in texts}
    for text in texts:
        text.parent = by_pk[text.parent_id] if text.parent_id else None
    return texts


def renumber(texts: Sequence[ProvisionText]) -> None:
    """Set label, citation, anchor, rank, depth and position of each; nothing is saved."""
    by_id = {text.provision_id: text for text in texts}
    within = {text.provision_id: text.parent.provision_id if text.parent else None for text in texts}
    reading = in_reading_order((id_, within[id_], text.position) for id_, text in by_id.items())
    numbered = number([(id_, within[id_], Unit(by_id[id_].kind)) for id_, _depth in reading])
    places: Counter[object] = Counter()
    for rank, (id_, depth) in enumerate(reading):
        text = by_id[id_]
        text.rank, text.depth, text.position = rank, depth, places[within[id_]]
        text.label, text.citation, text.anchor = numbered[id_].label, numbered[id_].citation, numbered[id_].anchor
        places[within[id_]] += 1


def insert_texts(texts: Sequence[ProvisionText]) -> None:
    """Number and write a whole new text: a query for each depth, since a unit needs the key of its parent."""
    renumber(texts)
    for depth in sorted({text.depth for text in texts}):
        ProvisionText.objects.bulk_create([text for text in texts if text.depth == depth])


def _from_drafts(
    version: DraftVersion, drafts: Sequence[UnitDraft], parent: ProvisionText | None = None
) -> Iterator[tuple[ProvisionText, UnitDraft]]:
    for position, draft in enumerate(drafts):
        provision = Provision(id=uuid4(), program=version.program)
        unit = ProvisionText(version=version, provision=provision, parent=parent, position=position, kind=Unit(draft.kind))
        set_words(unit, heading=draft.heading, text=draft.text, cells=draft.cells)
        yield unit, draft
        yield from _from_drafts(version, draft.children, unit)


def set_words(unit: ProvisionText, *, heading: str, text: str, cells: Cells = ()) -> None:
    """Nothing is saved. Raises TableIsRagged, TextIsTooLong."""
    if len({len(row) for row in cells}) > 1:
        raise TableIsRagged
    unit.heading, unit.text = _plain(heading), _plain(text)
    cells_length = sum(len(cell) for row in cells for cell in row)
    if len(unit.heading) > HEADING_AT_MOST or len(unit.text) > TEXT_AT_MOST or cells_length > CELLS_AT_MOST:
        raise TextIsTooLong
    unit.cells = [[_plain(cell) for cell in row] for row in cells]


def _plain(words: str) -> str:
    # NUL cannot be stored, and browsers send line ends in two characters.
    return words.replace("\x00", "").replace("\r\n", "\n").strip()


def _map_elements(version: DraftVersion, mapped: Sequence[tuple[Provision, Sequence[int]]]) -> None:
    known = {element.number: element for element in StatutoryElement.objects.filter(kind=version.program.kind)}
    through = Provision.elements.through
    try:
        rows = [
            through(provision_id=provision.pk, statutoryelement_id=known[n].pk) for provision, numbers in mapped for n in numbers
        ]
    except KeyError as error:
        raise UnknownElement from error
    through.objects.bulk_create(rows)


def children_of(texts: Sequence[ProvisionText], parent: ProvisionText | None) -> list[ProvisionText]:
    return [text for text in texts if text.parent == parent]


def row_of(texts: Sequence[ProvisionText], unit: ProvisionText) -> ProvisionText:
    """The row of `unit` as it is now, among `texts`. Raises UnitIsElsewhere."""
    try:
        return next(text for text in texts if text == unit)
    except StopIteration as error:
        raise UnitIsElsewhere from error


def save_places(version: DraftVersion, texts: Sequence[ProvisionText]) -> None:
    stored = {pk: tuple(place) for pk, *place in version.texts.values_list("pk", *_PLACE)}
    changed = [text for text in texts if stored[text.pk] != tuple(getattr(text, name) for name in _PLACE)]
    ProvisionText.objects.bulk_update(changed, [name.removesuffix("_id") for name in _PLACE])


def place(unit: ProvisionText, *, behind: ProvisionText | None, among: Sequence[ProvisionText]) -> None:
    where = among.index(behind) + 1 if behind else 0
    for position, sibling in enumerate([*among[:where], unit, *among[where:]]):
        sibling.position = position
