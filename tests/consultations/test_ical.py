"""The calendar read back by another program's eyes."""

from datetime import date, timedelta
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from icalendar import Calendar

from consultations.actions import events, schedule
from consultations.ical import calendar_of
from consultations.models import Consultation
from consultations.stages import Kind
from consultations.timeline import for_timelines
from meetings.actions import cancel_meeting, move_meeting
from meetings.ical import public_entry
from meetings.models import Meeting
from tests.factories import meetings
from tests.factories.consultations import CLOSES, DAY, HOUR, OPENS, PUBLISHED, planned, published, stage

pytestmark = pytest.mark.django_db
# Without deadlines of its own.
TIMES = {"starts_at": OPENS, "ends_at": OPENS + 2 * HOUR, "signup_until": None, "topics_until": None}


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
    assert len(content) < 3000


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
    event = events.add_event(made, name="Sesja", by=None, at=PUBLISHED, planned_on=date(2021, 10, 21))
    events.add_event(made, name="Kiedyś", by=None, at=PUBLISHED)
    stage(made, kind=Kind.COUNCIL, opens_at=None, closes_at=None)
    dated = made.stages.get(kind=Kind.REMARKS)
    assert set(read(made)) == {f"stage-{dated.pk}", f"event-{event.pk}"}
    planned_entry = read(made)[f"event-{event.pk}"]
    assert (planned_entry["dtstart"].dt, planned_entry["status"]) == (date(2021, 10, 21), "TENTATIVE")
    events.record_event(event, done_on=date(2021, 11, 18), by=None, at=CLOSES + 15 * DAY)
    done = read(made)[f"event-{event.pk}"]
    assert (done["dtstart"].dt, done["dtend"].dt, done["status"]) == (date(2021, 11, 18), date(2021, 11, 19), "CONFIRMED")


def test_a_meeting_has_the_uid_of_its_own_entry(monkeypatch):
    monkeypatch.setattr(meetings, "PUBLISHED", PUBLISHED)
    made = published()
    meeting = meetings.meeting(consultation=made, **TIMES)
    meetings.meeting(consultation=made, publish=False, **TIMES)
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
    meeting = meetings.meeting(consultation=made, **TIMES)
    assert read(made)[f"meeting-{meeting.pk}"]["status"] == "CONFIRMED"
    cancel_meeting(meeting, reason="Awaria.", by=None, at=PUBLISHED)
    assert Meeting.objects.get().cancelled_at
    assert read(made)[f"meeting-{meeting.pk}"]["status"] == "CANCELLED"


def test_the_deadlines_of_a_meeting_are_moments_or_last_days(monkeypatch):
    monkeypatch.setattr(meetings, "PUBLISHED", PUBLISHED)
    made = published()
    deadlines = {"topics_until": OPENS - 12 * HOUR, "signup_until": OPENS - HOUR, "confirm_until": OPENS}
    meeting = meetings.meeting(consultation=made, **{**TIMES, **deadlines})
    entries = read(made)
    topics, sign_up = entries[f"meeting-{meeting.pk}-topics_until"], entries[f"meeting-{meeting.pk}-signup_until"]
    # Midnight before 20 October: 19 October is the last day.
    assert (topics["dtstart"].dt, topics["dtend"].dt) == (date(2021, 10, 19), date(2021, 10, 20))
    assert sign_up["dtstart"].dt == OPENS - HOUR
    assert "dtend" not in sign_up
    assert {entry["transp"] for entry in (topics, sign_up)} == {"TRANSPARENT"}
    assert meeting.title in sign_up["summary"]
    # Nobody is asked separately whether they come: no such deadline.
    assert f"meeting-{meeting.pk}-confirm_until" not in entries


