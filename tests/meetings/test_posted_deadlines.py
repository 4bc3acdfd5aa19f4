"""Each of the three deadlines, posted by whoever: the last microsecond before it is in time, the first at it is not."""

import pytest

from accounts.actions import account_for
from meetings.models import GroupModerator, Registration, Sector, TopicProposal
from tests.factories import meetings as make
from tests.factories.meetings import HOUR, SIGNUP_UNTIL, STARTS, TICK, TOPICS_UNTIL
from tests.meetings.pages import link_of, page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
CONFIRM_UNTIL = SIGNUP_UNTIL + HOUR


def visitor(client, meeting) -> None:
    pass


def representative(client, meeting) -> None:
    client.force_login(account_for(make.registered(meeting.groups.last()).email))


def moderator(client, meeting) -> None:
    user = account_for("jan@example.org")
    GroupModerator.objects.filter(group__meeting=meeting, sector=Sector.NGO).update(user=user)
    client.force_login(user)


def coordinator(client, meeting) -> None:
    client.force_login(make.coordinator())


def filled(client, address, **values) -> dict[str, str]:
    """A form as it was shown before the deadline."""
    shown = client.get(address).context["form"]
    return {"step": "send", "stamp": shown.initial["stamp"], "name": "Łucja Żak", "email": "lucja@example.org", **values}


def signing_up(client, meeting):
    address, group = page("sign_up", meeting), meeting.groups.first()
    posted = filled(client, address, group=str(group.pk))
    return lambda: client.post(address, posted), lambda: group.registrations.filter(email="lucja@example.org").exists()


def a_topic(client, meeting):
    address = page("topic_new", meeting)
    posted = filled(client, address, title="Małe granty")
    return lambda: client.post(address, posted), lambda: TopicProposal.objects.exists()


def swapping(client, meeting):
    one, two = meeting.groups.all()
    person = make.registered(one)
    change = {"act": "change", "group": two.pk}
    return lambda: client.post(link_of(person), change), lambda: Registration.objects.get(pk=person.pk).group == two


def confirming(client, meeting):
    person = make.registered(meeting.groups.first())
    return lambda: client.post(link_of(person), {"act": "attend"}), lambda: Registration.objects.get(pk=person.pk).is_confirmed


def resigning(client, meeting):
    person = make.registered(meeting.groups.first())
    return lambda: client.post(link_of(person), {"act": "resign"}), lambda: bool(Registration.objects.get(pk=person.pk).ended_at)


@pytest.mark.parametrize("side", ["in time", "too late"])
@pytest.mark.parametrize(
    ("act", "deadline"),
    [
        (a_topic, TOPICS_UNTIL),
        (signing_up, SIGNUP_UNTIL),
        (swapping, SIGNUP_UNTIL),
        (confirming, CONFIRM_UNTIL),
        (resigning, STARTS),
    ],
)
@pytest.mark.parametrize("role", [visitor, representative, moderator, coordinator])
def test_the_deadline_holds_for_everybody_to_the_microsecond(client, clock, role, act, deadline, side):
    meeting = make.meeting(separate_confirmation=True, confirm_until=CONFIRM_UNTIL)
    # The form was opened in time; one older than half a day is shown again instead of being judged.
    clock.move_to(deadline - HOUR, tick=False)
    role(client, meeting)
    post, is_done = act(client, meeting)
    clock.move_to(deadline - TICK if side == "in time" else deadline, tick=False)
    post()
    assert is_done() is (side == "in time")
