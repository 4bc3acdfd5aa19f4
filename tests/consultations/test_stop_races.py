"""Somebody says stop while a tick writes: one of the two always sees the other."""

from collections.abc import Callable
from dataclasses import replace
from threading import Event, Thread

import pytest
from django.db import connection

from accounts.actions import stop_invitations
from accounts.models import Letter, State
from consultations import reminders, reminding
from consultations.actions import news
from consultations.models import ReminderKind
from consultations.reminders import owe_due_reminders
from tests.consultations.reminded import DUE, organization
from tests.factories.consultations import OPENS, follower, published

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def stop_while_a_letter_is_written(monkeypatch, stop: Callable[[], object], *, at, kind: str) -> str:
    """The state of the letter when both are done."""
    read, stopped, owe = Event(), Event(), reminding.owe_letter

    def slowly(*args: object, **values: object) -> None:
        read.set()
        # Whoever has to wait for this tick is not done before it.
        stopped.wait(1)
        owe(*args, **values)

    def tick() -> None:
        try:
            owe_due_reminders(at)
        finally:
            connection.close()

    def stopping() -> None:
        read.wait(10)
        try:
            stop()
        finally:
            stopped.set()
            connection.close()

    monkeypatch.setattr(reminding, "owe_letter", slowly)
    threads = [Thread(target=tick), Thread(target=stopping)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Letter.objects.get(kind=kind).state


@pytest.mark.parametrize("of_all", [False, True])
@pytest.mark.parametrize(("is_held", "left"), [(True, State.OBSOLETE), (False, State.QUEUED)], ids=["promise", "control"])
def test_who_stops_following_during_a_tick_gets_no_letter(monkeypatch, of_all, is_held, left):
    made = published()
    made.reminder_rules.exclude(kind="stage_closes").delete()
    follow = follower(None if of_all else made)
    if not is_held:
        monkeypatch.setattr(news, "_wait_for_reminders", lambda consultation_pk: None)
    state = stop_while_a_letter_is_written(monkeypatch, lambda: news.end_follow(follow, at=DUE), at=DUE, kind="stage_closes")
    assert state == left


@pytest.mark.parametrize(("is_held", "left"), [(True, State.OBSOLETE), (False, State.QUEUED)], ids=["promise", "control"])
def test_an_organization_that_stops_during_a_tick_gets_no_invitation(monkeypatch, is_held, left):
    made = published()
    made.reminder_rules.exclude(kind="invitation").delete()
    club = organization("Klub", "klub@example.org")
    if not is_held:
        careless = replace(reminders.REMINDERS[ReminderKind.INVITATION], is_willing=None)
        monkeypatch.setitem(reminders.REMINDERS, ReminderKind.INVITATION, careless)
    state = stop_while_a_letter_is_written(monkeypatch, lambda: stop_invitations(club, at=OPENS), at=OPENS, kind="invitation")
    assert state == left
