"""The whole portal as bin/run starts it, in a folder of its own: web server, two workers, the scheduler."""

import email
import email.policy
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg2
from django.conf import settings

PATIENCE = 120  # seconds a promised thing may take on a loaded machine
BIN = Path(sys.executable).parent
T = TypeVar("T")


def eventually(find: Callable[[], T | None], what: str) -> T:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if found := find():
            return found
        time.sleep(0.2)  # the pause of a poll: the loop ends when the thing is there
    raise AssertionError(f"{what} did not come within {PATIENCE} s")


class Portal:
    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.folder = folder
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = os.environ | {"DEMO": "1", "VAR_DIR": str(folder), "PORT": str(self.port)}
        self.environment.pop("DJANGO_SETTINGS_MODULE", None)

    def manage(self, *arguments: str) -> None:
        done = subprocess.run(  # noqa: S603 - our own commands
            [sys.executable, "manage.py", *arguments], env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr

    def letters(self, to: str, about: str = "") -> list[str]:
        """Texts of the letters sent to an address, oldest first, whose subject holds `about`."""
        return [message.get_body(("plain",)).get_content() for message in self.messages(to, about)]

    def messages(self, to: str, about: str = "") -> list[EmailMessage]:
        found = []
        for path in sorted((self.folder / "mail").glob("*.log"), key=lambda path: path.stat().st_mtime):
            for raw in path.read_bytes().split(b"\n" + b"-" * 79 + b"\n"):
                message = email.message_from_bytes(raw, policy=email.policy.default)
                if message["To"] == to and about.lower() in str(message["Subject"]).lower():
                    found.append(message)
        return found

    def letter(self, to: str, about: str = "") -> str:
        return eventually(lambda: (self.letters(to, about) or [None])[-1], f"a letter to {to} about {about!r}")

    def link_in(self, letter: str) -> str:
        """The signed link of a letter."""
        return re.search(rf"{re.escape(self.url)}(?:/en)?/l/\S+", letter)[0]


@contextmanager
def own_database(environment: dict[str, str]) -> Iterator[None]:
    """On PostgreSQL: an empty database beside the one that DATABASE_URL names, gone again afterwards.

    Its name is this process's own: another run on the same server must not take it away.
    """
    url = environment.get("DATABASE_URL")
    if not url:
        yield
        return
    name = f"wspolnie_{uuid4().hex}"
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        connection.cursor().execute(f"CREATE DATABASE {name}")
        environment["DATABASE_URL"] = urlsplit(url)._replace(path=f"/{name}").geturl()
        try:
            yield
        finally:
            connection.cursor().execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def running(folder: Path) -> Iterator[Portal]:
    portal = Portal(folder)
    with own_database(portal.environment):
        yield from _serving(portal)


def _serving(portal: Portal) -> Iterator[Portal]:
    folder = portal.folder
    for command in (["migrate"], ["createcachetable"], ["collectstatic", "--noinput"], ["load_demo"]):
        portal.manage(*command)
    celery = [str(BIN / "celery"), "--app", "config", "--quiet"]
    worker = [*celery, "worker", "--pool", "solo", "--without-gossip", "--without-mingle", "--loglevel", "WARNING"]
    commands = [
        [*worker, "--queues", "letters", "--hostname", "letters@%h"],
        [*worker, "--queues", "files", "--hostname", "files@%h"],
        [*celery, "beat", "--schedule", str(folder / "beat"), "--pidfile=", "--loglevel", "WARNING"],
        [str(BIN / "gunicorn"), "config.wsgi", "--bind", f"127.0.0.1:{portal.port}", "--workers", "1", "--threads", "8",
         "--no-control-socket", "--log-level", "warning"],
    ]  # fmt: skip
    log = (folder / "log.txt").open("w")
    processes = [
        subprocess.Popen(command, env=portal.environment, cwd=settings.BASE_DIR, stdout=log, stderr=log)  # noqa: S603
        for command in commands
    ]
    try:
        eventually(lambda: answers(f"{portal.url}/healthz"), "the web server")
        yield portal
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            process.wait(timeout=30)
        log.close()


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url) as answer:  # noqa: S310 - loopback
            return answer.status == 200
    except OSError:
        return False
