"""What a group writes down: its sheet, saved by two people at once, and conclusions that become proposals."""

from datetime import timedelta

import pytest

from consultations.actions import voices
from consultations.actions.schedule import add_topic
from consultations.models import Channel, Voice
from consultations.stages import Kind
from meetings import actions
from meetings.models import Conclusion, NoteRevision
from tests.factories import consultations
from tests.factories import meetings as make
from tests.factories.meetings import DAY, ENDS, HOUR, NOW, PUBLISHED, STARTS, TICK

pytestmark = pytest.mark.django_db
SITTING = timedelta(minutes=5)


@pytest.fixture
def group():
    return make.meeting().groups.first()


def save(group, body, base, *, author="Jan", at=STARTS, by_itself=True):
    return actions.save_note(group, body=body, base=base, author=author, at=at, by_itself=by_itself)


def sheet(group) -> list[tuple[int, str, str]]:
    return list(NoteRevision.objects.filter(group=group).order_by("number").values_list("number", "body", "author"))


# --- The sheet --------------------------------------------------------------------------------------


def test_the_first_words_are_written_upon_an_empty_sheet(group):
    first = save(group, "Zaczynamy", 0)
    assert (first.number, first.body, first.author, first.at) == (1, "Zaczynamy", "Jan", STARTS)


def test_what_was_written_upon_the_newest_revision_is_the_newest_one(group):
    save(group, "Jeden", 0)
    save(group, "Jeden, dwa", 1, author="Maria")
    save(group, "Jeden, dwa, trzy", 2)
    assert sheet(group) == [(1, "Jeden", "Jan"), (2, "Jeden, dwa", "Maria"), (3, "Jeden, dwa, trzy", "Jan")]


@pytest.mark.parametrize("base", [0, 1, 3])
def test_what_was_written_upon_another_revision_is_a_conflict_and_nothing_is_lost(group, base):
    save(group, "Jeden", 0)
    theirs = save(group, "Jeden, dwa", 1, author="Maria")
    with pytest.raises(actions.NoteConflict) as conflict:
        save(group, "Jeden, trzy", base)
    assert (conflict.value.theirs, conflict.value.theirs.body) == (theirs, "Jeden, dwa")
    assert sheet(group) == [(1, "Jeden", "Jan"), (2, "Jeden, dwa", "Maria")]
    assert save(group, "Jeden, dwa, trzy", theirs.number).number == 3


def test_two_who_begin_at_once_do_not_both_write_upon_the_empty_sheet(group):
    save(group, "Moje", 0)
    with pytest.raises(actions.NoteConflict):
        save(group, "Twoje", 0, author="Maria")


@pytest.mark.parametrize("base", [0, 1, 7])
def test_the_same_text_again_changes_nothing_whatever_it_was_written_upon(group, base):
    first = save(group, "Jeden", 0)
    again = save(group, "Jeden", base, author="Maria", at=STARTS + HOUR)
    assert (again.pk, again.number, sheet(group)) == (first.pk, 1, [(1, "Jeden", "Jan")])


@pytest.mark.parametrize(("later", "revisions"), [(SITTING - TICK, 1), (SITTING, 2)])
def test_what_one_person_saves_in_one_sitting_is_one_revision(group, later, revisions):
    save(group, "Jeden", 0)
    second = save(group, "Jeden, dwa", 1, at=STARTS + later)
    assert (second.number, len(sheet(group)), sheet(group)[-1]) == (2, revisions, (2, "Jeden, dwa", "Jan"))


def test_what_is_saved_with_the_button_or_takes_most_of_the_text_away_is_a_revision_of_its_own(group):
    save(group, "Długi ważny tekst", 0)
    save(group, "Długi ważny tekst, dalej", 1)
    save(group, "x", 2)
    save(group, "Inny długi tekst", 3, by_itself=False)
    assert [body for _number, body, _author in sheet(group)] == ["Długi ważny tekst, dalej", "x", "Inny długi tekst"]


def test_a_long_sitting_leaves_a_trace_every_five_minutes(group):
    for minute in range(11):
        save(group, f"Minuta {minute}", minute, at=STARTS + timedelta(minutes=minute))
    assert [body for _number, body, _author in sheet(group)] == ["Minuta 4", "Minuta 9", "Minuta 10"]


def test_somebody_else_within_the_sitting_is_a_revision_of_their_own(group):
    save(group, "Jeden", 0)
    save(group, "Jeden, dwa", 1, author="Maria", at=STARTS + TICK)
    save(group, "Jeden, dwa, trzy", 2, at=STARTS + 2 * TICK)
    assert [author for _number, _body, author in sheet(group)] == ["Jan", "Maria", "Jan"]


def test_a_revision_saved_over_in_one_sitting_still_warns_the_other_window(group):
    save(group, "Jeden", 0)
    save(group, "Jeden, dwa", 1, at=STARTS + TICK)
    with pytest.raises(actions.NoteConflict) as conflict:
        save(group, "Jeden, trzy", 1, at=STARTS + 2 * TICK)
    assert conflict.value.theirs.body == "Jeden, dwa"


def test_each_group_has_a_sheet_of_its_own(group):
    other = group.meeting.groups.last()
    save(group, "Jeden", 0)
    assert save(other, "Inny", 0).number == 1


# --- Conclusions ------------------------------------------------------------------------------------


