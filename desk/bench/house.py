"""What a measurement has to itself: a database, a web server, processes. All are gone when it ends."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings
from django.db import connection

BIN = Path(sys.executable).parent
PATIENCE = 60  # seconds for a web server to start on a loaded machine


class Server:
    """gunicorn on loopback, until the end of its `with`."""

    def __init__(
        self, application: str, *, workers: int = 1, threads: int = 4, environment: Mapping[str, str] | None = None
    ) -> None:
        self.port = free_port()
        self.process = subprocess.Popen(  # noqa: S603 - our own command
            [
                str(BIN / "gunicorn"), application, "--bind", f"127.0.0.1:{self.port}",
                "--workers", str(workers), "--threads", str(threads),
                "--keep-alive", "60", "--no-control-socket", "--log-level", "error",
            ],
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", **(environment or {})},
            cwd=settings.BASE_DIR,
        )  # fmt: skip

    def wait(self) -> None:
        """Until it answers, whatever it says."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=10):
                    return
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.1)
        raise TimeoutError("the web server did not start")

    def __enter__(self) -> Self:
        try:
            self.wait()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_raised: object) -> None:
        self.stop()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def process(*command: str, environment: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    running = subprocess.Popen(command, env=environment, cwd=settings.BASE_DIR)  # noqa: S603 - our own commands
    try:
        yield running
    finally:
        running.terminate()
        running.wait(timeout=30)


@contextmanager
def own_house(settings_module: str, *commands: list[str], **variables: str) -> Iterator[dict[str, str]]:
    """The environment of a portal in a folder and on a database of its own, on which these management commands have run."""
    with tempfile.TemporaryDirectory() as folder, own_database() as address:
        environment = {
            **os.environ, "DJANGO_SETTINGS_MODULE": settings_module, "VAR_DIR": folder, "DATABASE_URL": address, **variables
        }  # fmt: skip
        for command in (["migrate", "--verbosity", "0"], ["createcachetable"], *commands):
            manage(environment, *command)
        yield environment


@contextmanager
def own_database() -> Iterator[str]:
    """The address of an empty database beside the one that DATABASE_URL names; without one the folder holds a new file."""
    if not settings.DATABASE_URL:
        yield ""
        return
    name = f"wspolnie_bench_{uuid4().hex}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        try:
            yield urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}").geturl()
        finally:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def manage(environment: Mapping[str, str], *command: str) -> None:
    subprocess.run(  # noqa: S603 - our own commands
        [sys.executable, "manage.py", *command],
        env=dict(environment), cwd=settings.BASE_DIR, stdout=subprocess.DEVNULL, check=True,
    )  # fmt: skip


def ask(module: str, call: str, environment: Mapping[str, str]) -> str:
    """What a call of this module prints, in a process of that environment."""
    code = f"import django; django.setup(); import {module}; {module}.{call}"
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code], env=dict(environment), cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout
