"""A change is made once, however many press the button at once. Promised on PostgreSQL."""

from datetime import timedelta

import pytest

from consultations.actions import changes as verbs
from consultations.models import ChangeAction, Outcome, ProposedChange
from programs.actions import start_version
from programs.models import DraftVersion, Purpose
from tests.consultations.test_voices_race import AT_ONCE, at_once
from tests.factories.answers import answered, drafter
from tests.factories.voices import CLOSES, consultation, remark

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]
AT = CLOSES + timedelta(days=3)


@pytest.fixture
def waiting():
    """A new unit that is to be added, and the version it is to be added to."""
    part = answered(remark(consultation()), outcome=Outcome.ACCEPTED).parts.get()
    on = part.voice.provision_text
    change = verbs.propose_change([part], on=on, action=ChangeAction.ADD, text="Nowy.", by=drafter(), at=AT)
    return change.pk, start_version(on.version.program, purpose=Purpose.AFTER, based_on=on.version, at=AT).pk


def press(waiting):
    change, version = waiting
    by = drafter()

    def apply(_number):
        found = ProposedChange.objects.get(pk=change)
        return verbs.apply_change(found, DraftVersion.objects.get(pk=version), by=by, at=AT)

    outcomes = at_once(apply)
    return [type(outcome) for outcome in outcomes], DraftVersion.objects.get(pk=version).texts.filter(text="Nowy.").count()


def test_a_change_pressed_many_times_at_once_is_made_once(waiting):
    outcomes, count = press(waiting)
    assert (outcomes.count(ProposedChange), outcomes.count(verbs.ChangeIsMade), count) == (1, AT_ONCE - 1, 1)


def test_control_without_the_lock_it_is_made_again_and_again(waiting, monkeypatch):
    """The test above would fail if the verb did not hold the change."""
    monkeypatch.setattr(
        verbs, "_locked", lambda changes: list(ProposedChange.objects.filter(pk__in=[change.pk for change in changes]))
    )
    _outcomes, count = press(waiting)
    assert count > 1
