"""Two officials, two workers, two clicks in the same moment: what the rows promise under real concurrency."""

from collections.abc import Callable
from threading import Barrier, Event, Thread
from time import sleep

import pytest
from django.db import connection, transaction

from accounts.models import Letter, State
from consultations import reminding
from consultations.actions import events, news, schedule, voices
from consultations.models import EventKind, Follow, ReminderRule, ReminderRun, Stage, Voice
from consultations.reminders import owe_due_reminders
from tests.factories import voices as factory
from tests.factories.consultations import CLOSES, DAY, HOUR, OPENS, PUBLISHED, follower, planned, published

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def at_once(what: Callable[[], object], times: int = 6) -> list[object]:
    """Each in a thread and a connection of its own; what came back, or the refusal."""
    barrier, came = Barrier(times), []

    def one() -> None:
        barrier.wait()
        try:
            came.append(what())
        except schedule.ScheduleRefused as refused:
            came.append(refused)
        finally:
            connection.close()

    threads = [Thread(target=one) for _one in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return came


def add_remarks(to) -> Stage:
    return schedule.add_stage(to, kind="remarks", name="Uwagi", opens_at=OPENS, closes_at=CLOSES, by=None, at=PUBLISHED)


def test_of_officials_adding_the_same_stage_one_succeeds():
    made = planned()
    came = at_once(lambda: add_remarks(made))
    assert [type(one) for one in came].count(schedule.StagesOverlap) == 5
    assert made.stages.count() == 1


def test_without_the_lock_stages_would_overlap(monkeypatch):
    """The control: the same race must be lost when nobody holds the consultation."""
    made = planned()
    together = Barrier(2)
    check = schedule.check_window

    def slow_check(*args: object) -> None:
        check(*args)
        together.wait(timeout=10)

    monkeypatch.setattr(schedule, "lock", lambda consultation: consultation)
    monkeypatch.setattr(schedule, "check_window", slow_check)
    at_once(lambda: add_remarks(made), times=2)
    assert made.stages.count() == 2


def test_workers_reminding_at_once_owe_each_follower_one_letter():
    made = published()
    for _one in range(5):
        follower(made)
    at_once(lambda: owe_due_reminders(CLOSES - HOUR))
    assert Letter.objects.filter(kind="stage_closes").count() == 5
    assert ReminderRun.objects.filter(rule__kind="stage_closes").count() == 1


def test_without_the_lock_workers_would_write_twice(monkeypatch):
    """The control: the same race must be lost when nobody holds the rule."""
    made = published()
    follower(made)
    monkeypatch.setattr(reminding, "_lock", lambda rules: rules.select_related("consultation"))
    monkeypatch.setattr(reminding, "_lock_row", lambda row: None)
    begin, together = reminding._begin, Barrier(2)

    def slow_begin(rule: ReminderRule, *args: object) -> ReminderRun:
        together.wait(timeout=10)
        return begin(rule, *args)

    monkeypatch.setattr(reminding, "_begin", slow_begin)
    made.reminder_rules.exclude(kind="stage_closes").delete()
    at_once(lambda: owe_due_reminders(CLOSES - HOUR), times=2)
    assert Letter.objects.filter(kind="stage_closes").count() == 2


def test_clicks_at_once_make_one_follower_and_one_letter():
    made = published()
    at_once(lambda: news.follow(made, email="anna@example.org", at=OPENS + DAY, language="pl"))
    assert (Follow.objects.count(), Letter.objects.filter(kind="follow_confirm").count()) == (1, 1)


def side_by_side(desk: list[Callable[[], object]], visitor: Callable[[], object]) -> None:
    """The visitor comes between the verbs that the desk calls in one transaction; both must come through."""
    begun, failed = Event(), []

    def run(what: Callable[[], object]) -> None:
        try:
            what()
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    def at_the_desk() -> None:
        with transaction.atomic():
            for verb in desk:
                verb()
                begun.set()
                sleep(0.5)

    def outside() -> None:
        begun.wait(10)
        visitor()

    threads = [Thread(target=run, args=(what,)) for what in (at_the_desk, outside)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_a_stage_is_saved_while_a_letter_comes():
    made = factory.consultation()
    of = made.stages.get(kind="proposals")
    words = {"name": of.name, "description": "", "shown_as": of.shown_as, "after_event": None, "days_after": None, "position": 0}
    window = {"opens_at": factory.OPENS, "closes_at": factory.CLOSES + DAY, "reason": "Powód."}
    side_by_side(
        [
            lambda: schedule.edit_stage(of, **words, by=None, at=factory.DURING),
            lambda: schedule.move_stage(of, **window, by=None, at=factory.DURING),
        ],
        lambda: factory.proposal(made),
    )
    assert Voice.objects.count() == 1


def test_an_act_is_recorded_while_an_author_changes_words():
    made = factory.consultation()
    event = events.add_event(made, name="Przyjęcie", by=None, at=factory.DURING)
    made.stages.update(after_event=event, days_after=30)
    voice = factory.proposal(made)
    words = {"kind": EventKind.ACCEPTANCE, "name": "Przyjęcie", "note": "", "position": 0, "link": "", "document": None}
    act = {"done_on": factory.DURING.date(), "opens_at": factory.OPENS}
    side_by_side(
        [
            lambda: events.edit_event(event, **words, by=None, at=factory.DURING),
            lambda: events.record_event(event, **act, by=None, at=factory.DURING),
        ],
        lambda: voices.edit_voice(voice, at=factory.DURING, text="Inne słowa."),
    )
    assert Voice.objects.get().text == "Inne słowa."


def test_a_deadline_that_moves_during_a_run_waits_and_takes_its_letters_back(monkeypatch):
    made = published()
    for _one in range(3):
        follower(made)
    of, owe, begun = made.stages.get(), reminding.owe_letter, Event()

    def slowly(*args: object, **kwargs: object) -> None:
        owe(*args, **kwargs)
        begun.set()
        sleep(0.2)

    def move() -> None:
        begun.wait(10)
        try:
            later = {"opens_at": OPENS, "closes_at": CLOSES + 7 * DAY, "reason": "Powód."}
            schedule.move_stage(of, **later, by=None, at=CLOSES - HOUR)
        finally:
            connection.close()

    monkeypatch.setattr(reminding, "owe_letter", slowly)
    mover = Thread(target=move)
    mover.start()
    owe_due_reminders(CLOSES - HOUR)
    mover.join()
    states = Letter.objects.filter(kind="stage_closes").values_list("state", flat=True)
    assert list(states) == [State.OBSOLETE] * 3
