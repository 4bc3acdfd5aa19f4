"""Each address and each action of a list, asked for by each kind of visitor, answers as walk_table.py says."""

import logging
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from itertools import product
from unittest import mock

import pytest
from django.contrib.admin import site
from django.http import HttpResponse
from django.test import override_settings
from django.urls import get_resolver, path, reverse
from django.urls.resolvers import RegexPattern, URLResolver
from time_machine import travel

from tests.desk.planted import AT, plant
from tests.desk.walk_table import BULK, ROWS
from tests.desk.walk_world import things
from tests.desk.walking import Row, Walker, found_by, names_of, read, state, typed_in, undone, walkers, writes
from tests.factories import meetings

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("role walk")]


@dataclass(frozen=True)
class Given:
    """Who walks, what they walk to, and what each page would send, filled in by somebody who sees it all."""

    walkers: dict[str, Walker]
    things: dict[str, object]
    filled: dict[Row, dict[str, object]]
    kept: dict[str, object]  # settings

    def each(self) -> Iterator[tuple[Walker, Row, str]]:
        """Each walker at each address."""
        for walker, row in product(self.walkers.values(), ROWS):
            yield walker, row, row.address(self.things)


@pytest.fixture(scope="module")
def planted(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Given]:
    """Planted once for all tests here; each undoes what it does."""
    kept = {"MEDIA_ROOT": tmp_path_factory.mktemp("media"), "STAFF_NEED_SECOND_FACTOR": True}
    with django_db_blocker.unblock(), travel(AT, tick=False), undone(), mock.patch.object(meetings, "PUBLISHED", AT):
        # Those who plant it have no telephones.
        with override_settings(MEDIA_ROOT=kept["MEDIA_ROOT"]):
            world = plant()
            rows = things(world)
        with override_settings(**kept):
            found = {walker.name: walker for walker in walkers(world)}
            client = found["superuser"].client
            filled = {row: typed_in(read(client.get(row.address(rows)))) for row in ROWS}
        yield Given(found, rows, filled, kept)


@pytest.fixture
def given(planted, settings, time_machine, caplog) -> Given:
    time_machine.move_to(AT, tick=False)
    caplog.set_level(logging.CRITICAL, "django")  # a thousand refusals are what is asked for
    for name, value in planted.kept.items():
        setattr(settings, name, value)
    return planted


# --- No address and no action is forgotten ------------------------------------------------------------


def without_row(resolver: URLResolver) -> set[str]:
    return {*names_of(resolver)} - {row.name for row in ROWS}


def test_every_address_has_a_row_and_every_row_an_address():
    assert without_row(get_resolver()) == set()
    assert {row.name for row in ROWS} - {*names_of(get_resolver())} == set()


def test_an_address_without_a_row_is_reported():
    """The control."""
    added = [path("new/", lambda request: HttpResponse(), name="forgotten"), path("unnamed/", lambda request: HttpResponse())]
    assert without_row(URLResolver(RegexPattern(r"^/"), [*get_resolver().url_patterns, *added])) == {"forgotten", "/unnamed/"}


def offered(walker: Walker, table: str) -> set[str]:
    """The actions in the list that they see."""
    response = walker.client.get(reverse(f"admin:{table}_changelist"))
    form = response.context.get("action_form") if response.status_code == 200 else None
    return {name for name, _words in form.fields["action"].choices if name} if form else set()


def test_every_action_has_a_row_and_is_offered_to_those_alone_who_may(given):
    tables = sorted(model._meta.label_lower.replace(".", "_") for model in site._registry)
    seen = {(walker.name, table): offered(walker, table) for walker in given.walkers.values() for table in tables}
    told = {
        (walker.name, table): {row.action for row in BULK if row.model == table and row.acts & walker.facts}
        for walker in given.walkers.values()
        for table in tables
    }
    assert seen == told
    assert {(table, name) for (_who, table), names in seen.items() for name in names} == {(row.model, row.action) for row in BULK}


# --- The walk -----------------------------------------------------------------------------------------


def test_every_page_opens_to_those_alone_whom_the_table_names(given):
    wrong = {}
    for walker, row, address in given.each():
        answer = found_by(read(walker.client.get(address)))
        if answer != row.answer(walker.facts):
            wrong[walker.name, row.name, row.given] = f"{answer}, not {row.answer(walker.facts)}"
    assert wrong == {}


# --- What a POST does ---------------------------------------------------------------------------------

REFUSED = {302, 403, 404, 405}


def posted(walker: Walker, address: str, body: dict[str, object]) -> tuple[int, set[str]]:
    """The status and the tables written to, undone at once: whoever signs out is signed in for the next page."""
    cookies = deepcopy(walker.client.cookies)
    with undone(), writes() as written:
        response = read(walker.client.post(address, body))
    walker.client.cookies = cookies
    return response.status_code, written


def test_a_post_of_whoever_may_not_changes_no_row(given):
    before, wrong = state(), {}
    for walker, row, address in given.each():
        if row.actors & walker.facts:
            continue
        fits = REFUSED | {200} if row.answer(walker.facts) == 200 else REFUSED
        for body in ({}, given.filled[row]):
            with writes() as written:
                response = read(walker.client.post(address, body))
            if written or response.status_code not in fits:
                wrong[walker.name, row.name, row.given] = (response.status_code, written)
    assert wrong == {}
    assert state() - before == set()


def test_an_empty_post_of_whoever_may_is_answered(given):
    broken = {}
    for walker, row, address in given.each():
        if row.actors & walker.facts and (status := posted(walker, address, {})[0]) >= 500:
            broken[walker.name, row.name, row.given] = status
    assert broken == {}


def test_the_same_bodies_change_rows_when_somebody_sends_them_who_may(given):
    """The control: what was refused above was worth refusing."""
    walker = given.walkers["superuser"]
    rows = [row for row in ROWS if row.actors & walker.facts]
    answers = {row: posted(walker, row.address(given.things), given.filled[row]) for row in rows}
    assert {row.name: status for row, (status, _written) in answers.items() if status >= 500} == {}
    changing = {row.name for row, (_status, written) in answers.items() if written and row.name.startswith("admin:")}
    assert len(changing) >= 40, sorted(changing)


def test_an_action_changes_no_row_for_whoever_it_is_not_offered_to(given):
    before, wrong, changing = state(), {}, set()
    for row, walker in product(BULK, given.walkers.values()):
        body = {"action": row.action, "_selected_action": given.things[row.chosen], "post": "yes"}
        status, written = posted(walker, reverse(f"admin:{row.model}_changelist"), body)
        if status >= 500 or (written and not row.acts & walker.facts):
            wrong[walker.name, row.model, row.action] = (status, written)
        elif written:
            changing.add(f"{row.model} {row.action}")
    assert wrong == {}
    assert state() - before == set()
    # The control: for those who may, actions do something.
    assert len(changing) >= 12, sorted(changing)
