import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from meetings import actions
from meetings.models import GroupModerator, Meeting, Registration, TopicProposal, WorkingGroup
from tests.factories import meetings as make
from tests.factories.meetings import ENDS, HOUR, NOW, SIGNUP_UNTIL, STARTS, TOPICS_UNTIL

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def desk(client):
    client.force_login(make.coordinator())
    return client


def url(model: str, what: str, *args: object) -> str:
    return reverse(f"admin:meetings_{model}_{what}", args=args)


def local(moment) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")


def filled(meeting: Meeting | None = None, **changed) -> dict[str, object]:
    """What the page of a meeting posts."""
    groups = list(meeting.groups.all()) if meeting else []
    posted = {
        "title": "Spotkanie",
        "description": "",
        "mode": "remote",
        "place": "Teams",
        "starts_at": local(STARTS),
        "ends_at": local(ENDS),
        "topics_until": local(TOPICS_UNTIL),
        "signup_until": local(SIGNUP_UNTIL),
        "confirm_until": "",
        "reason": "",
        "limit_per_organization": "",
        "has_waiting_list": "on",
        "groups-TOTAL_FORMS": len(groups),
        "groups-INITIAL_FORMS": len(groups),
    }
    for number, group in enumerate(groups):
        posted |= {f"groups-{number}-id": group.pk, f"groups-{number}-meeting": meeting.pk}
        values = group_values(group.name, group.room_link, room=group.room)
        posted |= {f"groups-{number}-{field}": value for field, value in values.items()}
    return {**posted, **changed}


def group_values(name: str, link: str, **values) -> dict[str, object]:
    return {
        "name": name,
        "description": "",
        "topic": "",
        "city_moderator": "Maria Testowa",
        "ngo_moderator": "Jan Przykładowy",
        "city_email": "",
        "ngo_email": "",
        "parent": "",
        "capacity": 5,
        "remote_capacity": 0,
        "position": 0,
        "room": "",
        "room_link": link,
        **values,
    }


def new_group(number: int, **values) -> dict[str, object]:
    given = group_values(f"Nowa {number}", "https://rooms.example.org/nowa", **values)
    return {f"groups-{number}-{field}": value for field, value in given.items()} | {f"groups-{number}-id": ""}


def wrong_fields(response) -> set[str]:
    (groups,) = (inline.formset for inline in response.context["inline_admin_formsets"])
    here = set(response.context["adminform"].form.errors)
    return here | {f"groups-{number}-{field}" for number, found in enumerate(groups.errors) for field in found}


def test_the_coordinator_makes_a_meeting_with_groups_and_publishes_it(desk):
    consultation = make.consultation()
    posted = filled(consultation=consultation.pk, slug="spotkanie-nowe") | new_group(0) | {"groups-TOTAL_FORMS": 1}
    assert desk.post(url("meeting", "add"), posted).status_code == 302
    meeting = Meeting.objects.get(slug="spotkanie-nowe")
    group = meeting.groups.get()
    assert (meeting.starts_at, meeting.signup_until, meeting.published_at) == (STARTS, SIGNUP_UNTIL, None)
    assert sorted(GroupModerator.objects.filter(group=group).values_list("name", flat=True)) == [
        "Jan Przykładowy",
        "Maria Testowa",
    ]
    assert desk.post(url("meeting", "change", meeting.pk), filled(meeting, _publish="1")).status_code == 302
    assert Meeting.objects.get(pk=meeting.pk).published_at == NOW


def test_a_meeting_that_is_not_ready_stays_hidden_and_the_page_says_what_is_missing(desk):
    meeting = make.meeting(publish=False, groups=0)
    response = desk.post(url("meeting", "change", meeting.pk), filled(meeting, _publish="1"), follow=True)
    (message,) = [str(message) for message in response.context["messages"] if message.level_tag == "error"]
    assert message == actions.MeetingIsNotReady(meeting, meeting.missing(NOW)).in_words
    assert Meeting.objects.get(pk=meeting.pk).published_at is None


def test_a_published_date_asks_for_the_reason_beside_its_field_and_then_moves(desk):
    meeting = make.meeting()
    moved = {"signup_until": local(SIGNUP_UNTIL - HOUR)}
    refused = desk.post(url("meeting", "change", meeting.pk), filled(meeting, **moved))
    assert "reason" in refused.context["adminform"].form.errors
    assert Meeting.objects.get(pk=meeting.pk).signup_until == SIGNUP_UNTIL
    assert desk.post(url("meeting", "change", meeting.pk), filled(meeting, **moved, reason="Wcześniej")).status_code == 302
    assert Meeting.objects.get(pk=meeting.pk).signup_until == SIGNUP_UNTIL - HOUR
    assert [change.reason for change in meeting.date_changes.all()] == ["Wcześniej"]


