"""What each kind of stage permits the public to do. When it does is a row; what staff may do is roles.ALLOWS.

Imports no model. Sign-up, change of group and extra topics follow the meeting's own deadlines (Meeting.may):
a meeting stage only shows on the timeline.
"""

from enum import Enum, auto

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    ANNOUNCEMENT = "announcement", _("Announcement")
    PROPOSALS = "proposals", _("Collecting proposals")
    MEETING = "meeting", _("Meeting")
    DRAFTING = "drafting", _("Work on the draft")
    ACCEPTANCE = "acceptance", _("Acceptance of the draft")
    REMARKS = "remarks", _("Remarks on the draft")
    ANALYSIS = "analysis", _("Analysis of remarks")
    COUNCIL = "council", _("City council")
    FOLLOW_UP = "follow_up", _("Follow-up")


class Action(Enum):
    PROPOSE = auto()
    REMARK = auto()


PERMITS: dict[Kind, frozenset[Action]] = {
    Kind.ANNOUNCEMENT: frozenset(),
    Kind.PROPOSALS: frozenset({Action.PROPOSE}),
    Kind.MEETING: frozenset({Action.PROPOSE}),
    Kind.DRAFTING: frozenset(),
    Kind.ACCEPTANCE: frozenset(),
    Kind.REMARKS: frozenset({Action.REMARK}),
    Kind.ANALYSIS: frozenset(),
    Kind.COUNCIL: frozenset(),
    Kind.FOLLOW_UP: frozenset(),
}


class ShownAs(TextChoices):
    """How a window is told to people: an announced schedule has all of these."""

    ON = "on", _("on a day: 22 July, 4:30 p.m.")
    UNTIL = "until", _("until a day: until 31 August")
    FROM_TO = "from_to", _("from a day to a day")
    AFTER_ACT = "after_act", _("N days after an act")


def kinds_permitting(action: Action) -> list[Kind]:
    return [kind for kind, actions in PERMITS.items() if action in actions]
