from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from desk.handbook.chapters import Chapter, chapters, pictures
from desk.looks import MINUTE, YEAR
from programs.freshness import publicly_cached


def _chapters() -> dict[str, Chapter]:
    return chapters(get_language() or "pl")


@publicly_cached
def handbook(request: HttpRequest) -> HttpResponse:
    return render(request, "desk/handbook/contents.html", {"chapters": _chapters().values()})


@publicly_cached
def handbook_chapter(request: HttpRequest, chapter: str) -> HttpResponse:
    found = _chapters()
    if chapter not in found:
        raise Http404
    in_order = list(found.values())
    place = in_order.index(found[chapter])
    context = {
        "chapters": in_order,
        "chapter": in_order[place],
        "previous": in_order[place - 1] if place else None,
        "next": in_order[place + 1] if place + 1 < len(in_order) else None,
    }
    return render(request, "desk/handbook/chapter.html", context)


@require_safe
def handbook_picture(request: HttpRequest, picture: str) -> HttpResponse:
    """Found by its name among those that are there: no path is ever made of what was asked for."""
    found = pictures().get(picture)
    if not found:
        raise Http404
    response = HttpResponse(found.content, content_type="image/png")
    if request.GET.get("v") == found.edition:
        patch_cache_control(response, public=True, immutable=True, max_age=int(YEAR.total_seconds()))
    else:
        patch_cache_control(response, public=True, max_age=int(MINUTE.total_seconds()))
    return response
