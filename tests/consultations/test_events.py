"""Formal events: planned, moved, recorded; an opinion waived on both sides of its last day."""

from contextlib import nullcontext
from datetime import UTC, date, datetime
from importlib import import_module

import pytest
from django.db import IntegrityError, transaction

from consultations import deadlines
from consultations.actions import events, schedule
from consultations.deadlines import end_of, moment
from consultations.models import Consultation, DateChange, EventKind, FormalEvent, Stage
from consultations.stages import Kind, ShownAs
from programs.freshness import freshness
from tests.factories.consultations import CLOSES, DAY, OPENS, PUBLISHED, TICK, planned, published, stage

pytestmark = pytest.mark.django_db

LATER = PUBLISHED + 10 * DAY


def changes() -> list[tuple[str, datetime | None, datetime | None, str]]:
    return list(DateChange.objects.values_list("field", "old", "new", "reason"))


def waiting_for_acceptance(**values: object) -> tuple[Consultation, FormalEvent, Stage]:
    made = planned()
    event = events.add_event(made, name="Przyjęcie projektu", by=None, at=PUBLISHED, planned_on=date(2021, 9, 8))
    given = {"opens_at": None, "closes_at": None, "shown_as": ShownAs.AFTER_ACT, "after_event": event, "days_after": 14, **values}
    waiting = stage(made, **given)
    stage(made, kind=Kind.PROPOSALS)
    schedule.publish_consultation(made, by=None, at=PUBLISHED)
    return made, event, waiting


def test_a_recorded_act_opens_the_stage_that_waits_for_it():
    _made, event, waiting = waiting_for_acceptance()
    events.record_event(event, done_on=date(2021, 10, 20), by=None, at=OPENS)
    waiting.refresh_from_db()
    # The day of the act does not count: from midnight after it, to the end of the fourteenth day.
    assert waiting.opens_at == datetime(2021, 10, 20, 22, 0, tzinfo=UTC)
    assert waiting.closes_at == datetime(2021, 11, 3, 23, 0, tzinfo=UTC)
    assert deadlines.last_day(waiting.closes_at) == date(2021, 11, 3)
    assert event.done_on == date(2021, 10, 20)
    assert changes() == []


def test_a_stage_may_open_at_a_given_moment_and_still_ends_by_the_rule():
    _made, event, waiting = waiting_for_acceptance()
    events.record_event(event, done_on=date(2021, 10, 20), opens_at=OPENS, by=None, at=OPENS)
    waiting.refresh_from_db()
    assert (waiting.opens_at, waiting.closes_at) == (OPENS, CLOSES)


def test_a_planned_window_moves_with_the_act_and_the_public_is_told_why():
    planned_window = {"opens_at": datetime(2021, 9, 8, 10, tzinfo=UTC), "closes_at": datetime(2021, 9, 22, 22, tzinfo=UTC)}
    _made, event, waiting = waiting_for_acceptance(**planned_window)
    events.record_event(event, done_on=date(2021, 10, 20), by=None, at=OPENS)
    assert [field for field, *_rest in changes()] == ["opens_at", "closes_at"]
    reasons = {reason for *_rest, reason in changes()}
    assert len(reasons) == 1
    assert "Przyjęcie projektu" in reasons.pop()
    waiting.refresh_from_db()
    assert waiting.closes_at == CLOSES


def test_the_preview_is_what_is_recorded():
    _made, event, waiting = waiting_for_acceptance()
    ((stage_shown, opens, closes),) = events.windows_after(event, done_on=date(2021, 10, 23))
    events.record_event(event, done_on=date(2021, 10, 23), by=None, at=OPENS + 3 * DAY)
    waiting.refresh_from_db()
    assert (stage_shown, opens, closes) == (waiting, waiting.opens_at, waiting.closes_at)
    assert deadlines.last_day(closes) == date(2021, 11, 8)  # the fourteenth day is a Saturday


def test_an_act_that_would_make_stages_overlap_is_not_recorded():
    made, event, _waiting = waiting_for_acceptance()
    stage(made, name="Inna tura", opens_at=CLOSES - DAY, closes_at=CLOSES + DAY)
    with pytest.raises(schedule.StagesOverlap):
        events.record_event(event, done_on=date(2021, 10, 20), by=None, at=OPENS)
    event.refresh_from_db()
    assert event.done_on is None


