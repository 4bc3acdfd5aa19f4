"""The page of those who run a group: who may open it, and what they do there."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from accounts import tokens
from accounts.actions import account_for
from accounts.models import User
from meetings import actions
from meetings.models import GroupModerator, Registration, Sector
from meetings.models.group import OPEN_FOR
from tests.factories import meetings as make
from tests.factories.meetings import ENDS, HOUR, NOW, STARTS
from tests.meetings.pages import text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
MAILBOX = "jan.przykladowy@example.org"
PARTS = ["group", "group_note_history", "group_list", "group_sheet"]
ACTS = ["group_attendance", "group_walk_ins", "group_note", "group_conclusions"]


@pytest.fixture
def group(meeting):
    group = meeting.groups.first()
    actions.set_moderator(group, sector=Sector.NGO, name="Jan Przykładowy", email=MAILBOX, at=NOW)
    return group


@pytest.fixture
def keeper(client, group):
    """A browser in which the invitation was opened."""
    assert client.get(invitation(group)).status_code == 302
    return client


def at_the_meeting(clock):
    clock.move_to(STARTS, tick=False)


def invitation(group, *, at=NOW) -> str:
    moderator = GroupModerator.objects.get(group=group, sector=Sector.NGO)
    return reverse("link", args=[tokens.sign(tokens.Purpose.MODERATOR, moderator.pk, at=at)])


def url(group, name="group", *more) -> str:
    return reverse(f"meetings:{name}", args=[group.meeting.slug, group.pk, *more])


def test_an_invitation_opens_its_group_and_no_other(client, group):
    answer = client.get(invitation(group))
    assert (answer.status_code, answer["Location"]) == (302, url(group))
    # The secret stays out of the address bar, which others may see on the screen.
    assert client.get(url(group)).status_code == 200
    other = group.meeting.groups.last()
    assert {client.get(url(other, part)).status_code for part in PARTS} == {404}
    assert client.get(url(make.meeting().groups.first())).status_code == 404


@pytest.mark.parametrize("part", PARTS)
def test_nobody_else_can_tell_that_the_page_is_there(client, group, part):
    assert client.get(url(group, part)).status_code == 404
    client.force_login(account_for(make.registered(group).email))
    assert client.get(url(group, part)).status_code == 404
    drafter = User.objects.create_user("redaktor@example.org", is_staff=True)
    drafter.groups.add(Group.objects.get_or_create(name="drafter")[0])
    client.force_login(drafter)
    assert client.get(url(group, part)).status_code == 404


@pytest.mark.parametrize("part", ACTS)
def test_nobody_else_can_act_there(client, group, clock, part):
    at_the_meeting(clock)
    person = make.registered(group, at=NOW)
    posted = {"who": person.pk, "act": "present", "people_text": "Anna", "body": "Notatka", "base": 0, "text": "Wniosek"}
    assert client.post(url(group, part), posted).status_code == 404
    assert Registration.objects.get().present_at is None
    assert not group.notes.exists()
    assert not group.conclusions.exists()


def test_whoever_signs_in_with_the_address_of_the_invitation_or_runs_all_meetings_gets_in(client, group):
    client.force_login(account_for(MAILBOX))
    assert client.get(url(group)).status_code == 200
    assert url(group) in text(client.get(reverse("desk:mine")))
    client.force_login(make.coordinator())
    assert client.get(url(group)).status_code == 200


def test_a_replaced_moderator_is_shut_out_at_once(keeper, group):
    actions.set_moderator(group, sector=Sector.NGO, name="Kto Inny", email="inny@example.org", at=NOW)
    assert keeper.get(url(group)).status_code == 404


@pytest.mark.parametrize(("after", "status"), [(OPEN_FOR - timedelta(seconds=1), 200), (OPEN_FOR, 404)])
def test_the_page_closes_a_month_after_the_meeting(client, group, clock, after, status):
    clock.move_to(ENDS + after, tick=False)
    assert client.get(invitation(group), follow=True).status_code == status
    assert client.get(url(group)).status_code == status


def test_an_expired_invitation_and_a_forged_one_open_nothing(client, group, clock):
    expired = invitation(group, at=NOW - tokens.LIFETIME[tokens.Purpose.MODERATOR])
    assert client.get(expired).status_code == 410
    assert client.get(invitation(group)[:-3] + "xx/").status_code == 404
    assert client.get(url(group)).status_code == 404


@pytest.mark.parametrize("people", [1, 30])
def test_the_page_takes_the_same_queries_for_one_person_and_for_thirty(client, django_assert_num_queries, people):
    group = make.meeting(capacity=40).groups.first()
    actions.set_moderator(group, sector=Sector.NGO, name="Jan Przykładowy", email=MAILBOX, at=NOW)
    for number in range(people):
        make.registered(group, make.person(organization_name=f"Klub {number}"))
        actions.add_conclusion(group, text=f"Wniosek {number}", reasons="", author="Jan", at=NOW)
    client.get(invitation(group))
    client.get(url(group))
    with django_assert_num_queries(8):
        client.get(url(group))


def test_presence_is_marked_and_taken_back(keeper, group, clock):
    person = make.registered(group)
    refused = keeper.post(url(group, "group_attendance"), {"who": person.pk, "act": "present"})
    assert refused.status_code == 409
    assert refused.context["refusal"] == actions.NotTheDay().in_words
    at_the_meeting(clock)
    for act, present in (("present", True), ("absent", False), ("present", True)):
        answer = keeper.post(url(group, "group_attendance"), {"who": person.pk, "act": act})
        assert answer["Location"] == url(group) + "#people"
        assert (Registration.objects.get().present_at is not None) is present


@pytest.mark.parametrize("posted", [{}, {"who": "x", "act": "present"}, {"act": "present"}, {"who": "1" * 40, "act": "absent"}])
def test_a_form_that_the_page_never_made_is_refused(keeper, group, posted):
    assert keeper.post(url(group, "group_attendance"), posted).status_code == 404


def test_somebody_of_another_group_cannot_be_marked_here(keeper, group, clock):
    at_the_meeting(clock)
    other = make.registered(group.meeting.groups.last(), at=NOW)
    assert keeper.post(url(group, "group_attendance"), {"who": other.pk, "act": "absent"}).status_code == 404
    assert Registration.objects.get().ended_at is None


def test_people_who_just_came_are_written_down_with_their_organizations(keeper, group, clock):
    at_the_meeting(clock)
    typed = "Anna Nowak, Stowarzyszenie Żółty Latawiec\n\n  Jan  Kos  \n"
    assert keeper.post(url(group, "group_walk_ins"), {"people_text": typed}).status_code == 302
    came = Registration.objects.present().order_by("pk").values_list("name", "organization_name", "email")
    assert list(came) == [("Anna Nowak", "Stowarzyszenie Żółty Latawiec", ""), ("Jan Kos", "", "")]


@pytest.mark.parametrize("lines", [500, 101])
def test_a_whole_page_pasted_is_refused_in_words_and_kept(keeper, group, clock, lines):
    at_the_meeting(clock)
    typed = "\n".join(f"Osoba {number}" for number in range(lines))
    refused = keeper.post(url(group, "group_walk_ins"), {"people_text": typed})
    assert str(lines) in refused.context["walk_ins_form"].errors["people_text"][0]
    assert f"Osoba {lines - 1}" in text(refused)
    assert not Registration.objects.exists()


def test_more_people_than_places_are_refused_in_words_and_none_is_lost(keeper, group, clock):
    at_the_meeting(clock)
    typed = "\n".join(f"Osoba {number}" for number in range(group.capacity + 1))
    refused = keeper.post(url(group, "group_walk_ins"), {"people_text": typed})
    words = actions.DoorIsFull(group, group.capacity + 1, group.capacity).in_words
    assert refused.context["walk_ins_form"].errors["people_text"] == [words]
    assert typed.splitlines()[-1] in text(refused)


def test_two_people_who_write_the_sheet_see_both_texts(keeper, group, clock):
    sheet = url(group, "group_note")
    assert keeper.post(sheet, {"body": "Pierwsza", "base": 0})["Location"] == url(group) + "#note"
    actions.save_note(group, body="Maria pisze", base=1, author="Maria Testowa", at=NOW + HOUR)
    both = keeper.post(sheet, {"body": "Jan pisze", "base": 1})
    assert both.status_code == 409
    assert "Maria pisze" in text(both)
    assert "Jan pisze" in text(both)
    assert group.notes.first().body == "Maria pisze"
    # The page carries the newest number, so the second try is a decision.
    assert both.context["form"].initial["base"] == 2
    assert keeper.post(sheet, {"body": "Razem", "base": 2}).status_code == 302
    assert group.notes.first().body == "Razem"


def test_what_saves_itself_is_answered_shortly(keeper, group):
    sheet, by_itself = url(group, "group_note"), {"Accept": "application/json"}
    answer = keeper.post(sheet, {"body": "Pierwsza", "base": 0}, headers=by_itself)
    assert (answer.status_code, answer.json()["base"]) == (200, 1)
    actions.save_note(group, body="Maria pisze", base=1, author="Maria Testowa", at=NOW + HOUR)
    assert keeper.post(sheet, {"body": "Jan pisze", "base": 1}, headers=by_itself).status_code == 409
    assert keeper.post(sheet, {"body": "x" * 50_001, "base": 2}, headers=by_itself).status_code == 400


def test_a_conclusion_is_written_corrected_and_removed_until_it_is_a_proposal(keeper, group, clock):
    conclusions = url(group, "group_conclusions")
    assert keeper.post(conclusions, {"text": "Więcej małych grantów", "reasons": ""}).status_code == 302
    one = group.conclusions.get()
    assert "Więcej małych grantów" in text(keeper.get(url(group, "group_conclusion", one.pk)))
    keeper.post(conclusions, {"which": one.pk, "text": "Więcej grantów", "reasons": "Brakuje ich"})
    assert group.conclusions.get().text == "Więcej grantów"
    nothing = keeper.post(conclusions, {"text": "", "reasons": "Brakuje ich"})
    assert nothing.context["conclusion_form"].errors["text"]
    assert "Brakuje ich" in text(nothing)
    clock.move_to(ENDS + HOUR, tick=False)
    actions.take_conclusions(group, by=make.coordinator(), at=ENDS + HOUR)
    refused = keeper.post(conclusions, {"which": one.pk, "act": "drop"})
    assert refused.status_code == 409
    assert refused.context["refusal"] == actions.ConclusionIsTaken().in_words
    assert keeper.get(url(group, "group_conclusion", one.pk)).status_code == 404
    keeper.post(conclusions, {"text": "Jeszcze jeden", "reasons": ""})
    keeper.post(conclusions, {"which": group.conclusions.last().pk, "act": "drop"})
    assert group.conclusions.count() == 1


def test_the_list_shows_no_address_and_no_telephone(keeper, group):
    person = make.registered(group, make.person(phone="600 700 800", needs="Pętla indukcyjna"))
    shown = text(keeper.get(url(group)))
    assert person.name in shown
    assert "Pętla indukcyjna" in shown
    assert person.email not in shown
    assert "600 700 800" not in shown
