"""Is everything in order? One sentence for each thing that the portal needs, for administrators and for staff."""

import os
import shutil
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.template.defaultfilters import filesizeformat
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.letters import OutboxHealth, outbox_health
from accounts.models import RetentionRun
from desk.health import reach_broker, reach_cache
from desk.lights import Level, lights

# A certificate, a session and a deadline survive a minute; a sign-in code on a phone does not.
CLOCK_MAY_BE_OFF = timedelta(seconds=20)
LEAST_FREE = 1_000_000_000  # bytes
MAIL_PATIENCE = 5  # seconds
ERASED_WITHIN = timedelta(days=2)  # it is done once a day


@dataclass(frozen=True)
class Finding:
    name: str
    words: str
    is_ok: bool = True


def checkup(at: datetime) -> list[Finding]:
    """Without a database nothing else is asked."""
    database = _database()
    if not database.is_ok:
        return [database]
    health = outbox_health(at)
    work = [_migrations(), _workers(health, at), _erasing(at)]
    return [database, *work, _mail(), _broker(), _cache(), _storage(), _clock(health, at)]


def send_trial(to: str) -> None:
    """Past the outbox, so that it is known at once."""
    EmailMessage("Wspólnie: check_portal", "The portal can send letters.", to=[to]).send()


def _database() -> Finding:
    name = _("Database")
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return Finding(name, _("It cannot be reached. Start it, and check its address in DATABASE_URL."), is_ok=False)
    return Finding(name, _("It answers."))


def _migrations() -> Finding:
    name, executor = _("Migrations"), MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if pending:
        words = _("Not yet applied: %(n)d. Run “manage.py migrate”.") % {"n": len(pending)}
        return Finding(name, words, is_ok=False)
    return Finding(name, _("All are applied."))


def _workers(health: OutboxHealth, at: datetime) -> Finding:
    """The same sentences as on the first page of the desk: beats that are silent, letters that wait, failed, are in doubt."""
    found = lights(health, at)
    return Finding(_("Workers and letters"), " ".join(light.sentence for light in found), is_ok=found[0].level != Level.STOP)


def _erasing(at: datetime) -> Finding:
    name = _("Erasing by the clock")
    last = RetentionRun.objects.order_by("-at").values_list("at", flat=True).first()
    if last is None:
        return Finding(name, _("It has not been done yet. It is within five minutes of the start of the scheduler."), is_ok=False)
    if last < at - ERASED_WITHIN:
        words = _("What is kept too long was not erased for two days. Start the scheduler, or run “manage.py retain” to see why.")
        return Finding(name, words, is_ok=False)
    return Finding(name, _("It is done every day."))


def _mail() -> Finding:
    name = _("Mail server")
    server = get_connection(timeout=MAIL_PATIENCE)
    try:
        server.open()
        server.close()
    except ssl.SSLCertVerificationError as error:
        words = _(
            "Its certificate is not good: %(why)s. Write the name that stands in the certificate into EMAIL_URL, "
            "or have the server get a certificate for the name that stands there."
        )
        return Finding(name, words % {"why": error.verify_message.rstrip(".")}, is_ok=False)
    except smtplib.SMTPAuthenticationError:
        return Finding(name, _("It refuses the user name or the password of EMAIL_URL. Put them right."), is_ok=False)
    except (smtplib.SMTPNotSupportedError, ssl.SSLError):
        words = _("It does not speak TLS as EMAIL_URL says. Use smtp+tls:// for port 587 and smtp+ssl:// for port 465.")
        return Finding(name, words, is_ok=False)
    except (OSError, smtplib.SMTPException):
        return Finding(name, _("It does not answer. Check the host and the port in EMAIL_URL, and the firewall."), is_ok=False)
    return Finding(name, _("It takes our connection."))


def _broker() -> Finding:
    words = gettext_lazy("It cannot be reached. Letters leave, but later. Start Redis, and check REDIS_URL.")
    return _reached(_("Broker"), reach_broker, words)


def _cache() -> Finding:
    return _reached(_("Cache"), reach_cache, gettext_lazy("It forgets what it is told. Run “manage.py createcachetable”."))


def _reached(name: str, reach: Callable[[], None], otherwise: Promise) -> Finding:
    try:
        reach()
    except Exception:  # whatever a driver raises, the answer is the same
        return Finding(name, str(otherwise), is_ok=False)
    return Finding(name, _("It answers."))


def _storage() -> Finding:
    name, trial = _("Files"), settings.MEDIA_ROOT / f".trial-{os.getpid()}"
    try:
        settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
        trial.write_bytes(b"trial")
        trial.unlink()
        free = shutil.disk_usage(settings.MEDIA_ROOT).free
    except OSError:
        words = _("They cannot be written. Free some space on the disk of VAR_DIR, and let the portal's user write there.")
        return Finding(name, words, is_ok=False)
    told = {"free": filesizeformat(free)}
    if free < LEAST_FREE:
        return Finding(name, _("Only %(free)s are free. Free some space on the disk of VAR_DIR.") % told, is_ok=False)
    return Finding(name, _("They can be written; %(free)s are free.") % told)


def _clock(health: OutboxHealth, at: datetime) -> Finding:
    """Beside the database's clock, and what was noted as done: it cannot have been done later than now."""
    name, others = _("Clock"), [at - age for age in health.since_beat.values() if age < timedelta()]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            others.append(cursor.fetchone()[0])
    off = max((abs(other - at) for other in others), default=timedelta())
    if off > CLOCK_MAY_BE_OFF:
        words = _(
            "It is %(n)d seconds off from the database's clock or from what was noted. Turn on network time on every machine."
        )
        return Finding(name, words % {"n": off.total_seconds()}, is_ok=False)
    return Finding(name, _("It goes with the database's clock."))
