"""Voices that ask for the same, found among those that stand; found once while none of them comes, goes or changes."""

import pytest

from consultations import alike
from consultations.actions.voices import edit_voice, withdraw_submission
from consultations.alike import alike_in, similar_to
from consultations.models import VoiceKind
from tests.factories.voices import DURING, TICK, consultation, proposal, remark

pytestmark = pytest.mark.django_db
SPORT, TOURISM = "Więcej pieniędzy na sport dzieci i młodzieży.", "Turystyka potrzebuje osobnego konkursu ofert."


@pytest.fixture
def made():
    return consultation()


def test_voices_of_one_kind_and_consultation_are_grouped_the_largest_group_first(made):
    pairs = [proposal(made, text=TOURISM) for _one in range(2)]
    three = [proposal(made, text=text) for text in (SPORT, "Na sport dzieci i młodzieży więcej pieniędzy!", SPORT)]
    proposal(made, text="Schronisko dla bezdomnych kotów przy ulicy Lipowej."), remark(made)
    proposal(consultation("2028"), text=SPORT)
    assert alike_in(made, VoiceKind.PROPOSAL) == [[voice.pk for voice in three], [voice.pk for voice in pairs]]
    assert alike_in(made, VoiceKind.REMARK) == []


def test_those_like_a_voice_come_with_how_much(made):
    voice, same, near = (proposal(made, text=text) for text in (SPORT, SPORT, f"{SPORT} Także nocą."))
    proposal(made, text=TOURISM)
    found = similar_to(voice)
    assert [other.pk for other, _percent in found] == [same.pk, near.pk]
    assert found[0][1] == 100
    assert 75 <= found[1][1] < 100


def test_what_is_withdrawn_is_like_nothing(made):
    voice, gone = proposal(made, text=SPORT), proposal(made, text=SPORT)
    assert len(similar_to(voice)) == len(alike_in(made, VoiceKind.PROPOSAL)) == 1
    withdraw_submission(gone.submission, at=DURING)
    assert similar_to(voice) == alike_in(made, VoiceKind.PROPOSAL) == []


def test_new_and_changed_words_are_found_at_once(made):
    voice, other = proposal(made, text=SPORT), proposal(made, text=TOURISM)
    assert similar_to(voice) == []
    edit_voice(other, text=SPORT, reasons="Bo są potrzebne.", at=DURING)
    assert [one.pk for one, _percent in similar_to(voice)] == [other.pk]
    newest = proposal(made, text=SPORT)
    assert alike_in(made, VoiceKind.PROPOSAL) == [[voice.pk, other.pk, newest.pk]]


def test_what_was_found_is_not_looked_for_again(made, monkeypatch):
    voice = proposal(made, text=SPORT)
    proposal(made, text=SPORT)
    found = alike_in(made, VoiceKind.PROPOSAL), similar_to(voice)
    monkeypatch.setattr(alike, "groups", lambda *args: pytest.fail("looked again"))
    monkeypatch.setattr(alike, "similar", lambda *args: pytest.fail("looked again"))
    assert (alike_in(made, VoiceKind.PROPOSAL), similar_to(voice)) == found


def test_remarks_on_one_provision_are_compared_by_what_they_change(made):
    """Both repeat the wording, as a remark does; they ask for different things."""
    one, other = remark(made), remark(made)
    long = "Zapis nr 2 o kwocie 10 000 zł i zasadach"
    edit_voice(one, proposed_wording=f"{long} wolontariatu", at=DURING)
    edit_voice(other, proposed_wording=f"{long} kultury", at=DURING)
    assert similar_to(one) == []
    edit_voice(other, proposed_wording=f"{long} wolontariatu", at=DURING + TICK)
    assert [voice.pk for voice, _percent in similar_to(one)] == [other.pk]


@pytest.mark.parametrize("count", [1, 3])
def test_looking_costs_the_same_however_many_there_are(made, django_assert_num_queries, count):
    voice = proposal(made, text=SPORT)
    for _one in range(count):
        proposal(made, text=SPORT)
    similar_to(voice), alike_in(made, VoiceKind.PROPOSAL)
    # Their state, what is kept, the voices, their parts.
    with django_assert_num_queries(4):
        assert len(similar_to(voice)) == count
    with django_assert_num_queries(2):
        alike_in(made, VoiceKind.PROPOSAL)
