"""Looking for voices by words, topics, chapters and answers together; each state is an address and says how many it leaves."""

from dataclasses import replace

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from consultations.actions.answers import approve_answers, cut_voice, send_for_approval
from consultations.actions.changes import explain_change
from consultations.actions.voices import ProposalText, release_voices, submit_proposal, withdraw_submission
from consultations.models import Channel, Outcome, Voice, VoiceKind
from consultations.searching import LONGEST, Search
from programs.actions import add_unit, freeze_version, start_version
from programs.models import Purpose
from programs.numbering import Unit
from tests.consultations.voice_pages import text_of
from tests.factories.answers import ANSWERED, PUBLISHED, answered, drafted, drafter, published
from tests.factories.voices import AUTHOR, DURING, consultation, coordinator, proposal, remark, token, unit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(PUBLISHED, tick=False) as traveller:
        yield traveller


@pytest.fixture
def made():
    return consultation()


def released(*voices):
    release_voices(voices, by=coordinator(), at=DURING)
    return voices


def found(made, kind=VoiceKind.PROPOSAL, **asked):
    """The numbers of what is found, in a set."""
    search = Search(made, kind, asked, PUBLISHED)
    return set(Voice.objects.filter(pk__in=search.found).values_list("number", flat=True))


def offered(made, name, kind=VoiceKind.PROPOSAL, **asked):
    """{value: how many it leaves} of one thing to choose by."""
    facets = {facet.name: facet for facet in Search(made, kind, asked, PUBLISHED).facets}
    return {choice.value: choice.count for choice in facets[name].choices} if name in facets else None


def answered_part(part, outcome):
    drafted(part, outcome=outcome)
    send_for_approval(part, by=drafter(), at=ANSWERED)
    approve_answers([part], seen={}, by=coordinator(), at=ANSWERED)


def proposal_on_paper(made):
    """It came in time and was entered after the answers."""
    letter = submit_proposal(
        made,
        author=replace(AUTHOR, email=""),
        proposals=[ProposalText("Z poczty.")],
        form_token=token(),
        at=PUBLISHED,
        channel=Channel.PAPER,
        entered_by=coordinator(),
        received_at=DURING,
    )
    voice = letter.voices.get()
    release_voices([voice], by=coordinator(), at=PUBLISHED)
    return voice


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("więcej", {1, 2}),
        ("WIECEJ  warsztatow", {1}),
        ("ławek więcej", {2}),
        ("lawek", {2}),
        ("ławek warsztatów", set()),
        ("latawiec", {1}),
        ("łabędź ławek", {2}),
        ("labedz warsztatow", set()),
        ("potrzebne", {1, 2, 3}),
        ("%", {3}),
        ("_", set()),
        ("zażółć", set()),
        ("Anna", set()),
        ("Żółć", set()),
        ("anna@example.org", set()),
        ("example", set()),
    ],
)
def test_all_the_words_are_looked_for_in_the_voice_and_its_organization_and_never_in_the_person(made, words, numbers):
    released(
        proposal(made, text="Więcej warsztatów."),
        proposal(made, text="Więcej ławek!", author=replace(AUTHOR, organization_name="Klub Łabędź")),
        proposal(made, text="Wzrost o 100% składki.", author=replace(AUTHOR, organization_name="")),
    )
    assert found(made, q=words) == numbers


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("2", {2}),
        ("002", {2}),
        ("P/2027/002", {2}),
        ("p/2027/2", {2}),
        ("U/2027/002", set()),
        ("P/2026/002", set()),
        ("999999999999999999999", set()),
    ],
)
def test_a_number_finds_its_voice_however_it_is_written(made, words, numbers):
    released(proposal(made), proposal(made))
    assert found(made, q=words) == numbers


@pytest.mark.parametrize(
    "asked", [{"q": "\0"}, {"q": "  "}, {"topic": "x"}, {"answer": "x"}, {"provision": "x"}, {"chapter": "x"}]
)
def test_what_nobody_could_ask_for_is_left_out(made, asked):
    released(proposal(made))
    search = Search(made, VoiceKind.PROPOSAL, asked, PUBLISHED)
    assert (len(search.found), search.address) == (1, "")


