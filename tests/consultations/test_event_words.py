"""What the portal says of formal events by itself, on both sides of the days that it speaks of."""

from datetime import date

import pytest
from django.utils import translation

from consultations.actions import events
from consultations.deadlines import end_of, moment
from consultations.event_words import day_shown, fact_words
from consultations.models import EventKind, FormalEvent
from tests.factories.consultations import PUBLISHED, TICK, published

pytestmark = pytest.mark.django_db

HANDED = date(2021, 10, 18)
ENDED = end_of(date(2021, 11, 2))
HOLIDAY = "1 November is a holiday (All Saints' Day), so the end moves to 2 November."


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def handed():
    return events.add_event(published(), kind=EventKind.HANDED_OVER, name="Przekazanie", by=None, at=PUBLISHED, planned_on=HANDED)


def opinion(handed: FormalEvent, **values: object) -> FormalEvent:
    return events.add_event(handed.consultation, kind=EventKind.OPINION, name="Opinia", by=None, at=PUBLISHED, **values)


def hand_over(event: FormalEvent) -> None:
    events.record_event(event, done_on=HANDED, by=None, at=end_of(HANDED))


def now(event: FormalEvent) -> FormalEvent:
    return FormalEvent.objects.get(pk=event.pk)


def test_a_draft_that_was_handed_over_says_until_when_the_opinion_may_come_and_why_then(handed):
    assert fact_words(handed, PUBLISHED) == ""
    hand_over(handed)
    words = f"The council of public benefit has 14 days for its opinion, until Tuesday 2 November. {HOLIDAY}"
    assert fact_words(now(handed), ENDED - TICK) == words
    assert fact_words(now(handed), ENDED) == ""


def test_an_opinion_is_due_then_missing_then_waived_or_late(handed):
    awaited = opinion(handed)
    assert fact_words(awaited, ENDED) == ""
    hand_over(handed)
    due = "Due until Tuesday 2 November: 14 days from the day the draft was handed over."
    assert fact_words(now(awaited), ENDED - TICK) == due
    assert fact_words(now(awaited), ENDED) == "Its 14 days ended on 2 November and no opinion is recorded."
    events.waive_opinion(awaited, by=None, at=ENDED)
    waived = "No opinion came in 14 days, until Tuesday 2 November: by law the council of public benefit has waived it."
    assert fact_words(now(awaited), ENDED) == waived
    later = moment(date(2021, 11, 9))
    events.record_event(awaited, done_on=date(2021, 11, 3), by=None, at=later)
    assert fact_words(now(awaited), later) == "The opinion came after its 14 days, which ended on 2 November."
    events.record_event(awaited, done_on=date(2021, 11, 2), by=None, at=later)
    assert fact_words(now(awaited), later) == ""


def test_what_is_no_opinion_has_no_days(handed):
    hand_over(handed)
    session = events.add_event(handed.consultation, kind=EventKind.SESSION, name="Sesja", by=None, at=PUBLISHED)
    assert fact_words(session, ENDED) == ""


def test_the_day_shown_is_done_else_planned_else_the_last_that_the_law_leaves(handed):
    awaited = opinion(handed)
    assert str(day_shown(awaited, PUBLISHED)) == "date to be announced"
    hand_over(handed)
    assert str(day_shown(now(awaited), ENDED)) == "until 2 November"
    events.move_event(awaited, planned_on=date(2021, 10, 29), reason="", by=None, at=PUBLISHED)
    assert str(day_shown(now(awaited), end_of(date(2021, 10, 29)) - TICK)) == "29 October"
    assert str(day_shown(now(awaited), end_of(date(2021, 10, 29)))) == "29 October, planned"
    events.record_event(awaited, done_on=date(2021, 11, 2), by=None, at=ENDED)
    assert str(day_shown(now(awaited), ENDED)) == "2 November, planned: 29 October"
    events.record_event(awaited, done_on=date(2021, 10, 29), by=None, at=ENDED)
    assert str(day_shown(now(awaited), ENDED)) == "29 October"
