"""Erasing by the clock: both sides of each period, the dry run, the second run, and that no letter comes twice."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db.models import F

from accounts.forgetting import NOWHERE
from accounts.letters import ContentIsGone, owe_letter, retry_letter
from accounts.models import ContactImport, Erasure, Letter, Rate, RetentionRun, State, Suppression
from accounts.roles import Role
from consultations.models import Follow, KeptDraft, VoiceImport
from desk.privacy.retention import RULES, report, retain, retain_once_a_day
from meetings.models import Registration
from tests.factories import meetings
from tests.factories.accounts import owed, person
from tests.factories.meetings import ENDS

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)


def planted() -> None:
    """Something for each rule, of which the last moment is ENDS."""
    meeting = meetings.meeting()
    group = meeting.groups.first()
    meetings.registered(group, meetings.person(needs="Pętla indukcyjna", phone="600 100 200"))
    meetings.held(group, meetings.person(needs="Tłumacz", phone="600 100 201", name="Niepotwierdzona"))
    Letter.objects.all().update(owed_at=ENDS)
    Rate.objects.create(key="forms:10.0.0.0/24", window=ENDS)
    made = meeting.consultation
    KeptDraft.objects.create(consultation=made, kind="proposal", token="a", typed={}, saved_at=ENDS)
    VoiceImport.objects.create(consultation=made, kind="proposal", file_name="a.xlsx", at=ENDS)
    ContactImport.objects.create(file_name="a.csv", made_at=ENDS)
    Follow.objects.create(consultation=made, email="nikt@example.org", asked_at=ENDS)
    Follow.objects.create(consultation=made, email="dosc@example.org", asked_at=ENDS, ended_at=ENDS)
    Follow.objects.create(consultation=made, email="wierna@example.org", asked_at=ENDS, confirmed_at=ENDS)
    Suppression.objects.create(email="a@example.org", reason="550", since=ENDS, lifted_at=ENDS)
    Suppression.objects.create(email="b@example.org", reason="550", since=ENDS)
    Session.objects.create(session_key="a", session_data="", expire_date=ENDS)
    Erasure.objects.create(address_hash="0" * 64, at=ENDS)


def letters_given_up() -> None:
    Letter.objects.update(state=State.OBSOLETE)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_it_goes_when_its_time_is_over_and_not_a_moment_sooner(rule):
    planted()
    letters_given_up()
    before = rule.due(ENDS + rule.period() - TICK).count()
    if rule.name != "user_sessions":
        assert (before, rule.due(ENDS + rule.period()).exists()) == (0, True)


@pytest.mark.parametrize("days", [0, 7, 14, 30, 365, 1095, 2000])
def test_the_dry_run_tells_what_the_real_run_does(days):
    planted()
    letters_given_up()
    at = ENDS + days * DAY
    told = report(at=at)
    assert report(at=at) == told
    assert retain(at=at).went == told
    assert set(told) == {rule.name for rule in RULES}
    assert set(retain(at=at).went.values()) == {0}
    assert RetentionRun.objects.count() == 2


def test_what_a_run_leaves():
    planted()
    letters_given_up()
    retain(at=ENDS + 14 * DAY)
    assert sorted(Registration.objects.values_list("needs", "phone")) == [("", "600 100 200"), ("", "600 100 201")]
    retain(at=ENDS + 30 * DAY)
    proven, unproven = Registration.objects.order_by("pk")
    assert (proven.phone, proven.name != "", unproven.name, unproven.email) == ("", True, "", "")
    assert unproven.erased_at == ENDS + 30 * DAY
    assert {group.room_link for group in proven.meeting.groups.all()} == {""}
    assert Follow.objects.filter(ended_at=None).get().email == "wierna@example.org"
    assert Suppression.objects.get().email == "b@example.org"
    assert Letter.objects.exclude(to__endswith=NOWHERE).count() == 0


def test_many_rows_go_in_batches(monkeypatch):
    monkeypatch.setattr("desk.privacy.retention.BATCH", 2)
    for number in range(5):
        Rate.objects.create(key=f"forms:{number}", window=ENDS)
    assert retain(at=ENDS + 7 * DAY).went["rates"] == 5


# --- Letters ------------------------------------------------------------------------------------


def sent(**values: object) -> Letter:
    letter = owed(context={"name": "Anna Sekretna"}, calendar="BEGIN:VCALENDAR", at=ENDS, **values)
    history = [{"at": "2027", "what": "queued", "words": "550 anna@example.org unknown", "by": ""}]
    Letter.objects.filter(pk=letter.pk).update(
        state=State.SENT, sent_at=ENDS, error="anna@example.org", as_sent={"body": "Anna Sekretna"}, history=history
    )
    return Letter.objects.get(pk=letter.pk)


def test_a_letter_forgets_what_it_said_and_to_whom():
    letter = sent()
    retain(at=ENDS + 30 * DAY)
    row = repr(Letter.objects.filter(pk=letter.pk).values().get())
    assert [word for word in ("anna@", "Sekretna", "VCALENDAR") if word in row] == []
    kept = Letter.objects.get(pk=letter.pk)
    assert (kept.state, kept.sent_at, kept.occasion, kept.kind) == (State.SENT, ENDS, letter.occasion, letter.kind)


def test_and_is_not_sent_again_for_the_same_occasion():
    letter = sent()
    retain(at=ENDS + 30 * DAY)
    owe_letter("anna@example.org", kind=letter.kind, occasion=letter.occasion, at=ENDS + 31 * DAY)
    assert Letter.objects.get().emptied_at
    # The control: to another address it is.
    owe_letter("ewa@example.org", kind=letter.kind, occasion=letter.occasion, at=ENDS + 31 * DAY)
    assert Letter.objects.filter(state=State.QUEUED).get().to == "ewa@example.org"


def test_one_that_was_withdrawn_unsent_may_still_be_owed_anew():
    letter = owed(context={"name": "Anna"}, at=ENDS)
    letters_given_up()
    retain(at=ENDS + 30 * DAY)
    again = ENDS + 31 * DAY
    owe_letter("anna@example.org", kind=letter.kind, occasion=letter.occasion, at=again, context={"name": "Anna"})
    kept = Letter.objects.get()
    assert (kept.to, kept.state, kept.emptied_at, kept.context) == ("anna@example.org", State.QUEUED, None, {"name": "Anna"})


@pytest.mark.parametrize("state", [State.QUEUED, State.LEASED, State.SENDING])
def test_what_is_not_over_is_left_alone(state):
    letter = owed(context={"name": "Anna"}, at=ENDS)
    Letter.objects.update(state=state)
    retain(at=ENDS + 400 * DAY)
    assert Letter.objects.get().to == letter.to


def test_a_letter_in_trouble_is_given_up_with_its_content():
    owed(at=ENDS)
    Letter.objects.update(state=State.FAILED, troubled_at=F("owed_at"))
    assert Letter.objects.in_trouble().exists()
    retain(at=ENDS + 30 * DAY)
    assert not Letter.objects.in_trouble().exists()
    with pytest.raises(ContentIsGone):
        retry_letter(Letter.objects.get(), by=person("", Role.COORDINATOR), at=ENDS + 31 * DAY)


# --- When and by whom ---------------------------------------------------------------------------


def test_it_is_done_once_a_day_however_often_it_is_asked():
    for hours in (0, 1, 19, 20, 21):
        retain_once_a_day(ENDS + timedelta(hours=hours))
    assert [run.at - ENDS for run in RetentionRun.objects.order_by("at")] == [timedelta(0), timedelta(hours=20)]


def test_the_command_tells_both(capsys, time_machine):
    planted()
    letters_given_up()
    time_machine.move_to(ENDS + 40 * DAY, tick=False)
    call_command("retain", "--dry-run")
    dry = capsys.readouterr().out
    assert Rate.objects.exists()
    assert not RetentionRun.objects.exists()
    call_command("retain")
    assert capsys.readouterr().out == dry
    assert "rates: 1\n" in dry
    assert not Rate.objects.exists()


def test_an_office_may_keep_longer_or_shorter(settings):
    settings.RETENTION_DAYS = {**settings.RETENTION_DAYS, "rates": 3}
    Rate.objects.create(key="forms:a", window=ENDS)
    assert report(at=ENDS + 3 * DAY)["rates"] == 1
