"""The changes between two versions in short: how many there are, and a line for each changed unit."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.comparison import Change, Comparison, Fate
from programs.lineage import came_in_words
from programs.marks import Spelling
from programs.models import Descent
from programs.reading.changes import NO_MARKS, anchor_of, redlined
from programs.reading.markup import printed
from programs.redline import Run, spelled

SHORT = 60  # characters


@dataclass(frozen=True, slots=True)
class Line:
    anchor: str
    citation: str
    words: str
    excerpt: SafeString  # the first words that changed


def counted(comparison: Comparison) -> str:
    """How many units changed and in what way, as a sentence; empty when none did."""
    counts = comparison.counts
    renumbered = sum(change.is_quiet and change.renumbered for change in comparison.changes)
    told = [
        (counts[Fate.EDITED], ngettext("%(count)d unit changed", "%(count)d units changed", counts[Fate.EDITED])),
        (counts[Fate.NEW], ngettext("%(count)d added", "%(count)d added", counts[Fate.NEW])),
        (counts[Fate.DELETED], ngettext("%(count)d deleted", "%(count)d deleted", counts[Fate.DELETED])),
        (counts["moved"], ngettext("%(count)d moved", "%(count)d moved", counts["moved"])),
    ]
    words = ", ".join(sentence % {"count": count} for count, sentence in told if count)
    if renumbered:
        only = ngettext("%(count)d only has another number", "%(count)d only have other numbers", renumbered)
        words = "; ".join(filter(None, (words, only % {"count": renumbered})))
    return f"{capfirst(words)}." if words else ""


def listed(comparison: Comparison, old: Spelling, new: Spelling) -> list[Line]:
    """A line for each unit to look at; what came or went with the unit it stands in is not listed again."""
    return [
        Line(
            anchor=anchor_of(change),
            citation=change.unit.citation,
            words=", ".join(_in_words(change)),
            excerpt=mark_safe(_excerpt(change, old, new)),  # noqa: S308 - escaped where it became markup
        )
        for change in comparison.topmost
        if not change.is_quiet
    ]


def _in_words(change: Change) -> Iterator[str]:
    was = {"citation": change.old.citation if change.old else ""}
    match change.fate:
        case Fate.NEW:
            yield _("added")
        case Fate.DELETED:
            yield _("deleted")
        case Fate.EDITED:
            yield _("changed")
    if change.moved:
        yield _("moved from %(citation)s") % was
    elif change.renumbered:
        yield _("was %(citation)s") % was
    for kin in change.came_from:
        yield came_in_words(kin.kind, kin.unit.citation)
    for kin in change.went_into:
        yield _went_in_words(kin.kind, kin.unit.citation)


def _went_in_words(kind: Descent, citation: str) -> str:
    words = {
        Descent.SPLIT: _("%(citation)s is split from it"),
        Descent.MERGED: _("joined into %(citation)s"),
        Descent.REPLACED: _("replaced by %(citation)s"),
    }
    return words[kind] % {"citation": citation}


def _excerpt(change: Change, old: Spelling, new: Spelling) -> str:
    if change.fate != Fate.EDITED:
        said = change.says if change.new else change.said
        return printed(_beginning((new if change.new else old).words(said.heading or said.text)))
    for runs in (change.heading, change.text):
        words = list(spelled(runs, old, new))
        first = next((place for place, run in enumerate(words) if run.op != "same"), None)
        if first is not None:
            before = [Run("same", _end(run.words)) for run in words[:first]]
            # The words that came beside those that went, if both did.
            changed = [Run(run.op, _beginning(run.words)) for run in words[first : first + 2] if run.op != "same"]
            return redlined([*before, *changed], NO_MARKS, NO_MARKS)
    return ""


def _beginning(words: str) -> str:
    return words if len(words) <= SHORT else words[:SHORT].rpartition(" ")[0] + "…"


def _end(words: str) -> str:
    """The last few words, to say where a change is."""
    if len(words) <= SHORT // 2:
        return words
    return "…" + words[-SHORT // 2 :].partition(" ")[2]
