"""Officials hear that answers are due in three days, and that the day has passed; coordinators hear the second too.

Once for each address and day, whatever a tick is: late, doubled, repeated. Who has just been given the work is left alone.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.letters import AddressIsWrong, owe_letter
from accounts.models import Letter, State
from consultations.actions.assignment import of_letter, reminder_of
from consultations.audiences import coordinators
from consultations.deadlines import DAY, day_words, end_of, local_day, moment
from consultations.models import Part
from consultations.models.answers import PartQuerySet
from consultations.reminding import LEAVE_ALONE

logger = logging.getLogger(__name__)

BEFORE = 3 * DAY
CLOCK = time(8)
# What has been late for longer, coordinators know of.
REACH = 7 * DAY


class _Told(NamedTuple):
    address: str
    occasion: str


def owe_due_answers(at: datetime) -> None:
    """A query when no answer is due, a few when some are, however many."""
    if _owed(_near(at), at):
        with transaction.atomic():
            # Whoever assigns one of them otherwise waits, and then finds the letter to take back.
            held = list(_near(at).select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk", flat=True))
            for told, parts in _owed(_near(at).filter(pk__in=held), at).items():
                _owe(told, parts, at)


def _near(at: datetime) -> PartQuerySet:
    today = local_day(at)
    due = Part.objects.standing().unanswered().filter(due_on__gte=today - REACH, due_on__lte=today + BEFORE)
    related = ("department", "assignee", "voice__consultation")
    return due.select_related(*related).order_by("voice__kind", "voice__number", "position")


def _owed(near: PartQuerySet, at: datetime) -> Mapping[_Told, list[Part]]:
    """The letters that are to be written now, with what they are about."""
    due = [(part, part.due_on) for part in near if part.due_on and _told_from(part.due_on, at) <= at]
    has_late = any(_is_late(day, at) for _part, day in due)
    over_them = [person.email for person in coordinators()] if has_late else []
    found: defaultdict[_Told, list[Part]] = defaultdict(list)
    for part, day in due:
        for address in {*_addresses(part), *(over_them if _is_late(day, at) else ())}:
            found[_Told(address, _occasion(day, at))].append(part)
    known = _known(found, at) if found else set()
    return {told: about for told, about in found.items() if told not in known}


def _told_from(day: date, at: datetime) -> datetime:
    return moment(day + DAY if _is_late(day, at) else day - BEFORE, CLOCK)


def _is_late(day: date, at: datetime) -> bool:
    return day < local_day(at)


def _occasion(day: date, at: datetime) -> str:
    return f"{reminder_of(day)}:late" if _is_late(day, at) else reminder_of(day)


def _addresses(part: Part) -> list[str]:
    return [one.email.lower() for one in (part.department, part.assignee) if one and one.email]


def _known(found: Iterable[_Told], at: datetime) -> set[_Told]:
    """Of these, who has been written to, and who has just been given work and so has the day before their eyes."""
    letters = Letter.objects.filter(occasion__in={told.occasion for told in found}).only("to", "occasion", "state", "history")
    known = {_Told(one.to, one.occasion) for one in letters if one.state != State.OBSOLETE or one.is_cancelled_by_staff}
    given = set(Letter.objects.filter(kind="assigned", owed_at__gt=at - LEAVE_ALONE).values_list("to", flat=True))
    return known | {told for told in found if told.address in given and not told.occasion.endswith(":late")}


def _owe(told: _Told, parts: list[Part], at: datetime) -> None:
    (day,) = {part.due_on for part in parts if part.due_on}
    is_late = _is_late(day, at)
    with translation.override(settings.LANGUAGE_CODE):
        words = _("Answers were due on %(day)s") if is_late else _("Answers are due on %(day)s")
        context = {**of_letter(parts), "state": words % {"day": day_words(day, at)}}
    over = end_of(day + REACH if is_late else day)
    try:
        owe_letter(told.address, kind="answer_due", occasion=told.occasion, at=at, context=context, expires_at=over)
    except AddressIsWrong:
        logger.warning("The address of a department or an official is none, so nobody is reminded of %s.", told.occasion)
