"""What somebody signed up does behind the link of their letter, or the office for them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction

from accounts.actions import account_for, enter_organization
from accounts.letters import withdraw_unwanted
from accounts.models import Organization, User
from accounts.tokens import Purpose
from meetings import letters
from meetings.actions import seats
from meetings.actions.history import note, note_all
from meetings.actions.people import SignUp, entry_of
from meetings.actions.refusals import (
    GroupIsFull,
    GroupTakesNobody,
    HoldHasLapsed,
    RegistrationHasEnded,
    SignUpIsClosed,
    TooLate,
)
from meetings.actions.signing_up import check_once, check_open, check_organization
from meetings.models import Ended, Meeting, MeetingAction, Registration, What, WorkingGroup
from programs.freshness import public_changed


@contextmanager
def locked(registration: Registration, *, at: datetime) -> Iterator[tuple[Meeting, seats.Groups, Registration]]:
    """Everything a change may touch, read again under the locks, with what was not answered in time let go.

    What the verb frees goes to whoever waits; the public hears of the seats last.
    """
    meeting, groups = seats.lock(registration.meeting_id)
    settled = seats.settle(meeting, groups, at=at)
    registration = Registration.objects.select_for_update().get(pk=registration.pk)
    registration.meeting, registration.group = meeting, groups[registration.group_id]
    yield meeting, groups, registration
    if seats.settle(meeting, groups, at=at) or settled:
        public_changed(at=at)


@transaction.atomic
def confirm_email(registration: Registration, *, at: datetime) -> Registration:
    """The link was answered: the address is theirs. Confirms attendance too, unless the meeting asks for it separately.

    A seat whose hold has run out is taken again while there is one. Raises HoldHasLapsed when there is none,
    SignUpIsClosed when it ran out and sign-up is over, RegistrationHasEnded, AlreadySignedUp, GroupTakesNobody,
    OrganizationLimitReached, TooLate.
    """
    with locked(registration, at=at) as (meeting, groups, registration):
        if meeting.cancelled_at:
            raise TooLate(meeting, at, MeetingAction.CONFIRM)
        if registration.erased_at:
            raise RegistrationHasEnded(registration)
        if registration.ended_because == Ended.LAPSED:
            _let_in_again(meeting, groups, registration, at=at)
        elif registration.ended_at:
            raise RegistrationHasEnded(registration)
        elif registration.email_confirmed_at:
            return registration
        registration.email_confirmed_at = at
        is_seated = not registration.is_waiting and registration.group.cancelled_at is None
        if is_seated and not meeting.asks_apart(at):
            registration.attendance_confirmed_at = at
        registration.organization = registration.organization or _organization_of(registration, at=at)
        registration.save()
        note(registration, What.EMAIL_CONFIRMED, at=at)
        account_for(registration.email, name=registration.name)
        letters.drop_questions(registration, at=at)
        letters.owe(_second_letter(registration), registration, at=at)
        public_changed(at=at)
        return registration


def _second_letter(registration: Registration) -> str:
    if registration.group.cancelled_at:
        return "group_cancelled"
    return "waitlist_joined" if registration.is_waiting else "signup_registered"


def _organization_of(registration: Registration, *, at: datetime) -> Organization | None:
    """The directory's entry; a new one once the address is proven, unless a colleague was quicker."""
    name, number = registration.organization_name, registration.organization_number
    if not name:
        return None
    person = SignUp(registration.name, registration.email, organization_name=name, organization_number=number)
    return entry_of(person) or enter_organization(name, number=number, at=at)


def _let_in_again(meeting: Meeting, groups: seats.Groups, registration: Registration, *, at: datetime) -> None:
    """The hold has run out: a seat if there is one, and for somebody who waited the end of the queue."""
    if not meeting.may(MeetingAction.SIGN_UP, at):
        raise SignUpIsClosed(meeting, at)
    check_open(registration.group, groups, remotely=registration.remotely)
    check_once(meeting, registration.email, registration.name_key)
    check_organization(registration.group, registration.organization_id, registration.organization_name)
    waited = registration.waits_since is not None
    registration.waits_since = None
    try:
        seats.take(registration.group, remotely=registration.remotely)
    except GroupIsFull as full:
        if not waited:
            raise HoldHasLapsed(registration) from full
        registration.waits_since = seats.end_of_queue(registration.group, remotely=registration.remotely, at=at)
    registration.ended_at, registration.ended_because = None, ""
    registration.changes += 1


