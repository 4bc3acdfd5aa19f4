"""What a kind of stage permits, as a whole table, and when a stage permits it: both sides of each moment."""

import pytest

from consultations.models import Consultation
from consultations.stages import PERMITS, Action, Kind, kinds_permitting
from tests.factories.consultations import CLOSES, OPENS, PUBLISHED, TICK, planned, published, stage

pytestmark = pytest.mark.django_db


def test_what_each_kind_of_stage_permits_the_public():
    assert {
        Kind.ANNOUNCEMENT: set(),
        Kind.PROPOSALS: {Action.PROPOSE},
        Kind.MEETING: {Action.PROPOSE},
        Kind.DRAFTING: set(),
        Kind.ACCEPTANCE: set(),
        Kind.REMARKS: {Action.REMARK},
        Kind.ANALYSIS: set(),
        Kind.COUNCIL: set(),
        Kind.FOLLOW_UP: set(),
    } == PERMITS
    assert set(PERMITS) == set(Kind)
    assert kinds_permitting(Action.PROPOSE) == [Kind.PROPOSALS, Kind.MEETING]
    assert kinds_permitting(Action.REMARK) == [Kind.REMARKS]


@pytest.mark.parametrize(("at", "allowed"), [(OPENS - TICK, False), (OPENS, True), (CLOSES - TICK, True), (CLOSES, False)])
def test_remarks_are_taken_from_the_first_moment_to_the_last(at, allowed):
    consultation = published()
    of_kind = consultation.stages.get()
    assert consultation.may(Action.REMARK, at) is allowed
    assert of_kind.permits(Action.REMARK, at) is allowed
    assert of_kind.is_open(at) is allowed
    assert Consultation.objects.taking_remarks(at).exists() is allowed
    assert Consultation.objects.permitting(Action.REMARK, at).exists() is allowed
    assert not consultation.may(Action.PROPOSE, at)


def test_a_stage_is_over_from_its_last_moment_and_never_without_dates():
    consultation = published()
    of_kind = consultation.stages.get()
    assert (of_kind.is_over(CLOSES - TICK), of_kind.is_over(CLOSES)) == (False, True)
    undated = stage(consultation, opens_at=None, closes_at=None)
    assert (undated.is_open(OPENS), undated.is_over(CLOSES)) == (False, False)


def test_nobody_takes_remarks_before_publication():
    made = planned()
    stage(made)
    assert not Consultation.objects.taking_remarks(OPENS).exists()
    assert not made.is_published(OPENS)


def test_a_consultation_is_published_from_its_moment():
    made = published()
    assert (made.is_published(PUBLISHED - TICK), made.is_published(PUBLISHED)) == (False, True)
    assert list(Consultation.objects.published(PUBLISHED - TICK)) == []
    assert list(Consultation.objects.published(PUBLISHED)) == [made]
