"""Before a text is closed for ever: what the act requires, what is missing, and the act of freezing."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from accounts.desk import staff
from programs.actions import as_seen, freeze_version
from programs.admin.pages import Desk, Refused, page, version_at_desk, writing
from programs.models import DraftVersion, ProvisionText, StatutoryElement
from programs.readiness import holes


def checklist(request: HttpRequest, pk: int, desk: Desk) -> HttpResponse:
    """The statutory elements, each with the units that fulfil it."""
    version = version_at_desk(request, pk, desk, to_change=False)
    covering: dict[int, list[ProvisionText]] = {}
    marked = version.texts.in_reading_order().filter(provision__elements__isnull=False)
    for text in marked.prefetch_related("provision__elements").distinct():
        for element in text.provision.elements.all():
            covering.setdefault(element.pk, []).append(text)
    elements = StatutoryElement.objects.filter(kind=version.program.kind)
    context = {"elements": [(element, covering.get(element.pk, [])) for element in elements]}
    return page(request, desk, version, "checklist", _("What the act requires"), context)


@writing
def freeze(request: HttpRequest, version: DraftVersion, desk: Desk) -> HttpResponse:
    """What will be closed for ever, looked at once more; a POST closes it, `despite` naming the holes that are accepted."""
    despite, seen = request.POST.getlist("despite"), request.POST.get("seen")
    if request.method == "POST":
        try:
            freeze_version(version, by=staff(request), despite=despite, seen=seen, at=now())
        except Refused as refusal:
            messages.error(request, str(refusal.in_words))
        else:
            messages.success(request, _("The version is frozen. Its files will be ready in about a minute."))
            return HttpResponseRedirect(reverse("admin:programs_draftversion_change", args=[version.pk]))
    texts = list(version.texts.in_reading_order())
    found = holes(version, texts)
    context = {
        "seen": as_seen(version, texts),
        "unit_count": len(texts),
        "element_count": StatutoryElement.objects.filter(kind=version.program.kind).count(),
        "to_mend": [hole for hole in found if not hole.may_be_accepted],
        "to_accept": [hole for hole in found if hole.may_be_accepted],
        "ticked": despite,
    }
    return page(request, desk, version, "freeze", _("Freeze the version"), context)
