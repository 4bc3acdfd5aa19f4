"""The text of one program as the beginning of another."""

from datetime import datetime
from uuid import uuid4

from django.db import transaction

from programs.actions.units import VersionIsNotEmpty, insert_texts, load, lock_unfrozen
from programs.marks import renamed
from programs.models import DraftVersion, Provision, ProvisionText


@transaction.atomic
def copy_text(version: DraftVersion, *, source: DraftVersion, at: datetime) -> None:
    """Into an empty version of another program: every unit begins a life of its own, with the elements it fulfils.

    References within the text lead to the new units. Raises VersionIsFrozen, VersionIsNotEmpty.
    """
    version = lock_unfrozen(version)
    if version.texts.exists():
        raise VersionIsNotEmpty
    old = load(source)
    names = {text.provision_id: uuid4() for text in old}
    Provision.objects.bulk_create([Provision(id=name, program=version.program) for name in names.values()])
    copies: dict[ProvisionText, ProvisionText] = {}
    for text in old:
        copies[text] = ProvisionText(
            version=version,
            provision_id=names[text.provision_id],
            parent=copies[text.parent] if text.parent else None,
            position=text.position,
            kind=text.kind,
            heading=renamed(text.heading, names),
            text=renamed(text.text, names),
            cells=[[renamed(cell, names) for cell in row] for row in text.cells],
        )
    insert_texts(list(copies.values()))
    through = Provision.elements.through
    rows = through.objects.filter(provision_id__in=names).values_list("provision_id", "statutoryelement_id")
    through.objects.bulk_create(through(provision_id=names[one], statutoryelement_id=element) for one, element in rows)
