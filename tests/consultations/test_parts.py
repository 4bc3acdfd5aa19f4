"""What gets one answer: a voice cut into parts and made whole, and notes about it."""

import pytest

from consultations.actions.answers import (
    CUT_ANEW,
    NoteIsEmpty,
    PartIsAnswered,
    PartIsGone,
    PartIsTooLong,
    add_note,
    approve_answers,
    cut_voice,
    send_for_approval,
)
from consultations.models import Decision, Note, Step, Voice
from tests.consultations.answering import approve, draft, give_back, sent, step
from tests.factories.answers import ANSWERED, answered, drafted, drafter, published
from tests.factories.voices import CLOSES, consultation, coordinator, proposal

pytestmark = pytest.mark.django_db


@pytest.fixture
def made():
    return consultation()


@pytest.fixture
def part(made):
    return proposal(made, text="Więcej warsztatów. Mniej biurokracji. Krótsze terminy.").parts.get()


def cut(voice, *excerpts):
    return [part.excerpt for part in cut_voice(voice, excerpts=excerpts, by=drafter(), at=ANSWERED)]


def excerpts(voice):
    return list(voice.parts.order_by("position").values_list("position", "excerpt"))


def test_a_voice_is_cut_and_made_whole(part):
    voice = part.voice
    assert cut(voice, " Więcej warsztatów. ", "", "Mniej\r\nbiurokracji.") == ["Więcej warsztatów.", "Mniej\nbiurokracji."]
    assert excerpts(voice) == [(0, "Więcej warsztatów."), (1, "Mniej\nbiurokracji.")]
    assert voice.parts.get(position=0) == part
    assert cut(voice, "Więcej warsztatów.", "Mniej biurokracji.", "Krótsze terminy.")[2] == "Krótsze terminy."
    assert cut(voice) == [""]
    assert excerpts(voice) == [(0, "")]


@pytest.mark.parametrize("before", [drafted, sent, lambda part: answered(part.voice)])
def test_what_was_drafted_for_the_whole_goes_back_when_it_is_cut(part, before):
    before(part)
    cut(part.voice, "Więcej warsztatów.", "Mniej biurokracji.")
    decision = Decision.objects.get()
    assert (decision.step, decision.returned_why, decision.returned_by) == (Step.RETURNED, CUT_ANEW, drafter())


def test_a_part_that_does_not_change_keeps_its_answer(part):
    cut(part.voice, "Więcej warsztatów.", "Mniej biurokracji.")
    drafted(part.voice.parts.get(position=0))
    cut(part.voice, "Więcej warsztatów.", "Mniej biurokracji.", "Krótsze terminy.")
    assert step(part) == Step.DRAFT


def test_a_part_that_has_an_answer_does_not_go(part):
    cut(part.voice, "Więcej warsztatów.", "Mniej biurokracji.")
    drafted(part.voice.parts.get(position=1))
    for wanted in (("Więcej warsztatów.",), ()):
        with pytest.raises(PartIsAnswered):
            cut(part.voice, *wanted)
    assert len(excerpts(part.voice)) == 2


def test_a_part_whose_answer_is_public_does_not_change_even_while_it_is_corrected(made, part):
    answered(part.voice)
    published(made)
    draft(part, reasons="Inne słowa.", seen=1)
    with pytest.raises(PartIsAnswered):
        cut(part.voice, "Więcej warsztatów.", "Mniej biurokracji.")
    assert excerpts(part.voice) == [(0, "")]


@pytest.mark.parametrize(("length", "refused"), [(20_000, False), (20_001, True)])
def test_a_part_is_as_long_as_a_voice_may_be(part, length, refused):
    if refused:
        with pytest.raises(PartIsTooLong):
            cut(part.voice, "a" * length, "b")
    else:
        cut(part.voice, "a" * length, "b")
    assert (len(excerpts(part.voice)) == 2) is not refused


def test_a_part_that_was_cut_away_is_not_answered(part):
    cut(part.voice, "Więcej warsztatów.", "Mniej biurokracji.")
    gone = part.voice.parts.get(position=1)
    cut(part.voice)
    for act in (
        lambda: draft(gone),
        lambda: send_for_approval(gone, by=drafter(), at=ANSWERED),
        lambda: approve_answers([part, gone], seen={}, by=coordinator(), at=ANSWERED),
        lambda: give_back(gone),
    ):
        with pytest.raises(PartIsGone):
            act()
    assert not Decision.objects.exists()


def test_every_part_needs_its_answer(made, part):
    cut(part.voice, "Więcej warsztatów.", "Mniej biurokracji.")
    first, second = part.voice.parts.order_by("position")
    sent(first)
    approve(first)
    assert set(Voice.objects.awaiting_answer()) == {part.voice}
    sent(second)
    approve(second)
    assert not Voice.objects.awaiting_answer().exists()


# --- Notes ---------------------------------------------------------------------------------------


def test_a_note_says_something(part):
    with pytest.raises(NoteIsEmpty):
        add_note(part.voice, text=" \n", by=drafter(), at=CLOSES)
    add_note(part.voice, text=" Zapytać skarbnika. ", by=drafter(), at=CLOSES)
    assert Note.objects.values_list("voice", "text", "by", "at").get() == (
        part.voice.pk,
        "Zapytać skarbnika.",
        drafter().pk,
        CLOSES,
    )
