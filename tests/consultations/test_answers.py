"""Answers: drafted, sent, returned, approved by somebody else; nothing is rewritten, and nobody overwrites another."""

import pytest
from django.db import IntegrityError, transaction

from consultations.actions.answers import (
    AnswerHasChanged,
    AnswerIsPublished,
    NothingToReview,
    OwnAnswer,
    ReasonsAreMissing,
    SayWhatToImprove,
    VoiceHasChanged,
    VoiceIsWithdrawn,
    answer_together,
    approve_answers,
    send_for_approval,
)
from consultations.actions.voices import AUTHOR_CHANGED, edit_voice, release_voices, withdraw_submission
from consultations.models import Decision, Outcome, Part, Step
from tests.consultations.answering import approve, draft, give_back, sent, step
from tests.factories.answers import ANSWERED, PUBLISHED, REASONS, answered, drafted, drafter, published
from tests.factories.voices import DURING, TICK, consultation, coordinator, proposal

pytestmark = pytest.mark.django_db


@pytest.fixture
def made():
    return consultation()


@pytest.fixture
def part(made):
    return proposal(made, text="Więcej warsztatów. Mniej biurokracji. Krótsze terminy.").parts.get()


# --- Steps ---------------------------------------------------------------------------------------


def test_an_answer_goes_from_draft_to_approval_by_two_people(part):
    assert step(part) == Step.NONE
    decision = draft(part)
    assert step(part) == Step.DRAFT
    send_for_approval(part, by=drafter(), at=ANSWERED)
    assert step(part) == Step.REVIEW
    assert approve(part, at=PUBLISHED) == 1
    assert step(part) == Step.APPROVED
    decision.refresh_from_db()
    assert (decision.revision, decision.outcome, decision.reasons) == (1, Outcome.REJECTED, REASONS)
    assert (decision.drafted_by, decision.drafted_at, decision.submitted_at) == (drafter(), ANSWERED, ANSWERED)
    assert (decision.approved_by, decision.approved_at, decision.published_at) == (coordinator(), PUBLISHED, None)


@pytest.mark.parametrize("at", list(Step))
def test_rows_are_found_at_exactly_the_step_that_they_say(made, at):
    parts = {name: proposal(made).parts.get() for name in Step}
    drafted(parts[Step.DRAFT])
    for name in (Step.REVIEW, Step.RETURNED):
        sent(parts[name])
    give_back(parts[Step.RETURNED])
    for name in (Step.APPROVED, Step.PUBLISHED):
        answered(parts[name].voice)
    Decision.objects.filter(part=parts[Step.PUBLISHED]).update(
        published_at=PUBLISHED, publication=made.publications.create(at=PUBLISHED, voices=1, letters=1)
    )
    assert set(Part.objects.at_step(at)) == {parts[at]}
    assert step(parts[at]) == at
    unanswered = set(Part.objects.unanswered())
    assert unanswered == {part for part in Part.objects.select_related("current") if not part.is_answered}
    assert unanswered == {part for name, part in parts.items() if name not in (Step.APPROVED, Step.PUBLISHED)}


@pytest.mark.parametrize("days", [-1, 0, 1])
def test_an_answer_is_overdue_from_the_day_after(part, days):
    due = ANSWERED.date()
    day = due.replace(day=due.day + days)
    Part.objects.update(due_on=due)
    part.refresh_from_db()
    assert Part.objects.overdue(day).exists() is (days == 1)
    answered(part.voice)
    assert not Part.objects.overdue(day).exists()


# --- Drafting ------------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", list(Outcome))
@pytest.mark.parametrize("reasons", ["", " \r\n "])
def test_only_what_is_accepted_whole_goes_without_reasons(part, outcome, reasons):
    if outcome == Outcome.ACCEPTED:
        assert draft(part, outcome=outcome, reasons=reasons).reasons == ""
    else:
        with pytest.raises(ReasonsAreMissing):
            draft(part, outcome=outcome, reasons=reasons)
        assert not Decision.objects.exists()


def test_other_words_are_the_next_revision_and_the_first_stays(part):
    first = draft(part)
    second = draft(part, reasons="Inne\r\nsłowa.", seen=1, by=coordinator(), at=PUBLISHED)
    assert (second.revision, second.reasons, second.drafted_by) == (2, "Inne\nsłowa.", coordinator())
    first.refresh_from_db()
    assert first.reasons == REASONS
    part.refresh_from_db()
    assert part.current == second


@pytest.mark.parametrize("seen", [0, 2])
def test_nobody_writes_over_an_answer_that_they_have_not_seen(part, seen):
    draft(part)
    with pytest.raises(AnswerHasChanged):
        draft(part, reasons="Inne słowa.", seen=seen)
    assert Decision.objects.get().reasons == REASONS


