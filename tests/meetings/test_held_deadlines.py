"""Each of the three deadlines holds for each verb to the microsecond: for the public, and for the office which may do more."""

from collections.abc import Callable
from datetime import datetime

import pytest

from accounts.models import User
from meetings import actions
from meetings.models import Ended, Meeting, Registration
from tests.factories import meetings as make
from tests.factories.meetings import HOUR, NOW, SIGNUP_UNTIL, STARTS, TICK, TOPICS_UNTIL

pytestmark = pytest.mark.django_db
# Three different moments, so that a verb that asks the wrong one is seen.
CONFIRM_UNTIL = SIGNUP_UNTIL + HOUR


@pytest.fixture
def meeting():
    return make.meeting(separate_confirmation=True, confirm_until=CONFIRM_UNTIL)


@pytest.fixture
def registration(meeting):
    return make.registered(meeting.groups.first())


def sign_up(meeting: Meeting, registration: Registration, at: datetime, by: User | None) -> object:
    given = {"entered_by": by, "channel": "phone"} if by else {}
    return make.held(meeting.groups.first(), at=at, **given)


def wait(meeting: Meeting, registration: Registration, at: datetime, by: User | None) -> object:
    group = meeting.groups.first()
    given = {"entered_by": by, "channel": "phone"} if by else {}
    if group.free:
        actions.edit_group(group, capacity=group.taken, at=NOW)
    return make.held(group, make.person(waits=True), at=at, **given)


def change_group(meeting: Meeting, registration: Registration, at: datetime, by: User | None) -> object:
    return actions.change_group(registration, group=meeting.groups.last(), at=at, by=by)


def decline(meeting: Meeting, registration: Registration, at: datetime, by: User | None) -> object:
    return actions.decline(registration, at=at, by=by)


def confirm_attendance(meeting: Meeting, registration: Registration, at: datetime, by: User | None) -> object:
    return actions.confirm_attendance(registration, at=at, by=by)


def propose_topic(meeting: Meeting, registration: Registration, at: datetime, by: User | None) -> object:
    given = {"entered_by": by, "channel": "phone"} if by else {}
    return actions.propose_topic(
        meeting,
        title="Małe granty",
        text="",
        name="Anna",
        email="anna@example.org",
        organization_name="",
        form_token=make.token(),
        at=at,
        **given,
    )


VERBS: list[tuple[Callable[..., object], datetime, type[actions.Refusal]]] = [
    (sign_up, SIGNUP_UNTIL, actions.SignUpIsClosed),
    (wait, SIGNUP_UNTIL, actions.SignUpIsClosed),
    (change_group, SIGNUP_UNTIL, actions.TooLate),
    (confirm_attendance, CONFIRM_UNTIL, actions.TooLate),
    (decline, STARTS, actions.TooLate),
    (propose_topic, TOPICS_UNTIL, actions.TopicsAreClosed),
]
# The office has its own last moments, or none before the day is over.
STAFF: list[tuple[Callable[..., object], datetime, type[actions.Refusal]]] = [
    (sign_up, make.ENDS, actions.SignUpIsClosed),
    (wait, make.ENDS, actions.SignUpIsClosed),
    (propose_topic, STARTS, actions.TopicsAreClosed),
]


def state(meeting: Meeting) -> list[object]:
    """All that a verb could have changed."""
    groups = list(meeting.groups.order_by("pk").values_list("capacity", "taken"))
    people = list(meeting.registrations.order_by("pk").values())
    return [groups, people, list(meeting.topic_proposals.order_by("pk").values())]


@pytest.mark.parametrize(("verb", "closes", "refusal"), VERBS, ids=lambda value: getattr(value, "__name__", ""))
def test_the_public_may_to_the_last_microsecond_and_not_at_the_deadline(meeting, registration, verb, closes, refusal):
    before = state(meeting)
    with pytest.raises(refusal) as said:
        verb(meeting, registration, closes, None)
    assert said.value.in_words.strip()
    # `wait` fills the group first; the places of it are no part of the answer.
    assert state(meeting)[1:] == before[1:]
    verb(meeting, registration, closes - TICK, None)
    assert state(meeting)[1:] != before[1:]


@pytest.mark.parametrize(("verb", "closes", "refusal"), STAFF, ids=lambda value: getattr(value, "__name__", ""))
def test_the_office_has_its_own_last_moments(meeting, registration, verb, closes, refusal):
    by = make.coordinator()
    before = state(meeting)
    with pytest.raises(refusal):
        verb(meeting, registration, closes, by)
    assert state(meeting)[1:] == before[1:]
    verb(meeting, registration, closes - TICK, by)
    assert state(meeting)[1:] != before[1:]


@pytest.mark.parametrize("verb", [change_group, confirm_attendance, decline], ids=lambda verb: verb.__name__)
@pytest.mark.parametrize("at", [STARTS - TICK, STARTS, make.ENDS])
def test_the_office_may_change_a_sign_up_whatever_the_public_may(meeting, registration, verb, at):
    before = state(meeting)
    verb(meeting, registration, at, make.coordinator())
    assert state(meeting)[1:] != before[1:]


def test_a_deadline_of_one_act_closes_no_other(meeting, registration):
    """After topics one signs up, after sign-up one confirms, after confirming one resigns."""
    other = make.registered(meeting.groups.first())
    assert sign_up(meeting, registration, TOPICS_UNTIL, None)
    assert change_group(meeting, registration, TOPICS_UNTIL, None).group == meeting.groups.last()
    assert confirm_attendance(meeting, registration, SIGNUP_UNTIL, None).is_confirmed
    assert decline(meeting, other, CONFIRM_UNTIL, None).ended_because == Ended.WITHDREW


@pytest.mark.parametrize(
    ("field", "verb", "refusal"),
    [
        ("topics_until", propose_topic, actions.TopicsAreClosed),
        ("signup_until", sign_up, actions.SignUpIsClosed),
        ("signup_until", change_group, actions.TooLate),
        ("confirm_until", confirm_attendance, actions.TooLate),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_a_deadline_brought_forward_holds_from_that_moment(meeting, registration, field, verb, refusal):
    # Deadlines stand in order: each before the next.
    moved = {"topics_until": NOW + HOUR, "signup_until": NOW + 2 * HOUR, "confirm_until": NOW + 3 * HOUR}
    actions.move_meeting(meeting, reason="Komplet", by=None, at=NOW, **moved)
    with pytest.raises(refusal):
        verb(meeting, registration, moved[field], None)
    assert verb(meeting, registration, moved[field] - TICK, None)


def test_words_of_the_office_say_that_it_is_over(registration):
    words = {
        "topics_closed_words": "Tematy zamknięte",
        "signup_closed_words": "Zapisy zamknięte",
        "confirm_closed_words": "Potwierdzanie zamknięte",
    }
    meeting = actions.edit_meeting(registration.meeting, by=None, at=NOW, **words)
    said = {}
    for verb, closes, refusal in VERBS:
        with pytest.raises(refusal) as error:
            verb(meeting, registration, closes, None)
        said[verb.__name__] = error.value.in_words
    own = {"propose_topic": "topics", "sign_up": "signup", "wait": "signup", "confirm_attendance": "confirm"}
    assert {name: said[name] for name in own} == {name: words[f"{word}_closed_words"] for name, word in own.items()}
    assert not {said["decline"], said["change_group"]} & set(words.values())
