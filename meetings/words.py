"""A meeting in sentences, in the language that is active."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext
from django.utils.translation import gettext as _

from consultations.deadlines import day_words, local_day, moment_words, time_words
from consultations.models import DateChange
from meetings.models import GroupModerator, Meeting, Registration, WorkingGroup

DATES = {
    "starts_at": gettext_lazy("Start of the meeting"),
    "ends_at": gettext_lazy("End of the meeting"),
    "topics_until": gettext_lazy("Extra topics"),
    "signup_until": gettext_lazy("Sign-up and changes"),
    "confirm_until": gettext_lazy("Confirming attendance"),
}


def moved_words(change: DateChange, at: datetime) -> dict[str, str]:
    """Which date of a meeting was moved, from when to when. A deadline that is not given is the start of the meeting."""
    old, new = (moment_words(moment, at) if moment else _("the start of the meeting") for moment in (change.old, change.new))
    on = day_words(local_day(change.at), at)
    return {"date": str(DATES[change.field]), "old": old, "new": new, "reason": change.reason, "on": on}


def when_words(starts_at: datetime, ends_at: datetime) -> str:
    """ "Thursday 22 July 2021, 4:30 p.m. to 6:30 p.m."; the end's own day when it is another one."""
    zone = timezone.get_default_timezone()
    start, end = starts_at.astimezone(zone), ends_at.astimezone(zone)
    day = _long_day(start)
    clock = pgettext("time format", "g:i a")
    if start.date() != end.date():
        until = _("%(day)s, %(time)s") % {"day": _long_day(end), "time": time_words(end)}
        return _("%(start)s – %(end)s") % {"start": f"{day}, {time_words(start)}", "end": until}
    return _("%(day)s, %(from)s to %(until)s") % {
        "day": day,
        "from": time_words(start),
        "until": date_format(end, clock),
    }


def _long_day(moment: datetime) -> str:
    words = date_format(moment, pgettext("date format", "l j E Y"))
    # Polish writes a weekday small, Django does not.
    return words[0].lower() + words[1:] if get_language() == "pl" else words


def day_of(meeting: Meeting) -> str:
    """ "22 July": the short name of a meeting in a trail of links."""
    return date_format(local_day(meeting.starts_at), pgettext("date format", "j E"))


def group_when(group: WorkingGroup) -> str:
    """Only for a group that meets at other hours than the whole meeting."""
    return when_words(group.starts_at, group.ends_at) if group.starts_at and group.ends_at else ""


@dataclass(frozen=True)
class GroupShown:
    """A group as people read of it; of a sub-group `row.parent` is set, and moderators may be its parent's."""

    row: WorkingGroup
    places: str
    has_places: bool
    when: str
    is_divided: bool
    moderators: list[GroupModerator]

    @property
    def run_by(self) -> str:
        """Names with what each is, which have commas of their own."""
        return "; ".join(moderator.name for moderator in self.moderators)


def shown(groups: Sequence[WorkingGroup]) -> list[GroupShown]:
    """Each group followed by its sub-groups. Takes all groups of a meeting, with their moderators; asks nothing itself."""
    parts: dict[int | None, list[WorkingGroup]] = {}
    for group in groups:
        parts.setdefault(group.parent_id, []).append(group)
    result = []
    for group in parts.get(None, []):
        subgroups = parts.get(group.pk, [])
        result.append(_shown(group, group.run_by(), is_divided=bool(subgroups)))
        for subgroup in subgroups:
            subgroup.parent = group
            result.append(_shown(subgroup, subgroup.run_by(), is_divided=False))
    return result


def _shown(group: WorkingGroup, moderators: list[GroupModerator], *, is_divided: bool) -> GroupShown:
    return GroupShown(group, places_left(group), has_places(group), group_when(group), is_divided, moderators)


def turnout_words(people: int, organizations: int) -> str:
    """ "17 people took part; 12 organizations were represented." """
    came = ngettext("%(n)d person took part", "%(n)d people took part", people) % {"n": people}
    if not organizations:
        return f"{came}."
    words = ngettext(
        "%(came)s; %(n)d organization was represented.", "%(came)s; %(n)d organizations were represented.", organizations
    )
    return words % {"came": came, "n": organizations}


def places_left(group: WorkingGroup) -> str:
    """ "3 places left", at a hybrid meeting of both kinds; with how many wait, where the query has counted them."""
    if not group.meeting.is_hybrid:
        return _left(group.free) if group.free > 0 else _full(group)
    if group.free <= 0 and group.remote_free <= 0:
        return _full(group)
    room = _("in the room: %(places)s") % {"places": _left(group.free)}
    remote = _("remotely: %(places)s") % {"places": _left(group.remote_free)}
    return f"{room}, {remote}"


def _left(n: int) -> str:
    return ngettext("%(n)d place left", "%(n)d places left", n) % {"n": n} if n > 0 else _("no places left")


def _full(group: WorkingGroup) -> str:
    waiting = getattr(group, "waiting", 0)
    if not waiting:
        return _("no places left")
    return ngettext("no places left, %(n)d person waits", "no places left, %(n)d people wait", waiting) % {"n": waiting}


def has_places(group: WorkingGroup) -> bool:
    return group.free > 0 or (group.meeting.is_hybrid and group.remote_free > 0)


def ahead_of(registration: Registration) -> int:
    """How many people wait for the same kind of place and were there first."""
    queue = Registration.objects.waiting().filter(group=registration.group_id, remotely=registration.remotely)
    waits, pk = registration.waits_since, registration.pk
    return queue.filter(Q(waits_since__lt=waits) | Q(waits_since=waits, pk__lt=pk)).count()


def queue_words(registration: Registration) -> str:
    """Where somebody stands in the queue, and why nobody has written to them yet."""
    ahead = ahead_of(registration)
    if not ahead:
        return _("You are first on the waiting list: the next place that becomes free is offered to you.")
    words = ngettext(
        "%(n)d person has waited longer than you: a place that becomes free is offered to them first.",
        "%(n)d people have waited longer than you: a place that becomes free is offered to them first.",
        ahead,
    )
    return words % {"n": ahead}


@dataclass(frozen=True)
class OnTheDay:
    expected: int
    present: int
    absent: int
    free: int


def people_on_the_day(group: WorkingGroup, people: Sequence[Registration]) -> OnTheDay:
    """Of the list at the door."""
    present = sum(one.present_at is not None for one in people)
    absent = sum(one.ended_at is not None for one in people)
    free = group.free + (group.remote_free if group.meeting.is_hybrid else 0)
    return OnTheDay(len(people) - present - absent, present, absent, free)


def page_of(group: WorkingGroup) -> str:
    """The address of the page of those who run the group; it opens to nobody else."""
    return reverse("meetings:group", args=[group.meeting.slug, group.pk])
