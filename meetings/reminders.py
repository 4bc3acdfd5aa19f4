"""What this app reminds of: to whom, with which words. The engine is consultations/reminding.py."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db.models import F, Q
from django.urls import reverse

from accounts.tokens import Purpose
from consultations.audiences import Recipient, followers, once
from consultations.deadlines import moment_words, until_words
from consultations.models import Audience, ReminderKind, ReminderRule
from consultations.reminding import Reminder, owe_due
from consultations.things import Thing
from meetings.letters import about_meeting
from meetings.models import Ended, Registration


def owe_due_reminders(at: datetime) -> None:
    owe_due(REMINDERS, at)


def _undecided(rule: ReminderRule, thing: Thing, at: datetime) -> Iterable[Recipient]:
    """Followers who have neither signed up nor resigned, while there is a place."""
    free = Q(taken__lt=F("capacity"))
    if thing.row.is_hybrid:
        free |= Q(remote_taken__lt=F("remote_capacity"))
    if not thing.row.groups.taking_people().filter(free).exists():
        return ()
    decided = thing.row.registrations.exclude(ended_because=Ended.LAPSED).values_list("email", flat=True)
    people, _refusing = followers(rule.consultation, wants="wants_reminders")
    return once(people, without=decided)


def _signed_up(rule: ReminderRule, thing: Thing, at: datetime) -> Iterable[Recipient]:
    """One letter for each person, though an organization's people may share a mailbox."""
    people = thing.row.registrations.registered().exclude(email="").filter(group__cancelled_at=None)
    if rule.audience == Audience.UNCONFIRMED:
        people = people.unconfirmed()
    elif rule.audience == Audience.COMING:
        people = people.coming()
    for pk, email, language, since, confirmed_at in people.values_list(
        "pk", "email", "language", "email_confirmed_at", "attendance_confirmed_at"
    ):
        link = (Purpose.REGISTRATION, pk)
        yield Recipient(email, language, confirmed_at or since, link=link, who=f"registration:{pk}")


def _meeting_words(thing: Thing, person: Recipient, at: datetime) -> dict[str, object]:
    return {**about_meeting(thing.row, at=at), "until": until_words(thing.moment, at), "page_url": _page("sign_up", thing)}


def _personal_words(thing: Thing, person: Recipient, at: datetime) -> dict[str, object]:
    _purpose, pk = person.link or (None, 0)
    registration = Registration.objects.select_related("group__meeting", "group__parent").get(pk=pk)
    return {
        **_meeting_words(thing, person, at),
        "name": registration.name,
        "group": registration.group.full_name,
        "room": "" if registration.remotely else registration.group.room,
        "room_link": registration.room_link,
        "starts": moment_words(registration.group.begins_at, at),
        "page_url": _page("topic_new", thing),
    }


def _page(name: str, thing: Thing) -> str:
    return settings.PUBLIC_URL + reverse(f"meetings:{name}", args=[thing.row.slug])


REMINDERS = {
    ReminderKind.SIGNUP_CLOSES: Reminder(_undecided, _meeting_words),
    ReminderKind.TOPICS_CLOSE: Reminder(_signed_up, _personal_words),
    ReminderKind.CONFIRM_ATTENDANCE: Reminder(_signed_up, _personal_words),
    ReminderKind.MEETING_SOON: Reminder(_signed_up, _personal_words),
}
