"""The desk's page: choose a source and a year, look at every date, save."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from accounts.desk import staff
from accounts.roles import Duty
from consultations.actions import ScheduleRefused
from consultations.plan_letters import misfit_words
from desk.blueprint.carrying_out import AddressIsTaken, YearIsTaken, carry_out, program_of
from desk.blueprint.forms import ChooseForm, PlanForm
from desk.blueprint.plan import Process, plan_misfits, prepare, sooner_words, weeks_sooner
from desk.blueprint.sources import next_year, of_consultation, usual
from meetings.actions.refusals import Refusal


def blueprint_page(request: HttpRequest) -> HttpResponse:
    """GET chooses and shows; POST `save` makes what is shown, any other button looks at the dates again."""
    user, at = staff(request), now()
    if Duty.RUN_PROCESS not in user.duties:
        raise PermissionDenied
    choose = ChooseForm(request.GET) if "year" in request.GET else ChooseForm(initial=_first(request))
    if not choose.is_valid():
        return _page(request, {"choose": choose})
    year, chosen = choose.cleaned_data["year"], choose.cleaned_data["source"]
    source = of_consultation(chosen, for_year=year) if chosen else usual(year, contact_email=user.email)
    if source is None:
        choose.add_error("source", _("This consultation has no program yet. Choose another one."))
        return _page(request, {"choose": choose})
    context = {"choose": choose, **_taken(choose, source, year)}
    # Somebody may have made it while this form was filled in: then what was typed stays on the page.
    if "taken" in context and request.method != "POST":
        return _page(request, context)
    plan = prepare(source, year)
    form = PlanForm(request.POST if request.method == "POST" else None, source=source, plan=plan, at=at)
    if form.is_valid() and "save" in request.POST and (made := _made(request, form)):
        return made
    warnings = [misfit_words(one, at) for one in plan_misfits(form.chosen())]
    sooner = weeks_sooner(source, plan)
    context |= {"form": form, "warnings": warnings, "sooner": sooner_words(sooner) if sooner else ""}
    return _page(request, {**context, "year": year, "compared": source.program_pk is not None})


def _taken(choose: ChooseForm, source: Process, year: int) -> dict[str, Any]:
    """What there is for this year already."""
    if taken := program_of(source.kind, year):
        choose.add_error("year", str(YearIsTaken.in_words))
        return {"taken": taken, "held": taken.consultations.first()}
    return {}


def _first(request: HttpRequest) -> dict[str, Any]:
    source = request.GET.get("source", "")
    return {"source": source, "year": next_year(source, localdate().year)}


def _made(request: HttpRequest, form: PlanForm) -> HttpResponse | None:
    """Where the new consultation is; None when it was refused, which the form says then."""
    plan: Process = form.chosen()
    try:
        made = carry_out(plan, slug=form.cleaned_data["slug"], by=staff(request), at=now())
    except AddressIsTaken as refused:
        form.add_error("slug", str(refused.in_words))
        return None
    except (YearIsTaken, ScheduleRefused, Refusal) as refused:
        form.add_error(None, str(refused.in_words))
        return None
    words = _(
        "The consultation is prepared, and nobody outside sees it. Next: say who runs it, name the moderators and the rooms "
        "of the groups, look through the text, then publish."
    )
    messages.success(request, words)
    return HttpResponseRedirect(reverse("admin:consultations_consultation_change", args=[made.pk]))


def _page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    title = _("Prepare a consultation")
    return render(request, "desk/admin/blueprint.html", {**admin.site.each_context(request), "title": title, **context})
