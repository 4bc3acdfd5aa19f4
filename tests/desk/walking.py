"""Who walks through the portal, what a row of walk_table.py says of them, and what they find there."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from html.parser import HTMLParser
from urllib.parse import urlsplit

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.apps import apps
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, resolve, reverse

from accounts.actions import give_roles
from accounts.roles import ALLOWS, GIVEN_BY_GROUP, Duty, Role
from tests.desk.planted import World
from tests.factories.accounts import person


class Fact(Enum):
    """What opens a page and is no duty."""

    ANYBODY = "whoever asks"
    SIGNED_OUT = "nobody is signed in"
    SIGNED_IN = "has an account"
    AT_DESK = "is let in at the desk, whatever they may do there"
    WITHOUT_FACTOR = "works at the desk and has set up no second factor"
    WITH_FACTOR = "has set one up"
    RUNS_GROUP = "runs the first group of the meeting"


May = frozenset[Duty | Fact]
# A status, or the name of the page that one is led to.
Answer = int | str


@dataclass(frozen=True)
class Row:
    name: str  # of the address; its route, if it has no name
    given: str = ""  # what its arguments are, by the names of walk_world.py
    opens: May = frozenset()
    then: Answer = 200
    otherwise: Answer | None = None  # if nothing is said: at the desk 403, or the sign-in page for whoever is not let in
    cases: tuple[tuple[May, Answer], ...] = ()  # of those whom it does not open to
    acts: May | None = None  # whose POST may change something; whoever it opens to, if nothing is said

    @property
    def actors(self) -> May:
        return self.opens if self.acts is None else self.acts

    def answer(self, facts: May) -> Answer:
        for may, answer in ((self.opens, self.then), *self.cases):
            if may & facts:
                return answer
        if self.otherwise is not None:
            return self.otherwise
        if self.name.startswith(("admin:", "/admin/")):
            return 403 if Fact.AT_DESK in facts else "admin:login"
        return 404

    def address(self, things: dict[str, object]) -> str:
        values = [things[name] for name in self.given.split()]
        if not self.name.startswith("/"):
            return reverse(self.name, args=values)
        left = iter(values)
        return re.sub(r"<[^<>]*>|\(\?P<url>.*", lambda _match: str(next(left)), self.name)


@dataclass(frozen=True)
class BulkRow:
    """An action of a list: who may carry it out on the chosen rows."""

    model: str
    action: str
    chosen: str
    acts: May


@dataclass(frozen=True)
class Walker:
    name: str
    client: Client
    facts: May


def walkers(world: World) -> list[Walker]:
    """One of each kind; STAFF_NEED_SECOND_FACTOR is on, and all but one of the staff have it."""
    give_roles(world.moderator, roles=(), by=None)  # somebody who runs a group is let in at the desk, without a duty
    given = {role: person(f"{role}@example.org", role) for role in GIVEN_BY_GROUP}
    given[Role.SUPERUSER] = person("superuser@example.org", is_staff=True, is_superuser=True)
    given[Role.MODERATOR] = world.moderator
    for user in given.values():
        TOTP.activate(user, generate_totp_secret())
    inactive = person("inactive@example.org", Role.COORDINATOR, is_active=False)
    without = person("without.factor@example.org", Role.COORDINATOR)
    found = [("anonymous", None, {Fact.SIGNED_OUT}), ("inactive staff", inactive, {Fact.SIGNED_OUT})]
    found += [("representative", world.representative, {Fact.SIGNED_IN})]
    found += [("without second factor", without, {Fact.SIGNED_IN, Fact.WITHOUT_FACTOR})]
    for role, user in given.items():
        runs = {Fact.RUNS_GROUP} if role == Role.MODERATOR else set()
        found.append((role.value, user, {Fact.SIGNED_IN, Fact.AT_DESK, Fact.WITH_FACTOR, *runs, *ALLOWS[role]}))
    made = []
    for name, user, facts in found:
        client = Client(raise_request_exception=False)
        if user:
            client.force_login(user)
        made.append(Walker(name, client, frozenset({Fact.ANYBODY, *facts})))
    return made


def read(response: HttpResponse) -> HttpResponse:
    """To its end: a file that is sent is open until then."""
    if response.streaming:
        b"".join(response)
    return response


def found_by(response: HttpResponse) -> Answer:
    if response.status_code in (301, 302):
        place = urlsplit(response["Location"]).path
        try:
            return resolve(place).view_name or place
        except Resolver404:
            return place
    return response.status_code


def names_of(resolver: URLResolver, space: str = "", route: str = "") -> Iterator[str]:
    """Of every address that there is; of one without a name, its route."""
    for pattern in resolver.url_patterns:
        there = f"{route}{pattern.pattern}".replace("^", "")
        if isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name}" if pattern.name else f"/{there}"
        else:
            yield from names_of(pattern, f"{space}{pattern.namespace}:" if pattern.namespace else space, there)


# --- What a POST does -----------------------------------------------------------------------------

# Rows that come and go with visits, and change nothing that anybody works on.
UNSEEN = {
    "sessions.Session": "who is signed in, and the sentences that the next page says",
    "usersessions.UserSession": "where somebody is signed in",
    "accounts.Rate": "counts attempts, also those that are refused",
    "accounts.AuditEntry": "tells of downloads too; of rows it tells what they show themselves",
}
_WRITES = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM) "(\w+)"')


def state() -> set[tuple[str, int, str]]:
    """How many rows each table has, and a fingerprint of them."""
    found = set()
    for model in apps.get_models(include_auto_created=True):
        if model._meta.label not in UNSEEN:
            rows = list(model._base_manager.order_by("pk").values_list())
            # PostgreSQL gives binary columns as views, which show where they lie and not what they hold.
            said = repr([[bytes(value) if isinstance(value, memoryview) else value for value in row] for row in rows])
            found.add((model._meta.label, len(rows), hashlib.sha256(said.encode()).hexdigest()))
    return found


@contextmanager
def undone() -> Iterator[None]:
    """As if it had not been."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def writes() -> Iterator[set[str]]:
    """The tables that were written to meanwhile."""
    unseen = {apps.get_model(label)._meta.db_table for label in UNSEEN} | {"cache"}
    written: set[str] = set()

    def watch(execute, sql, params, many, context):
        if (match := _WRITES.match(sql)) and match[1] not in unseen:
            written.add(match[1])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield written


