"""Periodic work that notes each run, and what coordinators are told when it stands still or letters do not leave."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from celery import current_app
from django.core import mail
from django.utils.translation import override

from accounts import alarms, beats, tasks
from accounts.alarms import NOT_AGAIN_WITHIN, SILENCE, tell_of_silence, tell_of_trouble
from accounts.beats import TASK_WORDS, periodic
from accounts.letters import owe_letter
from accounts.models import Heartbeat, Letter, State
from accounts.rendering import texts
from accounts.roles import Role
from accounts.sending import send_due_letters
from config.celery import app
from tests.factories.accounts import NOW, SECOND, owed, person

MINUTE = timedelta(minutes=1)
DRAIN = "accounts.drain"

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator():
    return person("kowalska@example.org", Role.COORDINATOR)


@pytest.fixture
def run(time_machine, monkeypatch):
    """Runs a periodic task of this name at a moment, with the moments that its work was given."""
    given = []

    def at(moment, name=DRAIN, work=given.append):
        time_machine.move_to(moment, tick=False)
        monkeypatch.setattr(beats, "shared_task", lambda name: lambda work: work)
        periodic(name)(work)()
        return given

    return at


def told(kind: str) -> list[str]:
    return sorted(Letter.objects.filter(kind=kind).values_list("to", flat=True))


def in_trouble(state: State = State.FAILED, at=NOW, **values) -> Letter:
    letter = owed(**values)
    Letter.objects.filter(pk=letter.pk).update(state=state, troubled_at=at)
    return letter


# --- Beats ---------------------------------------------------------------------------------------


def test_every_task_of_the_beat_table_is_declared_here():
    app.loader.import_default_modules()
    # What is done once a day says so in a row of its own: accounts.RetentionRun.
    scheduled = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert scheduled == {*TASK_WORDS, "desk.retain"}
    assert scheduled <= set(current_app.tasks)


def test_a_run_reads_the_clock_once_and_notes_that_it_came_to_its_end(run):
    assert run(NOW) == [NOW]
    run(NOW + MINUTE)
    assert list(Heartbeat.objects.values_list("task")) == [(DRAIN,)]
    assert timedelta() <= Heartbeat.objects.get().at - (NOW + MINUTE) < SECOND


def test_a_run_that_fails_notes_nothing(run):
    def work(at):
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError):
        run(NOW, work=work)
    assert not Heartbeat.objects.exists()


def test_a_long_run_is_no_silence(run, coordinator, monkeypatch):
    moments = iter([0, 600])
    monkeypatch.setattr(beats.time, "monotonic", lambda: next(moments))
    run(NOW)
    assert Heartbeat.objects.get().at == NOW + timedelta(seconds=600)
    monkeypatch.undo()
    run(NOW + timedelta(seconds=600) + SILENCE)
    assert told("staff_silence") == []


def test_the_drain_sends_and_then_tells(coordinator, time_machine):
    time_machine.move_to(NOW, tick=False)
    owed("jan@example.org")
    in_trouble()
    tasks.drain()
    assert [message.to for message in mail.outbox] == [["jan@example.org"]]
    assert told("staff_failed") == [coordinator.email]
    assert Heartbeat.objects.filter(task=DRAIN).exists()


# --- Silence -------------------------------------------------------------------------------------


def test_the_first_run_ever_is_no_silence(run, coordinator):
    run(NOW)
    assert told("staff_silence") == []


@pytest.mark.parametrize(("pause", "silent"), [(SILENCE, False), (SILENCE + SECOND, True)])
def test_a_silence_of_more_than_five_minutes_is_told(run, coordinator, pause, silent):
    Heartbeat.objects.create(task=DRAIN, at=NOW)
    run(NOW + pause)
    assert bool(told("staff_silence")) == silent


def test_every_coordinator_is_told_once_and_nobody_else(run, coordinator):
    person("auditor@example.org", Role.AUDITOR)
    person("gone@example.org", Role.COORDINATOR, is_active=False)
    other = person("nowak@example.org", Role.COORDINATOR, Role.DRAFTER)
    Heartbeat.objects.create(task=DRAIN, at=NOW)
    for later in range(3):
        run(NOW + timedelta(hours=1, minutes=later))
    assert told("staff_silence") == [coordinator.email, other.email]


def test_work_that_stood_still_together_is_told_once(run, coordinator):
    for name in TASK_WORDS:
        Heartbeat.objects.create(task=name, at=NOW)
    for second, name in enumerate(TASK_WORDS):
        run(NOW + timedelta(hours=1, seconds=20 * second), name)
    assert len(told("staff_silence")) == 1


def test_a_task_that_fails_for_hours_is_told_once_and_the_next_silence_again(run, coordinator):
    Heartbeat.objects.create(task=DRAIN, at=NOW)

    def work(at):
        raise RuntimeError("broken")

    for hour in range(1, 4):
        with pytest.raises(RuntimeError):
            run(NOW + timedelta(hours=hour), work=work)
    assert len(told("staff_silence")) == 1
    run(NOW + timedelta(hours=4))
    run(NOW + timedelta(hours=5))
    assert len(told("staff_silence")) == 2


def test_a_clock_set_back_is_no_silence(run, coordinator):
    Heartbeat.objects.create(task=DRAIN, at=NOW)
    run(NOW - timedelta(days=1))
    assert told("staff_silence") == []
    run(NOW - timedelta(days=1) + MINUTE)
    assert told("staff_silence") == []


def test_the_letter_says_what_stood_still_and_between_which_hours(coordinator):
    tell_of_silence(DRAIN, TASK_WORDS[DRAIN], since=NOW, at=NOW + timedelta(hours=2))
    letter = Letter.objects.get()
    with override("pl"):
        assert letter.context["task"] == str(TASK_WORDS[DRAIN])
    # 9:00 and 11:00 in UTC; Toruń is an hour ahead in November.
    assert re.search(r"23 listopada 2026.*10.00", letter.context["since"])
    assert "12.00" in letter.context["until"]
    said = texts(letter)["body"]
    assert all(letter.context[name] in said for name in ("task", "since", "until", "page_url"))


# --- Letters in trouble --------------------------------------------------------------------------


def test_nothing_is_told_while_nothing_is_wrong(coordinator):
    owed()
    tell_of_trouble(NOW)
    assert told("staff_failed") == []


def test_letters_in_trouble_are_counted_and_their_list_is_one_click_away(client, coordinator):
    for state in (State.FAILED, State.FAILED, State.FAILED, State.UNCERTAIN):
        in_trouble(state)
    tell_of_trouble(NOW)
    letter = Letter.objects.get(kind="staff_failed")
    assert re.findall(r"\d+", letter.context["what"]) == ["3", "1"]
    assert letter.context["what"] in texts(letter)["body"]
    client.force_login(coordinator)
    page = client.get(urlsplit(letter.context["page_url"])._replace(scheme="", netloc="").geturl())
    assert page.status_code == 200
    assert page.context["cl"].result_count == 4


@pytest.mark.parametrize(("state", "number"), [(State.FAILED, "1"), (State.UNCERTAIN, "1")])
def test_what_did_not_happen_is_not_mentioned(coordinator, state, number):
    in_trouble(state)
    tell_of_trouble(NOW)
    assert re.findall(r"\d+", Letter.objects.get(kind="staff_failed").context["what"]) == [number]


@pytest.mark.parametrize(("pause", "letters"), [(NOT_AGAIN_WITHIN - SECOND, 1), (NOT_AGAIN_WITHIN, 2)])
def test_new_trouble_is_told_once_an_hour(coordinator, pause, letters):
    in_trouble()
    tell_of_trouble(NOW)
    in_trouble(at=NOW + SECOND)
    tell_of_trouble(NOW + pause)
    assert len(told("staff_failed")) == letters


def test_old_trouble_is_not_told_again_and_new_trouble_is_counted_alone(coordinator):
    in_trouble()
    tell_of_trouble(NOW)
    tell_of_trouble(NOW + timedelta(days=1))
    assert len(told("staff_failed")) == 1
    in_trouble(at=NOW + timedelta(days=1))
    in_trouble(at=NOW + timedelta(days=1))
    tell_of_trouble(NOW + timedelta(days=1))
    last = Letter.objects.filter(kind="staff_failed").latest("owed_at")
    assert re.findall(r"\d+", last.context["what"]) == ["2"]


@pytest.mark.parametrize("kind", ["staff_failed", "staff_silence"])
def test_letters_to_staff_that_fail_are_not_told_by_letters_to_staff(coordinator, kind):
    in_trouble(kind=kind)
    tell_of_trouble(NOW + timedelta(days=1))
    assert Letter.objects.count() == 1


@pytest.mark.parametrize("tell", ["trouble", "silence"])
def test_a_coordinator_who_cannot_be_written_to_keeps_nobody_from_being_told(coordinator, caplog, tell):
    person('"adam"@example.org', Role.COORDINATOR)
    if tell == "trouble":
        in_trouble()
        tell_of_trouble(NOW)
    else:
        tell_of_silence(DRAIN, TASK_WORDS[DRAIN], since=NOW, at=NOW + timedelta(hours=1))
    assert told(f"staff_{'failed' if tell == 'trouble' else 'silence'}") == [coordinator.email]
    assert len(caplog.records) == 1
    assert "adam" not in caplog.text


def test_all_coordinators_are_told_or_none_yet(coordinator, monkeypatch):
    person("nowak@example.org", Role.COORDINATOR)
    in_trouble()
    owed_so_far = []

    def dies(*args, **values):
        if owed_so_far:
            raise RuntimeError("the database is away")
        owed_so_far.append(owe_letter(*args, **values))

    with monkeypatch.context() as patched:
        patched.setattr(alarms, "owe_letter", dies)
        with pytest.raises(RuntimeError):
            tell_of_trouble(NOW)
    tell_of_trouble(NOW + SECOND)
    assert told("staff_failed") == [coordinator.email, "nowak@example.org"]


def test_without_coordinators_nobody_is_told():
    in_trouble()
    tell_of_trouble(NOW)
    assert told("staff_failed") == []


def test_both_letters_can_be_sent(coordinator):
    in_trouble()
    tell_of_trouble(NOW)
    tell_of_silence(DRAIN, TASK_WORDS[DRAIN], since=NOW - MINUTE, at=NOW)
    assert send_due_letters(at=NOW) == 2
    assert {message.to[0] for message in mail.outbox} == {coordinator.email}
