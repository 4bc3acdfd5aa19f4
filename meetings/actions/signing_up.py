"""Who comes, and to which group. The seat is taken, given back or swapped in the transaction that decides."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from accounts.actions import account_for
from accounts.letters import withdraw_unwanted
from accounts.models import User
from accounts.once import token_of
from accounts.roles import Duty, has_duty
from accounts.tokens import Purpose
from consultations.models import Channel
from meetings import letters
from meetings.actions import seats
from meetings.actions.people import SignUp, entry_named, folded, normalized, of_one_organization
from meetings.actions.refusals import (
    AlreadySignedUp,
    GroupIsFull,
    HoldHasLapsed,
    OrganizationLimitReached,
    RegistrationHasEnded,
    SignUpIsClosed,
    TooLate,
)
from meetings.models import Ended, Meeting, MeetingAction, Registration, WorkingGroup
from programs.freshness import public_changed

# How long a seat waits for the answer to our letter.
HOLD = timedelta(minutes=30)
AS_TYPED = ("name", "phone", "organization_name", "needs", "language")


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
    """Give this person a seat; from the portal it is held until the e-mail is confirmed.

    The same form sent twice gets the same registration while it lasts. What staff enter is registered at once.
    Raises SignUpIsClosed, GroupIsFull, OrganizationLimitReached, AlreadySignedUp.
    """
    meeting, groups = seats.lock(group.meeting_id)
    group, email, name_key = groups[group.pk], normalized(person.email), folded(person.name)[:150]
    token, repeated = _earlier(token_of(form_token, group.pk, email, name_key))
    if repeated:
        return repeated
    by_staff = _let_in(meeting, entered_by, at=at)
    seats.release_lapsed_holds(meeting, at=at)
    organization = person.organization or entry_named(person.organization_name)
    seats.take(group)
    _check_organization(meeting, group, organization.pk if organization else None, person.organization_name)
    _check_once(meeting, email, name_key)
    given = {field: getattr(person, field) for field in AS_TYPED} | _first_state(meeting, by_staff=by_staff, at=at)
    registration = Registration.objects.create(
        meeting=meeting,
        group=group,
        name_key=name_key,
        email=email,
        organization=organization,
        form_token=token,
        channel=channel,
        entered_by=entered_by,
        **given,
    )
    letters.owe("signup_registered" if by_staff else "signup_confirm", registration, at=at)
    public_changed(at=at)
    return registration


def _earlier(token: str) -> tuple[str, Registration | None]:
    """The registration this form has made, while it lasts; when it has ended, the token for another one."""
    found = Registration.objects.filter(form_token=token).first()
    if found is None or found.ended_at is None:
        return token, found
    return _earlier(token_of(token, found.pk))


def _first_state(meeting: Meeting, *, by_staff: bool, at: datetime) -> dict[str, Any]:
    if not by_staff:
        return {"created_at": at, "held_until": at + HOLD}
    attends = None if meeting.separate_confirmation else at
    return {"created_at": at, "email_confirmed_at": at, "attendance_confirmed_at": attends}


def _let_in(meeting: Meeting, entered_by: User | None, *, at: datetime) -> bool:
    """Whether it is the office that signs this person up. Raises SignUpIsClosed."""
    by_staff = entered_by is not None and has_duty(entered_by, Duty.RUN_MEETINGS)
    # Somebody who rings after the deadline may still be let in by the office, within the places there are.
    late = by_staff and meeting.is_published(at) and meeting.cancelled_at is None and at < meeting.ends_at
    if not late and not meeting.may(MeetingAction.SIGN_UP, at):
        raise SignUpIsClosed(meeting, at)
    return by_staff


def _check_organization(meeting: Meeting, group: WorkingGroup, organization_pk: int | None, name: str) -> None:
    limit = meeting.limit_per_organization
    if limit is not None and of_one_organization(group, organization_pk, name) >= limit:
        raise OrganizationLimitReached(group, limit)


def _check_once(meeting: Meeting, email: str, name_key: str) -> None:
    if email and (known := meeting.registrations.active().filter(email=email, name_key=name_key).first()):
        raise AlreadySignedUp(known)


@transaction.atomic
def send_link_again(registration: Registration, *, at: datetime) -> None:
    """The letter with the link once more, for somebody who signs up a second time; one a minute, for a double click."""
    registration = Registration.objects.select_related("meeting", "group").get(pk=registration.pk)
    kind = "signup_registered" if registration.email_confirmed_at else "signup_confirm"
    letters.owe(kind, registration, at=at, occasion=f"{kind}:registration:{registration.pk}:again:{letters.minute_of(at)}")


@contextmanager
def _locked(registration: Registration, *, at: datetime) -> Iterator[tuple[Meeting, dict[int, WorkingGroup], Registration]]:
    """Everything a change may touch, read again under the locks, with the holds that have run out let go.

    The public hears of these seats last, whichever way the verb ends.
    """
    meeting, groups = seats.lock(registration.meeting_id)
    released = seats.release_lapsed_holds(meeting, at=at)
    registration = Registration.objects.select_for_update().get(pk=registration.pk)
    registration.meeting, registration.group = meeting, groups[registration.group_id]
    yield meeting, groups, registration
    if released:
        public_changed(at=at)


@transaction.atomic
def confirm_email(registration: Registration, *, at: datetime) -> Registration:
    """The link was answered: the address is theirs. Confirms attendance too, unless the meeting asks for it separately.

    A seat whose hold has run out is taken again while there is one. Raises HoldHasLapsed when there is none,
    SignUpIsClosed when it ran out and sign-up is over, RegistrationHasEnded, AlreadySignedUp, TooLate.
    """
    with _locked(registration, at=at) as (meeting, _groups, registration):
        if meeting.cancelled_at:
            raise TooLate(meeting, at, MeetingAction.CONFIRM)
        if registration.ended_because == Ended.LAPSED:
            _seat_again(meeting, registration, at=at)
        elif registration.ended_at:
            raise RegistrationHasEnded(registration)
        elif registration.email_confirmed_at:
            return registration
        registration.email_confirmed_at = at
        if not meeting.separate_confirmation:
            registration.attendance_confirmed_at = at
        registration.save()
        account_for(registration.email, name=registration.name)
        letters.drop_questions(registration, at=at)
        letters.owe("signup_registered", registration, at=at)
        public_changed(at=at)
        return registration


def _seat_again(meeting: Meeting, registration: Registration, *, at: datetime) -> None:
    if not meeting.may(MeetingAction.SIGN_UP, at):
        raise SignUpIsClosed(meeting, at)
    _check_once(meeting, registration.email, registration.name_key)
    _check_organization(meeting, registration.group, registration.organization_id, registration.organization_name)
    try:
        seats.take(registration.group)
    except GroupIsFull as full:
        raise HoldHasLapsed(registration) from full
    registration.ended_at, registration.ended_because = None, ""
    registration.changes += 1


@transaction.atomic
def confirm_attendance(registration: Registration, *, at: datetime, by: User | None = None) -> Registration:
    """ "I am coming." Raises TooLate, RegistrationHasEnded; an unconfirmed address is confirmed by the same answer."""
    with _locked(registration, at=at) as (meeting, _groups, registration):
        if registration.ended_at:
            raise RegistrationHasEnded(registration)
        if registration.attendance_confirmed_at:
            return registration
        if by is None and not meeting.may(MeetingAction.CONFIRM, at):
            raise TooLate(meeting, at, MeetingAction.CONFIRM)
        registration.email_confirmed_at = registration.email_confirmed_at or at
        registration.attendance_confirmed_at = at
        registration.save()
        letters.drop_questions(registration, at=at)
        # The link to the room was kept back until now.
        letters.owe("signup_registered", registration, at=at)
        return registration


@transaction.atomic
def decline(registration: Registration, *, at: datetime, by: User | None = None) -> Registration:
    """Give the seat back: the person resigns, or the office (`by`) takes them off. Raises TooLate."""
    with _locked(registration, at=at) as (meeting, _groups, registration):
        if registration.ended_at:
            return registration
        if by is None and not meeting.may(MeetingAction.RESIGN, at):
            raise TooLate(meeting, at, MeetingAction.RESIGN)
        seats.give_back(registration.group_id)
        registration.ended_at, registration.ended_because = at, Ended.BY_STAFF if by else Ended.WITHDREW
        registration.changes += 1
        registration.save()
        # Whatever they were owed before the sign-up ended.
        withdraw_unwanted(Purpose.REGISTRATION, registration.pk, at=at)
        letters.owe("signup_cancelled", registration, at=at)
        public_changed(at=at)
        return registration


@transaction.atomic
def change_group(registration: Registration, *, group: WorkingGroup, at: datetime, by: User | None = None) -> Registration:
    """Swap seats: the old one is kept until the new one is held. The office (`by`) may do it at any time.

    Raises TooLate, GroupIsFull, OrganizationLimitReached, RegistrationHasEnded.
    """
    with _locked(registration, at=at) as (meeting, groups, registration):
        if registration.ended_at:
            raise RegistrationHasEnded(registration)
        if registration.group_id == group.pk:
            return registration
        if by is None and not meeting.may(MeetingAction.CHANGE, at):
            raise TooLate(meeting, at, MeetingAction.CHANGE)
        group = groups[group.pk]
        seats.take(group)
        _check_organization(meeting, group, registration.organization_id, registration.organization_name)
        seats.give_back(registration.group_id)
        registration.group = group
        registration.changes += 1
        registration.save()
        letters.owe("group_changed", registration, at=at)
        public_changed(at=at)
        return registration


@transaction.atomic
def release_lapsed(meeting: Meeting, *, at: datetime) -> int:
    """Free the seats whose hold has run out; how many."""
    meeting, _groups = seats.lock(meeting.pk)
    released = seats.release_lapsed_holds(meeting, at=at)
    if released:
        public_changed(at=at)
    return released


def release_all_lapsed(*, at: datetime) -> None:
    """One transaction for each meeting, so that none waits for the locks of another."""
    for meeting in Meeting.objects.filter(pk__in=Registration.objects.lapsed(at).values("meeting")):
        release_lapsed(meeting, at=at)
