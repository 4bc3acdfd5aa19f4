from django.conf import settings
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.timezone import now
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from programs.freshness import publicly_cached
from programs.models import DraftVersion, Program
from programs.reading import html
from programs.reading.changes import changed_pieces, compared, folded
from programs.reading.summary import counted, listed

A_MONTH = 30 * 24 * 60 * 60  # seconds


@publicly_cached
@require_safe
def changes(request: HttpRequest, slug: str, old: int, new: int) -> HttpResponse:
    if old > new:
        return redirect("programs:changes", slug, new, old, permanent=True)
    public = list(DraftVersion.objects.public().filter(program__slug=slug).select_related("program").order_by("number"))
    versions = {version.number: version for version in public}
    if old == new or not {old, new} <= versions.keys():
        raise Http404
    before, after = versions[old], versions[new]
    context = {
        "program": after.program,
        "before": before,
        "after": after,
        "versions": public,
        "changes": _shown(before, after),
    }
    return render(request, "programs/changes.html", context)


@require_safe
def choose(request: HttpRequest, slug: str) -> HttpResponse:
    """Where the form that asks for two versions leads: to their address, or back to the program if they are the same."""
    program = get_object_or_404(Program.objects.public(now()), slug=slug)
    try:
        old, new = sorted(int(request.GET[name]) for name in ("od", "do"))
    except (KeyError, ValueError):
        old = new = 0
    if old < 0 or old == new:
        return redirect("programs:detail", program.slug)
    return redirect("programs:changes", program.slug, old, new)


def _shown(before: DraftVersion, after: DraftVersion) -> SafeString:
    """Made once: both texts are frozen."""
    key = f"changes:{before.pk}:{before.sha256}:{after.pk}:{after.sha256}:{get_language()}:{settings.RELEASE}"
    shown: SafeString | None = cache.get(key)
    if shown is None:
        shown = made(before, after)
        cache.set(key, shown, A_MONTH)
    return shown


def made(before: DraftVersion, after: DraftVersion) -> SafeString:
    """The list of changes and the text with its changes, as markup."""
    both = compared(before, after)
    context = {
        "counted": counted(both.comparison),
        "lines": listed(both.comparison, both.old, both.new),
        "text": html(folded(changed_pieces(both.comparison, both.old, both.new)), links=True),
    }
    return render_to_string("programs/_changes.html", context)
