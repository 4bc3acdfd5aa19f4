"""Why a verb said no, in a sentence that tells what to do. Translated when it is shown."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from consultations.deadlines import full_words, until_words
from meetings.models import Ended, Meeting, MeetingAction, Registration, WorkingGroup

if TYPE_CHECKING:
    from django.core.exceptions import ValidationError


class Refusal(Exception):
    """What every refusal of this app has: `in_words`, a sentence in the language of whoever reads it."""

    @property
    def in_words(self) -> str:
        raise NotImplementedError


class _ByDeadline(Refusal):
    """`action` is no longer, or not yet, possible at `at`."""

    def __init__(self, meeting: Meeting, at: datetime, action: MeetingAction) -> None:
        super().__init__(meeting.pk, action.name)
        self.meeting, self.at, self.action = meeting, at, action

    @property
    def until(self) -> str:
        """ "until Thursday 22 July, 2:00 p.m." """
        return until_words(self.meeting.deadline(self.action), self.at)


class _ByGroup(Refusal):
    def __init__(self, group: WorkingGroup) -> None:
        super().__init__(group.pk)
        self.group = group


class _ByRegistration(Refusal):
    def __init__(self, registration: Registration) -> None:
        super().__init__(registration.pk)
        self.registration = registration


class SignUpIsClosed(_ByDeadline):
    def __init__(self, meeting: Meeting, at: datetime) -> None:
        super().__init__(meeting, at, MeetingAction.SIGN_UP)

    @property
    def in_words(self) -> str:
        if self.meeting.cancelled_at:
            return _("This meeting has been cancelled, so nobody can sign up for it.")
        if not self.meeting.is_published(self.at):
            return _("Sign-up for this meeting has not begun yet.")
        return _(
            "Sign-up for this meeting was open %(until)s. If you want to come all the same, write to the coordinator or call."
        ) % {"until": self.until}


class TopicsAreClosed(_ByDeadline):
    def __init__(self, meeting: Meeting, at: datetime) -> None:
        super().__init__(meeting, at, MeetingAction.PROPOSE_TOPIC)

    @property
    def in_words(self) -> str:
        if self.meeting.cancelled_at:
            return _("This meeting has been cancelled, so topics can no longer be proposed.")
        if not self.meeting.is_published(self.at):
            return _("Topics for this meeting cannot be proposed yet.")
        return _("Topics could be proposed %(until)s. Raise yours in your group, or send it as a proposal.") % {
            "until": self.until
        }


class TooLate(_ByDeadline):
    """The meeting's deadline for changing, confirming or resigning has passed, or the meeting is off."""

    @property
    def in_words(self) -> str:
        if self.meeting.cancelled_at:
            return _("This meeting has been cancelled: there is nothing to confirm or change.")
        words = {
            MeetingAction.CHANGE: _("Groups could be changed %(until)s. If you have to change yours, write to the coordinator."),
            MeetingAction.CONFIRM: _("Attendance could be confirmed %(until)s. If you are coming, write to the coordinator."),
        }
        begun = _("The meeting has already begun, so this can no longer be changed here. Write to the coordinator.")
        return words.get(self.action, begun) % {"until": self.until}


class GroupIsFull(_ByGroup):
    @property
    def in_words(self) -> str:
        return _("There are no places left in the group “%(group)s”. Choose another group.") % {"group": self.group.name}


class OrganizationLimitReached(_ByGroup):
    def __init__(self, group: WorkingGroup, limit: int) -> None:
        super().__init__(group)
        self.limit = limit

    @property
    def in_words(self) -> str:
        return _(
            "At most %(limit)s people of one organization may be in one group, and yours has that many in “%(group)s”. "
            "Choose another group."
        ) % {"limit": self.limit, "group": self.group.name}


class AlreadySignedUp(_ByRegistration):
    @property
    def in_words(self) -> str:
        return _(
            "A person of this name and e-mail is signed up for this meeting already. The letter about it has a link "
            "that changes the group or resigns."
        )


class HoldHasLapsed(_ByRegistration):
    @property
    def in_words(self) -> str:
        return _(
            "The place in the group “%(group)s” was held until %(until)s and has gone to somebody else. "
            "Sign up again and choose another group."
        ) % {
            "group": self.registration.group.name,
            "until": full_words(self.registration.held_until or self.registration.created_at),
        }


class RegistrationHasEnded(_ByRegistration):
    @property
    def in_words(self) -> str:
        if self.registration.ended_because == Ended.BY_STAFF:
            return _("The office has removed this sign-up. If you think it is a mistake, write to the coordinator.")
        return _("This sign-up has ended. If you want to come, sign up again.")


class MeetingIsNotReady(Refusal):
    def __init__(self, meeting: Meeting, missing: Sequence[str]) -> None:
        super().__init__(meeting.pk)
        self.missing = missing

    @property
    def in_words(self) -> str:
        return _("People cannot be shown the meeting like this.") + " " + " ".join(self.missing)


class MoveNeedsAReason(Refusal):
    @property
    def in_words(self) -> str:
        return _("People have seen this date. Say in a sentence why it changes: the reason is shown to them.")


class DatesDoNotFit(Refusal):
    """Carries the sentences of the constraints that the new dates would break."""

    def __init__(self, error: "ValidationError") -> None:
        super().__init__()
        self.error = error

    @property
    def in_words(self) -> str:
        return " ".join(self.error.messages)


class GroupHasMorePeople(_ByGroup):
    @property
    def in_words(self) -> str:
        return _("There are %(taken)s people in this group already: give at least that many places, or move people first.") % {
            "taken": self.group.taken
        }
