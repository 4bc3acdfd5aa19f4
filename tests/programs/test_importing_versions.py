"""What a person decides about the rows of a Word file, and the version that is made of it."""

import pytest
from django.db import transaction

from accounts.models import User
from consultations.models import Voice
from programs.actions import (
    CannotStandThere,
    ImportIsDone,
    ImportIsNotRead,
    LooksLikeAnotherText,
    NothingIsTaken,
    TextIsTooLong,
    decide_rows,
    drop_import,
    edit_unit,
    start_version,
)
from programs.imports.plan import JOIN, SKIP, Choice
from programs.marks import reference
from programs.models import DraftVersion, Purpose
from programs.numbering import Unit
from tests.factories import voices
from tests.factories.programs import draft, element, frozen, paragraphs, program, unit
from tests.programs.imported import AT, DONE, exported, identities, make, outline, put_up, read, refused, typed
from tests.programs.test_races import beside
from tests.programs.texts import chapter, par, ust, written

pytestmark = pytest.mark.django_db


# Decided on by a person.


def test_decisions_are_kept_row_by_row():
    waiting = read(put_up(program()))
    name = unit(draft(waiting.program), "§ 1").provision_id
    decide_rows(waiting, decided={0: Choice("chapter", name), 1: Choice(SKIP, None)})
    kept = decide_rows(waiting, decided={1: Choice(JOIN, None)})
    assert kept.decided == {"0": {"kind": "chapter", "provision": str(name)}, "1": {"kind": JOIN, "provision": ""}}
    waiting.refresh_from_db()
    assert waiting.decided == kept.decided


def test_nothing_is_decided_before_it_is_read():
    waiting = put_up(program())
    refused(ImportIsNotRead, lambda: decide_rows(waiting, decided={0: Choice(SKIP, None)}))
    refused(ImportIsNotRead, lambda: make(waiting))


def test_what_the_person_decided_becomes_the_text():
    base = written(par("Pierwszy."), par("Drugi."))
    waiting = read(put_up(base.program, typed("Nowy.", "Drugi.", "Trzeci."), base=base))
    decided = {0: Choice("chapter", None), 1: Choice("paragraph", identities(base)["§ 1"]), 2: Choice("subparagraph", None)}
    version = make(decide_rows(waiting, decided=decided))
    assert outline(version) == ["rozdział 1 Nowy.", "§ 1 Drugi.", "§ 1 ust. 1 Trzeci."]
    assert identities(version)["§ 1"] == identities(base)["§ 1"]


# Made a version.


def test_a_version_is_made_and_the_import_says_which():
    base = frozen(units=paragraphs(2))
    by = User.objects.create_user("drafter@example.org")
    waiting = read(put_up(base.program, typed("Treść numer 1.", "Nowa."), base=base, purpose=Purpose.AFTER))
    version = make(waiting, by=by, at=DONE)
    assert (version.number, version.purpose, version.based_on) == (2, Purpose.AFTER, base)
    assert (version.created_by, version.created_at, version.is_frozen) == (by, DONE, False)
    assert outline(version) == ["§ 1 Treść numer 1.", "§ 2 Nowa."]
    waiting.refresh_from_db()
    assert (waiting.made, waiting.found, waiting.decided) == (version, {}, {})


def test_kept_units_keep_their_identity_with_remarks_and_statutory_elements_and_new_ones_get_their_own():
    base = voices.unit(voices.consultation()).version
    remark = voices.remark(base.program.consultations.get(), citation="§ 2")
    first = element(1)
    remark.provision_text.provision.elements.add(first)
    content = typed("Dodany na początku.", remark.provision_text.text, "Celami programu są:")
    version = make(read(put_up(base.program, content, base=base)))
    (kept,) = version.texts.filter(provision=remark.provision_text.provision_id)
    assert (kept.citation, list(kept.provision.elements.all())) == ("§ 2", [first])
    assert unit(version, "§ 1").provision_id not in identities(base).values()
    assert (unit(version, "§ 1").provision.program, Voice.objects.get()) == (base.program, remark)


