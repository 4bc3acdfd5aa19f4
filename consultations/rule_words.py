"""Rules of reminders as the desk reads them: “3 days before, 9:00 a.m.”, “sent: 12 letters”."""

from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from consultations.actions.rules import Planned, Progress
from consultations.rules import When


def when_words(when: When) -> str:
    if when.days is not None and when.clock is not None:
        days = ngettext("%(n)d day before", "%(n)d days before", when.days) % {"n": when.days}
        hour = pgettext("time of day", "%(time)s") % {"time": time_format(when.clock, pgettext("time format", "g:i a"))}
        return _("%(day)s, %(time)s") % {"day": days if when.days else _("on the day itself"), "time": hour}
    if when.hours:
        return ngettext("%(n)d hour before", "%(n)d hours before", when.hours) % {"n": when.hours}
    return _("at once")


def progress_words(planned: Planned) -> str:
    if planned.progress is Progress.SENT:
        return ngettext("written: %(n)d letter", "written: %(n)d letters", planned.letters) % {"n": planned.letters}
    return {
        Progress.WAITING: _("waits for its time"),
        Progress.DUE: _("within a minute"),
        Progress.MISSED: _("missed: the portal did not work then"),
    }[planned.progress]
