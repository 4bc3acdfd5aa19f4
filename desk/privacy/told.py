"""The register as people read it."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import ngettext

from desk.privacy.register import REGISTER, Kept
from desk.privacy.retention import RULES


@dataclass(frozen=True)
class Line:
    what: Promise
    why: Promise
    basis: Promise
    long: Promise | str
    then: Promise


def lines() -> list[Line]:
    return [Line(one.what, one.why, one.basis.value, _long(one), one.then.value) for one in REGISTER]


def _long(kept: Kept) -> Promise | str:
    rule = next((rule for rule in RULES if rule.name == kept.long), None)
    if rule is None:
        return kept.long
    if not (days := rule.period().days):
        return rule.since
    return f"{ngettext('%(n)d day', '%(n)d days', days) % {'n': days}} {rule.since}"
