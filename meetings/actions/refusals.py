"""Why a verb said no, in a sentence that tells what to do. Translated when it is shown."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from consultations.deadlines import full_words, until_words
from meetings.models import Ended, Meeting, MeetingAction, NoteRevision, Registration, WorkingGroup

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


class _ByConstraints(Refusal):
    """Carries the sentences of the constraints that what was given would break."""

    def __init__(self, error: "ValidationError") -> None:
        super().__init__()
        self.error = error

    @property
    def in_words(self) -> str:
        return " ".join(self.error.messages)


class SignUpIsClosed(_ByDeadline):
    def __init__(self, meeting: Meeting, at: datetime) -> None:
        super().__init__(meeting, at, MeetingAction.SIGN_UP)

    @property
    def in_words(self) -> str:
        if self.meeting.cancelled_at:
            return _("This meeting has been cancelled, so nobody can sign up for it.")
        if not self.meeting.is_published(self.at):
            return _("Sign-up for this meeting has not begun yet.")
        if self.meeting.without_signup:
            return _("Nobody has to sign up for this meeting: just come.")
        if self.meeting.signup_closed_words:
            return self.meeting.signup_closed_words
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
        if self.meeting.topics_closed_words:
            return self.meeting.topics_closed_words
        return _("Topics could be proposed %(until)s. Raise yours in your group, or send it as a proposal.") % {
            "until": self.until
        }


class TooLate(_ByDeadline):
    """The meeting's deadline for changing, confirming or resigning has passed, or the meeting is off."""

    @property
    def in_words(self) -> str:
        if self.meeting.cancelled_at:
            return _("This meeting has been cancelled: there is nothing to confirm or change.")
        if self.action == MeetingAction.CONFIRM and self.meeting.confirm_closed_words:
            return self.meeting.confirm_closed_words
        words = {
            MeetingAction.CHANGE: _("Groups could be changed %(until)s. If you have to change yours, write to the coordinator."),
            MeetingAction.CONFIRM: _("Attendance could be confirmed %(until)s. If you are coming, write to the coordinator."),
        }
        begun = _("The meeting has already begun, so this can no longer be changed here. Write to the coordinator.")
        return words.get(self.action, begun) % {"until": self.until}


class GroupIsFull(_ByGroup):
    @property
    def in_words(self) -> str:
        if self.group.meeting.has_waiting_list:
            words = _(
                "There are no places left in the group “%(group)s”. Choose another group, or ask to be put on its waiting list."
            )
        else:
            words = _("There are no places left in the group “%(group)s”. Choose another group.")
        return words % {"group": self.group.name}


class GroupTakesNobody(_ByGroup):
    """Called off, or divided into sub-groups."""

    @property
    def in_words(self) -> str:
        if self.group.cancelled_at:
            return _("The group “%(group)s” has been called off. Choose another group.") % {"group": self.group.name}
        return _("The group “%(group)s” works in sub-groups. Choose one of them.") % {"group": self.group.name}


class GroupIsElsewhere(_ByGroup):
    @property
    def in_words(self) -> str:
        return _("The group “%(group)s” belongs to another meeting. Choose one from the list.") % {"group": self.group.name}


class CannotBeDivided(_ByGroup):
    @property
    def in_words(self) -> str:
        return _(
            "The group “%(group)s” cannot be divided: people have chosen it already, or it is a sub-group itself. "
            "Move its people to another group first."
        ) % {"group": self.group.name}


class NoSuchWayToTakePart(_ByGroup):
    @property
    def in_words(self) -> str:
        return _("Choose whether you come to the place or take part remotely: this meeting allows only what its page says.")


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
        if self.registration.ended_because == Ended.UNTAKEN:
            return _(
                "The time for taking the place has passed, so it is free for somebody else. "
                "While sign-up is open, you can sign up again."
            )
        if self.registration.ended_because == Ended.SILENT:
            return _(
                "Attendance was not confirmed in time, so the place is free again. While sign-up is open, you can sign up anew."
            )
        if self.registration.ended_because == Ended.ABSENT:
            return _("At the meeting you were marked as absent. If you were there, write to the coordinator.")
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


