"""What coordinators are told without asking: letters do not leave, or nothing has been done by itself for a while."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override, pgettext

from accounts.letters import AddressIsWrong, owe_letter
from accounts.models import Heartbeat, Letter, State, User

logger = logging.getLogger(__name__)

# Every periodic task comes at least once a minute.
SILENCE = timedelta(minutes=5)
NOT_AGAIN_WITHIN = timedelta(hours=1)
LANGUAGE = "pl"


@transaction.atomic
def tell_of_trouble(at: datetime) -> None:
    """Letters fell in trouble since this was last told; told once an hour at most, and never about staff letters."""
    told = Letter.objects.filter(kind="staff_failed", to__in=_addresses(), owed_at__lte=at)
    last = told.aggregate(last=Max("owed_at"))["last"]
    if last and at < last + NOT_AGAIN_WITHIN:
        return
    fresh = Letter.objects.in_trouble().exclude(kind__startswith="staff_").filter(troubled_at__lte=at)
    if last:
        fresh = fresh.filter(troubled_at__gt=last)
    failed, doubtful = fresh.filter(state=State.FAILED).count(), fresh.filter(state=State.UNCERTAIN).count()
    if failed or doubtful:
        # Two drains at once have read the same last time, so they owe one letter.
        since = last.isoformat() if last else "first"
        with override(LANGUAGE):
            words = _trouble_in_words(failed, doubtful)
        _tell("staff_failed", f"staff_failed:{since}", {"what": words}, at=at)


@transaction.atomic
def tell_of_silence(task: str, words: Promise, *, since: datetime, at: datetime) -> None:
    """A periodic task has not come to its end since then. What stood still together is told once, by whichever runs first."""
    # Held, so that the others see that it has been told.
    list(Heartbeat.objects.select_for_update().order_by("task"))
    told = Letter.objects.filter(kind="staff_silence", to__in=_addresses(), owed_at__gt=at - SILENCE, owed_at__lte=at)
    if not told.exists():
        with override(LANGUAGE):
            context = {"task": str(words), "since": _moment_in_words(since), "until": _moment_in_words(at)}
        _tell("staff_silence", f"staff_silence:{task}:{since.isoformat()}", context, at=at)


def _tell(kind: str, occasion: str, context: dict[str, str], *, at: datetime) -> None:
    page = reverse("admin:accounts_letter_changelist") + "?state__in=failed,uncertain"
    for address in _addresses():
        content: dict[str, object] = {**context, "page_url": settings.PUBLIC_URL + page}
        try:
            owe_letter(address, kind=kind, occasion=occasion, at=at, context=content, language=LANGUAGE)
        except AddressIsWrong:
            logger.error("A coordinator cannot be told: letters cannot be sent to the e-mail address of the account.")


def _addresses() -> list[str]:
    return list(User.objects.coordinators().values_list("email", flat=True))


def _trouble_in_words(failed: int, doubtful: int) -> str:
    sentences = []
    if failed:
        sentences.append(ngettext("%(n)d letter could not be sent.", "%(n)d letters could not be sent.", failed) % {"n": failed})
    if doubtful:
        words = ngettext(
            "%(n)d letter is in doubt: nobody knows whether it arrived.",
            "%(n)d letters are in doubt: nobody knows whether they arrived.",
            doubtful,
        )
        sentences.append(words % {"n": doubtful})
    return " ".join(sentences)


def _moment_in_words(moment: datetime) -> str:
    local = timezone.localtime(moment, timezone.get_default_timezone())
    hour = pgettext("time of day", "%(time)s") % {"time": date_format(local, pgettext("time format", "g:i a"))}
    return _("%(day)s, %(time)s") % {"day": date_format(local, pgettext("date format", "j E Y")), "time": hour}