def test_a_moved_deadline_raises_its_own_sequence_and_a_cancelled_meeting_all_of_them(monkeypatch):
    monkeypatch.setattr(meetings, "PUBLISHED", PUBLISHED)
    made = published()
    deadlines = {"topics_until": OPENS - DAY, "signup_until": OPENS, "confirm_until": OPENS, "separate_confirmation": True}
    meeting = meetings.meeting(consultation=made, **{**TIMES, **deadlines})
    names = [f"meeting-{meeting.pk}{field}" for field in ("", "-topics_until", "-signup_until", "-confirm_until")]
    move_meeting(meeting, topics_until=OPENS - 2 * DAY, reason="Powód.", by=None, at=PUBLISHED + HOUR)
    entries = read(made)
    assert [entries[name]["sequence"] for name in names] == [0, 1, 0, 0]
    assert [entries[name]["last-modified"].dt - PUBLISHED for name in names] == [HOUR, HOUR, 0 * HOUR, 0 * HOUR]
    cancel_meeting(meeting, reason="Awaria.", by=None, at=PUBLISHED + DAY)
    entries = read(made)
    assert [entries[name]["sequence"] for name in names] == [1, 2, 1, 1]
    assert {entries[name]["status"] for name in names} == {"CANCELLED"}
    assert {entries[name]["last-modified"].dt for name in names} == {PUBLISHED + DAY}


GOLDEN = """\
BEGIN:VEVENT
SUMMARY:Uwagi\\, opinie\\; 😀
DTSTART;TZID=Europe/Warsaw:20211020T120000
DTEND;TZID=Europe/Warsaw:20211104T000000
DTSTAMP:20210704T070000Z
UID:stage-{pk}@{host}
SEQUENCE:0
DESCRIPTION:{title}
LAST-MODIFIED:20210704T070000Z
TRANSP:TRANSPARENT
URL:{public_url}{prefix}/konsultacje/{slug}/
END:VEVENT
END:VCALENDAR
"""


@pytest.mark.parametrize(("prefix", "name"), [("", "Konsultacje"), ("/en", "Consultations")])
def test_the_feed_word_for_word_in_the_language_of_its_address(client, prefix, name):
    made = planned(title="Konsultacje 2022")
    of = stage(made, name="Uwagi, opinie; 😀")
    schedule.publish_consultation(made, by=None, at=PUBLISHED)
    content = client.get(f"{prefix}/kalendarz.ics").content.decode()
    content = content.replace("\r\n ", "").replace("\r\n", "\n")
    assert content.partition("BEGIN:VTIMEZONE")[0].splitlines() == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Wspólnie//PL",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{name}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
        "X-PUBLISHED-TTL:PT6H",
    ]
    host = urlsplit(settings.PUBLIC_URL).hostname
    words = {"title": made.title, "slug": made.slug, "public_url": settings.PUBLIC_URL, "prefix": prefix}
    assert content[content.index("BEGIN:VEVENT") :] == GOLDEN.format(pk=of.pk, host=host, **words)


def test_the_feed_names_no_person(client, monkeypatch, time_machine):
    monkeypatch.setattr(meetings, "PUBLISHED", PUBLISHED)
    made = published(phone="56 111 22 33", contact_email="koordynator@urzad.example.org")
    meeting = meetings.meeting(consultation=made, starts_at=CLOSES, ends_at=CLOSES + HOUR, signup_until=None, topics_until=None)
    meetings.registered(meeting.groups.first(), meetings.person("Anna Tajna", "anna.tajna@example.org"), at=OPENS)
    time_machine.move_to(OPENS + HOUR, tick=False)
    content = client.get("/kalendarz.ics").content.decode()
    assert "rooms.example.org" not in content
    for secret in ("Tajna", "tajna", "ATTENDEE", "ORGANIZER", "mailto", "Testowa", "koordynator", "111 22"):
        assert secret not in content


def test_lines_are_folded_and_nothing_is_lost():
    made = published(title="Zażółć gęślą jaźń, " * 12)
    content = calendar_of(for_timelines(Consultation.objects.all()), name=made.title, at=OPENS)
    assert max(map(len, content.split(b"\r\n"))) <= 75
    (entry,) = read(made).values()
    assert entry["description"] == made.title


def test_the_same_dates_are_the_same_bytes_at_any_moment():
    made = planned()
    stage(made)
    schedule.publish_consultation(made, by=None, at=PUBLISHED)
    one, other = (calendar_of(for_timelines(Consultation.objects.all()), name="x", at=at) for at in (OPENS, OPENS + HOUR))
    assert one == other
