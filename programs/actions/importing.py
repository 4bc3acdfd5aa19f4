"""A Word file becomes a version: put up by a person, read by the worker, made only when the person says so."""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.core.files import File
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.letters import wake
from accounts.models import User
from programs.actions.units import TextRefusal, insert_texts, set_words
from programs.actions.versions import ProgramIsClosed, VersionOfAnotherProgram, begin_version, lock_program
from programs.child import ChildFailed, Limits, run
from programs.imports.matching import Likeness, Match, propose
from programs.imports.plan import Choice, Planned, RowIsMisplaced, choices, plan
from programs.imports.refusals import Reason
from programs.imports.result import ReadText
from programs.marks import renamed
from programs.models import DraftVersion, Program, Provision, ProvisionText, Purpose, TextImport, Tracked
from programs.models.file import TRIES
from programs.numbering import Unit
from programs.reading import spelling

logger = logging.getLogger(__name__)
LIMITS = Limits(cpu=60, wall=120, memory=1_500_000_000, output=50_000_000)
# Fewer of the earlier version's units found again than this: probably another document.
ALIKE_FROM = 0.3


class ImportIsNotRead(TextRefusal):
    in_words = _("This file is not read yet. Wait until its preview is shown.")


class ImportIsDone(TextRefusal):
    in_words = _("A version was made of this file already. Open that version, or put the file up once more.")


class NothingIsTaken(TextRefusal):
    in_words = _("Every row is skipped: there would be no text. Say of at least one row what it is.")


class LooksLikeAnotherText(TextRefusal):
    """Most units of the version that it should continue are not in the file."""

    def __init__(self, version: DraftVersion, kept: int, count: int) -> None:
        super().__init__(version, kept, count)
        words = {"kept": kept, "count": count, "number": version.number}
        told = gettext(
            "Only %(kept)s of the %(count)s units of version %(number)s are in this file: it looks like another document. "
            "If it is the right one, tick below that you are sure."
        )
        self.in_words = told % words


class CannotStandThere(TextRefusal):
    def __init__(self, row: int, label: str) -> None:
        super().__init__(row)
        self.row = row
        told = gettext("Row %(row)s (%(label)s) may not stand where it is as what you chose. Choose another kind for it.")
        self.in_words = told % {"row": row + 1, "label": label or "–"}


@transaction.atomic
def put_up_import(
    program: Program,
    *,
    file: File[bytes],
    tracked: Tracked,
    purpose: Purpose,
    base: DraftVersion | None,
    by: User | None,
    at: datetime,
) -> TextImport:
    """Hand a Word file to the worker; no text is made of it yet. Raises ProgramIsClosed, VersionOfAnotherProgram."""
    if program.is_closed:
        raise ProgramIsClosed
    if base and base.program_id != program.pk:
        raise VersionOfAnotherProgram
    put_up = TextImport(
        program=program, base=base, purpose=purpose, tracked=tracked, name=str(file.name)[:200], asked_by=by, asked_at=at
    )
    # A name of our own: theirs may say anything.
    put_up.file.save(f"{uuid4().hex}.docx", file, save=False)
    put_up.save()
    transaction.on_commit(partial(wake, "programs.read_import", put_up.pk))
    return put_up


def read_import(put_up: TextImport, *, at: datetime, clock: Callable[[], datetime]) -> bool:
    """Read a file that waits; whether this call did. `clock` tells when it was done."""
    if not TextImport.objects.owed(at).filter(pk=put_up.pk).update(started_at=at, tries=F("tries") + 1):
        return False
    put_up.refresh_from_db()
    if put_up.tries > TRIES:
        logger.error("Import %s: whoever began to read it died, %s times", put_up.pk, TRIES)
        return _keep(put_up, {"reason": Reason.BROKEN}, at=clock())
    try:
        with put_up.file.open("rb") as stored:
            data = str(put_up.tracked).encode() + b"\n" + stored.read()
        # The file may be made to harm its reader: it is opened within limits, away from the database and its password.
        answer = json.loads(run("programs.imports.child", data, limits=LIMITS))
    except (ChildFailed, FileNotFoundError):
        logger.exception("Import %s could not be read", put_up.pk)
        answer = {"reason": Reason.BROKEN}
    return _keep(put_up, answer, at=clock())


@transaction.atomic
def _keep(put_up: TextImport, answer: Mapping[str, Any], *, at: datetime) -> bool:
    locked = TextImport.objects.select_for_update().filter(pk=put_up.pk, read_at=None, trouble="").first()
    # Forgotten by a person, or read meanwhile by another worker: nothing comes back, and no decision is lost.
    if locked is None:
        return False
    if "reason" in answer:
        locked.trouble = Reason(answer["reason"])
        locked.trouble_count, locked.trouble_place = answer.get("count", 0), str(answer.get("place", ""))[:200]
    else:
        text = ReadText.from_json(answer)
        locked.found = {**answer, "matches": [_match_to_json(match) for match in _proposals(locked, text)]}
        locked.read_at = at
    name, storage = str(locked.file.name), locked.file.storage
    locked.file = ""
    locked.save()
    # An office file says who wrote it, and nobody needs it any more.
    transaction.on_commit(partial(storage.delete, name))
    return True


