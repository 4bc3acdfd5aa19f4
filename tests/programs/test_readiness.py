"""What is missing in a text, and that nothing of it gets into a frozen one unless somebody accepts it."""

from decimal import Decimal

import pytest
from django.utils import translation

from programs.actions import UnitDraft, VersionHasHoles, freeze_version, remove_unit
from programs.marks import amount, reference, targets_of, total_of
from programs.models import ProgramKind, StatutoryElement
from programs.numbering import Unit
from programs.readiness import holes
from tests.factories.programs import FROZEN, TABLE, draft, element, program, reword, unit

pytestmark = pytest.mark.django_db

WORDY = [["Zadanie", "Kwota"], ["Kultura", "do ustalenia"]]


def found(version):
    """{code: citation of the unit} of all holes."""
    texts = list(version.texts.in_reading_order())
    listed = holes(version, texts)
    codes = {hole.code: hole.unit and hole.unit.citation for hole in listed}
    assert len(codes) == len(listed)
    assert all(hole.words for hole in listed)
    return codes


def of_kind(kind, text):
    return f"{kind}:{text.provision_id}"


def with_table(cells, *, text="Podział:"):
    return draft(units=[UnitDraft(Unit.PARAGRAPH, text=text, children=[UnitDraft(Unit.TABLE, cells=cells)])])


def refused(version, *, despite=()):
    """The codes that freezing names; it leaves the version as it was."""
    with pytest.raises(VersionHasHoles) as refusal:
        freeze_version(version, by=None, at=FROZEN, despite=despite)
    version.refresh_from_db()
    assert (version.is_frozen, version.sha256, version.frozen_despite) == (False, "", [])
    assert refusal.value.in_words
    return {hole.code for hole in refusal.value.holes}


def test_a_whole_text_has_no_holes():
    version = draft()
    assert found(version) == {}
    assert freeze_version(version, by=None, at=FROZEN).frozen_despite == []


def test_holes_are_found_in_one_query(django_assert_num_queries):
    version = draft()
    version.program  # noqa: B018 - not the query that is counted
    texts = list(version.texts.in_reading_order())
    with django_assert_num_queries(1):
        holes(version, texts)


@pytest.mark.parametrize("words", [{}, {"text": " \n "}])
def test_a_unit_that_says_nothing_and_holds_nothing_is_empty(words):
    version = draft(units=[UnitDraft(Unit.PARAGRAPH, text="Cel."), UnitDraft(Unit.PARAGRAPH, **words)])
    assert found(version) == {of_kind("empty", unit(version, "§ 2")): "§ 2"}


@pytest.mark.parametrize(
    "full",
    [
        UnitDraft(Unit.PARAGRAPH, text="Cel."),
        UnitDraft(Unit.PARAGRAPH, heading="Cel"),
        UnitDraft(Unit.PARAGRAPH, children=[UnitDraft(Unit.SUBPARAGRAPH, text="Cel.")]),
        UnitDraft(Unit.CHAPTER, heading="Cele"),
        UnitDraft(Unit.CHAPTER, heading="Cele", children=[UnitDraft(Unit.PARAGRAPH, text="Cel.")]),
    ],
)
def test_a_unit_that_says_or_holds_something_is_not(full):
    assert found(draft(units=[full])) == {}


def test_each_empty_unit_of_a_branch_is_named():
    version = draft(
        units=[UnitDraft(Unit.CHAPTER, heading="Cele", children=[UnitDraft(Unit.PARAGRAPH), UnitDraft(Unit.PARAGRAPH)])]
    )
    assert list(found(version).values()) == ["§ 1", "§ 2"]


@pytest.mark.parametrize("kind", [Unit.CHAPTER, Unit.ANNEX])
@pytest.mark.parametrize("heading", ["", "Cele"])
def test_a_chapter_without_a_heading_may_be_accepted(kind, heading):
    version = draft(units=[UnitDraft(kind, heading=heading, children=[UnitDraft(Unit.PARAGRAPH, text="Cel.")])])
    codes = {of_kind("nameless", version.texts.get(kind=kind))} if not heading else set()
    assert set(found(version)) == codes
    assert freeze_version(version, by=None, at=FROZEN, despite=codes).is_frozen


@pytest.mark.parametrize(
    "kinds", [(Unit.SUBPARAGRAPH, Unit.SUBPARAGRAPH), (Unit.POINT, Unit.POINT), (Unit.SUBPARAGRAPH, Unit.POINT)]
)
def test_a_paragraph_divided_in_two_ways_may_be_accepted(kinds):
    version = draft(units=[UnitDraft(Unit.PARAGRAPH, children=[UnitDraft(kind, text="Cel.") for kind in kinds])])
    codes = {of_kind("mixed", unit(version, "§ 1"))} if len(set(kinds)) == 2 else set()
    assert set(found(version)) == codes
    assert freeze_version(version, by=None, at=FROZEN, despite=codes).is_frozen


