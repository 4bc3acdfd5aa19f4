"""From a decision to the text: changes are proposed, joined, made once, refused in words when the words have moved on."""

import pytest

from consultations.actions import changes as verbs
from consultations.actions.answers import VoiceIsWithdrawn
from consultations.actions.voices import withdraw_submission
from consultations.models import Outcome, ProposedChange
from programs.actions import (
    TextIsTooLong,
    UnitDraft,
    VersionIsFrozen,
    VersionOfAnotherProgram,
    add_unit,
    edit_unit,
    fingerprint_of_pair,
    freeze_version,
    merge_unit,
    move_unit,
    remove_unit,
    split_unit,
    start_version,
)
from programs.models import Purpose
from programs.numbering import Unit
from tests.consultations.changing import ADD, AT, REMOVE, REWORD, after, make, outline, propose, taken
from tests.factories import programs as texts
from tests.factories.answers import answered, drafted, drafter
from tests.factories.voices import DURING, consultation, draft, proposal, remark


@pytest.fixture
def part(db):
    return taken(consultation())


@pytest.fixture
def version(part):
    return after(part)


# Proposing ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", Outcome)
def test_only_what_is_taken_into_account_changes_the_text(db, outcome):
    part = taken(consultation(), outcome=outcome)
    if outcome in (Outcome.ACCEPTED, Outcome.PARTLY):
        assert list(propose(part).parts.all()) == [part]
        return
    with pytest.raises(verbs.PartIsNotTaken):
        propose(part)
    assert not ProposedChange.objects.exists()


def test_an_unanswered_voice_and_a_withdrawn_one_change_nothing(db):
    made = consultation()
    with pytest.raises(verbs.PartIsNotTaken):
        propose(remark(made).parts.get())
    part = taken(made)
    withdraw_submission(part.voice.submission, at=DURING)
    with pytest.raises(VoiceIsWithdrawn):
        propose(part)


def test_a_change_stands_on_the_words_it_was_proposed_on(part):
    change = propose(part, text=" Nowe\r\nsłowa. ")
    place = part.voice.provision_text
    assert (change.provision, change.base, change.base_hash) == (place.provision, part.voice.version, place.fingerprint())
    assert (change.text, change.is_waiting, change.applied_in) == ("Nowe\nsłowa.", True, None)


@pytest.mark.parametrize(
    ("refused", "words"),
    [
        (verbs.NothingWouldChange, {"text": 'Zapis nr 2 o kwocie 10 000 zł i "zasadach".'}),
        (verbs.NothingWouldChange, {"text": " \r\n"}),
        (verbs.NothingWouldChange, {"text": "", "action": ADD}),
        (TextIsTooLong, {"text": "a" * 20_001}),
    ],
)
def test_words_that_change_nothing_or_do_not_fit_are_refused(part, refused, words):
    with pytest.raises(refused):
        propose(part, **words)
    assert not ProposedChange.objects.exists()


def test_a_form_sent_twice_is_one_change_and_the_same_words_of_another_voice_join_it(part):
    first, again = propose(part), propose(part)
    other = taken(part.voice.consultation)
    assert first == again == propose(other)
    assert set(first.parts.all()) == {part, other}
    assert propose(part, text="Jeszcze inaczej.") != first


def test_words_that_nobody_has_frozen_are_no_base(part, version):
    with pytest.raises(verbs.BaseIsNotFrozen):
        propose(part, on=version.texts.get(citation="§ 2"))


def test_a_voice_changes_only_the_program_it_was_about(part):
    other = draft("2028")
    with pytest.raises(verbs.VoiceIsAboutAnotherProgram):
        propose(part, on=other.texts.get(citation="§ 2"))


def test_a_table_is_changed_in_the_text_itself_but_may_be_removed(part):
    program = part.voice.version.program
    table = UnitDraft(Unit.TABLE, heading="Środki", cells=[["a", "b"], ["1", "2"]])
    frozen = texts.frozen(program, units=[UnitDraft(Unit.PARAGRAPH, text="Podział:", children=[table])])
    on = frozen.texts.get(kind=Unit.TABLE)
    for action in (REWORD, ADD):
        with pytest.raises(verbs.TableIsChangedInTheText):
            propose(part, on=on, action=action, heading="Inne")
    assert propose(part, on=on, action=REMOVE).is_waiting


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_change_without_a_voice_needs_a_reason(part, reason):
    on = part.voice.provision_text
    words = {"on": on, "action": REWORD, "text": "Inaczej.", "by": drafter(), "at": AT}
    with pytest.raises(verbs.ChangeNeedsAReason):
        verbs.record_own_change(**words, own_reason=reason)
    change = verbs.record_own_change(**words, own_reason=" Poprawka redakcyjna. ")
    assert (change.own_reason, change.parts.count()) == ("Poprawka redakcyjna.", 0)


# Several voices ----------------------------------------------------------------------------------------------


