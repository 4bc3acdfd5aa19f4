"""Why a provision is as it is: the voices that it was changed for, and the office's own reasons, as far as the public may know.

What lies behind a change is known to consultations; it is reached by the names of relations, since nothing here may import it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape
from itertools import groupby
from typing import Protocol
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from programs.lineage import line_of
from programs.models import DraftVersion
from programs.reading.markup import printed


class Reason(Protocol):
    """A voice, by its number, with its address; without one, a reason of the office in words."""

    @property
    def provision(self) -> UUID: ...
    @property
    def action(self) -> str: ...
    @property
    def words(self) -> str: ...
    @property
    def url(self) -> str: ...


Because = Mapping[UUID, Sequence[Reason]]


def since(version: DraftVersion, earlier: DraftVersion | None, family: Iterable[DraftVersion]) -> list[int]:
    """The keys of the versions that led from `earlier`, without it, to this one; from the first, without one. No query."""
    line = line_of(version, family)
    return line[: line.index(earlier.pk)] if earlier and earlier.pk in line else line


def because(version: DraftVersion, versions: Iterable[int], at: datetime) -> Because:
    """The reasons for what was changed in `versions`, by the provision that carries the change in `version`. One query."""
    reasons: defaultdict[UUID, list[Reason]] = defaultdict(list)
    for reason in version.changes.model.objects.made_in(versions).reasons(at):
        reasons[reason.provision].append(reason)
    return reasons


def because_since(base: DraftVersion, version: DraftVersion, at: datetime) -> Because:
    """Two queries, one if nothing of what led from `base` to this version says why."""
    family = list(version.program.versions.all())
    return because(version, since(version, base, family), at)


def told(reasons: Sequence[Reason], *, links: bool) -> str:
    """As markup, to stand below the unit; with `links`, each number leads to its voice. Nothing when nobody gave any."""
    if not reasons:
        return ""
    language = get_language()
    lang = "" if language == "pl" else f' lang="{language}"'
    said = [_sentence(action, list(run), links=links) for action, run in groupby(_sorted(reasons), key=_kind)]
    return f'<p class="because"{lang}>{" ".join(said)}</p>\n'


def _kind(reason: Reason) -> tuple[bool, str]:
    return not reason.url, reason.action if reason.url else ""


def _sorted(reasons: Sequence[Reason]) -> list[Reason]:
    return sorted(reasons, key=_kind)


def _sentence(kind: tuple[bool, str], reasons: Sequence[Reason], *, links: bool) -> str:
    is_own, action = kind
    if is_own:
        words = "; ".join(f'<span lang="pl">{printed(reason.words)}</span>' for reason in reasons)
        return _("Reason: %(words)s") % {"words": words}
    numbers = [_number(reason) if links else printed(reason.words) for reason in reasons]
    sentence = {
        "add": _("Added because of: %(numbers)s."),
        "remove": _("Deleted because of: %(numbers)s."),
    }.get(action, _("Changed because of: %(numbers)s."))
    return sentence % {"numbers": ", ".join(numbers)}


def _number(reason: Reason) -> str:
    return f'<a href="{escape(reason.url)}">{printed(reason.words)}</a>'
