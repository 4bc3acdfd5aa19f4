"""Everything that carries letters, as processes which a test may kill, freeze and start again."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg2
import redis

from tests.browser.portal import BIN, answers, eventually, own_database

ROOT = Path(__file__).parents[2]
LETTERS = 600
TROUBLE = ("uncertain", "failed")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Process:
    def __init__(self, environment: dict[str, str], log: Path, *command: str | Path) -> None:
        self.environment, self.log, self.command = environment, log, [str(part) for part in command]
        self.start()

    def start(self) -> None:
        with self.log.open("a") as log:
            self.running = subprocess.Popen(self.command, env=self.environment, cwd=ROOT, stdout=log, stderr=log)  # noqa: S603

    def check(self) -> None:
        assert self.running.poll() is None, self.log.read_text()[-2000:]

    def kill(self) -> None:
        self.running.kill()
        self.running.wait()

    def freeze(self) -> None:
        self.running.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.running.send_signal(signal.SIGCONT)


class Redis(Process):
    """Forgets everything when it is killed."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        super().__init__(
            dict(os.environ), folder / "redis.log",
            "redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder,
        )  # fmt: skip
        self.wait()

    def wait(self) -> None:
        eventually(self._answers, "Redis")

    def _answers(self) -> bool:
        with socket.socket() as line:
            return line.connect_ex(("127.0.0.1", self.port)) == 0


@dataclass(frozen=True)
class Outcome:
    sent: int
    in_doubt: int
    lost: int
    twice: int
    # Claimed again after a worker had died, or had been given up, with them in its hands.
    taken_over: int

    @property
    def is_as_promised(self) -> bool:
        return self.lost == self.twice == 0 and self.in_doubt <= 0.02 * (self.sent + self.in_doubt)

    def __str__(self) -> str:
        return f"{self.sent} sent, {self.in_doubt} in doubt, {self.lost} lost, {self.twice} twice ({self.taken_over} taken over)"