def test_voices_join_a_change_and_leave_it_while_something_stands_behind_it(part):
    change, other = propose(part), taken(part.voice.consultation)
    verbs.join_change(change, [other], by=drafter(), at=AT)
    verbs.leave_change(change, [part], by=drafter(), at=AT)
    assert list(change.parts.all()) == [other]
    with pytest.raises(verbs.ChangeNeedsAReason):
        verbs.leave_change(change, [other], by=drafter(), at=AT)
    assert list(change.parts.all()) == [other]


def test_a_rejected_voice_joins_nothing(part):
    change = propose(part)
    with pytest.raises(verbs.PartIsNotTaken):
        verbs.join_change(change, [taken(part.voice.consultation, outcome=Outcome.REJECTED)], by=drafter(), at=AT)


def test_a_voice_may_join_what_is_made_but_not_what_is_dropped(part, version):
    made, dropped = propose(part), propose(part, text="Inne.")
    make(made, version)
    verbs.discard_change(dropped, why="Niepotrzebne.", by=drafter(), at=AT)
    other = taken(part.voice.consultation)
    verbs.join_change(made, [other], by=drafter(), at=AT)
    with pytest.raises(verbs.ChangeIsDropped):
        verbs.join_change(dropped, [other], by=drafter(), at=AT)


def test_nothing_is_made_for_a_voice_that_is_not_taken_any_more(part, version):
    change = propose(part)
    drafted(part, outcome=Outcome.REJECTED)
    with pytest.raises(verbs.ChangeNeedsAReason):
        make(change, version)


# Making it ---------------------------------------------------------------------------------------------------


def test_new_words_stand_in_the_version_and_the_change_says_where_by_whom_and_when(part, version):
    change = make(propose(part), version)
    assert outline(version)[3] == "§ 2 Nowe słowa."
    change.refresh_from_db()
    provision = part.voice.provision_text.provision
    assert (change.applied_in, change.applied_by, change.applied_at, change.result) == (version, drafter(), AT, provision)


def test_a_new_unit_stands_behind_the_one_it_was_proposed_on(part, version):
    change = make(propose(part, action=ADD), version)
    added = version.texts.get(text="Nowe słowa.")
    assert (added.citation, added.provision) == ("§ 3", change.result)
    assert change.result != part.voice.provision_text.provision


def test_a_unit_goes_with_all_that_stands_in_it(db):
    part = taken(consultation(), citation="§ 1")
    version = after(part)
    make(propose(part, action=REMOVE, text=""), version)
    assert [line.split(" o ")[0] for line in outline(version)] == ["§ 1 Zapis nr 2", "§ 2 Zapis nr 3"]


def test_it_is_made_where_the_provision_is_now_whatever_its_number(part, version):
    place = version.texts.select_related("parent").get(citation="§ 2")
    first = add_unit(version, kind=Unit.PARAGRAPH, parent=place.parent, text="Nowy początek.", at=AT)
    move_unit(first, parent=place.parent, after=None, at=AT)
    make(propose(part), version)
    assert version.texts.get(text="Nowe słowa.").citation == "§ 3"


def test_a_change_is_made_once(part, version):
    change = propose(part)
    make(change, version)
    with pytest.raises(verbs.ChangeIsMade) as refusal:
        make(change, version)
    assert str(version.number) in refusal.value.in_words
    with pytest.raises(verbs.ChangeIsMade):
        verbs.discard_change(change, why="Jednak nie.", by=drafter(), at=AT)


def test_a_dropped_change_is_not_made_and_says_why_it_was_dropped(part, version):
    change = propose(part)
    with pytest.raises(verbs.ChangeNeedsAReason):
        verbs.discard_change(change, why=" ", by=drafter(), at=AT)
    verbs.discard_change(change, why="Niepotrzebne.", by=drafter(), at=AT)
    with pytest.raises(verbs.ChangeIsDropped):
        make(change, version)
    change.refresh_from_db()
    assert (change.discarded_why, change.discarded_by, change.is_waiting) == ("Niepotrzebne.", drafter(), False)


def test_a_frozen_version_and_one_of_another_program_are_not_changed(part, version):
    change = propose(part)
    frozen = freeze_version(version, by=None, at=AT)
    with pytest.raises(VersionIsFrozen):
        make(change, frozen)
    other = start_version(draft("2028").program, purpose=Purpose.AFTER, at=AT)
    with pytest.raises(VersionOfAnotherProgram):
        make(change, other)
    change.refresh_from_db()
    assert change.is_waiting


# The words have moved on -------------------------------------------------------------------------------------


def test_two_changes_of_one_unit_conflict_and_the_second_is_written_by_hand(part, version):
    first, second = propose(part, text="Pierwsze."), propose(taken(part.voice.consultation), text="Drugie.")
    make(first, version)
    with pytest.raises(verbs.ChangeConflicts) as conflict:
        make(second, version)
    three = conflict.value.prospect
    assert (three.base.text[:10], three.present.text, three.change.text) == ("Zapis nr 2", "Pierwsze.", "Drugie.")
    make(second, version, text="Pierwsze i drugie.", seen=three.present_hash)
    assert version.texts.get(citation="§ 2").text == "Pierwsze i drugie."


