from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts.desk import staff
from accounts.models import RevokedPreview
from accounts.tokens import LIFETIME, Link, Purpose
from consultations.deadlines import until_words
from consultations.models import Announcement, Consultation, Report
from consultations.views.news import announcement_page
from consultations.views.pages import consultation_page
from consultations.views.report import report_page
from desk.preview.things import (
    THINGS,
    IsPublic,
    MayNotRevoke,
    NotYours,
    Thing,
    is_revoked,
    make_preview,
    revoke_previews,
)
from meetings.models import Meeting
from meetings.views.pages import meeting_page
from programs.models import DraftVersion
from programs.views.pages import family_of, version_page

# What is shown is as it would be if it were published at this moment: rows are told so, and never saved.


def _consultation(request: HttpRequest, row: Consultation, at: datetime) -> HttpResponse:
    return consultation_page(request, Consultation.objects.filter(pk=row.pk), at)


def _announcement(request: HttpRequest, row: Announcement, at: datetime) -> HttpResponse:
    row.published_at = row.published_at or at
    return announcement_page(request, row, at)


def _meeting(request: HttpRequest, row: Meeting, at: datetime) -> HttpResponse:
    row.published_at = row.published_at or at
    return meeting_page(request, row, at)


def _report(request: HttpRequest, row: Report, at: datetime) -> HttpResponse:
    return report_page(request, row.consultation, at)


def _version(request: HttpRequest, row: DraftVersion, at: datetime) -> HttpResponse:
    family = family_of(row.program.slug)
    return version_page(request, next(each for each in family if each == row), family, at)


SHOWN: dict[str, Callable[[HttpRequest, Any, datetime], HttpResponse]] = {
    "consultation": _consultation,
    "announcement": _announcement,
    "meeting": _meeting,
    "report": _report,
    "version": _version,
}


def preview_page(request: HttpRequest, link: Link) -> HttpResponse:
    """Behind a signed link: the public page with a band on top, for nobody to keep; the page itself once it is public."""
    at = now()
    thing = _thing(link.kind)
    row = get_object_or_404(thing.rows(at), pk=link.pk)
    if request.method not in ("GET", "HEAD"):
        response = render(request, "desk/preview_refused.html", status=405)
        response["Allow"] = "GET, HEAD"
    elif thing.is_public(row, at):
        response = redirect(thing.address(row))
    elif is_revoked(link):
        response = render(request, "desk/preview_revoked.html", status=410)
    else:
        request.preview = until_words(link.until, at)  # type: ignore[attr-defined]  # what base.html asks for
        response = SHOWN[link.kind](request, row, at)
    response["X-Robots-Tag"] = "noindex, nofollow"
    patch_cache_control(response, private=True, no_store=True)
    return response


@never_cache
def preview_desk(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """A fresh link to hand out, and a button that stops those handed out. Looking at this page changes nothing."""
    at = now()
    thing = _thing(kind)
    row = get_object_or_404(thing.rows(at), pk=pk)
    context: dict[str, Any] = {"thing": row, "back": reverse(thing.desk, args=[pk])}
    try:
        if request.method == "POST":
            return _revoke(request, kind, row, at)
        link = make_preview(kind, row, by=staff(request), at=at)
    except IsPublic:
        return redirect(thing.address(row))
    except (NotYours, MayNotRevoke) as refused:
        return _desk(request, context | {"refused": refused.in_words}, status=403)
    if thing.duty in staff(request).duties:
        context["turn"] = RevokedPreview.objects.turn_of(kind, pk)
    return _desk(request, context | {"link": link, "until": until_words(at + LIFETIME[Purpose.PREVIEW], at)})


class RevokeForm(forms.Form):
    turn = forms.IntegerField(min_value=0)


def _revoke(request: HttpRequest, kind: str, row: Any, at: datetime) -> HttpResponse:
    form = RevokeForm(request.POST)
    if form.is_valid() and revoke_previews(kind, row, **form.cleaned_data, by=staff(request), at=at):
        messages.success(request, _("The links handed out until now no longer work. Below is a new one."))
    else:
        messages.info(request, _("The links had been revoked before. The one below is new and works."))
    return redirect(request.path)


def _thing(kind: str) -> Thing:
    if kind not in THINGS:
        raise Http404
    return THINGS[kind]


def _desk(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    title = _("The page as the public will see it")
    context = {**admin.site.each_context(request), "title": title, **context}
    return render(request, "desk/admin/preview.html", context, status=status)
