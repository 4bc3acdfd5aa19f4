"""People signed up are written to about the consultation too, until they say stop: one click, and without an account."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts import tokens
from accounts.letters import owe_letter
from accounts.models import Letter, State
from accounts.rendering import as_message
from accounts.tokens import Purpose
from consultations.actions import news
from consultations.audiences import CARE_FOR, followers_and_signed_up
from consultations.models import Follow
from tests.factories import consultations
from tests.factories import meetings as make
from tests.factories.meetings import ENDS, NOW, TICK
from tests.meetings.pages import text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

EMAIL = "anna@example.org"


@pytest.fixture
def registration(meeting):
    return make.registered(meeting.groups.first(), make.person(email=EMAIL))


def page_of(registration) -> str:
    return reverse("link", args=[tokens.sign(Purpose.QUIET, registration.pk, at=NOW)])


def people(meeting, *, at=NOW) -> list[str]:
    found = followers_and_signed_up(meeting.consultation, wants="wants_news", at=at)
    return [person.email for person in found]


def reminder(to: str, link, occasion: str) -> Letter:
    owe_letter(to, kind="stage_closes", occasion=occasion, at=NOW, link=link, context={})
    return Letter.objects.get(occasion=occasion)


def test_a_letter_can_be_stopped_by_the_mail_program(registration):
    letter = reminder(EMAIL, (Purpose.QUIET, registration.pk), "stage_closes:stage:1:1")
    letter.context = dict.fromkeys(("consultation", "what", "until", "new_deadline", "how", "page_url", "because"), "x")
    message = as_message(letter)
    path = re.search(r"/l/[^>]+/", message.extra_headers["List-Unsubscribe"])[0]
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert path in message.body
    Client(enforce_csrf_checks=True).post(path, {"List-Unsubscribe": "One-Click"})
    assert Follow.objects.get().ended_at == NOW


def test_looking_at_the_page_changes_nothing_and_names_the_consultation(client, meeting, registration):
    for look in (client.get, client.head):
        assert look(page_of(registration)).status_code == 200
    page = text(client.get(page_of(registration)))
    assert meeting.consultation.slug in page
    assert EMAIL not in page
    assert (Follow.objects.count(), people(meeting)) == (0, [EMAIL])


@pytest.mark.parametrize("body", [{"List-Unsubscribe": "One-Click"}, {"act": "stop"}, {}])
def test_one_post_stops_without_a_cookie_and_leaves_the_place_alone(meeting, registration, body):
    other = make.registered(meeting.groups.last())
    strict = Client(enforce_csrf_checks=True)
    for _twice in range(2):
        answer = strict.post(page_of(registration), body)
        assert (answer.status_code, dict(answer.cookies)) == (200, {})
    assert people(meeting) == [other.email]
    registration.refresh_from_db()
    assert registration.ended_at is None
    elsewhere = make.meeting()
    make.registered(elsewhere.groups.first(), make.person(email=EMAIL))
    assert people(elsewhere) == [EMAIL]


def test_two_people_of_one_mailbox_get_one_letter_and_either_link_stops_it(client, meeting, registration):
    second = make.registered(meeting.groups.last(), make.person(email=EMAIL))
    stranger = make.registered(meeting.groups.last())
    assert people(meeting) == [EMAIL, stranger.email]
    theirs = reminder(EMAIL, (Purpose.QUIET, registration.pk), "stage_closes:stage:1:1")
    kept = [
        reminder(stranger.email, (Purpose.QUIET, stranger.pk), "stage_closes:stage:1:2"),
        # About the place itself.
        reminder(EMAIL, (Purpose.REGISTRATION, registration.pk), "confirm_attendance:meeting:1:1"),
    ]
    client.post(page_of(second))
    assert Letter.objects.get(pk=theirs.pk).state == State.OBSOLETE
    assert {Letter.objects.get(pk=one.pk).state for one in kept} == {State.QUEUED}


def test_after_stopping_the_letters_can_be_chosen_anew(client, meeting, registration):
    follow_page = client.post(page_of(registration)).context["choose_url"]
    assert client.get(page_of(registration))["Location"] == follow_page
    assert 'value="again"' in text(client.get(follow_page))
    client.post(follow_page, {"act": "again"})
    assert people(meeting) == [EMAIL]
    assert Follow.objects.get().is_confirmed
    # The last stop counts, also behind an old letter.
    client.post(page_of(registration))
    assert people(meeting) == []


def test_a_follow_that_nobody_confirmed_says_nothing(client, meeting, registration):
    news.follow(meeting.consultation, email=EMAIL, at=NOW, language="pl")
    assert client.get(page_of(registration)).status_code == 200
    consultations.follower(meeting.consultation, email=EMAIL, at=NOW)
    assert client.get(page_of(registration)).status_code == 302


def test_somebody_without_an_address_has_no_such_page(client, registration):
    type(registration).objects.update(email="")
    assert client.get(page_of(registration)).status_code == client.post(page_of(registration)).status_code == 404


@pytest.mark.parametrize(("since", "are_told"), [(CARE_FOR - TICK, True), (CARE_FOR, False), (timedelta(0), True)])
def test_long_after_the_meeting_nobody_is_written_to(meeting, registration, since, are_told):
    assert people(meeting, at=ENDS + since) == ([EMAIL] if are_told else [])
