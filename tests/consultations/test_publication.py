"""Answers become public by one act: all or none, one letter to each address; what comes later is another act, with its why."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import translation

from accounts import rendering
from accounts.models import Letter, State, Suppression
from consultations.actions.answers import approve_answers, cut_voice, draft_answer, return_answer, send_for_approval
from consultations.actions.publication import (
    SHOWN_AT_MOST,
    NoteIsMissing,
    NothingToPublish,
    PeopleStillSpeak,
    SomethingHasChanged,
    VoicesAreUnanswered,
    preview,
    publish_answers,
)
from consultations.actions.voices import Author, ProposalText, release_voices, submit_proposal, withdraw_submission
from consultations.models import Channel, Decision, Outcome, Part, ProposedChange, Publication, Submission, VoiceKind
from programs.models import Revision
from tests.factories.answers import ANSWERED, PUBLISHED, answered, drafted, drafter, published
from tests.factories.voices import AUTHOR, CLOSES, DURING, TICK, consultation, coordinator, proposal, remark, token

pytestmark = pytest.mark.django_db

BOTH = list(VoiceKind)
OTHER = Author("Jan Nowak", "jan@example.org", "")
LATER = PUBLISHED + timedelta(days=3)


@pytest.fixture
def made():
    return consultation()


def publish(made, kinds=BOTH, **values):
    return publish_answers(made, kinds, **{"by": coordinator(), "at": PUBLISHED, **values})


def letter(to="anna@example.org"):
    return Letter.objects.get(kind="answers", to=to)


def body(of):
    return rendering.texts(of)["body"]


def corrected(part, *, outcome=Outcome.NOTED, reasons="Po namyśle wyjaśniamy.", at=PUBLISHED + timedelta(days=1)):
    part.refresh_from_db()
    draft_answer(part, outcome=outcome, reasons=reasons, seen=part.current.revision, by=drafter(), at=at)
    send_for_approval(part, by=drafter(), at=at)
    approve_answers([part], seen={}, by=coordinator(), at=at)


def test_one_act_makes_all_answers_public_at_one_moment(made):
    first, second = answered(proposal(made)), answered(remark(made, author=OTHER))
    act = publish(made)
    assert set(Decision.objects.values_list("published_at", "publication")) == {(PUBLISHED, act.pk)}
    assert (act.voices, act.letters, act.by, act.note) == (2, 2, coordinator(), "")
    assert set(Letter.objects.filter(kind="answers").values_list("to", flat=True)) == {"anna@example.org", "jan@example.org"}
    assert {part.current.published_at for part in Part.objects.select_related("current")} == {PUBLISHED}
    assert {first.pk, second.pk} == set(made.voices.answered(PUBLISHED).values_list("pk", flat=True))
    assert not made.voices.answered(PUBLISHED - TICK).exists()


def test_the_public_pages_are_out_of_date_after_it(made):
    answered(proposal(made))
    before = Revision.objects.get().number
    publish(made)
    assert Revision.objects.get().number > before


def test_one_kind_alone_leaves_the_other(made):
    answered(proposal(made)), remark(made)
    act = publish(made, [VoiceKind.PROPOSAL])
    assert act.voices == 1
    with pytest.raises(VoicesAreUnanswered):
        publish(made, [VoiceKind.REMARK])


def test_nothing_is_published_while_one_is_unanswered(made):
    answered(proposal(made))
    waiting = [remark(made) for _one in range(6)]
    with pytest.raises(VoicesAreUnanswered) as refused:
        publish(made)
    assert ", ".join(voice.signature for voice in waiting[:5]) + "…" in str(refused.value.in_words)
    assert waiting[5].signature not in str(refused.value.in_words)
    assert (Publication.objects.count(), Letter.objects.filter(kind="answers").count()) == (0, 0)
    assert not Decision.objects.published(PUBLISHED).exists()


@pytest.mark.parametrize("step", ["draft", "review", "returned"])
def test_an_answer_counts_once_it_is_approved(made, step):
    part = proposal(made).parts.get()
    drafted(part)
    if step != "draft":
        send_for_approval(part, by=drafter(), at=ANSWERED)
    if step == "returned":
        approve_answers([part], seen={}, by=coordinator(), at=ANSWERED)
        return_answer(part, why="Za krótko.", seen=1, by=coordinator(), at=ANSWERED)
    with pytest.raises(VoicesAreUnanswered):
        publish(made)


def test_a_voice_with_one_part_unanswered_is_unanswered(made):
    voice = proposal(made, text="Więcej warsztatów. Więcej szkoleń.")
    first, second = cut_voice(voice, excerpts=["Więcej warsztatów.", "Więcej szkoleń."], by=drafter(), at=ANSWERED)
    drafted(first), send_for_approval(first, by=drafter(), at=ANSWERED)
    approve_answers([first], seen={}, by=coordinator(), at=ANSWERED)
    with pytest.raises(VoicesAreUnanswered):
        publish(made)
    drafted(second), send_for_approval(second, by=drafter(), at=ANSWERED)
    approve_answers([second], seen={}, by=coordinator(), at=ANSWERED)
    assert publish(made).voices == 1
    assert [one["said"] for one in letter().context["answers"]] == ["Więcej warsztatów.", "Więcej szkoleń."]


def test_what_its_author_took_back_is_neither_awaited_nor_published(made):
    gone = remark(made, author=OTHER)
    withdraw_submission(gone.submission, at=DURING)
    answered(proposal(made))
    assert publish(made).voices == 1
    assert not Letter.objects.filter(kind="answers", to="jan@example.org").exists()


def test_answers_wait_for_the_end_of_the_stage_to_the_microsecond(made):
    voice = proposal(made)
    answered(voice, at=DURING)
    with pytest.raises(PeopleStillSpeak) as refused:
        publish(made, at=CLOSES - TICK)
    assert made.stages.get(kind="proposals").name in str(refused.value.in_words)
    assert publish(made, at=CLOSES).voices == 1


def test_there_has_to_be_something_to_publish(made):
    with pytest.raises(NothingToPublish):
        publish(made)
    answered(proposal(made))
    publish(made)
    with pytest.raises(NothingToPublish):
        publish(made, at=LATER, note="Drugi raz.")
    assert Publication.objects.count() == 1


def test_another_act_says_why(made):
    voice = answered(proposal(made))
    publish(made)
    corrected(voice.parts.get())
    for silent in ("", "  \n"):
        with pytest.raises(NoteIsMissing):
            publish(made, at=LATER, note=silent)
    assert publish(made, at=LATER, note=" Poprawiamy pomyłkę. ").note == "Poprawiamy pomyłkę."


def test_a_first_act_for_the_other_kind_needs_no_reason(made):
    answered(proposal(made)), answered(remark(made))
    publish(made, [VoiceKind.PROPOSAL])
    assert publish(made, [VoiceKind.REMARK], at=LATER).note == ""


def test_a_first_act_for_one_kind_needs_no_reason_though_both_are_chosen(made):
    answered(proposal(made))
    publish(made, [VoiceKind.PROPOSAL])
    answered(remark(made, author=OTHER))
    assert preview(made, BOTH, at=LATER).is_first
    publish(made, at=LATER)


def test_a_correction_tells_its_author_what_it_was_before(made):
    voice = answered(proposal(made))
    answered(remark(made, author=OTHER))
    publish(made)
    corrected(voice.parts.get())
    act = publish(made, at=LATER, note="Poprawiamy pomyłkę.")
    assert (act.voices, act.letters) == (1, 1)
    told = Letter.objects.get(occasion=f"answers:publication:{act.pk}")
    (answer,) = told.context["answers"]
    assert (answer["outcome"], answer["before"]) == (Outcome.NOTED.label, Outcome.REJECTED.label)
    assert "Poprawiamy pomyłkę." in body(told)
    assert str(Outcome.REJECTED.label) in body(told)
    assert [one.published_at for one in Decision.objects.filter(part__voice=voice).order_by("revision")] == [PUBLISHED, LATER]


def test_whoever_is_answered_for_the_first_time_is_not_told_why_they_are_written_to_again(made):
    voice = answered(proposal(made))
    publish(made)
    corrected(voice.parts.get())
    answered(proposal(made, author=OTHER))
    act = publish(made, at=LATER, note="Poprawiamy pomyłkę.")
    told = Letter.objects.filter(occasion=f"answers:publication:{act.pk}")
    assert {letter.to: letter.context["note"] for letter in told} == {
        "anna@example.org": "Poprawiamy pomyłkę.",
        "jan@example.org": "",
    }


def test_a_correction_in_the_making_keeps_no_other_one_back(made):
    first, second = answered(proposal(made)), answered(proposal(made))
    publish(made)
    corrected(first.parts.get())
    drafted(second.parts.get(), outcome=Outcome.NOTED, at=PUBLISHED)
    assert publish(made, at=LATER, note="Powód.").voices == 1
    shown = Decision.objects.filter(part__voice=second).published(LATER)
    assert [decision.revision for decision in shown] == [1]


def test_what_changed_since_the_preview_is_not_published_unread(made):
    voice = answered(proposal(made))
    seen = preview(made, BOTH, at=PUBLISHED).fingerprint
    part = voice.parts.get()
    draft_answer(part, outcome=Outcome.NOTED, reasons="Inaczej.", seen=1, by=drafter(), at=ANSWERED)
    send_for_approval(part, by=drafter(), at=ANSWERED), approve_answers([part], seen={}, by=coordinator(), at=ANSWERED)
    with pytest.raises(SomethingHasChanged):
        publish(made, seen=seen)
    assert publish(made, seen=preview(made, BOTH, at=PUBLISHED).fingerprint).voices == 1


def test_letters_to_one_address_are_one_whatever_the_case_of_its_letters(made):
    big = Author("Anna Żółć", "Anna@Example.ORG", "Stowarzyszenie")
    voices = [answered(one) for one in (proposal(made), remark(made, author=big), remark(made))]
    act = publish(made)
    assert act.letters == 1
    told = Letter.objects.get(kind="answers")
    assert told.to == "anna@example.org"
    assert [one["signature"] for one in told.context["answers"]] == [voice.signature for voice in voices]
    assert told.link_pk == voices[-1].submission_id


def test_an_address_that_nobody_has_confirmed_is_written_to(made):
    voice = answered(proposal(made))
    assert voice.submission.email_confirmed_at is None
    publish(made)
    assert letter().state == State.QUEUED


def test_an_address_that_refuses_letters_has_its_row_in_the_outbox(made):
    Suppression.objects.create(email="anna@example.org", reason="550 no such user", since=DURING)
    answered(proposal(made))
    publish(made)
    assert letter().state == State.QUEUED


def on_paper(made, email=""):
    said = [ProposalText("Głos na papierze.")]
    values = {"form_token": token(), "at": DURING, "channel": Channel.PAPER, "entered_by": coordinator()}
    return submit_proposal(made, author=Author("", email), proposals=said, **values).voices.get()


def test_who_left_no_address_is_named_and_nobody_else_waits_for_them(made):
    paper = answered(on_paper(made))
    broken = answered(on_paper(made))
    # As an import of another system might have left it.
    Submission.objects.filter(pk=broken.submission_id).update(email="anna@example.org, jan@example.org")
    answered(proposal(made))
    planned = preview(made, BOTH, at=PUBLISHED)
    assert [voice.pk for voice in planned.unreachable] == [paper.pk, broken.pk]
    act = publish(made)
    assert (act.voices, act.letters) == (3, 1)


def test_the_letter_is_in_the_language_of_the_newest_thing_that_came(made):
    said = [ProposalText("More workshops.", "", made.topics.get(position=0))]
    submission = submit_proposal(made, author=AUTHOR, proposals=said, form_token=token(), at=DURING, language="en")
    answered(submission.voices.get())
    publish(made)
    told = letter()
    with translation.override("en"):
        assert told.context["answers"][0]["outcome"] == str(Outcome.REJECTED.label)
    assert told.language == "en"
    assert "Answer: " in body(told)
    assert "/en/konsultacje/" in told.context["contact_url"]


def test_the_letter_says_everything_that_its_reader_needs(made):
    voice = answered(remark(made))
    release_voices([voice], by=coordinator(), at=ANSWERED)
    publish(made)
    told = letter()
    text = body(told)
    for words in (voice.signature, "§\u00a02", "> Inne słowa.", str(Outcome.REJECTED.label), "Zapis doprecyzujemy w uchwale."):
        assert words in text
    assert f"/konsultacje/{made.slug}/kontakt/" in text
    assert rendering.unsigned_link() in text
    assert "{" not in text
    # Nothing was corrected and nothing cut short.
    assert str(voice.get_absolute_url()) not in text


@pytest.mark.parametrize(("length", "is_whole"), [(SHOWN_AT_MOST, True), (SHOWN_AT_MOST + 1, False)])
def test_long_words_are_shortened_with_a_link_to_the_whole(made, length, is_whole):
    voice = answered(proposal(made, text="a" * (length - len("\n\nBo są potrzebne.")), topic=None))
    release_voices([voice], by=coordinator(), at=ANSWERED)
    publish(made)
    (answer,) = letter().context["answers"]
    assert len(answer["said"]) == SHOWN_AT_MOST
    assert answer["is_whole"] is is_whole
    assert (answer["url"] in body(letter())) is not is_whole


def test_what_the_public_does_not_see_is_not_linked(made):
    answered(proposal(made, text="a" * 2000))
    publish(made)
    (answer,) = letter().context["answers"]
    assert answer["url"] == ""


def test_a_part_in_the_letter_stands_in_its_own_words(made):
    voice = proposal(made, text="Więcej warsztatów. Więcej szkoleń.")
    cut_voice(voice, excerpts=["Więcej warsztatów.", "Więcej szkoleń."], by=drafter(), at=ANSWERED)
    answered(voice)
    publish(made)
    assert body(letter()).count(voice.signature) == 2


def test_the_preview_tells_what_the_act_will_do(made):
    taken = answered(remark(made), outcome=Outcome.ACCEPTED, reasons="")
    partly = answered(remark(made, author=OTHER), outcome=Outcome.PARTLY)
    answered(proposal(made), outcome=Outcome.NOTED)
    changed = ProposedChange.objects.create(
        provision=partly.provision_text.provision, base=partly.version, base_hash="x", text="Inne.", proposed_at=ANSWERED
    )
    changed.parts.set(partly.parts.all())
    release_voices([taken], by=coordinator(), at=ANSWERED)
    planned = preview(made, BOTH, at=PUBLISHED)
    assert planned.outcomes == [(Outcome.ACCEPTED, 1), (Outcome.PARTLY, 1), (Outcome.NOTED, 1)]
    assert (len(planned.voices), len(planned.parts), len(planned.by_address), planned.corrections) == (3, 3, 2, 0)
    assert planned.unchanging == list(taken.parts.all())
    assert taken.pk not in {voice.pk for voice in planned.unreleased}
    assert len(planned.unreleased) == 2
    assert (planned.is_first, planned.unanswered, planned.unreachable) == (True, [], [])


def test_a_change_that_was_dropped_changes_nothing(made):
    voice = answered(remark(made), outcome=Outcome.ACCEPTED, reasons="")
    base = {"provision": voice.provision_text.provision, "base": voice.version, "base_hash": "x", "text": "Inne."}
    dropped = {"discarded_at": ANSWERED, "discarded_why": "Nie."}
    change = ProposedChange.objects.create(**base, proposed_at=ANSWERED, **dropped)
    change.parts.set(voice.parts.all())
    assert preview(made, BOTH, at=PUBLISHED).unchanging == list(voice.parts.all())


@pytest.mark.parametrize("authors", [3, 300])
def test_an_act_costs_the_same_however_many_wrote(made, authors, django_assert_num_queries):
    for number in range(authors):
        voice = proposal(made, author=Author("Jan", f"jan{number}@example.org"))
        decision = {"outcome": Outcome.ACCEPTED, "drafted_at": ANSWERED, "submitted_at": ANSWERED, "approved_at": ANSWERED}
        part = voice.parts.get()
        part.current = Decision.objects.create(part=part, revision=1, **decision)
        part.save()
    by = coordinator()
    # SQLite takes 45 letters in a statement, PostgreSQL a thousand.
    statements = 1 if connection.vendor == "postgresql" else -(-authors // 45)
    # The transaction (2); locks of the consultation, its stages and parts; the preview (5); the stages once more; the act,
    # its decisions, letters, and that the public pages changed.
    with django_assert_num_queries(2 + 3 + 5 + 1 + 2 + statements + 1):
        act = publish_answers(made, BOTH, by=by, at=PUBLISHED)
    assert (act.voices, act.letters, Letter.objects.filter(kind="answers").count()) == (authors, authors, authors)


def test_the_letter_quotes_its_reader(made):
    answered(proposal(made))
    published(made)
    message = rendering.as_message(letter())
    assert message.to == ["anna@example.org"]
    assert "<blockquote>" in message.alternatives[0].content
