"""What is due at a moment, to whom. The occasion holds the deadline: a moved one owes anew, an unchanged one nothing.

Each meeting in one transaction under its lock, so that a deadline cannot move between two letters that name it, and
one call wakes the sending. Whom a run has written to, the next ones skip without a query each.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import translation

from accounts.letters import owe_letter
from accounts.models import Letter, State
from accounts.tokens import Purpose
from consultations.deadlines import until_words
from consultations.models import Follow
from meetings.letters import about_meeting
from meetings.models import Ended, Meeting, MeetingAction, Registration, WorkingGroup

REMIND_BEFORE = timedelta(days=3)
# Who signed up a moment ago has the letter about it before their eyes.
LEAVE_ALONE = timedelta(hours=1)


def owe_signup_closing(at: datetime) -> None:
    """ "Sign-up closes soon" to confirmed followers who have neither signed up nor resigned, while there is a place."""
    with_a_place = WorkingGroup.objects.filter(meeting=OuterRef("pk"), taken__lt=F("capacity"))
    due = Meeting.objects.sign_up_closing_within(REMIND_BEFORE, at).filter(Exists(with_a_place))
    for pk in list(due.values_list("pk", flat=True)):
        with transaction.atomic():
            if meeting := _still_due(due, pk):
                _invite_followers(meeting, at)


def owe_attendance_reminders(at: datetime) -> None:
    """ "Tell us that you are coming" to the registered who have not said so."""
    due = Meeting.objects.confirmation_closing_within(REMIND_BEFORE, at)
    for pk in list(due.values_list("pk", flat=True)):
        with transaction.atomic():
            if meeting := _still_due(due, pk):
                _ask_the_silent(meeting, at)


def _still_due(due: QuerySet[Meeting], pk: int) -> Meeting | None:
    """The meeting as it is under its lock, if the moment for the letters has not moved away meanwhile."""
    return due.select_for_update(of=("self",)).filter(pk=pk).first()


def _invite_followers(meeting: Meeting, at: datetime) -> None:
    deadline = meeting.deadline(MeetingAction.SIGN_UP)
    occasion = f"signup_closing:meeting:{meeting.pk}:{deadline.isoformat()}"
    not_to = set(Letter.objects.filter(occasion=occasion).exclude(state=State.OBSOLETE).values_list("to", flat=True))
    not_to |= set(meeting.registrations.exclude(ended_because=Ended.LAPSED).values_list("email", flat=True))
    # Who follows this consultation is written to as such, even if they follow all of them too.
    followers = Follow.objects.of(meeting.consultation).confirmed().order_by(F("consultation").asc(nulls_last=True), "pk")
    for follow in followers:
        if follow.email.lower() in not_to:
            continue
        not_to.add(follow.email.lower())
        with translation.override(follow.language):
            context: dict[str, object] = {**about_meeting(meeting, at=at), "until": until_words(deadline, at)}
        owe_letter(
            follow.email,
            kind="signup_closing",
            occasion=occasion,
            at=at,
            context=context,
            language=follow.language,
            unfollow=follow.pk,
            expires_at=deadline,
        )


def _ask_the_silent(meeting: Meeting, at: datetime) -> None:
    deadline = meeting.deadline(MeetingAction.CONFIRM)
    about = f"confirm_attendance:meeting:{meeting.pk}:registration:"
    letters = Letter.objects.filter(occasion__startswith=about, occasion__endswith=f":{deadline.isoformat()}")
    asked = set(letters.exclude(state=State.OBSOLETE).values_list("link_pk", flat=True))
    silent = meeting.registrations.unconfirmed().filter(created_at__lte=at - LEAVE_ALONE).exclude(email="")
    for registration in silent.select_related("group"):
        if registration.pk not in asked:
            _ask(registration, meeting, deadline, at)


def _ask(registration: Registration, meeting: Meeting, deadline: datetime, at: datetime) -> None:
    with translation.override(registration.language):
        context: dict[str, object] = {
            **about_meeting(meeting, at=at),
            "name": registration.name,
            "group": registration.group.name,
            "until": until_words(deadline, at),
        }
    owe_letter(
        registration.email,
        kind="confirm_attendance",
        # One letter for each person, though an organization's people may share a mailbox.
        occasion=f"confirm_attendance:meeting:{meeting.pk}:registration:{registration.pk}:{deadline.isoformat()}",
        at=at,
        context=context,
        language=registration.language,
        link=(Purpose.REGISTRATION, registration.pk),
        expires_at=deadline,
    )
