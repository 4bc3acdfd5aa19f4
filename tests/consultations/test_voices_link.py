"""The page behind the link in the receipt: one letter's author, and nobody else, confirms, changes, withdraws."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from accounts.tokens import LIFETIME, Purpose, sign
from consultations.actions.schedule import add_stage
from consultations.actions.voices import LetterIsAnswered, release_voices
from consultations.models import Submission, Voice
from consultations.stages import Kind
from tests.consultations.voice_pages import text_of
from tests.factories.answers import PUBLISHED, answered, published
from tests.factories.voices import CLOSES, DURING, TICK, consultation, coordinator, proposal, remark

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(DURING, tick=False) as traveller:
        yield traveller


@pytest.fixture
def made():
    return consultation()


def link(voice, purpose=Purpose.SUBMISSION):
    return f"/l/{sign(purpose, voice.submission_id, at=DURING)}/"


def state():
    return (
        list(Submission.objects.order_by("pk").values("email_confirmed_at", "withdrawn_at")),
        list(Voice.objects.order_by("pk").values("text", "proposed_wording", "edited_at", "released_at")),
    )


@pytest.mark.parametrize("query", ["", "?change=1", "?withdraw"])
def test_opening_the_link_changes_nothing(client, made, query):
    voice = proposal(made)
    before = state()
    response = client.get(link(voice) + query)
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert state() == before


def test_the_button_confirms_the_address(client, made, clock):
    voice = proposal(made)
    assert "anna@example.org" in text_of(client.get(link(voice)))
    clock.move_to(CLOSES + timedelta(days=30))
    assert client.post(link(voice)).status_code == 302
    assert Submission.objects.get().email_confirmed_at == CLOSES + timedelta(days=30)
    assert "<form" not in text_of(client.get(link(voice)))


def test_the_words_change_until_the_close(client, made):
    voice = proposal(made)
    page = text_of(client.get(link(voice) + "?change=1"))
    assert "Więcej warsztatów." in page
    data = {"step": "save", "topic": "0", "text": "Mniej\r\nwarsztatów.", "reasons": ""}
    assert client.post(link(voice) + "?change=1", data).url == link(voice)
    saved = Voice.objects.get()
    assert (saved.text, saved.reasons, saved.topic, saved.edited_at) == ("Mniej\nwarsztatów.", "", None, DURING)
    assert "Mniej" in text_of(client.get(link(voice)))


def test_a_remark_changes_in_its_own_fields(client, made):
    voice = remark(made)
    assert "Zapis nr 2" in text_of(client.get(link(voice) + "?change=1"))
    data = {"step": "save", "proposed_wording": voice.quote, "text": "Tylko komentarz.", "reasons": ""}
    client.post(link(voice) + "?change=1", data)
    saved = Voice.objects.get()
    assert (saved.proposed_wording, saved.text, saved.quote) == ("", "Tylko komentarz.", voice.quote)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "ż" * 4001}, "text"),
        ({"reasons": "ż" * 10_000}, "reasons"),
        ({"topic": "abc"}, "topic"),
        ({"website": "x"}, "__all__"),
    ],
)
def test_a_wrong_change_comes_back_whole(client, made, data, field):
    voice = proposal(made)
    before = state()
    typed = {"step": "save", "topic": "0", "text": "Zażółć", "reasons": "gęślą jaźń", **data}
    response = client.post(link(voice) + "?change=1", typed)
    assert set(response.context["form"].errors) == {field}
    for name in ("text", "reasons"):
        assert typed[name] in text_of(response)
    assert state() == before


def test_a_change_at_the_deadline_is_refused_with_the_text_kept(client, made, clock):
    voice = proposal(made)
    data = {"step": "save", "topic": "0", "text": "Zażółć", "reasons": ""}
    clock.move_to(CLOSES)
    response = client.post(link(voice) + "?change=1", data)
    page = text_of(response)
    assert response.context["form"].non_field_errors()
    assert "Zażółć" in page
    assert 'value="download"' in page
    assert Voice.objects.get().text == "Więcej warsztatów."
    assert "Zażółć" in client.post(link(voice) + "?change=1", {**data, "step": "download"}).content.decode()
    clock.move_to(CLOSES - TICK)
    client.post(link(voice) + "?change=1", data)
    assert Voice.objects.get().text == "Zażółć"


def test_withdrawing_asks_first_and_ends_with_the_close(client, made, clock):
    voice = proposal(made)
    assert "?withdraw" in text_of(client.get(link(voice)))
    clock.move_to(CLOSES)
    assert "?withdraw" not in text_of(client.get(link(voice)))
    assert client.get(link(voice) + "?withdraw").status_code == 302
    assert 'role="alert"' in text_of(client.post(link(voice) + "?withdraw"))
    assert Submission.objects.get().withdrawn_at is None
    clock.move_to(CLOSES - TICK)
    assert client.post(link(voice) + "?withdraw").status_code == 302
    assert Submission.objects.get().withdrawn_at == CLOSES - TICK
    page = text_of(client.get(link(voice)))
    assert "?withdraw" not in page
    assert "?change" not in page


def test_after_withdrawing_a_change_is_refused(client, made):
    voice = proposal(made)
    client.post(link(voice) + "?withdraw")
    assert client.get(link(voice) + "?change=1").status_code == 302
    response = client.post(link(voice) + "?change=1", {"step": "save", "topic": "0", "text": "Jednak", "reasons": ""})
    assert "Jednak" in text_of(response)
    assert Voice.objects.get().text == "Więcej warsztatów."


def test_the_page_says_whether_the_text_is_public(client, made):
    from consultations.actions.voices import release_voices

    voice = proposal(made)
    assert voice.get_absolute_url() not in text_of(client.get(link(voice)))
    release_voices([voice], by=coordinator(), at=DURING)
    assert voice.get_absolute_url() in text_of(client.get(link(voice)))


@pytest.mark.parametrize("query", ["?change=2", "?change=abc", "?change=-1", "?change=99999999999999999999"])
def test_only_a_voice_of_this_letter_is_changed(client, made, query):
    mine, _other = proposal(made), proposal(made)
    assert client.get(link(mine) + query).status_code == 404
    assert client.post(link(mine) + query, {"step": "save", "text": "cudze", "topic": "0"}).status_code == 404
    assert not Voice.objects.filter(text="cudze").exists()


def test_another_persons_link_a_forged_and_an_expired_one_open_nothing(client, made, clock):
    voice = proposal(made)
    token = sign(Purpose.SUBMISSION, voice.submission_id, at=DURING)
    before = state()
    # The signature of my link with somebody else's number in it.
    other = sign(Purpose.SUBMISSION, voice.submission_id + 1, at=DURING)
    forged = ":".join([other.split(":")[0], *token.split(":")[1:]])
    for bad in (forged, token[:-1], "x", link(voice, Purpose.REGISTRATION)[3:-1]):
        for response in (client.get(f"/l/{bad}/"), client.post(f"/l/{bad}/?withdraw")):
            assert response.status_code == 404
    clock.move_to(DURING + LIFETIME[Purpose.SUBMISSION])
    assert client.post(link(voice)).status_code == 410
    assert state() == before


def test_a_post_from_another_page_is_refused(made):
    voice = proposal(made)
    before = state()
    foreign = Client(enforce_csrf_checks=True)
    for query in ("", "?withdraw", "?change=1"):
        assert foreign.post(link(voice) + query, {"text": "Zażółć"}).status_code == 403
    assert state() == before


# --- What is answered in public ---------------------------------------------------------------------


@pytest.fixture
def answered_letter(made):
    """Published; then a second stage of its kind opens."""
    voice = proposal(made)
    release_voices([voice], by=coordinator(), at=DURING)
    published(answered(voice).consultation)
    days = {"opens_at": PUBLISHED + timedelta(days=1), "closes_at": PUBLISHED + timedelta(days=9)}
    add_stage(made, kind=Kind.PROPOSALS, name="Etap II", by=None, at=PUBLISHED, **days)
    return voice


@pytest.mark.parametrize(
    ("query", "data"), [("?change=1", {"step": "save", "text": "Co innego.", "topic": "0"}), ("?withdraw", {})]
)
def test_a_letter_whose_answer_is_public_stays_as_it_was_answered(client, answered_letter, clock, query, data):
    address, before = link(answered_letter), state()
    clock.move_to(PUBLISHED + timedelta(days=2))
    assert client.get(address + query).status_code == 302
    response = client.post(address + query, data)
    assert state() == before
    assert str(LetterIsAnswered.in_words) in text_of(response)
    assert "?withdraw" not in text_of(client.get(address))