@pytest.mark.parametrize("who", [drafter, coordinator])
def test_the_same_words_again_change_nothing_and_stay_their_drafters(part, who):
    """Else whoever drafted them could approve them after a colleague has pressed save."""
    first = draft(part)
    assert draft(part, reasons=f"{REASONS}  ", seen=0, by=who()) == first
    assert Decision.objects.get().drafted_by == drafter()


def test_the_same_words_may_be_given_again_after_a_return(part):
    sent(part)
    give_back(part)
    assert draft(part, seen=1).revision == 2
    assert step(part) == Step.DRAFT


def test_a_new_draft_takes_an_approval_away(part):
    answered(part.voice)
    draft(part, reasons="Inne słowa.", seen=1)
    assert step(part) == Step.DRAFT
    assert set(Part.objects.unanswered()) == {part}


def test_what_its_author_has_withdrawn_is_not_answered(made, part):
    sent(part)
    other = proposal(made).parts.get()
    drafted(other)
    for one in (part, other):
        withdraw_submission(one.voice.submission, at=DURING)
    for act in (
        lambda: draft(part, reasons="Inne słowa.", seen=1),
        lambda: send_for_approval(other, by=drafter(), at=ANSWERED),
        lambda: approve(part),
    ):
        with pytest.raises(VoiceIsWithdrawn):
            act()
    assert [step(one) for one in (part, other)] == [Step.REVIEW, Step.DRAFT]


@pytest.mark.parametrize(("read_at", "refused"), [(DURING - TICK, True), (DURING, False), (None, False)])
def test_words_changed_after_they_were_read_are_read_again(part, read_at, refused):
    edit_voice(part.voice, at=DURING, text="Nowe słowa.")
    if refused:
        with pytest.raises(VoiceHasChanged):
            draft(part, read_at=read_at)
    else:
        draft(part, read_at=read_at)
    assert Decision.objects.exists() is not refused


@pytest.mark.parametrize("before", [drafted, sent, lambda part: answered(part.voice)])
def test_an_answer_to_words_that_their_author_changes_goes_back(part, before):
    before(part)
    edit_voice(part.voice, at=DURING, text="Nowe słowa.")
    decision = Decision.objects.get()
    assert (decision.step, decision.returned_by, decision.returned_why) == (Step.RETURNED, None, AUTHOR_CHANGED)
    with pytest.raises(NothingToReview):
        approve(part)


def test_the_same_words_saved_by_their_author_again_change_nothing(part):
    voice = answered(part.voice)
    release_voices([voice], by=coordinator(), at=ANSWERED)
    edit_voice(voice, at=DURING, text=voice.text, reasons=voice.reasons, topic=voice.topic)
    voice.refresh_from_db()
    assert (voice.released_at, voice.edited_at, step(part)) == (ANSWERED, None, Step.APPROVED)


def test_only_the_newest_answer_goes_back_with_changed_words(part):
    draft(part)
    draft(part, seen=1, reasons="Inaczej.")
    edit_voice(part.voice, at=DURING, text="Nowe słowa.")
    assert list(Decision.objects.order_by("revision").values_list("returned_at", flat=True)) == [None, DURING]


# --- Sending -------------------------------------------------------------------------------------


def test_sending_twice_is_harmless_and_keeps_the_first_moment(part):
    drafted(part)
    for at in (ANSWERED, PUBLISHED):
        send_for_approval(part, by=drafter(), at=at)
    assert Decision.objects.get().submitted_at == ANSWERED


def test_there_must_be_a_draft_to_send(made, part):
    returned, approved = (proposal(made).parts.get() for _one in range(2))
    sent(returned)
    give_back(returned)
    answered(approved.voice)
    for one in (part, returned, approved):
        with pytest.raises(NothingToReview):
            send_for_approval(one, by=drafter(), at=ANSWERED)


@pytest.mark.parametrize(("seen", "refused"), [(1, True), (2, False), (None, False)])
def test_only_the_draft_that_was_seen_is_sent(part, seen, refused):
    drafted(part)
    drafted(part, reasons="Inne słowa.")
    if refused:
        with pytest.raises(AnswerHasChanged):
            send_for_approval(part, by=drafter(), at=ANSWERED, seen=seen)
    else:
        send_for_approval(part, by=drafter(), at=ANSWERED, seen=seen)
    assert (step(part) == Step.REVIEW) is not refused


# --- Approving and returning ---------------------------------------------------------------------


