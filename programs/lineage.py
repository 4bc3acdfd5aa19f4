"""Where a provision of one version is in another: renumbered, edited, split, joined, replaced or gone."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from django.db.models import BooleanField, Case, F, FilteredRelation, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from programs import money
from programs.marks import targets_of
from programs.models import Descent, DraftVersion, ProvisionText
from programs.rows import READ, TextRow


class Outcome(StrEnum):
    SAME = "same"
    RENUMBERED = "renumbered"
    EDITED = "edited"
    SPLIT = "split"
    MERGED = "merged"
    REPLACED = "replaced"
    DELETED = "deleted"


class Step(NamedTuple):
    """In one version, `source` went on as `target`."""

    source: UUID
    target: UUID
    kind: Descent


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What became of a provision by version `number`, and the units that hold it there, in reading order."""

    kind: Outcome
    number: int
    units: Sequence[ProvisionText] = ()
    was: str = ""  # its citation before

    @property
    def in_words(self) -> str:
        places = get_text_list([unit.citation for unit in self.units], _("and"))
        moved = self.kind == Outcome.EDITED and [unit.citation for unit in self.units] != [self.was]
        words = {
            Outcome.SAME: _("in version %(number)s: unchanged"),
            Outcome.RENUMBERED: _("in version %(number)s: now %(places)s"),
            Outcome.EDITED: _("in version %(number)s: changed, now %(places)s") if moved else _("in version %(number)s: changed"),
            Outcome.SPLIT: _("in version %(number)s: split into %(places)s"),
            Outcome.MERGED: _("in version %(number)s: joined into %(places)s"),
            Outcome.REPLACED: _("in version %(number)s: replaced by %(places)s"),
            Outcome.DELETED: _("in version %(number)s: deleted"),
        }
        return words[self.kind] % {"number": self.number, "places": places}


@dataclass(frozen=True, slots=True)
class Since:
    """How a unit came to be what and where it is, since version `number`."""

    number: int
    was: str  # its citation there; empty if it is new
    is_edited: bool  # or new
    came_from: Mapping[str, Descent]  # citations there

    @property
    def is_quiet(self) -> bool:
        """Only its number is another one."""
        return bool(self.was) and not self.is_edited

    @property
    def in_words(self) -> str:
        if not self.was:
            words = _("new since version %(number)s") % {"number": self.number}
        elif self.is_edited:
            words = _("changed since version %(number)s") % {"number": self.number}
        else:
            words = _("was %(citation)s in version %(number)s") % {"citation": self.was, "number": self.number}
        return ", ".join([words, *(came_in_words(kind, citation) for citation, kind in self.came_from.items())])


@dataclass(frozen=True)
class Ancestry:
    """The versions that one was made from, itself last, each with what became of provisions in it."""

    versions: Sequence[int]  # primary keys
    steps: Mapping[int, Sequence[Step]]

    def after(self, version: int) -> Iterator[Step]:
        """What happened since that version, oldest first; nothing if this text was not made from it."""
        if version in self.versions:
            for each in self.versions[self.versions.index(version) + 1 :]:
                yield from self.steps.get(each, ())


def line_of(version: DraftVersion, family: Iterable[DraftVersion]) -> list[int]:
    """The keys of the version and of those that it was made from, newest first; `family` holds them all. No query."""
    by_pk = {each.pk: each for each in family}
    line: list[int] = []
    at: DraftVersion | None = version
    while at is not None:
        line.append(at.pk)
        at = by_pk.get(at.based_on_id or 0)
    return line


def ancestry(version: DraftVersion) -> Ancestry:
    """One query."""
    based_on: dict[int, int | None] = {}
    steps: defaultdict[int, list[Step]] = defaultdict(list)
    family = DraftVersion.objects.filter(program=version.program_id).order_by("number", "lineage__pk")
    rows = family.values_list("pk", "based_on", "lineage__source", "lineage__target", "lineage__kind")
    for pk, base, source, target, kind in rows:
        based_on[pk] = base
        if source and target and kind:
            steps[pk].append(Step(source, target, Descent(kind)))
    versions: list[int] = []
    at: int | None = version.pk
    while at is not None:
        versions.insert(0, at)
        at = based_on.get(at)
    return Ancestry(versions, steps)


def whereabouts(said_on: Iterable[ProvisionText], version: DraftVersion) -> dict[int, Whereabouts]:
    """Where units of earlier versions are in `version`, by their primary key, however many: two queries, a third for totals."""
    said_on = list(said_on)
    line = ancestry(version)
    steps = {text.version_id: list(line.after(text.version_id)) for text in said_on}
    wanted = {provision for text in said_on for provision in _heirs(text.provision_id, steps[text.version_id])}
    present = {text.provision_id: text for text in version.texts.filter(provision__in=wanted).in_reading_order()}
    # Who was joined or replaced is not there any more, unless that was done after this text had been copied.
    done = {of: [step for step in each if step.kind == Descent.SPLIT or step.source not in present] for of, each in steps.items()}
    heirs = {text.pk: _heirs(text.provision_id, done[text.version_id]) for text in said_on}
    totals = _quoted_totals(said_on, version)
    return {text.pk: _whereabouts(text, heirs[text.pk], present, version.number, totals) for text in said_on}


