"""What happens besides participation: kinds of formal events, and the days of the council of public benefit.

Imports no model. Act of 24 April 2003 on public benefit activity, art. 41i ust. 1–2: the council gives its opinion within
14 days from the day the draft was delivered to it; its silence means that it has waived the right.
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from consultations.deadlines import days_after

OPINION_DAYS = 14


class EventKind(TextChoices):
    """What the law and the report ask about an event; the name says it to people."""

    HANDED_OVER = "handed_over", _("draft handed to the council of public benefit")
    OPINION = "opinion", _("opinion of the council of public benefit")
    ACCEPTANCE = "acceptance", _("acceptance of the draft")
    SESSION = "session", _("session of the city council")
    RESOLUTION = "resolution", _("resolution")
    BULLETIN = "bulletin", _("publication in the Public Information Bulletin")
    ANNUAL_REPORT = "annual_report", _("report on last year's program")
    OTHER = "other", _("something else")


# Before either of them everything that the program needs is over.
ADOPTING = (EventKind.SESSION, EventKind.RESOLUTION)


def opinion_ends(handed_on: date) -> datetime:
    """When the days of the council of public benefit are over.

    Counted as the days of a stage are: the day of delivery does not count, and an end on a free day moves to the next
    working one. The act is silent on free days; offices apply the code of administrative procedure (KPA art. 57 § 1 and 4)
    by analogy, and a waiver told a day too late takes nothing from the council, while one told too early would.
    """
    return days_after(handed_on, OPINION_DAYS)


def handed_for(day: date | None, deliveries: Iterable[date]) -> date | None:
    """From which delivery an opinion or a session of this day is counted: the newest one by then, else the first that follows.

    Without a day: the newest one, since a draft that was delivered again has its days anew.
    """
    days = sorted(deliveries)
    before = [one for one in days if day is None or one <= day]
    return before[-1] if before else next(iter(days), None)