def test_nobody_approves_their_own_answer(part):
    sent(part)
    with pytest.raises(OwnAnswer):
        approve(part, by=drafter())
    assert step(part) == Step.REVIEW
    assert approve(part, by=coordinator()) == 1


def test_nor_does_the_database_let_them(part):
    sent(part)
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.update(approved_by=drafter(), approved_at=ANSWERED)


def test_only_what_was_sent_and_not_decided_since_is_approved(made):
    none, draft_only, returned, approved = (proposal(made).parts.get() for _one in range(4))
    drafted(draft_only)
    sent(returned)
    give_back(returned)
    answered(approved.voice)
    for one in (none, draft_only, returned, approved):
        with pytest.raises(NothingToReview):
            approve(one)


@pytest.mark.parametrize(("seen", "refused"), [(1, True), (2, False), (None, False)])
def test_only_the_revision_that_was_read_is_approved(part, seen, refused):
    drafted(part)
    sent(part, reasons="Inne słowa.")
    if refused:
        with pytest.raises(AnswerHasChanged):
            approve(part, seen=seen)
    else:
        approve(part, seen=seen)
    assert (step(part) == Step.APPROVED) is not refused


def test_many_are_approved_together_or_none(made):
    good, bad = proposal(made).parts.get(), proposal(made).parts.get()
    sent(good)
    with pytest.raises(NothingToReview):
        approve_answers([good, bad], seen={}, by=coordinator(), at=ANSWERED)
    assert step(good) == Step.REVIEW
    sent(bad)
    assert approve_answers([good, bad], seen={}, by=coordinator(), at=ANSWERED) == 2
    assert {step(good), step(bad)} == {Step.APPROVED}


def test_a_return_says_what_to_improve(part):
    sent(part)
    with pytest.raises(SayWhatToImprove):
        give_back(part, why=" \n")
    assert step(part) == Step.REVIEW
    give_back(part, why=" Dopisz podstawę. ", at=PUBLISHED)
    decision = Decision.objects.get()
    assert (decision.returned_at, decision.returned_by, decision.returned_why) == (PUBLISHED, coordinator(), "Dopisz podstawę.")
    assert step(part) == Step.RETURNED


def test_an_approved_answer_is_returned_until_it_is_public(made, part):
    answered(part.voice)
    give_back(part)
    assert step(part) == Step.RETURNED
    draft(part, seen=1)
    send_for_approval(part, by=drafter(), at=ANSWERED)
    approve(part)
    published(made)
    with pytest.raises(AnswerIsPublished):
        give_back(part, seen=2)
    assert step(part) == Step.PUBLISHED


def test_whoever_drafted_an_answer_may_take_it_back(part):
    sent(part)
    give_back(part, by=drafter())
    assert step(part) == Step.RETURNED


def test_what_was_not_sent_or_not_seen_is_not_returned(part):
    with pytest.raises(NothingToReview):
        give_back(part)
    drafted(part)
    with pytest.raises(NothingToReview):
        give_back(part)
    send_for_approval(part, by=drafter(), at=ANSWERED)
    for seen in (0, 2):
        with pytest.raises(AnswerHasChanged):
            give_back(part, seen=seen)
    assert step(part) == Step.REVIEW


def test_a_correction_is_the_next_revision_and_the_public_one_stays(made, part):
    answered(part.voice)
    published(made)
    assert draft(part, seen=1) == Decision.objects.get()  # the same words: nothing to correct
    correction = draft(part, outcome=Outcome.ACCEPTED, reasons="", seen=1)
    assert (correction.revision, step(part)) == (2, Step.DRAFT)
    assert set(Decision.objects.published(PUBLISHED)) == {Decision.objects.get(revision=1)}


# --- Together ------------------------------------------------------------------------------------


def test_one_answer_goes_to_several_parts_or_to_none(made):
    first, second = proposal(made).parts.get(), proposal(made).parts.get()
    draft(second, reasons="Inne słowa.")

    def together(seen):
        said = {"outcome": Outcome.PARTLY, "reasons": REASONS, "by": drafter(), "at": ANSWERED}
        return answer_together([first, second], seen=seen, **said)

    with pytest.raises(AnswerHasChanged):
        together({})
    assert step(first) == Step.NONE
    assert [decision.revision for decision in together({second.pk: 1})] == [1, 2]
    edit_voice(second.voice, at=DURING, text="Nowe słowa.")
    with pytest.raises(VoiceHasChanged):
        answer_together(
            [first, second], outcome=Outcome.NOTED, reasons="x", seen={first.pk: 1, second.pk: 2}, by=drafter(), at=ANSWERED,
            read_at=DURING - TICK,
        )  # fmt: skip
    assert Decision.objects.filter(part=first).count() == 1