def test_a_merged_wording_does_not_overwrite_what_came_since_it_was_written(part, version):
    change, place = propose(part), version.texts.get(citation="§ 2")
    edit_unit(place, heading="", text="Pierwsze.", at=AT)
    seen = version.texts.get(citation="§ 2").fingerprint()
    edit_unit(place, heading="", text="Ktoś jeszcze.", at=AT)
    with pytest.raises(verbs.ChangeConflicts):
        make(change, version, text="Złączone.", seen=seen)
    assert version.texts.get(citation="§ 2").text == "Ktoś jeszcze."


def test_the_same_words_twice_are_no_conflict(part, version):
    change = propose(part)
    edit_unit(version.texts.get(citation="§ 2"), heading="", text="Nowe słowa.", at=AT)
    assert make(change, version).applied_in == version


def test_what_was_added_inside_a_unit_is_not_removed_unseen(db):
    part = taken(consultation(), citation="§ 1")
    version, change = after(part), propose(part, action=REMOVE, text="")
    add_unit(version, kind=Unit.POINT, parent=version.texts.get(citation="§ 1"), text="Nowy punkt.", at=AT)
    with pytest.raises(verbs.ChangeConflicts):
        make(change, version)
    assert version.texts.filter(text="Nowy punkt.").exists()


def cut(version, unit):
    split_unit(unit, parts=[unit.text[:10], unit.text[10:]], seen=unit.fingerprint(), at=AT)


def join_with_previous(version, unit):
    first, second = version.texts.get(citation="§ 2"), version.texts.get(citation="§ 3")
    merge_unit(first, seen=fingerprint_of_pair(first, second), at=AT)


@pytest.mark.parametrize(
    ("citation", "do", "told"),
    [
        ("§ 2", lambda version, unit: remove_unit(unit, at=AT), "usunięto"),
        ("§ 2", cut, "§ 2 i § 3"),
        ("§ 3", join_with_previous, "§ 2"),
    ],
    ids=["deleted", "split", "joined"],
)
@pytest.mark.parametrize("action", [REWORD, ADD, REMOVE])
def test_what_became_of_a_provision_meanwhile_is_told_and_nothing_is_changed(db, citation, do, told, action):
    part = taken(consultation(), citation=citation)
    version, change = after(part), propose(part, action=action)
    do(version, version.texts.select_related("version").get(citation=citation))
    before = outline(version)
    with pytest.raises(verbs.ProvisionIsElsewhere) as refusal:
        make(change, version)
    assert told in refusal.value.in_words
    assert outline(version) == before


def test_a_paragraph_is_deleted_while_its_remark_is_being_answered_and_the_answer_is_not_lost(part, version):
    remove_unit(version.texts.get(citation="§ 2"), at=AT)
    change = propose(part)
    drafted(part, outcome=Outcome.PARTLY)
    with pytest.raises(verbs.ProvisionIsElsewhere):
        make(change, version)
    told = verbs.explain_change(version, change.provision, parts=[part], by=drafter(), at=AT)
    verbs.discard_change(change, why="Paragraf usunięto.", by=drafter(), at=AT)
    assert (told.action, told.applied_in, list(told.parts.all())) == (REMOVE, version, [part])


# All that nothing stands in the way of -----------------------------------------------------------------------


def test_a_change_made_in_the_text_is_explained_by_voices_or_by_a_reason(part, version):
    place = version.texts.get(citation="§ 2")
    edit_unit(place, heading="", text="Zmienione wprost.", at=AT)
    with pytest.raises(verbs.ChangeNeedsAReason):
        verbs.explain_change(version, place.provision, own_reason=" ", by=drafter(), at=AT)
    change = verbs.explain_change(version, place.provision, parts=[part], by=drafter(), at=AT)
    assert (change.action, change.base, change.applied_in, change.result) == (REWORD, None, version, place.provision)
    own = verbs.explain_change(version, place.provision, own_reason="Poprawka.", by=drafter(), at=AT)
    assert own != change
    assert own == verbs.explain_change(version, place.provision, own_reason="Poprawka.", by=drafter(), at=AT)


def test_a_provision_of_the_first_frozen_draft_says_which_proposals_it_came_from(db):
    made = consultation()
    first, second = (answered(proposal(made, text=text), outcome=Outcome.ACCEPTED).parts.get() for text in ("a", "b"))
    version = made.programs.get().versions.get()
    provision = version.texts.get(citation="§ 3").provision
    change = verbs.explain_change(version, provision, parts=[first], by=drafter(), at=AT)
    assert change == verbs.explain_change(version, provision, parts=[second], by=drafter(), at=AT)
    assert (change.action, set(change.parts.all())) == (ADD, {first, second})


def test_what_never_stood_in_the_text_is_not_explained(part, version):
    later = start_version(version.program, purpose=Purpose.AFTER, based_on=version, at=AT)
    new = add_unit(later, kind=Unit.PARAGRAPH, text="Nowy.", at=AT)
    with pytest.raises(verbs.ProvisionIsUnknown):
        verbs.explain_change(version, new.provision, own_reason="Bo.", by=drafter(), at=AT)
    with pytest.raises(VersionOfAnotherProgram):
        verbs.explain_change(draft("2028"), new.provision, own_reason="Bo.", by=drafter(), at=AT)
