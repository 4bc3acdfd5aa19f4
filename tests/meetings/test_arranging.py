import pytest
from django.db import transaction

from accounts.models import Letter, State, User
from meetings import actions
from meetings.models import GroupModerator, Meeting, Mode, Sector, WorkingGroup
from programs.freshness import freshness
from programs.models import Boundary
from tests.factories import meetings as make
from tests.factories.meetings import DAY, ENDS, HOUR, NOW, PUBLISHED, SIGNUP_UNTIL, STARTS, TICK, TOPICS_UNTIL

pytestmark = pytest.mark.django_db


def publish(meeting: Meeting, at=PUBLISHED) -> Meeting:
    return actions.publish_meeting(meeting, by=None, at=at)


def fresh(meeting: Meeting) -> Meeting:
    return Meeting.objects.get(pk=meeting.pk)


# --- Publishing -------------------------------------------------------------------------------------


def test_a_whole_meeting_is_published_and_one_without_groups_is_not():
    assert publish(make.meeting(publish=False)).published_at == PUBLISHED
    with pytest.raises(actions.MeetingIsNotReady):
        publish(make.meeting(publish=False, groups=0))


@pytest.mark.parametrize(
    "moderators",
    [{}, {Sector.NGO: "Jan Przykładowy"}, {Sector.LOCAL_GOVERNMENT: "Maria Testowa"}],
)
def test_publishing_is_refused_while_a_pair_is_incomplete(moderators):
    meeting = make.meeting(publish=False)
    group = make.group(meeting, name="Grupa bez pary", moderators=moderators)
    with pytest.raises(actions.MeetingIsNotReady) as refusal:
        publish(meeting)
    assert len(refusal.value.missing) == 2 - len(moderators)
    assert "Grupa bez pary" in refusal.value.in_words
    for sector in Sector:
        actions.set_moderator(group, sector=sector, name="Ktoś", at=NOW)
    assert publish(meeting).published_at is not None


def test_a_second_moderator_of_one_sector_takes_the_place_of_the_first():
    group = make.meeting(publish=False).groups.first()
    actions.set_moderator(group, sector=Sector.NGO, name="Ewa Nowa", at=NOW)
    assert sorted(GroupModerator.objects.filter(group=group).values_list("name", flat=True)) == ["Ewa Nowa", "Maria Testowa"]


@pytest.mark.parametrize(
    ("values", "group", "ready"),
    [
        ({"mode": Mode.REMOTE, "place": ""}, {"room_link": "https://rooms.example.org/a"}, True),
        ({"mode": Mode.REMOTE}, {"room_link": ""}, False),
        ({"mode": Mode.ON_SITE, "place": "Sala 10"}, {"room_link": ""}, True),
        ({"mode": Mode.ON_SITE, "place": "Sala 10"}, {"room": ""}, False),
        ({"mode": Mode.ON_SITE, "place": ""}, {}, False),
        ({"mode": Mode.HYBRID, "place": "Sala 10"}, {"room_link": ""}, False),
        ({"mode": Mode.HYBRID, "place": "Sala 10"}, {"room": ""}, False),
        ({"mode": Mode.HYBRID, "place": "Sala 10"}, {"room_link": "https://rooms.example.org/a"}, True),
        ({"separate_confirmation": True, "confirm_until": SIGNUP_UNTIL}, {}, True),
        ({"separate_confirmation": True, "confirm_until": SIGNUP_UNTIL - TICK}, {}, False),
    ],
)
def test_what_each_mode_needs(values, group, ready):
    meeting = make.meeting(publish=False, groups=0, **values)
    make.group(meeting, **group)
    assert (not meeting.missing(PUBLISHED)) is ready


@pytest.mark.parametrize(
    ("values", "last"),
    [({}, SIGNUP_UNTIL), ({"signup_until": None}, STARTS), ({"without_signup": True, "groups": 0}, STARTS)],
    ids=["sign-up has a deadline", "sign-up ends with the start", "nobody signs up"],
)
def test_a_meeting_is_published_while_sign_up_is_ahead_and_after_its_consultation(values, last):
    meeting = make.meeting(publish=False, **values)
    moments = [PUBLISHED - TICK, PUBLISHED, last - TICK, last]
    assert [bool(meeting.missing(at)) for at in moments] == [True, False, False, True]
    with pytest.raises(actions.MeetingIsNotReady):
        publish(meeting, last)
    assert publish(meeting, last - TICK).published_at == last - TICK