@transaction.atomic
def decide_rows(put_up: TextImport, *, decided: Mapping[int, Choice]) -> TextImport:
    """Keep what the person decided about some rows. Raises ImportIsNotRead, ImportIsDone."""
    locked = _lock_read(put_up)
    for row, choice in decided.items():
        locked.decided[str(row)] = {"kind": choice.kind, "provision": str(choice.provision or "")}
    locked.save(update_fields=("decided",))
    return locked


@transaction.atomic
def make_version(put_up: TextImport, *, by: User | None, sure: bool = False, at: datetime) -> DraftVersion:
    """Make the next version of what was read and decided: a matched unit keeps its identity, and with it its remarks.

    Raises ImportIsNotRead, ImportIsDone, ProgramIsClosed, NothingIsTaken, CannotStandThere, TextIsTooLong and, unless `sure`,
    LooksLikeAnotherText.
    """
    program = lock_program(put_up.program_id)
    locked = _lock_read(put_up)
    if program.is_closed:
        raise ProgramIsClosed
    units = planned_units(locked)
    if not units:
        raise NothingIsTaken
    known = set(locked.base.texts.values_list("provision", flat=True)) if locked.base else set()
    kept = sum(unit.provision in known for unit in units)
    if locked.base and kept < ALIKE_FROM * len(known) and not sure:
        raise LooksLikeAnotherText(locked.base, kept, len(known))
    version = begin_version(program, purpose=Purpose(locked.purpose), based_on=locked.base, by=by, at=at)
    insert_texts(_texts(version, units, known))
    locked.made = version
    locked.found = locked.decided = {}
    locked.save(update_fields=("made", "found", "decided"))
    return version


@transaction.atomic
def drop_import(put_up: TextImport) -> None:
    """Forget a file that shall become nothing. Raises ImportIsDone."""
    locked = TextImport.objects.select_for_update().filter(pk=put_up.pk).first()
    if locked is None:
        return
    if locked.made_id:
        raise ImportIsDone
    name, storage = str(locked.file.name), locked.file.storage
    locked.delete()
    if name:
        transaction.on_commit(partial(storage.delete, name))


def forget_imports(at: datetime) -> int:
    """Drop previews that nobody decided on for a month; how many."""
    forgotten = list(TextImport.objects.forgotten(at))
    for put_up in forgotten:
        drop_import(put_up)
    return len(forgotten)


def planned_units(put_up: TextImport) -> list[Planned]:
    """What would be written now. Raises CannotStandThere."""
    text = ReadText.from_json(_without_matches(put_up.found))
    chosen = choices(text.rows, matches_of(put_up), put_up.decided)
    try:
        return plan(text.rows, chosen)
    except RowIsMisplaced as misplaced:
        raise CannotStandThere(misplaced.row, text.rows[misplaced.row].label) from misplaced


def matches_of(put_up: TextImport) -> list[Match]:
    """For each row that was read the provision it probably is."""
    return [
        Match(UUID(provision) if provision else None, Likeness(reason) if reason else None, ratio)
        for provision, reason, ratio in put_up.found["matches"]
    ]


def text_of(put_up: TextImport) -> ReadText:
    return ReadText.from_json(_without_matches(put_up.found))


def _without_matches(found: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if name != "matches"}


def _proposals(put_up: TextImport, text: ReadText) -> Sequence[Match]:
    if put_up.base is None:
        return [Match() for _row in text.rows]
    units = list(put_up.base.texts.in_reading_order())
    return propose(text.rows, units, spelling(units))


def _match_to_json(match: Match) -> list[Any]:
    return [str(match.provision) if match.provision else None, match.reason, match.ratio]


def _lock_read(put_up: TextImport) -> TextImport:
    locked = TextImport.objects.select_for_update(of=("self",)).select_related("base__program", "program").get(pk=put_up.pk)
    if locked.made_id:
        raise ImportIsDone
    if locked.read_at is None:
        raise ImportIsNotRead
    return locked


def _texts(version: DraftVersion, units: Sequence[Planned], known: set[UUID]) -> list[ProvisionText]:
    texts: list[ProvisionText] = []
    new = [Provision(program_id=version.program_id) for _unit in units]
    identities = [unit.provision if unit.provision in known else fresh.pk for unit, fresh in zip(units, new, strict=True)]
    names = {unit.exported_as: identity for unit, identity in zip(units, identities, strict=True) if unit.exported_as}
    for position, (unit, provision_id) in enumerate(zip(units, identities, strict=True)):
        parent = texts[unit.parent] if unit.parent is not None else None
        # Positions need only rise among neighbors: numbering makes them dense.
        text = ProvisionText(version=version, provision_id=provision_id, parent=parent, position=position, kind=Unit(unit.kind))
        set_words(text, heading=unit.heading, text=renamed(unit.text, names), cells=unit.cells)
        texts.append(text)
    used = set(identities)
    Provision.objects.bulk_create(fresh for fresh in new if fresh.pk in used)
    return texts
