"""The calendar read back by another program's eyes."""

from datetime import date, timedelta

import pytest
from icalendar import Calendar

from consultations.actions import schedule
from consultations.ical import calendar_of
from consultations.models import Consultation
from consultations.stages import Kind
from consultations.timeline import for_timelines
from meetings.actions import cancel_meeting
from meetings.ical import public_entry
from meetings.models import Meeting
from tests.factories import meetings
from tests.factories.consultations import CLOSES, DAY, HOUR, OPENS, PUBLISHED, planned, published, stage

pytestmark = pytest.mark.django_db


def read(of: Consultation) -> dict[str, object]:
    content = calendar_of(for_timelines(Consultation.objects.filter(pk=of.pk)), name=of.title, at=OPENS)
    calendar = Calendar.from_ical(content)
    assert calendar["method"] == "PUBLISH"
    return {str(event["uid"]).split("@")[0]: event for event in calendar.walk("VEVENT")}


def test_a_window_with_an_hour_keeps_it_and_names_the_zone():
    made = published()
    ((uid, event),) = read(made).items()
    assert uid == f"stage-{made.stages.get().pk}"
    assert (event["dtstart"].dt, event["dtend"].dt) == (OPENS, CLOSES)
    assert event["dtstart"].params["TZID"] == "Europe/Warsaw"
    content = calendar_of(for_timelines(Consultation.objects.all()), name="x", at=OPENS)
    assert b"BEGIN:VTIMEZONE" in content
    assert len(content) < 4000


def test_a_window_of_whole_days_is_whole_days():
    made = published()
    of = made.stages.get()
    schedule.move_stage(of, opens_at=OPENS - 12 * HOUR, closes_at=CLOSES, reason="Powód.", by=None, at=OPENS)
    (event,) = read(made).values()
    # The day after the last one, as the standard has it.
    assert (event["dtstart"].dt, event["dtend"].dt) == (date(2021, 10, 20), date(2021, 11, 4))


def test_a_moved_stage_keeps_its_uid_and_raises_its_sequence():
    made = published()
    ((uid, before),) = read(made).items()
    schedule.move_stage(made.stages.get(), opens_at=OPENS + DAY, closes_at=CLOSES + DAY, reason="Powód.", by=None, at=OPENS)
    ((uid_after, after),) = read(made).items()
    assert uid_after == uid
    assert (before["sequence"], after["sequence"]) == (0, 1)
    assert after["dtstamp"].dt == OPENS


def test_events_are_tentative_until_done_and_what_has_no_date_is_left_out():
    made = published()
    event = schedule.add_event(made, name="Sesja", by=None, at=PUBLISHED, planned_on=date(2021, 10, 21))
    schedule.add_event(made, name="Kiedyś", by=None, at=PUBLISHED)
    stage(made, kind=Kind.COUNCIL, opens_at=None, closes_at=None)
    dated = made.stages.get(kind=Kind.REMARKS)
    assert set(read(made)) == {f"stage-{dated.pk}", f"event-{event.pk}"}
    planned_entry = read(made)[f"event-{event.pk}"]
    assert (planned_entry["dtstart"].dt, planned_entry["status"]) == (date(2021, 10, 21), "TENTATIVE")
    schedule.record_event(event, done_on=date(2021, 11, 18), by=None, at=CLOSES + 15 * DAY)
    done = read(made)[f"event-{event.pk}"]
    assert (done["dtstart"].dt, done["dtend"].dt, done["status"]) == (date(2021, 11, 18), date(2021, 11, 19), "CONFIRMED")


def test_a_meeting_has_the_uid_of_its_own_entry(monkeypatch):
    monkeypatch.setattr(meetings, "PUBLISHED", PUBLISHED)
    made = published()
    times = {"starts_at": OPENS, "ends_at": OPENS + 2 * HOUR, "signup_until": None, "topics_until": None}
    meeting = meetings.meeting(consultation=made, **times)
    meetings.meeting(consultation=made, publish=False, **times)
    (own,) = Calendar.from_ical(public_entry(meeting, at=OPENS)).walk("VEVENT")
    entries = read(made)
    assert str(own["uid"]).split("@")[0] in entries
    assert len(entries) == 2
    there = entries[f"meeting-{meeting.pk}"]
    assert (there["dtstart"].dt, there["dtend"].dt) == (OPENS, OPENS + timedelta(hours=2))
    assert there["url"].endswith(f"/spotkania/{meeting.slug}/")


def test_an_unpublished_meeting_is_left_out_and_a_cancelled_one_says_so(monkeypatch):
    monkeypatch.setattr(meetings, "PUBLISHED", PUBLISHED)
    made = published()
    times = {"starts_at": OPENS, "ends_at": OPENS + 2 * HOUR, "signup_until": None, "topics_until": None}
    meeting = meetings.meeting(consultation=made, **times)
    assert read(made)[f"meeting-{meeting.pk}"]["status"] == "CONFIRMED"
    cancel_meeting(meeting, reason="Awaria.", by=None, at=PUBLISHED)
    assert Meeting.objects.get().cancelled_at
    assert read(made)[f"meeting-{meeting.pk}"]["status"] == "CANCELLED"


def test_the_same_dates_are_the_same_bytes_at_any_moment():
    made = planned()
    stage(made)
    schedule.publish_consultation(made, by=None, at=PUBLISHED)
    one, other = (calendar_of(for_timelines(Consultation.objects.all()), name="x", at=at) for at in (OPENS, OPENS + HOUR))
    assert one == other
