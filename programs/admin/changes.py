"""What a version changes in an earlier one, for the office: of texts that the public may not read yet, too."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from programs.admin.pages import Desk, number, page, version_at_desk
from programs.views.changes import made


def changes_page(request: HttpRequest, pk: int, desk: Desk) -> HttpResponse:
    """?base= is the number of the version it is compared with; without it, the one it was begun from."""
    version = version_at_desk(request, pk, desk, to_change=False)
    others = list(version.program.versions.exclude(pk=version.pk).order_by("number"))
    asked = request.GET.get("base", "")
    begun_from = next((other for other in others if other.pk == version.based_on_id), next(iter(others), None))
    base = get_object_or_404(version.program.versions.all(), number=number(asked)) if asked else begun_from
    context = {
        "base": base,
        "others": others,
        # Nothing of an unfrozen text is kept: the next look may find other words.
        "changes": made(base, version) if base and base != version else "",
    }
    return page(request, desk, version, "changes", _("What this version changes"), context)
