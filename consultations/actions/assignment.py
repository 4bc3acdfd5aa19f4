"""Who answers, and until when: each act writes one letter to each address that it gives work to."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.letters import owe_letter, withdraw_letters
from accounts.models import User
from consultations.deadlines import day_words, local_day
from consultations.models import Department, Part
from consultations.models.voices import cited
from programs.typography import typeset

# Numbers that a letter lists, and keys that an address of the list holds.
LISTED_AT_MOST, LINKED_AT_MOST = 40, 300


class AssignmentRefused(Exception):
    """Why the work cannot be given as asked; `in_words` says what to do."""


class DueDayIsOver(AssignmentRefused):
    in_words = _("This day is over. Choose today or a later day.")


@transaction.atomic
def assign_parts(
    parts: Iterable[Part],
    *,
    department: Department | None,
    assignee: User | None,
    due_on: date | None,
    by: User,
    at: datetime,
) -> int:
    """Say who answers and until when; how many parts changed. Those cut away meanwhile are left out. Raises DueDayIsOver.

    Reminders of what is assigned otherwise now are taken back: the next tick owes those that are still true.
    """
    wanted = (department and department.pk, assignee and assignee.pk, due_on)
    chosen = Part.objects.filter(pk__in={part.pk for part in parts}).select_for_update(of=("self",), no_key=True).order_by("pk")
    changed = [part for part in chosen if (part.department_id, part.assignee_id, part.due_on) != wanted]
    if not changed:
        return 0
    if due_on and due_on < local_day(at):
        raise DueDayIsOver
    for day in {part.due_on for part in changed if part.due_on}:
        withdraw_letters(reminder_of(day), at=at)
    Part.objects.filter(pk__in=[part.pk for part in changed]).update(department=department, assignee=assignee, due_on=due_on)
    _tell(changed, {one.email.lower() for one in (department, assignee) if one and one.email}, due_on, at=at)
    return len(changed)


def reminder_of(day: date) -> str:
    """The occasion of what is written about answers that are due on this day: another day is another reminder."""
    return f"answer_due:day:{day}"


def of_letter(parts: Iterable[Part]) -> dict[str, object]:
    """What letters to officials say of their work, in the language that is active. Parts with voice and consultation."""
    voices = list({part.voice_id: part.voice for part in parts}.values())
    many = ngettext("%(n)d voice", "%(n)d voices", len(voices)) % {"n": len(voices)}
    titles = dict.fromkeys(typeset(voice.consultation.title) for voice in voices)
    keys = ",".join(str(voice.pk) for voice in voices)
    chosen = {"id__in": keys} if len(voices) <= LINKED_AT_MOST else {"unanswered": "yes"}
    address = settings.PUBLIC_URL + reverse("admin:consultations_voice_changelist")
    return {
        "consultation": "; ".join(titles),
        "many": many,
        "numbers": cited(voices, LISTED_AT_MOST),
        "page_url": f"{address}?{urlencode(chosen, safe=',')}",
    }


def _tell(changed: Sequence[Part], addresses: Collection[str], due_on: date | None, *, at: datetime) -> None:
    """What its author has taken back, nobody has to answer."""
    parts = Part.objects.standing().filter(pk__in=[part.pk for part in changed]).select_related("voice__consultation")
    told = list(parts.order_by("voice__kind", "voice__number", "position"))
    if not told:
        return
    with translation.override(settings.LANGUAGE_CODE):
        context = {**of_letter(told), "due": day_words(due_on, at) if due_on else ""}
    occasion = f"assigned:part:{told[0].pk}:{at.isoformat()}"
    for address in addresses:
        owe_letter(address, kind="assigned", occasion=occasion, at=at, context=context)
