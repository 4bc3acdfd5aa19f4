"""Who is written to, one address once, with what their letter has to know of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F

from accounts.models import Organization, User
from accounts.tokens import Purpose
from consultations.models import Consultation, Follow

# How long after a meeting the people who were there are taken to care about its consultation without following it.
CARE_FOR = timedelta(days=180)


@dataclass(frozen=True)
class Recipient:
    email: str
    language: str = settings.LANGUAGE_CODE
    # When their address was proven; without it they are written to whenever they came.
    since: datetime | None = None
    unfollow: int | None = None
    link: tuple[Purpose, int] | None = None
    # People who share a mailbox get a letter each: "registration:5".
    who: str = ""


def followers(consultation: Consultation, *, wants: str) -> tuple[list[Recipient], set[str]]:
    """Who follows it and wants this ("wants_news", "wants_reminders"), and the addresses that have said no.

    Who follows this consultation is written to as such, even if they follow all of them too. Who has stopped following
    this one hears of it again only if they asked for all of them later. One query.
    """
    chosen: dict[str, Follow] = {}
    stopped: dict[str, datetime] = {}
    for follow in Follow.objects.of(consultation).order_by(F("consultation").asc(nulls_last=True), "pk"):
        if follow.ended_at:
            stopped.setdefault(follow.email, follow.ended_at)
        elif follow.confirmed_at and follow.confirmed_at >= stopped.get(follow.email, follow.confirmed_at):
            chosen.setdefault(follow.email, follow)
    wanting = [follow for follow in chosen.values() if getattr(follow, wants)]
    people = [Recipient(one.email, one.language, one.confirmed_at, unfollow=one.pk) for one in wanting]
    return people, (stopped.keys() | chosen.keys()) - {one.email for one in wanting}


def signed_up(consultation: Consultation, at: datetime) -> Iterator[Recipient]:
    """People registered for any of its meetings, as people who care about the consultation. One query for each meeting."""
    for meeting in consultation.meetings.filter(ends_at__gt=at - CARE_FOR):
        known = meeting.registrations.registered().exclude(email="")
        for pk, email, language, since in known.values_list("pk", "email", "language", "email_confirmed_at"):
            yield Recipient(email.lower(), language, since, link=(Purpose.QUIET, pk))


def followers_and_signed_up(consultation: Consultation, *, wants: str, at: datetime) -> list[Recipient]:
    people, refusing = followers(consultation, wants=wants)
    return [*people, *once(signed_up(consultation, at), without=refusing | {one.email for one in people})]


def once(people: Iterable[Recipient], *, without: Iterable[str] = ()) -> Iterator[Recipient]:
    """The first of each address."""
    seen = set(without)
    for person in people:
        if person.email not in seen:
            seen.add(person.email)
            yield person


def directory() -> Iterator[Recipient]:
    """Organizations that may be invited; of several with one mailbox the first, or none once it has said no."""
    refusing = Organization.objects.exclude(uninvited_at=None).values_list("email", flat=True)
    rows = Organization.objects.invitable().order_by("pk").values_list("pk", "email")
    people = (Recipient(email.lower(), link=(Purpose.DIRECTORY, pk)) for pk, email in rows)
    return once(people, without=[email.lower() for email in refusing])


def is_invitable(person: Recipient) -> bool:
    """Whether the organization may be invited still; its row stays locked, so that a "no" waits and finds the letter."""
    _purpose, pk = person.link or (None, 0)
    return Organization.objects.invitable().select_for_update(no_key=True).filter(pk=pk).first() is not None


def coordinators() -> Iterator[Recipient]:
    return (Recipient(user.email) for user in User.objects.coordinators())
