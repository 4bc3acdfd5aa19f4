"""When the portal writes by itself, and to whom: the kinds, their defaults, and how a moment is counted.

Imports no model. What is written is a kind of letter (accounts/kinds.py); for which consultation is a row (ReminderRule).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consultations.stages import Kind


class ReminderKind(TextChoices):
    """What a rule reminds of. The value is the kind of its letter too."""

    INVITATION = "invitation", _("invitation to the organizations of the directory")
    STAGE_OPENS = "stage_opens", _("a stage opens")
    STAGE_CLOSES = "stage_closes", _("a stage closes soon")
    SIGNUP_CLOSES = "signup_closes", _("sign-up for a meeting closes soon")
    TOPICS_CLOSE = "topics_close", _("extra topics of a meeting close soon")
    CONFIRM_ATTENDANCE = "confirm_attendance", _("confirm that you are coming")
    MEETING_SOON = "meeting_soon", _("the meeting is soon")
    NEWS = "news", _("an announcement was published")
    RESULTS = "results", _("the text after consultation is public")
    STAFF_UNANSWERED = "staff_unanswered", _("for staff: voices wait for an answer")


class Audience(TextChoices):
    DIRECTORY = "directory", _("organizations of the directory")
    FOLLOWERS = "followers", _("followers")
    FOLLOWERS_AND_SIGNED_UP = "all", _("followers and people signed up")
    SILENT = "silent", _("those of them who have not spoken yet")
    NOT_SIGNED_UP = "not_signed_up", _("followers who have not signed up")
    SIGNED_UP = "signed_up", _("people signed up")
    UNCONFIRMED = "unconfirmed", _("people signed up who have not confirmed")
    COMING = "coming", _("people who are coming")
    STAFF = "staff", _("coordinators")


# To whom each kind may go; the first is the default.
AUDIENCES: dict[ReminderKind, tuple[Audience, ...]] = {
    ReminderKind.INVITATION: (Audience.DIRECTORY,),
    ReminderKind.STAGE_OPENS: (Audience.FOLLOWERS_AND_SIGNED_UP, Audience.FOLLOWERS),
    ReminderKind.STAGE_CLOSES: (Audience.SILENT,),
    ReminderKind.SIGNUP_CLOSES: (Audience.NOT_SIGNED_UP,),
    ReminderKind.TOPICS_CLOSE: (Audience.SIGNED_UP,),
    ReminderKind.CONFIRM_ATTENDANCE: (Audience.UNCONFIRMED,),
    ReminderKind.MEETING_SOON: (Audience.COMING, Audience.SIGNED_UP),
    ReminderKind.NEWS: (Audience.FOLLOWERS, Audience.FOLLOWERS_AND_SIGNED_UP),
    ReminderKind.RESULTS: (Audience.FOLLOWERS_AND_SIGNED_UP, Audience.FOLLOWERS),
    ReminderKind.STAFF_UNANSWERED: (Audience.STAFF,),
}


@dataclass(frozen=True)
class When:
    """Days on the calendar with a clock time, or exact hours, or neither: the moment itself."""

    days: int | None = None
    clock: time | None = None
    hours: int | None = None


DEFAULT_RULES: dict[ReminderKind, When] = {
    ReminderKind.INVITATION: When(),
    ReminderKind.STAGE_OPENS: When(),
    ReminderKind.STAGE_CLOSES: When(days=3, clock=time(9)),
    ReminderKind.SIGNUP_CLOSES: When(days=3, clock=time(9)),
    ReminderKind.TOPICS_CLOSE: When(days=2, clock=time(9)),
    ReminderKind.CONFIRM_ATTENDANCE: When(days=3, clock=time(9)),
    ReminderKind.MEETING_SOON: When(days=1, clock=time(12)),
    ReminderKind.NEWS: When(),
    ReminderKind.RESULTS: When(),
    ReminderKind.STAFF_UNANSWERED: When(days=3, clock=time(8)),
}

# Stages in which the public speaks. The meeting is none of them: it has letters of its own.
SPEAKING = frozenset({Kind.PROPOSALS, Kind.REMARKS})
# Which stages a kind suits; the kinds that are not about stages are not here.
STAGES: dict[ReminderKind, frozenset[Kind]] = {
    ReminderKind.INVITATION: frozenset({Kind.ANNOUNCEMENT, Kind.REMARKS}),
    ReminderKind.STAGE_OPENS: SPEAKING,
    ReminderKind.STAGE_CLOSES: SPEAKING,
    ReminderKind.STAFF_UNANSWERED: frozenset({Kind.ANALYSIS}),
}
MEETING_KINDS = (
    ReminderKind.SIGNUP_CLOSES,
    ReminderKind.TOPICS_CLOSE,
    ReminderKind.CONFIRM_ATTENDANCE,
    ReminderKind.MEETING_SOON,
)
# Known only when it happens: nobody can be told before.
UNFORESEEN = frozenset({ReminderKind.NEWS, ReminderKind.RESULTS})
# News of something that has happened goes to those who were there to hear it; the rest remind of a deadline.
HAPPENINGS = UNFORESEEN | {ReminderKind.INVITATION, ReminderKind.STAGE_OPENS}


def due_at(moment: datetime, day: date, when: When) -> datetime:
    """The moment to write at, in UTC. `day` is the one people mean by `moment`: the day before, for what closes at midnight.

    A clock time that is skipped in spring moves on by what is skipped; of one that comes twice in autumn the earlier
    is meant. Hours are counted through both as they pass.
    """
    if when.days is not None and when.clock is not None:
        clock = when.clock.replace(fold=0, tzinfo=timezone.get_default_timezone())
        return datetime.combine(day - timedelta(days=when.days), clock).astimezone(UTC)
    return moment.astimezone(UTC) - timedelta(hours=when.hours or 0)
