"""One organization entered twice: what of the entry that goes moves to the one that stays, and the moving.

Whatever points to an organization is found by itself, hidden relations and join tables included, so that an app above
this one needs no word here.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db import models, transaction
from django.db.models import ForeignObjectRel, Model, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.letters import withdraw_unwanted
from accounts.models import Organization, User
from accounts.roles import Duty, has_duty
from accounts.tokens import Purpose

# What stays takes over where it has nothing; fields of one row belong together.
FILLED = (
    ("legal_form",),
    ("register", "register_number"),
    ("nip",),
    ("regon",),
    ("seat",),
    ("email",),
    ("source",),
    ("consent",),
    ("verified_at",),
)


class MergingRefused(Exception):
    in_words: Promise


class IsTheSameEntry(MergingRefused):
    in_words = _("This is one entry, not two. Choose another one to merge it with.")


class IsMergedAlready(MergingRefused):
    in_words = _("One of these entries is merged already: somebody was quicker. Look at the list of duplicates again.")


class MergingIsOutOfDate(MergingRefused):
    in_words = _("Something has changed since this page was shown. Nothing is merged yet: read it again and confirm again.")


class MayNotMerge(MergingRefused):
    in_words = _("Only those who keep the directory may merge its entries.")


@dataclass(frozen=True)
class Moving:
    """Rows of one kind that point to the entry that goes."""

    relation: ForeignObjectRel
    moves: tuple[int, ...]
    # There is such a row at the one that stays: these stay behind, with the entry that goes.
    doubled: tuple[int, ...]

    @property
    def words(self) -> str:
        return str(_kind(self.relation)._meta.verbose_name_plural)


class Merging:
    """What would happen now; reads and changes nothing."""

    def __init__(self, stays: Organization, goes: Organization) -> None:
        self.stays, self.goes = stays, goes

    @cached_property
    def movings(self) -> list[Moving]:
        found = [_moving(relation, self.stays, self.goes) for relation in relations()]
        return [one for one in found if one.moves or one.doubled]

    @cached_property
    def filled(self) -> list[str]:
        """Names of fields that are taken over."""
        return [name for names in FILLED if self._lacks(names) for name in names if getattr(self.goes, name)]

    def _lacks(self, names: tuple[str, ...]) -> bool:
        return not getattr(self.stays, names[-1]) and bool(getattr(self.goes, names[-1]))

    @property
    def is_refusing_now(self) -> bool:
        """Of two entries one has asked for no more invitations: that holds for the one that stays."""
        return self.stays.uninvited_at is None and self.goes.uninvited_at is not None

    @cached_property
    def seen(self) -> str:
        """What the two entries and everything around them were when somebody looked."""
        rows = [[getattr(one, field.attname) for field in Organization._meta.concrete_fields] for one in (self.stays, self.goes)]
        around = [[one.words, one.moves, one.doubled] for one in self.movings]
        return hashlib.sha256(json.dumps([rows, around], default=str).encode()).hexdigest()[:32]


def relations() -> Iterator[ForeignObjectRel]:
    """Every foreign key to an organization, of whatever app."""
    for field in Organization._meta.get_fields(include_hidden=True):
        if isinstance(field, ForeignObjectRel) and (field.one_to_many or field.one_to_one):
            yield field


@transaction.atomic
def merge_organizations(stays: Organization, goes: Organization, *, seen: str, by: User, at: datetime) -> Organization:
    """Move everything from one entry to the other; the one that goes stays as a pointer. `seen` is Merging.seen.

    Raises IsTheSameEntry, IsMergedAlready, MergingIsOutOfDate, MayNotMerge.
    """
    if not has_duty(by, Duty.KEEP_DIRECTORY):
        raise MayNotMerge
    if stays.pk == goes.pk:
        raise IsTheSameEntry
    # Always in the same order: two who merge the same pair the other way round wait, and do not block each other.
    both = Organization.objects.select_for_update().filter(pk__in=[stays.pk, goes.pk]).order_by("pk")
    locked = {one.pk: one for one in both}
    if len(locked) < 2 or any(one.merged_into_id for one in locked.values()):
        raise IsMergedAlready
    merging = Merging(locked[stays.pk], locked[goes.pk])
    if merging.seen != seen:
        raise MergingIsOutOfDate
    for moving in merging.movings:
        _rows(moving.relation).filter(pk__in=moving.moves).update(**{moving.relation.field.name: merging.stays})
    _take_over(merging)
    if merging.stays.uninvited_at:
        for pk in (merging.stays.pk, merging.goes.pk):
            withdraw_unwanted(Purpose.DIRECTORY, pk, at=at)
    return merging.stays


def _take_over(merging: Merging) -> None:
    stays, goes, filled = merging.stays, merging.goes, merging.filled
    for name in filled:
        setattr(stays, name, getattr(goes, name))
    if "register_number" in filled:
        # No two entries have it.
        goes.register = goes.register_number = ""
    if merging.is_refusing_now:
        stays.uninvited_at = goes.uninvited_at
    goes.merged_into = stays
    goes.save()
    stays.save()


def _kind(relation: ForeignObjectRel) -> type[Model]:
    kind = relation.related_model
    assert isinstance(kind, type)  # noqa: S101 - "self" is resolved by now
    return kind


def _rows(relation: ForeignObjectRel) -> QuerySet[Any]:
    return _kind(relation)._base_manager.order_by("pk")


def _moving(relation: ForeignObjectRel, stays: Organization, goes: Organization) -> Moving:
    name = relation.field.name
    doubled: set[int] = set()
    for others, condition in _unique_with(relation):
        rows = _rows(relation).filter(condition)
        taken = {tuple(said) for _pk, *said in rows.filter(**{name: stays}).values_list("pk", *others)}
        if taken:
            mine = rows.filter(**{name: goes}).values_list("pk", *others)
            doubled |= {pk for pk, *said in mine if tuple(said) in taken and None not in said}
    everything = _rows(relation).filter(**{name: goes}).values_list("pk", flat=True)
    return Moving(relation, tuple(pk for pk in everything if pk not in doubled), tuple(sorted(doubled)))


def _unique_with(relation: ForeignObjectRel) -> Iterator[tuple[list[str], Q]]:
    """Fields that together with the organization say what there may be once, and of which rows."""
    meta, name = _kind(relation)._meta, relation.field.name
    if relation.one_to_one:
        yield [], Q()
    for fields in meta.unique_together:
        if name in fields:
            yield [field for field in fields if field != name], Q()
    for constraint in meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and name in constraint.fields:
            yield [field for field in constraint.fields if field != name], constraint.condition or Q()
