import pytest
from django.db import IntegrityError, transaction

from programs.actions import (
    TableIsRagged,
    TextIsTooLong,
    UnitDraft,
    UnitHasChanged,
    UnitIsElsewhere,
    UnknownElement,
    VersionIsFrozen,
    VersionIsNotEmpty,
    add_unit,
    edit_unit,
    move_unit,
    remove_unit,
    set_purpose,
    start_version,
    write_units,
)
from programs.models import HEADING_AT_MOST, TEXT_AT_MOST, Provision, ProvisionText, Purpose, StatutoryElement
from programs.numbering import MisplacedUnit, OrderIsBroken, Unit
from tests.factories.programs import FROZEN, WRITTEN, draft, frozen, program, unit

pytestmark = pytest.mark.django_db

LATER = FROZEN


def outline(version):
    """(citation, depth, first words) in reading order, with ranks running from 0."""
    texts = list(version.texts.in_reading_order())
    assert [text.rank for text in texts] == list(range(len(texts)))
    return [(text.citation, text.depth, text.text or text.heading) for text in texts]


def citations(version):
    return [citation for citation, _depth, _words in outline(version)]


def test_a_written_text_is_numbered_in_reading_order():
    assert outline(draft()) == [
        ("rozdział 1", 0, "Cele programu"),
        ("§ 1", 1, "Celem jest zażółć gęślą jaźń."),
        ("§ 2", 1, "Program:"),
        ("§ 2 pkt 1", 2, "wspiera organizacje;"),
        ("§ 2 pkt 2", 2, "rozwija:"),
        ("§ 2 pkt 2 lit. a", 3, "wolontariat,"),
        ("§ 2 pkt 2 lit. b", 3, "wiedzę;"),
        ("§ 2 pkt 3", 2, 'chroni "dobre zwyczaje".'),
        ("rozdział 2", 0, "Środki"),
        ("§ 3", 1, ""),
        ("§ 3 ust. 1", 2, "O środkach mówi § 12, a kwota to 10 000 zł."),
        ("§ 3 ust. 2", 2, "Podział określa tabela:"),
        ("§ 3 ust. 2 tabela", 3, "Planowane środki"),
        ("załącznik nr 1", 0, "Kryteria"),
        ("załącznik nr 1 § 1", 1, "Ofertę ocenia komisja."),
    ]


def test_labels_and_anchors_are_stored():
    version = draft()
    assert {text.citation: (text.label, text.anchor) for text in version.texts.all()}["§ 2 pkt 2 lit. b"] == (
        "b)",
        "par-2-pkt-2-lit-b",
    )


def test_a_whole_text_is_written_once():
    version = draft()
    before = outline(version)
    with pytest.raises(VersionIsNotEmpty):
        write_units(version, [UnitDraft(Unit.PARAGRAPH, text="Inny.")], at=LATER)
    assert outline(version) == before


def test_a_unit_in_the_wrong_place_writes_nothing():
    version = start_version(program(), purpose=Purpose.WORKING, at=WRITTEN)
    with pytest.raises(MisplacedUnit):
        write_units(version, [UnitDraft(Unit.PARAGRAPH, text="Dobry."), UnitDraft(Unit.LETTER, text="zły")], at=WRITTEN)
    assert (version.texts.count(), Provision.objects.count()) == (0, 0)


def test_elements_of_the_statute_are_found_by_their_number():
    for number in (1, 2):
        StatutoryElement.objects.create(kind="annual", number=number, name=f"element {number}", citation="art. 5a")
    StatutoryElement.objects.create(kind="multiannual", number=2, name="not of this kind", citation="art. 5a")
    version = draft(units=[UnitDraft(Unit.PARAGRAPH, text="Zasady.", elements=[2])])
    assert [element.name for element in unit(version, "§ 1").provision.elements.all()] == ["element 2"]
    assert [element.name for element in version.missing_elements()] == ["element 1"]


def test_an_unknown_element_is_refused():
    with pytest.raises(UnknownElement):
        draft(units=[UnitDraft(Unit.PARAGRAPH, text="Zasady.", elements=[12])])


def test_a_unit_is_added_behind_another_and_the_rest_is_numbered_anew():
    version = draft()
    identity = unit(version, "§ 2").provision_id
    first = unit(version, "§ 1")
    added = add_unit(version, kind=Unit.PARAGRAPH, parent=first.parent, after=first, text="Nowy.", at=LATER)
    assert (added.citation, outline(version)[2]) == ("§ 2", ("§ 2", 1, "Nowy."))
    assert unit(version, "§ 3").provision_id == identity
    assert unit(version, "§ 3 pkt 2 lit. b").text == "wiedzę;"


