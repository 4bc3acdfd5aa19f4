from collections import defaultdict
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Prefetch
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.timezone import now
from django.utils.translation import gettext as _

from programs.freshness import publicly_cached
from programs.models import DraftVersion, FileFormat, Program
from programs.reading import Remarks, contents, tree

ONE_YEAR, HALF_A_MINUTE = 365 * 24 * 60 * 60, 30  # seconds


@publicly_cached
def program_list(request: HttpRequest) -> HttpResponse:
    versions = Prefetch("versions", DraftVersion.objects.public().order_by("-number"), to_attr="public_versions")
    return render(request, "programs/list.html", {"programs": Program.objects.public(now()).prefetch_related(versions)})


@publicly_cached
def program_detail(request: HttpRequest, slug: str) -> HttpResponse:
    at = now()
    program = get_object_or_404(Program.objects.public(at), slug=slug)
    context = {
        "program": program,
        "versions": program.versions.public().order_by("-number").prefetch_related("files"),
        "consultations": program.consultations.published(at),
        "previous": Program.objects.public(at).filter(following=program).first(),
    }
    return render(request, "programs/detail.html", context)


@publicly_cached
def version_detail(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    at = now()
    public = DraftVersion.objects.public().select_related("program").prefetch_related("files")
    version = get_object_or_404(public, program__slug=slug, number=number)
    texts = list(version.texts.in_reading_order())
    consultations = list(version.program.consultations.taking_remarks(at))
    takes_remarks = bool(consultations) and version == version.program.version_for_remarks()
    context = {
        "version": version,
        "nodes": tree(texts, _released_remarks(version, at)),
        "contents": contents(texts),
        "file": next(iter(version.files.all()), None),
        "consultation": consultations[0] if takes_remarks else None,
    }
    return render(request, "programs/version.html", context)


def version_pdf(request: HttpRequest, slug: str, number: int) -> HttpResponseBase:
    version = get_object_or_404(DraftVersion.objects.public().select_related("program"), program__slug=slug, number=number)
    file = version.files.filter(format=FileFormat.PDF).first()
    if file is None:
        return not_printed_yet(request)
    etag = f'"{file.sha256}"'
    response: HttpResponseBase | None = get_conditional_response(request, etag)
    if response is None:
        name = f"{version.program.slug}-wersja-{version.number}.pdf"
        response = FileResponse(file.file.open(), filename=name, content_type="application/pdf")
    response["ETag"] = etag
    # A frozen version never changes, and neither does its file.
    patch_cache_control(response, public=True, max_age=ONE_YEAR, immutable=True)
    return response


def not_printed_yet(request: HttpRequest) -> HttpResponse:
    response = render(request, "503.html", {"what": _("We are printing this version. It takes up to a minute.")}, status=503)
    response["Retry-After"] = str(HALF_A_MINUTE)
    patch_cache_control(response, no_store=True)
    return response


def _released_remarks(version: DraftVersion, at: datetime) -> dict[UUID, list[Remarks]]:
    """How many remarks each provision of the version has, and in which consultation."""
    on_provisions = version.voices.released(at).exclude(provision_text=None).order_by("consultation")
    rows = on_provisions.values_list("provision_text__provision", "consultation__slug").annotate(Count("pk"))
    remarks: defaultdict[UUID, list[Remarks]] = defaultdict(list)
    for provision, slug, count in rows:
        remarks[provision].append(Remarks(count, slug))
    return remarks