@pytest.mark.parametrize("asked", [True, False])
def test_a_separate_confirmation_comes_and_goes_with_its_deadline_in_one_save(desk, asked):
    values = {"separate_confirmation": True, "confirm_until": SIGNUP_UNTIL}
    meeting = make.meeting(**({} if asked else values))
    posted = {"separate_confirmation": "on", "confirm_until": local(SIGNUP_UNTIL)} if asked else {}
    change = filled(meeting, reason="Prośba moderatorów", **posted)
    assert desk.post(url("meeting", "change", meeting.pk), change).status_code == 302
    meeting.refresh_from_db()
    assert (meeting.separate_confirmation, meeting.confirm_until) == (asked, SIGNUP_UNTIL if asked else None)
    assert [change.field for change in meeting.date_changes.all()] == ["confirm_until"]


def test_an_hour_that_the_clocks_skip_is_read_kindly(desk):
    meeting = make.meeting(publish=False)
    hours = {"starts_at": "2028-03-26T02:30", "ends_at": "2028-03-26T05:00"}
    assert desk.post(url("meeting", "change", meeting.pk), filled(meeting, **hours)).status_code == 302
    meeting.refresh_from_db()
    assert f"{meeting.starts_at:%H:%M}" == "01:30"  # 3.30 in summer time


def test_a_page_saved_without_a_change_changes_nothing(desk):
    meeting = make.meeting()
    posted = filled(meeting, title=meeting.title)
    assert desk.post(url("meeting", "change", meeting.pk), posted).status_code == 302
    saved = Meeting.objects.get(pk=meeting.pk)
    assert (saved.ics_sequence, saved.date_changes.count(), saved.slug) == (0, 0, meeting.slug)


@pytest.mark.parametrize(
    ("field", "typed", "told_at"),
    [
        ("ends_at", local(STARTS), "__all__"),
        ("signup_until", local(ENDS), "__all__"),
        ("starts_at", "jutro", "starts_at"),
        ("groups-0-capacity", 0, "groups-0-capacity"),
        ("groups-0-room_link", "", "groups-0-room_link"),
        ("groups-0-ngo_moderator", "", "groups-0-ngo_moderator"),
        ("groups-0-city_moderator", "", "groups-0-city_moderator"),
    ],
)
def test_what_a_verb_would_refuse_is_said_on_the_page(desk, field, typed, told_at):
    meeting = make.meeting()
    make.registered(meeting.groups.first())
    response = desk.post(url("meeting", "change", meeting.pk), filled(meeting, reason="Tak", **{field: typed}))
    assert told_at in wrong_fields(response)


def test_cancelling_says_first_how_many_letters_and_asks_why(desk):
    meeting = make.meeting()
    for _ in range(3):
        make.registered(meeting.groups.first())
    preview = desk.get(url("meeting", "cancel", meeting.pk))
    assert preview.context["letters"] == 3
    assert Meeting.objects.get(pk=meeting.pk).cancelled_at is None
    assert desk.post(url("meeting", "cancel", meeting.pk), {"reason": ""}).context["refusal"]
    assert desk.post(url("meeting", "cancel", meeting.pk), {"reason": "Awaria"}).status_code == 302
    assert Meeting.objects.get(pk=meeting.pk).cancelled_at == NOW


def test_somebody_who_rang_is_written_down_through_the_same_verb(desk):
    group = make.meeting(groups=1, capacity=1).groups.get()
    posted = {"group": group.pk, "name": "Pani Telefonująca", "phone": "56 000 00 00", "channel": "phone"}
    assert desk.post(url("registration", "add"), posted).status_code == 302
    registration = Registration.objects.get()
    assert (registration.channel, registration.is_confirmed) == ("phone", True)
    assert str(registration.entered_by.pk) == desk.session["_auth_user_id"]
    refused = desk.post(url("registration", "add"), {**posted, "name": "Pan Spóźniony"})
    assert group.name in refused.context["adminform"].form.errors["group"][0]
    assert "Pan Spóźniony" in refused.content.decode()
    assert WorkingGroup.objects.get().taken == 1


def test_what_only_the_verb_can_refuse_comes_back_with_what_was_typed(desk):
    group = make.meeting(limit_per_organization=1).groups.first()
    make.registered(group, make.person(organization_name="Klub Testowy"))
    posted = {"group": group.pk, "name": "Pani Druga", "organization_name": "klub testowy", "channel": "phone"}
    form = desk.post(url("registration", "add"), posted).context["adminform"].form
    assert form.non_field_errors() == [actions.OrganizationLimitReached(group, 1).in_words]
    assert form["name"].value() == "Pani Druga"
    assert Registration.objects.count() == 1


