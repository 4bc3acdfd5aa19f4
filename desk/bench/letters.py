"""5,000 letters through the outbox and two Celery workers, beside a plain smtplib loop over one connection.

The loop does what a script would do: it writes each of the same letters and sends it to the same mail server; it keeps
no record, and stopped in the middle it neither knows what has left nor goes on.
"""

import json
import os
import smtplib
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import harmonic_mean
from typing import cast

from celery import current_app
from django.conf import settings
from django.core.mail import SafeMIMEMultipart
from django.db import connection, transaction
from django.utils.timezone import now

from accounts.letters import DRAIN, owe_letter
from accounts.models import Letter, State
from accounts.rendering import as_message, texts
from accounts.texts import own_texts
from desk.bench import Result
from desk.bench.house import BIN, ask, free_port, own_house, process

LETTERS, WORKERS, PROMISED = 5000, 2, 0.6
PATIENCE = 300  # seconds
PAGE = os.sysconf("SC_PAGE_SIZE")
KIND = "stage_closes"
CONTEXT: dict[str, object] = {
    "consultation": "Program współpracy z organizacjami pozarządowymi na 2027 rok",
    "what": "Uwagi do projektu",
    "how": "Wybierz miejsce w projekcie, napisz, jak ma brzmieć, i dlaczego.",
    "until": "do poniedziałku 30 listopada 2026, do końca dnia",
    "because": "obserwujesz te konsultacje",
}


def letters() -> list[Result]:
    """In a folder and on a database of its own, so that the demonstration never sees these letters."""
    port = free_port()
    with (
        own_house("config.bench", EMAIL_URL=f"smtp://127.0.0.1:{port}") as environment,
        process(sys.executable, "-m", "desk.bench.sink", str(port), environment=environment),
    ):
        said = ask("desk.bench.letters", "measure()", environment)
    found = json.loads(said.splitlines()[-1])
    print(
        f"plain smtplib loop: {found['plain']:.0f} letters/s; the same letters written beforehand: {found['wire']:.0f} letters/s"
    )
    print(f"outbox, {WORKERS} workers: {found['ours']:.0f} letters/s")
    print("memory of the workers at the start, in the middle, at the end: " + ", ".join(f"{mb:.0f} MB" for mb in found["memory"]))
    return [Result("letters", found["ours"] / found["plain"], PROMISED, is_floor=True)]


def measure() -> None:
    """Runs with config.bench as its settings; the last line it prints is JSON."""
    _owe()
    owed = list(Letter.objects.order_by("pk"))
    wire = _loop(list(_write(owed)))
    # Before and after, so that a machine that slows down slows both.
    before = _loop(_write(owed))
    ours, memory = _through_celery()
    plain = harmonic_mean([before, _loop(_write(owed))])
    print(json.dumps({"wire": wire, "plain": plain, "ours": ours, "memory": memory}))


def _owe() -> None:
    at = now()
    context = CONTEXT | {"page_url": f"{settings.PUBLIC_URL}/konsultacje/program-2027/uwagi/"}
    with transaction.atomic():
        for number in range(LETTERS):
            owe_letter(f"person{number}@example.org", kind=KIND, occasion=f"{KIND}:stage:{number}:1", at=at, context=context)
        # The workers are woken when their time is measured.
        connection.run_on_commit.clear()


def _write(owed: list[Letter]) -> Iterator[tuple[str, bytes]]:
    own = own_texts()
    for letter in owed:
        message = cast(SafeMIMEMultipart, as_message(letter, texts(letter, own)).message())
        yield letter.to, message.as_bytes(linesep="\r\n")


def _loop(messages: Iterable[tuple[str, bytes]]) -> float:
    """Letters a second."""
    started = time.monotonic()
    with smtplib.SMTP(settings.EMAIL_HOST, settings.EMAIL_PORT) as server:
        for to, text in messages:
            server.sendmail(settings.DEFAULT_FROM_EMAIL, [to], text)
    return LETTERS / (time.monotonic() - started)


def _through_celery() -> tuple[float, list[float]]:
    """Letters a second from the wake-up to the last letter, and the workers' memory in MB meanwhile."""
    celery = str(BIN / "celery")
    arguments = ["--app", "config", "--quiet", "worker", "--pool", "solo", "--queues", "bench", "--loglevel", "ERROR"]
    memory = []
    with ExitStack() as stack:
        workers = [
            stack.enter_context(process(celery, *arguments, "--without-gossip", "--hostname", f"bench{number}@%h"))
            for number in range(WORKERS)
        ]
        _await(lambda: len(current_app.control.ping(timeout=1) or []) == WORKERS)
        started = time.monotonic()
        memory.append(_megabytes(workers))
        for _ in workers:
            current_app.send_task(DRAIN)
        _await(lambda: _sent() >= LETTERS // 2)
        memory.append(_megabytes(workers))
        _await(lambda: _sent() == LETTERS)
        rate = LETTERS / (time.monotonic() - started)
        memory.append(_megabytes(workers))
    return rate, memory


def _sent() -> int:
    return Letter.objects.filter(state=State.SENT).count()


def _megabytes(workers: list[subprocess.Popen[bytes]]) -> float:
    """Memory that the workers hold together."""
    return sum(int(Path(f"/proc/{worker.pid}/statm").read_text().split()[1]) for worker in workers) * PAGE / 1e6


def _await(is_done: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not is_done():
        if time.monotonic() > until:
            raise TimeoutError("the workers did not send every letter")
        time.sleep(0.2)  # each look counts five thousand rows: asked too often it would be part of the load
