"""What became of the text because of voices, or for a reason of the office: in versions that everybody may read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Prefetch, Q
from django.urls import reverse

from consultations.models import ChangeAction, Consultation, ProposedChange
from consultations.models.changes import traced_parts
from programs.models import DraftVersion, ProvisionText


@dataclass(frozen=True)
class Changed:
    action: str  # a code of ChangeAction
    citation: str  # of what carries the change; of what was removed, as it was cited before
    program: str
    version: int
    url: str
    because: Sequence[tuple[str, str]]  # signatures of public voices, with their addresses
    own_reason: str


def changes(consultation: Consultation, at: datetime) -> list[Changed]:
    """In the order in which they were made. Three queries, however many."""
    parts = traced_parts(at).filter(voice__consultation=consultation)
    in_order = parts.select_related("voice").order_by("voice__kind", "voice__number")
    applied = (
        ProposedChange.objects.applied()
        .filter(applied_in__in=DraftVersion.objects.public(), provision__program__consultations=consultation)
        # A reason given beside voices waits for their answers: it would tell of them.
        .filter(Exists(parts.filter(changes=OuterRef("pk"))) | Q(parts=None) & ~Q(own_reason=""))
        .select_related("applied_in__program")
        .prefetch_related(Prefetch("parts", in_order, to_attr="told"))
        .order_by("applied_in__number", "applied_at", "pk")
    )
    made = list(applied)
    cited = _cited(made)
    return [_changed(change, cited, consultation) for change in made]


def _cited(made: Sequence[ProposedChange]) -> dict[tuple[int | None, object], ProvisionText]:
    places = {_place(change) for change in made}
    texts = ProvisionText.objects.filter(
        version__in={version for version, _ in places}, provision__in={provision for _, provision in places}
    )
    return {(text.version_id, text.provision_id): text for text in texts.only("version", "provision", "citation", "kind")}


def _place(change: ProposedChange) -> tuple[int | None, object]:
    """The version and the provision whose citation tells where it is."""
    if change.action == ChangeAction.REMOVE:
        return change.base_id, change.provision_id
    return change.applied_in_id, change.result_id


def _changed(
    change: ProposedChange, cited: dict[tuple[int | None, object], ProvisionText], consultation: Consultation
) -> Changed:
    version, text = change.applied_in, cited.get(_place(change))
    assert version  # noqa: S101 - the query has asked for it
    address = reverse("programs:version", args=[version.program.slug, version.number])
    stands = text is not None and change.action != ChangeAction.REMOVE
    voices = {part.voice.pk: part.voice for part in change.told}  # type: ignore[attr-defined]
    for voice in voices.values():
        voice.consultation = consultation
    return Changed(
        action=change.action,
        citation=text.citation if text else "",
        program=version.program.title,
        version=version.number,
        url=f"{address}#{text.anchor}" if text and stands else address,
        because=[(voice.signature, voice.get_absolute_url()) for voice in voices.values()],
        own_reason=change.own_reason,
    )