def test_staff_move_people_and_they_are_told(desk, clock):
    one, two = make.meeting().groups.all()
    registration = make.registered(one)
    clock.move_to(SIGNUP_UNTIL, tick=False)
    assert desk.post(url("registration", "change", registration.pk), {"group": two.pk}).status_code == 302
    assert Registration.objects.get().group == two
    assert len(make.letters_to(registration.email, "group_changed")) == 1
    other = make.meeting().groups.first()
    assert desk.post(url("registration", "change", registration.pk), {"group": other.pk}).status_code == 200
    assert Registration.objects.get().group == two


def test_staff_confirm_and_remove_people_from_the_list(desk):
    meeting = make.meeting(separate_confirmation=True, confirm_until=SIGNUP_UNTIL)
    comes, goes = (make.registered(meeting.groups.first()) for _ in range(2))
    listed = url("registration", "changelist")
    desk.post(listed, {"action": "confirm_people", "_selected_action": [comes.pk]})
    desk.post(listed, {"action": "remove_people", "_selected_action": [goes.pk]})
    comes.refresh_from_db()
    goes.refresh_from_db()
    assert comes.is_confirmed
    assert goes.ended_because == "by_staff"
    assert len(make.letters_to(goes.email, "signup_cancelled")) == 1
    assert WorkingGroup.objects.get(pk=goes.group_id).taken == 1


def test_a_topic_told_by_telephone_is_written_down_and_taken_up(desk, clock):
    meeting = make.meeting()
    clock.move_to(TOPICS_UNTIL, tick=False)
    posted = {"meeting": meeting.pk, "title": "Małe granty", "name": "Pani Ewa", "channel": "phone"}
    assert desk.post(url("topicproposal", "add"), posted).status_code == 302
    topic = TopicProposal.objects.get()
    group = meeting.groups.first()
    change = url("topicproposal", "change", topic.pk)
    assert "outcome" in desk.post(change, {"group": group.pk}).context["adminform"].form.errors
    assert desk.post(change, {"outcome": "accepted", "group": group.pk}).status_code == 302
    assert TopicProposal.objects.get().group == group
    clock.move_to(STARTS, tick=False)
    assert "meeting" in desk.post(url("topicproposal", "add"), posted).context["adminform"].form.errors


@pytest.mark.parametrize("rows", [1, 20])
def test_lists_take_the_same_queries_for_one_row_and_for_twenty(desk, django_assert_num_queries, rows):
    for _ in range(rows):
        meeting = make.meeting(consultation=Meeting.objects.first() and Meeting.objects.first().consultation)
        make.registered(meeting.groups.first(), make.person(organization_name="Klub"))
        actions.propose_topic(
            meeting, title="T", text="", name="N", email="e@example.org", organization_name="", form_token=make.token(), at=NOW
        )
    for model, queries in (("meeting", 9), ("registration", 10), ("topicproposal", 9)):
        desk.get(url(model, "changelist"))
        with django_assert_num_queries(queries):
            assert desk.get(url(model, "changelist")).status_code == 200


@pytest.mark.parametrize("groups", [1, 20])
def test_the_page_of_a_meeting_takes_the_same_queries_for_one_group_and_for_twenty(desk, django_assert_num_queries, groups):
    meeting = make.meeting(groups=groups)
    # A process asks once for the type of each content.
    desk.get(url("meeting", "change", meeting.pk))
    with django_assert_num_queries(11):
        assert desk.get(url("meeting", "change", meeting.pk)).status_code == 200


@pytest.mark.parametrize(
    ("role", "reads", "writes"),
    [("coordinator", True, True), ("auditor", True, False), ("drafter", True, False), ("", False, False)],
)
def test_who_may_read_and_who_may_write(client, role, reads, writes):
    user = User.objects.create_user("staff@example.org", is_staff=True)
    if role:
        user.groups.add(Group.objects.get_or_create(name=role)[0])
    client.force_login(user)
    meeting = make.meeting()
    registration = make.registered(meeting.groups.first())
    for model, row in (("meeting", meeting), ("registration", registration)):
        assert (client.get(url(model, "changelist")).status_code == 200) is reads
        assert (client.get(url(model, "change", row.pk)).status_code == 200) is reads
        assert (client.get(url(model, "add")).status_code == 200) is writes
        assert client.get(url(model, "delete", row.pk)).status_code == 403
    client.post(url("meeting", "change", meeting.pk), filled(meeting, title="Zmieniony tytuł"))
    client.post(url("meeting", "cancel", meeting.pk), {"reason": "Awaria"})
    saved = Meeting.objects.get()
    assert (saved.title == "Zmieniony tytuł", saved.cancelled_at is not None) == (writes, writes)
