"""The page on which a unit is written: new ones, edited ones, two people at one, and marks as people type them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.actions import UnitIsElsewhere, add_unit, edit_unit, remove_unit, shift_unit
from programs.forms.units import CellsField
from programs.marks import reference, total_of
from programs.models import Provision, StatutoryElement
from programs.numbering import Unit
from tests.factories.programs import FROZEN, draft, element, paragraphs, program, unit
from tests.programs.desk import again, at_desk, everything, outline, page, said, typed
from tests.programs.texts import chapter, par, pkt, ust, written

pytestmark = pytest.mark.django_db
CELLS = st.text("ab|\\\n= \u2028", max_size=6).map(str.strip)


@pytest.fixture
def drafter(client):
    return at_desk(client)


# A new unit.


@pytest.mark.parametrize(
    ("near", "place", "made"),
    [
        ("§ 1", "after:paragraph", "§ 2"),
        ("§ 2", "in:point", "§ 2 pkt 4"),
        ("§ 2 pkt 1", "after:point", "§ 2 pkt 2"),
        ("rozdział 1", "in:paragraph", "§ 3"),
    ],
)
def test_a_unit_is_added_beside_another(drafter, near, place, made):
    first, version = element(1), draft()
    address = f"{page('unit_new', version)}?near={unit(version, near).pk}"
    response = drafter.post(address, {"place": place, "text": "Nowy zapis.", "elements": [first.pk]}, follow=True)
    added = unit(version, made)
    assert (added.text, list(added.provision.elements.all())) == ("Nowy zapis.", [first])
    assert (response.context["chosen"], made in said(response)) == (added.pk, True)


@pytest.mark.parametrize(
    ("near", "offered", "first"),
    [
        ("§ 2 pkt 2 lit. a", ["after:letter", "in:indent"], "after:letter"),
        ("rozdział 2", ["after:chapter", "after:paragraph", "after:annex", "in:paragraph"], "in:paragraph"),
        ("§ 3 ust. 2 tabela", ["after:point", "after:table"], "after:table"),
    ],
)
def test_only_places_that_the_rules_allow_are_offered_and_the_likeliest_is_chosen(drafter, near, offered, first):
    version = draft()
    form = drafter.get(f"{page('unit_new', version)}?near={unit(version, near).pk}").context["form"]
    assert {value for value, _words in form.fields["place"].choices} >= set(offered)
    assert form.initial["place"] == first
    for place, _words in form.fields["place"].choices:
        kind = Unit(place.partition(":")[2])
        words = {"cells": "a | b"} if kind == Unit.TABLE else {"text": "x"}
        added = drafter.post(f"{page('unit_new', version)}?near={unit(version, near).pk}", {"place": place, **words})
        assert added.status_code == 302, place
        remove_unit(version.texts.latest("pk"), at=FROZEN)


def test_a_table_is_typed_as_lines(drafter):
    version = draft()
    address = f"{page('unit_new', version)}?near={unit(version, '§ 1').pk}"
    drafter.post(address, {"place": "in:table", "heading": "Kwoty", "cells": "Zadanie | Kwota\nSport\t10 000\n\n"})
    assert unit(version, "§ 1 tabela").cells == [["Zadanie", "Kwota"], ["Sport", "10 000"]]


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"place": "in:table", "cells": "a | b\nc"}, "cells"),
        ({"place": "after:paragraph", "cells": "a | b"}, "cells"),
        ({"place": "in:table", "cells": "a | b", "text": "obok"}, "text"),
        ({"place": "in:point", "heading": "Tytuł", "text": "x"}, "heading"),
        ({"place": "in:letter", "text": "x"}, "place"),
        ({"place": "after:paragraph", "text": "x" * 20_001}, "text"),
        ({"place": "after:paragraph", "text": "x", "heading": "x" * 251}, "heading"),
        ({"place": "after:paragraph", "text": "x", "elements": ["999"]}, "elements"),
        ({"text": "x"}, "place"),
    ],
)
def test_what_cannot_be_added_is_said_and_what_was_typed_stays(drafter, data, field):
    version = draft()
    before = everything(version)
    response = drafter.post(f"{page('unit_new', version)}?near={unit(version, '§ 1').pk}", data)
    assert response.context["form"].errors.keys() == {field}
    for name, value in data.items():
        assert response.context["form"][name].value() == value
    assert (everything(version), Provision.objects.count()) == (before, len(before[1]))


@pytest.mark.parametrize(("name", "length"), [("heading", 250), ("text", 20_000)])
def test_words_as_long_as_may_be_are_taken(drafter, name, length):
    version = draft(units=paragraphs(1))
    drafter.post(f"{page('unit_new', version)}?near={unit(version, '§ 1').pk}", {"place": "after:paragraph", name: "x" * length})
    assert len(getattr(unit(version, "§ 2"), name)) == length


def test_the_end_of_a_line_is_one_character_though_browsers_send_two(drafter):
    version = draft(units=paragraphs(1))
    words = "\r\n".join(["x" * 99] * 200) + "x"  # 20,000 as they are stored
    drafter.post(f"{page('unit_new', version)}?near={unit(version, '§ 1').pk}", {"place": "after:paragraph", "text": words})
    assert len(unit(version, "§ 2").text) == 20_000


@pytest.mark.parametrize("is_gone", [True, False], ids=["gone", "of another version"])
def test_a_unit_whose_place_is_not_there_is_kept_until_it_has_another(drafter, is_gone):
    version = written(chapter(par("a")))
    other = draft(program("2028"), units=paragraphs(1))
    near = add_unit(version, kind=Unit.PARAGRAPH, at=FROZEN) if is_gone else unit(other, "§ 1")
    if is_gone:
        remove_unit(near, at=FROZEN)
    address = f"{page('unit_new', version)}?near={near.pk}"
    response = drafter.post(address, {"place": "after:paragraph", "text": "Długi nowy zapis."})
    form = response.context["form"]
    assert (form.errors.keys(), form["text"].value()) == ({"place"}, "Długi nowy zapis.")
    assert next(iter(form.fields["place"].choices))[0] == ""  # no place becomes the answer by itself
    drafter.post(address, {**again(form), "place": "end:paragraph"})
    assert outline(version) == ["rozdział 1 Rozdział", "§ 1 a", "§ 2 Długi nowy zapis."]
    assert outline(other) == ["§ 1 Treść numer 1."]


# The words of a unit.


def test_a_unit_is_edited_and_stays_chosen(drafter):
    version, first = draft(), element(1)
    edited = unit(version, "§ 2")
    data = typed(edited, text="Celem jest współpraca.", elements=[first.pk])
    response = drafter.post(page("unit_edit", version, edited.pk), data, follow=True)
    assert (response.context["chosen"], "§ 2" in said(response)) == (edited.pk, True)
    edited.refresh_from_db()
    assert (edited.text, list(edited.provision.elements.all())) == ("Celem jest współpraca.", [first])


def test_a_table_is_edited_as_the_lines_it_shows(drafter):
    version = draft()
    table = unit(version, "§ 3 ust. 2 tabela")
    form = drafter.get(page("unit_edit", version, table.pk)).context["form"]
    assert "text" not in form.fields
    drafter.post(page("unit_edit", version, table.pk), typed(table, cells=form["cells"].value()))
    assert unit(version, "§ 3 ust. 2 tabela").cells == table.cells


@given(st.integers(2, 3).flatmap(lambda columns: st.lists(st.lists(CELLS, min_size=columns, max_size=columns), min_size=1)))
def test_any_table_comes_back_from_its_lines(cells):
    field = CellsField()
    assert field.clean(field.prepare_value(cells).replace("\n", "\r\n")) == cells


def test_who_only_edits_words_does_not_undo_what_somebody_has_ticked_since(drafter):
    first, second, version = element(1), element(2), draft()
    edited = unit(version, "§ 1")
    edited.provision.elements.set([first])
    opened = again(drafter.get(page("unit_edit", version, edited.pk)).context["form"])
    shown = {"initial-elements": [first.pk]}
    edited.provision.elements.set([first, second])
    drafter.post(page("unit_edit", version, edited.pk), opened | shown | {"text": "Inne słowa."})
    assert set(edited.provision.elements.all()) == {first, second}
    opened |= {"seen": unit(version, "§ 1").fingerprint()}
    del opened["elements"]
    drafter.post(page("unit_edit", version, edited.pk), opened | shown)
    assert set(edited.provision.elements.all()) == {second}


def test_a_unit_that_shows_no_heading_is_asked_for_none_unless_it_has_one(drafter):
    version = written(par("a", ust("b"), ust("c", heading="Stary tytuł")))
    shown = [
        "heading" in drafter.get(page("unit_edit", version, unit(version, citation).pk)).context["form"].fields
        for citation in ("§ 1", "§ 1 ust. 1", "§ 1 ust. 2")
    ]
    assert shown == [True, False, True]


def test_two_people_at_one_unit_see_both_texts_and_neither_is_lost(drafter):
    version = draft()
    seen = unit(version, "§ 1")
    edit_unit(seen, heading="Nagłówek koleżanki", text="Wersja koleżanki.", at=FROZEN)
    response = drafter.post(page("unit_edit", version, seen.pk), typed(seen, text="Moja wersja."))
    shown = response.content.decode()
    assert "Nagłówek koleżanki" in shown
    assert re.search(r"Obecne brzmienie.*Wersja koleżanki\.", shown, re.DOTALL)
    assert response.context["form"]["text"].value() == "Moja wersja."
    assert unit(version, "§ 1").text == "Wersja koleżanki."
    drafter.post(page("unit_edit", version, seen.pk), again(response.context["form"]))
    assert unit(version, "§ 1").text == "Moja wersja."


def test_the_second_of_two_people_is_told_again_when_a_third_was_quicker(drafter):
    version = draft()
    seen = unit(version, "§ 1")
    edit_unit(seen, heading="", text="Druga.", at=FROZEN)
    form = drafter.post(page("unit_edit", version, seen.pk), typed(seen, text="Moja.")).context["form"]
    edit_unit(seen, heading="", text="Trzecia.", at=FROZEN)
    response = drafter.post(page("unit_edit", version, seen.pk), again(form))
    assert ("Trzecia." in response.content.decode(), unit(version, "§ 1").text) == (True, "Trzecia.")


def test_what_was_typed_into_a_unit_that_somebody_removed_may_become_a_new_one(drafter):
    version = written(par("a"), par("b"))
    gone = unit(version, "§ 2")
    data = typed(gone, text="Długi zmieniony zapis.")
    remove_unit(gone, at=FROZEN)
    address = page("unit_edit", version, gone.pk)
    response = drafter.post(address, data)
    form = response.context["form"]
    assert (form.errors.keys(), form["text"].value()) == ({"place"}, "Długi zmieniony zapis.")
    drafter.post(address, {**again(form), "place": "end:paragraph"})
    assert outline(version) == ["§ 1 a", "§ 2 Długi zmieniony zapis."]
    assert "nie ma" in said(drafter.get(address, follow=True))


def test_a_unit_of_another_version_is_not_edited_through_this_one(drafter):
    version, other = draft(units=paragraphs(1)), draft(program("2028"), units=paragraphs(1))
    before = everything(other)
    theirs = unit(other, "§ 1")
    response = drafter.post(page("unit_edit", version, theirs.pk), typed(theirs, text="Podmieniony."))
    assert response.context["form"].errors.keys() == {"place"}
    assert (everything(other), outline(version)) == (before, ["§ 1 Treść numer 1."])


def test_a_unit_removed_at_the_last_moment_is_refused_in_words(drafter, monkeypatch):
    version = draft(units=paragraphs(1))
    edited = unit(version, "§ 1")

    def quicker(*args, **words):
        remove_unit(edited, at=FROZEN)
        return edit_unit(*args, **words)

    monkeypatch.setattr("programs.admin.text.edit_unit", quicker)
    response = drafter.post(page("unit_edit", version, edited.pk), typed(edited, text="Moja."))
    assert response.context["form"].non_field_errors() == [str(UnitIsElsewhere.in_words)]
    assert response.context["form"]["text"].value() == "Moja."


# Marks, as people type them.


@pytest.fixture
def marked():
    """§ 1, § 2 with a table; § 3 to be written."""
    table = [["Zadanie", "Kwota"], ["Sport", "10"], ["Razem", "="]]
    version = written(par("Cel."), par("Podział:", pkt("x")), par("Nic."))
    add_unit(version, kind=Unit.TABLE, parent=unit(version, "§ 2"), cells=table, at=FROZEN)
    return version


def test_typed_marks_are_saved_by_meaning_and_shown_as_they_were_typed(drafter, marked):
    edited = unit(marked, "§ 3")
    words = "Wg {§ 2 pkt 1} i {§2PKT1}: {10 000 zł}, {1234,50 zł}, {razem: § 2 tabela}."
    drafter.post(page("unit_edit", marked, edited.pk), typed(edited, text=words))
    edited.refresh_from_db()
    point, table = unit(marked, "§ 2 pkt 1").provision_id, unit(marked, "§ 2 tabela").provision_id
    assert edited.text == f"Wg {reference(point)} i {reference(point)}: {{zl:10000.00}}, {{zl:1234.50}}, {total_of(table)}."
    shown = drafter.get(page("unit_edit", marked, edited.pk)).context["form"]["text"].value()
    assert shown == "Wg {§ 2 pkt 1} i {§ 2 pkt 1}: {10 000 zł}, {1 234,50 zł}, {razem: § 2 tabela}."
    drafter.post(page("unit_edit", marked, edited.pk), typed(edited, text=shown))
    edited.refresh_from_db()
    assert edited.text.endswith(f"{{zl:10000.00}}, {{zl:1234.50}}, {total_of(table)}.")


def test_a_new_unit_takes_marks_too(drafter, marked):
    address = f"{page('unit_new', marked)}?near={unit(marked, '§ 3').pk}"
    drafter.post(address, {"place": "after:paragraph", "text": "Zob. {§ 1}."})
    assert unit(marked, "§ 4").text == f"Zob. {reference(unit(marked, '§ 1').provision_id)}."


@pytest.mark.parametrize(
    ("words", "quoted"),
    [
        ("Wg {§ 99}.", "{§ 99}"),
        ("Wg {10 tysięcy}.", "{10 tysięcy}"),
        ("Wg {}.", "{}"),
        ("Wg {ref:x}.", "{ref:x}"),
        ("Suma {razem: § 1 tabela}.", "{razem: § 1 tabela}"),
        ("Suma {razem: § 1}.", "{razem: § 1}"),
        ("Wg {§ 1.", "{§ 1."),
        ("Wg § 1}.", "}."),
    ],
)
def test_braces_that_mean_nothing_are_refused_and_the_text_stays(drafter, marked, words, quoted):
    edited = unit(marked, "§ 3")
    response = drafter.post(page("unit_edit", marked, edited.pk), typed(edited, text=words))
    form = response.context["form"]
    assert (form.errors.keys(), form["text"].value()) == ({"text"}, words)
    assert quoted in form.errors["text"][0]
    assert unit(marked, "§ 3").text == "Nic."


def test_a_reference_keeps_up_with_the_numbers(drafter, marked):
    edited = unit(marked, "§ 3")
    drafter.post(page("unit_edit", marked, edited.pk), typed(edited, text="Wg {§ 1}."))
    shift_unit(unit(marked, "§ 1"), down=True, at=FROZEN)
    assert drafter.get(page("unit_edit", marked, edited.pk)).context["form"]["text"].value() == "Wg {§ 2}."


@pytest.mark.parametrize(("words", "asked"), [("Wg {§ 1}.", True), ("Kwota {10 zł}.", False), ("Bez klamer.", False)])
def test_a_reference_typed_by_numbers_that_have_changed_is_asked_about_once(drafter, marked, words, asked):
    edited = unit(marked, "§ 3")
    opened = again(drafter.get(page("unit_edit", marked, edited.pk)).context["form"])
    shift_unit(unit(marked, "§ 1"), down=True, at=FROZEN)
    response = drafter.post(page("unit_edit", marked, edited.pk), {**opened, "text": words})
    assert (response.status_code == 200) is asked
    if asked:
        form = response.context["form"]
        assert (form.errors.keys(), form["text"].value(), unit(marked, "§ 3").text) == ({"text"}, words, "Nic.")
        drafter.post(page("unit_edit", marked, edited.pk), again(form))
    edited.refresh_from_db()
    assert edited.text == words.replace("{§ 1}", reference(unit(marked, "§ 1").provision_id)).replace("{10 zł}", "{zl:10.00}")


def test_a_reference_to_what_is_gone_stays_until_somebody_mends_it(drafter, marked):
    edited = unit(marked, "§ 3")
    gone = reference(unit(marked, "§ 1").provision_id)
    drafter.post(page("unit_edit", marked, edited.pk), typed(edited, text="Wg {§ 1}."))
    remove_unit(unit(marked, "§ 1"), at=FROZEN)
    assert "[usunięty przepis]" in drafter.get(page("text", marked)).content.decode()
    form = drafter.get(page("unit_edit", marked, edited.pk)).context["form"]
    assert form["text"].value() == f"Wg {gone}."
    drafter.post(page("unit_edit", marked, edited.pk), again(form))
    edited.refresh_from_db()
    assert edited.text == f"Wg {gone}."


def test_elements_of_the_other_kind_of_program_are_not_offered(drafter):
    version, mine = draft(), element(1)
    StatutoryElement.objects.create(kind="multiannual", number=1, name="inny", citation="art. 5a ust. 5")
    form = drafter.get(page("unit_edit", version, unit(version, "§ 1").pk)).context["form"]
    assert list(form.fields["elements"].queryset) == [mine]
