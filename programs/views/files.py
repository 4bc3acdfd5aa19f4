from datetime import datetime
from pathlib import PurePosixPath

from django.db.models import Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from programs.actions import ask_for_file
from programs.freshness import KEEP
from programs.models import CONTENT_TYPES, Attachment, DraftVersion, FileFormat, Program, VersionFile, source_of

ONE_YEAR, HALF_A_MINUTE = 365 * 24 * 60 * 60, 30  # seconds
# What a browser shows without running anything of it; the rest is downloaded.
SHOWN_INLINE = {"pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg"}


@require_safe
def version_file(request: HttpRequest, slug: str, number: int, file_format: FileFormat) -> HttpResponseBase:
    version = get_object_or_404(DraftVersion.objects.public().select_related("program"), program__slug=slug, number=number)
    return _made(request, version, file_format)


@require_safe
def redline_file(request: HttpRequest, slug: str, old: int, new: int, file_format: FileFormat) -> HttpResponseBase:
    if old > new:
        return redirect(f"programs:changes_{file_format}", slug, new, old, permanent=True)
    public = DraftVersion.objects.public().filter(program__slug=slug).select_related("program")
    base, version = (get_object_or_404(public, number=number) for number in (old, new))
    if base == version:
        raise Http404
    return _made(request, version, file_format, base=base)


@require_safe
def attachment(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """The file as it was put up. Its bytes never change: another file is another attachment."""
    found = get_object_or_404(public_attachments(now()), program__slug=slug, pk=pk)
    etag = f'"{found.pk}-{found.size}"'
    response: HttpResponseBase | None = get_conditional_response(request, etag)
    if response is None:
        kind = SHOWN_INLINE.get(found.file_type.lower())
        name = PurePosixPath(str(found.file.name)).name
        response = FileResponse(
            found.file.open(), as_attachment=kind is None, filename=name, content_type=kind or "application/octet-stream"
        )
    response["ETag"] = etag
    # It may be taken away.
    patch_cache_control(response, public=True, max_age=int(KEEP.total_seconds()))
    return response


def public_attachments(at: datetime) -> QuerySet[Attachment]:
    """Those of programs that the public may see; about a version, if it may read that one."""
    readable = Q(version=None) | Q(version__in=DraftVersion.objects.public())
    return Attachment.objects.filter(readable, program__in=Program.objects.public(at))


def _made(
    request: HttpRequest, version: DraftVersion, file_format: FileFormat, *, base: DraftVersion | None = None
) -> HttpResponseBase:
    at = now()
    files = version.files.ready().filter(format=file_format, base=base, source=source_of(version, base, at=at))
    file = files.select_related("version__program", "base").first()
    if file is None:
        return _not_made_yet(request, ask_for_file(version, file_format, base=base, at=at))
    etag = f'"{file.sha256}"'
    response: HttpResponseBase | None = get_conditional_response(request, etag)
    if response is None:
        response = FileResponse(file.file.open(), filename=file.download_name, content_type=CONTENT_TYPES[file_format])
    response["ETag"] = etag
    if base:
        # Why its words changed may become public yet.
        patch_cache_control(response, public=True, max_age=int(KEEP.total_seconds()))
    else:
        # Frozen versions never change, and neither does their file.
        patch_cache_control(response, public=True, max_age=ONE_YEAR, immutable=True)
    return response


def _not_made_yet(request: HttpRequest, file: VersionFile) -> HttpResponse:
    if file.stopped_at:
        what = _("This file could not be made. The text itself is on its page.")
    else:
        what = _("We are making this file. It takes up to a minute.")
    response = render(request, "503.html", {"what": what}, status=503)
    response["Retry-After"] = str(HALF_A_MINUTE)
    patch_cache_control(response, no_store=True)
    return response