def conclude(group, text="Więcej małych grantów", reasons="Bo warto", *, at=STARTS):
    return actions.add_conclusion(group, text=text, reasons=reasons, author="Jan", at=at)


def test_conclusions_stand_in_the_order_in_which_they_were_written(group):
    texts = ["Pierwszy", "Drugi", "Trzeci"]
    for text in texts:
        conclude(group, text)
    assert list(group.conclusions.values_list("position", "text")) == list(enumerate(texts, start=1))


def test_the_same_words_sent_twice_are_one_conclusion(group):
    assert conclude(group) == conclude(group, at=STARTS + HOUR)
    assert conclude(group, reasons="Z innego powodu") != conclude(group)
    assert group.conclusions.count() == 2


def test_a_conclusion_is_mended_and_dropped_while_nobody_has_taken_it(group):
    conclusion = conclude(group)
    given = {"text": "Granty do 5000 zł", "reasons": "", "author": "Maria", "at": STARTS + HOUR}
    actions.edit_conclusion(conclusion, **given)
    assert Conclusion.objects.filter(pk=conclusion.pk).values(*given).get() == given
    actions.drop_conclusion(conclusion)
    assert not group.conclusions.exists()
    assert conclude(group, "Nowy").position == 1


# --- Conclusions become proposals -------------------------------------------------------------------


@pytest.fixture
def by():
    return make.coordinator()


def test_conclusions_taken_are_numbered_proposals_in_their_order_and_public_at_once(group, by):
    conclusions = [conclude(group, text) for text in ("Pierwszy", "Drugi")]
    at = ENDS + HOUR
    submission = actions.take_conclusions(group, by=by, at=at)
    found = list(Voice.objects.filter(submission=submission).order_by("number"))
    assert [(voice.number, voice.text, voice.reasons) for voice in found] == [
        (1, "Pierwszy", "Bo warto"),
        (2, "Drugi", "Bo warto"),
    ]
    assert [Conclusion.objects.get(pk=one.pk).voice for one in conclusions] == found
    assert {(voice.is_proposal, voice.released_at, voice.released_by) for voice in found} == {(True, at, by)}
    assert (submission.channel, submission.entered_by, submission.email) == (Channel.MEETING, by, "")
    assert (submission.received_at, group.name in submission.name) == (STARTS, True)


def test_conclusions_count_on_from_the_proposals_there_are(group, by):
    consultation = group.meeting.consultation
    consultations.stage(consultation, kind=Kind.PROPOSALS, name="Propozycje", opens_at=PUBLISHED, closes_at=NOW + DAY, position=1)
    voices.submit_proposal(
        consultation,
        author=voices.Author("Anna", "anna@example.org", ""),
        proposals=[voices.ProposalText(text="Wcześniej")],
        form_token=make.token(),
        at=NOW,
    )
    conclude(group)
    submission = actions.take_conclusions(group, by=by, at=ENDS)
    assert [voice.number for voice in submission.voices.all()] == [2]


def test_what_was_said_at_the_meeting_is_taken_although_no_stage_is_open_and_says_why(group, by):
    assert not group.meeting.consultation.stages.filter(kind=Kind.PROPOSALS).exists()
    conclude(group)
    submission = actions.take_conclusions(group, by=by, at=ENDS + 30 * DAY)
    assert "22.07.2027" in submission.late_reason


def test_the_proposals_are_on_the_topic_of_the_group(group, by):
    topic = add_topic(group.meeting.consultation, name="Granty", position=1, at=NOW)
    actions.edit_group(group, topic=topic, at=NOW)
    conclude(group)
    assert {voice.topic for voice in actions.take_conclusions(group, by=by, at=ENDS).voices.all()} == {topic}


def test_a_conclusion_taken_stays_as_it_is_and_is_not_taken_twice(group, by):
    conclusion = conclude(group)
    actions.take_conclusions(group, by=by, at=ENDS)
    with pytest.raises(actions.NothingToTake):
        actions.take_conclusions(group, by=by, at=ENDS)
    with pytest.raises(actions.ConclusionIsTaken):
        actions.edit_conclusion(conclusion, text="Inaczej", reasons="", author="Jan", at=ENDS)
    with pytest.raises(actions.ConclusionIsTaken):
        actions.drop_conclusion(conclusion)
    conclusion.refresh_from_db()
    assert (conclusion.text, Voice.objects.count()) == ("Więcej małych grantów", 1)


def test_conclusions_written_later_are_taken_later_and_alone(group, by):
    conclude(group, "Pierwszy")
    first = actions.take_conclusions(group, by=by, at=ENDS)
    conclude(group, "Drugi", at=ENDS)
    second = actions.take_conclusions(group, by=by, at=ENDS + HOUR)
    assert first != second
    assert list(Voice.objects.order_by("number").values_list("number", "text")) == [(1, "Pierwszy"), (2, "Drugi")]


def test_a_group_without_conclusions_has_nothing_to_take(group, by):
    with pytest.raises(actions.NothingToTake) as refusal:
        actions.take_conclusions(group, by=by, at=ENDS)
    assert group.name in refusal.value.in_words


def test_many_conclusions_are_one_letter(group, by):
    for number in range(60):
        conclude(group, f"Wniosek {number}")
    assert actions.take_conclusions(group, by=by, at=ENDS).voices.count() == 60
