"""Who took part: organizations that spoke in public or agreed to be named, and nobody else."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from accounts.models import Organization
from consultations.actions.voices import Author, release_voices, withdraw_submission
from desk.participants import Participant, took_part
from meetings import actions
from meetings.models import Registration
from tests.factories import meetings
from tests.factories.accounts import SECOND
from tests.factories.voices import DURING, consultation, coordinator, proposal, remark
from tests.meetings.pages import link_of, text

pytestmark = pytest.mark.django_db
STARTS, ENDS = DURING + timedelta(hours=3), DURING + timedelta(hours=5)
LATER = ENDS + timedelta(days=1)


@pytest.fixture
def made():
    return consultation()


@pytest.fixture
def group(made, monkeypatch):
    monkeypatch.setattr(meetings, "PUBLISHED", DURING - timedelta(days=8))
    deadlines = {"topics_until": DURING - timedelta(hours=1), "signup_until": STARTS - timedelta(hours=1)}
    return meetings.meeting(groups=1, capacity=40, consultation=made, starts_at=STARTS, ends_at=ENDS, **deadlines).groups.get()


def came(group, organization="Klub Żuraw", *, may_be_named=True, is_present=True, **values):
    who = meetings.person(organization_name=organization, may_be_named=may_be_named, **values)
    registration = meetings.registered(group, who, at=DURING)
    return actions.mark_present(registration, at=STARTS) if is_present else registration


def spoke(made, organization, *, is_released=True, say=proposal):
    voice = say(made, author=Author("Anna Żółć", "anna@example.org", organization))
    if is_released:
        release_voices([voice], by=coordinator(), at=DURING)
    return voice


def named(made, at=LATER):
    return [one.name for one in took_part(made, at)]


def address(made):
    return reverse("desk:took_part", args=[made.slug])


# --- Who is on the list --------------------------------------------------------------------------


def test_organizations_that_wrote_or_came_are_named_once_each(made, group):
    spoke(made, "Klub  ŻURAW"), spoke(made, "Klub  ŻURAW", say=remark), spoke(made, "Fundacja Ćma")
    came(group), came(group, "Stowarzyszenie Bąk"), came(group, "stowarzyszenie bąk")
    assert took_part(made, LATER) == [
        Participant("Fundacja Ćma", has_written=True, was_there=False),
        Participant("Klub  ŻURAW", has_written=True, was_there=True),
        Participant("Stowarzyszenie Bąk", has_written=False, was_there=True),
    ]


@pytest.mark.parametrize(
    "values",
    [{"may_be_named": False}, {"is_present": False}, {"organization": ""}],
    ids=["did not agree", "did not come", "came for themselves"],
)
def test_nobody_else_who_signed_up_is_named(made, group, values):
    came(group, **values)
    assert named(made) == []


def test_a_voice_names_its_organization_from_when_it_is_public(made):
    spoke(made, "Fundacja Ćma", is_released=False)
    resident = spoke(made, "")
    assert named(made) == []
    voice = spoke(made, "Klub Żuraw")
    assert (named(made, DURING - SECOND), named(made, DURING)) == ([], ["Klub Żuraw"])
    withdraw_submission(voice.submission, at=DURING)
    assert named(made) == []
    assert resident.submission.organization_name == ""


def test_before_the_meeting_nobody_who_signed_up_is_named(made, group):
    registration = came(group, is_present=False)
    assert named(made, STARTS) == []
    actions.mark_present(registration, at=STARTS)
    assert named(made, STARTS) == ["Klub Żuraw"]
    actions.mark_absent(Registration.objects.get(pk=registration.pk), at=STARTS)
    assert named(made, STARTS) == []


def test_a_meeting_called_off_and_another_consultation_name_nobody(made, group):
    came(group)
    assert named(consultation("2028")) == []
    type(group.meeting).objects.update(cancelled_at=STARTS)
    assert named(made) == []


def test_what_a_group_concluded_is_no_organization(made, group):
    actions.add_conclusion(group, text="Więcej zieleni.", reasons="", author="Maria", at=STARTS)
    actions.take_conclusions(group, by=coordinator(), at=STARTS)
    assert (made.voices.released(LATER).count(), named(made)) == (1, [])


def test_what_they_wrote_is_shown_and_not_the_entry_they_were_found_in(made, group):
    Organization.objects.create(name="Klub Żuraw", verified_at=DURING)
    came(group, "klub żuraw")
    assert named(made) == ["klub żuraw"]


# --- The consent ---------------------------------------------------------------------------------


def test_they_change_their_mind_behind_the_link_in_either_direction(client, made, group):
    registration = came(group, may_be_named=False)
    with time_machine.travel(LATER, tick=False):
        own = link_of(registration, at=LATER)
        for act, expected in (("name", ["Klub Żuraw"]), ("unname", []), ("unname", [])):
            assert client.post(own, {"act": act}).status_code == 302
            assert named(made) == expected
            offered = 'value="unname"' if expected else 'value="name"'
            assert offered in text(client.get(own))


def test_a_new_answer_renews_the_page_that_caches_keep(client, made, group):
    registration = came(group)
    with time_machine.travel(LATER, tick=False):
        kept = client.get(address(made)).headers["ETag"]
        assert client.get(address(made), headers={"If-None-Match": kept}).status_code == 304
        actions.let_be_named(registration, may_be_named=False, at=LATER)
        answer = client.get(address(made), headers={"If-None-Match": kept})
    assert answer.status_code == 200
    assert "Klub" not in text(answer)


# --- The page ------------------------------------------------------------------------------------


def test_the_page_names_organizations_and_no_person(client, made, group):
    spoke(made, "Fundacja Ćma")
    came(group, name="Zenon Tajny")
    with time_machine.travel(LATER, tick=False):
        words = text(client.get(address(made)))
    assert "Fundacja Ćma" in words
    assert "Klub Żuraw" in words
    for secret in ("Zenon", "Tajny", "Anna", "example.org"):
        assert secret not in words


def test_the_consultation_links_to_it_once_there_is_somebody_to_name(client, made, group):
    for at, is_linked in ((STARTS - SECOND, False), (STARTS, True)):
        with time_machine.travel(at, tick=False):
            assert (address(made) in text(client.get(reverse("consultations:detail", args=[made.slug])))) is is_linked
    spoke(made, "Fundacja Ćma")
    with time_machine.travel(DURING, tick=False):
        assert address(made) in text(client.get(reverse("consultations:detail", args=[made.slug])))


def test_a_consultation_that_is_not_public_has_no_such_page(client, made):
    type(made).objects.update(published_at=None)
    with time_machine.travel(LATER, tick=False):
        assert client.get(address(made)).status_code == 404


@pytest.mark.parametrize("rows", [1, 12])
def test_the_page_takes_the_same_queries_for_any_number(client, made, group, django_assert_num_queries, rows):
    for number in range(rows):
        spoke(made, f"Fundacja {number}"), came(group, f"Klub {number}")
    with time_machine.travel(LATER, tick=False):
        client.get(address(made))
        with django_assert_num_queries(4):  # what caches ask, the consultation, two
            client.get(address(made))
