"""From a voice to the words it changed, and back: what the public may follow."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from django.urls import reverse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from consultations.models import ChangeAction, ProposedChange, Voice
from consultations.models.changes import Landing, traced_parts
from programs.lineage import line_of, whereabouts
from programs.models import DraftVersion, ProvisionText


def tell_landings(voices: Iterable[Voice], at: datetime) -> None:
    """Set `landings` on each voice whose answer is published, in the order in which the changes were made.

    Two queries when none has landed. Of each program at most seven more, however many voices; and what a later
    version did away with is looked for in the one before it.
    """
    voices = list(voices)
    pairs = list(
        ProposedChange.parts.through.objects.filter(
            part__in=traced_parts(at), part__voice__in=[voice.pk for voice in voices], proposedchange__applied_at__lte=at
        )
        .order_by("proposedchange__applied_at", "proposedchange")
        .values_list("part__voice", "proposedchange")
    )
    changes = ProposedChange.objects.in_bulk([change for _voice, change in pairs])
    texts = _Texts.of(list(changes.values()))
    landed = {pk: landing for program in texts for pk, landing in program.landings().items()}
    by_voice: defaultdict[int, dict[int, Landing]] = defaultdict(dict)
    for voice, change in pairs:
        if change in landed:
            by_voice[voice][change] = landed[change]
    for said in voices:
        said.landings = list(by_voice[said.pk].values())


@dataclass(frozen=True)
class _Texts:
    """The versions of one program, and the changes that were made in them because of voices."""

    versions: Sequence[DraftVersion]  # all, oldest first
    changes: Sequence[ProposedChange]

    @classmethod
    def of(cls, changes: Sequence[ProposedChange]) -> "list[_Texts]":
        if not changes:
            return []
        made_in = {change.applied_in_id for change in changes}
        versions: defaultdict[int, list[DraftVersion]] = defaultdict(list)
        family = DraftVersion.objects.filter(program__versions__in=made_in).distinct()
        for version in family.select_related("program__resolution__version").order_by("number"):
            versions[version.program_id].append(version)
        told = []
        for each in versions.values():
            keys = {version.pk for version in each}
            told.append(cls(each, [change for change in changes if change.applied_in_id in keys]))
        return told

    @cached_property
    def public(self) -> Sequence[DraftVersion]:
        """Newest first."""
        return [version for version in reversed(self.versions) if version.is_public]

    def landings(self) -> dict[int, Landing]:
        """By the key of the change."""
        removed = [change for change in self.changes if change.action == ChangeAction.REMOVE]
        return self._removed(removed) | self._standing([change for change in self.changes if change not in removed])

    def _standing(self, changes: Sequence[ProposedChange]) -> dict[int, Landing]:
        rows = ProvisionText.objects.filter(
            version__in={change.applied_in_id for change in changes}, provision__in={change.result_id for change in changes}
        )
        as_made = {(text.version_id, text.provision_id): text for text in rows}
        # Who rewrites a version after the change may have taken the unit out of it.
        waiting = {change.pk: as_made.get(_place(change)) for change in changes}
        found: dict[int, Landing] = {}
        for version in self.public:
            line = set(line_of(version, self.versions))
            carried = {pk: text for pk, text in waiting.items() if text and text.version_id in line and pk not in found}
            where = whereabouts(carried.values(), version) if carried else {}
            for change in changes:
                if change.pk in carried and (units := where[carried[change.pk].pk].units):
                    citation = get_text_list([unit.citation for unit in units], _("and"))
                    found[change.pk] = Landing(change.action, version, citation, f"{_address(version)}#{units[0].anchor}")
        return found

    def _removed(self, changes: Sequence[ProposedChange]) -> dict[int, Landing]:
        rows = ProvisionText.objects.filter(
            version__in=[version.pk for version in self.public], provision__in={change.result_id for change in changes}
        )
        stood = {(text.version_id, text.provision_id): text for text in rows} if changes else {}
        found = {}
        for change in changes:
            number = next(version.number for version in self.versions if version.pk == change.applied_in_id)
            without = [version for version in self.public if change.applied_in_id in line_of(version, self.versions)]
            before = (version for version in self.public if version.number < number)
            base = next((version for version in before if (version.pk, _place(change)[1]) in stood), None)
            if without and base:
                text, version = stood[base.pk, _place(change)[1]], without[0]
                compared = reverse("programs:changes", args=[version.program.slug, base.number, version.number])
                found[change.pk] = Landing(change.action, version, text.citation, f"{compared}#dawny-{text.anchor}")
        return found


def _place(change: ProposedChange) -> tuple[int, UUID]:
    """The version that an applied change was made in, and the provision that carries it."""
    # Tells the type checker what a constraint has made sure of.
    assert change.applied_in_id and change.result_id  # noqa: PT018, S101
    return change.applied_in_id, change.result_id


def _address(version: DraftVersion) -> str:
    return reverse("programs:version", args=[version.program.slug, version.number])
