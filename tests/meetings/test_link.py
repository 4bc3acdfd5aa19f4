import pytest
from django.urls import reverse
from icalendar import Calendar

from accounts import tokens
from accounts.models import Letter
from consultations.deadlines import until_words
from meetings.models import Registration
from tests.factories import meetings as make
from tests.factories.meetings import HOUR, NOW, SIGNUP_UNTIL
from tests.meetings.pages import link_of, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


# --- The signed link --------------------------------------------------------------------------------


def state(registration):
    return Registration.objects.filter(pk=registration.pk).values().get()


def act(client, registration, act, **values):
    return client.post(link_of(registration), {"act": act, **values})


@pytest.mark.parametrize("query", ["", "?krok=grupa", "?krok=rezygnacja", "?krok=kalendarz", "?act=resign", "?krok=nic"])
def test_a_get_changes_nothing(client, meeting, query):
    for registration in (make.held(meeting.groups.first()), make.registered(meeting.groups.first())):
        before = state(registration), Letter.objects.count()
        assert client.get(link_of(registration, query=query)).status_code == 200
        assert client.head(link_of(registration, query=query)).status_code == 200
        assert (state(registration), Letter.objects.count()) == before


def test_confirming_shows_the_room_to_who_comes_and_not_before(client, meeting):
    registration = make.held(meeting.groups.first())
    room = registration.group.room_link
    assert room not in text(client.get(link_of(registration)))
    assert act(client, registration, "confirm").status_code == 302
    assert room in text(client.get(link_of(registration)))
    (letter,) = make.letters_to(registration.email, "signup_registered")
    assert letter.context["room_link"] == room
    act(client, registration, "resign")
    assert room not in text(client.get(link_of(registration)))


def test_with_a_separate_confirmation_the_room_waits_for_it(client, clock):
    meeting = make.meeting(separate_confirmation=True, confirm_until=SIGNUP_UNTIL)
    registration = make.held(meeting.groups.first())
    act(client, registration, "confirm")
    assert registration.group.room_link not in text(client.get(link_of(registration)))
    clock.move_to(NOW + HOUR, tick=False)
    act(client, registration, "attend")
    assert registration.group.room_link in text(client.get(link_of(registration)))
    links = [letter.context["room_link"] for letter in make.letters_to(registration.email, "signup_registered")]
    assert links == ["", registration.group.room_link]


def test_the_group_is_changed_behind_the_link(client, meeting):
    one, two = meeting.groups.all()
    registration = make.registered(one)
    form = text(client.get(link_of(registration, query="?krok=grupa")))
    assert f'value="{two.pk}"' in form
    assert f'value="{one.pk}"' not in form
    assert act(client, registration, "change").status_code == 200
    assert act(client, registration, "change", group=make.meeting().groups.first().pk).context["form"].errors["group"]
    assert act(client, registration, "change", group=two.pk).status_code == 302
    assert state(registration)["group_id"] == two.pk
    assert two.room_link in text(client.get(link_of(registration)))
    assert [letter.context["group"] for letter in make.letters_to(registration.email, "group_changed")] == [two.name]


def test_a_full_group_is_refused_behind_the_link_in_words(client, meeting):
    one, two = meeting.groups.all()
    registration = make.registered(one)
    for _ in range(two.capacity):
        make.registered(two)
    refused = act(client, registration, "change", group=two.pk)
    assert refused.status_code == 409
    assert two.name in refused.context["refusal"]
    assert state(registration)["group_id"] == one.pk


def test_after_the_deadline_the_group_stays_and_one_may_still_resign(client, meeting, clock):
    one, two = meeting.groups.all()
    registration = make.registered(one)
    clock.move_to(SIGNUP_UNTIL, tick=False)
    shown = text(client.get(link_of(registration)))
    assert until_words(SIGNUP_UNTIL, SIGNUP_UNTIL) in shown.replace("\xa0", " ")
    assert "krok=grupa" not in shown
    assert act(client, registration, "change", group=two.pk).status_code == 409
    assert act(client, registration, "resign").status_code == 302
    assert state(registration)["ended_because"] == "withdrew"


def test_a_late_answer_is_told_that_the_place_has_gone(client, clock):
    meeting = make.meeting(capacity=1)
    registration = make.held(meeting.groups.first())
    clock.move_to(NOW + HOUR, tick=False)
    make.registered(meeting.groups.first(), at=NOW + HOUR)
    refused = act(client, registration, "confirm")
    assert refused.status_code == 409
    assert registration.group.name in refused.context["refusal"]


def test_one_link_acts_for_one_person_only(client, meeting):
    mine, other = make.registered(meeting.groups.first()), make.registered(meeting.groups.first())
    before = state(other)
    for verb in ("confirm", "attend", "resign"):
        client.post(link_of(mine), {"act": verb, "pk": other.pk, "registration": other.pk})
    assert state(other) == before
    assert other.name not in text(client.get(link_of(mine)))


def test_forged_and_old_links_open_nothing(client, meeting):
    registration = make.registered(meeting.groups.first())
    token = tokens.sign(tokens.Purpose.REGISTRATION, registration.pk, at=NOW)
    assert client.post(reverse("link", args=[token[:-2] + "xx"]), {"act": "resign"}).status_code == 404
    old = link_of(registration, at=NOW - tokens.LIFETIME[tokens.Purpose.REGISTRATION])
    assert client.post(old, {"act": "resign"}).status_code == 410
    missing = Registration(pk=999_999)
    assert client.get(link_of(missing)).status_code == 404
    assert state(registration)["ended_at"] is None


def test_posts_behind_a_link_need_the_token_of_the_page(meeting):
    from django.test import Client

    registration = make.registered(meeting.groups.first())
    assert Client(enforce_csrf_checks=True).post(link_of(registration), {"act": "resign"}).status_code == 403
    assert state(registration)["ended_at"] is None


def test_the_personal_entry_is_a_file_behind_the_link(client, meeting):
    held, registered = make.held(meeting.groups.first()), make.registered(meeting.groups.first())
    response = client.get(link_of(registered, query="?krok=kalendarz"))
    assert Calendar.from_ical(response.content)["method"] == "REQUEST"
    assert client.get(link_of(held, query="?krok=kalendarz"))["Content-Type"].startswith("text/html")
