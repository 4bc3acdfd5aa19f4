"""What the first page shows: what is open, what is coming, what was."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from consultations import deadlines
from consultations.models import Announcement, Consultation
from consultations.stages import PERMITS, Kind
from consultations.timeline import Now, for_pages, now, stages_of

DATES_SHOWN = 5
NEWS_SHOWN = 3


@dataclass(frozen=True)
class Coming:
    moment: datetime
    title: str
    of: str
    url: str

    @property
    def day(self) -> datetime:
        """The day people mean: the one before, for what ends at midnight."""
        return self.moment - datetime.resolution

    @property
    def clock(self) -> str:
        return "" if deadlines.is_midnight(self.moment) else deadlines.time_words(self.moment)


@dataclass(frozen=True)
class Home:
    panels: list[tuple[Consultation, Now]]
    dates: list[Coming]
    news: list[Announcement]
    archive: list[Consultation]


def home(at: datetime) -> Home:
    """Five queries, however many consultations there are."""
    consultations = list(for_pages(Consultation.objects.published(at)))
    panels = [(one, panel) for one in consultations if (panel := now(one, at))]
    current = {one.pk for one, _panel in panels}
    return Home(
        # What is open before what comes; the sooner deadline is said by each panel itself.
        panels=sorted(panels, key=lambda pair: pair[1].later),
        dates=sorted((d for one in consultations for d in coming(one, at)), key=lambda d: (d.moment, d.title))[:DATES_SHOWN],
        news=list(Announcement.objects.published(at).select_related("consultation")[:NEWS_SHOWN]),
        archive=[one for one in consultations if one.pk not in current],
    )


def coming(consultation: Consultation, at: datetime) -> list[Coming]:
    """The dates ahead at which somebody outside the office must have done something, or be there."""
    page = reverse("consultations:detail", args=[consultation.slug])
    found: list[tuple[datetime | None, str, str]] = [
        (stage.closes_at, _("The end of: %(stage)s") % {"stage": stage.name}, page)
        for stage in stages_of(consultation)
        if PERMITS[Kind(stage.kind)] and stage.kind != Kind.MEETING
    ]
    for meeting in consultation.meetings.all():
        if meeting.is_published(at) and not meeting.cancelled_at:
            address = reverse("meetings:detail", args=[meeting.slug])
            found += [
                (meeting.topics_until, _("The end of proposing extra topics"), address),
                (meeting.signup_until, _("The end of sign-up for the meeting"), address),
                (meeting.starts_at, meeting.title, address),
            ]
    return [Coming(moment, title, consultation.title, url) for moment, title, url in found if moment and moment > at]
