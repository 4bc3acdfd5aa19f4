"""Numbers without gaps and one letter per form, however many come at once. Promised on PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import Letter
from consultations.actions.schedule import move_stage
from consultations.actions.voices import ProposalText, StageIsClosed, submit_proposal
from consultations.models import Consultation, Submission, Voice
from consultations.stages import Kind
from tests.factories.voices import AUTHOR, DURING, OPENS, consultation, token

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]
AT_ONCE = 8


def at_once(act):
    """Run act(n) in as many threads at the same moment; what each returned or raised."""
    start = Barrier(AT_ONCE)

    def run(number):
        try:
            start.wait(10)
            return act(number)
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(run, range(AT_ONCE)))


def speak(pk, form_token):
    made = Consultation.objects.get(pk=pk)
    return submit_proposal(
        made, author=AUTHOR, proposals=[ProposalText("a"), ProposalText("b")], form_token=form_token, at=DURING
    )


def test_letters_that_come_at_once_are_numbered_without_gaps():
    pk = consultation().pk
    outcomes = at_once(lambda number: speak(pk, token()))
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert sorted(Voice.objects.values_list("number", flat=True)) == list(range(1, 2 * AT_ONCE + 1))


def test_without_the_lock_they_collide(monkeypatch):
    """The control: the test above would fail if the verb did not hold the consultation."""
    pk = consultation().pk
    unlocked = type(Consultation.objects.all())
    monkeypatch.setattr(unlocked, "select_for_update", lambda queryset, **options: queryset)
    monkeypatch.setattr("consultations.actions.voices._is_open", lambda *args: True)
    # Everybody has read the last number before anybody writes.
    read = Barrier(AT_ONCE)
    bulk_create = type(Voice.objects.all()).bulk_create

    def late(queryset, *args, **kwargs):
        read.wait(10)
        return bulk_create(queryset, *args, **kwargs)

    monkeypatch.setattr(type(Voice.objects.all()), "bulk_create", late)
    outcomes = at_once(lambda number: speak(pk, token()))
    assert sum(isinstance(outcome, IntegrityError) for outcome in outcomes) == AT_ONCE - 1


def test_one_form_sent_many_times_at_once_is_one_letter():
    pk = consultation().pk
    outcomes = at_once(lambda number: speak(pk, "c" * 32))
    assert len({outcome.pk for outcome in outcomes}) == 1
    assert (Submission.objects.count(), Voice.objects.count(), Letter.objects.count()) == (1, 2, 1)


def test_a_letter_waits_for_a_deadline_that_is_being_moved_and_obeys_it():
    made = consultation()
    stage = made.stages.get(kind=Kind.PROPOSALS)
    moved, outcomes = Barrier(2), []

    def visitor():
        try:
            moved.wait(10)
            outcomes.append(speak(made.pk, token()))
        except StageIsClosed as closed:
            outcomes.append(closed)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(visitor)
        with transaction.atomic():
            move_stage(stage, opens_at=OPENS, closes_at=DURING, reason="Wcześniej.", by=None, at=OPENS)
            moved.wait(10)
            with pytest.raises(TimeoutError):
                sent.result(timeout=0.5)
        sent.result(timeout=10)
    assert [type(outcome) for outcome in outcomes] == [StageIsClosed]
    assert not Submission.objects.exists()
