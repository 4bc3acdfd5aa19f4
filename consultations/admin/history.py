"""What happened to a voice and to its answers, told to the office."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext as _

from accounts.models import User
from consultations.models import Decision, Voice


class Happened(NamedTuple):
    at: datetime
    what: str
    by: str = ""
    words: str = ""


def history_of(voice: Voice, decisions: Iterable[Decision], *, many: bool) -> list[Happened]:
    """Oldest first. `many`: its parts are told apart. The decisions bring those who made them; no query."""
    told = [*_of_voice(voice), *(one for decision in decisions for one in _of_answer(decision, many))]
    return sorted(told, key=lambda one: one.at)


def _of_voice(voice: Voice) -> Iterator[Happened]:
    letter = voice.submission
    yield Happened(letter.received_at, _("received"), _name(letter.entered_by), letter.get_channel_display())
    if voice.edited_at:
        yield Happened(voice.edited_at, _("changed by its author"))
    if voice.released_at:
        yield Happened(voice.released_at, _("shown to the public"), _name(voice.released_by))
    if letter.withdrawn_at:
        yield Happened(letter.withdrawn_at, _("withdrawn by its author"))


def _of_answer(decision: Decision, many: bool) -> Iterator[Happened]:
    which = _("answer %(revision)d") % {"revision": decision.revision}
    if many:
        which = _("part %(part)d, %(answer)s") % {"part": decision.part.position + 1, "answer": which}
    yield Happened(decision.drafted_at, _("%(answer)s: drafted") % {"answer": which}, _name(decision.drafted_by))
    if decision.submitted_at:
        yield Happened(decision.submitted_at, _("%(answer)s: sent for approval") % {"answer": which})
    if decision.approved_at:
        yield Happened(decision.approved_at, _("%(answer)s: approved") % {"answer": which}, _name(decision.approved_by))
    if decision.returned_at:
        returned = _("%(answer)s: returned to be improved") % {"answer": which}
        yield Happened(decision.returned_at, returned, _name(decision.returned_by), decision.returned_why)
    if decision.published_at and decision.publication:
        published = _("%(answer)s: published") % {"answer": which}
        yield Happened(decision.published_at, published, _name(decision.publication.by), decision.publication.note)


def _name(user: User | None) -> str:
    return str(user) if user else ""
