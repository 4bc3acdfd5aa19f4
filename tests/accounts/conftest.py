"""A mail server inside the test, on the loopback, that behaves as it is told."""

import socket
import time
from collections.abc import Callable, Iterator

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Sink:
    """What came in, and how the server answers: each reply is a line, or a function of the server that gives one."""

    def __init__(self) -> None:
        self.accepted: list[Envelope] = []
        self.sessions = 0
        self.on_mail: list[str | Callable[[SMTP], str]] = []
        self.on_recipient: list[str | Callable[[SMTP], str]] = []
        self.on_data: list[str | Callable[[SMTP], str]] = []

    def _answer(self, replies: list[str | Callable[[SMTP], str]], server: SMTP) -> str:
        reply = replies.pop(0) if replies else ""
        return reply(server) if callable(reply) else reply

    async def handle_EHLO(self, server: SMTP, session: Session, envelope: Envelope, host: str, replies: list[str]) -> list[str]:  # noqa: N802 - aiosmtpd's name
        self.sessions += 1
        session.host_name = host
        return replies

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802 - aiosmtpd's name
        if refusal := self._answer(self.on_mail, server):
            return refusal
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802 - aiosmtpd's name
        if refusal := self._answer(self.on_recipient, server):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        refusal = self._answer(self.on_data, server)
        if not refusal:
            self.accepted.append(envelope)
        return refusal or "250 OK"


def hang_up(server: SMTP) -> str:
    """The line breaks: no answer comes, ever."""
    server.transport.close()
    return "250 too late to be heard"


def sleep(seconds: float) -> Callable[[SMTP], str]:
    def slowly(server: SMTP) -> str:
        time.sleep(seconds)
        return ""

    return slowly


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def sink(settings) -> Iterator[Sink]:
    sink = Sink()
    controller = Controller(sink, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = controller.port
    settings.EMAIL_HOST_USER = ""
    settings.EMAIL_USE_TLS = False
    settings.EMAIL_TIMEOUT = 10
    yield sink
    controller.stop()