def test_too_many_words_are_cut_and_found_nowhere(made):
    released(proposal(made))
    search = Search(made, VoiceKind.PROPOSAL, {"q": "ż" * 9000}, PUBLISHED)
    assert (search.found, len(search.chosen["q"])) == ([], LONGEST)


def test_only_what_stands_released_is_found_and_counted(made):
    shown, hidden, withdrawn = proposal(made), proposal(made), proposal(made)
    released(shown, withdrawn)
    with time_machine.travel(DURING, tick=False):
        withdraw_submission(withdrawn.submission, at=DURING)
    assert found(made, q="warsztatów") == {shown.number}
    assert offered(made, "topic") == {str(shown.topic_id): 1}
    assert hidden.number not in found(made)


def test_topics_are_chosen_and_other_matters_as_well(made):
    first, second, other = released(*(proposal(made, topic=topic) for topic in (0, 1, None)))
    assert offered(made, "topic") == {str(first.topic_id): 1, str(second.topic_id): 1, "other": 1}
    assert found(made, topic=str(second.topic_id)) == {second.number}
    assert found(made, topic="other") == {other.number}


def test_where_nothing_has_a_topic_none_is_offered(made):
    released(remark(made))
    assert offered(made, "topic", VoiceKind.REMARK) is None


def test_a_chapter_holds_what_was_said_on_it_and_in_it_in_every_version_put_to_remarks(made):
    early, whole = remark(made, citation="§ 1 pkt 2"), remark(made, citation="")
    version = start_version(unit(made).version.program, purpose=Purpose.CONSULTATION, based_on=unit(made).version, at=DURING)
    second = add_unit(version, kind=Unit.CHAPTER, heading="Środki", at=DURING)
    add_unit(version, kind=Unit.PARAGRAPH, parent=second, text="Na zadania przeznacza się 10 000 zł.", at=DURING)
    explain_change(version, second.provision, own_reason="Brakowało zadań.", by=drafter(), at=DURING)
    freeze_version(version, by=None, at=DURING)
    later, other = remark(made, citation="§ 3"), remark(made, citation="§ 4")
    released(early, whole, later, other)
    first = str(version.texts.get(rank=0).provision_id)
    assert offered(made, "chapter", VoiceKind.REMARK) == {"whole": 1, first: 2, str(second.provision_id): 1}
    for chapter, voices in ((first, {early, later}), (str(second.provision_id), {other}), ("whole", {whole})):
        assert found(made, VoiceKind.REMARK, chapter=chapter) == {voice.number for voice in voices}


def test_answers_are_offered_once_they_are_published_each_with_its_voices(made):
    accepted, both, unanswered = released(*(proposal(made) for _ in range(3)))
    answered(accepted, outcome=Outcome.ACCEPTED)
    cut_voice(both, excerpts=["Więcej", "warsztatów"], by=drafter(), at=DURING)
    for part, outcome in zip(both.parts.order_by("position"), (Outcome.ACCEPTED, Outcome.REJECTED), strict=True):
        answered_part(part, outcome)
    answered(unanswered)
    # Approved, and nobody outside may know.
    assert offered(made, "answer") is None
    assert found(made, answer="accepted") == set()
    published(made)
    late = proposal_on_paper(made)
    assert offered(made, "answer") == {"yes": 3, "accepted": 2, "rejected": 2, "no": 1}
    assert found(made, answer="accepted") == {accepted.number, both.number}
    assert found(made, answer="rejected") == {both.number, unanswered.number}
    assert found(made, answer="no") == {late.number}
    assert found(made, answer="yes") == {accepted.number, both.number, unanswered.number}


