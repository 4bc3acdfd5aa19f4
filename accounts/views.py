from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from accounts import actions
from accounts.models import Organization


@never_cache
@login_required
def account(request: HttpRequest) -> HttpResponse:
    return render(request, "account/account.html")


def directory_link(request: HttpRequest, pk: int, token: str) -> HttpResponse:
    """An organization's own page: no more invitations, or again. A mail program POSTs here by itself (RFC 8058)."""
    organization = get_object_or_404(Organization.objects.select_related("merged_into"), pk=pk).heir
    if request.method == "POST" and request.POST.get("act") == "again":
        organization = actions.resume_invitations(organization)
    elif request.method == "POST":
        organization = actions.stop_invitations(organization, at=timezone.now())
    return render(request, "accounts/invitations.html", {"organization": organization})