class _Forms(HTMLParser):
    """What the forms of a page send when all of their buttons are pressed."""

    def __init__(self) -> None:
        super().__init__()
        self.typed: dict[str, list[str]] = {}
        self._name = ""
        self._in_form = False

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        name, value = given.get("name", ""), given.get("value") or ""
        if tag == "form":
            self._in_form = (given.get("method") or "").lower() == "post" and "logout" not in (given.get("action") or "")
        elif not self._in_form:
            return
        elif tag in ("select", "textarea"):
            self._name = name
        elif tag == "option" and value and (self._name not in self.typed or "selected" in given):
            self.typed[self._name] = [value]
        elif tag in ("input", "button") and name and given.get("type") != "file":
            self.typed.setdefault(name, []).append(value)

    def handle_data(self, data):
        if self._in_form and self.lasttag == "textarea" and self._name:
            self.typed.setdefault(self._name, []).append(data)

    def handle_endtag(self, tag):
        if tag == "form":
            self._in_form = False
        if tag in ("select", "textarea"):
            self._name = ""


def typed_in(response: HttpResponse) -> dict[str, object]:
    """A plausible body for the page; for one without forms, what the buttons of such pages send."""
    forms = _Forms()
    if response.status_code == 200 and not response.streaming and "html" in response.get("Content-Type", ""):
        forms.feed(response.content.decode())
    words = {name: values for name, values in forms.typed.items() if name != "csrfmiddlewaretoken"}
    empty = {name: ["Słowa."] for name, values in words.items() if values in ([], [""], ["\n"]) and not name.startswith("_")}
    return {"post": "yes", "act": "all", "ask": "txt", "drop": "1", **words, **empty}
