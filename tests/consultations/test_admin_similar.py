"""Groups of voices that ask for the same, read beside one another and answered together: all that are ticked, or none."""

import pytest
import time_machine
from django.urls import reverse

from accounts.roles import Role
from consultations.actions.answers import AnswerHasChanged, ReasonsAreMissing, VoiceHasChanged, VoiceIsWithdrawn, cut_voice
from consultations.actions.voices import edit_voice, withdraw_submission
from consultations.models import Decision, Outcome, Step, Voice
from tests.factories.accounts import person
from tests.factories.answers import ANSWERED, REASONS, answered, drafted, drafter
from tests.factories.voices import DURING, consultation, proposal, remark

pytestmark = pytest.mark.django_db
SPORT = "Więcej pieniędzy na sport dzieci i młodzieży."


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(ANSWERED, tick=False) as traveller:
        yield traveller


@pytest.fixture
def made():
    return consultation()


@pytest.fixture
def desk(client):
    client.force_login(drafter())
    return client


def of(voice):
    return reverse("admin:consultations_together", args=[voice.pk])


def groups(made, kind="proposal"):
    return f"{reverse('admin:consultations_similar', args=[made.pk])}?kind={kind}"


def form(*voices, **values):
    parts = [part for voice in voices for part in voice.parts.select_related("current")]
    seen = {f"seen-{part.pk}": part.current.revision if part.current else 0 for part in parts}
    said = {"outcome": Outcome.REJECTED, "reasons": REASONS, "read_at": ANSWERED.isoformat()}
    return {**said, "part": [part.pk for part in parts], **seen, **values}


def answers():
    return set(Decision.objects.values_list("part__voice", "outcome", "reasons", "drafted_by"))


def test_groups_tell_how_many_where_and_how_far(desk, made):
    first, second = remark(made), remark(made, citation="§ 3")
    proposal(made)
    drafted(second.parts.get())
    (group,) = desk.get(groups(made, "remark")).context["groups"]
    assert (group.first, group.size, group.places) == (first, 2, f"{first.place}, {second.place}")
    assert desk.get(groups(made)).context["groups"] == []


def test_a_group_that_is_answered_whole_steps_back(desk, made):
    voices = [proposal(made, text=SPORT) for _one in range(2)]
    answered(voices[0])
    assert len(desk.get(groups(made)).context["groups"]) == 1
    answered(voices[1])
    page = desk.get(groups(made))
    assert (page.context["groups"], page.context["count"]) == ([], 1)
    assert len(desk.get(f"{groups(made)}&all").context["groups"]) == 1


def test_the_voices_of_a_group_stand_beside_one_another_with_what_differs(desk, made):
    first, near = proposal(made, text=SPORT), proposal(made, text=f"{SPORT} Także nocą.")
    proposal(made, text="Schronisko dla kotów.")
    page = desk.get(of(first))
    assert [member.voice for member in page.context["members"]] == [first, near]
    html = page.content.decode()
    assert "<ins" in html
    assert "Schronisko" not in html


def test_the_very_same_words_are_ticked_already_unless_they_are_answered(desk, made):
    first, same, near, done = (proposal(made, text=text) for text in (SPORT, SPORT, f"{SPORT} Także nocą.", SPORT))
    answered(done)
    ticked = {line.part.voice_id for member in desk.get(of(first)).context["members"] for line in member.lines if line.is_ticked}
    assert ticked == {first.pk, same.pk}
    assert near.pk not in ticked


def test_those_ticked_get_one_answer_and_the_others_none(desk, made):
    voices = [proposal(made, text=SPORT) for _one in range(3)]
    assert desk.post(of(voices[0]), form(*voices[:2])).status_code == 302
    assert answers() == {(voice.pk, Outcome.REJECTED, REASONS, drafter().pk) for voice in voices[:2]}
    assert {part.step for voice in voices[:2] for part in voice.parts.all()} == {Step.DRAFT}


def test_they_are_sent_for_approval_at_once_if_asked(desk, made):
    voices = [proposal(made, text=SPORT) for _one in range(2)]
    desk.post(of(voices[0]), form(*voices, send="on"))
    assert {part.step for voice in voices for part in voice.parts.all()} == {Step.REVIEW}


def test_parts_of_a_cut_voice_are_ticked_one_by_one(desk, made):
    voice, other = proposal(made, text=SPORT), proposal(made, text=SPORT)
    first, second = cut_voice(voice, excerpts=["Więcej pieniędzy", "na sport"], by=drafter(), at=ANSWERED)
    desk.post(of(other), {**form(other), "part": [first.pk, other.parts.get().pk], f"seen-{first.pk}": 0})
    assert set(Decision.objects.values_list("part", flat=True)) == {first.pk, other.parts.get().pk}
    assert not second.decisions.exists()


