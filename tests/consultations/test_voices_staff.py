"""What staff do to voices: write down those that came otherwise, release them to the public."""

import pytest

from accounts.models import User
from consultations.actions.voices import (
    LateNeedsAReason,
    ProposalText,
    ReceivedInTheFuture,
    StageIsClosed,
    confirm_submission,
    edit_voice,
    release_voices,
    submit_proposal,
    withdraw_submission,
)
from consultations.models import Channel, Voice
from programs.models import Revision
from tests.factories.voices import AUTHOR, CLOSES, DURING, OPENS, TICK, consultation, coordinator, proposal, token

pytestmark = pytest.mark.django_db


def send_proposal(made, *, at=DURING, texts=("Więcej warsztatów.",), **more):
    more.setdefault("form_token", token())
    return submit_proposal(made, author=AUTHOR, proposals=[ProposalText(text) for text in texts], at=at, **more)


# --- Staff --------------------------------------------------------------------------------------


def enter(made, *, at=CLOSES, by=None, received_at=DURING, **more):
    return send_proposal(made, at=at, channel=Channel.PAPER, entered_by=by or coordinator(), received_at=received_at, **more)


def test_staff_enter_after_the_close_what_came_before_it():
    submission = enter(consultation(), late_reason="niepotrzebny powód")
    assert (submission.received_at, submission.is_late, submission.late_reason) == (DURING, False, "")


@pytest.mark.parametrize(("received_at", "late"), [(OPENS - TICK, True), (OPENS, False), (CLOSES - TICK, False), (CLOSES, True)])
def test_staff_record_what_came_late_with_a_reason(received_at, late):
    made = consultation()
    if late:
        with pytest.raises(LateNeedsAReason):
            enter(made, received_at=received_at)
    submission = enter(made, received_at=received_at, late_reason="List szedł pocztą 9 dni.")
    assert submission.is_late is late


def test_only_staff_may_say_that_a_letter_came_earlier():
    made = consultation()
    visitor = User.objects.create_user("ktos@example.org")
    for who in (visitor, None):
        with pytest.raises(StageIsClosed):
            send_proposal(made, at=CLOSES, entered_by=who, received_at=DURING, late_reason="bo tak")


def test_nothing_is_received_in_the_future():
    with pytest.raises(ReceivedInTheFuture):
        enter(consultation(), at=DURING, received_at=DURING + TICK)


# --- Release ------------------------------------------------------------------------------------


def test_nothing_is_public_before_staff_release_it():
    made = consultation()
    first, second = proposal(made), proposal(made)
    assert not Voice.objects.released(CLOSES).exists()
    assert release_voices([first], by=coordinator(), at=DURING) == 1
    assert list(Voice.objects.released(DURING)) == [first]
    assert not Voice.objects.released(DURING - TICK).exists()
    assert release_voices([first, second], by=coordinator(), at=CLOSES) == 1
    first.refresh_from_db()
    assert (first.released_at, first.released_by) == (DURING, coordinator())


@pytest.mark.parametrize(("seen_at", "released"), [(DURING - TICK, 0), (DURING, 1), (None, 1)])
def test_words_changed_after_staff_saw_them_are_not_released(seen_at, released):
    voice = proposal(consultation())
    edit_voice(voice, at=DURING, text="Nowe słowa.")
    assert release_voices([voice], by=coordinator(), at=CLOSES, seen_at=seen_at) == released
    assert Voice.objects.released(CLOSES).count() == released


def test_words_never_changed_are_released_whenever_seen():
    voice = proposal(consultation())
    assert release_voices([voice], by=coordinator(), at=CLOSES, seen_at=DURING) == 1


def test_a_withdrawn_letter_is_not_released():
    voice = proposal(consultation())
    withdraw_submission(voice.submission, at=DURING)
    assert release_voices([voice], by=coordinator(), at=DURING) == 0


def test_what_the_public_reads_has_changed_exactly_when_it_has():
    made = consultation()
    voice = proposal(made)
    before = Revision.objects.get().number
    confirm_submission(voice.submission, at=DURING)
    assert Revision.objects.get().number == before
    release_voices([voice], by=coordinator(), at=DURING)
    assert Revision.objects.get().number == before + 1
    release_voices([voice], by=coordinator(), at=DURING)
    assert Revision.objects.get().number == before + 1
    withdraw_submission(voice.submission, at=DURING)
    assert Revision.objects.get().number == before + 2