@transaction.atomic
def confirm_attendance(registration: Registration, *, at: datetime, by: User | None = None) -> Registration:
    """ "I am coming", also to a place on offer. An unconfirmed address is confirmed by the same answer.

    Raises TooLate, RegistrationHasEnded, GroupTakesNobody; GroupIsFull for somebody who still waits for a place.
    """
    with locked(registration, at=at) as (meeting, _groups, registration):
        if registration.ended_at:
            raise RegistrationHasEnded(registration)
        if meeting.cancelled_at:
            raise TooLate(meeting, at, MeetingAction.CONFIRM)
        if registration.group.cancelled_at:
            raise GroupTakesNobody(registration.group)
        if registration.is_waiting:
            raise GroupIsFull(registration.group)
        if registration.attendance_confirmed_at:
            return registration
        # An offer has a deadline of its own, and has been let go if it is over.
        if by is None and not registration.is_offered and not meeting.may(MeetingAction.CONFIRM, at):
            raise TooLate(meeting, at, MeetingAction.CONFIRM)
        registration.email_confirmed_at = registration.email_confirmed_at or at
        registration.attendance_confirmed_at, registration.offered_until = at, None
        registration.save()
        note(registration, What.COMING, at=at, by=by)
        letters.drop_questions(registration, at=at)
        # The link to the room was kept back until now.
        letters.owe("signup_registered", registration, at=at)
        return registration


@transaction.atomic
def decline(registration: Registration, *, at: datetime, by: User | None = None) -> Registration:
    """Give the seat or the place in the queue back: the person resigns, or the office (`by`) takes them off. Raises TooLate."""
    with locked(registration, at=at) as (meeting, _groups, registration):
        if registration.ended_at:
            return registration
        if by is None and not meeting.may(MeetingAction.RESIGN, at):
            raise TooLate(meeting, at, MeetingAction.RESIGN)
        end(registration, Ended.BY_STAFF if by else Ended.WITHDREW, at=at, by=by)
        public_changed(at=at)
        return registration


def end(registration: Registration, because: Ended, *, at: datetime, by: User | None = None) -> None:
    """Under the locks: the seat is free, the person hears of it, nothing else they were owed leaves any more."""
    if registration.waits_since is None:
        seats.give_back(registration.group, remotely=registration.remotely)
    registration.ended_at, registration.ended_because = at, because
    registration.present_at = None
    registration.changes += 1
    registration.save()
    note(registration, What.ENDED, at=at, by=by)
    withdraw_unwanted(Purpose.REGISTRATION, registration.pk, at=at)
    letters.owe("signup_cancelled", registration, at=at)


@transaction.atomic
def change_group(
    registration: Registration, *, group: WorkingGroup, at: datetime, remotely: bool | None = None, by: User | None = None
) -> Registration:
    """Swap seats: the old one is kept until the new one is held. The office (`by`) may do it at any time.

    At a hybrid meeting `remotely` changes how the person takes part. Whoever waits gets a free seat of the other group,
    or goes to the end of its queue.
    Raises TooLate, GroupIsElsewhere, GroupTakesNobody, NoSuchWayToTakePart, GroupIsFull,
    OrganizationLimitReached, RegistrationHasEnded.
    """
    with locked(registration, at=at) as (meeting, groups, registration):
        if registration.ended_at:
            raise RegistrationHasEnded(registration)
        remotely = registration.remotely if remotely is None else remotely
        if (registration.group_id, registration.remotely) == (group.pk, remotely):
            return registration
        if meeting.cancelled_at or (by is None and not registration.may_change_group(at)):
            raise TooLate(meeting, at, MeetingAction.CHANGE)
        group = seats.of(groups, group)
        check_open(group, groups, remotely=remotely)
        if registration.group_id != group.pk:
            check_organization(group, registration.organization_id, registration.organization_name)
        move(registration, group, remotely=remotely, at=at, by=by)
        letters.tell_anew("waitlist_joined" if registration.is_waiting else "group_changed", registration, at=at)
        public_changed(at=at)
        return registration