def read_since(version: DraftVersion, earlier: DraftVersion | None) -> tuple[list[TextRow], dict[UUID, Since]]:
    """A text in reading order and, by provision, which of its units are new, edited or numbered otherwise than earlier.

    One query if there is no earlier version, else two, and a third where provisions descend from others.
    """
    texts = ProvisionText.objects.filter(version=version).in_reading_order()
    if earlier is None:
        return list(texts.values_list(*READ, named=True)), {}
    steps = list(ancestry(version).after(earlier.pk))
    sources = ProvisionText.objects.filter(version=earlier, provision__in={step.source for step in steps})
    known = dict(sources.values_list("provision", "citation"))
    ancestors = _ancestors(steps, known)
    # The database compares: to read another 1,300 units would cost as much as the rest of the page.
    said_same = Q(heading=F("before__heading"), text=F("before__text"), cells=F("before__cells"))
    compared = texts.annotate(
        before=FilteredRelation("provision__texts", condition=Q(provision__texts__version=earlier)),
        was=Coalesce("before__citation", Value("")),
        is_edited=Case(When(said_same, then=False), default=True, output_field=BooleanField()),
    )
    rows = list(compared.values_list(*READ, "was", "is_edited", named=True))
    changes = {}
    for row in rows:
        if row.is_edited or row.was != row.citation:
            came_from = {known[source]: kind for source, kind in ancestors.get(row.provision_id, {}).items()}
            changes[row.provision_id] = Since(earlier.number, row.was, row.is_edited, came_from)
    return rows, changes


def came_in_words(kind: Descent, citation: str) -> str:
    words = {
        Descent.SPLIT: _("split from %(citation)s"),
        Descent.MERGED: _("joined with %(citation)s"),
        Descent.REPLACED: _("in place of %(citation)s"),
    }
    return words[kind] % {"citation": citation}


def _heirs(provision: UUID, steps: Iterable[Step]) -> dict[UUID, Descent | None]:
    """The provision and all that went on from it, each with how it came to it last."""
    heirs: dict[UUID, Descent | None] = {provision: None}
    for step in steps:
        if step.source in heirs and step.target not in heirs:
            heirs[step.target] = step.kind
    return heirs


def _ancestors(steps: Iterable[Step], known: Collection[UUID]) -> dict[UUID, dict[UUID, Descent]]:
    """From which of the known provisions others came, each with how it went on."""
    ancestors: defaultdict[UUID, dict[UUID, Descent]] = defaultdict(dict)
    for step in steps:
        came_from = {step.source: step.kind} if step.source in known else dict.fromkeys(ancestors[step.source], step.kind)
        # Cut off and joined again, it came from nowhere else.
        came_from.pop(step.target, None)
        ancestors[step.target].update(came_from)
    return ancestors


def _whereabouts(
    text: ProvisionText,
    heirs: Mapping[UUID, Descent | None],
    present: Mapping[UUID, ProvisionText],
    number: int,
    totals: "_Totals",
) -> Whereabouts:
    # `present` is in reading order.
    units = [unit for provision, unit in present.items() if provision in heirs]
    if not units:
        return Whereabouts(Outcome.DELETED, number)
    if len(units) > 1:
        kind = Outcome.SPLIT
    elif units[0].provision_id == text.provision_id:
        kind = _compared(text, units[0], totals)
    else:
        kind = Outcome.MERGED if heirs[units[0].provision_id] == Descent.MERGED else Outcome.REPLACED
    return Whereabouts(kind, number, units, text.citation)


_Totals = Mapping[tuple[int, UUID], Decimal | None]


def _quoted_totals(said_on: Iterable[ProvisionText], version: DraftVersion) -> _Totals:
    """What the tables that units quote add up to, in their own versions and in this one."""
    quoted = {(text.version_id, provision) for text in said_on for kind, provision in targets_of(text.text) if kind == "sum"}
    if not quoted:
        return {}
    versions = {version.pk, *(of for of, _provision in quoted)}
    tables = ProvisionText.objects.filter(version__in=versions, provision__in={provision for _of, provision in quoted})
    rows = tables.values_list("version", "provision", "cells")
    return {(of, provision): money.table_total(cells) for of, provision, cells in rows}


def _compared(before: ProvisionText, after: ProvisionText, totals: _Totals) -> Outcome:
    # A total is quoted by the same mark whatever it is.
    said, says = (
        [totals.get((text.version_id, provision)) for kind, provision in targets_of(text.text) if kind == "sum"]
        for text in (before, after)
    )
    if (before.heading, before.text, before.cells, said) != (after.heading, after.text, after.cells, says):
        return Outcome.EDITED
    return Outcome.SAME if before.citation == after.citation else Outcome.RENUMBERED
