"""Files of a version at the desk, proofs of an unfrozen one too: asked for, watched while they are made, called off, taken."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from accounts.desk import staff
from programs.actions import TROUBLES, ask_for_file, stop_file, try_file_again
from programs.admin.pages import Desk, Refused, number, page, version_at_desk
from programs.models import CONTENT_TYPES, DraftVersion, FileFormat, VersionFile, sources_of


def files_page(request: HttpRequest, pk: int, desk: Desk) -> HttpResponse:
    """POST `ask` names a format, with `base` for the changes since another version; `stop` and `again` name a file."""
    version = version_at_desk(request, pk, desk, to_change=request.method == "POST")
    if request.method == "POST":
        _act(request, version)
        return HttpResponseRedirect(reverse("admin:programs_files", args=[version.pk]))
    files = version.files.select_related("base", "version__program").order_by("base__number", "format", "-asked_at")
    present = sources_of(version, {file.base for file in files}, at=now())
    rows = [(file, file.source != present[file.base], TROUBLES.get(file.trouble, "")) for file in files]
    context = {
        "rows": rows,
        "formats": FileFormat.choices,
        "redline_formats": [choice for choice in FileFormat.choices if choice[0] != FileFormat.TEXT],
        "others": version.program.versions.exclude(pk=version.pk).order_by("number"),
        "may_write": desk.has_change_permission(request),
        "at_work": any(not (file.is_ready or file.stopped_at) for file in files),
    }
    return page(request, desk, version, "files", _("Files"), context)


def download(request: HttpRequest, pk: int, file_pk: int, desk: Desk) -> HttpResponseBase:
    version = version_at_desk(request, pk, desk, to_change=False)
    file = get_object_or_404(version.files.ready().select_related("base", "version__program"), pk=file_pk)
    return FileResponse(file.file.open(), filename=file.download_name, content_type=CONTENT_TYPES[FileFormat(file.format)])


def _act(request: HttpRequest, version: DraftVersion) -> None:
    asked = request.POST
    if "ask" in asked:
        if asked["ask"] not in FileFormat:
            raise Http404
        if "base" in asked and asked["ask"] == FileFormat.TEXT:
            raise Http404
        base = get_object_or_404(version.program.versions, number=number(asked["base"])) if "base" in asked else None
        try:
            ask_for_file(version, FileFormat(asked["ask"]), base=base, by=staff(request), at=now())
        except Refused as refusal:
            messages.error(request, str(refusal.in_words))
    elif "stop" in asked:
        if not stop_file(_file(version, asked["stop"]), at=now()):
            messages.info(request, _("It was made already."))
    elif "again" in asked:
        try_file_again(_file(version, asked["again"]), at=now())


def _file(version: DraftVersion, key: str) -> VersionFile:
    return get_object_or_404(version.files, pk=number(key))