@pytest.mark.parametrize(
    ("words", "is_hole"),
    [({"cells": [["Zadanie", "Kwota"]]}, False), ({"heading": "Plan"}, True), ({"text": "Plan"}, True), ({}, True)],
)
def test_a_table_needs_rows(words, is_hole):
    version = draft(units=[UnitDraft(Unit.PARAGRAPH, text="Plan:", children=[UnitDraft(Unit.TABLE, **words)])])
    table = unit(version, "§ 1 tabela")
    assert found(version) == ({of_kind("empty", table): "§ 1 tabela"} if is_hole else {})


def test_a_reference_dangles_once_its_target_is_gone():
    version = draft()
    target, source = unit(version, "§ 2 pkt 2"), unit(version, "§ 1")
    reword(source, text=f"Zob. {reference(target.provision_id)} i jeszcze raz {reference(target.provision_id)}.")
    assert found(version) == {}
    remove_unit(target, at=FROZEN)
    assert found(version) == {f"dangling:{source.provision_id}:{target.provision_id}": "§ 1"}


def test_a_reference_to_a_unit_of_another_version_dangles():
    other = draft()
    version = draft(other.program, units=[UnitDraft(Unit.PARAGRAPH, text="Cel.")])
    target = unit(other, "§ 1").provision_id
    source = reword(unit(version, "§ 1"), text=f"Zob. {reference(target)}.")
    assert found(version) == {f"dangling:{source.provision_id}:{target}": "§ 1"}


@pytest.mark.parametrize(
    ("cells", "kind"), [(TABLE, None), (WORDY, "no-total"), ([["Zadanie", "Kwota"]], "no-total"), (None, "dangling")]
)
def test_a_quoted_total_needs_a_table_that_adds_up(cells, kind):
    version = with_table(cells or TABLE)
    table = unit(version, "§ 1 tabela")
    source = reword(unit(version, "§ 1"), text=f"Kwota: {total_of(table.provision_id)}, czyli {amount(Decimal(5))}.")
    if cells is None:
        remove_unit(table, at=FROZEN)
    assert found(version) == ({f"{kind}:{source.provision_id}:{table.provision_id}": "§ 1"} if kind else {})


def test_a_total_cannot_be_quoted_of_a_unit_that_is_no_table():
    version = draft()
    target = unit(version, "§ 2").provision_id
    source = reword(unit(version, "§ 1"), text=f"Kwota: {total_of(target)}.")
    assert found(version) == {f"no-total:{source.provision_id}:{target}": "§ 1"}


@pytest.mark.parametrize(
    ("total", "code"),
    [
        ("30 500,50", ""),
        ("=", ""),
        ("", ""),
        ("30 500,51", "total:{}:30 500,51:30500.50"),
        ("30 500", "total:{}:30 500:30500.50"),
    ],
)
def test_a_typed_total_must_add_up(total, code):
    version = with_table([*TABLE[:-1], ["", "Razem", total]])
    table = unit(version, "§ 1 tabela")
    assert found(version) == ({code.format(table.provision_id): "§ 1 tabela"} if code else {})


@pytest.mark.parametrize(("rows", "is_hole"), [([["a", "10"], ["b", "brak"]], True), ([], True), ([["a", "10"]], False)])
def test_a_computed_total_must_add_up(rows, is_hole):
    version = with_table([["Zadanie", "Kwota"], *rows, ["Razem", "="]])
    table = unit(version, "§ 1 tabela")
    assert found(version) == ({of_kind("no-sum", table): "§ 1 tabela"} if is_hole else {})


def test_an_element_that_no_unit_fulfils_is_missing():
    element(1)
    element(2)
    element(3, kind=ProgramKind.MULTIANNUAL)
    version = draft(units=[UnitDraft(Unit.PARAGRAPH, text="Zasady.", elements=[2])])
    assert found(version) == {"element:1": None}
    reword(unit(version, "§ 1"), elements=StatutoryElement.objects.filter(kind="annual"))
    assert found(version) == {}


def test_an_element_is_missing_again_when_its_unit_goes_from_this_version():
    element(1)
    draft(program("2028"), units=[UnitDraft(Unit.PARAGRAPH, text="Zasady.", elements=[1])])
    version = draft(units=[UnitDraft(Unit.PARAGRAPH, text="Zasady.", elements=[1]), UnitDraft(Unit.PARAGRAPH, text="Cel.")])
    assert found(version) == {}
    remove_unit(unit(version, "§ 1"), at=FROZEN)
    assert found(version) == {"element:1": None}


