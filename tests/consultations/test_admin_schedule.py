"""The coordinator's pages: through the verbs, refused in words beside the field, constant in queries."""

from unittest.mock import Mock

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone, translation

from accounts.models import User
from accounts.roles import Role
from consultations.actions import events, schedule
from consultations.models import Consultation, DateChange, Stage
from consultations.stages import Kind, ShownAs
from tests.factories.consultations import (
    CLOSES,
    DAY,
    HOUR,
    OPENS,
    PUBLISHED,
    coordinator,
    planned,
    program,
    published,
    stage,
)

pytestmark = pytest.mark.django_db

AT = OPENS + HOUR
ADMIN = "/admin/consultations"
NO_TOPICS = {
    "topics-TOTAL_FORMS": "0",
    "topics-INITIAL_FORMS": "0",
    "topics-MIN_NUM_FORMS": "0",
    "topics-MAX_NUM_FORMS": "1000",
}


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(AT, tick=False)
    return time_machine


@pytest.fixture
def desk():
    client = Client()
    client.force_login(coordinator())
    return client


def typed(of: Stage | None = None, **values: object) -> dict[str, object]:
    """The stage form as it stands, in local time."""
    given = {
        "name": "Uwagi do projektu",
        "description": "",
        "position": 0,
        "opens_at": "2021-10-20T12:00",
        "closes_at": "2021-11-04T00:00",
        "shown_as": ShownAs.FROM_TO,
        "after_event": "",
        "days_after": "",
        "reason": "",
    }
    return {**given, **values}


def errors(response) -> str:
    assert response.status_code == 200, response.status_code
    return str(response.context["adminform"].form.errors)


# --- Stages ---------------------------------------------------------------------------------------


def test_a_saved_stage_that_nobody_changed_does_not_move(desk):
    of = published().stages.get()
    assert desk.post(f"{ADMIN}/stage/{of.pk}/change/", typed()).status_code == 302
    of.refresh_from_db()
    assert (of.opens_at, of.closes_at) == (OPENS, CLOSES)
    assert DateChange.objects.count() == 0


def test_moving_a_published_date_asks_for_the_reason_beside_its_field(desk):
    of = published().stages.get()
    refused = desk.post(f"{ADMIN}/stage/{of.pk}/change/", typed(closes_at="2021-11-11T00:00"))
    assert set(refused.context["adminform"].form.errors) == {"reason"}
    assert 'value="2021-11-11T00:00"' in refused.content.decode()
    assert desk.post(f"{ADMIN}/stage/{of.pk}/change/", typed(closes_at="2021-11-11T00:00", reason="Święto.")).status_code == 302
    of.refresh_from_db()
    assert of.closes_at == CLOSES + 7 * DAY
    change = DateChange.objects.get()
    assert (change.reason, change.at, change.by.is_staff) == ("Święto.", AT, True)


