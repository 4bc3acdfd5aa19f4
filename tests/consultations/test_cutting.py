"""From the screen of a voice: cut into parts, and on to the next voice of the list it was opened from."""

import pytest
import time_machine
from django.urls import reverse

from consultations.actions.answers import (
    PartIsAnswered,
    cut_voice,
)
from consultations.actions.voices import edit_voice
from consultations.models import Step
from tests.consultations.answer_screen import press, screen, step, typed
from tests.consultations.voice_pages import text_of
from tests.factories.answers import ANSWERED, answered, drafter, published
from tests.factories.voices import DURING, consultation, proposal, remark

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(ANSWERED, tick=False) as traveller:
        yield traveller


@pytest.fixture
def made():
    return consultation()


@pytest.fixture
def voice(made):
    return remark(made)


@pytest.fixture
def part(voice):
    return voice.parts.get()


@pytest.fixture
def desk(client):
    """A drafter's; the coordinator signs in where she is needed."""
    client.force_login(drafter())
    return client


def test_a_letter_is_cut_into_parts_and_each_is_answered(desk, made):
    voice = proposal(made, text="Więcej warsztatów. Mniej biurokracji.")
    assert len(desk.get(screen(voice, "cut")).context["fields"]) == 2
    one_more = desk.post(screen(voice, "cut"), {"act": "more", "excerpt": ["Więcej warsztatów.", "Mniej biurokracji."]})
    assert one_more.context["fields"] == [("Więcej warsztatów.", False), ("Mniej biurokracji.", False), ("", False)]
    assert voice.parts.count() == 1
    data = {"act": "cut", "excerpt": ["Więcej warsztatów.", "Mniej biurokracji.", ""]}
    assert desk.post(screen(voice, "cut"), data).url == screen(voice)
    first, second = voice.parts.order_by("position")
    page = desk.get(screen(voice))
    assert page.context["part"] == first
    press(desk, first, "draft")
    assert desk.get(screen(voice)).context["part"] == first
    press(desk, second, "send")
    assert (step(first), step(second)) == (Step.DRAFT, Step.REVIEW)
    assert desk.get(f"{screen(voice)}?part={second.pk}").context["part"] == second
    answered_now = desk.post(screen(voice, "cut"), {"act": "whole", "excerpt": []})
    assert answered_now.context["refusal"] == str(PartIsAnswered.in_words)


def test_a_refused_cut_keeps_what_was_typed(desk, made, part):
    answered(part.voice)
    published(made)
    response = desk.post(screen(part.voice, "cut"), {"act": "cut", "excerpt": ["Jedno.", "Drugie."]})
    assert response.context["refusal"] == str(PartIsAnswered.in_words)
    assert response.context["fields"] == [("Jedno.", True), ("Drugie.", False)]


def test_a_part_that_says_what_its_author_did_not_is_pointed_out(desk, made):
    voice = proposal(made, text="Więcej warsztatów. Mniej biurokracji.")
    cut_voice(voice, excerpts=["więcej  WARSZTATÓW", "Wyższe dotacje."], by=drafter(), at=ANSWERED)
    first, second = voice.parts.order_by("position")
    assert not desk.get(f"{screen(voice)}?part={first.pk}").context["is_lost"]
    assert desk.get(f"{screen(voice)}?part={second.pk}").context["is_lost"]
    edit_voice(voice, at=DURING, text="Tylko biurokracji mniej.")
    assert desk.get(f"{screen(voice)}?part={first.pk}").context["is_lost"]


# --- The list it was opened from -----------------------------------------------------------------


def test_next_and_previous_follow_the_filtered_list_and_keep_it(desk, made):
    first, _other, third, fifth = remark(made), proposal(made), remark(made), remark(made)
    listed = f"{reverse('admin:consultations_voice_changelist')}?kind__exact=remark"
    assert f"{screen(third)}?_changelist_filters=kind__exact%3Dremark" in text_of(desk.get(listed))
    page = desk.get(screen(third), {"_changelist_filters": "kind__exact=remark"}).context
    assert (page["place"], page["total"], page["back"]) == (2, 3, listed)
    assert page["previous"] == f"{screen(fifth)}?_changelist_filters=kind__exact%3Dremark"
    assert page["following"] == f"{screen(first)}?_changelist_filters=kind__exact%3Dremark"
    for voice, ends in ((fifth, ("", screen(third))), (first, (screen(third), ""))):
        page = desk.get(screen(voice), {"_changelist_filters": "kind__exact=remark"}).context
        assert tuple(page[name].split("?")[0] for name in ("previous", "following")) == ends


def test_answered_a_voice_leaves_its_list_and_the_first_that_is_left_comes_next(desk, made):
    first, second = remark(made), remark(made)
    address = f"{screen(second)}?_changelist_filters=step%3Dnone"
    response = desk.post(address, typed(second.parts.get(), "draft"))
    assert response.url == address
    page = desk.get(address).context
    assert (page["place"], page["total"], page["previous"]) == (0, 1, "")
    assert page["following"].startswith(screen(first))


@pytest.mark.parametrize("filters", ["nonsense__x=1", "kind__exact=remark&p=99", "o=zzz", "q=%00"])
def test_a_list_that_makes_no_sense_does_not_stop_the_work(desk, voice, filters):
    assert desk.get(screen(voice), {"_changelist_filters": filters}).status_code == 200
