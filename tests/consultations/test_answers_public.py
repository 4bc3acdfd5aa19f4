"""What became of a remark: on its own page, in the lists, topic by topic, for its author, and when each of them may know."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from accounts.tokens import Purpose, sign
from consultations.actions.answers import approve_answers, cut_voice, send_for_approval
from consultations.actions.publication import publish_answers
from consultations.actions.schedule import add_stage
from consultations.actions.voices import (
    ProposalText,
    RemarkText,
    edit_voice,
    release_voices,
    submit_proposal,
    submit_remarks,
    withdraw_submission,
)
from consultations.answered import answers_planned
from consultations.deadlines import day_words, full_words, last_day
from consultations.models import Outcome, VoiceKind
from consultations.searching import Search
from consultations.stages import Kind
from consultations.templatetags.wording import difference
from tests.consultations.test_tracing import changed, close
from tests.consultations.voice_pages import text_of
from tests.factories.answers import ANSWERED, PUBLISHED, answered, drafted, drafter, published
from tests.factories.voices import AUTHOR, CLOSES, DURING, OPENS, consultation, coordinator, proposal, remark, token, unit

pytestmark = pytest.mark.django_db
KINDS = pytest.mark.parametrize(("speak", "name"), [(proposal, "proposals"), (remark, "remarks")])
ENDS = CLOSES + timedelta(days=12)
LATER = PUBLISHED + timedelta(days=3)
WAITING, NOTE = 'class="answer waiting"', "Pominęliśmy uchwałę rady seniorów."


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(PUBLISHED, tick=False) as traveller:
        yield traveller


@pytest.fixture
def made():
    """Analysed for twelve days after the close."""
    opened = consultation()
    add_stage(opened, kind=Kind.ANALYSIS, name="Analiza", by=None, at=OPENS, opens_at=CLOSES, closes_at=ENDS)
    return opened


def released(*voices):
    release_voices(voices, by=coordinator(), at=DURING)
    return voices


def said_in(client, voice):
    return text_of(client.get(voice.get_absolute_url()))


def moment(at):
    return full_words(at).replace("\u00a0", " ")


def link(voice):
    return f"/l/{sign(Purpose.SUBMISSION, voice.submission_id, at=PUBLISHED)}/"


def corrected(voice, made, *, outcome=Outcome.ACCEPTED, reasons="Jednak tak.", at=LATER):
    answered(voice, outcome=outcome, reasons=reasons, at=at)
    published(made, at=at, note=NOTE)


# --- a voice ------------------------------------------------------------------------------------------
@KINDS
def test_before_the_answers_a_voice_says_when_they_are_planned_and_nothing_of_drafts(client, made, speak, name, clock):
    (voice,) = released(speak(made))
    answered(voice, outcome=Outcome.ACCEPTED, reasons="Jeszcze nikt nie wie.")
    page = said_in(client, voice)
    assert WAITING in page
    assert day_words(last_day(ENDS), PUBLISHED) in page
    assert "Jeszcze nikt nie wie." not in page
    assert "verdict accepted" not in page
    contact = reverse("consultations:contact", args=[made.slug])
    # The planned day itself is not over.
    for at, is_over in ((ENDS, False), (ENDS + timedelta(days=1), True)):
        clock.move_to(at)
        assert (contact in said_in(client, voice)) is is_over


def test_answers_are_planned_by_the_first_analysis_that_ends_after_the_voice_came(made):
    voice = proposal(made)
    assert answers_planned(voice) == last_day(ENDS)
    add_stage(made, kind=Kind.ANALYSIS, name="Wcześniejsza", by=None, at=OPENS, opens_at=OPENS, closes_at=DURING)
    assert answers_planned(voice) == last_day(ENDS)
    made.stages.filter(kind=Kind.ANALYSIS).delete()
    assert answers_planned(voice) is None


@KINDS
@pytest.mark.parametrize("outcome", Outcome)
def test_an_answer_is_read_in_a_word_beside_its_sign_with_its_reasons_and_its_day(client, made, speak, name, outcome):
    (voice,) = released(speak(made))
    answered(voice, outcome=outcome, reasons="Bo tak stanowi uchwała.")
    published(made)
    page = said_in(client, voice)
    assert f'class="answer {outcome}"' in page
    assert str(outcome.label)[1:] in page
    assert "Bo tak stanowi uchwała." in page
    assert moment(PUBLISHED) in page
    assert WAITING not in page


def test_each_part_has_its_own_answer_beside_its_words(client, made):
    (voice,) = released(proposal(made, text="Więcej ławek i więcej drzew."))
    cut_voice(voice, excerpts=["Więcej ławek", "więcej drzew."], by=drafter(), at=ANSWERED)
    answers = [(Outcome.ACCEPTED, "Ławki staną."), (Outcome.REJECTED, "Drzew nie ma gdzie sadzić.")]
    for part, (outcome, reasons) in zip(voice.parts.order_by("position"), answers, strict=True):
        drafted(part, outcome=outcome, reasons=reasons)
        send_for_approval(part, by=drafter(), at=ANSWERED)
        approve_answers([part], seen={}, by=coordinator(), at=ANSWERED)
    published(made)
    page = said_in(client, voice)
    said = ["Więcej ławek</blockquote>", "Ławki staną.", "więcej drzew.</blockquote>", "Drzew nie ma gdzie sadzić."]
    assert [page.index(words) for words in said] == sorted(page.index(words) for words in said)


def test_a_correction_is_an_act_that_everybody_sees_with_what_it_corrected(client, made, clock):
    (voice,) = released(remark(made))
    answered(voice, outcome=Outcome.REJECTED, reasons="Nie, bo nie.")
    published(made)
    corrected(voice, made)
    clock.move_to(LATER)
    page = said_in(client, voice)
    assert 'class="answer accepted"' in page
    said = ["Jednak tak.", moment(LATER), NOTE, "Nie, bo nie.", moment(PUBLISHED)]
    assert [page.index(words) for words in said] == sorted(page.index(words) for words in said)
    assert "Nie, bo nie." in page[page.index('<details class="before">') :]


def test_what_a_later_act_only_adds_corrects_nothing_and_says_why_it_came_later(client, made, clock):
    first, second = released(proposal(made), remark(made))
    answered(first)
    publish_answers(made, [VoiceKind.PROPOSAL], by=coordinator(), at=PUBLISHED)
    answered(second)
    published(made, at=LATER, note=NOTE)
    clock.move_to(LATER)
    page = said_in(client, second)
    assert NOTE in page
    assert 'class="before"' not in page
    assert NOTE not in said_in(client, first)


def test_a_new_wording_is_read_as_a_difference_in_words_too(client, made):
    (voice,) = released(remark(made))
    page = said_in(client, voice)
    assert "<ins>" in page
    assert "<del>" in page
    assert "[dodano: " in page
    assert "[usunięto: " in page
    # Each wording can be read by itself as well.
    assert f'<blockquote class="wording" lang="pl" dir="auto">{voice.proposed_wording}</blockquote>' in page


def test_a_wording_for_a_range_does_away_with_nothing_of_it(client, made):
    begins, ends = unit(made, "§ 2"), unit(made, "§ 3")
    said = [RemarkText(begins.version, begins, ends, proposed_wording="Dopisać jeden ustęp.")]
    (voice,) = submit_remarks(made, author=AUTHOR, remarks=said, form_token=token(), at=DURING).voices.all()
    released(voice)
    page = said_in(client, voice)
    assert ["<del>" in page, "Zapis nr 3" in page, "Dopisać jeden ustęp." in page] == [False, True, True]
    client.force_login(drafter())
    assert "<del>" not in text_of(client.get(reverse("admin:consultations_voice_change", args=[voice.pk])))


def test_other_spaces_and_quotation_marks_are_no_difference():
    typed = "Zapis o kwocie 10\u00a0000\u00a0zł i „zasadach”."
    assert "<" not in difference('Zapis o kwocie 10 000 zł i "zasadach".', typed)
    assert difference("a < b", "a < c").count("&lt;") == 1


@KINDS
def test_a_voice_leads_to_its_neighbors_that_are_read_and_to_others_about_the_same(client, made, speak, name):
    first, hidden, second, third = (speak(made) for _ in range(4))
    released(first, second, third)
    page = said_in(client, second)
    assert f'rel="prev" href="{first.get_absolute_url()}"' in page
    assert f'rel="next" href="{third.get_absolute_url()}"' in page
    assert hidden.get_absolute_url() not in page
    address = reverse(f"consultations:{name}", args=[made.slug])
    same = f"topic={second.topic_id}" if name == "proposals" else f"provision={second.provision_text.provision_id}"
    assert f"{address}?{same}" in page
    assert 'rel="prev"' not in said_in(client, first)
    assert 'rel="next"' not in said_in(client, third)


def test_a_voice_can_be_cited_and_shared(client, made):
    (voice,) = released(remark(made))
    answered(voice, outcome=Outcome.PARTLY)
    published(made)
    page, address = said_in(client, voice), settings.PUBLIC_URL + voice.get_absolute_url()
    citation = f"U/2027/001 (Stowarzyszenie Żółty Latawiec), {made.title}, {address}"
    assert f'data-copy="{citation}"' in page
    assert f'<meta property="og:url" content="{address}">' in page
    assert f'<meta property="og:title" content="U/2027/001, {Outcome.PARTLY.label}">' in page


def test_a_voice_says_where_it_is_in_the_text_once_its_answer_is_published(client):
    made = consultation()
    voice, version = changed(made)
    close(version)
    assert "#par-2" not in said_in(client, voice).split('id="answer"')[1].split("<aside>")[0]
    published(made)
    landing = reverse("programs:version", args=[version.program.slug, version.number])
    assert f'href="{landing}#par-2"' in said_in(client, voice).split('id="answer"')[1].split("<aside>")[0]


# --- lists and topics ---------------------------------------------------------------------------------
@KINDS
def test_lists_show_how_each_was_decided_and_why_and_who_still_waits(client, made, speak, name):
    one, other = released(speak(made), speak(made))
    address = reverse(f"consultations:{name}", args=[made.slug])
    answered(one, outcome=Outcome.ACCEPTED, reasons="Dopiszemy.")
    answered(other, outcome=Outcome.REJECTED, reasons="Nie dopiszemy.")
    assert "verdict" not in text_of(client.get(address))
    published(made)
    page = text_of(client.get(address))
    for voice, outcome, reasons in ((one, "accepted", "Dopiszemy."), (other, "rejected", "Nie dopiszemy.")):
        row = page.split(f'id="v-{voice.number}"')[1].split("</article>")[0]
        assert f"verdict {outcome}" in row
        assert reasons in row


def test_a_list_that_was_read_before_the_act_is_read_anew_after_it(client, made):
    (voice,) = released(remark(made))
    answered(voice)
    for url in (reverse("consultations:remarks", args=[made.slug]), voice.get_absolute_url()):
        before = client.get(url)
        assert client.get(url, headers={"If-None-Match": before["ETag"]}).status_code == 304
    published(made)
    after = client.get(url, headers={"If-None-Match": before["ETag"]})
    assert (after.status_code, "verdict rejected" in text_of(after)) == (200, True)


def test_no_page_is_kept_past_the_end_of_the_analysis(client, made, clock):
    (voice,) = released(remark(made))
    clock.move_to(ENDS - timedelta(seconds=20))
    for url in (reverse("consultations:remarks", args=[made.slug]), voice.get_absolute_url()):
        assert "max-age=20" in client.get(url)["Cache-Control"]


def test_topics_count_what_was_decided_and_each_number_leads_to_those_voices(client, made):
    proposals = released(*(proposal(made, topic=topic) for topic in (0, 0, 0, 1, None)))
    for voice, outcome in zip(proposals, ("accepted", "accepted", "rejected", "partly", "noted"), strict=True):
        answered(voice, outcome=Outcome(outcome))
    topic = proposals[0].topic_id
    address = reverse("consultations:topic", args=[made.slug, topic])
    assert "verdict" not in text_of(client.get(address))
    published(made)
    for url in (address, reverse("consultations:topics", args=[made.slug])):
        page = text_of(client.get(url))
        for outcome, count in (("accepted", 2), ("rejected", 1)):
            assert f'<a href="/konsultacje/2027/propozycje/?topic={topic}&answer={outcome}">{count}</a>' in page
            search = Search(made, VoiceKind.PROPOSAL, {"topic": str(topic), "answer": outcome}, PUBLISHED)
            assert len(search.found) == count
    assert "?topic=other&answer=noted" in page
    shared = text_of(client.get(address))
    assert made.topics.get(pk=topic).name in shared
    assert '<meta property="og:description"' in shared


def test_a_topic_shows_what_was_taken_into_account_whole_before_what_was_in_part(client, made):
    first, second, third = released(*(proposal(made) for _ in range(3)))
    for voice, outcome in ((first, Outcome.PARTLY), (second, Outcome.REJECTED), (third, Outcome.ACCEPTED)):
        answered(voice, outcome=outcome)
    published(made)
    page = text_of(client.get(reverse("consultations:topic", args=[made.slug, first.topic_id])))
    assert page.index(third.get_absolute_url()) < page.index(first.get_absolute_url())
    assert second.get_absolute_url() not in page


@pytest.mark.parametrize("rows", [1, 3])
def test_topics_take_the_same_queries_for_any_number_of_voices(client, made, rows):
    for voice in released(*(proposal(made) for _ in range(rows))):
        answered(voice, outcome=Outcome.ACCEPTED)
    published(made)
    client.get("/")
    # The revision, the consultation, topics, what was said, what was decided; of one topic its voices, answers, landings.
    topic = made.topics.get(position=0)
    for name, args, count in (("topics", [made.slug], 5), ("topic", [made.slug, topic.pk], 8)):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse(f"consultations:{name}", args=args)).status_code == 200
        assert len(queries) == count


def test_a_topic_of_another_consultation_is_not_there(client, made):
    other = consultation("2028")
    assert client.get(reverse("consultations:topic", args=[made.slug, other.topics.first().pk])).status_code == 404


def test_the_consultation_leads_to_the_answers_once_they_are_published(client, made):
    (voice,) = released(remark(made))
    answered(voice)
    before = text_of(client.get(reverse("consultations:detail", args=[made.slug])))
    published(made)
    after = text_of(client.get(reverse("consultations:detail", args=[made.slug])))
    for page in (before, after):
        assert reverse("consultations:topics", args=[made.slug]) in page
    assert before != after


# --- for the author -----------------------------------------------------------------------------------
@KINDS
def test_the_author_reads_the_answer_behind_the_link_also_when_the_voice_was_never_released(client, made, speak, name):
    shown, hidden = speak(made), speak(made)
    released(shown)
    for voice in (shown, hidden):
        answered(voice, outcome=Outcome.REJECTED, reasons=f"Odpowiedź na {voice.signature}.")
        before = text_of(client.get(link(voice)))
        assert WAITING in before
        assert "Odpowiedź na" not in before
    published(made)
    for voice in (shown, hidden):
        page = text_of(client.get(link(voice)))
        assert f"Odpowiedź na {voice.signature}." in page
        assert WAITING not in page
    assert hidden.get_absolute_url() not in page
    assert client.get(hidden.get_absolute_url()).status_code == 404


def test_the_author_reads_corrections_and_where_it_is_in_the_text(client, clock):
    made = consultation()
    voice, version = changed(made)
    close(version)
    published(made)
    corrected(voice, made, reasons="Dopisujemy w całości.")
    clock.move_to(LATER)
    page = text_of(client.get(link(voice)))
    assert NOTE in page
    assert 'class="before"' in page
    assert f'href="{reverse("programs:version", args=[version.program.slug, version.number])}#par-2"' in page


def test_edited_words_leave_the_public_page_until_they_are_released_again_and_the_author_is_told(client, made, clock):
    (voice,) = released(proposal(made))
    clock.move_to(DURING + timedelta(hours=1))
    assert voice.get_absolute_url() in text_of(client.get(link(voice)))
    edit_voice(voice, text="Mniej warsztatów.", at=DURING + timedelta(hours=1))
    assert client.get(voice.get_absolute_url()).status_code == 404
    page = text_of(client.get(link(voice)))
    assert voice.get_absolute_url() not in page
    assert moment(DURING + timedelta(hours=1)) in page
    release_voices([voice], by=coordinator(), at=DURING + timedelta(hours=1))
    assert "Mniej warsztatów." in said_in(client, voice)


def test_a_withdrawn_letter_waits_for_no_answer(client, made, clock):
    voice = proposal(made)
    clock.move_to(DURING)
    withdraw_submission(voice.submission, at=DURING)
    page = text_of(client.get(link(voice)))
    assert WAITING not in page
    assert moment(DURING) in page


@pytest.mark.parametrize("rows", [1, 3])
def test_a_letter_takes_the_same_queries_for_any_number_of_voices(client, made, rows):
    texts = [ProposalText(f"Tekst {number}.") for number in range(rows)]
    letter = submit_proposal(made, author=AUTHOR, proposals=texts, form_token=token(), at=DURING)
    for voice in letter.voices.all():
        answered(voice)
    published(made)
    with CaptureQueriesContext(connection) as queries:
        page = text_of(client.get(link(letter.voices.first())))
    assert page.count('class="answer rejected"') == rows
    assert len(queries) == 13


@pytest.mark.parametrize("rows", [1, 3])
def test_my_matters_tell_each_decision_and_where_it_landed_in_the_same_queries_for_any_number(client, rows):
    made = consultation(paragraphs=4)
    landed = [changed(made, citation=citation) for citation in ("§ 2", "§ 3", "§ 4")[:rows]]
    voices, version = [voice for voice, _version in landed], landed[0][1]
    close(version)
    published(made)
    user, _made = User.objects.get_or_create(email=AUTHOR.email)
    client.force_login(user)
    with CaptureQueriesContext(connection) as queries:
        page = text_of(client.get(reverse("desk:mine")))
    assert page.count("verdict accepted") == rows
    assert page.count("/wersje/2/#par-") == rows
    assert all(voice.signature in page for voice in voices)
    assert len(queries) == 16
