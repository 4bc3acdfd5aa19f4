"""What the coordinator does to dates: refused in words, told to the public, and done once."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from accounts.letters import owe_letter
from accounts.models import Letter, State
from consultations.actions import events, schedule
from consultations.models import Consultation, DateChange, Stage
from consultations.stages import Kind, ShownAs
from programs.freshness import freshness
from programs.models import Boundary
from tests.factories.consultations import (
    CLOSES,
    DAY,
    HOUR,
    OPENS,
    PUBLISHED,
    TICK,
    coordinator,
    planned,
    program,
    published,
    stage,
)

pytestmark = pytest.mark.django_db

LATER = PUBLISHED + 10 * DAY


def move(of: Stage, opens_at: datetime | None = OPENS, closes_at: datetime | None = CLOSES, **values: object) -> Stage:
    given = {"reason": "Rada poprosiła o czas.", "by": None, "at": LATER, **values}
    return schedule.move_stage(of, opens_at=opens_at, closes_at=closes_at, **given)


def changes() -> list[tuple[str, datetime | None, datetime | None, str]]:
    return list(DateChange.objects.values_list("field", "old", "new", "reason"))


# --- Publishing -----------------------------------------------------------------------------------


def test_publishing_asks_for_a_program_and_for_a_stage_with_dates():
    bare = planned(programs=[])
    with translation.override("en"), pytest.raises(schedule.ConsultationIsNotReady) as refused:
        schedule.publish_consultation(bare, by=None, at=PUBLISHED)
    assert str(refused.value.in_words) == "Say which program is consulted. Add at least one stage with dates."
    assert Consultation.objects.get().published_at is None

    stage(bare, opens_at=None, closes_at=None)
    with pytest.raises(schedule.ConsultationIsNotReady):
        schedule.publish_consultation(bare, by=None, at=PUBLISHED)

    bare.programs.add(program())
    stage(bare)
    assert schedule.publish_consultation(bare, by=None, at=PUBLISHED).published_at == PUBLISHED


def test_publishing_again_does_not_move_the_moment():
    made = published()
    schedule.publish_consultation(made, by=None, at=LATER)
    assert Consultation.objects.get().published_at == PUBLISHED


# --- Windows --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("opens_at", "closes_at"), [(OPENS, None), (None, CLOSES), (CLOSES, OPENS), (OPENS, OPENS)])
def test_half_a_window_and_a_window_turned_round_are_refused(opens_at, closes_at):
    made = published()
    with pytest.raises(schedule.WindowIsWrong):
        stage(made, kind=Kind.COUNCIL, opens_at=opens_at, closes_at=closes_at)
    with pytest.raises(schedule.WindowIsWrong):
        move(made.stages.get(), opens_at, closes_at)
    assert made.stages.count() == 1
    # The row refuses too, whoever writes it.
    with pytest.raises(IntegrityError), transaction.atomic():
        Stage.objects.create(consultation=made, kind=Kind.COUNCIL, name="x", opens_at=opens_at, closes_at=closes_at)


def test_two_stages_of_a_kind_may_meet_but_not_overlap():
    made = published()
    stage(made, name="Druga tura", opens_at=CLOSES, closes_at=CLOSES + DAY)
    stage(made, name="Przedtem", opens_at=OPENS - DAY, closes_at=OPENS)
    with pytest.raises(schedule.StagesOverlap) as refused:
        stage(made, name="Za wcześnie", opens_at=CLOSES + DAY - TICK, closes_at=CLOSES + 2 * DAY)
    assert "Druga tura" in str(refused.value.in_words)
    with pytest.raises(schedule.StagesOverlap):
        stage(made, name="W środku", opens_at=OPENS + HOUR, closes_at=OPENS + 2 * HOUR)
    assert made.stages.count() == 3


def test_stages_of_other_kinds_and_of_other_consultations_may_overlap():
    made = published()
    stage(made, kind=Kind.PROPOSALS)
    stage(planned())
    assert Stage.objects.count() == 3


def test_a_stage_moves_over_its_own_old_window_but_not_over_another():
    made = published()
    moved = move(made.stages.get(), OPENS + HOUR, CLOSES + HOUR)
    assert (moved.opens_at, moved.closes_at) == (OPENS + HOUR, CLOSES + HOUR)
    other = stage(made, name="Druga tura", opens_at=CLOSES + DAY, closes_at=CLOSES + 2 * DAY)
    with pytest.raises(schedule.StagesOverlap):
        move(other, CLOSES, CLOSES + 2 * DAY)
    other.refresh_from_db()
    assert other.opens_at == CLOSES + DAY


# --- Moved dates ----------------------------------------------------------------------------------


def test_a_published_date_moves_only_with_a_reason_and_leaves_a_trace():
    made, by = published(), coordinator()
    with pytest.raises(schedule.ReasonIsMissing):
        move(made.stages.get(), OPENS, CLOSES + DAY, reason="  ")
    assert changes() == []
    move(made.stages.get(), OPENS, CLOSES + DAY, by=by)
    assert changes() == [("closes_at", CLOSES, CLOSES + DAY, "Rada poprosiła o czas.")]
    trace = DateChange.objects.get()
    assert (trace.thing, trace.by, trace.at) == (made.stages.get(), by, LATER)


def test_both_ends_moved_are_two_traces_of_one_moment():
    made = published()
    move(made.stages.get(), OPENS + DAY, CLOSES + DAY)
    assert [(field, old, new) for field, old, new, _reason in changes()] == [
        ("opens_at", OPENS, OPENS + DAY),
        ("closes_at", CLOSES, CLOSES + DAY),
    ]
    assert len(set(DateChange.objects.values_list("at"))) == 1


def test_the_same_dates_again_change_nothing():
    made = published()
    before = freshness(LATER).state
    move(made.stages.get(), OPENS, CLOSES, reason="")
    assert changes() == []
    assert freshness(LATER).state == before


def test_a_plan_that_nobody_has_seen_moves_without_a_word():
    made = planned()
    move(stage(made), OPENS, CLOSES + DAY, reason="")
    assert changes() == []


def test_a_first_date_is_news_and_a_date_taken_away_is_a_move():
    made = published()
    undated = stage(made, kind=Kind.COUNCIL, opens_at=None, closes_at=None)
    move(undated, reason="")
    assert changes() == []
    with pytest.raises(schedule.ReasonIsMissing):
        move(undated, None, None, reason="")
    move(undated, None, None)
    assert [(field, new) for field, _old, new, _reason in changes()] == [("opens_at", None), ("closes_at", None)]


def test_a_moved_deadline_withdraws_the_reminders_of_this_stage_alone():
    made = published()
    one, other = made.stages.get(), stage(made, kind=Kind.PROPOSALS)
    for of in (one, other):
        owe_letter("anna@example.org", kind="stage_closes", occasion=f"stage_closes:stage:{of.pk}:1", at=PUBLISHED)
    # A stage whose number begins like this one's.
    owe_letter("anna@example.org", kind="stage_closes", occasion=f"stage_closes:stage:{one.pk}9:1", at=PUBLISHED)
    move(one, OPENS, CLOSES + DAY)
    assert list(Letter.objects.order_by("pk").values_list("state", flat=True)) == [State.OBSOLETE, State.QUEUED, State.QUEUED]


def test_moving_a_stage_moves_the_boundaries_of_cached_pages():
    made = published()
    of = made.stages.get()
    assert set(Boundary.objects.values_list("moment", flat=True)) == {OPENS, CLOSES}
    before = freshness(LATER).state
    move(of, OPENS, CLOSES + DAY)
    assert set(Boundary.objects.values_list("moment", flat=True)) == {OPENS, CLOSES + DAY}
    assert freshness(LATER).state != before


def test_words_of_a_stage_change_without_a_trace():
    made = published()
    of = made.stages.get()
    words = {"name": "Uwagi", "description": "Opis", "shown_as": ShownAs.UNTIL, "after_event": None, "days_after": None}
    schedule.edit_stage(of, **words, position=3, by=coordinator(), at=LATER)
    of.refresh_from_db()
    assert (of.name, of.description, of.shown_as, of.position, of.opens_at) == ("Uwagi", "Opis", "until", 3, OPENS)
    assert changes() == []
    with pytest.raises(schedule.ActIsMissing):
        schedule.edit_stage(of, **{**words, "shown_as": ShownAs.AFTER_ACT}, position=3, by=coordinator(), at=LATER)


def test_a_stage_after_an_act_names_the_act():
    made = published()
    with pytest.raises(schedule.ActIsMissing):
        stage(made, kind=Kind.COUNCIL, shown_as=ShownAs.AFTER_ACT)
    with pytest.raises(IntegrityError), transaction.atomic():
        Stage.objects.create(consultation=made, kind=Kind.COUNCIL, name="x", shown_as=ShownAs.AFTER_ACT)


# --- Removing -------------------------------------------------------------------------------------


def test_only_what_nobody_has_read_can_be_removed():
    made = planned()
    of, event = stage(made), events.add_event(made, name="Sesja", by=None, at=PUBLISHED)
    spare = stage(made, kind=Kind.COUNCIL)
    schedule.remove_from_plan(spare, at=PUBLISHED)
    assert set(Boundary.objects.values_list("moment", flat=True)) == {OPENS, CLOSES}
    schedule.publish_consultation(made, by=None, at=PUBLISHED)
    for entry in (of, event):
        with pytest.raises(schedule.PeopleHaveReadIt):
            schedule.remove_from_plan(entry, at=PUBLISHED + timedelta(seconds=1))
    assert (made.stages.count(), made.events.count()) == (1, 1)


def test_topics_are_added_and_reworded():
    made = planned()
    topic = schedule.add_topic(made, name="Wolontariat", at=PUBLISHED)
    schedule.edit_topic(topic, name="Wolontariat i młodzież", description="Opis", position=2, at=PUBLISHED)
    assert list(made.topics.values_list("name", "description", "position")) == [("Wolontariat i młodzież", "Opis", 2)]


def test_a_consultation_is_reworded_but_keeps_its_address():
    made = published()
    other = program(2023)
    words = {"title": "Nowy tytuł", "lead": "l", "host": "h", "co_hosts": "c", "phone": "p", "contact_email": "k@example.org"}
    schedule.edit_consultation(made, **words, programs=[other], at=LATER)
    saved = Consultation.objects.get(pk=made.pk)
    assert {name: getattr(saved, name) for name in words} == words
    assert (saved.slug, list(saved.programs.all()), saved.published_at) == (made.slug, [other], PUBLISHED)