@pytest.mark.parametrize(("parent", "kind", "citation"), [(None, Unit.ANNEX, "załącznik nr 2"), ("§ 2", Unit.POINT, "§ 2 pkt 4")])
def test_without_a_place_a_unit_comes_last(parent, kind, citation):
    version = draft()
    assert add_unit(version, kind=kind, parent=parent and unit(version, parent), text="Ostatni.", at=LATER).citation == citation


def test_a_unit_cannot_be_added_where_its_kind_may_not_stand():
    version = draft()
    before = outline(version)
    with pytest.raises(MisplacedUnit) as refused:
        add_unit(version, kind=Unit.LETTER, parent=unit(version, "§ 1"), text="zła,", at=LATER)
    assert refused.value.in_words
    assert outline(version) == before
    assert Provision.objects.count() == len(before)


def test_a_unit_cannot_be_added_behind_one_that_stands_elsewhere():
    version = draft()
    with pytest.raises(UnitIsElsewhere):
        add_unit(version, kind=Unit.POINT, parent=unit(version, "§ 1"), after=unit(version, "§ 2 pkt 1"), at=LATER)


def test_words_are_kept_as_typed_but_for_line_ends_and_nul():
    version = draft()
    edit_unit(unit(version, "§ 1"), heading=" Cel ", text='A\r\nB\x00 "x" - <b>', at=LATER)
    edited = unit(version, "§ 1")
    assert (edited.heading, edited.text) == ("Cel", 'A\nB "x" - <b>')


@pytest.mark.parametrize("changed", [{"text": "Ktoś inny."}, {"heading": "Ktoś inny"}])
def test_an_edit_of_a_unit_that_changed_meanwhile_is_refused(changed):
    version = draft()
    seen = unit(version, "§ 1").fingerprint()
    edit_unit(unit(version, "§ 1"), **{"heading": "", "text": "Celem jest zażółć gęślą jaźń.", **changed}, seen=seen, at=LATER)
    with pytest.raises(UnitHasChanged):
        edit_unit(unit(version, "§ 1"), heading="", text="Moje.", seen=seen, at=LATER)
    assert unit(version, "§ 1").text != "Moje."


def test_an_edit_stands_when_only_the_number_changed():
    version = draft()
    edited = unit(version, "§ 2")
    seen = edited.fingerprint()
    remove_unit(unit(version, "§ 1"), at=LATER)
    edit_unit(edited, heading="", text="Program wspiera:", seen=seen, at=LATER)
    assert unit(version, "§ 1").text == "Program wspiera:"


def test_an_edit_of_a_removed_unit_is_refused():
    version = draft()
    gone = unit(version, "§ 1")
    remove_unit(gone, at=LATER)
    with pytest.raises(UnitIsElsewhere):
        edit_unit(gone, heading="", text="Moje.", at=LATER)


def test_a_table_needs_rows_of_equal_length():
    version = draft()
    table = unit(version, "§ 3 ust. 2 tabela")
    with pytest.raises(TableIsRagged):
        edit_unit(table, heading="", text="", cells=[["a", "b"], ["c"]], at=LATER)
    edit_unit(table, heading="", text="", cells=[["a", "b"], ["c", ""]], at=LATER)
    assert unit(version, "§ 3 ust. 2 tabela").cells == [["a", "b"], ["c", ""]]


@pytest.mark.parametrize(
    ("words", "too_much"),
    [
        ({"heading": "", "text": "x" * TEXT_AT_MOST}, {"heading": "", "text": "x" * (TEXT_AT_MOST + 1)}),
        ({"heading": "x" * HEADING_AT_MOST, "text": ""}, {"heading": "x" * (HEADING_AT_MOST + 1), "text": ""}),
    ],
)
def test_a_unit_is_as_long_as_it_may_be_and_no_longer(words, too_much):
    version = draft()
    edit_unit(unit(version, "§ 1"), **words, at=LATER)
    for write in (
        lambda: edit_unit(unit(version, "§ 1"), **too_much, at=LATER),
        lambda: add_unit(version, kind=Unit.PARAGRAPH, **too_much, at=LATER),
        lambda: draft(program("2028"), units=[UnitDraft(Unit.PARAGRAPH, **too_much)]),
    ):
        with pytest.raises(TextIsTooLong) as refused:
            write()
        assert refused.value.in_words
    assert {name: getattr(unit(version, "§ 1"), name) for name in words} == words


