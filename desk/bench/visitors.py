"""People who fill in the portal's forms over HTTP, light enough that many of them are no load. Needs no Django."""

import http.client
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import NamedTuple, TypeVar
from urllib.parse import urlencode

CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
STAMP = re.compile(r'name="stamp" value="([^"]+)"')
PATIENCE = 60  # seconds for one answer
T = TypeVar("T")


class Answer(NamedTuple):
    status: int
    location: str
    text: str


class Visitor:
    """One browser: a connection kept open, cookies, and a network of its own behind the portal's one trusted proxy."""

    def __init__(self, port: int, number: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        # Without it one rate limit would count them all as one library.
        self.headers = {"X-Forwarded-For": f"10.{number // 256}.{number % 256}.1"}
        self.csrf = self.stamp = ""

    def ask(self, path: str, body: str | None = None) -> Answer:
        headers = self.headers | ({"Content-Type": "application/x-www-form-urlencoded"} if body is not None else {})
        self.connection.request("GET" if body is None else "POST", path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        if given := answer.headers.get("Set-Cookie"):
            self.headers["Cookie"] = given.partition(";")[0]
        self.csrf, self.stamp = _found(CSRF, text) or self.csrf, _found(STAMP, text) or self.stamp
        return Answer(answer.status, answer.headers.get("Location", ""), text)

    def post(self, path: str, answers: dict[str, str]) -> Answer:
        """Send a form of a page that this visitor has seen."""
        return self.ask(path, urlencode({"csrfmiddlewaretoken": self.csrf, **answers}))

    def step(self, name: str, answers: dict[str, str]) -> str:
        """What a button of a form in two steps sends."""
        return urlencode({"csrfmiddlewaretoken": self.csrf, "stamp": self.stamp, "step": name, **answers})

    def fill_in(self, path: str, answers: dict[str, str]) -> str:
        """Open a form in two steps and have the answers checked; what its last button sends."""
        self.ask(path)
        checked = self.ask(path, self.step("check", answers))
        if checked.status != 200 or 'value="send"' not in checked.text:
            raise RuntimeError(f"the answers cannot be sent: {checked.status} {checked.text[:4000]}")
        return self.step("send", answers)

    def leave(self) -> None:
        self.connection.close()


def _found(what: re.Pattern[str], text: str) -> str:
    found = what.search(text)
    return found[1] if found else ""


def at_once(calls: Sequence[Callable[[], T]]) -> list[T]:
    """Run all calls from one moment on, each in a thread of its own; what each returned. One that raises fails them all."""
    start = Barrier(len(calls))

    def run(call: Callable[[], T]) -> T:
        start.wait(PATIENCE)
        return call()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))
