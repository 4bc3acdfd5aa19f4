"""Whether letters leave, in a sentence or two: what the first page of the desk says before anything else."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.alarms import SILENCE
from accounts.beats import TASK_WORDS
from accounts.letters import OutboxHealth
from accounts.models import AuditEntry

LATE = timedelta(minutes=10)
# Each periodic task comes at least once a minute.
JUST_NOW = timedelta(minutes=2)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class Level(StrEnum):
    """The class of the light; its sign stands beside it."""

    GO = "go"
    LOOK = "open"
    STOP = "stop"


SIGNS = {Level.GO: "✓", Level.LOOK: "!", Level.STOP: "✕"}


@dataclass(frozen=True)
class Light:
    level: Level
    sentence: str
    url: str = ""
    where: str = ""  # what the link opens

    @property
    def sign(self) -> str:
        return SIGNS[self.level]


def lights(health: OutboxHealth, at: datetime) -> list[Light]:
    """The gravest first; when nothing is wrong, the one that says so."""
    found = (_silence(health), _failed(health), _late(health, at), _doubtful(health))
    return [light for light in found if light] or [_fine(health)]


def staff_news(at: datetime) -> Light:
    """What the audit has gathered since yesterday's midnight: as its list counts days."""
    today = timezone.localtime(at).date()
    since = timezone.make_aware(datetime.combine(today - DAY, time.min))
    if not (n := AuditEntry.objects.within(since, None).count()):
        return Light(Level.GO, _("Nobody changed anything at the desk since yesterday."))
    words = ngettext("%(n)d entry in the audit since yesterday.", "%(n)d entries in the audit since yesterday.", n) % {"n": n}
    address = f"{reverse('admin:accounts_auditentry_changelist')}?since={today - DAY}"
    return Light(Level.GO, words, address, _("See what staff did"))


def counts(health: OutboxHealth) -> list[tuple[str, int, str]]:
    """Name, number and address of what can be looked up, whatever the lights say."""
    refusing = reverse("admin:accounts_suppression_changelist") + "?lifted_at__isempty=1"
    return [
        (_("waiting to be sent"), health.queued, _letters("queued,leased,sending")),
        (_("failed"), health.failed, _letters("failed")),
        (_("in doubt"), health.uncertain, _letters("uncertain")),
        (_("addresses that refuse letters"), health.suppressed, refusing),
    ]


def _fine(health: OutboxHealth) -> Light:
    return Light(Level.GO, _("Letters leave. Last looked: %(ago)s") % {"ago": _ago(max(health.since_beat.values()))})


def _silence(health: OutboxHealth) -> Light | None:
    never = TASK_WORDS.keys() - health.since_beat.keys()
    if never:
        words = _("These have not run even once: %(tasks)s. Tell the administrator that the workers must be started.")
        return Light(Level.STOP, words % {"tasks": _tasks(never)})
    silent = {task: age for task, age in health.since_beat.items() if age >= SILENCE}
    if not silent:
        return None
    words = _("Has stood still for %(time)s: %(tasks)s. Nothing is lost. Tell the administrator to look at the workers.")
    return Light(Level.STOP, words % {"time": _for(max(silent.values())), "tasks": _tasks(silent)})


def _failed(health: OutboxHealth) -> Light | None:
    if not health.failed:
        return None
    words = ngettext(
        "%(n)d letter was not sent. See why, then send it once more or ask the person for another address.",
        "%(n)d letters were not sent. See why, then send them once more or ask the people for other addresses.",
        health.failed,
    )
    return Light(Level.STOP, words % {"n": health.failed}, _letters("failed"), _("Letters that failed"))


def _late(health: OutboxHealth, at: datetime) -> Light | None:
    oldest = health.oldest_queued_at
    if oldest is None or at - oldest <= LATE:
        return None
    words = _("Letters wait longer than they should, the oldest for %(time)s. The mail server may be refusing them for now.")
    return Light(Level.LOOK, words % {"time": _for(at - oldest)}, _letters("queued,leased,sending"), _("Letters that wait"))


def _doubtful(health: OutboxHealth) -> Light | None:
    if not health.uncertain:
        return None
    words = ngettext(
        "%(n)d letter is in doubt: nobody knows whether it arrived. Decide whether to send it once more.",
        "%(n)d letters are in doubt: nobody knows whether they arrived. Decide whether to send them once more.",
        health.uncertain,
    )
    return Light(Level.LOOK, words % {"n": health.uncertain}, _letters("uncertain"), _("Letters in doubt"))


def _letters(states: str) -> str:
    return f"{reverse('admin:accounts_letter_changelist')}?state__in={states}"


def _tasks(names: Container[str]) -> str:
    return ", ".join(str(words) for task, words in TASK_WORDS.items() if task in names)


def _ago(age: timedelta) -> str:
    return _("a moment ago") if age < JUST_NOW else _("%(time)s ago") % {"time": _for(age)}


def _for(age: timedelta) -> str:
    """As in “12 minutes”; days from two on."""
    if age < HOUR:
        n = max(1, age // timedelta(minutes=1))
        return ngettext("%(n)d minute", "%(n)d minutes", n) % {"n": n}
    if age < 2 * DAY:
        return ngettext("%(n)d hour", "%(n)d hours", age // HOUR) % {"n": age // HOUR}
    return ngettext("%(n)d day", "%(n)d days", age // DAY) % {"n": age // DAY}
