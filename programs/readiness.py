"""What is missing or wrong in a text before it is closed for ever."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs import money
from programs.comparison import Change
from programs.lineage import line_of
from programs.marks import targets_of
from programs.models import DraftVersion, ProvisionText, Purpose
from programs.numbering import Unit
from programs.reading import spelling
from programs.reading.because import since
from programs.reading.changes import Compared, compared


@dataclass(frozen=True, slots=True)
class Hole:
    code: str  # the same for the same hole, whenever one looks
    words: str
    unit: ProvisionText | None = None
    may_be_accepted: bool = False


def holes(version: DraftVersion, texts: Sequence[ProvisionText]) -> list[Hole]:
    """All of them, for a text given in reading order; first those that must be mended.

    One query, for the elements; for a version made from another, six more at most: for what it changed, and why.
    """
    to_mend = [*_empty(texts), *_dangling(texts), *_no_totals(texts)]
    to_accept = [*_nameless(texts), *_mixed(texts), *_wrong_totals(texts), *_missing_elements(version)]
    return [*to_mend, *to_accept, *_unexplained(version)]


def _empty(texts: Sequence[ProvisionText]) -> Iterator[Hole]:
    parents = {text.parent_id for text in texts}
    for text in texts:
        if not (text.heading or text.text or text.cells or text.pk in parents):
            yield Hole(f"empty:{text.provision_id}", _("%(citation)s says nothing.") % {"citation": text.citation}, text)
        elif text.kind == Unit.TABLE and not text.cells:
            yield Hole(f"empty:{text.provision_id}", _("%(citation)s has no rows.") % {"citation": text.citation}, text)


def _dangling(texts: Sequence[ProvisionText]) -> Iterator[Hole]:
    targets = spelling(texts).targets
    for text in texts:
        for kind, provision in dict.fromkeys(targets_of(text.text)):
            words = {"citation": text.citation}
            if provision not in targets:
                told = _("%(citation)s refers to a provision that is not in this version any more.") % words
                yield Hole(f"dangling:{text.provision_id}:{provision}", told, text)
            elif kind == "sum" and targets[provision].total is None:
                told = _("%(citation)s quotes the total of a table whose columns do not add up to any amount.") % words
                yield Hole(f"no-total:{text.provision_id}:{provision}", told, text)


def _no_totals(texts: Sequence[ProvisionText]) -> Iterator[Hole]:
    for text in texts:
        # Wherever it stands: in a row that is not taken for a total it would be printed as it is.
        if any(cell.strip() == money.TOTAL_HERE for row in money.with_totals(text.cells) for cell in row):
            told = _("%(citation)s: a column whose total should be computed does not add up to any amount.")
            yield Hole(f"no-sum:{text.provision_id}", told % {"citation": text.citation}, text)


def _nameless(texts: Sequence[ProvisionText]) -> Iterator[Hole]:
    for text in texts:
        if text.kind in (Unit.CHAPTER, Unit.ANNEX) and not text.heading:
            told = _("%(citation)s has no heading: the contents would show its number alone.")
            yield Hole(f"nameless:{text.provision_id}", told % {"citation": text.citation}, text, may_be_accepted=True)


def _mixed(texts: Sequence[ProvisionText]) -> Iterator[Hole]:
    """By Zasady techniki prawodawczej a § is divided into subparagraphs, or into points, and not into both."""
    inside: defaultdict[int | None, set[str]] = defaultdict(set)
    for text in texts:
        inside[text.parent_id].add(text.kind)
    for text in texts:
        if {Unit.SUBPARAGRAPH, Unit.POINT} <= inside[text.pk]:
            told = _("%(citation)s holds both subparagraphs (ust.) and points (pkt) of its own.")
            yield Hole(f"mixed:{text.provision_id}", told % {"citation": text.citation}, text, may_be_accepted=True)


def _wrong_totals(texts: Sequence[ProvisionText]) -> Iterator[Hole]:
    for text in texts:
        for typed, right in money.wrong_totals(text.cells):
            told = _("%(citation)s: the total says %(typed)s, but its rows add up to %(right)s.")
            words = told % {"citation": text.citation, "typed": typed, "right": money.figures(right)}
            yield Hole(f"total:{text.provision_id}:{typed}:{right}", words, text, may_be_accepted=True)


def _missing_elements(version: DraftVersion) -> Iterator[Hole]:
    for element in version.missing_elements():
        words = _("No unit is marked as fulfilling: %(element)s (%(citation)s).")
        told = words % {"element": element, "citation": element.citation}
        yield Hole(f"element:{element.number}", told, may_be_accepted=True)


def _unexplained(version: DraftVersion) -> Iterator[Hole]:
    """What people were asked about is changed because of what they said, or for a reason that can be told."""
    base = consulted_before(version)
    changed = changed_units(compared(base, version)) if base else []
    if not base or not changed:
        return
    made = version.changes.model.objects.made_in(versions_since(base, version))
    explained = set(made.with_basis().values_list("result", flat=True))
    if count := sum(change.unit.provision_id not in explained for change in changed):
        words = ngettext(
            "%(count)d changed unit says neither which voice nor what reason changed it.",
            "%(count)d changed units say neither which voice nor what reason changed them.",
            count,
        )
        yield Hole(f"unexplained:{count}", words % {"count": count}, may_be_accepted=True)


def consulted_before(version: DraftVersion) -> DraftVersion | None:
    """The newest version put to consultation that this one was made from. Two queries, none for a text that begins anew."""
    if version.based_on_id is None or not version.program.consultations.exists():
        return None
    family = {each.pk: each for each in version.program.versions.all()}
    line = (family[pk] for pk in line_of(version, family.values())[1:])
    return next((each for each in line if each.is_frozen and each.purpose == Purpose.CONSULTATION), None)


def changed_units(both: Compared) -> list[Change]:
    """What somebody has to say a reason for; a unit that came or went, with what stands in it, is one."""
    return [change for change in both.comparison.topmost if not change.is_quiet]


def versions_since(base: DraftVersion, version: DraftVersion) -> list[int]:
    """The keys of those that led from `base`, without it, to this one. One query."""
    return since(version, base, version.program.versions.all())
