"""Who may do what as staff. The only place that knows groups and permissions.

What the public may do depends on the stage (consultations/stages.py); staff may act at any time, and
say why when they act outside the window.
"""

from enum import StrEnum
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from accounts.models import User


class Role(StrEnum):
    PUBLIC = "public"
    REPRESENTATIVE = "representative"
    MODERATOR = "moderator"
    OFFICIAL = "official"
    DRAFTER = "drafter"
    COORDINATOR = "coordinator"
    AUDITOR = "auditor"
    SUPERUSER = "superuser"


class Duty(StrEnum):
    """What staff do. Each admin page and verb names the duty it belongs to."""

    RUN_PROCESS = "run_process"  # consultations, stages, dates, announcements, documents
    RUN_MEETINGS = "run_meetings"
    HANDLE_VOICES = "handle_voices"  # enter, release, answer, approve
    ANSWER_OWN = "answer_own"  # draft answers to what is given to them or to their unit, and see nothing else
    DRAFT_TEXT = "draft_text"
    KEEP_DIRECTORY = "keep_directory"  # organizations and people
    SEE_LETTERS = "see_letters"
    SET_UP = "set_up"  # whose portal it is
    READ_ALL = "read_all"


ALLOWS: dict[Role, frozenset[Duty]] = {
    Role.PUBLIC: frozenset(),
    Role.REPRESENTATIVE: frozenset(),
    # Runs one group: its page opens by the row that names them (meetings/views/groups.py), the desk does not.
    Role.MODERATOR: frozenset(),
    # Works in a unit of the office (Department): which voices are theirs is a row, see PartQuerySet.given_to.
    Role.OFFICIAL: frozenset({Duty.ANSWER_OWN}),
    Role.DRAFTER: frozenset({Duty.DRAFT_TEXT, Duty.HANDLE_VOICES, Duty.READ_ALL}),
    Role.COORDINATOR: frozenset(
        {
            Duty.RUN_PROCESS,
            Duty.RUN_MEETINGS,
            Duty.HANDLE_VOICES,
            Duty.ANSWER_OWN,
            Duty.DRAFT_TEXT,
            Duty.KEEP_DIRECTORY,
            Duty.SEE_LETTERS,
            Duty.SET_UP,
            Duty.READ_ALL,
        }
    ),
    Role.AUDITOR: frozenset({Duty.READ_ALL, Duty.SEE_LETTERS}),
    Role.SUPERUSER: frozenset(Duty),
}

# A role that an account is given by hand is membership of the group of that name.
GIVEN_BY_GROUP = (Role.OFFICIAL, Role.DRAFTER, Role.COORDINATOR, Role.AUDITOR)

ROLE_WORDS: dict[Role, Promise] = {
    Role.OFFICIAL: _("official of a department: answers what is assigned to it, sees nothing else"),
    Role.DRAFTER: _("drafter: writes the text and answers remarks"),
    Role.COORDINATOR: _("coordinator: runs the consultation and the meetings"),
    Role.AUDITOR: _("auditor: reads everything, changes nothing"),
}


def roles_of(user: "User | AnonymousUser") -> frozenset[Role]:
    """All roles of one person; two queries for an account, none for a visitor."""
    if not user.is_authenticated:
        return frozenset({Role.PUBLIC})
    found = {Role.PUBLIC}
    if user.is_superuser:
        found.add(Role.SUPERUSER)
    groups = set(user.groups.values_list("name", flat=True))
    found |= {role for role in GIVEN_BY_GROUP if role.value in groups}
    if user.moderated_groups.exists():
        found.add(Role.MODERATOR)
    if user.memberships.exists():
        found.add(Role.REPRESENTATIVE)
    return frozenset(found)


def duties_of(user: "User | AnonymousUser") -> frozenset[Duty]:
    """Everything that all roles of an active account carry together; nothing without the second factor it must have."""
    if not user.is_authenticated or not user.is_active or user.lacks_second_factor:
        return frozenset()
    return frozenset().union(*(ALLOWS[role] for role in roles_of(user)))


def has_duty(user: "User | AnonymousUser", *duties: Duty) -> bool:
    """Whether an account carries any of the duties. Asks the rows each time: a verb must not trust what was."""
    return not duties_of(user).isdisjoint(duties)
