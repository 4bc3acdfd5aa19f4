"""The coordinator's rules: what they may ask for, and what they come to."""

from datetime import UTC, datetime, time

import pytest

from consultations.actions import rules, schedule
from consultations.actions.rules import Progress, RuleIsWrong, planned
from consultations.models import Audience, ReminderKind
from consultations.reminders import owe_due_reminders
from consultations.rules import AUDIENCES, DEFAULT_RULES, When
from consultations.stages import Kind
from tests.factories import meetings
from tests.factories.consultations import CLOSES, DAY, HOUR, OPENS, PUBLISHED, TICK, follower, published, stage
from tests.factories.consultations import planned as unpublished

pytestmark = pytest.mark.django_db

DUE = datetime(2021, 10, 31, 8, tzinfo=UTC)


@pytest.fixture
def made():
    return published()


def add(made, kind: str = "stage_closes", **values: object):
    given = {"audience": AUDIENCES[ReminderKind(kind)][0], "at": OPENS, **values}
    return rules.add_rule(made, kind=kind, **given)


def test_a_new_consultation_has_one_rule_of_each_kind_with_its_default():
    made = unpublished()
    found = {rule.kind: rule for rule in made.reminder_rules.all()}
    assert {kind: rule.when for kind, rule in found.items()} == DEFAULT_RULES
    assert all(rule.audience == AUDIENCES[ReminderKind(kind)][0] for kind, rule in found.items())
    assert {(rule.is_on, rule.since, rule.stage) for rule in found.values()} == {(True, PUBLISHED, None)}


def test_defaults_are_added_once_beside_the_rules_there_are(made):
    made.reminder_rules.exclude(kind="news").delete()
    kept = made.reminder_rules.get()
    for _one in range(2):
        rules.add_default_rules(made, at=OPENS)
    assert made.reminder_rules.count() == len(DEFAULT_RULES)
    assert made.reminder_rules.get(kind="news") == kept


@pytest.mark.parametrize(
    "when",
    [
        {"days": 1},
        {"clock": time(9)},
        {"days": 1, "clock": time(9), "hours": 1},
        {"days": 61, "clock": time(9)},
        {"days": -1, "clock": time(9)},
        {"hours": 241},
        {"hours": -1},
        {"days": 1, "clock": "25:00"},
        {"days": 3, "clock": time(9)},  # there is such a rule
    ],
)
def test_a_time_that_cannot_be_is_refused_in_words(made, when):
    with pytest.raises(RuleIsWrong) as refused:
        add(made, **when)
    assert refused.value.in_words.endswith(".")
    assert made.reminder_rules.filter(kind="stage_closes").count() == 1


@pytest.mark.parametrize(
    "when", [{"days": 60, "clock": time(9)}, {"days": 0, "clock": time(0)}, {"hours": 240}, {"hours": 0}, {}]
)
def test_a_time_within_bounds_is_taken(made, when):
    assert add(made, **when).when == When(**when)


@pytest.mark.parametrize("kind", list(ReminderKind))
def test_each_kind_goes_only_to_people_it_suits(made, kind):
    made.reminder_rules.all().delete()
    for audience in Audience:
        if audience in AUDIENCES[kind]:
            add(made, kind, audience=audience).delete()
        else:
            with pytest.raises(RuleIsWrong):
                add(made, kind, audience=audience)


def test_the_same_moment_has_one_rule_whoever_it_writes_to(made):
    with pytest.raises(RuleIsWrong):
        add(made, "news", audience=Audience.FOLLOWERS_AND_SIGNED_UP)
    add(made, "stage_opens", audience=Audience.FOLLOWERS, hours=1)
    with pytest.raises(RuleIsWrong):
        add(made, "stage_opens", audience=Audience.FOLLOWERS_AND_SIGNED_UP, hours=1)


@pytest.mark.parametrize("kind", ["news", "results"])
def test_nobody_is_told_beforehand_of_what_is_not_known(made, kind):
    made.reminder_rules.all().delete()
    for when in ({"hours": 1}, {"days": 1, "clock": time(9)}):
        with pytest.raises(RuleIsWrong):
            add(made, kind, **when)


def test_a_rule_names_only_a_stage_of_its_own_that_it_suits(made):
    analysis = stage(made, kind=Kind.ANALYSIS)
    for kind, wrong in (("stage_closes", published().stages.get()), ("stage_closes", analysis), ("signup_closes", analysis)):
        with pytest.raises(RuleIsWrong):
            add(made, kind, stage=wrong, hours=1)
    remarks = made.stages.get(kind=Kind.REMARKS)
    assert add(made, stage=remarks, hours=1).stage == remarks


