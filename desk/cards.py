"""What the desk says of each consultation in work: where it is, what comes, what is amiss, what is next."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from operator import itemgetter

from django.db.models import Count, F, Model, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consultations.deadlines import day_words, local_day, moment_words
from consultations.models import Consultation, Part, ReportFile, Stage, Voice
from consultations.plan_letters import plan_words
from consultations.stages import Action, Kind
from consultations.timeline import Link, State, for_timelines, now, stages_of
from desk.home import coming
from desk.lights import Level, Light
from meetings.models import Meeting, Registration
from programs.models import DraftVersion, VersionFile

DATES_SHOWN = 3
DAY = timedelta(days=1)
# A text that people shall remark on has to be frozen by now.
TEXT_BEFORE = timedelta(days=14)


@dataclass(frozen=True)
class Numbers:
    """Of one consultation."""

    unreleased: int = 0
    waiting: int = 0
    overdue: int = 0
    ready: int = 0
    not_made: int = 0
    new_voices: int = 0
    new_sign_ups: int = 0
    frozen: int = 0  # programs with a text that people may read


@dataclass(frozen=True)
class Card:
    consultation: Consultation
    stages: list[tuple[State, str]]
    now: str
    dates: list[tuple[str, str]]
    lights: list[Light]
    since_yesterday: str
    next: Link | None

    @property
    def url(self) -> str:
        return _change(self.consultation)


def cards(at: datetime) -> list[Card]:
    """The newest first. As many queries for one consultation as for ten."""
    chosen = for_timelines(Consultation.objects.at_work(at).select_related("report"))
    rows = list(chosen.prefetch_related("meetings__groups__moderators", "meetings__groups__subgroups", "documents"))
    found = numbers(rows, at)
    return [card(one, found[one.pk], at) for one in rows]


def card(consultation: Consultation, found: Numbers, at: datetime) -> Card:
    panel = now(consultation, at)
    return Card(
        consultation,
        [(_state(stage, at), stage.name) for stage in stages_of(consultation)],
        f"{panel.title}: {panel.until}" if panel else "",
        [(words, title) for _moment, words, title in sorted(_dates(consultation, at), key=itemgetter(0))[:DATES_SHOWN]],
        list(_lights(consultation, found, at)) or [Light(Level.GO, _("Nothing is amiss."))],
        _news(found),
        _next(consultation, found, at),
    )


# --- Numbers ---------------------------------------------------------------------------------------


def numbers(consultations: Collection[Consultation], at: datetime) -> dict[int, Numbers]:
    standing, parts = Voice.objects.standing(), Part.objects.standing()
    counted = {
        "unreleased": _by(standing.filter(released_at=None), "consultation", consultations),
        "waiting": _by(Voice.objects.awaiting_answer(), "consultation", consultations),
        "overdue": _by(parts.overdue(local_day(at)), "voice__consultation", consultations),
        "ready": _by(parts.ready(), "voice__consultation", consultations),
        "new_voices": _by(Voice.objects.filter(submission__received_at__gte=at - DAY), "consultation", consultations),
        "new_sign_ups": _by(Registration.objects.filter(created_at__gte=at - DAY), "meeting__consultation", consultations),
        "frozen": _by(DraftVersion.objects.public(), "program__consultations", consultations, of="program"),
    }
    reports = _by(ReportFile.objects.exclude(trouble=""), "consultation", consultations)
    versions = _by(VersionFile.objects.exclude(trouble=""), "version__program__consultations", consultations)
    return {
        one.pk: Numbers(
            **{name: of.get(one.pk, 0) for name, of in counted.items()},
            not_made=reports.get(one.pk, 0) + versions.get(one.pk, 0),
        )
        for one in consultations
    }


def _by(rows: QuerySet[Model], path: str, consultations: Collection[Consultation], *, of: str = "pk") -> dict[int, int]:
    """How many rows, or different `of`, each consultation has."""
    grouped = rows.filter(**{f"{path}__in": consultations}).order_by().values(key=F(path)).annotate(n=Count(of, distinct=True))
    return {row["key"]: row["n"] for row in grouped}


# --- Dates -----------------------------------------------------------------------------------------


def _state(stage: Stage, at: datetime) -> State:
    return State.DONE if stage.is_over(at) else State.OPEN if stage.is_open(at) else State.LATER


def _dates(consultation: Consultation, at: datetime) -> Iterator[tuple[date, str, str]]:
    """(day, its words, what): what the public must know of, and what the office has planned."""
    for one in coming(consultation, at):
        day = local_day(one.day)
        yield day, moment_words(one.moment, at) if one.clock else day_words(day, at), one.title
    for event in consultation.events.all():
        if event.planned_on and not event.acted_on and event.planned_on >= local_day(at):
            yield event.planned_on, day_words(event.planned_on, at), event.name


# --- Lights ----------------------------------------------------------------------------------------


def _lights(consultation: Consultation, found: Numbers, at: datetime) -> Iterator[Light]:
    for words in plan_words(consultation, at):
        yield Light(Level.LOOK, words, _change(consultation), _("See the plan"))
    for meeting in consultation.meetings.all():
        if lacking := _lacking(meeting, at):
            level = Level.STOP if meeting.is_published(at) else Level.LOOK
            yield Light(level, f"{meeting.title}: {' '.join(lacking)}", _change(meeting), _("Open the meeting"))
    if _text_is_late(consultation, found, at):
        words = _("Remarks begin soon, and not every program has a frozen text that people can remark on.")
        yield Light(Level.STOP, words, reverse("admin:programs_draftversion_changelist"), _("Versions of the text"))
    if n := found.overdue:
        words = ngettext("%(n)d answer is past its day.", "%(n)d answers are past their day.", n) % {"n": n}
        yield Light(Level.STOP, words, _voices(consultation, "due=overdue"), _("See which"))
    if n := found.waiting:
        words = ngettext("%(n)d voice has no approved answer yet.", "%(n)d voices have no approved answer yet.", n) % {"n": n}
        yield Light(Level.LOOK, words, _voices(consultation, "unanswered=yes"), _("Voices without an answer"))
    if n := found.not_made:
        yield Light(Level.LOOK, ngettext("%(n)d file could not be made.", "%(n)d files could not be made.", n) % {"n": n})


def _lacking(meeting: Meeting, at: datetime) -> list[str]:
    """What a meeting ahead may not be without, from rows that are loaded already."""
    if meeting.cancelled_at or meeting.ends_at <= at:
        return []
    groups = [] if meeting.without_signup else [one for one in meeting.groups.all() if one.cancelled_at is None]
    return [*meeting.lacking_itself(), *(sentence for group in groups for sentence in group.lacking(meeting))]


def _text_is_late(consultation: Consultation, found: Numbers, at: datetime) -> bool:
    remarks = [stage for stage in stages_of(consultation) if stage.kind == Kind.REMARKS and stage.opens_at]
    near = any(one.opens_at - TEXT_BEFORE <= at and not one.is_over(at) for one in remarks if one.opens_at)
    return near and found.frozen < len(consultation.programs.all())


def _news(found: Numbers) -> str:
    """What the public did in a day and a night; empty when nothing."""
    said = []
    if n := found.new_voices:
        said.append(ngettext("%(n)d new voice", "%(n)d new voices", n) % {"n": n})
    if n := found.new_sign_ups:
        said.append(ngettext("%(n)d new sign-up", "%(n)d new sign-ups", n) % {"n": n})
    return ", ".join(said)


# --- The next step ---------------------------------------------------------------------------------


def _next(consultation: Consultation, found: Numbers, at: datetime) -> Link | None:
    """The first thing that waits for the coordinator, in the order of the year."""
    if not consultation.is_published(at):
        return Link(_change(consultation), _("Check the dates and publish the consultation"))
    for meeting in consultation.meetings.all():
        if not meeting.published_at and not meeting.cancelled_at and meeting.ends_at > at:
            return Link(_change(meeting), _("Prepare and publish the meeting"))
    if n := found.unreleased:
        words = ngettext("Publish %(n)d new voice", "Publish %(n)d new voices", n) % {"n": n}
        return Link(_voices(consultation, "released=no&withdrawn=no"), words)
    for event in consultation.events.all():
        if event.planned_on and event.planned_on < local_day(at) and not event.acted_on:
            return Link(_change(event), _("Say whether it happened: %(event)s") % {"event": event.name})
    speaking = any(stage.permits(act, at) for stage in stages_of(consultation) for act in (Action.PROPOSE, Action.REMARK))
    if found.waiting and not speaking:
        words = ngettext("Answer %(n)d voice", "Answer %(n)d voices", found.waiting) % {"n": found.waiting}
        return Link(_voices(consultation, "unanswered=yes"), words)
    if found.ready and not found.waiting and not speaking:
        return Link(reverse("admin:consultations_publish", args=[consultation.pk]), _("Publish the answers"))
    return None


# --- Addresses -------------------------------------------------------------------------------------


def _change(thing: Model) -> str:
    return reverse(f"admin:{thing._meta.app_label}_{thing._meta.model_name}_change", args=[thing.pk])


def _voices(consultation: Consultation, narrowed: str) -> str:
    return f"{reverse('admin:consultations_voice_changelist')}?consultation__id__exact={consultation.pk}&{narrowed}"
