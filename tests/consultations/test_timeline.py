"""What was, what is open now, what comes: states and words on both sides of each moment."""

from datetime import date, datetime, time

import pytest
from django.utils import translation

from consultations.actions import events, schedule
from consultations.deadlines import end_of, moment
from consultations.models import Consultation, EventKind
from consultations.stages import Kind, ShownAs
from consultations.timeline import Entry, Moved, Now, State, for_timelines, now, timeline
from meetings.actions import move_meeting
from tests.factories import meetings
from tests.factories.consultations import CLOSES, DAY, HOUR, OPENS, PUBLISHED, TICK, document, planned, published, stage
from tests.factories.programs import adopted

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_polish():
    with translation.override("pl"):
        yield


def shown(of: Consultation, at: datetime) -> list[Entry]:
    return timeline(for_timelines(Consultation.objects.all()).get(pk=of.pk), at)


def panel(of: Consultation, at: datetime) -> Now | None:
    return now(Consultation.objects.get(pk=of.pk), at)


# --- States ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "state"), [(OPENS - TICK, State.LATER), (OPENS, State.OPEN), (CLOSES - TICK, State.OPEN), (CLOSES, State.DONE)]
)
def test_a_stage_is_ahead_open_or_done_by_its_window(at, state):
    (entry,) = shown(published(), at)
    assert entry.state is state


@pytest.mark.parametrize(("at", "offered"), [(OPENS - TICK, False), (OPENS, True), (CLOSES - TICK, True), (CLOSES, False)])
def test_what_can_be_done_stands_in_the_open_entry_alone(at, offered):
    made = published()
    (entry,) = shown(made, at)
    assert [link.url for link in entry.links] == ([f"/konsultacje/{made.slug}/uwagi/nowa/"] if offered else [])


def test_an_event_is_done_from_the_day_it_was_done():
    made = published()
    event = events.add_event(made, name="Sesja", by=None, at=PUBLISHED, planned_on=date(2021, 10, 21))
    events.record_event(event, done_on=date(2021, 11, 18), by=None, at=CLOSES + 15 * DAY)
    before, after = moment(date(2021, 11, 18)) - TICK, moment(date(2021, 11, 18))
    assert [entry.state for entry in shown(made, before) if entry.title == "Sesja"] == [State.LATER]
    assert [entry.state for entry in shown(made, after) if entry.title == "Sesja"] == [State.DONE]


def test_planned_and_done_stand_side_by_side():
    made = published()
    event = events.add_event(made, name="Sesja", by=None, at=PUBLISHED, planned_on=date(2021, 10, 21))
    events.record_event(event, done_on=date(2021, 11, 18), by=None, at=CLOSES + 15 * DAY)
    entry = shown(made, CLOSES + 30 * DAY)[-1]
    assert (entry.date.day, entry.date.detail) == ("18 listopada", "planowano: 21 października")


def test_an_event_whose_day_has_passed_unrecorded_is_only_planned():
    made = published()
    events.add_event(made, name="Sesja", by=None, at=PUBLISHED, planned_on=date(2021, 10, 21))
    on_the_day, after = (
        next(e for e in shown(made, end_of(date(2021, 10, 21)) + shift) if e.title == "Sesja") for shift in (-TICK, 0 * DAY)
    )
    assert (on_the_day.state, on_the_day.date.detail) == (State.LATER, "")
    assert (after.state, after.date.detail) == (State.LATER, "planowano")


# --- Order ----------------------------------------------------------------------------------------


def test_entries_stand_by_the_day_that_is_shown():
    made = planned()
    stage(made, kind=Kind.ANNOUNCEMENT, name="Ogłoszenie", shown_as=ShownAs.ON)
    # Shown by its end: it stands after what happens meanwhile.
    stage(made, kind=Kind.DRAFTING, name="Prace", opens_at=OPENS, closes_at=OPENS + 20 * DAY, shown_as=ShownAs.UNTIL)
    events.add_event(made, name="Posiedzenie", by=None, at=PUBLISHED, planned_on=date(2021, 10, 30))
    events.add_event(made, name="Kiedyś", by=None, at=PUBLISHED)
    assert [entry.title for entry in shown(made, PUBLISHED)] == ["Ogłoszenie", "Posiedzenie", "Prace", "Kiedyś"]


