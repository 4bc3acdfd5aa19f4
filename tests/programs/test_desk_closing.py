"""Before a text is closed for ever: what the act requires, what is missing, and the act of freezing."""

from html import unescape

import pytest
from django.urls import reverse

from programs.actions import VersionHasHoles, VersionHasNoText, VersionIsFrozen, add_unit, edit_unit
from programs.models import FileFormat, StatutoryElement
from programs.numbering import Unit
from tests.factories.programs import FROZEN, draft, element, frozen, unit
from tests.programs.desk import at_desk, everything, page, said
from tests.programs.texts import par, written

pytestmark = pytest.mark.django_db

WRONG_TOTAL = [["Zadanie", "Kwota"], ["Sport", "10"], ["Razem", "11"]]


@pytest.fixture
def drafter(client):
    return at_desk(client)


def marked(version, citation, *elements):
    unit(version, citation).provision.elements.set(elements)


@pytest.fixture
def wanting():
    """§ 2 says nothing (to be mended); the total of a table is wrong and element 2 is missing (may be accepted)."""
    first, _second = element(1), element(2)
    version = written(par("Cel."), par(""))
    add_unit(version, kind=Unit.TABLE, parent=unit(version, "§ 1"), cells=WRONG_TOTAL, at=FROZEN)
    marked(version, "§ 1", first)
    return version


# What the act requires.


def test_each_element_is_listed_with_the_units_that_fulfil_it(drafter):
    first, second, third = element(1), element(2), element(3)
    StatutoryElement.objects.create(kind="multiannual", number=9, name="obcy", citation="art. 5a")
    version = draft()
    marked(version, "§ 2", first, second)
    marked(version, "§ 1", first)
    elements = drafter.get(page("checklist", version)).context["elements"]
    found = [(each, [text.citation for text in units]) for each, units in elements]
    assert found == [(first, ["§ 1", "§ 2"]), (second, ["§ 2"]), (third, [])]


@pytest.mark.parametrize("count", [1, 11])
def test_the_list_asks_the_same_number_of_queries_however_many_there_are(drafter, django_assert_num_queries, count):
    version = draft()
    for number in range(1, count + 1):
        marked(version, "§ 1", *StatutoryElement.objects.all(), element(number))
    with django_assert_num_queries(10):
        drafter.get(page("checklist", version))


def test_units_of_another_version_fulfil_nothing_here(drafter):
    version = written(par("Cel."))
    marked(frozen(version.program), "§ 2", element(1))
    assert [units for _element, units in drafter.get(page("checklist", version)).context["elements"]] == [[]]


def test_a_program_of_a_kind_without_elements_says_so(drafter):
    version = draft()
    assert drafter.get(page("checklist", version)).context["elements"] == []
    assert drafter.get(page("freeze", version)).context["element_count"] == 0


# Freezing.


def holes(response, name):
    return [(hole.code.partition(":")[0], hole.unit.citation if hole.unit else "") for hole in response.context[name]]


def test_what_must_be_mended_and_what_may_be_accepted_are_listed_apart(drafter, wanting):
    response = drafter.get(page("freeze", wanting))
    assert holes(response, "to_mend") == [("empty", "§ 2")]
    assert holes(response, "to_accept") == [("total", "§ 1 tabela"), ("element", "")]
    shown = response.content.decode()
    assert page("unit_edit", wanting, unit(wanting, "§ 2").pk) in shown
    assert 'type="submit" class="default"' not in shown  # while something must be mended, nothing can be frozen
    wanting.refresh_from_db()
    assert not wanting.is_frozen


def test_holes_that_must_be_mended_are_accepted_by_nobody(drafter, wanting):
    response = drafter.get(page("freeze", wanting))
    codes = [hole.code for name in ("to_mend", "to_accept") for hole in response.context[name]]
    before = everything(wanting)
    response = drafter.post(page("freeze", wanting), {"despite": codes}, follow=True)
    assert said(response) == str(VersionHasHoles.in_words)
    assert everything(wanting) == before


@pytest.mark.parametrize("accepted", [0, 1, 2])
def test_a_text_is_frozen_when_every_hole_left_is_accepted_and_each_is_kept(drafter, wanting, accepted):
    edit_unit(unit(wanting, "§ 2"), heading="", text="Już coś mówi.", at=FROZEN)
    to_accept = drafter.get(page("freeze", wanting)).context["to_accept"]
    response = drafter.post(page("freeze", wanting), {"despite": [hole.code for hole in to_accept[:accepted]]}, follow=True)
    wanting.refresh_from_db()
    assert wanting.is_frozen is (accepted == 2)
    if wanting.is_frozen:
        assert wanting.frozen_despite == [hole.words for hole in to_accept]
        shown = drafter.get(reverse("admin:programs_draftversion_change", args=[wanting.pk])).content.decode()
        assert all(words in unescape(shown) for words in wanting.frozen_despite)
    else:
        assert said(response) == str(VersionHasHoles.in_words)


def test_a_hole_that_came_after_the_page_was_opened_is_not_accepted_unseen(drafter, wanting):
    edit_unit(unit(wanting, "§ 2"), heading="", text="Już coś mówi.", at=FROZEN)
    codes = [hole.code for hole in drafter.get(page("freeze", wanting)).context["to_accept"]]
    table = unit(wanting, "§ 1 tabela")
    edit_unit(table, heading="", text="", cells=[*WRONG_TOTAL[:-1], ["Razem", "12"]], at=FROZEN)
    drafter.post(page("freeze", wanting), {"despite": codes})
    wanting.refresh_from_db()
    assert not wanting.is_frozen


def test_a_text_without_holes_is_frozen_by_one_more_click_and_its_files_are_asked_for(drafter):
    version = draft()
    asked = drafter.get(page("freeze", version))
    assert (asked.context["to_mend"], asked.context["to_accept"], asked.context["unit_count"]) == ([], [], 15)
    assert 'type="submit" class="default"' in asked.content.decode()
    response = drafter.post(page("freeze", version), follow=True)
    version.refresh_from_db()
    assert (version.is_frozen, version.frozen_by, version.frozen_despite) == (True, response.context["user"], [])
    assert {file.format for file in version.files.all()} == set(FileFormat)


@pytest.mark.parametrize(("make", "units", "told"), [(frozen, None, VersionIsFrozen), (draft, [], VersionHasNoText)])
def test_what_cannot_be_frozen_is_said(drafter, make, units, told):
    version = make(units=units)
    before = everything(version)
    assert str(told.in_words) in said(drafter.post(page("freeze", version), follow=True))
    assert everything(version) == before


def test_a_frozen_text_is_not_shown_to_be_frozen_again(drafter):
    response = drafter.get(page("freeze", frozen()), follow=True)
    assert said(response) == str(VersionIsFrozen.in_words)


@pytest.mark.parametrize("name", ["checklist", "freeze"])
def test_pages_have_no_inline_script_or_style(drafter, wanting, name):
    shown = drafter.get(page(name, wanting)).content.decode()
    assert "style=" not in shown
    assert "<script>" not in shown
    assert "onclick" not in shown
