from __future__ import annotations

from datetime import datetime
from itertools import groupby
from typing import TypedDict, cast

from django.db.models import Count, DateTimeField, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Value
from django.db.models.functions import JSONObject
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django_stubs_ext import WithAnnotations

from consultations.ical import calendar_of
from consultations.models import Announcement, Consultation, Document, Publication, Report, Voice, VoiceKind
from consultations.models.schedule import ConsultationQuerySet
from consultations.timeline import for_pages, for_timelines, now, timeline
from programs.freshness import KEEP, publicly_cached
from programs.models import DraftVersion

# What a browser may open by itself; anything else is saved, so that no file can act as a page of ours.
SHOWN_INLINE = {"pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg"}


@publicly_cached
@require_safe
def consultation_list(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    found = for_pages(Consultation.objects.published(at)).prefetch_related("programs")
    rows = [(max((program.first_year for program in one.programs.all()), default=0), one, now(one, at)) for one in found]
    # Newest first; of one year, the one published last.
    rows.sort(key=lambda row: row[0], reverse=True)
    years = [(year, [(one, panel) for _year, one, panel in of_year]) for year, of_year in groupby(rows, key=lambda row: row[0])]
    return render(request, "consultations/list.html", {"years": years})


@publicly_cached
@require_safe
def consultation_detail(request: HttpRequest, slug: str) -> HttpResponse:
    at = timezone.now()
    return consultation_page(request, Consultation.objects.published(at).filter(slug=slug), at)


def consultation_page(request: HttpRequest, consultations: ConsultationQuerySet, at: datetime) -> HttpResponse:
    """Of the one that is among `consultations`: who may read it has been asked."""
    # A row for each program of the consultation.
    found = for_timelines(consultations).prefetch_related(Prefetch("documents", Document.objects.order_by("position", "pk")))
    rows = list(_with_programs(found, at))
    if not rows:
        raise Http404
    consultation = rows[0]
    context = {
        "at": at,
        "consultation": consultation,
        "drafts": [row for row in rows if row.version_number],
        "now": now(consultation, at),
        "timeline": timeline(consultation, at),
        "documents": [one for one in consultation.documents.all() if one.published_at <= at],
        # Of whom everybody may read, is told by the page itself.
        "is_attended": bool(consultation.said) or any(one.has_begun(at) for one in consultation.meetings.all()),
        "posters": [one for one in consultation.meetings.all() if one.takes_sign_ups(at)],
    }
    return render(request, "consultations/detail.html", context)


class Said(TypedDict):
    proposals: int
    remarks: int


class Loaded(TypedDict):
    program_title: str
    program_slug: str
    version_number: int | None
    latest_news: dict[str, str] | None
    said: Said | None
    is_answered: bool
    is_reported: bool


# A subquery takes longer to build than to answer: built once, it reads the moment from the query around it.
_AT = cast(datetime, OuterRef("at"))
_NEWEST_VERSION = DraftVersion.objects.public().filter(program=OuterRef("programs")).order_by("-number").values("number")[:1]
_NEWS = Announcement.objects.published(_AT).filter(consultation=OuterRef("pk"))
_LATEST_NEWS = _NEWS.values(_=JSONObject(slug="slug", title="title"))[:1]
_VOICES = Voice.objects.released(_AT).filter(consultation=OuterRef("pk")).order_by().values("consultation")
_SAID = _VOICES.values(
    _=JSONObject(
        proposals=Count("pk", filter=Q(kind=VoiceKind.PROPOSAL)),
        remarks=Count("pk", filter=Q(kind=VoiceKind.REMARK)),
    )
)
_ANSWERS = Publication.objects.filter(consultation=OuterRef("pk"), at__lte=_AT)
_REPORT = Report.objects.public(_AT).filter(consultation=OuterRef("pk"))


def _with_programs(consultations: QuerySet[Consultation], at: datetime) -> QuerySet[WithAnnotations[Consultation, Loaded]]:
    """One query for what would be five: a row per program, with its newest public version, what was said, the last news."""
    return (
        consultations.alias(at=Value(at, DateTimeField()))
        .annotate(
            program_title=F("programs__title"),
            program_slug=F("programs__slug"),
            version_number=Subquery(_NEWEST_VERSION),
            latest_news=Subquery(_LATEST_NEWS),
            said=Subquery(_SAID),
            is_answered=Exists(_ANSWERS),
            is_reported=Exists(_REPORT),
        )
        .order_by("-programs__first_year", "programs__slug")
    )


@publicly_cached
@require_safe
def calendar(request: HttpRequest, slug: str) -> HttpResponse:
    at = timezone.now()
    consultation = get_object_or_404(for_timelines(Consultation.objects.published(at)), slug=slug)
    return _calendar(calendar_of([consultation], name=consultation.title, at=at), f"{slug}.ics")


@publicly_cached
@require_safe
def calendar_of_all(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    consultations = for_timelines(Consultation.objects.published(at))
    return _calendar(calendar_of(consultations, name=_("Consultations"), at=at), "wspolnie.ics")


def _calendar(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response


@require_safe
def document(request: HttpRequest, slug: str, pk: int, name: str) -> HttpResponseBase:
    """The file as it was put up. Its bytes never change: another file is another document."""
    at = timezone.now()
    found = get_object_or_404(Document.objects.published(at), consultation__slug=slug, pk=pk)
    if name != found.file_name:
        raise Http404
    etag = f'"{found.pk}-{found.size}"'
    response: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    if response is None:
        kind = SHOWN_INLINE.get(found.file_type.lower())
        response = FileResponse(
            found.file.open("rb"), as_attachment=kind is None, filename=name, content_type=kind or "application/octet-stream"
        )
    response.headers["ETag"] = etag
    patch_cache_control(response, public=True, max_age=int(KEEP.total_seconds()))
    return response