def test_position_goes_before_the_day():
    made = planned()
    stage(made, kind=Kind.COUNCIL, name="Drugi", position=2, opens_at=OPENS - DAY, closes_at=CLOSES)
    stage(made, name="Pierwszy", position=1)
    events.add_event(made, name="Trzeci", by=None, at=PUBLISHED, planned_on=date(2020, 1, 1), position=3)
    assert [entry.title for entry in shown(made, PUBLISHED)] == ["Pierwszy", "Drugi", "Trzeci"]


def test_a_stage_that_waits_for_an_act_stands_after_it_and_says_what_it_waits_for():
    made = planned()
    event = events.add_event(made, name="Przyjęcie projektu", by=None, at=PUBLISHED, planned_on=date(2021, 9, 8))
    waits = {"opens_at": None, "closes_at": None, "shown_as": ShownAs.AFTER_ACT, "after_event": event, "days_after": 14}
    stage(made, name="Uwagi", **waits)
    stage(made, kind=Kind.COUNCIL, name="Sesja", opens_at=CLOSES, closes_at=CLOSES + DAY)
    first, second, third = shown(made, PUBLISHED)
    assert [first.title, second.title, third.title] == ["Przyjęcie projektu", "Uwagi", "Sesja"]
    assert (second.date.day, second.counted_from) == ("14 dni", "Przyjęcie projektu")
    events.record_event(event, done_on=date(2021, 10, 20), by=None, at=OPENS)
    second = shown(made, PUBLISHED)[1]
    assert (second.date.day, second.counted_from) == ("21 października – 3 listopada", "")


@pytest.mark.parametrize(("count", "said"), [(0, ""), (1, "1 organization of"), (124, "124 organizations of")])
def test_a_stage_says_how_many_organizations_were_invited_to_it(client, count, said):
    made = published()
    made.stages.update(invited=count)
    with translation.override("en"):
        (entry,) = shown(made, OPENS)
    assert entry.fact.startswith(said)
    assert bool(entry.fact) is bool(count)
    page = client.get(f"/en/konsultacje/{made.slug}/").content.decode().replace("\u00a0", " ")
    assert ("were invited" in page) is (count > 1)


def test_a_stage_that_an_act_opened_says_why_it_ends_a_day_later():
    """14 days from 18 October end on 1 November, which is a holiday."""
    made = planned()
    event = events.add_event(made, kind=EventKind.ACCEPTANCE, name="Przyjęcie", by=None, at=PUBLISHED)
    waits = {"opens_at": None, "closes_at": None, "shown_as": ShownAs.AFTER_ACT, "after_event": event, "days_after": 14}
    of = stage(made, **waits)
    stage(made, kind=Kind.PROPOSALS, name="Propozycje")
    schedule.publish_consultation(made, by=None, at=PUBLISHED)
    events.record_event(event, done_on=date(2021, 10, 18), by=None, at=end_of(date(2021, 10, 18)))

    def remarks() -> Entry:
        with translation.override("en"):
            return next(entry for entry in shown(made, OPENS) if entry.title == "Uwagi do projektu")

    assert (remarks().date.day, remarks().fact) == (
        "19 October – 2 November",
        "1 November is a holiday (All Saints' Day), so the end moves to 2 November.",
    )
    # Prolonged by hand: the rule does not explain it any more, the reason beside it does.
    of.refresh_from_db()
    schedule.move_stage(of, opens_at=of.opens_at, closes_at=end_of(date(2021, 11, 5)), reason="Prośba.", by=None, at=OPENS)
    assert (remarks().fact, [moved.reason for moved in remarks().moved]) == ("", ["Prośba."])


def test_a_resolution_stands_with_the_number_and_the_text_that_the_program_has():
    made = published()
    events.add_event(made, kind=EventKind.RESOLUTION, name="Uchwała", by=None, at=PUBLISHED, planned_on=date(2021, 11, 25))
    program = made.programs.get()
    (before,) = (entry for entry in shown(made, CLOSES) if entry.title == "Uchwała")
    assert (before.state, before.links) == (State.LATER, [])
    adopted(program, adopted_on=date(2021, 11, 18), bip_url="https://bip.example.org/7")
    at = moment(date(2021, 11, 18))
    for when, state in ((at - TICK, State.LATER), (at, State.DONE)):
        (entry,) = (entry for entry in shown(made, when) if entry.title == "Uchwała")
        assert entry.state is state
    assert (entry.date.day, entry.date.detail) == ("18 listopada", "planowano: 25 listopada")
    assert [link.url for link in entry.links] == [f"/programy/{program.slug}/wersje/1/", "https://bip.example.org/7"]
    assert "XXXV/900/21" in entry.links[0].text


