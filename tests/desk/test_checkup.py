"""What check_portal and the status page say, and what each thing out of order sounds like."""

import datetime as dt
import ipaddress
import socket
import ssl
import threading
from contextlib import closing
from datetime import timedelta
from io import StringIO

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone, translation

from accounts.beats import TASK_WORDS
from accounts.models import Heartbeat, RetentionRun
from desk import checkup

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_order(monkeypatch):
    monkeypatch.setattr(checkup, "reach_broker", lambda: None)
    Heartbeat.objects.bulk_create([Heartbeat(task=task, at=timezone.now()) for task in TASK_WORDS])
    RetentionRun.objects.create(at=timezone.now())
    with translation.override("en"):
        yield


def told() -> tuple[str, bool]:
    out = StringIO()
    try:
        call_command("check_portal", stdout=out)
    except CommandError:
        return out.getvalue(), False
    return out.getvalue(), True


def test_in_order():
    words, is_ok = told()
    assert is_ok, words
    assert words.count("ok  ") == 9


@pytest.mark.parametrize(
    ("ago", "is_ok", "words"),
    [
        (timedelta(days=2), True, "every day"),
        (timedelta(days=2, microseconds=1), False, "manage.py retain"),
        (None, False, "not been done yet"),
    ],
)
def test_what_is_kept_too_long_is_erased_every_day(time_machine, ago, is_ok, words):
    now = timezone.now()
    time_machine.move_to(now, tick=False)
    RetentionRun.objects.all().delete()
    if ago:
        RetentionRun.objects.create(at=now - ago)
    found = next(one for one in checkup.checkup(now) if one.name == "Erasing by the clock")
    assert found.is_ok is is_ok
    assert words in found.words


def test_a_letter_on_trial(mailoutbox):
    out = StringIO()
    call_command("check_portal", mail_to="anna@example.org", stdout=out)
    assert [mail.to for mail in mailoutbox] == [["anna@example.org"]]
    assert "has taken the letter on trial" in out.getvalue()


def test_pending_migrations():
    newest = max(name for app, name in MigrationRecorder(connection).applied_migrations() if app == "accounts")
    MigrationRecorder(connection).record_unapplied("accounts", newest)
    words, is_ok = told()
    assert not is_ok
    assert "!!  Migrations: Not yet applied: 1. Run “manage.py migrate”." in words


def test_workers_that_stand_still():
    Heartbeat.objects.update(at=timezone.now() - timedelta(hours=3))
    words, is_ok = told()
    assert not is_ok
    assert "!!  Workers and letters: Has stood still for 3 hours" in words


def test_a_broker_that_is_away(monkeypatch):
    def away():
        raise OSError

    monkeypatch.setattr(checkup, "reach_broker", away)
    assert "!!  Broker: It cannot be reached." in told()[0]


def test_a_disk_that_is_nearly_full(monkeypatch):
    monkeypatch.setattr(checkup.shutil, "disk_usage", lambda path: type("Usage", (), {"free": 5_000_000}))
    assert "!!  Files: Only 4.8\N{NO-BREAK SPACE}MB are free." in told()[0]


def test_a_folder_where_nothing_can_be_written(settings, tmp_path):
    (tmp_path / "taken").write_text("")
    settings.MEDIA_ROOT = tmp_path / "taken"
    assert "!!  Files: They cannot be written." in told()[0]


def test_a_clock_that_went_back_an_hour():
    Heartbeat.objects.update(at=timezone.now() + timedelta(hours=1))
    words, is_ok = told()
    assert not is_ok
    assert "!!  Clock: It is 3" in words


@pytest.mark.postgresql
def test_a_clock_that_is_an_hour_ahead_of_the_database():
    findings = {finding.name: finding for finding in checkup.checkup(timezone.now() + timedelta(hours=1))}
    assert not findings["Clock"].is_ok


@pytest.fixture
def certified(tmp_path, monkeypatch):
    """A mail server on TLS whose certificate, trusted, is for another name."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "poczta.example")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.9"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = tmp_path / "server.pem"
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    pem.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def answer():
            line, _address = server.accept()
            with line:
                try:
                    context.wrap_socket(line, server_side=True)
                except OSError:
                    return

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        thread.join(10)


def test_a_certificate_for_another_name(settings, certified):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_SSL = "127.0.0.1", certified, True
    words, is_ok = told()
    assert not is_ok
    assert "!!  Mail server: Its certificate is not good: IP address mismatch" in words
    assert "EMAIL_URL" in words


def test_a_mail_server_that_is_away(settings):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    assert "!!  Mail server: It does not answer." in told()[0]
