"""A meeting in sentences, in the language that is active."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext
from django.utils.translation import gettext as _

from consultations.deadlines import day_words, local_day, moment_words, time_words
from consultations.models import DateChange
from meetings.models import Meeting, WorkingGroup

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


def when_words(meeting: Meeting) -> str:
    """ "Thursday 22 July 2021, 4:30 p.m. to 6:30 p.m."; the end's own day when it is another one."""
    zone = timezone.get_default_timezone()
    start, end = meeting.starts_at.astimezone(zone), meeting.ends_at.astimezone(zone)
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


def places_left(group: WorkingGroup) -> str:
    if group.free <= 0:
        return _("no places left")
    return ngettext("%(n)d place left", "%(n)d places left", group.free) % {"n": group.free}
