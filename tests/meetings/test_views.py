import re
from datetime import timedelta

import pytest
from django.utils.translation import gettext
from icalendar import Calendar

from consultations.deadlines import moment_words
from meetings import actions, words
from meetings.models import Mode
from tests.factories import meetings as make
from tests.factories.meetings import DAY, ENDS, HOUR, NOW, SIGNUP_UNTIL, STARTS, TOPICS_UNTIL
from tests.meetings.pages import link_of, page, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
SECOND = timedelta(seconds=1)


# --- The public page --------------------------------------------------------------------------------


@pytest.mark.parametrize("groups", [1, 30])
def test_the_page_takes_the_same_queries_for_one_group_and_for_thirty(client, django_assert_num_queries, groups):
    meeting = make.meeting(groups=groups)
    for group in meeting.groups.all():
        make.registered(group)
    client.get(page("detail", meeting))
    with django_assert_num_queries(7):
        assert client.get(page("detail", meeting)).status_code == 200


def test_the_page_is_cacheable_and_names_no_mailbox_and_no_room(client, meeting):
    response = client.get(page("detail", meeting))
    assert not response.cookies
    assert "public" in response["Cache-Control"]
    assert meeting.groups.first().room_link not in text(response)
    assert "@" not in re.sub(r"<(link|script)[^>]*>", "", text(response))
    assert client.get(page("detail", meeting), headers={"If-None-Match": response["ETag"]}).status_code == 304


@pytest.mark.parametrize(("at", "offered"), [(SIGNUP_UNTIL - SECOND, True), (SIGNUP_UNTIL, False)])
def test_the_button_is_there_to_the_deadline_and_not_after(client, meeting, clock, at, offered):
    clock.move_to(at, tick=False)
    assert (f'href="{page("sign_up", meeting)}"' in text(client.get(page("detail", meeting)))) is offered


@pytest.mark.parametrize(("at", "offered"), [(TOPICS_UNTIL - SECOND, True), (TOPICS_UNTIL, False)])
def test_topics_are_asked_for_to_their_deadline(client, meeting, clock, at, offered):
    clock.move_to(at, tick=False)
    assert (page("topic_new", meeting) in text(client.get(page("detail", meeting)))) is offered


def test_what_happened_to_the_meeting_is_on_its_page(client, meeting):
    actions.move_meeting(meeting, signup_until=SIGNUP_UNTIL - HOUR, reason="Listy muszą dotrzeć wcześniej", by=None, at=NOW)
    topic = actions.propose_topic(
        meeting, title="Małe granty", text="", name="Jan", email="j@example.org", organization_name="", form_token="1", at=NOW
    )
    assert "Małe granty" not in text(client.get(page("detail", meeting)))
    actions.decide_topic(topic, outcome="accepted", group=meeting.groups.first(), at=NOW)
    shown = text(client.get(page("detail", meeting)))
    assert "Listy muszą dotrzeć wcześniej" in shown
    assert "Małe granty" in shown
    actions.cancel_meeting(meeting, reason="Awaria platformy", by=None, at=NOW)
    shown = text(client.get(page("detail", meeting)))
    assert "Awaria platformy" in shown
    assert page("sign_up", meeting) not in shown


@pytest.mark.parametrize("field", ["starts_at", "ends_at", "topics_until", "signup_until", "confirm_until"])
def test_a_moved_date_is_named(client, field):
    meeting = make.meeting(confirm_until=SIGNUP_UNTIL)
    old = getattr(meeting, field)
    actions.move_meeting(meeting, reason="Remont sali", by=None, at=NOW, **{field: old + HOUR})
    (change,) = client.get(page("detail", meeting)).context["moved"]
    assert change == {
        "date": str(words.DATES[field]),
        "old": moment_words(old, NOW),
        "new": moment_words(old + HOUR, NOW),
        "reason": "Remont sali",
        "on": "10 lipca",
    }
    shown = text(client.get(page("detail", meeting))).replace("\xa0", " ")
    assert f'<p class="moved"><b>{words.DATES[field]}</b>' in shown
    assert f"<del>{change['old']}</del>" in shown


def test_a_deadline_taken_away_and_given_again_is_told_as_the_start_of_the_meeting(client, meeting):
    actions.move_meeting(meeting, signup_until=None, reason="Do samego początku", by=None, at=NOW)
    actions.move_meeting(meeting, signup_until=SIGNUP_UNTIL, reason="Jednak wcześniej", by=None, at=NOW + HOUR)
    gone, back = client.get(page("detail", meeting)).context["moved"]
    assert gone["old"] == back["new"] == moment_words(SIGNUP_UNTIL, NOW)
    assert gone["new"] == back["old"] == gettext("the start of the meeting")
    assert "Do samego początku" in text(client.get(page("detail", meeting)))


@pytest.mark.parametrize("name", ["detail", "sign_up", "sign_up_done", "calendar", "poster", "topic_new", "topic_done"])
def test_an_unpublished_meeting_is_not_there(client, name):
    assert client.get(page(name, make.meeting(publish=False))).status_code == 404


def test_the_calendar_is_a_file(client, meeting):
    response = client.get(page("calendar", meeting))
    assert response["Content-Type"].startswith("text/calendar")
    assert Calendar.from_ical(response.content).walk("VEVENT")[0].start == STARTS


def test_the_poster_is_one_page_and_made_once(client, meeting, monkeypatch):
    response = client.get(page("poster", meeting))
    assert response["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF")
    monkeypatch.setattr("meetings.views.pages.poster_pdf", lambda *args, **kwargs: b"made again")
    make.registered(meeting.groups.first())
    assert client.get(page("poster", meeting)).content == response.content
    actions.edit_meeting(meeting, title="Inny tytuł", by=None, at=NOW)
    assert client.get(page("poster", meeting)).content == b"made again"


@pytest.mark.parametrize("language", ["", "/en"])
@pytest.mark.parametrize("mode", list(Mode))
def test_every_page_has_one_heading_in_each_language_and_mode(client, clock, language, mode):
    meeting = make.meeting(mode=mode, place="Sala 10")
    registration = make.registered(meeting.groups.first())
    pages = [page(name, meeting) for name in ("detail", "sign_up", "sign_up_done", "topic_new", "topic_done")]
    pages += [link_of(registration, query=query) for query in ("", "?krok=grupa", "?krok=rezygnacja")]
    for at in (NOW, SIGNUP_UNTIL, ENDS + DAY):
        clock.move_to(at, tick=False)
        for url in pages:
            response = client.get(language + url)
            assert (response.status_code, text(response).count("<h1")) == (200, 1), url
            assert "style=" not in text(response)