def test_of_a_conflict_nothing_is_saved_and_nothing_typed_is_lost(desk, made):
    voices = [proposal(made, text=SPORT) for _one in range(3)]
    stale = form(*voices[:2])
    drafted(voices[1].parts.get(), reasons="Ktoś inny.")
    page = desk.post(of(voices[0]), stale)
    assert page.context["form"].non_field_errors() == [str(AnswerHasChanged.in_words)]
    assert page.context["form"]["reasons"].value() == REASONS
    lines = [line for member in page.context["members"] for line in member.lines]
    assert [(line.part.voice_id, line.is_ticked, line.is_newer) for line in lines] == [
        (voices[0].pk, True, False),
        (voices[1].pk, True, True),
        (voices[2].pk, False, False),
    ]
    assert not Decision.objects.filter(part__voice=voices[0]).exists()
    assert "Ktoś inny." in page.content.decode()
    assert desk.post(of(voices[0]), form(*voices[:2])).status_code == 302


def test_words_changed_by_their_author_have_to_be_read_first(desk, made):
    voices = [proposal(made, text=SPORT) for _one in range(2)]
    edit_voice(voices[1], text=SPORT, reasons="Inny powód.", at=DURING)
    early = form(*voices, read_at="2026-09-10T09:00:00+00:00")
    assert desk.post(of(voices[0]), early).context["form"].non_field_errors() == [str(VoiceHasChanged.in_words)]
    assert not Decision.objects.exists()


def test_reasons_that_are_missing_are_asked_for_beside_their_field(desk, made):
    voice = proposal(made)
    page = desk.post(of(voice), form(voice, reasons=""))
    assert page.context["form"].errors["reasons"] == [str(ReasonsAreMissing.in_words)]


@pytest.mark.parametrize("broken", [{"part": []}, {"outcome": ""}, {"outcome": "x"}, {"part": ["x"]}, {"part": [99999]}])
def test_a_form_that_is_wrong_saves_nothing_and_says_so(desk, made, broken):
    voice = proposal(made)
    page = desk.post(of(voice), form(voice, **broken))
    assert page.status_code == 200
    assert page.context["form"].errors
    assert not Decision.objects.exists()


def test_the_answer_of_one_can_begin_the_answer_of_the_others(desk, made):
    first, done = proposal(made, text=SPORT), answered(proposal(made, text=SPORT))
    page = desk.get(f"{of(first)}?like={done.parts.get().pk}")
    assert page.context["form"].initial == {"outcome": Outcome.REJECTED, "reasons": REASONS}
    assert desk.get(f"{of(first)}?like=x").context["form"].initial == {}


def test_a_voice_that_was_taken_back_is_only_read(desk, made):
    voice = proposal(made)
    withdraw_submission(voice.submission, at=DURING)
    assert desk.get(of(voice)).context["may_answer"] is False


def test_an_answer_to_what_was_taken_back_meanwhile_is_kept(desk, made):
    first, other = proposal(made, text=SPORT), proposal(made, text=SPORT)
    sent = form(first, other, reasons="Pisane do ostatniej chwili.")
    withdraw_submission(first.submission, at=DURING)
    page = desk.post(of(first), sent)
    assert page.context["form"].non_field_errors() == [str(VoiceIsWithdrawn.in_words)]
    assert "Pisane do ostatniej chwili." in page.content.decode()
    assert answers() == set()


def test_an_auditor_reads_and_does_not_answer(client, made):
    voice = proposal(made)
    client.force_login(person("audytor@example.org", Role.AUDITOR))
    assert client.get(groups(made)).status_code == 200
    assert client.get(of(voice)).context["may_answer"] is False
    assert client.post(of(voice), form(voice)).status_code == 403


def test_a_visitor_sees_nothing_of_it(client, made):
    voice = proposal(made)
    client.force_login(person("anna@example.org"))
    for address in (groups(made), of(voice)):
        assert client.get(address).status_code == 302


@pytest.mark.parametrize("count", [2, 6])
def test_pages_cost_the_same_however_many_are_alike(desk, made, django_assert_num_queries, count):
    voices = [answered(proposal(made, text=SPORT)) for _one in range(count)]
    proposal(made, text=SPORT)
    desk.get(groups(made)), desk.get(of(voices[0]))
    # A session, its user and roles (5); the consultation; the state and what is kept; what waits; voices and parts.
    with django_assert_num_queries(5 + 1 + 2 + 1 + 2):
        desk.get(groups(made))
    # The voice and its parts; the state and what is kept; those like it and their parts.
    with django_assert_num_queries(5 + 2 + 2 + 2):
        desk.get(of(voices[0]))
    assert Voice.objects.count() == count + 1