def test_white_space_around_a_text_does_not_make_it_too_long():
    version = draft()
    edit_unit(unit(version, "§ 1"), heading="", text=f"\n {'x' * TEXT_AT_MOST} \n", at=LATER)
    assert len(unit(version, "§ 1").text) == TEXT_AT_MOST


def test_the_database_holds_no_longer_text_and_no_cells_outside_tables():
    version = draft()
    for changed, rule in (
        ({"text": "x" * (TEXT_AT_MOST + 1)}, "provision_text_fits"),
        ({"cells": [["x"]]}, "cells_only_in_tables"),
    ):
        with pytest.raises(IntegrityError, match=rule), transaction.atomic():
            version.texts.filter(citation="§ 1").update(**changed)
    version.texts.filter(citation="§ 1").update(text="ą" * TEXT_AT_MOST)
    assert len(unit(version, "§ 1").text) == TEXT_AT_MOST


def test_a_unit_moves_with_all_that_stands_in_it():
    version = draft()
    identity = unit(version, "§ 2 pkt 2 lit. a").provision_id
    move_unit(unit(version, "§ 2"), parent=unit(version, "rozdział 2"), after=unit(version, "§ 3"), at=LATER)
    assert citations(version)[:4] == ["rozdział 1", "§ 1", "rozdział 2", "§ 2"]
    assert unit(version, "§ 3 pkt 2 lit. a").provision_id == identity


def test_a_unit_moves_to_the_first_place():
    version = draft()
    move_unit(unit(version, "§ 2 pkt 3"), parent=unit(version, "§ 2"), after=None, at=LATER)
    assert unit(version, "§ 2 pkt 1").text == 'chroni "dobre zwyczaje".'
    assert unit(version, "§ 2 pkt 2").text == "wspiera organizacje;"


def test_a_unit_cannot_move_into_itself():
    version = draft()
    before = outline(version)
    with pytest.raises((OrderIsBroken, MisplacedUnit)):
        move_unit(unit(version, "§ 2 pkt 2"), parent=unit(version, "§ 2 pkt 2 lit. a"), after=None, at=LATER)
    assert outline(version) == before


def test_a_removed_unit_takes_what_stands_in_it_and_leaves_its_identity():
    version = draft()
    identities = Provision.objects.count()
    assert remove_unit(unit(version, "§ 2 pkt 2"), at=LATER) == 3
    assert unit(version, "§ 2 pkt 2").text == 'chroni "dobre zwyczaje".'
    assert Provision.objects.count() == identities


def test_a_version_holds_only_its_own_units():
    version, other = draft(), draft(program("2028"))
    with pytest.raises(UnitIsElsewhere):
        add_unit(version, kind=Unit.PARAGRAPH, parent=unit(other, "rozdział 1"), text="Obcy.", at=LATER)


@pytest.mark.parametrize(
    "verb",
    [
        lambda version: write_units(version, [UnitDraft(Unit.PARAGRAPH)], at=LATER),
        lambda version: add_unit(version, kind=Unit.PARAGRAPH, text="Nowy.", at=LATER),
        lambda version: edit_unit(unit(version, "§ 1"), heading="", text="Inny.", at=LATER),
        lambda version: move_unit(unit(version, "§ 2"), parent=unit(version, "rozdział 1"), after=None, at=LATER),
        lambda version: remove_unit(unit(version, "§ 1"), at=LATER),
        lambda version: set_purpose(version, purpose=Purpose.ADOPTED, at=LATER),
    ],
)
def test_no_verb_changes_a_frozen_version(verb):
    version = frozen()
    before = (outline(version), version.purpose)
    with pytest.raises(VersionIsFrozen) as refused:
        verb(version)
    assert refused.value.in_words
    version.refresh_from_db()
    assert (outline(version), version.purpose) == before


def test_a_version_frozen_meanwhile_is_seen_through_an_old_object():
    version = draft()
    type(version).objects.filter(pk=version.pk).update(frozen_at=FROZEN, sha256="x")
    with pytest.raises(VersionIsFrozen):
        add_unit(version, kind=Unit.PARAGRAPH, text="Nowy.", at=LATER)


def test_numbering_a_long_text_writes_only_what_changed(django_assert_max_num_queries):
    version = draft(units=[UnitDraft(Unit.PARAGRAPH, text=f"Nr {n}.") for n in range(60)])
    last = unit(version, "§ 60")
    with django_assert_max_num_queries(12):
        add_unit(version, kind=Unit.POINT, parent=last, text="punkt.", at=LATER)
    assert ProvisionText.objects.filter(version=version).count() == 61
