"""The register as people read it: for each purpose what is kept, and how long."""

from itertools import groupby
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import ngettext

from desk.privacy.register import REGISTER, Kept
from desk.privacy.retention import RULES


class Line(NamedTuple):
    what: Promise
    long: Promise | str
    then: Promise


class Purpose(NamedTuple):
    why: Promise
    basis: Promise
    lines: list[Line]


def purposes() -> list[Purpose]:
    """In the order in which the register first names them."""
    order = list(dict.fromkeys((str(one.why), one.basis) for one in REGISTER))
    told = sorted(REGISTER, key=lambda one: order.index((str(one.why), one.basis)))
    return [
        Purpose(kept[0].why, kept[0].basis.value, [Line(one.what, _long(one), one.then.value) for one in kept])
        for kept in (list(group) for _key, group in groupby(told, key=lambda one: (str(one.why), one.basis)))
    ]


def _long(kept: Kept) -> Promise | str:
    rule = next((rule for rule in RULES if rule.name == kept.long), None)
    if rule is None:
        return kept.long
    if not (days := rule.period().days):
        return rule.since
    period = ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
    return f"{period} {rule.since}"
