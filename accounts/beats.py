"""Periodic work: each run notes that it came to its end, and the first one after a long silence tells coordinators."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from celery import shared_task
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.alarms import SILENCE, tell_of_silence
from accounts.models import Heartbeat

# What staff call the tasks of the beat table in config/celery.py.
TASK_WORDS: dict[str, Promise] = {
    "accounts.drain": _("sending letters"),
    "consultations.remind": _("reminders about consultations"),
    "meetings.tick": _("reminders about meetings and freeing of places that were not confirmed"),
    "programs.render_owed": _("making files of programs"),
    "consultations.render_reports": _("making files of reports"),
}


def periodic(name: str) -> Callable[[Callable[[datetime], None]], Any]:
    """Declare work at a moment as a Celery task of this name. The clock of all periodic work is read here."""
    words = TASK_WORDS[name]

    def declare(work: Callable[[datetime], None]) -> Any:
        def run() -> None:
            at, started = timezone.now(), time.monotonic()
            last = Heartbeat.objects.filter(task=name).first()
            if last and at - last.at > SILENCE:
                tell_of_silence(name, words, since=last.at, at=at)
            work(at)
            # Its end, not its beginning: a run with a slow mail server takes minutes and is no silence.
            beat = Heartbeat(task=name, at=at + timedelta(seconds=time.monotonic() - started))
            Heartbeat.objects.bulk_create([beat], update_conflicts=True, unique_fields=["task"], update_fields=["at"])

        return shared_task(name=name)(run)

    return declare
