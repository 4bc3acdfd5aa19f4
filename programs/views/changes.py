import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, QuerySet
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
from programs.reading.because import Because, because, since
from programs.reading.changes import changed_pieces, compared, folded
from programs.reading.summary import counted, listed

A_MONTH = 30 * 24 * 60 * 60  # seconds


@publicly_cached
@require_safe
def changes(request: HttpRequest, slug: str, old: int, new: int) -> HttpResponse:
    if old > new:
        return redirect("programs:changes", slug, new, old, permanent=True)
    family = list(versions_of(slug).select_related("program"))
    public = [version for version in family if version.is_public]
    versions = {version.number: version for version in public}
    if old == new or not {old, new} <= versions.keys():
        raise Http404
    before, after = versions[old], versions[new]
    context = {
        "program": after.program,
        "before": before,
        "after": after,
        "versions": public,
        "changes": _shown(before, after, known_reasons(after, before, family, now())),
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


def versions_of(slug: str) -> QuerySet[DraftVersion]:
    """All of a program, oldest first, unfrozen ones too, since public ones were made from them; with `change_count`."""
    return DraftVersion.objects.filter(program__slug=slug).annotate(change_count=Count("changes")).order_by("number")


def known_reasons(version: DraftVersion, earlier: DraftVersion | None, family: Sequence[DraftVersion], at: datetime) -> Because:
    """Of what changed in a version since an earlier one. One query; none when nobody said why anything changed."""
    line = since(version, earlier, family)
    explained = [each.pk for each in family if each.pk in line and each.change_count]  # type: ignore[attr-defined]  # annotated
    return because(version, explained, at) if explained else {}


def _shown(before: DraftVersion, after: DraftVersion, reasons: Because) -> SafeString:
    """Made once for what is known of why: both texts are frozen."""
    known = hashlib.sha256(repr(sorted(reasons.items())).encode()).hexdigest()[:16] if reasons else ""
    key = f"changes:{before.pk}:{before.sha256}:{after.pk}:{after.sha256}:{known}:{get_language()}:{settings.RELEASE}"
    shown: SafeString | None = cache.get(key)
    if shown is None:
        shown = made(before, after, reasons)
        cache.set(key, shown, A_MONTH)
    return shown


def made(before: DraftVersion, after: DraftVersion, reasons: Because | None = None) -> SafeString:
    """The list of changes and the text with its changes, as markup."""
    both = compared(before, after)
    pieces = changed_pieces(both.comparison, both.old, both.new, reasons, links=True)
    context = {
        "counted": counted(both.comparison),
        "lines": listed(both.comparison, both.old, both.new),
        "text": html(folded(pieces), links=True),
    }
    return render_to_string("programs/_changes.html", context)