def test_a_waived_opinion_is_done_on_the_last_of_its_days():
    made = published()
    handed = events.add_event(made, kind=EventKind.HANDED_OVER, name="Przekazanie", by=None, at=PUBLISHED)
    events.record_event(handed, done_on=date(2021, 10, 18), by=None, at=CLOSES)
    opinion = events.add_event(made, kind=EventKind.OPINION, name="Opinia", by=None, at=PUBLISHED)
    found = {entry.title: (entry.state, entry.date.day, bool(entry.fact)) for entry in shown(made, OPENS)}
    assert found["Opinia"] == (State.LATER, "do 2 listopada", True)
    events.waive_opinion(opinion, by=None, at=CLOSES)
    found = {entry.title: (entry.state, entry.date.day, bool(entry.fact)) for entry in shown(made, CLOSES)}
    assert found["Opinia"] == (State.DONE, "2 listopada", True)


@pytest.mark.parametrize("others", [0, 3])
def test_a_timeline_costs_the_same_however_many_events(others, django_assert_num_queries):
    made = published()
    kinds = [EventKind.HANDED_OVER, EventKind.OPINION, EventKind.RESOLUTION]
    for kind in [*kinds, *kinds * others]:
        event = events.add_event(made, kind=kind, name=str(kind), by=None, at=PUBLISHED)
        if kind == EventKind.HANDED_OVER:
            events.record_event(event, done_on=date(2021, 10, 18), by=None, at=CLOSES)
    adopted(made.programs.get(), adopted_on=date(2021, 11, 18))
    found = for_timelines(Consultation.objects.filter(pk=made.pk))
    # The consultation, its stages, events, programs, moved dates, meetings, documents.
    with django_assert_num_queries(7):
        timeline(found.get(), CLOSES)


# --- Moved dates ----------------------------------------------------------------------------------


def test_a_moved_date_shows_the_old_one_the_new_one_the_day_and_the_reason():
    made = planned()
    of = stage(made, shown_as=ShownAs.UNTIL, opens_at=moment(date(2021, 9, 1)), closes_at=end_of(date(2021, 9, 8)))
    schedule.publish_consultation(made, by=None, at=PUBLISHED)
    move = {"opens_at": of.opens_at, "by": None}
    first, second = moment(date(2021, 9, 6), time(12)), moment(date(2021, 9, 10), time(12))
    schedule.move_stage(of, closes_at=end_of(date(2021, 9, 20)), reason="Dodatkowe posiedzenie.", at=first, **move)
    schedule.move_stage(of, closes_at=end_of(date(2021, 9, 25)), reason="Jeszcze jedno.", at=second, **move)
    (entry,) = shown(made, second)
    assert (entry.was, entry.date.day) == ("do 8 września", "do 25 września")
    assert entry.moved == [
        Moved("do 8 września", "do 20 września", "Dodatkowe posiedzenie.", "6 września"),
        Moved("do 20 września", "do 25 września", "Jeszcze jedno.", "10 września"),
    ]


def test_a_move_of_the_end_that_is_not_shown_is_told_by_both_ends():
    made = planned()
    of = stage(made, shown_as=ShownAs.UNTIL, opens_at=moment(date(2021, 7, 4)), closes_at=end_of(date(2021, 7, 22)))
    schedule.publish_consultation(made, by=None, at=PUBLISHED)
    schedule.move_stage(of, opens_at=moment(date(2021, 7, 14)), closes_at=of.closes_at, reason="Powód.", by=None, at=PUBLISHED)
    (entry,) = shown(made, PUBLISHED)
    assert entry.was == ""
    assert [(moved.old, moved.new) for moved in entry.moved] == [("4–22 lipca", "14–22 lipca")]


