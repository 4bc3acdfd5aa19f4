"""One act and one letter each, however many press the button at once and whatever is done meanwhile. Promised on PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction

from accounts.models import Letter
from consultations.actions import publication
from consultations.actions.answers import AnswerIsPublished, cut_voice, return_answer
from consultations.actions.publication import VoicesAreUnanswered, publish_answers
from consultations.actions.voices import Author, ProposalText, submit_proposal
from consultations.models import Channel, Consultation, Decision, Part, Publication, VoiceKind
from tests.consultations.test_voices_race import AT_ONCE, at_once
from tests.factories.answers import PUBLISHED, answered, drafter
from tests.factories.voices import CLOSES, consultation, coordinator, proposal, token

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]
AUTHORS = 5


def prepared() -> Consultation:
    made = consultation()
    for number in range(AUTHORS):
        answered(proposal(made, author=Author("Jan", f"jan{number}@example.org")))
    coordinator()
    return made


def publish(made):
    return publish_answers(made, list(VoiceKind), by=coordinator(), at=PUBLISHED)


def test_of_many_who_publish_at_once_one_does():
    made = prepared()
    outcomes = at_once(lambda number: publish(made))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NothingToPublish"] * (AT_ONCE - 1) + ["Publication"]
    assert Publication.objects.count() == 1
    assert Letter.objects.filter(kind="answers").count() == AUTHORS
    assert Decision.objects.filter(publication=Publication.objects.get()).count() == AUTHORS


def test_without_the_lock_several_would(monkeypatch):
    """The control: the test above would fail if the verb did not hold the consultation."""
    made = prepared()
    looked, look = Barrier(AT_ONCE), publication.preview

    def slow_preview(*args, **kwargs):
        planned = look(*args, **kwargs)
        looked.wait(10)
        return planned

    monkeypatch.setattr(publication, "_hold", lambda *args: None)
    monkeypatch.setattr(publication, "preview", slow_preview)
    at_once(lambda number: publish(made))
    assert Publication.objects.count() > 1
    assert Letter.objects.filter(kind="answers").count() > AUTHORS


def late_letter(made):
    said = [ProposalText("Głos na papierze.")]
    values = {"channel": Channel.PAPER, "entered_by": coordinator(), "late_reason": "Poczta."}
    return submit_proposal(made, author=Author("", ""), proposals=said, form_token=token(), at=CLOSES, **values)


def while_published(made, act):
    """What `act` came to, begun while an act of publication was not finished."""
    begun, outcome = Barrier(2), []

    def other():
        try:
            begun.wait(10)
            outcome.append(act())
        except Exception as error:
            outcome.append(error)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        acting = pool.submit(other)
        with transaction.atomic():
            publish(made)
            begun.wait(10)
            with pytest.raises(TimeoutError):
                acting.result(timeout=0.5)
        acting.result(timeout=10)
    return outcome[0]


def test_an_answer_is_not_returned_while_it_is_being_published():
    made = prepared()
    part = Part.objects.first()
    refused = while_published(made, lambda: return_answer(part, why="Za krótko.", seen=1, by=drafter(), at=PUBLISHED))
    assert isinstance(refused, AnswerIsPublished)
    assert not Decision.objects.exclude(returned_at=None).exists()


def test_a_voice_is_not_cut_while_its_answer_is_being_published():
    made = prepared()
    voice = made.voices.first()
    while_published(made, lambda: cut_voice(voice, excerpts=["", "Nowa część."], by=drafter(), at=PUBLISHED))
    # Cut afterwards or refused: never published with a part that nobody answered.
    assert Decision.objects.published(PUBLISHED).count() == AUTHORS


def test_a_late_letter_waits_for_the_act_and_is_not_part_of_it():
    made = prepared()
    letter = while_published(made, lambda: late_letter(made))
    assert letter.pk
    assert Publication.objects.get().voices == AUTHORS


def test_an_act_waits_for_a_letter_that_is_being_recorded_and_then_is_refused():
    made = prepared()
    recorded = Barrier(2)

    def press():
        try:
            recorded.wait(10)
            publish(made)
        except VoicesAreUnanswered as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        pressing = pool.submit(press)
        with transaction.atomic():
            late_letter(made)
            recorded.wait(10)
            with pytest.raises(TimeoutError):
                pressing.result(timeout=0.5)
        assert isinstance(pressing.result(timeout=10), VoicesAreUnanswered)
    assert not Publication.objects.exists()
