"""After a restore the portal knows less than it has done: what it may have done already, it must not do again by itself."""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import WAITING, Heartbeat, Letter, State
from consultations.deadlines import full_words
from consultations.tasks import remind
from desk.backup.database import GAP, skip_numbers
from meetings.tasks import tick
from programs.freshness import public_changed
from programs.models import Revision

logger = logging.getLogger(__name__)

# Twice: a receipt in doubt once is repeated by itself.
NEVER_BY_ITSELF = 2


@transaction.atomic
def begin_anew(moment: datetime, *, at: datetime) -> int:
    """Hold every letter that may have left after the backup's `moment`, for staff to decide; how many.

    In one transaction, so that nobody ever finds one of them waiting.
    """
    skip_numbers()
    # Their silence is no news.
    Heartbeat.objects.all().delete()
    for catch_up in (tick, remind):
        _owe_what_is_due(catch_up)
    doubtful = Letter.objects.filter(state__in=(*WAITING, State.SENDING, State.UNCERTAIN)).select_for_update()
    words = _("The portal was restored from a backup of %(moment)s: the letter may have left since then.") % {
        "moment": full_words(moment)
    }
    held = 0
    for letter in doubtful.iterator():
        Letter.objects.filter(pk=letter.pk).update(
            state=State.UNCERTAIN,
            doubts=max(letter.doubts, NEVER_BY_ITSELF),
            lease_until=None,
            troubled_at=at,
            error=words,
            history=letter.history_with(State.UNCERTAIN, words, at=at),
        )
        held += 1
    # Caches hold pages under the numbers of the lost days.
    Revision.objects.update(number=F("number") + GAP)
    public_changed(at=at)
    return held


def _owe_what_is_due(task: object) -> None:
    """What fell due meanwhile may have been written, so it is owed now, and held with the rest."""
    try:
        with transaction.atomic():
            task()  # type: ignore[operator]  # a Celery task
    except Exception:  # one reminder that cannot be written is no reason to have no portal
        logger.exception("Not everything that fell due since the backup could be held: look at the rules of reminders.")
