"""The link to a room: on the page and in the letters of those who come, and nowhere else, whoever looks."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from accounts import tokens
from accounts.actions import account_for
from accounts.models import Letter, User
from meetings import actions
from meetings.models import Mode, Sector
from tests.factories import meetings as make
from tests.factories.meetings import DAY, ENDS, HOUR, NOW, SIGNUP_UNTIL, STARTS
from tests.meetings.pages import link_of, page, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
ROOM = "https://rooms.example.org/tajny-pokoj"
PUBLIC = ["detail", "sign_up", "sign_up_done", "topic_new", "topic_done", "calendar"]
STEPS = ["", "?krok=grupa", "?krok=rezygnacja", "?krok=kalendarz"]


@pytest.fixture
def meeting():
    """Everybody is asked to confirm, so that there are people who have not."""
    meeting = make.meeting(separate_confirmation=True, confirm_until=SIGNUP_UNTIL, capacity=9)
    actions.edit_group(meeting.groups.first(), room_link=ROOM, at=NOW)
    meeting.groups.first().refresh_from_db()
    Letter.objects.all().delete()
    return meeting


@pytest.fixture
def group(meeting):
    return meeting.groups.get(room_link=ROOM)


def waiting(group):
    actions.edit_group(group, capacity=max(group.taken, 1), at=NOW)
    while group.free > 0:
        make.registered(group)
        group.refresh_from_db()
    who = make.person(waits=True)
    return actions.confirm_email(make.held(group, who), at=NOW)


def offered(group):
    row = waiting(group)
    actions.edit_group(group, capacity=group.taken + 1, at=NOW)
    row.refresh_from_db()
    assert row.is_offered
    return row


def ended(group):
    return actions.decline(make.registered(group), at=NOW)


def in_another_group(group):
    return actions.confirm_attendance(make.registered(group.meeting.groups.exclude(pk=group.pk).get()), at=NOW)


NOT_COMING = {
    "signed up, the letter not answered": make.held,
    "registered, not confirmed": make.registered,
    "on the waiting list": waiting,
    "offered a place": offered,
    "resigned": ended,
    "coming to another group": in_another_group,
}


def seen_by(client, meeting, registration) -> str:
    """Everything this person can open or has been sent."""
    pages = [page(name, meeting) for name in PUBLIC] + [reverse("consultations:detail", args=[meeting.consultation.slug])]
    pages += [reverse("consultations:calendar", args=[meeting.consultation.slug]), reverse("desk:home"), reverse("desk:mine")]
    pages += [link_of(registration, query=step) for step in STEPS]
    letters = Letter.objects.filter(to=registration.email).values_list("context", "calendar")
    return "".join(text(client.get(address, follow=True)) for address in pages) + str(list(letters))


@pytest.mark.parametrize("make_one", NOT_COMING.values(), ids=NOT_COMING.keys())
@pytest.mark.parametrize("at", [NOW + 2 * HOUR, STARTS, ENDS + DAY], ids=["before", "during", "after"])
def test_nobody_who_does_not_come_to_the_group_ever_sees_its_room(client, meeting, group, clock, make_one, at):
    registration = make_one(group)
    client.force_login(account_for(registration.email))
    clock.move_to(at, tick=False)
    everything = seen_by(client, meeting, registration)
    assert registration.name in everything
    assert ROOM not in everything


def test_nor_does_an_organization_nor_the_moderator_of_another_group(client, meeting, group):
    other = meeting.groups.exclude(pk=group.pk).get()
    actions.set_moderator(other, sector=Sector.NGO, name="Kto Inny", email="inny@example.org", at=NOW)
    moderator = other.moderators.get(sector=Sector.NGO)
    client.force_login(User.objects.create_user("ktos@example.org"))
    answer = client.get(reverse("link", args=[tokens.sign(tokens.Purpose.MODERATOR, moderator.pk, at=NOW)]), follow=True)
    assert other.name in text(answer)
    assert ROOM not in text(answer)
    assert "".join(str(letter.context) for letter in make.letters_to("inny@example.org")).count(ROOM) == 0


def test_who_comes_sees_it_on_the_page_and_in_the_letter_but_never_in_the_calendar(client, meeting, group):
    registration = actions.confirm_attendance(make.registered(group), at=NOW + HOUR)
    assert ROOM in text(client.get(link_of(registration)))
    assert ROOM not in text(client.get(link_of(registration, query="?krok=kalendarz")))
    letters = make.letters_to(registration.email, "signup_registered")
    assert [ROOM in str(letter.context) for letter in letters] == [False, True]
    assert not any(ROOM in letter.calendar for letter in letters)


def test_it_goes_with_the_seat_the_meeting_and_the_group(client, meeting, group):
    one, two = (actions.confirm_attendance(make.registered(group), at=NOW) for _ in range(2))
    actions.decline(one, at=NOW + HOUR)
    assert ROOM not in text(client.get(link_of(one)))
    actions.cancel_group(group, reason="Prowadząca zachorowała", at=NOW + HOUR)
    assert ROOM not in text(client.get(link_of(two)))


def test_at_a_hybrid_meeting_only_those_who_come_remotely_get_it(client):
    meeting = make.meeting(mode=Mode.HYBRID, place="Ratusz", remote=2)
    group = meeting.groups.first()
    near = make.registered(group)
    far = make.registered(group, make.person(remotely=True))
    assert group.room_link in text(client.get(link_of(far)))
    assert group.room_link not in text(client.get(link_of(near)))
    assert make.letters_to(near.email, "signup_registered")[-1].context["room_link"] == ""


@pytest.mark.parametrize("role", ["auditor", "drafter"])
def test_staff_who_read_everything_need_not_enter_a_room(client, meeting, group, role):
    user = User.objects.create_user(f"{role}@example.org", is_staff=True)
    user.groups.add(Group.objects.get_or_create(name=role)[0])
    desk = reverse("admin:meetings_meeting_change", args=[meeting.pk])
    client.force_login(user)
    seen = text(client.get(desk))
    assert group.name in seen
    assert ROOM not in seen
    client.force_login(make.coordinator())
    assert ROOM in text(client.get(desk))
