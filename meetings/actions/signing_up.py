"""Somebody wants to come: a seat is taken, or a place in the queue, in the transaction that decides."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from accounts.folding import folded
from accounts.models import User
from accounts.once import token_of
from accounts.roles import Duty, has_duty
from consultations.models import Channel
from meetings import letters
from meetings.actions import seats
from meetings.actions.history import note
from meetings.actions.people import SignUp, entry_of, normalized, of_one_organization
from meetings.actions.refusals import (
    AlreadySignedUp,
    GroupIsFull,
    GroupTakesNobody,
    NoSuchWayToTakePart,
    OrganizationLimitReached,
    SignUpIsClosed,
)
from meetings.models import Meeting, MeetingAction, Registration, What, WorkingGroup
from programs.freshness import public_changed

# How long a seat waits for the answer to our letter.
HOLD = timedelta(minutes=30)
# Written out: everybody waits for it, and composing it anew takes longer than the answer.
_KNOWN = """
    SELECT 1 FROM meetings_registration
    WHERE form_token = %s OR (meeting_id = %s AND email = %s AND name_key = %s AND ended_at IS NULL)
"""
AS_TYPED = ("name", "phone", "organization_name", "organization_number", "may_be_named", "needs", "language", "remotely")


@transaction.atomic
def sign_up(
    group: WorkingGroup,
    *,
    person: SignUp,
    form_token: str,
    at: datetime,
    channel: Channel = Channel.PORTAL,
    entered_by: User | None = None,
) -> Registration:
    """Give this person a seat, or a place in the queue if they would rather wait; held until the e-mail is confirmed.

    The same form sent twice gets the same registration while it lasts. What staff enter is registered at once.
    Raises SignUpIsClosed, GroupTakesNobody, NoSuchWayToTakePart, AlreadySignedUp, OrganizationLimitReached, GroupIsFull.
    """
    # What can be known before anybody has to wait for us.
    organization, email, name_key = entry_of(person), normalized(person.email), folded(person.name)[:150]
    token = token_of(form_token, group.pk, email, name_key)
    meeting, groups = seats.lock(group.meeting_id)
    group = groups[group.pk]
    is_known = _is_known(meeting, token, email, name_key)
    if is_known:
        token, repeated = _earlier(token)
        if repeated:
            return repeated
    by_staff = _let_in(meeting, entered_by, at=at)
    check_open(group, groups, remotely=person.remotely)
    # A free seat is kept for nobody who waits: then what has run out since the last verb can wait for the next tick.
    if is_known or group.free_for(remotely=person.remotely) <= 0 or meeting.limit_per_organization is not None:
        seats.settle(meeting, groups, at=at)
    waits = _take_or_wait(group, person, meeting)
    check_organization(group, organization.pk if organization else None, person.organization_name)
    if is_known:
        # Last: a full group must not answer otherwise to somebody who is known.
        check_once(meeting, email, name_key)
    given: dict[str, Any] = {"email": email, "name_key": name_key, "organization": organization, "form_token": token}
    given |= {"channel": channel, "entered_by": entered_by} | {field: getattr(person, field) for field in AS_TYPED}
    state = _first_state(group, by_staff=by_staff, waits=waits, remotely=person.remotely, at=at)
    registration = Registration.objects.create(meeting=meeting, group=group, **given, **state)
    note(registration, What.WAITS if waits else What.SIGNED_UP, at=at, by=entered_by)
    letters.owe(_first_letter(by_staff=by_staff, waits=waits), registration, at=at, is_new=True)
    public_changed(at=at)
    return registration


def _is_known(meeting: Meeting, token: str, email: str, name_key: str) -> bool:
    """By this form or as this person. Nearly always not: one question spares two, each of which everybody would wait for."""
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [token, meeting.pk, email, name_key])
        return cursor.fetchone() is not None


def _earlier(token: str) -> tuple[str, Registration | None]:
    """The registration this form has made, while it lasts; when it has ended, the token for another one."""
    found = Registration.objects.filter(form_token=token).values_list("pk", "ended_at").order_by("pk").first()
    if found is None:
        return token, None
    pk, ended_at = found
    return _earlier(token_of(token, pk)) if ended_at else (token, Registration.objects.get(pk=pk))


def _first_state(group: WorkingGroup, *, by_staff: bool, waits: bool, remotely: bool, at: datetime) -> dict[str, Any]:
    state: dict[str, Any] = {"created_at": at}
    if waits:
        state["waits_since"] = seats.end_of_queue(group, remotely=remotely, at=at)
    if not by_staff:
        return state | {"held_until": at + HOLD}
    attends = None if group.meeting.asks_apart(at) or waits else at
    return state | {"email_confirmed_at": at, "attendance_confirmed_at": attends}


def _first_letter(*, by_staff: bool, waits: bool) -> str:
    if not by_staff:
        return "signup_confirm"
    return "waitlist_joined" if waits else "signup_registered"


def _let_in(meeting: Meeting, entered_by: User | None, *, at: datetime) -> bool:
    """Whether it is the office that signs this person up. Raises SignUpIsClosed."""
    by_staff = entered_by is not None and has_duty(entered_by, Duty.RUN_MEETINGS)
    # Somebody who rings after the deadline may still be let in by the office, within the places there are.
    late = by_staff and meeting.is_published(at) and meeting.cancelled_at is None and at < meeting.ends_at
    if meeting.without_signup or (not late and not meeting.may(MeetingAction.SIGN_UP, at)):
        raise SignUpIsClosed(meeting, at)
    return by_staff


def _take_or_wait(group: WorkingGroup, person: SignUp, meeting: Meeting) -> bool:
    """Whether they wait. Raises GroupIsFull."""
    try:
        seats.take(group, remotely=person.remotely)
    except GroupIsFull:
        if not (person.waits and meeting.has_waiting_list):
            raise
        return True
    return False


def check_open(group: WorkingGroup, groups: seats.Groups, *, remotely: bool) -> None:
    """Raises GroupTakesNobody, NoSuchWayToTakePart."""
    if group.cancelled_at or any(one.parent_id == group.pk and one.cancelled_at is None for one in groups.values()):
        raise GroupTakesNobody(group)
    if remotely and not (group.meeting.is_hybrid and group.remote_capacity):
        raise NoSuchWayToTakePart(group)


def check_organization(group: WorkingGroup, organization_pk: int | None, name: str) -> None:
    limit = group.meeting.limit_per_organization
    if limit is not None and of_one_organization(group, organization_pk, name) >= limit:
        raise OrganizationLimitReached(group, limit)


def check_once(meeting: Meeting, email: str, name_key: str) -> None:
    known = meeting.registrations.active().filter(email=email, name_key=name_key).values_list("pk", flat=True)
    if email and (pk := known.order_by("pk").first()):
        raise AlreadySignedUp(Registration.objects.get(pk=pk))


@transaction.atomic
def send_link_again(registration: Registration, *, at: datetime) -> None:
    """The letter with the link once more, for somebody who signs up a second time; one a minute, for a double click."""
    registration = Registration.objects.select_related("meeting", "group").get(pk=registration.pk)
    kind = "signup_registered"
    if registration.email_confirmed_at is None:
        kind = "signup_confirm"
    elif registration.is_waiting:
        kind = "waitlist_joined"
    elif registration.is_offered:
        kind = "waitlist_offer"
    occasion = f"{kind}:registration:{registration.pk}:again:{letters.minute_of(at)}"
    letters.owe(kind, registration, at=at, occasion=occasion, expires_at=registration.offered_until)