def test_what_people_see_stays_complete():
    meeting = make.meeting()
    with pytest.raises(actions.MeetingIsNotReady):
        make.group(meeting, moderators={})
    with pytest.raises(actions.MeetingIsNotReady):
        actions.edit_group(meeting.groups.first(), room_link="", at=NOW)
    with pytest.raises(actions.MeetingIsNotReady):
        actions.edit_meeting(meeting, mode=Mode.ON_SITE, place="", by=None, at=NOW)


# --- Moving -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"ends_at": STARTS},
        {"signup_until": STARTS + TICK},
        {"topics_until": STARTS + TICK},
        {"confirm_until": STARTS + TICK},
        {"starts_at": SIGNUP_UNTIL - TICK},
    ],
)
def test_dates_out_of_order_are_refused_in_words(wrong):
    with pytest.raises(actions.DatesDoNotFit) as refusal:
        actions.move_meeting(make.meeting(), reason="Pomyłka", by=None, at=NOW, **wrong)
    assert refusal.value.in_words.strip()


@pytest.mark.parametrize("fields", [["signup_until"], ["signup_until", "topics_until"], ["confirm_until"]])
def test_a_deadline_may_be_the_very_start(fields):
    moved = actions.move_meeting(make.meeting(), reason="Tak", by=None, at=NOW, **dict.fromkeys(fields, STARTS))
    assert {getattr(moved, field) for field in fields} == {STARTS}


@pytest.mark.parametrize(("topics_until", "fits"), [(SIGNUP_UNTIL, True), (SIGNUP_UNTIL + TICK, False)])
def test_topics_end_no_later_than_sign_up(topics_until, fits):
    hidden = make.meeting(publish=False, topics_until=topics_until)
    assert (not hidden.missing(PUBLISHED)) is fits
    shown = make.meeting()
    if fits:
        assert actions.move_meeting(shown, topics_until=topics_until, reason="Tak", by=None, at=NOW).topics_until == topics_until
        return
    with pytest.raises(actions.MeetingIsNotReady):
        actions.move_meeting(shown, topics_until=topics_until, reason="Tak", by=None, at=NOW)
    assert fresh(shown).topics_until == TOPICS_UNTIL


def test_a_published_date_moves_with_a_reason_that_everybody_sees():
    meeting, by = make.meeting(), make.coordinator()
    with pytest.raises(actions.MoveNeedsAReason):
        actions.move_meeting(meeting, signup_until=SIGNUP_UNTIL + HOUR, reason=" ", by=by, at=NOW)
    assert fresh(meeting).signup_until == SIGNUP_UNTIL
    actions.move_meeting(
        meeting, signup_until=SIGNUP_UNTIL + HOUR, topics_until=TOPICS_UNTIL, reason="Więcej czasu", by=by, at=NOW
    )
    (change,) = meeting.date_changes.all()
    told = (change.field, change.old, change.new, change.reason, change.by, change.consultation)
    assert told == ("signup_until", SIGNUP_UNTIL, SIGNUP_UNTIL + HOUR, "Więcej czasu", by, meeting.consultation)


def test_dates_nobody_has_seen_move_without_a_reason_and_leave_no_trace():
    meeting = make.meeting(publish=False)
    actions.move_meeting(meeting, starts_at=STARTS + DAY, ends_at=ENDS + DAY, by=None, at=NOW)
    assert fresh(meeting).starts_at == STARTS + DAY
    assert (meeting.date_changes.count(), fresh(meeting).ics_sequence) == (0, 0)


def test_a_confirmation_that_is_no_longer_asked_for_is_no_moved_date():
    meeting = make.meeting(separate_confirmation=True, confirm_until=SIGNUP_UNTIL)
    actions.move_meeting(meeting, separate_confirmation=False, by=None, at=NOW)
    saved = fresh(meeting)
    assert (saved.separate_confirmation, saved.confirm_until) == (False, SIGNUP_UNTIL)
    assert not saved.date_changes.exists()


def test_new_hours_reach_everybody_registered_and_nobody_else_and_a_moved_deadline_nobody():
    meeting = make.meeting()
    coming, waiting, gone = (make.registered(meeting.groups.first()) for _ in range(3))
    held = make.held(meeting.groups.first())
    actions.decline(gone, at=NOW + HOUR)
    actions.move_meeting(meeting, signup_until=SIGNUP_UNTIL - HOUR, reason="Wcześniej", by=None, at=NOW + HOUR)
    assert not Letter.objects.filter(kind="meeting_moved").exists()
    actions.move_meeting(meeting, ends_at=ENDS + HOUR, reason="Dłużej", by=None, at=NOW + HOUR)
    told = set(Letter.objects.filter(kind="meeting_moved").values_list("to", flat=True))
    assert told == {coming.email, waiting.email}
    assert held.email not in told


