"""What becomes of an extra topic: a group takes it up, it is joined with another one, or not; and the author hears."""

import pytest

from accounts.models import Letter, State
from accounts.rendering import as_message
from meetings import actions
from meetings.models import Meeting, TopicOutcome, TopicProposal
from tests.factories import meetings as make
from tests.factories.meetings import HOUR, NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def meeting():
    return make.meeting()


@pytest.fixture
def group(meeting):
    return meeting.groups.first()


def propose(meeting: Meeting, title="Małe granty", **values) -> TopicProposal:
    given = {"text": "Bo warto", "name": "Anna", "email": "anna@example.org", "organization_name": "", **values}
    return actions.propose_topic(meeting, title=title, form_token=make.token(), at=NOW, **given)


@pytest.fixture
def topic(meeting):
    return propose(meeting)


def state(topic):
    topic = TopicProposal.objects.get(pk=topic.pk)
    return topic.outcome, topic.group, topic.merged_into, topic.answer, topic.decided_at


def answers(email="anna@example.org") -> list[Letter]:
    return make.letters_to(email, "topic_decided")


def test_a_topic_taken_up_belongs_to_a_group(topic, group):
    actions.decide_topic(topic, outcome=TopicOutcome.ACCEPTED, group=group, at=NOW)
    assert state(topic) == ("accepted", group, None, "", NOW)
    assert list(group.topic_proposals.all()) == [topic]


def test_a_topic_may_be_joined_with_another_one(topic, meeting):
    other = propose(meeting, "Granty")
    actions.decide_topic(topic, outcome=TopicOutcome.MERGED, merged_into=other, at=NOW)
    assert state(topic) == ("merged", None, other, "", NOW)
    assert list(other.merged.all()) == [topic]


def test_a_topic_is_not_taken_up_only_with_reasons(topic):
    for answer in ("", "  \n"):
        with pytest.raises(actions.TopicNeedsADecision) as refusal:
            actions.decide_topic(topic, outcome=TopicOutcome.REJECTED, answer=answer, at=NOW)
        assert refusal.value.in_words.strip()
    assert state(topic)[0] == ""
    actions.decide_topic(topic, outcome=TopicOutcome.REJECTED, answer=" Poza programem ", at=NOW)
    assert state(topic) == ("rejected", None, None, "Poza programem", NOW)


@pytest.mark.parametrize("outcome", [TopicOutcome.ACCEPTED, TopicOutcome.MERGED, "maybe"])
def test_a_decision_without_what_it_needs_is_refused_in_words(topic, outcome):
    with pytest.raises(actions.TopicNeedsADecision) as refusal:
        actions.decide_topic(topic, outcome=outcome, at=NOW)
    assert refusal.value.in_words.strip()
    assert (state(topic)[0], answers()) == ("", [])


def test_a_topic_is_not_joined_with_itself(topic):
    with pytest.raises(actions.TopicNeedsADecision):
        actions.decide_topic(topic, outcome=TopicOutcome.MERGED, merged_into=topic, at=NOW)
    assert state(topic)[0] == ""


def test_of_what_is_given_only_what_the_decision_needs_is_kept(topic, meeting, group):
    other = propose(meeting, "Granty")
    given = {"group": group, "merged_into": other, "answer": "Dziękujemy", "at": NOW}
    actions.decide_topic(topic, outcome=TopicOutcome.REJECTED, **given)
    assert state(topic) == ("rejected", None, None, "Dziękujemy", NOW)
    actions.decide_topic(topic, outcome=TopicOutcome.ACCEPTED, **given)
    assert state(topic) == ("accepted", group, None, "Dziękujemy", NOW)


def test_the_author_hears_what_was_decided_and_why(topic, group):
    actions.decide_topic(topic, outcome=TopicOutcome.ACCEPTED, group=group, answer="Zapraszamy", at=NOW)
    (letter,) = answers()
    message = as_message(letter)
    assert topic.title in message.subject
    assert [words in message.body.replace("\xa0", " ") for words in (group.name, "Zapraszamy")] == [True, True]
    assert (letter.expires_at, letter.state) == (None, State.QUEUED)


