"""What happens to a meeting: running it (arranging.py), who comes (signing_up.py), what to talk about (topics.py).

Every verb that touches seats takes its locks in one order: the meeting, then its groups by primary key (seats.py).
"""

from meetings.actions.arranging import (
    add_group,
    cancel_meeting,
    check_complete,
    create_meeting,
    edit_group,
    edit_meeting,
    move_meeting,
    publish_meeting,
    set_moderator,
)
from meetings.actions.people import SignUp, folded, normalized
from meetings.actions.refusals import (
    AlreadySignedUp,
    DatesDoNotFit,
    GroupHasMorePeople,
    GroupIsFull,
    HoldHasLapsed,
    MeetingIsNotReady,
    MoveNeedsAReason,
    OrganizationLimitReached,
    Refusal,
    RegistrationHasEnded,
    SignUpIsClosed,
    TooLate,
    TopicsAreClosed,
)
from meetings.actions.signing_up import (
    HOLD,
    change_group,
    confirm_attendance,
    confirm_email,
    decline,
    release_all_lapsed,
    release_lapsed,
    send_link_again,
    sign_up,
)
from meetings.actions.topics import propose_topic, take_topic

__all__ = [
    "HOLD",
    "AlreadySignedUp",
    "DatesDoNotFit",
    "GroupHasMorePeople",
    "GroupIsFull",
    "HoldHasLapsed",
    "MeetingIsNotReady",
    "MoveNeedsAReason",
    "OrganizationLimitReached",
    "Refusal",
    "RegistrationHasEnded",
    "SignUp",
    "SignUpIsClosed",
    "TooLate",
    "TopicsAreClosed",
    "add_group",
    "cancel_meeting",
    "change_group",
    "check_complete",
    "confirm_attendance",
    "confirm_email",
    "create_meeting",
    "decline",
    "edit_group",
    "edit_meeting",
    "folded",
    "move_meeting",
    "normalized",
    "propose_topic",
    "publish_meeting",
    "release_all_lapsed",
    "release_lapsed",
    "send_link_again",
    "set_moderator",
    "sign_up",
    "take_topic",
]
