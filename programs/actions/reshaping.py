"""Reshaping a text: units that go deeper or out, are cut in two or joined. Their identity, and what becomes of it, is kept.

All raise VersionIsFrozen, UnitIsElsewhere, and MisplacedUnit (numbering.py) when a unit would stand where its kind may not.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from programs.actions.units import (
    TextRefusal,
    UnitHasChanged,
    children_of,
    load,
    lock_unfrozen,
    place,
    renumber,
    row_of,
    save_places,
    set_words,
    take_out,
    with_inner,
)
from programs.marks import renamed
from programs.models import Descent, DraftVersion, Provision, ProvisionLineage, ProvisionText
from programs.numbering import ALLOWED_CHILDREN, Unit

# One step deeper is the next of these.
LADDER = (Unit.PARAGRAPH, Unit.SUBPARAGRAPH, Unit.POINT, Unit.LETTER, Unit.INDENT)


class NoPlaceThere(TextRefusal):
    in_words = _("The unit cannot go further that way. Choose another place for it.")


class HeadingWouldVanish(TextRefusal):
    in_words = _(
        "Only chapters, annexes, tables and paragraphs (§) show a heading. Take the heading away first, or keep the unit here."
    )


class SplitChangesWords(TextRefusal):
    in_words = _(
        "Splitting only cuts: the words must stay the same. Leave an empty line where the next unit begins, and edit later."
    )


class NothingToSplit(TextRefusal):
    in_words = _("Leave an empty line where the next unit begins: there is only one part.")


class NothingToMerge(TextRefusal):
    in_words = _("Only a unit that is followed by one of its kind, without a table, can be joined with it.")


@transaction.atomic
def shift_unit(unit: ProvisionText, *, down: bool, at: datetime) -> ProvisionText:
    """Move a unit by one place; the first or last of its place goes over to the neighbor of the unit it stands in.

    Raises NoPlaceThere.
    """
    version = lock_unfrozen(unit.version)
    texts = load(version)
    moved = row_of(texts, unit)
    siblings = children_of(texts, moved.parent)
    step = 1 if down else -1
    where = siblings.index(moved) + step
    if 0 <= where < len(siblings):
        others = [sibling for sibling in siblings if sibling != moved]
        place(moved, behind=others[where - 1] if where else None, among=others)
    else:
        moved.parent = _neighbor(texts, moved.parent, step)
        others = children_of([text for text in texts if text != moved], moved.parent)
        place(moved, behind=None if down else next(reversed(others), None), among=others)
    renumber(texts)
    save_places(version, texts)
    return moved


@transaction.atomic
def indent_unit(unit: ProvisionText, *, at: datetime) -> ProvisionText:
    """Make a unit the last one in the unit before it, one step deeper: a § becomes an ust. of the § before.

    Raises NoPlaceThere, HeadingWouldVanish.
    """
    version = lock_unfrozen(unit.version)
    texts = load(version)
    moved = row_of(texts, unit)
    siblings = children_of(texts, moved.parent)
    where = siblings.index(moved)
    if where == 0 or moved.kind not in LADDER[:-1]:
        raise NoPlaceThere
    target = siblings[where - 1]
    moved.parent = target
    _reshape(texts, moved, LADDER[LADDER.index(Unit(moved.kind)) + 1])
    others = [text for text in children_of(texts, target) if text != moved]
    place(moved, behind=next(reversed(others), None), among=others)
    _save_reshaped(version, texts, moved)
    return moved


@transaction.atomic
def outdent_unit(unit: ProvisionText, *, at: datetime) -> ProvisionText:
    """Put a unit behind the one it stands in, as one of its kind; what followed it there stays. Raises NoPlaceThere."""
    version = lock_unfrozen(unit.version)
    texts = load(version)
    moved = row_of(texts, unit)
    around = moved.parent
    if around is None or around.kind not in LADDER or moved.kind not in LADDER:
        raise NoPlaceThere
    moved.parent = around.parent
    _reshape(texts, moved, Unit(around.kind))
    others = [text for text in children_of(texts, moved.parent) if text != moved]
    place(moved, behind=around, among=others)
    _save_reshaped(version, texts, moved)
    return moved


@transaction.atomic
def split_unit(unit: ProvisionText, *, parts: Sequence[str], seen: str, at: datetime) -> list[ProvisionText]:
    """Cut a unit: it keeps the first part, each other one becomes a new unit behind it; what stood in it goes to the last.

    Raises UnitHasChanged, NothingToSplit, SplitChangesWords.
    """
    version = lock_unfrozen(unit.version)
    texts = load(version)
    first = row_of(texts, unit)
    if seen != first.fingerprint():
        raise UnitHasChanged
    parts = [part for part in parts if part.strip()]
    if len(parts) < 2:
        raise NothingToSplit
    if " ".join(parts).split() != first.text.split():
        raise SplitChangesWords
    siblings, inner = children_of(texts, first.parent), children_of(texts, first)
    new = [_sibling(first, part) for part in parts[1:]]
    set_words(first, heading=first.heading, text=parts[0], cells=first.cells)
    behind = siblings.index(first) + 1
    for position, sibling in enumerate([*siblings[:behind], *new, *siblings[behind:]]):
        sibling.position = position
    for child in inner:
        child.parent = new[-1]
    renumber([*texts, *new])
    ProvisionText.objects.bulk_create(new)
    first.save(update_fields=("text",))
    save_places(version, texts)
    _record(first, [one.provision for one in new], Descent.SPLIT)
    return [first, *new]


@transaction.atomic
def merge_unit(unit: ProvisionText, *, seen: str, at: datetime) -> ProvisionText:
    """Join a unit with the next one of its kind, which goes; all that stood in both stands in it.

    `seen` is the fingerprint of both, first and next, as the person had them before them: see `fingerprint_of_pair`.
    Raises UnitHasChanged, NothingToMerge, TextIsTooLong.
    """
    version = lock_unfrozen(unit.version)
    texts = load(version)
    kept = row_of(texts, unit)
    gone = next_of_its_kind(texts, kept)
    if gone is None:
        raise NothingToMerge
    if seen != fingerprint_of_pair(kept, gone):
        raise UnitHasChanged
    set_words(kept, heading=kept.heading, text=" ".join(filter(None, (kept.text, gone.heading, gone.text))))
    last = len(children_of(texts, kept))
    for position, child in enumerate(children_of(texts, gone), last):
        child.parent, child.position = kept, position
    left = [text for text in texts if text != gone]
    renumber(left)
    kept.save(update_fields=("text",))
    _lead_references(left, gone.provision_id, kept.provision_id)
    save_places(version, left)
    gone.delete()
    kept.provision.elements.add(*gone.provision.elements.all())
    _record(kept, [gone.provision], Descent.MERGED)
    return kept


@transaction.atomic
def replace_unit(unit: ProvisionText, *, by: ProvisionText, seen: str, at: datetime) -> int:
    """Take a unit out because another one says it now; how many units went. Raises UnitHasChanged, NoPlaceThere."""
    version = lock_unfrozen(unit.version)
    texts = load(version)
    old, new = row_of(texts, unit), row_of(texts, by)
    gone = take_out(version, texts, old, seen=seen)
    if new in gone:
        raise NoPlaceThere
    _lead_references([text for text in texts if text not in gone], old.provision_id, new.provision_id)
    _record(old, [new.provision], Descent.REPLACED)
    return len(gone)


def next_of_its_kind(texts: Sequence[ProvisionText], unit: ProvisionText) -> ProvisionText | None:
    """The unit that can be joined to this one; the texts know their parents."""
    siblings = children_of(texts, unit.parent)
    following = siblings[siblings.index(unit) + 1 :][:1]
    may = [text for text in following if text.kind == unit.kind and unit.kind in LADDER]
    return may[0] if may else None


def fingerprint_of_pair(first: ProvisionText, second: ProvisionText) -> str:
    return f"{first.fingerprint()}-{second.provision_id}-{second.fingerprint()}"


def _lead_references(texts: Sequence[ProvisionText], gone: UUID, kept: UUID) -> None:
    """Whoever referred to the unit that goes now refers to the one that says it."""
    changed = []
    for text in texts:
        words = renamed(text.text, {gone: kept})
        if words != text.text:
            text.text = words
            changed.append(text)
    ProvisionText.objects.bulk_update(changed, ["text"])


def _neighbor(texts: Sequence[ProvisionText], around: ProvisionText | None, step: int) -> ProvisionText:
    """The unit before or after the one that something stands in, of the same kind. Raises NoPlaceThere."""
    if around is None:
        raise NoPlaceThere
    alike = [text for text in texts if text.kind == around.kind and text.depth == around.depth]
    where = alike.index(around) + step
    if not 0 <= where < len(alike):
        raise NoPlaceThere
    return alike[where]


def _reshape(texts: Sequence[ProvisionText], unit: ProvisionText, kind: Unit) -> None:
    """Give a unit another kind, and those in it the kinds that may stand there, as few as need be. Raises HeadingWouldVanish."""
    if unit.heading and kind != Unit.PARAGRAPH:
        raise HeadingWouldVanish
    deeper = LADDER.index(kind) > LADDER.index(Unit(unit.kind))
    unit.kind = kind
    for child in children_of(texts, unit):
        if child.kind in LADDER and Unit(child.kind) not in ALLOWED_CHILDREN[kind]:
            where = LADDER.index(Unit(child.kind)) + (1 if deeper else -1)
            if where >= len(LADDER):
                raise NoPlaceThere
            _reshape(texts, child, LADDER[where])


def _save_reshaped(version: DraftVersion, texts: Sequence[ProvisionText], unit: ProvisionText) -> None:
    renumber(texts)
    save_places(version, texts)
    ProvisionText.objects.bulk_update(with_inner(texts, unit), ["kind"])


def _sibling(unit: ProvisionText, words: str) -> ProvisionText:
    provision = Provision.objects.create(program_id=unit.version.program_id)
    provision.elements.set(unit.provision.elements.all())
    sibling = ProvisionText(version=unit.version, provision=provision, parent=unit.parent, kind=unit.kind)
    set_words(sibling, heading="", text=words)
    return sibling


def _record(unit: ProvisionText, others: Sequence[Provision], kind: Descent) -> None:
    """A merger goes from the others to the unit, all else from the unit to the others. What happened last is what is told."""
    pairs = [(other, unit.provision) if kind == Descent.MERGED else (unit.provision, other) for other in others]
    ProvisionLineage.objects.bulk_create(
        [ProvisionLineage(version=unit.version, source=source, target=target, kind=kind) for source, target in pairs],
        update_conflicts=True,
        unique_fields=("version", "source", "target"),
        update_fields=("kind",),
    )
