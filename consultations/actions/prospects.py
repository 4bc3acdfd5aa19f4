"""What stands in the way of a change that waits: its words have changed since, or the provision is not there any more."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consultations.models import ChangeAction, ProposedChange
from programs.actions import load, with_inner
from programs.lineage import Outcome, Whereabouts, whereabouts
from programs.models import DraftVersion, ProvisionText

ELSEWHERE = (Outcome.DELETED, Outcome.SPLIT, Outcome.MERGED, Outcome.REPLACED)


class ChangeRefused(Exception):
    """Why the text is not changed as asked; `in_words` says what to do."""

    in_words: str | Promise = ""


class ProvisionIsElsewhere(ChangeRefused):
    """Deleted, split, joined or replaced since."""

    def __init__(self, citation: str, where: Whereabouts) -> None:
        super().__init__(citation, where)
        words = _("%(citation)s is not there any more as it was; %(where)s. Change it in the text, say where, and drop this one.")
        self.in_words = words % {"citation": citation, "where": where.in_words}


class ChangeConflicts(ChangeRefused):
    """Somebody has changed the same words since. `prospect` holds what stood there, what stands there and what was proposed."""

    in_words = _("These words have changed since the change was proposed. Compare the three wordings and write the one to be.")

    def __init__(self, prospect: "Prospect") -> None:
        super().__init__(prospect.change.pk)
        self.prospect = prospect


@dataclass(frozen=True)
class Prospect:
    """A waiting change and the text that it is to go into."""

    change: ProposedChange
    base: ProvisionText  # what it was proposed on
    where: Whereabouts
    present: ProvisionText | None
    present_hash: str = ""

    @property
    def is_gone(self) -> bool:
        return self.present is None or self.where.kind in ELSEWHERE

    @property
    def is_conflict(self) -> bool:
        return not self.is_gone and self.would_overwrite(self.change.base_hash)

    def would_overwrite(self, seen: str) -> bool:
        """Words that nobody had before them who wants them changed; to say the same a second time hurts nobody."""
        if self.change.action == ChangeAction.ADD or self.present is None:
            return False
        says = (self.present.heading, self.present.text)
        if self.change.action == ChangeAction.REWORD and says == (self.change.heading, self.change.text):
            return False
        return self.present_hash != seen

    @property
    def refusal(self) -> ChangeRefused | None:
        if self.is_gone:
            return ProvisionIsElsewhere(self.base.citation, self.where)
        return ChangeConflicts(self) if self.is_conflict else None


def prospects(changes: Iterable[ProposedChange], version: DraftVersion) -> list[Prospect]:
    """In the order of the text they were proposed on. Four queries, however many; a fifth where totals are quoted."""
    changes = list(changes)
    places = Q(*(Q(version=change.base_id, provision=change.provision_id) for change in changes), _connector=Q.OR)
    bases = {(text.version_id, text.provision_id): text for text in ProvisionText.objects.filter(places) if changes}
    where = whereabouts(bases.values(), version) if bases else {}
    texts = load(version)
    present = {text.provision_id: text for text in texts}
    found = []
    for change in changes:
        base, unit = bases[change.base_id or 0, change.provision_id], present.get(change.provision_id)
        hashed = words_hash(texts, unit, change.action) if unit else ""
        found.append(Prospect(change, base, where[base.pk], unit, hashed))
    return sorted(found, key=lambda prospect: (prospect.base.rank, prospect.change.proposed_at, prospect.change.pk))


def words_hash(texts: Sequence[ProvisionText], unit: ProvisionText, action: str) -> str:
    """Of the words that a change does away with: when a unit goes, those of all that stands in it too."""
    if action != ChangeAction.REMOVE:
        return unit.fingerprint()
    return hashlib.sha256("".join(text.fingerprint() for text in with_inner(texts, unit)).encode()).hexdigest()