def test_a_letter_that_waits_while_the_meeting_moves_leaves_with_the_new_hours():
    meeting = make.meeting()
    held, registered = make.held(meeting.groups.first()), make.registered(meeting.groups.first())
    old = {letter.context["when"] for letter in make.letters_to(held.email)}
    actions.move_meeting(meeting, ends_at=ENDS + HOUR, reason="Dłużej", by=None, at=NOW + HOUR / 6)
    (asked,) = Letter.objects.filter(to=held.email, state=State.QUEUED)
    assert asked.kind == "signup_confirm"
    assert asked.context["when"] not in old
    assert [letter.kind for letter in Letter.objects.filter(to=registered.email, state=State.QUEUED)] == ["meeting_moved"]


def test_a_cancelled_meeting_asks_nobody_to_confirm_a_place():
    meeting = make.meeting()
    held = make.held(meeting.groups.first())
    actions.cancel_meeting(meeting, reason="Powódź", by=None, at=NOW + HOUR / 6)
    assert not Letter.objects.filter(to=held.email, state=State.QUEUED).exists()


def test_pages_are_not_cached_past_any_moment_of_the_meeting():
    meeting = make.meeting(confirm_until=SIGNUP_UNTIL + HOUR)
    known = set(Boundary.objects.filter(owner=f"meeting:{meeting.pk}").values_list("moment", flat=True))
    assert known == {TOPICS_UNTIL, SIGNUP_UNTIL, SIGNUP_UNTIL + HOUR, STARTS, ENDS}
    actions.move_meeting(meeting, topics_until=TOPICS_UNTIL - DAY, reason="Wcześniej", by=None, at=NOW)
    assert Boundary.objects.filter(owner=f"meeting:{meeting.pk}", moment=TOPICS_UNTIL - DAY).exists()
    assert not Boundary.objects.filter(owner=f"meeting:{meeting.pk}", moment=TOPICS_UNTIL).exists()


# --- Cancelling and editing -------------------------------------------------------------------------


def test_a_meeting_is_cancelled_with_a_reason_before_it_starts_and_not_after():
    early, late = make.meeting(), make.meeting()
    coming = make.registered(early.groups.first())
    with pytest.raises(actions.MoveNeedsAReason):
        actions.cancel_meeting(early, reason="", by=None, at=NOW)
    actions.cancel_meeting(early, reason="Awaria", by=None, at=STARTS - TICK)
    with pytest.raises(actions.TooLate):
        actions.cancel_meeting(late, reason="Awaria", by=None, at=STARTS)
    (letter,) = make.letters_to(coming.email, "meeting_cancelled")
    assert "METHOD:CANCEL" in letter.calendar
    assert letter.context["reason"] == "Awaria"
    with pytest.raises(actions.TooLate):
        actions.decline(coming, at=STARTS - TICK)


def test_a_group_cannot_have_fewer_places_than_people():
    group = make.meeting().groups.first()
    for _ in range(3):
        make.registered(group)
    assert actions.edit_group(group, capacity=3, at=NOW).capacity == 3
    with pytest.raises(actions.GroupHasMorePeople):
        actions.edit_group(group, capacity=2, at=NOW)
    assert WorkingGroup.objects.get(pk=group.pk).taken == 3


def test_another_room_is_told_to_its_group_and_another_place_to_everybody():
    meeting = make.meeting()
    here, there = (make.registered(group) for group in meeting.groups.all())
    actions.edit_group(here.group, room_link="https://rooms.example.org/nowy", at=NOW)
    actions.edit_group(here.group, description="Bez zmiany pokoju", at=NOW)
    assert [letter.to for letter in Letter.objects.filter(kind="group_changed")] == [here.email]
    actions.edit_meeting(meeting, place="Zoom", by=None, at=NOW)
    actions.edit_meeting(meeting, title="Inny tytuł", by=None, at=NOW)
    assert set(Letter.objects.filter(kind="meeting_moved").values_list("to", flat=True)) == {here.email, there.email}


