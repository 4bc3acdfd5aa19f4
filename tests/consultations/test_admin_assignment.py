"""Answers are assigned from the list and from the screen of a voice; departments are kept by who runs the process."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.models import Letter
from accounts.roles import Role
from consultations.actions.assignment import DueDayIsOver
from consultations.actions.voices import withdraw_submission
from consultations.models import Department, Part
from tests.factories.accounts import person
from tests.factories.answers import ANSWERED, drafter
from tests.factories.voices import DURING, consultation, coordinator, proposal, remark

pytestmark = pytest.mark.django_db
DUE = localdate(ANSWERED) + timedelta(days=10)
LIST = reverse("admin:consultations_voice_changelist")
ASSIGN = reverse("admin:consultations_assign")


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(ANSWERED, tick=False) as traveller:
        yield traveller


@pytest.fixture
def made():
    return consultation()


@pytest.fixture
def department():
    return Department.objects.create(name="Wydział Kultury", email="kultura@urzad.example.org")


@pytest.fixture
def desk(client):
    client.force_login(coordinator())
    return client


def form(parts, **values):
    return {"ids": ",".join(str(part.pk) for part in parts), "department": "", "assignee": "", "due_on": "", **values}


def test_voices_chosen_on_the_list_are_assigned_on_a_page_between(desk, made, department):
    chosen = [proposal(made), remark(made)]
    other = remark(made)
    page = desk.post(f"{LIST}?kind__exact=remark", {"action": "assign", "_selected_action": [voice.pk for voice in chosen]})
    parts = list(Part.objects.filter(voice__in=chosen))
    # The list was narrowed, so only what is on it was chosen.
    assert page.context["count"] == 1
    page = desk.post(LIST, {"action": "assign", "_selected_action": [voice.pk for voice in chosen]})
    assert (page.context["count"], page.context["back"]) == (2, LIST)
    done = desk.post(ASSIGN, form(parts, department=department.pk, assignee=drafter().pk, due_on=DUE.isoformat(), back=LIST))
    assert done["Location"] == LIST
    assert set(Part.objects.values_list("voice", "department", "assignee", "due_on")) == {
        *((voice.pk, department.pk, drafter().pk, DUE) for voice in chosen),
        (other.pk, None, None, None),
    }
    assert Letter.objects.filter(kind="assigned").count() == 2


def test_the_screen_of_a_voice_leads_there_and_back(desk, made):
    voice = proposal(made)
    part = voice.parts.get()
    screen = reverse("admin:consultations_voice_change", args=[voice.pk])
    assert f"{ASSIGN}?ids={part.pk}" in desk.get(screen).content.decode()
    assert desk.post(ASSIGN, form([part], assignee=drafter().pk, back=screen))["Location"] == screen


def test_what_they_have_in_common_is_filled_in(desk, made, department):
    first, second = proposal(made).parts.get(), proposal(made).parts.get()
    Part.objects.update(department=department, due_on=DUE)
    Part.objects.filter(pk=second.pk).update(due_on=DUE + timedelta(days=1))
    page = desk.get(f"{ASSIGN}?ids={first.pk},{second.pk}")
    assert page.context["form"].initial == {"department": department, "assignee": None}
    assert page.context["differ"]
    Part.objects.update(due_on=DUE)
    assert not desk.get(f"{ASSIGN}?ids={first.pk},{second.pk}").context["differ"]


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "", "/admin/accounts/user/"])
def test_nobody_is_led_elsewhere(desk, made, back):
    part = proposal(made).parts.get()
    assert desk.post(ASSIGN, form([part], assignee=drafter().pk, back=back))["Location"] == LIST


def test_a_day_that_is_over_is_refused_beside_its_field_and_the_rest_is_kept(desk, made, department):
    part = proposal(made).parts.get()
    page = desk.post(ASSIGN, form([part], department=department.pk, due_on=(DUE - timedelta(days=11)).isoformat()))
    assert page.context["form"].errors["due_on"] == [str(DueDayIsOver.in_words)]
    assert page.context["form"]["department"].value() == str(department.pk)
    assert not Part.objects.exclude(department=None).exists()


def test_only_who_answers_voices_is_offered(desk, made):
    auditor = person("audytor@example.org", Role.AUDITOR)
    gone = person("dawny@example.org", Role.DRAFTER, is_active=False)
    page = desk.get(f"{ASSIGN}?ids={proposal(made).parts.get().pk}")
    offered = set(page.context["form"].fields["assignee"].queryset)
    assert coordinator() in offered
    assert {auditor, gone}.isdisjoint(offered)


@pytest.mark.parametrize("ids", ["", "x", "1,2,x", "99999999999999999999"])
def test_keys_that_name_nothing_assign_nothing(desk, made, ids):
    assert desk.get(ASSIGN, {"ids": ids}).context["count"] == 0
    assert desk.post(ASSIGN, {"ids": ids}).status_code == 302


def test_what_its_author_took_back_is_not_assigned(desk, made):
    voice = proposal(made)
    withdraw_submission(voice.submission, at=DURING)
    assert desk.get(f"{ASSIGN}?ids={voice.parts.get().pk}").context["count"] == 0


def test_an_auditor_assigns_nothing(client, made):
    client.force_login(person("audytor@example.org", Role.AUDITOR))
    part = proposal(made).parts.get()
    assert client.get(f"{ASSIGN}?ids={part.pk}").status_code == 403
    assert client.post(ASSIGN, form([part])).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_however_many(desk, made, department, django_assert_num_queries, count):
    parts = [proposal(made).parts.get() for _one in range(count)]
    Part.objects.update(department=department, assignee=drafter())
    # A session, its user and roles (5); the parts; departments and people to choose from.
    with django_assert_num_queries(5 + 1 + 2):
        desk.get(ASSIGN, {"ids": ",".join(str(part.pk) for part in parts)})


def test_a_department_is_added_with_its_people(desk):
    given = {"name": "Wydział Sportu", "email": "sport@urzad.example.org", "members": [drafter().pk]}
    assert desk.post(reverse("admin:consultations_department_add"), given).status_code == 302
    assert list(Department.objects.get().members.all()) == [drafter()]


def test_a_drafter_reads_departments_and_does_not_change_them(client, department):
    client.force_login(drafter())
    address = reverse("admin:consultations_department_change", args=[department.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, {"name": "Inna"}).status_code == 403
    assert client.get(reverse("admin:consultations_department_add")).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_departments_costs_the_same_however_many(desk, made, django_assert_num_queries, count):
    for number in range(count):
        one = Department.objects.create(name=f"Wydział {number}")
        one.members.add(drafter())
        proposal(made).parts.update(department=one)
    # A session, its user and roles (5); two counts, the rows, their people.
    with django_assert_num_queries(9):
        page = desk.get(reverse("admin:consultations_department_changelist"))
    assert {row.to_answer for row in page.context["cl"].result_list} == {1}