def move(registration: Registration, group: WorkingGroup, *, remotely: bool, at: datetime, by: User | None) -> None:
    """Under the locks, to another seat of the same meeting. Raises GroupIsFull for somebody who has a seat."""
    had_seat, was_offered = registration.waits_since is None, registration.is_offered
    try:
        seats.take(group, remotely=remotely)
        # They ask for this very place, so nobody has to offer it to them.
        registration.waits_since = registration.offered_until = None
        is_new = was_offered or not had_seat or registration.group.cancelled_at
        if registration.email_confirmed_at and is_new and not registration.meeting.asks_apart(at):
            registration.attendance_confirmed_at = at
    except GroupIsFull:
        if had_seat:
            raise
        registration.waits_since = seats.end_of_queue(group, remotely=remotely, at=at)
    if had_seat:
        seats.give_back(registration.group, remotely=registration.remotely)
    registration.group, registration.remotely = group, remotely
    registration.changes += 1
    registration.save()
    note(registration, What.MOVED, at=at, by=by)


@transaction.atomic
def let_be_named(registration: Registration, *, may_be_named: bool, at: datetime) -> None:
    """Whether everybody may read that their organization was there; also after the meeting, in either direction."""
    if Registration.objects.filter(pk=registration.pk).exclude(may_be_named=may_be_named).update(may_be_named=may_be_named):
        public_changed(at=at)


@transaction.atomic
def settle_meeting(meeting: Meeting, *, at: datetime) -> bool:
    """Let go what was not answered in time and give it to those who wait; whether anything changed."""
    meeting, groups = seats.lock(meeting.pk)
    if changed := seats.settle(meeting, groups, at=at):
        public_changed(at=at)
    return changed


def settle_all(*, at: datetime) -> None:
    """One transaction for each meeting, so that none waits for the locks of another."""
    for meeting in Meeting.objects.filter(pk__in=Registration.objects.lapsed(at).values("meeting")):
        settle_meeting(meeting, at=at)


@transaction.atomic
def release_silent(meeting: Meeting, *, at: datetime) -> int:
    """End the sign-ups of people who were to confirm attendance and have not; how many. Their places go to those who wait."""
    meeting, groups = seats.lock(meeting.pk)
    if not (meeting.releases_silent and meeting.deadline(MeetingAction.CONFIRM) <= at < meeting.starts_at):
        return 0
    # Whoever was entered by telephone could answer no letter: the office asks them.
    silent = list(meeting.registrations.unconfirmed().exclude(email="").select_related("organization").order_by("pk"))
    for registration in silent:
        registration.meeting, registration.group = meeting, groups[registration.group_id]
        end(registration, Ended.SILENT, at=at)
    if silent:
        seats.settle(meeting, groups, at=at)
        public_changed(at=at)
    return len(silent)


def release_all_silent(*, at: datetime) -> None:
    for meeting in Meeting.objects.releasing_silent(at).filter(pk__in=Registration.objects.unconfirmed().values("meeting")):
        release_silent(meeting, at=at)


def ask_again(meeting: Meeting, *, at: datetime, group: WorkingGroup | None = None) -> None:
    """Under the lock of the meeting: who said that they come said so of other hours. While they still can say so."""
    if not meeting.may(MeetingAction.CONFIRM, at):
        return
    people = meeting.registrations.filter(group=group) if group else meeting.registrations
    asked = list(people.coming().select_related("organization"))
    meeting.registrations.filter(pk__in=[one.pk for one in asked]).update(attendance_confirmed_at=None)
    if asked:
        meeting.asked_again_at = at
        meeting.save(update_fields=["asked_again_at"])
    note_all(asked, What.ASKED_AGAIN, at=at)