def test_one_move_of_both_ends_is_told_once():
    made = published()
    of = made.stages.get()
    schedule.move_stage(of, opens_at=OPENS + DAY, closes_at=CLOSES + DAY, reason="Powód.", by=None, at=PUBLISHED)
    (entry,) = shown(made, PUBLISHED)
    assert [moved.old for moved in entry.moved] == ["20 października – 3 listopada"]


def test_a_moved_event_shows_its_old_day_until_it_is_done():
    made = published()
    event = events.add_event(made, name="Sesja", by=None, at=PUBLISHED, planned_on=date(2021, 10, 21))
    events.move_event(event, planned_on=date(2021, 11, 18), reason="Powód.", by=None, at=moment(date(2021, 9, 6)))
    entry = next(e for e in shown(made, PUBLISHED) if e.title == "Sesja")
    assert (entry.was, entry.date.day) == ("21 października", "18 listopada")
    assert entry.moved == [Moved("21 października", "18 listopada", "Powód.", "6 września")]


def test_the_year_is_said_only_when_it_is_another():
    made = published()
    assert shown(made, OPENS)[0].date.year == ""
    assert shown(made, OPENS + 365 * DAY)[0].date.year == "2021"


# --- Meetings -------------------------------------------------------------------------------------


def meeting_of(made: Consultation, **values: object) -> object:
    times = {"starts_at": OPENS, "ends_at": OPENS + 2 * HOUR, "signup_until": OPENS - HOUR, "topics_until": OPENS - DAY}
    return meetings.meeting(consultation=made, **{**times, **values})


@pytest.fixture
def with_meeting(monkeypatch):
    """A meeting stage on the day of the meeting, which has two groups of five."""
    monkeypatch.setattr(meetings, "PUBLISHED", PUBLISHED)
    made = planned()
    stage(made, kind=Kind.MEETING, name="Spotkanie", opens_at=OPENS, closes_at=OPENS + 2 * HOUR, shown_as=ShownAs.ON)
    schedule.publish_consultation(made, by=None, at=PUBLISHED)
    return made, meeting_of(made)


@pytest.mark.parametrize(
    ("at", "state", "links"),
    [
        (PUBLISHED, State.OPEN, ["zapisy/", "tematy/nowy/", ""]),
        (OPENS - DAY - TICK, State.OPEN, ["zapisy/", "tematy/nowy/", ""]),
        (OPENS - DAY, State.OPEN, ["zapisy/", ""]),
        (OPENS - HOUR - TICK, State.OPEN, ["zapisy/", ""]),
        (OPENS - HOUR, State.LATER, [""]),
        (OPENS, State.OPEN, [""]),
        (OPENS + 2 * HOUR, State.DONE, [""]),
    ],
)
def test_a_meeting_stands_in_its_stage_with_what_can_be_done(with_meeting, at, state, links):
    made, meeting = with_meeting
    entry = next(entry for entry in shown(made, at) if entry.title == "Spotkanie")
    assert entry.state is state
    (there,) = entry.meetings
    assert [link.url for link in there.links] == [f"/spotkania/{meeting.slug}/{end}" for end in links]


def test_free_places_are_told_in_words_while_somebody_can_take_one(with_meeting):
    made, meeting = with_meeting
    first, second = meeting.groups.order_by("position")
    for _one in range(4):
        meetings.held(first, at=PUBLISHED)
    for _one in range(5):
        meetings.held(second, at=PUBLISHED)
    ((there,),) = (entry.meetings for entry in shown(made, PUBLISHED))
    assert [(group.left, group.are_free) for group in there.groups] == [("1 wolne miejsce", True), ("brak wolnych miejsc", False)]
    ((there,),) = (entry.meetings for entry in shown(made, OPENS - HOUR))
    assert [group.left for group in there.groups] == ["", ""]


def test_meetings_of_two_stages_stand_each_in_its_own(with_meeting):
    made, first = with_meeting
    day = OPENS + 7 * DAY
    stage(made, kind=Kind.MEETING, name="Drugie", opens_at=day, closes_at=day + 2 * HOUR)
    other = {"starts_at": day, "ends_at": day + HOUR, "signup_until": None, "topics_until": None}
    second = meeting_of(made, title="Drugie spotkanie", **other)
    found = {entry.title: [one.title for one in entry.meetings] for entry in shown(made, PUBLISHED)}
    assert found == {"Spotkanie": [first.title], "Drugie": [second.title]}


