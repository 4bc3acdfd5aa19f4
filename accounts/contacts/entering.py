"""What happens to a list of contacts: it is put up, entered, forgotten."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import PurePosixPath
from typing import NamedTuple

from django.core.files import File
from django.db import connection, transaction
from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from accounts.contacts.plan import KEPT, Entry, Outcome, Planned, plan
from accounts.contacts.reading import MAX_BYTES, read
from accounts.contacts.refusals import Reason
from accounts.contacts.rows import judged
from accounts.folding import folded
from accounts.models import ContactImport, Organization, Sphere, User
from accounts.roles import Duty, has_duty
from accounts.spreadsheets import Unreadable

AT_ONCE = 1_000  # rows in one statement
_CHANGED = (*KEPT, "verified_at", "uninvited_at")
HasSphere = Organization.spheres.through


class MayNotEnterContacts(Exception):
    in_words = _("Only those who keep the directory may put up lists of contacts.")


class Entered(NamedTuple):
    new: int
    completed: int


def put_up_contacts(file: File[bytes], *, by: User, at: datetime) -> ContactImport:
    """Read a CSV file and keep its rows; nothing is entered yet. Raises Unreadable, MayNotEnterContacts."""
    if not has_duty(by, Duty.KEEP_DIRECTORY):
        raise MayNotEnterContacts
    if file.size > MAX_BYTES:
        raise Unreadable(Reason.TOO_LARGE)
    table = read(file.read())
    name = PurePosixPath(str(file.name)).name[-200:]
    return ContactImport.objects.create(file_name=name, rows=table.rows, unknown=table.unknown, made_by=by, made_at=at)


def planned(put_up: ContactImport, *, at: datetime) -> list[Planned]:
    """Its rows beside the directory as it is now: three queries, however many rows."""
    spheres = _spheres(at)
    return plan([judged(row, spheres) for row in put_up.rows], _entries())


def _spheres(at: datetime) -> dict[str, int]:
    offered = Sphere.objects.filter(Q(retired_on=None) | Q(retired_on__gt=localdate(at)))
    return {folded(words): pk for pk, *both in offered.values_list("pk", "name", "label") for words in both if words}


def _entries() -> list[Entry]:
    spheres: dict[int, set[int]] = {}
    for pk, sphere in HasSphere.objects.values_list("organization_id", "sphere_id"):
        spheres.setdefault(pk, set()).add(sphere)
    rows = Organization.objects.order_by("pk").values_list("pk", "merged_into", "verified_at", "uninvited_at", "name", *KEPT)
    return [
        Entry(
            pk=pk,
            heir=heir or pk,
            values=dict(zip(("name", *KEPT), values, strict=True)),
            spheres=frozenset(spheres.get(pk, ())),
            is_verified=verified_at is not None,
            is_refusing=uninvited_at is not None,
        )
        for pk, heir, verified_at, uninvited_at, *values in rows
    ]


@transaction.atomic
def enter_contacts(put_up: ContactImport, *, by: User, at: datetime) -> Entered:
    """Enter what is new, complete what is known, and leave in the list what has to be corrected. A second call enters
    what has become good since, and nothing twice. Raises MayNotEnterContacts."""
    if not has_duty(by, Duty.KEEP_DIRECTORY):
        raise MayNotEnterContacts
    locked = ContactImport.objects.select_for_update().get(pk=put_up.pk)
    _hold_directory()
    rows = planned(locked, at=at)
    done = Entered(
        _enter([one for one in rows if one.outcome == Outcome.NEW], at),
        _complete([one for one in rows if one.outcome == Outcome.COMPLETES], at),
    )
    wrong = {one.contact.row for one in rows if one.outcome == Outcome.REFUSED}
    # The directory has the others now: addresses are not kept twice.
    locked.rows = [row for row in locked.rows if row["row"] in wrong]
    locked.entered, locked.completed = locked.entered + done.new, locked.completed + done.completed
    locked.confirmed_at = locked.confirmed_at or at
    locked.save(update_fields=["rows", "entered", "completed", "confirmed_at"])
    return done


def _hold_directory() -> None:
    """Nobody enters an organization while we decide which are new: locks of rows do not hold those that are not there yet."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE accounts_organization IN SHARE ROW EXCLUSIVE MODE")


def _enter(rows: Sequence[Planned], at: datetime) -> int:
    made = Organization.objects.bulk_create(
        [Organization(**one.fills, verified_at=at, created_at=at, uninvited_at=at if one.is_refusing else None) for one in rows],
        batch_size=AT_ONCE,
    )
    _give_spheres(zip((one.pk for one in made), rows, strict=True))
    return len(made)


def _complete(rows: Sequence[Planned], at: datetime) -> int:
    by_pk = {one.entry.pk: one for one in rows if one.entry}
    known = list(Organization.objects.filter(pk__in=by_pk).order_by("pk")) if by_pk else []
    for organization in known:
        one = by_pk[organization.pk]
        for name, value in one.fills.items():
            setattr(organization, name, value)
        organization.verified_at = organization.verified_at or at
        if one.is_refusing:
            organization.uninvited_at = organization.uninvited_at or at
    # Not bulk_update: that tries each of its cases on each row, a minute and a half for 20,000.
    Organization.objects.bulk_create(
        known, batch_size=AT_ONCE, update_conflicts=True, unique_fields=["pk"], update_fields=_CHANGED
    )
    _give_spheres(by_pk.items())
    return len(known)


def _give_spheres(rows: Iterable[tuple[int, Planned]]) -> None:
    given = [HasSphere(organization_id=pk, sphere_id=sphere) for pk, one in rows for sphere in sorted(one.spheres)]
    HasSphere.objects.bulk_create(given, batch_size=AT_ONCE)


def forget_contacts(put_up: ContactImport) -> None:
    """What was entered of it stays."""
    put_up.delete()