@pytest.mark.parametrize(("at", "refused"), [(moment(date(2021, 10, 20)) - TICK, True), (moment(date(2021, 10, 20)), False)])
def test_an_act_is_recorded_on_its_day_at_the_earliest(at, refused):
    made, event, _waiting = waiting_for_acceptance()
    done_on = date(2021, 10, 20)
    for record in (
        lambda: events.record_event(event, done_on=done_on, by=None, at=at),
        lambda: events.add_event(made, name="Sesja", done_on=done_on, by=None, at=at),
    ):
        with pytest.raises(events.ActIsNotDoneYet) if refused else nullcontext():
            record()
    assert FormalEvent.objects.filter(done_on=done_on).count() == (0 if refused else 2)


def test_a_planned_day_moves_with_a_reason_once_it_is_public():
    _made, event, _waiting = waiting_for_acceptance()
    with pytest.raises(schedule.ReasonIsMissing):
        events.move_event(event, planned_on=date(2021, 9, 20), reason="", by=None, at=LATER)
    events.move_event(event, planned_on=date(2021, 9, 20), reason="Dodatkowe posiedzenie.", by=None, at=LATER)
    events.move_event(event, planned_on=date(2021, 9, 20), reason="", by=None, at=LATER)
    assert changes() == [
        ("planned_on", deadlines.moment(date(2021, 9, 8)), deadlines.moment(date(2021, 9, 20)), "Dodatkowe posiedzenie.")
    ]


# --- The opinion of the council of public benefit ---------------------------------------------------

HANDED = date(2021, 10, 18)
ENDED = end_of(date(2021, 11, 2))  # the fourteenth day, 1 November, is a holiday


@pytest.fixture
def opinion():
    """Asked for on HANDED."""
    made = published()
    handed = events.add_event(made, kind=EventKind.HANDED_OVER, name="Przekazanie Radzie", by=None, at=PUBLISHED)
    events.record_event(handed, done_on=HANDED, by=None, at=end_of(HANDED))
    return events.add_event(
        made, kind=EventKind.OPINION, name="Opinia Rady", by=None, at=PUBLISHED, planned_on=date(2021, 10, 29)
    )


def state_of(event: FormalEvent) -> tuple[date | None, bool, bool]:
    saved = FormalEvent.objects.get(pk=event.pk)
    return saved.done_on, saved.waived, saved.is_late


def handed_over(of: FormalEvent) -> FormalEvent:
    return of.consultation.events.get(kind=EventKind.HANDED_OVER)


@pytest.mark.parametrize(("at", "waives"), [(ENDED - TICK, False), (ENDED, True)])
def test_an_opinion_is_waived_from_the_moment_its_days_are_over(opinion, at, waives):
    with nullcontext() if waives else pytest.raises(events.OpinionMayStillCome) as refused:
        events.waive_opinion(opinion, by=None, at=at)
    if waives:
        assert state_of(opinion) == (date(2021, 11, 2), True, False)
    else:
        assert deadlines.until_words(ENDED, at) in str(refused.value.in_words)
        assert state_of(opinion) == (None, False, False)


def test_a_waiver_a_second_time_is_harmless_and_tells_the_pages_once(opinion):
    events.waive_opinion(opinion, by=None, at=ENDED)
    before = freshness(ENDED).state
    events.waive_opinion(opinion, by=None, at=ENDED + DAY)
    assert (freshness(ENDED).state, state_of(opinion)) == (before, (date(2021, 11, 2), True, False))


def test_days_that_have_not_begun_do_not_end():
    made = published()
    waiting = events.add_event(made, kind=EventKind.OPINION, name="Opinia", by=None, at=PUBLISHED)
    events.add_event(made, kind=EventKind.HANDED_OVER, name="Przekazanie", by=None, at=PUBLISHED, planned_on=HANDED)
    with pytest.raises(events.DraftIsNotHandedOver):
        events.waive_opinion(waiting, by=None, at=ENDED)
    assert state_of(waiting) == (None, False, False)


