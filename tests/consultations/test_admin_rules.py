"""Reminder rules at the desk: in words, through the verbs, refused in words; and what they come to."""

from datetime import time, timedelta

import pytest
from django.test import Client

from accounts.models import Letter, State, User
from accounts.roles import Role
from consultations.actions import rules
from consultations.models import ReminderKind, ReminderRule
from consultations.reminders import owe_due_reminders
from consultations.rule_words import when_words
from consultations.rules import AUDIENCES, DEFAULT_RULES, When
from consultations.stages import Kind
from tests.factories.accounts import person
from tests.factories.consultations import CLOSES, DAY, HOUR, OPENS, coordinator, follower, planned, published, stage

pytestmark = pytest.mark.django_db

AT = OPENS + HOUR
LIST = "/admin/consultations/reminderrule/"


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(AT, tick=False)
    return time_machine


@pytest.fixture
def desk():
    client = Client()
    client.force_login(coordinator())
    return client


def closing(made) -> ReminderRule:
    return made.reminder_rules.get(kind=ReminderKind.STAGE_CLOSES)


def typed(**values: object) -> dict[str, object]:
    return {"about": "stage_closes:silent", "stage": "", "days": "", "clock": "", "hours": "", **values}


def errors(answer) -> dict[str, list[str]]:
    assert answer.status_code == 200
    return answer.context["adminform"].form.errors


# --- Words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (When(days=3, clock=time(9)), "3 dni przed, godz. 9.00"),
        (When(days=1, clock=time(12, 30)), "1 dzień przed, godz. 12.30"),
        (When(days=0, clock=time(0)), "tego samego dnia, godz. 0.00"),
        (When(hours=1), "1 godzinę przed"),
        (When(hours=5), "5 godzin przed"),
        (When(hours=0), "od razu"),
        (When(), "od razu"),
    ],
)
def test_a_rule_is_told_as_people_say_it(when, words):
    assert when_words(when) == words


# --- Typing --------------------------------------------------------------------------------------


def test_a_rule_is_added_and_changed_through_the_verbs(desk):
    made = published()
    added = desk.post(f"{LIST}add/", typed(consultation=made.pk, days="7", clock="08:15"))
    assert added.status_code == 302
    rule = made.reminder_rules.get(days=7)
    assert (rule.kind, rule.audience, rule.clock, rule.since) == ("stage_closes", "silent", time(8, 15), AT)
    assert desk.post(f"{LIST}{rule.pk}/change/", typed(hours="36", is_on="on")).status_code == 302
    rule.refresh_from_db()
    assert (rule.when, rule.is_on) == (When(hours=36), True)


def test_only_what_a_kind_allows_can_be_chosen(desk):
    made = published()
    form = desk.get(f"{LIST}add/?consultation={made.pk}").context["adminform"].form
    offered = {value for value, _words in form.fields["about"].choices} - {""}
    assert offered == {f"{kind}:{audience}" for kind, allowed in AUDIENCES.items() for audience in allowed}
    refused = desk.post(f"{LIST}add/", typed(consultation=made.pk, about="stage_closes:directory", hours="1"))
    assert "about" in errors(refused)
    form = desk.get(f"{LIST}{closing(made).pk}/change/").context["adminform"].form
    assert [value for value, _words in form.fields["about"].choices] == ["", "stage_closes:silent"]


def test_only_stages_of_this_consultation_can_be_chosen(desk):
    made, other = published(), published()
    form = desk.get(f"{LIST}{closing(made).pk}/change/").context["adminform"].form
    assert list(form.fields["stage"].queryset) == [made.stages.get()]
    refused = desk.post(
        f"{LIST}add/", typed(consultation=made.pk, stage=other.stages.get().pk, about="stage_opens:followers", hours="1")
    )
    assert "stage" in errors(refused)


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"days": "3", "clock": "25:00"}, "clock", "Nie ma takiej godziny"),
        ({"days": "3", "clock": "9.60"}, "clock", "Nie ma takiej godziny"),
        ({"days": "3"}, "__all__", "dni"),
        ({"clock": "09:00"}, "__all__", "dni"),
        ({"days": "3", "clock": "09:00", "hours": "2"}, "__all__", "dni"),
        ({"days": "61", "clock": "09:00"}, "__all__", "60"),
        ({"hours": "241"}, "__all__", "240"),
        ({"days": "-1", "clock": "09:00"}, "days", "0"),
        ({"hours": "1e9"}, "hours", "cał"),
        ({"about": "news:followers", "hours": "2"}, "__all__", "zostaw"),
        ({"about": ""}, "about", "wymagane"),
        ({"days": "3", "clock": "09:00"}, "__all__", "już"),
    ],
)
def test_what_is_impossible_is_refused_in_words_and_stays_typed(desk, values, field, words):
    made = published()
    refused = desk.post(f"{LIST}add/", typed(consultation=made.pk, **values))
    found = errors(refused)
    assert words in " ".join(found[field]).lower() + " ".join(found[field])
    form = refused.context["adminform"].form
    assert all(form[name].value() == value for name, value in values.items())
    assert made.reminder_rules.count() == len(DEFAULT_RULES)


