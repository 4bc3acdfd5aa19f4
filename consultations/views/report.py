"""The report of a consultation, and its files: there once it is published, and only with what is published."""

from collections.abc import Iterator
from datetime import datetime
from typing import cast

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import translation
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from consultations.actions.report_files import ask_for_report_file
from consultations.exports.open_data import open_data
from consultations.exports.table_csv import table_csv
from consultations.models import REPORT_CONTENT_TYPES, Consultation, Report, ReportFile, ReportFormat
from consultations.reporting.facts import facts
from consultations.reporting.sections import sections
from consultations.reporting.source import gathered
from programs.freshness import KEEP, publicly_cached

HALF_A_MINUTE = 30  # seconds


@publicly_cached
@require_safe
def report(request: HttpRequest, slug: str) -> HttpResponse:
    """A Polish document in a page of the visitor's language; all voices are on pages and in files of their own."""
    at = now()
    return report_page(request, _reported(slug, at), at)


def report_page(request: HttpRequest, consultation: Consultation, at: datetime) -> HttpResponse:
    """Of a consultation that has a report: who may read it has been asked."""
    with translation.override("pl"):
        told = facts(consultation, at)
        made = sections(told, None)
    context = {"consultation": consultation, "facts": told, "sections": made}
    # The newest of each: whether it is of the present, whoever takes it is told.
    made_files = consultation.report_files.filter(made_at__isnull=False).order_by("made_at")
    context["files"] = {file.format: file for file in made_files}
    return render(request, "consultations/report/page.html", context)


@require_safe
def report_file(request: HttpRequest, slug: str, file_format: ReportFormat) -> HttpResponseBase:
    at = now()
    consultation = _reported(slug, at)
    file = ask_for_report_file(consultation, file_format, at=at)
    if not file.is_ready:
        return _not_made_yet(request, file)
    etag = f'"{file.sha256}"'
    response: HttpResponseBase | None = get_conditional_response(request, etag)
    if response is None:
        response = FileResponse(file.file.open(), filename=file.download_name, content_type=REPORT_CONTENT_TYPES[file_format])
    response["ETag"] = etag
    # What it is made of may change.
    patch_cache_control(response, public=True, max_age=int(KEEP.total_seconds()))
    return response


@publicly_cached
@require_safe
def voices_csv(request: HttpRequest, slug: str) -> HttpResponse:
    at = now()
    consultation = _reported(slug, at)
    _told, said = gathered(consultation, at)
    return _streamed(table_csv(said), "text/csv; charset=utf-8", f"{slug}-uwagi.csv")


@publicly_cached
@require_safe
def voices_json(request: HttpRequest, slug: str) -> HttpResponse:
    at = now()
    told, said = gathered(_reported(slug, at), at)
    response = _streamed(open_data(told, said, at=at), "application/json", f"{slug}-uwagi.json")
    # Whoever builds something of it may do so from a page of theirs.
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _reported(slug: str, at: datetime) -> Consultation:
    """The consultation of a report that everybody reads; else there is no such page."""
    found = Report.objects.public(at).select_related("consultation")
    return get_object_or_404(found, consultation__slug=slug).consultation


def _streamed(lines: Iterator[str], content_type: str, name: str) -> HttpResponse:
    response = StreamingHttpResponse(lines, content_type=content_type)
    response["Content-Disposition"] = f'inline; filename="{name}"'
    # What the decorators of pages say they hand over.
    return cast(HttpResponse, response)


def _not_made_yet(request: HttpRequest, file: ReportFile) -> HttpResponse:
    if file.stopped_at:
        what = _("This file could not be made. The report itself is on its page.")
    else:
        what = _("We are making this file. It takes up to a minute.")
    response = render(request, "503.html", {"what": what}, status=503)
    response["Retry-After"] = str(HALF_A_MINUTE)
    patch_cache_control(response, no_store=True)
    return response