def test_every_verb_that_changes_what_people_read_makes_cached_pages_stale():
    meeting = make.meeting()
    group, other = meeting.groups.all()
    registration = make.registered(group)
    topic = actions.propose_topic(
        meeting, title="Temat", text="", name="Jan", email="j@example.org", organization_name="", form_token="1", at=NOW
    )
    for verb in (
        lambda: make.held(group),
        lambda: actions.change_group(registration, group=other, at=NOW + HOUR),
        lambda: actions.decline(registration, at=NOW + HOUR),
        lambda: make.held(group, at=NOW + HOUR),
        lambda: actions.settle_meeting(meeting, at=NOW + DAY),
        lambda: actions.decide_topic(topic, outcome="accepted", group=group, at=NOW),
        lambda: actions.set_moderator(group, sector=Sector.NGO, name="Ewa Nowa", at=NOW),
        lambda: actions.edit_group(group, name="Inna nazwa", at=NOW),
        lambda: actions.edit_meeting(meeting, title="Inny tytuł", by=None, at=NOW),
        lambda: actions.move_meeting(meeting, ends_at=ENDS + HOUR, reason="Dłużej", by=None, at=NOW),
        lambda: actions.cancel_meeting(meeting, reason="Awaria", by=None, at=NOW),
    ):
        before = freshness(NOW + DAY).state
        verb()
        assert freshness(NOW + DAY).state != before


# --- Topics -----------------------------------------------------------------------------------------


def propose(meeting: Meeting, at=NOW, token="", **values):
    given = {"title": "Małe granty", "text": "Bo warto", "name": "Anna", "email": "anna@example.org", "organization_name": ""}
    return actions.propose_topic(meeting, form_token=token or make.token(), at=at, **{**given, **values})


def test_topics_are_taken_to_the_last_moment_and_refused_at_the_deadline():
    meeting = make.meeting()
    assert propose(meeting, TOPICS_UNTIL - TICK).title == "Małe granty"
    with pytest.raises(actions.TopicsAreClosed) as refusal:
        propose(meeting, TOPICS_UNTIL)
    assert refusal.value.in_words


def test_the_same_topic_form_twice_is_one_topic_and_one_receipt():
    meeting = make.meeting()
    first = propose(meeting, token="abc")
    assert propose(meeting, TOPICS_UNTIL, token="abc") == first
    assert len(make.letters_to("anna@example.org", "topic_receipt")) == 1


def test_staff_write_down_a_topic_until_the_meeting_begins():
    meeting, by = make.meeting(), make.coordinator()
    topic = propose(meeting, STARTS - TICK, entered_by=by, channel="phone", email="")
    assert (topic.channel, topic.entered_by) == ("phone", by)
    with pytest.raises(actions.TopicsAreClosed):
        propose(meeting, STARTS, entered_by=by, channel="phone")


# --- Moderators, and a meeting that changes with its groups -----------------------------------------


def test_a_moderator_keeps_the_account_until_somebody_else_is_named():
    group = make.meeting().groups.first()
    account = User.objects.create_user("moderator@example.org")
    actions.set_moderator(group, sector=Sector.NGO, name="Jan Testowy", user=account, at=NOW)
    assert actions.set_moderator(group, sector=Sector.NGO, name="jan  testowy", at=NOW).user == account
    assert actions.set_moderator(group, sector=Sector.NGO, name="Anna Testowa", at=NOW).user is None
    assert group.moderators.filter(sector=Sector.NGO).count() == 1


def on_site() -> Meeting:
    made = make.meeting(mode=Mode.ON_SITE, publish=False)
    for group in made.groups.all():
        actions.edit_group(group, room_link="", at=NOW)
    return actions.publish_meeting(made, by=None, at=NOW)


def test_a_meeting_becomes_remote_in_one_step_when_its_groups_get_their_links():
    meeting = on_site()
    with pytest.raises(actions.MeetingIsNotReady):
        actions.edit_meeting(meeting, mode=Mode.REMOTE, by=None, at=NOW)
    with transaction.atomic():
        meeting = actions.edit_meeting(meeting, mode=Mode.REMOTE, groups_follow=True, by=None, at=NOW)
        with pytest.raises(actions.MeetingIsNotReady):
            actions.check_complete(meeting)
        for group in meeting.groups.all():
            actions.edit_group(group, room_link="https://rooms.example.org/9", at=NOW)
        actions.check_complete(meeting)
    assert Meeting.objects.get(pk=meeting.pk).mode == Mode.REMOTE


def test_what_is_not_in_the_groups_is_asked_at_once():
    with pytest.raises(actions.MeetingIsNotReady):
        actions.edit_meeting(on_site(), place="", groups_follow=True, by=None, at=NOW)