class DatesDoNotFit(_ByConstraints):
    pass


class GroupHasMorePeople(_ByGroup):
    """Fewer places than people: says who would lose theirs, the last to have come first."""

    NAMED = 10

    def __init__(self, group: WorkingGroup, *, remotely: bool = False, wanted: int) -> None:
        super().__init__(group)
        self.remotely, self.wanted = remotely, wanted

    @property
    def in_words(self) -> str:
        taken = self.group.remote_taken if self.remotely else self.group.taken
        seated = Registration.objects.seated().filter(group=self.group, remotely=self.remotely).order_by("-created_at", "-pk")
        losing = list(seated.values_list("name", flat=True)[: taken - self.wanted])
        names = ", ".join(losing[: self.NAMED]) + (" …" if len(losing) > self.NAMED else "")
        return _(
            "There are %(taken)s people in the group “%(group)s” already: give at least that many places, or move people "
            "first. With %(wanted)s places these would have none: %(names)s."
        ) % {"taken": taken, "group": self.group.name, "wanted": self.wanted, "names": names}


class GroupHasNoRoomFor(_ByGroup):
    """Another group's people do not fit into this one."""

    def __init__(self, group: WorkingGroup, people: int, free: int) -> None:
        super().__init__(group)
        self.people, self.free = people, free

    @property
    def in_words(self) -> str:
        return _(
            "%(people)s people would move to the group “%(group)s”, which has %(free)s free places. Give it more places first."
        ) % {"people": self.people, "group": self.group.name, "free": self.free}


class DoorIsFull(GroupHasNoRoomFor, GroupIsFull):
    """Told to those who run the group."""

    @property
    def in_words(self) -> str:
        return _(
            "There are %(free)s free places in the group “%(group)s” and %(people)s more people. Mark who did not come, or "
            "ask the coordinator for more places."
        ) % {"people": self.people, "group": self.group.name, "free": self.free}


class HybridPeopleDoNotFit(_ByGroup):
    """A meeting that stops being hybrid has one kind of place for all its people."""

    @property
    def in_words(self) -> str:
        return _(
            "In the group “%(group)s” %(all)s people have places in the room or remotely, and it has %(capacity)s places. "
            "Give it more places first."
        ) % {
            "group": self.group.name,
            "all": self.group.taken + self.group.remote_taken,
            "capacity": self.group.capacity,
        }


class PeopleAreSignedUp(Refusal):
    @property
    def in_words(self) -> str:
        return _(
            "People have signed up for this meeting, so it cannot become one without sign-up. Cancel it and announce another."
        )


class NoteConflict(Exception):
    """Somebody else saved the sheet in the meantime: nothing was written. Carries what they wrote."""

    def __init__(self, theirs: NoteRevision) -> None:
        super().__init__(theirs.pk)
        self.theirs = theirs


class ConclusionIsTaken(Refusal):
    @property
    def in_words(self) -> str:
        return _("This conclusion is a proposal with a number already, so it stays as it is. Write to the coordinator.")


class NothingToTake(_ByGroup):
    @property
    def in_words(self) -> str:
        return _("The group “%(group)s” has no conclusions that are not proposals already.") % {"group": self.group.name}


class TopicNeedsADecision(_ByConstraints):
    pass


class TopicIsElsewhere(Refusal):
    @property
    def in_words(self) -> str:
        return _("The topic to join with belongs to another meeting. Choose one from the list.")


class NotTheDay(Refusal):
    """Attendance is marked around the meeting alone."""

    @property
    def in_words(self) -> str:
        return _(
            "Attendance is marked from an hour before the meeting until a day after it, absence and conclusions once it begins."
        )


class TooManyAtOnce(Refusal):
    def __init__(self, given: int, most: int) -> None:
        super().__init__(given)
        self.given, self.most = given, most

    @property
    def in_words(self) -> str:
        return _(
            "There are %(given)s lines; at most %(most)s people can be written down at once. Nothing was saved and your text "
            "is still here: send it in parts."
        ) % {"given": self.given, "most": self.most}
