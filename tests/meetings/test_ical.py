from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from django.conf import settings
from icalendar import Calendar

from meetings import actions
from meetings.ical import personal_entry, public_entry
from meetings.models import Registration
from tests.factories import meetings as make
from tests.factories.meetings import ENDS, HOUR, NOW, STARTS, TICK

pytestmark = pytest.mark.django_db


def read(entry):
    calendar = Calendar.from_ical(entry)
    (event,) = calendar.walk("VEVENT")
    return calendar, event


def personal(registration):
    return read(personal_entry(Registration.objects.get(pk=registration.pk), at=NOW))


def test_the_public_entry_has_hours_in_warsaw_with_the_zone_spelled_out():
    calendar, event = read(public_entry(make.meeting(), at=NOW))
    (zone,) = calendar.walk("VTIMEZONE")
    assert calendar["method"] == "PUBLISH"
    assert zone["tzid"] == event["dtstart"].params["TZID"] == "Europe/Warsaw"
    assert event.start == STARTS
    assert event.start.astimezone(ZoneInfo("Europe/Warsaw")).strftime("%H:%M") == "16:30"
    assert event.end == ENDS
    assert event["status"] == "CONFIRMED"
    assert len(public_entry(make.meeting(), at=NOW)) < 3000


def test_the_sequence_rises_and_the_uid_stays_when_the_meeting_changes():
    meeting = make.meeting()
    registration = make.registered(meeting.groups.first())
    _calendar, first = personal(registration)
    actions.move_meeting(meeting, starts_at=STARTS + HOUR, ends_at=ENDS + HOUR, reason="Później", by=None, at=NOW)
    _calendar, second = personal(registration)
    actions.change_group(registration, group=meeting.groups.last(), at=NOW)
    _calendar, third = personal(registration)
    actions.edit_group(meeting.groups.last(), room_link="https://rooms.example.org/x", at=NOW)
    _calendar, fourth = personal(registration)
    sequences = [event["sequence"] for event in (first, second, third, fourth)]
    assert sequences == sorted(set(sequences))
    assert {event["uid"] for event in (first, second, third, fourth)} == {first["uid"]}
    assert second.start == STARTS + HOUR


def test_a_moved_deadline_or_another_title_leaves_calendars_alone():
    meeting = make.meeting()
    actions.move_meeting(meeting, topics_until=None, reason="Bez terminu", by=None, at=NOW)
    actions.edit_meeting(meeting, title="Inny tytuł", by=None, at=NOW)
    assert read(public_entry(type(meeting).objects.get(pk=meeting.pk), at=NOW))[1]["sequence"] == 0


def test_an_end_takes_the_entry_out_of_the_calendar_and_a_new_seat_puts_it_back():
    registration = make.held(make.meeting().groups.first())
    actions.settle_meeting(registration.meeting, at=NOW + HOUR)
    lapsed_calendar, lapsed = personal(registration)
    actions.confirm_email(registration, at=NOW + HOUR)
    calendar, event = personal(registration)
    assert (lapsed_calendar["method"], lapsed["status"]) == ("CANCEL", "CANCELLED")
    assert (calendar["method"], event["status"]) == ("REQUEST", "CONFIRMED")
    assert event["sequence"] > lapsed["sequence"]
    actions.decline(registration, at=NOW + 2 * HOUR)
    calendar, ended = personal(registration)
    assert calendar["method"] == "CANCEL"
    assert ended["sequence"] > event["sequence"]


def test_a_cancelled_meeting_is_cancelled_in_every_calendar():
    meeting = make.meeting()
    registration = make.registered(meeting.groups.first())
    before = personal(registration)[1]["sequence"]
    cancelled = actions.cancel_meeting(meeting, reason="Awaria", by=None, at=NOW)
    for calendar, event in (read(public_entry(cancelled, at=NOW)), personal(registration)):
        assert (calendar["method"], event["status"]) == ("CANCEL", "CANCELLED")
        assert event["sequence"] > before


def test_two_people_have_two_entries_and_neither_carries_a_link_that_is_theirs_alone():
    group = make.meeting().groups.first()
    one, two = make.registered(group), make.registered(group)
    assert personal(one)[1]["uid"] != personal(two)[1]["uid"]
    entry = personal_entry(Registration.objects.get(pk=one.pk), at=NOW)
    assert "/l/" not in entry
    assert group.room_link not in entry
    assert group.name in entry


# --- Word for word, and change by change -----------------------------------------------------------


