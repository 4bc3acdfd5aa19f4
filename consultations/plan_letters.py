"""Coordinators hear that a plan does not fit the act, and that an opinion did not come: once each, however often it is asked."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import astuple
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Prefetch
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Letter
from consultations.deadlines import day_words, last_day, local_day
from consultations.event_words import fact_words, is_overdue
from consultations.events import EventKind
from consultations.models import Consultation, FormalEvent
from consultations.plan import Act, Law, Misfit, Period, misfits
from consultations.reminding import REACH, tell_coordinators
from consultations.stages import Kind
from programs.models import Program

Words = dict[str, object]
# By occasion: what each is about, and what it says.
Letters = dict[str, tuple[Consultation, Words]]


def owe_misfits(at: datetime) -> None:
    """Of every consultation that is published and not over. A few queries, however many there are."""
    running = Consultation.objects.published(at).unfinished(at).order_by("pk")
    with_resolutions = Prefetch("programs", Program.objects.select_related("resolution"))
    letters: Letters = {}
    for one in running.prefetch_related("stages", "events", with_resolutions):
        if wrong := misfits_of(one, at):
            with translation.override(settings.LANGUAGE_CODE):
                words: Words = {"misfits": [misfit_words(misfit, at) for misfit in wrong]}
            letters[_occasion(one, wrong)] = (one, words)
    _owe("staff_plan", letters, at)


def owe_opinions(at: datetime) -> None:
    """Of every opinion whose days ended lately and that nobody has recorded: it is to be recorded, or its waiver."""
    missing = FormalEvent.objects.filter(
        kind=EventKind.OPINION, done_on=None, consultation__in=Consultation.objects.published(at)
    )
    letters: Letters = {}
    for event in missing.select_related("consultation").prefetch_related("consultation__events"):
        ends_at = event.opinion_ends_at
        if ends_at and ends_at <= at < ends_at + REACH:
            with translation.override(settings.LANGUAGE_CODE):
                words: Words = {"event": event.name, "ended": day_words(last_day(ends_at), at)}
            letters[f"staff_opinion:event:{event.pk}:{last_day(ends_at)}"] = (event.consultation, words)
    _owe("staff_opinion", letters, at)


def misfits_of(consultation: Consultation, at: datetime) -> list[Misfit]:
    """For all its programs, without repeating."""
    periods = [
        Period(stage.name, Kind(stage.kind), local_day(stage.opens_at), last_day(stage.closes_at))
        for stage in consultation.stages.all()
        if stage.opens_at and stage.closes_at
    ]
    acts = [
        Act(event.name, EventKind(event.kind), event.acted_on or event.planned_on, event.acted_on is not None)
        for event in consultation.events.all()
    ]
    years = sorted((program.first_year, program.last_year) for program in consultation.programs.all())
    found = [misfits(periods, acts, first_year=first, last_year=last, today=local_day(at)) for first, last in years]
    return list(dict.fromkeys(misfit for each in found for misfit in each))


def plan_words(consultation: Consultation, at: datetime) -> list[str]:
    """What the desk says about a plan: each misfit, each opinion that is overdue."""
    overdue = [event for event in consultation.events.all() if is_overdue(event, at)]
    words = [misfit_words(misfit, at) for misfit in misfits_of(consultation, at)]
    return words + [f"{event.name}: {fact_words(event, at)}" for event in overdue]


def misfit_words(misfit: Misfit, at: datetime) -> str:
    """What is wrong, by how many days, and which day would do; in the language that is active."""
    forms = {
        Law.ADOPTION: ngettext(
            "“%(what)s” ends %(n)d day after the last day for adopting it (art. 5a ust. 1). Move it to %(fits)s or earlier.",
            "“%(what)s” ends %(n)d days after the last day for adopting it (art. 5a ust. 1). Move it to %(fits)s or earlier.",
            misfit.days,
        ),
        Law.REPORT: ngettext(
            "“%(what)s” ends %(n)d day after the last day for the report (art. 5a ust. 3). Move it to %(fits)s or earlier.",
            "“%(what)s” ends %(n)d days after the last day for the report (art. 5a ust. 3). Move it to %(fits)s or earlier.",
            misfit.days,
        ),
        Law.UNREPORTED: _("“%(what)s” was due by %(fits)s (art. 5a ust. 3). Record the day on which it was done, or do it now."),
        Law.OPINION: ngettext(
            "“%(what)s” comes %(n)d day too early: the council of public benefit has 14 days (art. 41i). Move it to %(fits)s.",
            "“%(what)s” comes %(n)d days too early: the council of public benefit has 14 days (art. 41i). Move it to %(fits)s.",
            misfit.days,
        ),
        Law.UNHEARD: ngettext(
            "“%(what)s” comes %(n)d day too early: the council of public benefit may still give its opinion (art. 41i). "
            "Move it to %(fits)s or later, or hand the draft over sooner.",
            "“%(what)s” comes %(n)d days too early: the council of public benefit may still give its opinion (art. 41i). "
            "Move it to %(fits)s or later, or hand the draft over sooner.",
            misfit.days,
        ),
        Law.CONSULTED: ngettext(
            "“%(what)s” ends %(n)d day too late: remarks come before adoption by the council (art. 5a ust. 1). "
            "Move its end to %(fits)s or earlier, or the adoption to a later day.",
            "“%(what)s” ends %(n)d days too late: remarks come before adoption by the council (art. 5a ust. 1). "
            "Move its end to %(fits)s or earlier, or the adoption to a later day.",
            misfit.days,
        ),
    }
    return forms[misfit.law] % {"what": misfit.what, "n": misfit.days, "fits": day_words(misfit.fits_on, at)}


def _occasion(consultation: Consultation, found: list[Misfit]) -> str:
    digest = hashlib.sha256(json.dumps([astuple(one) for one in found], default=str).encode()).hexdigest()[:16]
    return f"staff_plan:consultation:{consultation.pk}:{digest}"


def _owe(kind: str, letters: Mapping[str, tuple[Consultation, dict[str, object]]], at: datetime) -> None:
    """By occasion; those that were owed before are left alone."""
    if not letters:
        return
    owed = set(Letter.objects.filter(kind=kind, occasion__in=letters).values_list("occasion", flat=True))
    for occasion, (consultation, words) in letters.items():
        if occasion not in owed:
            # To all coordinators or to none, who are then written to by the next tick.
            with transaction.atomic():
                tell_coordinators(kind, occasion, {"consultation": consultation.title, **words}, consultation.pk, at=at)