def test_only_an_opinion_that_nobody_recorded_is_waived(opinion):
    events.record_event(opinion, done_on=date(2021, 10, 30), by=None, at=ENDED)
    for other in (opinion, handed_over(opinion)):
        with pytest.raises(events.NothingToWaive):
            events.waive_opinion(other, by=None, at=ENDED)
    assert state_of(opinion) == (date(2021, 10, 30), False, False)
    # The row refuses too, whoever writes it.
    with pytest.raises(IntegrityError), transaction.atomic():
        FormalEvent.objects.filter(kind=EventKind.HANDED_OVER).update(waived=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        FormalEvent.objects.filter(kind=EventKind.OPINION).update(waived=True, done_on=None)


@pytest.mark.parametrize(("came", "is_late"), [(date(2021, 11, 2), False), (date(2021, 11, 3), True)])
def test_an_opinion_that_came_all_the_same_is_recorded_and_late_after_the_last_day(opinion, came, is_late):
    events.waive_opinion(opinion, by=None, at=ENDED)
    events.record_event(opinion, done_on=came, by=None, at=ENDED + 3 * DAY)
    assert state_of(opinion) == (came, False, is_late)


def test_a_waived_opinion_stays_an_opinion(opinion):
    events.waive_opinion(opinion, by=None, at=ENDED)
    words = {"name": "Opinia", "note": "", "position": 0, "link": "", "document": None}
    with pytest.raises(events.WaiverIsOfAnOpinion):
        events.edit_event(opinion, kind=EventKind.OTHER, **words, by=None, at=ENDED)
    events.edit_event(opinion, kind=EventKind.OPINION, **words, by=None, at=ENDED)
    assert state_of(opinion) == (date(2021, 11, 2), True, False)


@pytest.mark.parametrize(
    ("handed_on", "state"),
    [
        (date(2021, 10, 15), (date(2021, 10, 29), True, False)),
        (date(2021, 10, 19), (date(2021, 11, 2), True, False)),
        (date(2021, 10, 20), (None, False, False)),  # its days end on 3 November
    ],
)
def test_a_corrected_day_of_delivery_takes_the_waiver_with_it(opinion, handed_on, state):
    events.waive_opinion(opinion, by=None, at=ENDED)
    events.record_event(handed_over(opinion), done_on=handed_on, by=None, at=ENDED)
    assert state_of(opinion) == state


@pytest.mark.parametrize("kind", [EventKind.HANDED_OVER, EventKind.OTHER])
def test_a_delivery_written_down_as_done_takes_the_waiver_too(opinion, kind):
    events.waive_opinion(opinion, by=None, at=ENDED)
    again = {"name": "Ponownie", "by": None, "at": ENDED}
    event = events.add_event(opinion.consultation, kind=kind, done_on=date(2021, 10, 27), **again)
    assert state_of(opinion)[1] is (kind == EventKind.OTHER)
    rest = {"note": "", "position": 0, "link": "", "document": None}
    events.edit_event(event, kind=EventKind.HANDED_OVER, **again, **rest)
    assert state_of(opinion) == (None, False, False)


def test_a_delivery_that_was_none_leaves_no_waiver(opinion):
    events.waive_opinion(opinion, by=None, at=ENDED)
    rest = {"name": "Inne", "note": "", "position": 0, "link": "", "document": None, "by": None, "at": ENDED}
    events.edit_event(handed_over(opinion), kind=EventKind.OTHER, **rest)
    assert state_of(opinion) == (None, False, False)


def test_a_draft_delivered_again_has_its_days_anew(opinion):
    again = events.add_event(opinion.consultation, kind=EventKind.HANDED_OVER, name="Ponownie", by=None, at=PUBLISHED)
    events.record_event(again, done_on=date(2021, 10, 27), by=None, at=ENDED)
    assert opinion.opinion_ends_at == end_of(date(2021, 11, 10))
    with pytest.raises(events.OpinionMayStillCome):
        events.waive_opinion(opinion, by=None, at=ENDED)


# --- Rows from before kinds -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Robocze spotkanie komórek organizacyjnych Urzędu Miasta Torunia", EventKind.OTHER),
        ("Posiedzenie Rady Działalności Pożytku Publicznego", EventKind.OTHER),
        ("Drugie posiedzenie Rady Działalności Pożytku Publicznego", EventKind.OTHER),
        ("Przekazanie projektu Radzie Działalności Pożytku Publicznego", EventKind.HANDED_OVER),
        ("Przekazanie projektu do opinii Radzie Działalności Pożytku Publicznego", EventKind.HANDED_OVER),
        ("Opinia Rady Działalności Pożytku Publicznego", EventKind.OPINION),
        ("Przyjęcie projektu przez Prezydenta Miasta Torunia", EventKind.ACCEPTANCE),
        ("Sesja Rady Miasta Torunia", EventKind.SESSION),
        ("Podjęcie uchwały", EventKind.RESOLUTION),
        ("Ogłoszenie uchwały w BIP", EventKind.BULLETIN),
        ("Sprawozdanie z realizacji programu", EventKind.ANNUAL_REPORT),
        ("Sprawozdanie z przebiegu konsultacji", EventKind.OTHER),
        ("Sprawozdanie z konsultacji programu współpracy", EventKind.OTHER),
    ],
)
def test_old_rows_get_their_kind_by_their_name(name, kind):
    assert import_module("consultations.migrations.0014_before_answers").kind_of(name) == kind
