"""What everybody reads: released voices, alike for all, kept by caches, in a constant number of queries."""

import re
from dataclasses import replace

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from consultations.actions.voices import release_voices, withdraw_submission
from consultations.models import Voice
from programs.freshness import freshness
from tests.consultations.voice_pages import text_of
from tests.factories.voices import AUTHOR, CLOSES, DURING, TICK, consultation, coordinator, proposal, remark, unit

pytestmark = pytest.mark.django_db
KINDS = pytest.mark.parametrize(("speak", "name"), [(proposal, "proposals"), (remark, "remarks")])


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(DURING, tick=False) as traveller:
        yield traveller


@pytest.fixture
def made():
    opened = consultation()
    # Somebody has come since the opening: the first visit after a boundary costs more.
    freshness(DURING)
    return opened


def release(*voices):
    return release_voices(voices, by=coordinator(), at=DURING)


def list_url(made, name):
    return reverse(f"consultations:{name}", args=[made.slug])


@KINDS
def test_only_released_voices_are_read(client, made, speak, name):
    shown, hidden, withdrawn = speak(made), speak(made), speak(made)
    release(shown, withdrawn)
    withdraw_submission(withdrawn.submission, at=DURING)
    page = text_of(client.get(list_url(made, name)))
    assert [voice.signature in page for voice in (shown, hidden, withdrawn)] == [True, False, False]
    codes = [client.get(voice.get_absolute_url()).status_code for voice in (shown, hidden, withdrawn)]
    assert codes == [200, 404, 404]


@KINDS
def test_the_person_is_never_read(client, made, speak, name):
    voices = [speak(made), speak(made, author=replace(AUTHOR, organization_name=""))]
    release(*voices)
    for url in (list_url(made, name), *(voice.get_absolute_url() for voice in voices)):
        page = text_of(client.get(url))
        assert "Anna" not in page
        assert "@example.org" not in page
    assert "Stowarzyszenie Żółty Latawiec" in text_of(client.get(voices[0].get_absolute_url()))


@KINDS
@pytest.mark.parametrize("rows", [1, 3, 30])
def test_a_list_takes_the_same_queries_for_any_number_of_voices(client, made, speak, name, rows):
    release(*[speak(made) for _ in range(rows)])
    with CaptureQueriesContext(connection) as queries:
        page = text_of(client.get(list_url(made, name)))
    assert page.count('class="voice"') == rows
    # The revision, the consultation, all voices, all outcomes, the page, its answers, whether it is open, topics;
    # of remarks the chapters and the newest version too.
    assert len(queries) == {"proposals": 8, "remarks": 10}[name]


@KINDS
@pytest.mark.parametrize("rows", [1, 3])
def test_one_voice_takes_the_same_queries_however_many_stand_around_it(client, made, speak, name, rows):
    voices = [speak(made) for _ in range(rows)]
    release(*voices)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(voices[0].get_absolute_url()).status_code == 200
    # The revision, the voice, its answers, where it landed, when they are planned, the one before and the one after;
    # of remarks the newest version and how many stand on the same provision.
    assert len(queries) == {"proposals": 7, "remarks": 9}[name]


@KINDS
def test_the_pages_are_public_and_a_repeated_visit_costs_one_query(client, made, speak, name):
    voice = speak(made)
    release(voice)
    for url in (list_url(made, name), voice.get_absolute_url()):
        response = client.get(url)
        assert "public" in response["Cache-Control"]
        assert not response.cookies
        with CaptureQueriesContext(connection) as queries:
            again = client.get(url, headers={"If-None-Match": response["ETag"]})
        assert (again.status_code, len(queries)) == (304, 1)
        release(speak(made))
        assert client.get(url, headers={"If-None-Match": response["ETag"]}).status_code == 200


@KINDS
def test_thirty_stand_on_a_page(client, made, speak, name):
    release(*[speak(made) for _ in range(31)])
    assert text_of(client.get(list_url(made, name))).count('class="voice"') == 30
    second = text_of(client.get(list_url(made, name), {"page": 2}))
    assert second.count('class="voice"') == 1
    assert client.get(list_url(made, name), {"page": "abc"}).status_code == 200