def test_an_edited_rule_answers_from_then_on_and_a_wrong_edit_changes_nothing(made):
    rule = made.reminder_rules.get(kind="stage_closes")
    edit = {"audience": rule.audience, "stage": None, "days": None, "clock": None, "at": OPENS}
    with pytest.raises(RuleIsWrong):
        rules.edit_rule(rule, hours=241, **edit)
    rule.refresh_from_db()
    assert (rule.when, rule.since) == (DEFAULT_RULES[ReminderKind.STAGE_CLOSES], PUBLISHED)
    rules.edit_rule(rule, hours=240, **edit)
    rule.refresh_from_db()
    assert (rule.when, rule.since) == (When(hours=240), OPENS)


def test_switching_sets_the_beginning_and_a_second_click_does_not(made):
    rule = made.reminder_rules.get(kind="news")
    for at in (OPENS, OPENS + DAY):
        rule = rules.switch_rule(rule, is_on=False, at=at)
    assert (rule.is_on, rule.since) == (False, OPENS)


# --- What the desk sees -----------------------------------------------------------------------------


def rows(made, at: datetime) -> dict[str, tuple[Progress, int]]:
    return {row.rule.kind: (row.progress, row.letters) for row in planned(made, at)}


def test_the_desk_sees_what_comes_what_was_sent_and_what_was_missed(made):
    follower(made)
    before = rows(made, PUBLISHED)
    assert before == dict.fromkeys(("invitation", "stage_opens", "stage_closes"), (Progress.WAITING, 0))
    owe_due_reminders(OPENS)
    assert rows(made, OPENS)["stage_opens"] == (Progress.SENT, 1)
    assert rows(made, DUE - TICK)["stage_closes"] == (Progress.WAITING, 0)
    assert rows(made, DUE)["stage_closes"] == (Progress.DUE, 0)
    owe_due_reminders(CLOSES)
    assert rows(made, CLOSES)["stage_closes"] == (Progress.MISSED, 0)


def test_rows_come_in_the_order_of_time_and_name_their_thing(made):
    found = planned(made, PUBLISHED)
    assert [row.due_at for row in found] == [OPENS, OPENS, DUE]
    assert {row.thing.title for row in found} == {"Uwagi do projektu"}


def test_a_moved_date_waits_again_and_what_was_sent_about_the_old_one_stays_told(made):
    follower(made)
    owe_due_reminders(DUE)
    later = {"opens_at": OPENS, "closes_at": CLOSES + 7 * DAY}
    schedule.move_stage(made.stages.get(), **later, reason="Powód.", by=None, at=DUE + HOUR)
    closing = [(row.progress, row.letters) for row in planned(made, DUE + HOUR) if row.rule.kind == "stage_closes"]
    assert closing == [(Progress.SENT, 1), (Progress.WAITING, 0)]


def test_a_rule_that_is_off_plans_nothing(made):
    for rule in made.reminder_rules.all():
        rules.switch_rule(rule, is_on=False, at=PUBLISHED)
    assert planned(made, PUBLISHED) == []


def test_a_rule_that_a_later_one_has_overtaken_is_not_promised(made):
    add(made, days=7, clock=time(9), at=PUBLISHED)
    closing = [row.progress for row in planned(made, DUE - TICK) if row.rule.kind == "stage_closes"]
    assert closing == [Progress.DUE, Progress.WAITING]
    closing = [(row.rule.days, row.progress) for row in planned(made, DUE) if row.rule.kind == "stage_closes"]
    assert closing == [(3, Progress.DUE)]


def test_meetings_are_seen_too(django_assert_num_queries):
    meeting = meetings.meeting(separate_confirmation=True, confirm_until=meetings.SIGNUP_UNTIL)
    # Runs; rules with stages, meetings, announcements, programs and versions.
    with django_assert_num_queries(7):
        found = {row.rule.kind for row in planned(meeting.consultation, meetings.NOW)}
    assert {"signup_closes", "topics_close", "confirm_attendance", "meeting_soon"} <= found


def test_stages_have_rules_of_their_own_beside_each_other_and_beside_the_general_one():
    made = published()
    proposals = stage(made, kind="proposals", opens_at=OPENS, closes_at=CLOSES)
    remarks = made.stages.get(kind="remarks")
    for narrowed in (None, proposals, remarks):
        assert add(made, stage=narrowed, hours=7).stage == narrowed
    for narrowed in (None, proposals, remarks):
        with pytest.raises(RuleIsWrong):
            add(made, stage=narrowed, hours=7)
