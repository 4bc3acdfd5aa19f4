"""The first page of the desk: one card for each consultation in work, what is amiss in it and what comes next."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from accounts.models import AuditEntry, What
from accounts.roles import Role
from consultations.actions.events import add_event
from consultations.actions.schedule import add_stage, create_consultation
from consultations.actions.voices import withdraw_submission
from consultations.models import Consultation, FormalEvent, Voice
from consultations.stages import Kind
from desk.cards import Card, cards
from desk.lights import Level, staff_news
from meetings.models import GroupModerator, Meeting
from programs.models import Purpose
from tests.factories import meetings, voices
from tests.factories.accounts import person
from tests.factories.consultations import DAY, TICK, planned, program
from tests.factories.voices import CLOSES, DURING, OPENS

pytestmark = pytest.mark.django_db


def only(at=DURING) -> Card:
    (found,) = cards(at)
    return found


def next_step(at=DURING) -> str:
    following = only(at).next
    return following.text if following else ""


def said(at=DURING) -> list[tuple[Level, str]]:
    return [(light.level, light.sentence) for light in only(at).lights]


def release_all() -> None:
    Voice.objects.update(released_at=DURING)


# --- Which consultations ---------------------------------------------------------------------------


@pytest.mark.parametrize(("at", "is_told"), [(CLOSES - TICK, True), (CLOSES, False)])
def test_a_consultation_is_in_work_until_its_last_stage_closes(at, is_told):
    voices.consultation()
    assert bool(cards(at)) is is_told


def test_what_is_planned_later_and_what_is_not_published_is_in_work():
    made = voices.consultation()
    event = add_event(made, name="Sesja rady", planned_on=CLOSES.date() + 9 * DAY, by=None, at=OPENS)
    assert [one.consultation for one in cards(CLOSES + 8 * DAY)] == [made]
    FormalEvent.objects.filter(pk=event.pk).update(done_on=event.planned_on)
    assert cards(CLOSES + 8 * DAY) == []
    assert [one.consultation for one in cards(CLOSES + 8 * DAY)] + [planned()] == [one.consultation for one in cards(CLOSES)]


# --- The next step ---------------------------------------------------------------------------------


def test_first_it_is_published():
    planned()
    assert next_step() == "Sprawdź daty i opublikuj konsultacje"
    assert only().now == ""


def test_then_its_meeting_while_there_is_time():
    meeting = meetings.meeting(publish=False)
    assert next_step(meetings.NOW) == "Przygotuj i opublikuj spotkanie"
    # A meeting that was never published and is over is nobody's next step.
    add_event(meeting.consultation, name="Sesja", planned_on=meetings.ENDS.date() + 9 * DAY, by=None, at=meetings.NOW)
    assert (next_step(meetings.ENDS - TICK), next_step(meetings.ENDS)) == ("Przygotuj i opublikuj spotkanie", "")


def test_then_new_voices_are_published():
    made = voices.consultation()
    assert next_step() == ""
    first = voices.proposal(made)
    voices.remark(made)
    assert next_step() == "Opublikuj 2 nowe głosy"
    withdraw_submission(first.submission, at=DURING)
    assert next_step() == "Opublikuj 1 nowy głos"
    release_all()
    assert next_step() == ""


def test_then_it_is_said_whether_the_planned_thing_happened():
    made = voices.consultation()
    add_event(made, name="Posiedzenie rady", planned_on=DURING.date(), by=None, at=OPENS)
    assert (next_step(DURING), next_step(DURING + DAY)) == ("", "Zapisz, czy to się odbyło: Posiedzenie rady")


def test_voices_are_answered_once_nobody_may_speak_any_more():
    made = voices.consultation()
    voices.remark(made)
    release_all()
    add_event(made, name="Sesja rady", planned_on=CLOSES.date() + 9 * DAY, by=None, at=OPENS)
    assert (next_step(CLOSES - TICK), next_step(CLOSES)) == ("", "Odpowiedz na 1 głos")


# --- Lights ----------------------------------------------------------------------------------------


def test_when_nothing_is_amiss_one_light_says_so():
    voices.consultation()
    assert said() == [(Level.GO, "Wszystko w porządku.")]


def test_a_meeting_that_lacks_a_moderator_is_told_and_graver_once_people_see_it():
    meeting = meetings.meeting(groups=1)
    GroupModerator.objects.all().delete()
    (level, words), *_ = said(meetings.NOW)
    assert (level, words.startswith(meeting.title), "moderatora" in words) == (Level.STOP, True, True)
    Meeting.objects.update(published_at=None)
    assert said(meetings.NOW)[0][0] == Level.LOOK
    Meeting.objects.update(cancelled_at=meetings.NOW)
    assert Level.LOOK not in dict(said(meetings.NOW))


@pytest.mark.parametrize(("ahead", "is_told"), [(14 * DAY, True), (14 * DAY + TICK, False)])
def test_a_text_is_to_be_frozen_two_weeks_before_remarks(ahead, is_told):
    made = create_consultation(title="K", slug="k", programs=[program()], contact_email="u@example.org", at=OPENS)
    add_stage(made, kind=Kind.REMARKS, name="Uwagi", opens_at=DURING + ahead, closes_at=DURING + 30 * DAY, by=None, at=OPENS)
    assert any("zamrożony tekst" in words for _level, words in said()) is is_told


@pytest.mark.parametrize(("purpose", "is_told"), [(Purpose.WORKING, True), (Purpose.CONSULTATION, False)])
def test_a_working_draft_is_no_text_to_remark_on(purpose, is_told):
    programs = [voices.draft("2027", purpose=purpose).program]
    made = create_consultation(title="K", slug="k", programs=programs, contact_email="u@example.org", at=OPENS)
    add_stage(made, kind=Kind.REMARKS, name="Uwagi", opens_at=OPENS, closes_at=DURING + DAY, by=None, at=OPENS)
    assert any("zamrożony tekst" in words for _level, words in said()) is is_told


def test_voices_without_an_answer_are_counted():
    made = voices.consultation()
    voices.remark(made)
    withdrawn = voices.proposal(made)
    withdraw_submission(withdrawn.submission, at=DURING)
    assert (Level.LOOK, "1 głos nie ma jeszcze zatwierdzonej odpowiedzi.") in said()


# --- Dates and what is new -------------------------------------------------------------------------


def test_the_next_three_dates_in_their_order():
    made = voices.consultation()
    for days, name in ((40, "Uchwała"), (3, "Posiedzenie"), (20, "Opinia")):
        add_event(made, name=name, planned_on=DURING.date() + days * DAY, by=None, at=OPENS)
    assert [title for _words, title in only().dates] == [
        "Posiedzenie",
        "Koniec etapu: Zbieranie propozycji",
        "Koniec etapu: Uwagi do projektu",
    ]


def test_what_the_public_did_since_yesterday():
    made = voices.consultation()
    voices.remark(made, at=DURING)
    assert [only(at).since_yesterday for at in (DURING + DAY, DURING + DAY + TICK)] == ["1 nowy głos", ""]


# --- The page --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "is_told", "has_button"),
    [(Role.COORDINATOR, True, True), (Role.DRAFTER, True, False), (Role.AUDITOR, True, False), (Role.MODERATOR, False, False)],
)
def test_whoever_reads_all_sees_the_cards_and_who_runs_it_the_button(client, time_machine, role, is_told, has_button):
    time_machine.move_to(DURING, tick=False)
    made = voices.consultation()
    voices.remark(made)
    client.force_login(person("", *([] if role is Role.MODERATOR else [role]), is_staff=True))
    html = client.get(reverse("admin:index")).content.decode()
    assert (made.title in html, "Opublikuj 1 nowy głos" in html) == (is_told, has_button)


def test_every_link_of_a_card_opens(client, time_machine):
    time_machine.move_to(DURING, tick=False)
    voices.remark(voices.consultation())
    planned()
    meeting = meetings.meeting(publish=False, groups=1)
    GroupModerator.objects.filter(group__meeting=meeting).delete()
    client.force_login(person("", Role.COORDINATOR))
    shown = cards(DURING)
    urls = {one.url for one in shown} | {one.next.url for one in shown if one.next}
    urls |= {light.url for one in shown for light in one.lights if light.url}
    assert len(urls) > 5
    assert {client.get(url).status_code for url in urls} == {200}


@pytest.mark.parametrize("count", [1, 3])
def test_the_cards_take_the_same_queries_for_one_consultation_and_for_three(count, django_assert_num_queries):
    for number in range(count):
        made = voices.consultation(f"{2027 + number}")
        voices.remark(made)
        add_event(made, name="Sesja", planned_on=CLOSES.date(), by=None, at=OPENS)
        meetings.meeting(consultation=made, groups=2)
    with django_assert_num_queries(19):
        assert len(cards(DURING)) == count
    assert Consultation.objects.count() == count


# --- What staff did --------------------------------------------------------------------------------

# Half past midnight in Poland: it is still the day before in UTC.
NIGHT = datetime(2026, 12, 1, 23, 30, tzinfo=UTC)
YESTERDAY = datetime(2026, 11, 30, 23, tzinfo=UTC)


@pytest.mark.parametrize(("written", "is_told"), [(YESTERDAY - TICK, False), (YESTERDAY, True)])
def test_what_staff_did_since_yesterday_is_counted_as_the_audit_lists_it(client, time_machine, written, is_told):
    time_machine.move_to(NIGHT - timedelta(days=3), tick=False)
    client.force_login(person("", Role.AUDITOR))
    time_machine.move_to(NIGHT, tick=False)
    AuditEntry.objects.bulk_create([AuditEntry(at=written, what=What.CHANGED, model="consultations.Stage", object_pk="1")])
    light = staff_news(NIGHT)
    assert light.url == ("/admin/accounts/auditentry/?since=2026-12-01" if is_told else "")
    page = client.get(reverse("admin:index")).content.decode()
    assert ("auditentry/?since=" in page) is is_told
    if is_told:
        assert light.url in page
        assert client.get(light.url).context["cl"].result_count == 1