@pytest.mark.parametrize("continues", [True, False])
def test_references_in_the_file_lead_to_the_units_of_the_file(continues):
    base = written(par("Cel."), par("O celu mówi inny przepis."))
    referring = unit(base, "§ 2")
    edit_unit(referring, heading="", text=f"Mowa o {reference(unit(base, '§ 1').provision_id)}.", at=AT)
    version = make(read(put_up(base.program, exported(base), base=base if continues else None)))
    assert unit(version, "§ 2").text == f"Mowa o {reference(unit(version, '§ 1').provision_id)}."
    assert (identities(version) == identities(base)) is continues


def test_units_that_another_program_exported_are_new_ones_here():
    other = frozen(program("2028"))
    base = draft(units=paragraphs(1))
    version = make(read(put_up(base.program, exported(other), base=base)), sure=True)
    assert not set(identities(version).values()) & set(identities(other).values())
    assert {text.provision.program for text in version.texts.select_related("provision__program")} == {base.program}


@pytest.mark.parametrize(("kept", "alike"), [(2, False), (3, True)])
def test_a_file_with_few_units_of_the_earlier_version_is_taken_only_when_the_person_is_sure(kept, alike):
    base = draft(units=paragraphs(10))
    content = typed(*(f"Treść numer {number}." for number in range(1, kept + 1)), *["Co innego zupełnie."] * 9)
    waiting = read(put_up(base.program, content, base=base))
    if alike:
        assert make(waiting).number == 2
        return
    told = refused(LooksLikeAnotherText, lambda: make(waiting))
    assert "2 z 10" in told
    assert make(waiting, sure=True).number == 2


def test_any_file_continues_a_version_without_text():
    base = start_version(program(), purpose=Purpose.WORKING, at=AT)
    assert outline(make(read(put_up(base.program, base=base)))) == ["§ 1 Pierwszy.", "§ 2 Drugi."]


def test_nothing_is_made_of_a_file_of_which_nothing_is_taken():
    waiting = read(put_up(program()))
    decide_rows(waiting, decided={row: Choice(SKIP, None) for row in (0, 1)})
    refused(NothingIsTaken, lambda: make(waiting))


def test_a_row_that_may_stand_nowhere_is_named():
    waiting = read(put_up(program()))
    decide_rows(waiting, decided={0: Choice(SKIP, None), 1: Choice("point", None)})
    told = refused(CannotStandThere, lambda: make(waiting))
    assert "2 (§ 2.)" in told


@pytest.mark.parametrize(("length", "may"), [(19_998, True), (19_999, False)])
def test_rows_are_joined_up_to_what_a_unit_holds(length, may):
    waiting = read(put_up(program(), typed("x" * length, "y")))
    decide_rows(waiting, decided={1: Choice(JOIN, None)})
    if may:
        assert len(unit(make(waiting), "§ 1").text) == 20_000
    else:
        refused(TextIsTooLong, lambda: make(waiting))


def test_a_file_becomes_one_version():
    waiting = read(put_up(program()))
    make(waiting)
    for act in (
        lambda: make(waiting),
        lambda: decide_rows(waiting, decided={0: Choice(SKIP, None)}),
        lambda: drop_import(waiting),
    ):
        refused(ImportIsDone, act)


def test_the_next_file_makes_the_next_version_of_a_tree():
    base = written(chapter(par("a", ust("b"), ust("c"))), chapter(par("d")))
    version = make(read(put_up(base.program, exported(base), base=base)))
    again = make(read(put_up(base.program, exported(version), base=version)))
    assert (again.number, outline(again), identities(again)) == (3, outline(base), identities(base))
    assert [text.kind for text in again.texts.in_reading_order()][:3] == [Unit.CHAPTER, Unit.PARAGRAPH, Unit.SUBPARAGRAPH]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_make_a_version_of_one_file_one_does():
    waiting = read(put_up(program()))
    with transaction.atomic():
        version = make(waiting)
        other = beside(lambda: make(waiting), waits=True)
    with pytest.raises(ImportIsDone):
        other.result(10)
    assert DraftVersion.objects.get() == version
