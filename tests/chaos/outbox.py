"""What is asked of the outbox from outside, each in a process with tests.chaos.settings: see Machinery.ask."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection, transaction
from django.forms import model_to_dict
from django.utils.timezone import now

from accounts.kinds import KINDS
from accounts.letters import owe_letter
from accounts.models import Heartbeat, Letter
from accounts.rendering import as_message
from config.celery import app
from consultations.models import ReminderRun

COLUMNS = ("to", "state", "attempt")
PERIODIC = ("consultations.remind", "meetings.tick", "accounts.drain")
REMINDERS = ("stage_closes", "signup_closes")


def owe(people: int) -> None:
    """Two reminders to each."""
    assert not any(KINDS[kind].repeats_in_doubt for kind in REMINDERS)
    with transaction.atomic():
        for number in range(people):
            for kind in REMINDERS:
                owe_letter(
                    f"person{number}@example.org", kind=kind, occasion=f"{kind}:stage:1:1", at=now(), context={"until": "jutro"}
                )


def empty() -> None:
    """No letter is owed and no reminder was armed."""
    Letter.objects.all().delete()
    ReminderRun.objects.all().delete()
    Heartbeat.objects.all().delete()


def deliver(times: int) -> None:
    """The same message of each periodic task, over and over, as a broker that has lost its receipts."""
    for task in PERIODIC:
        for _ in range(times):
            app.send_task(task, task_id=f"the same {task}")


def tick_at_once(rounds: int) -> None:
    """Two of each periodic task at the same moment; the letters that each round has made: (address, cause)."""
    app.loader.import_default_modules()
    letters = []
    for _ in range(rounds):
        empty()
        for task in PERIODIC:
            start = Barrier(2)
            with ThreadPoolExecutor(2) as threads:
                list(threads.map(lambda work, start=start: _together(work, start), [app.tasks[task]] * 2))
        letters.append(sorted((letter.to, _cause(letter)) for letter in Letter.objects.all()))
    print(json.dumps(letters))


def _together(work: Callable[[], None], start: Barrier) -> None:
    try:
        start.wait()
        work()
    finally:
        connection.close()


def tell() -> None:
    """Every letter."""
    letters = Letter.objects.all()
    told = [
        {"id": as_message(letter).extra_headers["Message-ID"], "cause": _cause(letter), **model_to_dict(letter, COLUMNS)}
        for letter in letters
    ]
    print(json.dumps(told))


def _cause(letter: Letter) -> str:
    """The occasion without the run that armed it: two runs for one deadline would be one reminder too many."""
    kind, thing, key, _run, *person = letter.occasion.split(":")
    return ":".join([kind, thing, key, *person])