def test_a_plan_moves_without_a_reason(desk):
    of = stage(planned())
    assert desk.post(f"{ADMIN}/stage/{of.pk}/change/", typed(closes_at="2021-11-11T00:00")).status_code == 302
    assert DateChange.objects.count() == 0


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"closes_at": ""}, "opens_at"),
        ({"opens_at": "2021-11-04T00:00"}, "opens_at"),
        ({"shown_as": ShownAs.AFTER_ACT}, "after_event"),
        ({"opens_at": "kiedyś"}, "opens_at"),
        ({"name": ""}, "name"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(desk, values, field):
    of = published().stages.get()
    refused = desk.post(f"{ADMIN}/stage/{of.pk}/change/", typed(**values, reason="Powód."))
    assert field in refused.context["adminform"].form.errors
    of.refresh_from_db()
    assert (of.opens_at, of.closes_at) == (OPENS, CLOSES)


@pytest.mark.parametrize(
    ("closes_at", "kind", "warned"),
    [
        ("2021-11-02T00:00", Kind.REMARKS, True),  # with All Saints' Day
        ("2021-11-01T12:00", Kind.PROPOSALS, True),
        ("2021-11-07T00:00", Kind.REMARKS, True),  # with a Saturday
        ("2021-11-03T00:00", Kind.REMARKS, False),
        ("2021-11-02T00:00", Kind.ANALYSIS, False),  # the office's own work
    ],
)
def test_an_end_on_a_free_day_is_saved_and_said(desk, closes_at, kind, warned):
    of = stage(planned(), kind=kind)
    answer = desk.post(f"/en{ADMIN}/stage/{of.pk}/change/", typed(closes_at=closes_at), follow=True)
    said = " ".join(str(message) for message in answer.context["messages"])
    assert ("and the stage ends on that day" in said) == warned
    of.refresh_from_db()
    assert f"{timezone.localtime(of.closes_at):%Y-%m-%dT%H:%M}" == closes_at


def test_an_overlap_is_told_by_the_name_of_the_other_stage(desk):
    made = published()
    other = stage(made, name="Druga tura", opens_at=CLOSES, closes_at=CLOSES + DAY)
    refused = desk.post(
        f"{ADMIN}/stage/{other.pk}/change/", typed(opens_at="2021-11-03T23:59", closes_at="2021-11-05T00:00", reason="x")
    )
    assert "Uwagi do projektu" in errors(refused)


def test_hours_that_the_clocks_skip_or_repeat_are_read_kindly(desk):
    of = stage(planned())
    desk.post(f"{ADMIN}/stage/{of.pk}/change/", typed(opens_at="2027-03-28T02:30", closes_at="2027-10-31T02:30"))
    of.refresh_from_db()
    assert f"{of.opens_at:%Y-%m-%d %H:%M}" == "2027-03-28 01:30"  # 3.30 in summer time
    assert f"{of.closes_at:%Y-%m-%d %H:%M}" == "2027-10-31 01:30"  # the later 2.30


def test_a_stage_is_added_through_the_verb(desk):
    made = published()
    added = desk.post(f"{ADMIN}/stage/add/", typed(consultation=made.pk, kind=Kind.COUNCIL, name="Sesja"))
    assert added.status_code == 302
    assert made.stages.get(kind=Kind.COUNCIL).opens_at == OPENS
    again = desk.post(f"{ADMIN}/stage/add/", typed(consultation=made.pk, kind=Kind.COUNCIL, name="Druga sesja"))
    assert "Sesja" in errors(again)
    assert made.stages.count() == 2


def test_an_act_of_another_consultation_is_refused(desk):
    made = published()
    foreign = events.add_event(published(), name="Cudze", by=None, at=PUBLISHED)
    values = {
        "consultation": made.pk,
        "kind": Kind.COUNCIL,
        "shown_as": ShownAs.AFTER_ACT,
        "after_event": foreign.pk,
        "days_after": 14,
    }
    refused = desk.post(f"{ADMIN}/stage/add/", typed(**values))
    assert set(refused.context["adminform"].form.errors) == {"after_event"}


def test_a_stage_moved_by_somebody_else_meanwhile_keeps_what_was_typed_and_says_why(desk, monkeypatch):
    """Between the form's check and the verb's another official moves the stage: now this form moves it back unexplained."""
    of = published().stages.get()
    edit_stage = schedule.edit_stage

    def moved_meanwhile(chosen: Stage, **words: object) -> None:
        later = {"opens_at": chosen.opens_at, "closes_at": chosen.closes_at + DAY}
        schedule.move_stage(chosen, **later, reason="Święto.", by=coordinator(), at=AT)
        edit_stage(chosen, **words)

    monkeypatch.setattr(schedule, "edit_stage", moved_meanwhile)
    answer = desk.post(f"{ADMIN}/stage/{of.pk}/change/", typed(name="Nowa nazwa", description="Nowy opis"))
    form = answer.context["adminform"].form
    assert form.errors == {"__all__": [str(schedule.ReasonIsMissing.in_words)]}
    assert (form["name"].value(), form["description"].value()) == ("Nowa nazwa", "Nowy opis")
    of.refresh_from_db()
    assert (of.name, of.closes_at, DateChange.objects.count()) == ("Uwagi do projektu", CLOSES, 0)


def test_what_the_form_sees_by_itself_the_second_time_is_said_once_beside_its_field(desk, monkeypatch):
    of = published().stages.get()
    first_look = iter([False])
    needs_reason = schedule.needs_reason
    monkeypatch.setattr("consultations.forms.schedule.needs_reason", lambda *args: next(first_look, needs_reason(*args)))
    answer = desk.post(f"{ADMIN}/stage/{of.pk}/change/", typed(closes_at="2021-11-11T00:00"))
    assert set(answer.context["adminform"].form.errors) == {"reason"}


def test_only_planned_stages_can_be_deleted(desk):
    hidden, public = stage(planned()), published().stages.get()
    assert desk.post(f"{ADMIN}/stage/{public.pk}/delete/", {"post": "yes"}).status_code == 403
    assert desk.post(f"{ADMIN}/stage/{hidden.pk}/delete/", {"post": "yes"}).status_code == 302
    assert list(Stage.objects.all()) == [public]


# --- Consultations --------------------------------------------------------------------------------


def words(**values: object) -> dict[str, object]:
    given = {"title": "Nowa", "lead": "", "host": "", "co_hosts": "", "phone": "", "contact_email": "k@example.org"}
    return {**given, **NO_TOPICS, **values}


def test_a_consultation_is_made_worded_and_published_by_its_button(desk):
    of = program()
    desk.post(f"{ADMIN}/consultation/add/", words(slug="2022", programs=[of.pk]))
    made = Consultation.objects.get()
    assert (made.title, list(made.programs.all()), made.published_at) == ("Nowa", [of], None)
    path = f"{ADMIN}/consultation/{made.pk}/change/"
    assert 'name="_publish"' in desk.get(path).content.decode()
    refused = desk.post(path, words(title="Inna", programs=[of.pk], _publish="1"), follow=True)
    assert [message.level_tag for message in refused.context["messages"]] == ["error"]
    made.refresh_from_db()
    assert (made.title, made.published_at) == ("Inna", None)
    stage(made)
    desk.post(path, words(programs=[of.pk], _publish="1"))
    made.refresh_from_db()
    assert made.published_at == AT
    assert 'name="_publish"' not in desk.get(path).content.decode()


def test_topics_are_added_and_changed_on_the_page_of_the_consultation(desk):
    made = published()
    kept = schedule.add_topic(made, name="Dawny", at=PUBLISHED)
    formset = {**NO_TOPICS, "topics-TOTAL_FORMS": "2", "topics-INITIAL_FORMS": "1"}
    formset |= {"topics-0-id": kept.pk, "topics-0-consultation": made.pk, "topics-0-name": "Zmieniony", "topics-0-position": "0"}
    formset |= {"topics-1-id": "", "topics-1-consultation": made.pk, "topics-1-name": "Nowy", "topics-1-position": "1"}
    given = words(programs=[made.programs.get().pk]) | formset
    assert desk.post(f"{ADMIN}/consultation/{made.pk}/change/", given).status_code == 302
    assert list(made.topics.values_list("name", flat=True)) == ["Zmieniony", "Nowy"]


def test_nobody_deletes_a_consultation(desk):
    made = published()
    assert desk.post(f"{ADMIN}/consultation/{made.pk}/delete/", {"post": "yes"}).status_code == 403


# --- Who and how ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "sees", "changes"),
    [(Role.COORDINATOR, 200, 302), (Role.AUDITOR, 200, 403), (Role.DRAFTER, 200, 403), (None, 403, 403)],
)
def test_who_sees_and_who_changes(role, sees, changes):
    of = published().stages.get()
    user = User.objects.create_user("ktos@example.org", "a long password", is_staff=True)
    if role:
        user.groups.add(Group.objects.get_or_create(name=role)[0])
    client = Client()
    client.force_login(user)
    assert client.get(f"{ADMIN}/stage/{of.pk}/change/").status_code == sees
    assert client.post(f"{ADMIN}/stage/{of.pk}/change/", typed(name="Inna nazwa")).status_code == changes
    of.refresh_from_db()
    assert (of.name == "Inna nazwa") is (changes == 302)


def test_pages_of_the_desk_use_one_plain_input_for_each_moment(desk):
    of = published().stages.get()
    with translation.override("pl"):
        page = desk.get(f"{ADMIN}/stage/{of.pk}/change/").content.decode()
    assert 'type="datetime-local" name="opens_at" value="2021-10-20T12:00"' in page
    assert "style=" not in page
    assert "opens_at_0" not in page


def test_a_stage_published_while_it_is_being_removed_stays_and_the_page_says_why(desk, monkeypatch):
    made = stage(planned())
    monkeypatch.setattr(schedule, "remove_from_plan", Mock(side_effect=schedule.PeopleHaveReadIt))
    refused = desk.post(f"{ADMIN}/stage/{made.pk}/delete/", {"post": "yes"}, follow=True)
    assert refused.request["PATH_INFO"] == f"{ADMIN}/stage/{made.pk}/change/"
    assert str(schedule.PeopleHaveReadIt.in_words) in [str(message) for message in refused.context["messages"]]
    assert Stage.objects.filter(pk=made.pk).exists()