def test_a_corrected_answer_is_found_by_the_correction_alone(made):
    (voice,) = released(proposal(made))
    answered(voice, outcome=Outcome.REJECTED)
    published(made, at=PUBLISHED)
    answered(voice, outcome=Outcome.ACCEPTED, at=PUBLISHED)
    assert offered(made, "answer") == {"yes": 1, "rejected": 1}
    published(made, at=PUBLISHED, note="Pomyłka.")
    assert offered(made, "answer") == {"yes": 1, "accepted": 1}


def test_choices_keep_one_another_and_tell_what_the_others_leave(made):
    voices = released(
        proposal(made, text="Więcej ławek.", topic=0),
        proposal(made, text="Więcej drzew.", topic=0),
        proposal(made, text="Więcej ławek.", topic=1),
    )
    for voice, outcome in zip(voices, (Outcome.ACCEPTED, Outcome.REJECTED, Outcome.REJECTED), strict=True):
        answered(voice, outcome=outcome)
    published(made)
    first, second = (str(voices[place].topic_id) for place in (0, 2))
    assert offered(made, "topic", q="ławek", answer="rejected") == {second: 1}
    # What is chosen is counted as if it were not.
    assert offered(made, "topic", topic=first, q="ławek") == {first: 1, second: 1}
    assert offered(made, "answer", topic=first) == {"yes": 2, "accepted": 1, "rejected": 1}
    assert found(made, q="ławek", topic=first, answer="accepted") == {1}
    assert found(made, q="ławek", topic=first, answer="rejected") == set()
    search = Search(made, VoiceKind.PROPOSAL, {"answer": "rejected", "q": "ławek", "topic": "", "page": "2"}, PUBLISHED)
    assert search.address == "q=%C5%82awek&answer=rejected"


def test_the_form_works_without_scripts_and_shows_what_is_chosen(client, made):
    voice, _other = released(proposal(made, topic=0), proposal(made, topic=1))
    page = text_of(client.get(reverse("consultations:proposals", args=[made.slug]), {"q": 'a"b', "topic": voice.topic_id}))
    assert '<form method="get"' in page
    assert f'<option value="{voice.topic_id}" lang="pl" selected>' in page
    response = client.get(reverse("consultations:proposals", args=[made.slug]), {"q": 'a"b<i>', "topic": voice.topic_id})
    assert 'value="a&quot;b&lt;i&gt;"' in response.content.decode()


def test_every_state_is_an_address_that_everybody_reads_alike_and_pages_keep_it(client, made):
    released(*(proposal(made, text="Więcej ławek.") for _ in range(31)), proposal(made, text="Drzewa."))
    response = client.get(reverse("consultations:proposals", args=[made.slug]), {"q": "lawek", "topic": ""})
    page = text_of(response)
    assert "public" in response["Cache-Control"]
    assert not response.cookies
    assert page.count('class="voice"') == 30
    assert "q=lawek&topic=&page=2" in page
    assert '<link rel="canonical" href="/konsultacje/2027/propozycje/?q=lawek">' in page
    second = text_of(client.get(reverse("consultations:proposals", args=[made.slug]), {"q": "lawek", "page": "2"}))
    assert second.count('class="voice"') == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_a_search_takes_four_queries_for_any_number_of_voices(made, rows):
    for voice in released(*(remark(made) for _ in range(rows))):
        answered(voice)
    published(made)
    with CaptureQueriesContext(connection) as queries:
        search = Search(made, VoiceKind.REMARK, {"q": "słowa", "answer": "yes", "topic": "other"}, PUBLISHED)
        assert (len(search.found), [facet.name for facet in search.facets]) == (rows, ["topic", "chapter", "answer"])
    # Topics, chapters, voices, outcomes.
    assert len(queries) == 4


def test_remarks_are_found_after_their_program_was_taken_out_of_the_consultation(client, made):
    released(remark(made), remark(made, citation=""))
    made.programs.clear()
    assert found(made, VoiceKind.REMARK) == {1, 2}
    assert len(offered(made, "chapter", VoiceKind.REMARK)) == 2
    assert client.get(reverse("consultations:remarks", args=[made.slug])).status_code == 200