def test_a_meeting_without_a_meeting_stage_is_an_entry_of_its_own(monkeypatch):
    monkeypatch.setattr(meetings, "PUBLISHED", PUBLISHED)
    made = published()
    meeting = meeting_of(made)
    assert [entry.meetings[0].title for entry in shown(made, PUBLISHED) if entry.meetings] == [meeting.title]


def test_a_moved_meeting_says_when_it_was_to_be(with_meeting):
    made, meeting = with_meeting
    move_meeting(meeting, starts_at=OPENS + HOUR, reason="Sala zajęta.", by=None, at=PUBLISHED)
    (there,) = next(entry.meetings for entry in shown(made, PUBLISHED) if entry.meetings)
    assert there.moved == [Moved("20 października, godz. 12.00", "20 października, godz. 13.00", "Sala zajęta.", "4 lipca")]


def test_an_unpublished_meeting_is_nowhere(with_meeting):
    made, _meeting = with_meeting
    meeting_of(made, publish=False, title="Tajne")
    assert "Tajne" not in str(shown(made, PUBLISHED))


# --- Open now -------------------------------------------------------------------------------------


def test_sign_up_comes_first_then_remarks_then_proposals(with_meeting):
    made, meeting = with_meeting
    stage(made, kind=Kind.PROPOSALS, name="Propozycje", opens_at=PUBLISHED, closes_at=OPENS + 3 * DAY)
    base = f"/konsultacje/{made.slug}"
    open_now = panel(made, PUBLISHED)
    assert (open_now.button_url, open_now.also_url) == (f"/spotkania/{meeting.slug}/zapisy/", f"{base}/propozycje/nowa/")
    stage(made, name="Uwagi", opens_at=PUBLISHED, closes_at=OPENS + 2 * DAY)
    open_now = panel(made, PUBLISHED)
    assert (open_now.button_url, open_now.also_url) == (f"/spotkania/{meeting.slug}/zapisy/", f"{base}/uwagi/nowa/")
    open_now = panel(made, OPENS - HOUR)
    assert (open_now.title, open_now.button_url, open_now.also_url) == (
        "Uwagi",
        f"{base}/uwagi/nowa/",
        f"{base}/propozycje/nowa/",
    )
    open_now = panel(made, OPENS + 2 * DAY)
    assert (open_now.title, open_now.button_url, open_now.also_url) == ("Propozycje", f"{base}/propozycje/nowa/", "")
    assert panel(made, OPENS + 3 * DAY) is None


def test_the_panel_says_until_when_and_how_long_is_left():
    made = published()
    open_now = panel(made, OPENS)
    assert (open_now.title, open_now.until, open_now.left) == ("Uwagi do projektu", "do środy 3 listopada", "zostało 14 dni")
    assert not open_now.later


def test_when_nothing_is_open_the_next_stage_is_told():
    made = published()
    coming = panel(made, OPENS - 2 * DAY)
    assert (coming.title, coming.until, coming.left) == ("Uwagi do projektu", "od środy 20 października, godz. 12.00", "za 2 dni")
    assert coming.later
    assert coming.button_url == ""
    assert panel(made, OPENS - TICK).later
    assert not panel(made, OPENS).later
    assert panel(made, CLOSES) is None


def test_a_document_of_an_event_is_linked_from_it():
    made = published()
    event = events.add_event(made, name="Opinia", by=None, at=PUBLISHED, planned_on=date(2021, 10, 1))
    of = document(made, name="opinia.pdf", title="Opinia Rady")
    events.edit_event(
        event,
        kind=EventKind.OPINION,
        name="Opinia",
        note="",
        position=0,
        link="https://bip.example.org/1",
        document=of,
        by=None,
        at=PUBLISHED,
    )
    entry = next(e for e in shown(made, PUBLISHED) if e.title == "Opinia")
    assert [link.url for link in entry.links] == [
        f"/konsultacje/{made.slug}/dokumenty/{of.pk}/opinia.pdf",
        "https://bip.example.org/1",
    ]
    # It is put up a day later than the day shown here.
    of.published_at = PUBLISHED + DAY
    of.save()
    before, after = (next(e for e in shown(made, PUBLISHED + shift) if e.title == "Opinia") for shift in (DAY - TICK, DAY))
    assert [len(entry.links) for entry in (before, after)] == [1, 2]
