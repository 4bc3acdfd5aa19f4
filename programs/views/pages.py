from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from uuid import UUID

from django.db.models import Count, F, Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.timezone import now

from programs.freshness import publicly_cached
from programs.lineage import read_since
from programs.models import DraftVersion, Program, Purpose, VersionFile
from programs.reading import contents, html, pieces, tree
from programs.views.changes import known_reasons, versions_of
from programs.views.files import public_attachments
from programs.views.rows import Remarks, UnitRows


@publicly_cached
def program_list(request: HttpRequest) -> HttpResponse:
    versions = Prefetch("versions", DraftVersion.objects.public().order_by("-number"), to_attr="public_versions")
    programs = list(Program.objects.public(now()).select_related("resolution").prefetch_related(versions))
    adopted = [program for program in programs if _is_adopted(program)]
    context = {
        "current": [program for program in programs if program not in adopted],
        "archive": [(year, list(of_year)) for year, of_year in groupby(adopted, key=lambda program: program.first_year)],
    }
    return render(request, "programs/list.html", context)


@publicly_cached
def program_detail(request: HttpRequest, slug: str) -> HttpResponse:
    at = now()
    program = get_object_or_404(Program.objects.public(at).select_related("resolution__version"), slug=slug)
    context = {
        "program": program,
        "versions": list(program.versions.public().order_by("-number").prefetch_related(_own_files())),
        "attachments": public_attachments(at).filter(program=program).select_related("version"),
        "consultations": program.consultations.published(at),
        "previous": Program.objects.public(at).filter(following=program).first(),
    }
    return render(request, "programs/detail.html", context)


@publicly_cached
def version_detail(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    at = now()
    family = family_of(slug)
    version = next((each for each in family if each.is_public and each.number == number), None)
    if version is None:
        raise Http404
    return version_page(request, version, family, at)


def family_of(slug: str) -> list[DraftVersion]:
    """All versions of a program with what the page of one of them reads."""
    return list(versions_of(slug).select_related("program__resolution").prefetch_related(_own_files()))


def version_page(request: HttpRequest, version: DraftVersion, family: Sequence[DraftVersion], at: datetime) -> HttpResponse:
    """Who may read the version has been asked; of its family, only public ones are named."""
    versions = [each for each in family if each.is_public or each == version]
    earlier = versions[0] if versions[0] != version else None
    consultation = version.program.consultations.taking_remarks(at).first()
    if consultation and version != version.program.version_for_remarks():
        consultation = None
    texts, since = read_since(version, earlier)
    rows = UnitRows(
        remarks=_released_remarks(version, at),
        taking_remarks=consultation.slug if consultation else "",
        since=since,
        # Of all that led here: who reads the adopted text can follow each provision to every voice behind it.
        reasons=known_reasons(version, None, family, at),
        changes_url=reverse("programs:changes", args=[version.program.slug, earlier.number, version.number]) if earlier else "",
    )
    context = {
        "version": version,
        "text": html(pieces(tree(texts), rows), links=True),
        "contents": contents(texts),
        "consultation": consultation,
        "earlier": earlier,
        "attachments": version.program.attachments.filter(Q(version=version) | Q(version=None)),
    }
    return render(request, "programs/version.html", context)


def _is_adopted(program: Program) -> bool:
    newest: DraftVersion | None = next(iter(program.public_versions), None)  # type: ignore[attr-defined]  # prefetched
    return hasattr(program, "resolution") or (newest is not None and newest.purpose == Purpose.ADOPTED)


def _own_files() -> Prefetch[str, QuerySet[VersionFile], str]:
    """The files of frozen versions by themselves, not of their changes, nor proofs from before they were frozen."""
    own = VersionFile.objects.ready().filter(base=None, source=F("version__sha256")).order_by("format")
    return Prefetch("files", own, to_attr="own_files")


def _released_remarks(version: DraftVersion, at: datetime) -> dict[UUID, list[Remarks]]:
    """How many remarks each provision of the version has, and in which consultation."""
    on_provisions = version.voices.released(at).exclude(provision_text=None).order_by("consultation")
    rows = on_provisions.values_list("provision_text__provision", "consultation__slug").annotate(Count("pk"))
    remarks: defaultdict[UUID, list[Remarks]] = defaultdict(list)
    for provision, slug, count in rows:
        remarks[provision].append(Remarks(count, slug))
    return remarks