def test_each_decision_has_words_of_its_own(meeting, group):
    topics = [propose(meeting, f"Temat {number}", email=f"{number}@example.org") for number in range(3)]
    actions.decide_topic(topics[0], outcome=TopicOutcome.ACCEPTED, group=group, at=NOW)
    actions.decide_topic(topics[1], outcome=TopicOutcome.MERGED, merged_into=topics[0], at=NOW)
    actions.decide_topic(topics[2], outcome=TopicOutcome.REJECTED, answer="Poza programem", at=NOW)
    decisions = [answers(topic.email)[0].context["decision"] for topic in topics]
    assert len(set(decisions)) == 3
    assert topics[0].title in decisions[1]


def test_a_decision_changed_before_its_letter_left_is_told_once(topic, group):
    actions.decide_topic(topic, outcome=TopicOutcome.REJECTED, answer="Poza programem", at=NOW)
    actions.decide_topic(topic, outcome=TopicOutcome.ACCEPTED, group=group, at=NOW + HOUR)
    first, second = answers()
    assert (first.state, second.state) == (State.OBSOLETE, State.QUEUED)
    assert group.name in second.context["decision"]


def test_a_decision_changed_after_its_letter_left_is_told_again(topic, group):
    actions.decide_topic(topic, outcome=TopicOutcome.REJECTED, answer="Poza programem", at=NOW)
    Letter.objects.filter(kind="topic_decided").update(state=State.SENT, sent_at=NOW)
    actions.decide_topic(topic, outcome=TopicOutcome.ACCEPTED, group=group, at=NOW + HOUR)
    assert [letter.state for letter in answers()] == [State.SENT, State.QUEUED]


def test_a_decision_taken_back_is_told_to_nobody(topic, group):
    actions.decide_topic(topic, outcome=TopicOutcome.ACCEPTED, group=group, answer="Zapraszamy", at=NOW)
    actions.decide_topic(topic, outcome="", at=NOW + HOUR)
    assert state(topic) == ("", None, None, "", None)
    assert [letter.state for letter in answers()] == [State.OBSOLETE]


def test_an_author_without_an_address_is_written_to_by_nobody(meeting, group):
    topic = propose(meeting, email="")
    actions.decide_topic(topic, outcome=TopicOutcome.ACCEPTED, group=group, at=NOW)
    assert state(topic)[0] == "accepted"
    assert not Letter.objects.exists()


def test_the_same_decision_saved_again_is_not_told_again(topic, group):
    for minute in range(3):
        actions.decide_topic(topic, outcome=TopicOutcome.ACCEPTED, group=group, answer="Zapraszamy", at=NOW + minute * HOUR)
    assert len(answers()) == 1


def test_a_topic_and_a_group_of_another_meeting_are_refused(topic):
    other = make.meeting()
    foreign = propose(other, "Obcy temat", email="obcy@example.org")
    with pytest.raises(actions.GroupIsElsewhere):
        actions.decide_topic(topic, outcome=TopicOutcome.ACCEPTED, group=other.groups.first(), at=NOW)
    with pytest.raises(actions.TopicIsElsewhere):
        actions.decide_topic(topic, outcome=TopicOutcome.MERGED, merged_into=foreign, at=NOW)


def test_topics_move_with_the_people_of_a_group_that_is_joined(topic, meeting, group):
    actions.decide_topic(topic, outcome=TopicOutcome.ACCEPTED, group=group, at=NOW)
    other = meeting.groups.exclude(pk=group.pk).first()
    actions.cancel_group(group, reason="Mało osób", into=other, at=NOW + HOUR)
    topic.refresh_from_db()
    assert topic.group == other
    with pytest.raises(actions.GroupTakesNobody):
        actions.decide_topic(topic, outcome=TopicOutcome.ACCEPTED, group=group, at=NOW + HOUR)