def test_proposals_stand_by_topic_and_are_chosen_by_it(client, made):
    other, second, first = (proposal(made, topic=topic, text=f"Tekst {topic}.") for topic in (None, 1, 0))
    release(other, second, first)
    page = text_of(client.get(list_url(made, "proposals")))
    assert page.index("Tekst 0.") < page.index("Tekst 1.") < page.index("Tekst None.")
    chosen = text_of(client.get(list_url(made, "proposals"), {"topic": second.topic_id}))
    assert ("Tekst 1." in chosen, "Tekst 0." in chosen, "Tekst None." in chosen) == (True, False, False)
    for unknown in ("", "999999", "x", "\x00"):
        assert "Tekst 0." in text_of(client.get(list_url(made, "proposals"), {"topic": unknown}))


def test_remarks_stand_in_the_order_of_the_text_the_whole_document_first(client, made):
    voices = [remark(made, citation=citation) for citation in ("§ 3", "§ 1 pkt 2", "", "§ 1")]
    release(*voices)
    page = text_of(client.get(list_url(made, "remarks")))
    order = sorted(voices, key=lambda voice: page.index(f'id="v-{voice.number}"'))
    assert [voice.number for voice in order] == [3, 4, 2, 1]


def test_remarks_on_one_provision_are_found_by_it(client, made):
    mine, other = remark(made, citation="§ 2"), remark(made, citation="§ 3")
    release(mine, other)
    page = text_of(client.get(list_url(made, "remarks"), {"provision": str(unit(made, "§ 2").provision_id)}))
    assert (mine.signature in page, other.signature in page) == (True, False)
    for unknown in ("", "x", "\x00"):
        assert other.signature in text_of(client.get(list_url(made, "remarks"), {"provision": unknown}))


def test_a_remark_leads_to_the_place_in_the_frozen_text(client, made):
    voice = remark(made, citation="§ 1 pkt 2")
    release(voice)
    page = text_of(client.get(voice.get_absolute_url()))
    version = voice.provision_text.version
    address = reverse("programs:version", args=[version.program.slug, version.number])
    assert f'href="{address}#{voice.provision_text.anchor}"' in page
    assert page.index("rozwój wolontariatu.") < page.rindex("Inne słowa.") < page.index("Tak będzie jaśniej.")


@KINDS
def test_the_button_is_there_exactly_while_the_stage_is_open(client, made, speak, name, clock):
    button = reverse(f"consultations:{name[:-1]}_new", args=[made.slug])
    clock.move_to(CLOSES - TICK)
    assert button in text_of(client.get(list_url(made, name)))
    clock.move_to(CLOSES)
    assert button not in text_of(client.get(list_url(made, name)))


@KINDS
def test_an_empty_list_says_what_will_stand_there(client, made, speak, name):
    speak(made)
    assert 'class="empty"' in text_of(client.get(list_url(made, name)))


@KINDS
def test_a_filter_without_a_match_names_the_link_that_shows_the_rest(client, made, speak, name):
    unheard = {"proposals": f"topic={made.topics.first().pk}", "remarks": "provision=00000000-0000-4000-8000-000000000000"}
    with translation.override("en"):
        address = list_url(made, name)
    shown = text_of(client.get(f"{address}?{unheard[name]}"))
    empty = re.search(r'<p class="empty">(.*?)</p>', shown)[1]
    link = re.search(r"“(.+)”", empty)[1]
    assert f'<a href="{address}">{link}</a>' in shown


@KINDS
def test_nothing_is_read_before_the_consultation_is_published(client, made, speak, name):
    voice = speak(made)
    release(voice)
    made.published_at = DURING + TICK
    made.save()
    assert [client.get(url).status_code for url in (list_url(made, name), voice.get_absolute_url())] == [404, 404]


@KINDS
def test_the_pages_are_there_in_english_with_polish_marked(client, made, speak, name):
    voice = speak(made)
    release(voice)
    # A request leaves its language behind.
    with translation.override("pl"):
        page = text_of(client.get("/en" + voice.get_absolute_url()))
    assert '<html lang="en">' in page
    assert 'lang="pl"' in page
    assert Voice.objects.get().submission.language == "pl"
