from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from meetings import actions
from meetings.ical import personal_entry, public_entry
from meetings.models import Registration
from tests.factories import meetings as make
from tests.factories.meetings import ENDS, HOUR, NOW, STARTS

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
    assert len(public_entry(make.meeting(), at=NOW)) < 4000


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
    actions.release_lapsed(registration.meeting, at=NOW + HOUR)
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


def test_hours_on_both_sides_of_the_turned_clock(settings):
    winter = make.meeting(starts_at=STARTS + timedelta(days=120), ends_at=ENDS + timedelta(days=120))
    _calendar, event = read(public_entry(winter, at=NOW))
    assert event.start == STARTS + timedelta(days=120)
    assert event.start.utcoffset() == timedelta(hours=1)