GOLDEN = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Wspólnie//PL
METHOD:{method}
BEGIN:VTIMEZONE
TZID:Europe/Warsaw
BEGIN:DAYLIGHT
DTSTART:19960331T020000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
SUMMARY:Spotkanie „Wspólnie o programie”: Kultura\\, sport\\; inne
DTSTART;TZID=Europe/Warsaw:20270722T163000
DTEND;TZID=Europe/Warsaw:20270722T183000
DTSTAMP:20270710T090000Z
UID:registration-{pk}@{host}
SEQUENCE:{sequence}
ATTENDEE;CN="Zażółć Gęślą-Jaźń, dr";PARTSTAT={answer};RSVP=FALSE:mailto:z
 @example.org
DESCRIPTION:Po pierwsze\\, dom.\\nPo drugie: 😀 las\\; zażółć gęślą jaź
 ń\\, zażółć gęślą jaźń\\, zażółć gęślą jaźń.
LOCATION:Teams
ORGANIZER;CN="{office}":mailto:{sender}
STATUS:{status}
URL:{url}
END:VEVENT
END:VCALENDAR
"""


def unfolded(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\n ", "").splitlines()


@pytest.fixture
def polish_letters():
    """Somebody whose entry has everything that a calendar has to escape, fold and quote."""
    description = "Po pierwsze, dom.\nPo drugie: 😀 las; " + ", ".join(["zażółć gęślą jaźń"] * 3) + "."
    meeting = make.meeting(groups=0, description=description, publish=False)
    group = make.group(meeting, name="Kultura, sport; inne")
    actions.publish_meeting(meeting, by=None, at=make.PUBLISHED)
    return make.registered(group, make.person("Zażółć Gęślą-Jaźń, dr", "z@example.org"))


def golden(registration, **words: object) -> list[str]:
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    text = GOLDEN.format(
        pk=registration.pk,
        host=urlsplit(settings.PUBLIC_URL).hostname,
        sender=sender,
        office=settings.MUNICIPALITY["office"],
        url=f"{settings.PUBLIC_URL}/spotkania/{registration.meeting.slug}/",
        **words,
    )
    return unfolded(text)


def test_an_invitation_word_for_word(polish_letters):
    entry = personal_entry(polish_letters, at=NOW)
    assert unfolded(entry) == golden(polish_letters, method="REQUEST", sequence=0, answer="ACCEPTED", status="CONFIRMED")


def test_a_cancellation_word_for_word(polish_letters):
    ended = actions.decline(polish_letters, at=NOW)
    words = {"method": "CANCEL", "sequence": 1, "answer": "NEEDS-ACTION", "status": "CANCELLED"}
    assert unfolded(personal_entry(ended, at=NOW)) == golden(ended, **words)


def test_lines_are_short_and_end_as_the_standard_says(polish_letters):
    raw = personal_entry(polish_letters, at=NOW).encode()
    lines = raw.split(b"\r\n")
    assert lines.pop() == b""
    assert b"\n" not in b"".join(lines)
    assert max(map(len, lines)) <= 75
    # No letter is cut in two by a fold.
    assert all(line.decode() for line in lines)
    assert len(raw) < 3000


def test_what_was_typed_comes_back_as_it_was(polish_letters):
    _calendar, event = read(personal_entry(polish_letters, at=NOW))
    assert str(event["description"]) == polish_letters.meeting.description
    assert str(event["summary"]) == f"{polish_letters.meeting.title}: Kultura, sport; inne"
    assert event["attendee"].params["CN"] == "Zażółć Gęślą-Jaźń, dr"
    assert event["attendee"] == "mailto:z@example.org"


def last_entry(registration, kind):
    """As it went by e-mail."""
    letter = make.letters_to(registration.email, kind)[-1]
    return read(letter.calendar)


def test_each_change_raises_the_sequence_by_one():
    meeting = make.meeting()
    one, two = meeting.groups.all()
    registration = make.registered(one)
    changes = [
        ("signup_registered", lambda at: None),
        ("meeting_moved", lambda at: move(meeting, HOUR, at=at)),
        ("meeting_moved", lambda at: actions.edit_meeting(meeting, place="Zoom", by=None, at=at)),
        ("meeting_moved", lambda at: actions.edit_meeting(meeting, mode="hybrid", place="Ratusz", by=None, at=at)),
        ("group_changed", lambda at: actions.change_group(registration, group=two, at=at)),
        ("group_changed", lambda at: actions.edit_group(two, room="Sala 2", at=at)),
    ]
    seen = []
    for hours, (kind, change) in enumerate(changes):
        change(NOW + hours * HOUR)
        calendar, event = last_entry(registration, kind)
        seen.append((calendar["method"], event["sequence"], event["uid"]))
    uid = f"registration-{registration.pk}@{urlsplit(settings.PUBLIC_URL).hostname}"
    assert seen == [("REQUEST", number, uid) for number in range(6)]


def move(meeting, later, *, at):
    return actions.move_meeting(meeting, starts_at=STARTS + later, ends_at=ENDS + later, reason="Później", by=None, at=at)


def test_saying_that_one_comes_is_no_change_of_the_meeting():
    meeting = make.meeting(separate_confirmation=True, confirm_until=make.SIGNUP_UNTIL)
    registration = make.registered(meeting.groups.first())
    _calendar, silent = last_entry(registration, "signup_registered")
    actions.confirm_attendance(registration, at=NOW + HOUR)
    calendar, coming = last_entry(registration, "signup_registered")
    assert [event["attendee"].params["PARTSTAT"] for event in (silent, coming)] == ["NEEDS-ACTION", "ACCEPTED"]
    assert (calendar["method"], coming["sequence"], coming["uid"]) == ("REQUEST", silent["sequence"], silent["uid"])
    # Of two with one sequence the later stamp counts (RFC 5546, 2.1.5).
    assert coming["dtstamp"].dt > silent["dtstamp"].dt


@pytest.mark.parametrize(
    ("kind", "end"),
    [
        ("signup_cancelled", lambda registration: actions.decline(registration, at=NOW + HOUR)),
        ("signup_cancelled", lambda registration: actions.decline(registration, by=make.coordinator(), at=NOW + HOUR)),
        (
            "meeting_cancelled",
            lambda registration: actions.cancel_meeting(registration.meeting, reason="Awaria", by=None, at=NOW + HOUR),
        ),
    ],
    ids=["resigned", "removed by the office", "meeting cancelled"],
)
def test_every_end_cancels_the_entry_that_was_sent(kind, end):
    registration = make.registered(make.meeting().groups.first())
    _calendar, sent = last_entry(registration, "signup_registered")
    end(registration)
    calendar, ended = last_entry(registration, kind)
    assert (calendar["method"], ended["status"], ended["uid"]) == ("CANCEL", "CANCELLED", sent["uid"])
    assert ended["sequence"] == sent["sequence"] + 1
    assert ended["organizer"] == sent["organizer"]
    assert ended["attendee"] == sent["attendee"]


def test_the_stamp_is_in_utc_whatever_zone_the_clock_speaks():
    registration = make.registered(make.meeting().groups.first())
    assert "\r\nDTSTAMP:20270710T090000Z\r\n" in personal_entry(registration, at=NOW.astimezone(ZoneInfo("Europe/Warsaw")))


@pytest.mark.parametrize("year", range(2020, 2038))
def test_the_zone_turns_its_clocks_when_poland_does(year):
    """By the rule that the entry carries alone, as a program without a zone of that name reads it."""
    (zone,) = Calendar.from_ical(public_entry(make.meeting(), at=NOW)).walk("VTIMEZONE")
    carried, poland = zone.to_tz(lookup_tzid=False), ZoneInfo("Europe/Warsaw")
    for month, day in ((3, 1), (3, 24), (4, 1), (7, 22), (10, 24), (11, 1), (12, 31)):
        noon = datetime(year, month, day, 12)  # noqa: DTZ001 - a wall clock, read in two zones
        assert noon.replace(tzinfo=carried).utcoffset() == noon.replace(tzinfo=poland).utcoffset()
    for turn in zone.walk("DAYLIGHT") + zone.walk("STANDARD"):
        onset = rrulestr(turn["rrule"].to_ical().decode(), dtstart=turn["dtstart"].dt).between(
            datetime(year, 1, 1),  # noqa: DTZ001
            datetime(year, 12, 31),  # noqa: DTZ001
        )[0]
        moment = (onset - turn["tzoffsetfrom"].td).replace(tzinfo=UTC)
        before, after = ((moment + step).astimezone(poland).utcoffset() for step in (-TICK, TICK))
        assert (before, after) == (turn["tzoffsetfrom"].td, turn["tzoffsetto"].td)


def test_hours_on_both_sides_of_the_turned_clock():
    winter = make.meeting(starts_at=STARTS + timedelta(days=120), ends_at=ENDS + timedelta(days=120))
    _calendar, event = read(public_entry(winter, at=NOW))
    assert event.start == STARTS + timedelta(days=120)
    assert event.start.utcoffset() == timedelta(hours=1)
