"""Each address and each action of a list, asked for by each kind of visitor, answers as walk_table.py says."""

import pytest
from django.contrib.admin import site
from django.http import HttpResponse
from django.urls import get_resolver, path, reverse
from django.urls.resolvers import RegexPattern, URLResolver

from tests.desk.planted import AT, plant
from tests.desk.walk_table import BULK, ROWS
from tests.desk.walk_world import things
from tests.desk.walking import Walker, found_by, names_of, walkers
from tests.factories import meetings

pytestmark = pytest.mark.django_db


@pytest.fixture
def given(time_machine, monkeypatch, settings) -> tuple[list[Walker], dict[str, object]]:
    """Whoever walks, and what they walk to."""
    time_machine.move_to(AT, tick=False)
    monkeypatch.setattr(meetings, "PUBLISHED", AT)
    world = plant()
    rows = things(world)
    settings.STAFF_NEED_SECOND_FACTOR = True
    return walkers(world), rows


def walker_named(found: list[Walker], name: str) -> Walker:
    return next(walker for walker in found if walker.name == name)


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


def offered(walker: Walker, label: str) -> set[str]:
    """The actions in the list that they see."""
    address = reverse(f"admin:{label.lower().replace('.', '_')}_changelist")
    response = walker.client.get(address)
    form = response.context.get("action_form") if response.status_code == 200 else None
    return {name for name, _words in form.fields["action"].choices if name} if form else set()


def test_every_action_has_a_row_and_is_offered_to_those_alone_who_may(given):
    found, _rows = given
    told = {(row.model, row.action): row.acts for row in BULK}
    seen = {(walker.name, label): offered(walker, label) for walker in found for label in labels()}
    wrong = {
        (who, label): actions
        for (who, label), actions in seen.items()
        if actions != {a for (of, a), may in told.items() if of == label and may & walker_named(found, who).facts}
    }
    assert wrong == {}
    named = {(label, name) for (_who, label), actions in seen.items() for name in actions}
    assert named == set(told)


def labels() -> list[str]:
    return sorted(model._meta.label for model in site._registry)


# --- The walk -----------------------------------------------------------------------------------------


def test_every_page_opens_to_those_alone_whom_the_table_names(given):
    found, rows = given
    wrong = {}
    for walker in found:
        for row in ROWS:
            answer = found_by(walker.client.get(row.address(rows)))
            if answer != row.answer(walker.facts):
                wrong[walker.name, row.name, row.given] = f"{answer}, not {row.answer(walker.facts)}"
    assert wrong == {}