# --- Switching -----------------------------------------------------------------------------------


def test_rules_are_switched_off_and_on_and_it_is_said_how_many(desk):
    made = published()
    chosen = list(made.reminder_rules.values_list("pk", flat=True)[:2])

    def said(action: str) -> list[str]:
        answer = desk.post(LIST, {"action": action, "_selected_action": chosen}, follow=True)
        return [str(message) for message in answer.context["messages"]]

    assert said("switch_off") == ["Wyłączono 2 reguły. Ich listy, które jeszcze nie wyszły, są wycofane."]
    assert said("switch_off") == ["Nic się nie zmieniło: wybrane reguły już takie są."]
    assert made.reminder_rules.filter(is_on=False).count() == 2
    assert said("switch_on") == ["Włączono 2 reguły."]


def test_a_rule_switched_off_on_its_page_takes_its_letters_back(desk, clock):
    made = published()
    follower(made)
    clock.move_to(CLOSES - DAY)
    owe_due_reminders(CLOSES - DAY)
    letters = Letter.objects.filter(kind="stage_closes")
    assert letters.get().state == State.QUEUED
    assert desk.post(f"{LIST}{closing(made).pk}/change/", typed(days="3", clock="09:00")).status_code == 302
    assert not closing(made).is_on
    assert letters.get().state == State.OBSOLETE


def test_no_rule_is_deleted(desk):
    rule = closing(published())
    assert desk.post(f"{LIST}{rule.pk}/delete/", {"post": "yes"}).status_code == 403


# --- Who may -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "sees", "changes"),
    [(Role.COORDINATOR, 200, 200), (Role.AUDITOR, 200, 403), (Role.DRAFTER, 200, 403), (Role.MODERATOR, 403, 403)],
)
def test_who_sees_and_who_changes(role, sees, changes):
    made = published()
    user = person("staff@example.org", *([] if role is Role.MODERATOR else [role]))
    User.objects.filter(pk=user.pk).update(is_staff=True)
    client = Client()
    client.force_login(user)
    rule = closing(made)
    pages = [LIST, f"{LIST}{rule.pk}/change/", f"{LIST}plan/{made.pk}/"]
    assert [client.get(page).status_code for page in pages] == [sees] * 3
    assert client.get(f"{LIST}add/").status_code == changes
    client.post(f"{LIST}{rule.pk}/change/", typed(hours="1", is_on="on"))
    client.post(LIST, {"action": "switch_off", "_selected_action": [rule.pk]})
    rule.refresh_from_db()
    assert (rule.when == When(days=3, clock=time(9)), rule.is_on) == ((False, False) if changes == 200 else (True, True))
    if sees == 200:
        assert (f"{LIST}add/" in client.get(pages[2]).content.decode()) is (changes == 200)


# --- The plan ------------------------------------------------------------------------------------


def test_the_plan_tells_what_waits_what_was_sent_and_what_was_missed(desk, clock):
    made = published()
    follower(made)
    page = f"{LIST}plan/{made.pk}/"
    assert "czeka na swój czas" in desk.get(page).content.decode()
    clock.move_to(CLOSES - DAY)
    assert "wyjdzie w ciągu minuty" in desk.get(page).content.decode()
    owe_due_reminders(CLOSES - DAY)
    html = desk.get(page).content.decode()
    assert "napisano 1 list" in html
    assert "31 października 2021" in html
    missed = published()
    clock.move_to(CLOSES + HOUR)
    owe_due_reminders(CLOSES + HOUR)
    desk.force_login(coordinator())  # the session is over by then
    assert "przepadło" in desk.get(f"{LIST}plan/{missed.pk}/").content.decode()


def test_the_plan_is_one_step_from_the_consultation_and_shows_its_rules_in_words(desk):
    made = published()
    page = f"{LIST}plan/{made.pk}/"
    assert page in desk.get(f"/admin/consultations/consultation/{made.pk}/change/").content.decode()
    rules.switch_rule(closing(made), is_on=False, at=AT)
    html = desk.get(page).content.decode()
    assert "3 dni przed, godz. 9.00 → " in html
    assert html.count("wyłączona") == 1
    assert desk.get(f"{LIST}plan/999999/").status_code == 404


def test_before_publication_the_plan_says_that_nothing_leaves(desk):
    made = planned()
    assert "Przed publikacją" in desk.get(f"{LIST}plan/{made.pk}/").content.decode()


@pytest.mark.parametrize("count", [1, 30])
def test_pages_take_the_same_queries_whatever_the_rules(desk, django_assert_num_queries, count):
    made = planned()
    for number in range(count):
        opens = OPENS + timedelta(days=40 * number)
        stage(made, kind=Kind.REMARKS, name=f"Uwagi {number}", opens_at=opens, closes_at=opens + DAY)
        rules.add_rule(made, kind="stage_closes", audience="silent", hours=number + 1, at=AT)
    with django_assert_num_queries(9):
        desk.get(LIST)
    with django_assert_num_queries(14):
        desk.get(f"{LIST}plan/{made.pk}/")
