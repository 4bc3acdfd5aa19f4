"""What two officials do to a part, in one line each."""

from consultations.actions.answers import (
    approve_answers,
    draft_answer,
    return_answer,
    send_for_approval,
)
from consultations.models import Outcome, Part
from tests.factories.answers import ANSWERED, REASONS, drafted, drafter
from tests.factories.voices import coordinator


def draft(part, *, outcome=Outcome.REJECTED, reasons=REASONS, seen=0, by=None, at=ANSWERED, **more):
    return draft_answer(part, outcome=outcome, reasons=reasons, seen=seen, by=by or drafter(), at=at, **more)


def sent(part, **changes):
    decision = drafted(part, **changes)
    send_for_approval(part, by=drafter(), at=ANSWERED)
    return decision


def approve(part, *, by=None, seen=None, at=ANSWERED):
    return approve_answers([part], seen={part.pk: seen} if seen else {}, by=by or coordinator(), at=at)


def give_back(part, *, why="Dopisz podstawę.", seen=1, by=None, at=ANSWERED):
    return_answer(part, why=why, seen=seen, by=by or coordinator(), at=at)


def step(part):
    return Part.objects.select_related("current").get(pk=part.pk).step