class Machinery:
    """Workers, beats, Redis and a mail server around one database. `workers` and `beats` start with `start`."""

    def __init__(self, folder: Path, environment: dict[str, str], stack: ExitStack, *, pause: float) -> None:
        self.folder, self.environment, self._stack = folder, environment, stack
        self.accepted = folder / "accepted.txt"
        self.accepted.touch()
        port = free_port()
        self.environment["PORT"] = str(free_port())
        self.environment["EMAIL_URL"] = f"smtp://127.0.0.1:{port}"
        self._process("sink", sys.executable, "-m", "tests.chaos.sink", str(port), self.accepted, str(pause))
        self.redis = Redis(folder)
        stack.callback(self.redis.kill)
        self.environment["REDIS_URL"] = self.redis.url
        self.mortal: list[Process] = [self.redis]

    def start(self, app: str = "tests.chaos.app", *, workers: int = 2, beats: int = 2) -> None:
        celery = (BIN / "celery", "--app", app, "--quiet")
        worker = (
            "worker",
            "--pool",
            "solo",
            "--queues",
            "letters",
            "--without-gossip",
            "--without-mingle",
            "--loglevel",
            "WARNING",
        )
        beat = ("beat", "--pidfile=", "--loglevel", "WARNING", "--schedule")
        for number in range(workers):
            self.mortal.append(self._process(f"worker{number}", *celery, *worker, "--hostname", f"letters{number}@%h"))
        for number in range(beats):
            self.mortal.append(self._process(f"beat{number}", *celery, *beat, self.folder / f"beat{number}"))

    def serve(self) -> str:
        """Starts a web server; its address."""
        url = f"http://127.0.0.1:{self.environment['PORT']}"
        options = ("--workers", "1", "--threads", "8", "--no-control-socket", "--log-level", "warning")
        self._process("web", BIN / "gunicorn", "config.wsgi", "--bind", url.removeprefix("http://"), *options)
        eventually(lambda: answers(f"{url}/healthz"), "the web server")
        return url

    def _process(self, name: str, *command: str | Path) -> Process:
        process = Process(self.environment, self.folder / f"{name}.log", *command)
        self._stack.callback(process.kill)
        return process

    def kill_at_random(self, seconds: float, seed: int) -> int:
        """Each process dies once before any dies twice; how many deaths it was."""
        eventually(lambda: self.received(), "the first letter")
        chance, until, killed = random.Random(seed), time.monotonic() + seconds, 0
        while time.monotonic() < until:
            for victim in chance.sample(self.mortal, len(self.mortal)):
                time.sleep(chance.uniform(0.8, 2.2))  # the rhythm of the killing, not a wait for anything
                victim.kill()
                victim.start()
                killed += 1
                if time.monotonic() >= until:
                    break
        return killed

    def received(self) -> Counter[str]:
        """How often the mail server has taken each Message-ID."""
        return Counter(line.split()[0] for line in self.accepted.read_text().splitlines())

    def ask(self, call: str) -> str:
        """What a call of tests.chaos.outbox prints, in a process of its own."""
        code = f"import django; django.setup(); from tests.chaos import outbox; outbox.{call}"
        return subprocess.run(  # noqa: S603 - our own code
            [sys.executable, "-c", code], env=self.environment, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
        ).stdout

    def has_reached(self, recipient: str) -> bool:
        return any(line.split()[1] == recipient for line in self.accepted.read_text().splitlines())

    def settle(self) -> None:
        """Wait until no letter is on its way any more."""
        unfinished = "SELECT count(*) FROM accounts_letter WHERE state IN ('queued', 'leased', 'sending')"
        eventually(lambda: self._count(unfinished) == 0, "the end of every letter")

    def is_nothing_queued(self) -> bool:
        return redis.Redis(port=self.redis.port).llen("letters") == 0

    def has_ticked_since(self, moment: datetime) -> Callable[[], bool]:
        """Whether every periodic task of the letters' workers has come to its end once more."""
        late = "SELECT count(*) FROM accounts_heartbeat WHERE at > %s"
        return lambda: self._count(late, moment) == 3

    def _count(self, question: str, *values: object) -> int:
        for process in self.mortal:
            process.check()
        with closing(psycopg2.connect(self.environment["DATABASE_URL"])) as connection, connection.cursor() as cursor:
            cursor.execute(question, values)
            return cursor.fetchone()[0]

    def outcome(self) -> Outcome:
        # In this order: a slow mail server may have put a letter on its disk, and ended a doubt, while the portal was asked.
        letters, received = json.loads(self.ask("tell()")), self.received()
        return Outcome(
            sent=sum(letter["state"] == "sent" for letter in letters),
            in_doubt=sum(letter["state"] in TROUBLE for letter in letters),
            lost=sum(letter["state"] not in TROUBLE and not received[letter["id"]] for letter in letters),
            twice=sum(times > 1 for times in received.values()),
            taken_over=sum(letter["attempt"] > 1 for letter in letters),
        )


@contextmanager
def prepared_database(*commands: str) -> Iterator[str]:
    """The address of a PostgreSQL database of our own, on which these management commands have run."""
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"}
    with own_database(environment):
        for command in commands:
            subprocess.run(  # noqa: S603 - our own commands
                [sys.executable, "manage.py", command], env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, check=True
            )
        yield environment["DATABASE_URL"]


@contextmanager
def machinery(folder: Path, database: str, *, lease: float, pause: float) -> Iterator[Machinery]:
    """Without any letter yet. `lease` in seconds; the mail server takes `pause` seconds over a letter."""
    environment = os.environ | {
        "DATABASE_URL": database,
        "DJANGO_SETTINGS_MODULE": "tests.chaos.settings",
        "VAR_DIR": str(folder),
        "CHAOS_LEASE": str(lease),
    }
    with ExitStack() as stack:
        carriers = Machinery(folder, environment, stack, pause=pause)
        carriers.ask("empty()")
        yield carriers


def chaos(folder: Path, database: str, *, seconds: float, seed: int) -> Outcome:
    """600 reminders, and processes that are killed for so many seconds; the letters take about as long."""
    with machinery(folder, database, lease=5, pause=seconds / LETTERS) as carriers:
        carriers.ask(f"owe({LETTERS // 2})")
        carriers.start()
        killed = carriers.kill_at_random(seconds, seed)
        carriers.settle()
        outcome = carriers.outcome()
    print(f"seed {seed}, {killed} killed: {outcome}", flush=True)
    return outcome
