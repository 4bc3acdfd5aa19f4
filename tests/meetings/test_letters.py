import re

import pytest

from accounts.models import Letter
from accounts.rendering import as_message
from meetings import actions
from meetings.reminders import owe_due_reminders
from tests.factories import consultations
from tests.factories import meetings as make
from tests.factories.meetings import DAY, ENDS, HOUR, NOW, SIGNUP_UNTIL

pytestmark = pytest.mark.django_db
KINDS = {
    "signup_confirm",
    "signup_registered",
    "signup_cancelled",
    "group_changed",
    "meeting_moved",
    "meeting_cancelled",
    "signup_closes",
    "confirm_attendance",
    "topic_receipt",
}


def every_letter(language: str) -> dict[str, Letter]:
    """One person goes through everything that is written about."""
    meeting = make.meeting(separate_confirmation=True, confirm_until=SIGNUP_UNTIL)
    one, two = meeting.groups.all()
    who = make.person("Łucja Żak", "lucja@example.org", language=language)
    registration = make.registered(one, who)
    consultations.follower(meeting.consultation, email="f@example.org", language=language)
    owe_due_reminders(SIGNUP_UNTIL - HOUR)
    actions.propose_topic(
        meeting,
        title="Małe granty",
        text="Bo warto",
        name=who.name,
        email=who.email,
        organization_name="",
        form_token="1",
        language=language,
        at=NOW,
    )
    registration = actions.confirm_attendance(registration, at=NOW + HOUR)
    registration = actions.change_group(registration, group=two, at=NOW + HOUR)
    actions.move_meeting(meeting, ends_at=ENDS + HOUR, reason="Dłużej", by=None, at=NOW + HOUR)
    actions.decline(registration, at=NOW + 2 * HOUR)
    registration = make.registered(one, who, at=NOW + DAY)
    actions.cancel_meeting(meeting, reason="Awaria", by=None, at=NOW + DAY)
    return {letter.kind: letter for letter in Letter.objects.exclude(kind="follow_confirm").order_by("pk")}


@pytest.mark.parametrize("language", ["pl", "en"])
def test_every_letter_can_be_read_and_says_where_to_click(language):
    letters = every_letter(language)
    assert set(letters) == KINDS
    for kind, letter in letters.items():
        message = as_message(letter)
        assert message.subject.strip(), kind
        assert "Wspólnie o programie" in message.body, kind
        assert not re.search(r"{[{%]|None", message.subject + message.body), kind
        prefix = "/en/" if language == "en" else "/"
        if kind != "meeting_cancelled":
            assert re.search(rf"http://[^/]+{prefix}(l|spotkania)/", message.body), kind


def test_a_room_is_named_only_to_who_comes():
    letters = every_letter("pl")
    # After the meeting moved nobody has said yet that they come to its new hours.
    assert {kind for kind, letter in letters.items() if "rooms.example.org" in as_message(letter).body} == {"group_changed"}


def test_new_hours_ask_whether_one_comes_and_the_answer_gives_the_room_back():
    meeting = make.meeting()
    registration = make.registered(meeting.groups.first())
    room = registration.group.room_link
    actions.move_meeting(meeting, ends_at=ENDS + HOUR, reason="Dłużej", by=None, at=NOW + HOUR)
    registration.refresh_from_db()
    assert registration.attendance_confirmed_at is None
    (moved,) = make.letters_to(registration.email, "meeting_moved")
    assert (moved.context["room_link"], bool(moved.context["confirm_until"])) == ("", True)
    assert room not in as_message(moved).body
    actions.confirm_attendance(registration, at=NOW + 2 * HOUR)
    *_before, again = make.letters_to(registration.email, "signup_registered")
    assert (again.context["room_link"], again.context["confirm_until"]) == (room, "")


def test_a_calendar_entry_goes_only_to_a_proven_address():
    letters = every_letter("pl")
    methods = {kind: re.findall(r"METHOD:(\w+)", letter.calendar) for kind, letter in letters.items()}
    assert {kind: found[0] for kind, found in methods.items() if found} == {
        "signup_registered": "REQUEST",
        "group_changed": "REQUEST",
        "meeting_moved": "REQUEST",
        "signup_cancelled": "CANCEL",
        "meeting_cancelled": "CANCEL",
    }


def test_a_letter_speaks_of_a_calendar_entry_only_when_it_brings_one():
    letters = every_letter("en").values()
    told = {letter.kind: "attached" in as_message(letter).body for letter in letters}
    assert told == {letter.kind: bool(letter.calendar) for letter in letters}


def test_who_ended_the_sign_up_is_said_in_words():
    one, two = (make.registered(make.meeting().groups.first(), make.person(email=f"{n}@example.org")) for n in "ab")
    actions.decline(one, at=NOW + HOUR)
    actions.decline(two, at=NOW + HOUR, by=make.coordinator())
    bodies = [as_message(make.letters_to(who.email, "signup_cancelled")[0]).body for who in (one, two)]
    assert ["Przyjęliśmy Twoją rezygnację" in body for body in bodies] == [True, False]
    assert ["Urząd usunął Twój zapis" in body for body in bodies] == [False, True]


def test_markup_in_a_name_is_text_in_the_letter():
    make.registered(make.meeting().groups.first(), make.person("<b>Jan</b> & syn", "jan@example.org"))
    for letter in make.letters_to("jan@example.org"):
        message = as_message(letter)
        html = message.alternatives[0].content
        assert "<b>Jan</b> & syn" in message.body
        assert "&lt;b&gt;Jan&lt;/b&gt; &amp; syn" in html
        assert "<b>Jan" not in html


def test_somebody_without_an_address_is_entered_and_written_to_by_nobody():
    group = make.meeting().groups.first()
    caller = actions.SignUp(name="Pani Telefonująca", email="")
    registration = actions.sign_up(group, person=caller, form_token="1", at=NOW, channel="phone", entered_by=make.coordinator())
    actions.move_meeting(group.meeting, ends_at=ENDS + HOUR, reason="Dłużej", by=None, at=NOW)
    actions.decline(registration, at=NOW + HOUR)
    assert not Letter.objects.exists()


def test_what_was_owed_to_who_resigned_does_not_leave():
    registration = make.registered(make.meeting().groups.first())
    actions.decline(registration, at=NOW + HOUR)
    left = {letter.kind: letter.state for letter in make.letters_to(registration.email)}
    assert left == {"signup_confirm": "obsolete", "signup_registered": "obsolete", "signup_cancelled": "queued"}