@pytest.fixture
def torn():
    """A draft with a hole of each kind: {code: whether it may be accepted}."""
    element(1)
    version = draft(
        units=[
            UnitDraft(Unit.PARAGRAPH, text="Cel."),
            UnitDraft(Unit.PARAGRAPH),
            UnitDraft(
                Unit.PARAGRAPH,
                text="Tabele:",
                children=[
                    UnitDraft(Unit.TABLE),
                    UnitDraft(Unit.TABLE, cells=[*WORDY, ["Razem", "="]]),
                    UnitDraft(Unit.TABLE, cells=[["Zadanie", "2026", "2027"], ["a", "1", "2"], ["Razem", "5", "5"]]),
                ],
            ),
            UnitDraft(Unit.PARAGRAPH, text="Do usunięcia."),
        ]
    )
    source, empty, gone = (unit(version, citation).provision_id for citation in ("§ 1", "§ 2", "§ 4"))
    bare, wordy, wrong = (unit(version, f"§ 3 tabela {number}").provision_id for number in (1, 2, 3))
    reword(unit(version, "§ 1"), text=f"{reference(gone)} i {total_of(wordy)}")
    remove_unit(unit(version, "§ 4"), at=FROZEN)
    codes = {
        f"empty:{empty}": False,
        f"empty:{bare}": False,
        f"dangling:{source}:{gone}": False,
        f"no-total:{source}:{wordy}": False,
        f"no-sum:{wordy}": False,
        f"total:{wrong}:5:1.00": True,
        f"total:{wrong}:5:2.00": True,
        "element:1": True,
    }
    return version, codes


def test_only_totals_and_elements_may_be_accepted_and_come_last(torn):
    version, codes = torn
    listed = holes(version, list(version.texts.in_reading_order()))
    assert {hole.code: hole.may_be_accepted for hole in listed} == codes
    assert [hole.may_be_accepted for hole in listed] == sorted(hole.may_be_accepted for hole in listed)


def test_freezing_names_exactly_the_holes_that_are_open(torn):
    version, codes = torn
    accepted = {code for code, may in codes.items() if may}
    assert refused(version) == set(codes)
    assert refused(version, despite=accepted) == set(codes) - accepted
    assert refused(version, despite=["element:1"]) == set(codes) - {"element:1"}


def test_what_must_be_mended_is_not_accepted(torn):
    version, codes = torn
    assert refused(version, despite=list(codes)) == {code for code, may in codes.items() if not may}


def test_accepted_holes_are_recorded_in_the_words_that_were_read():
    element(1)
    version = with_table([["Zadanie", "Kwota"], ["a", "1"], ["Razem", "5"]])
    listed = holes(version, list(version.texts.in_reading_order()))
    assert len(listed) == 2
    frozen_version = freeze_version(version, by=None, at=FROZEN, despite=[hole.code for hole in listed])
    version.refresh_from_db()
    assert frozen_version.frozen_despite == version.frozen_despite == [hole.words for hole in listed]
    assert all(isinstance(words, str) and words for words in version.frozen_despite)


def test_only_holes_that_are_there_are_recorded():
    assert freeze_version(draft(), by=None, at=FROZEN, despite=["element:1", "total:x:1:2"]).frozen_despite == []


def test_who_accepted_a_wrong_total_did_not_accept_another_one():
    version = with_table([["Zadanie", "Kwota"], ["a", "1"], ["Razem", "5"]])
    table = unit(version, "§ 1 tabela")
    accepted = list(found(version))
    reword(table, cells=[["Zadanie", "Kwota"], ["a", "1000"], ["Razem", "5"]])
    (other,) = found(version)
    assert refused(version, despite=accepted) == {other}


def test_the_code_of_a_hole_stays_whatever_the_language_and_the_number_of_its_unit(torn):
    version, codes = torn
    with translation.override("en"):
        assert set(found(version)) == set(codes)
    empty = unit(version, "§ 2")
    remove_unit(empty, at=FROZEN)
    assert set(found(version)) == set(codes) - {of_kind("empty", empty)}


def test_a_frozen_text_refers_to_nothing_that_is_not_in_it():
    version = draft()
    target = unit(version, "§ 2")
    reword(unit(version, "§ 1"), text=f"Zob. {reference(target.provision_id)}.")
    freeze_version(version, by=None, at=FROZEN)
    named = {provision for text in version.texts.all() for _kind, provision in targets_of(text.text)}
    assert named == {target.provision_id}
    assert version.texts.filter(provision__in=named).count() == 1


def test_a_sign_for_a_total_is_never_left_to_be_printed():
    version = with_table([["Zadanie", "Kwota"], ["a", "100"], ["Razem w 2026", "="]])
    table = unit(version, "§ 1 tabela")
    assert found(version) == {of_kind("no-sum", table): "§ 1 tabela"}
