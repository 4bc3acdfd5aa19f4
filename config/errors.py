from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

# What the page itself put into the form.
NOT_TYPED = {"csrfmiddlewaretoken", "stamp", "step", "act", "next"}


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Give back what was typed: a page left open over night must not cost anybody a letter."""
    typed = [
        value
        for name, values in request.POST.lists()
        for value in values
        if name not in NOT_TYPED and "password" not in name and value.strip()
    ]
    return render(request, "403_csrf.html", {"typed": typed, "reason": _("The page was open for too long.")}, status=403)
