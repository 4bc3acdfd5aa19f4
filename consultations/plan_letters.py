"""Coordinators hear that a plan does not fit the act: once for each set of misfits, however often it is asked."""

import hashlib
import json
from dataclasses import astuple
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import ngettext

from accounts.models import Letter
from consultations.deadlines import last_day, local_day
from consultations.models import Consultation
from consultations.plan import Act, Law, Misfit, Period, misfits
from consultations.reminding import tell_coordinators
from consultations.stages import Kind


def owe_misfits(at: datetime) -> None:
    """Of every consultation that is published and not over. A few queries, however many there are."""
    unfinished = Q(stages__closes_at__gt=at) | Q(events__planned_on__gte=local_day(at), events__done_on=None)
    running = Consultation.objects.published(at).filter(unfinished).distinct().order_by("pk")
    found = {
        _occasion(one.pk, wrong): (one, wrong)
        for one in running.prefetch_related("stages", "events", "programs")
        if (wrong := misfits_of(one))
    }
    told = (
        set(Letter.objects.filter(kind="staff_plan", occasion__in=found).values_list("occasion", flat=True)) if found else set()
    )
    for occasion in found.keys() - told:
        _tell(*found[occasion], occasion, at)


def misfits_of(consultation: Consultation) -> list[Misfit]:
    """For all its programs, without repeating."""
    periods = [
        Period(stage.name, Kind(stage.kind), local_day(stage.opens_at), last_day(stage.closes_at))
        for stage in consultation.stages.all()
        if stage.opens_at and stage.closes_at
    ]
    days = [(event, event.done_on or event.planned_on) for event in consultation.events.all()]
    acts = [Act(event.name, day, event.done_on is not None) for event, day in days if day]
    years = [(program.first_year, program.last_year) for program in consultation.programs.all()]
    found = [misfits(periods, acts, first_year=first, last_year=last) for first, last in sorted(years)]
    return list(dict.fromkeys(misfit for each in found for misfit in each))


def misfit_words(misfit: Misfit) -> str:
    """One sentence, in the language that is active."""
    forms = {
        Law.ADOPTION: ngettext(
            "“%(what)s” ends %(n)d day after 30 November, the last day for adopting the program (art. 5a ust. 1).",
            "“%(what)s” ends %(n)d days after 30 November, the last day for adopting the program (art. 5a ust. 1).",
            misfit.days,
        ),
        Law.REPORT: ngettext(
            "“%(what)s” ends %(n)d day after 31 May, the last day for the report (art. 5a ust. 3).",
            "“%(what)s” ends %(n)d days after 31 May, the last day for the report (art. 5a ust. 3).",
            misfit.days,
        ),
        Law.OPINION: ngettext(
            "“%(what)s” comes %(n)d day too early: the council of public benefit has 14 days for its opinion (art. 41i).",
            "“%(what)s” comes %(n)d days too early: the council of public benefit has 14 days for its opinion (art. 41i).",
            misfit.days,
        ),
        Law.CONSULTED: ngettext(
            "“%(what)s” ends %(n)d day too late: remarks come before adoption by the council (art. 5a ust. 1).",
            "“%(what)s” ends %(n)d days too late: remarks come before adoption by the council (art. 5a ust. 1).",
            misfit.days,
        ),
    }
    return forms[misfit.law] % {"what": misfit.what, "n": misfit.days}


def _occasion(consultation_pk: int, found: list[Misfit]) -> str:
    digest = hashlib.sha256(json.dumps([astuple(one) for one in found]).encode()).hexdigest()[:16]
    return f"staff_plan:consultation:{consultation_pk}:{digest}"


@transaction.atomic
def _tell(consultation: Consultation, found: list[Misfit], occasion: str, at: datetime) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        misfits = [misfit_words(misfit) for misfit in found]
    words = {"consultation": consultation.title, "misfits": misfits}
    tell_coordinators("staff_plan", occasion, words, consultation.pk, at=at)
