"""How often one thing may be asked for. Counted in the database, so that it holds without Redis and across nodes."""

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import Rate


class TooMany(Exception):
    in_words = _(
        "Too many forms came from your network in a short time. What you typed is kept: wait a quarter of an hour and send again."
    )


class TooManyLetters(TooMany):
    in_words = _(
        "Very many letters have gone to this e-mail address within an hour, so we send no more there now. "
        "What you typed is kept: send it again in an hour."
    )


@dataclass(frozen=True)
class Limit:
    name: str
    count: int
    per: timedelta
    refusal: type[TooMany] = TooMany


# High enough for an office or a library behind one address.
FORMS_FROM_ONE_NETWORK = Limit("forms", 60, timedelta(minutes=15))
# We must not become somebody's mail cannon; one organization may still send all its remarks in an evening.
LETTERS_TO_ONE_ADDRESS = Limit("letters", 30, timedelta(hours=1), TooManyLetters)


def network_of(request: HttpRequest) -> str:
    """The visitor's network (/24 or /64), counted from the proxies that are ours."""
    address = request.META.get("REMOTE_ADDR", "")
    if settings.TRUSTED_PROXIES:
        hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
        address = hops[-settings.TRUSTED_PROXIES] if len(hops) >= settings.TRUSTED_PROXIES else address
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(ip, ipaddress.IPv6Address):
        # An IPv4 visitor of a server that listens on IPv6: by its last 64 bits all of them would be one network.
        ip = ip.ipv4_mapped or ip
    return str(ipaddress.ip_network(f"{ip}/{24 if ip.version == 4 else 64}", strict=False))


def count_form(request: HttpRequest, email: str, *, at: datetime) -> None:
    """A form that makes us write to this address. Raises TooMany; a form too many for its network costs the address nothing."""
    limits = ((FORMS_FROM_ONE_NETWORK, network_of(request)), (LETTERS_TO_ONE_ADDRESS, email.lower()))
    # One transaction, since every commit waits for the disk; a refusal after it, since that is counted too.
    with transaction.atomic():
        exceeded = next((limit for limit, key in limits if _counted(limit, key, at=at) > limit.count), None)
    if exceeded:
        raise exceeded.refusal


def count_against(limit: Limit, key: str, *, at: datetime) -> None:
    """Raises the limit's refusal, a TooMany."""
    if _counted(limit, key, at=at) > limit.count:
        raise limit.refusal


def _counted(limit: Limit, key: str, *, at: datetime) -> int:
    """How often by now, this time among them. One atomic upsert: two processes cannot both be the last one allowed."""
    seconds = int(limit.per.total_seconds())
    window = datetime.fromtimestamp(int(at.timestamp()) // seconds * seconds, tz=UTC)
    table = connection.ops.quote_name(Rate._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO {table} ("key", "window", "count") VALUES (%s, %s, 1) '  # noqa: S608 - the table's own name
            f'ON CONFLICT ("key", "window") DO UPDATE SET "count" = {table}."count" + 1 RETURNING "count"',
            [f"{limit.name}:{key}"[:100], connection.ops.adapt_datetimefield_value(window)],
        )
        (count,) = cursor.fetchone()
    return int(count)
