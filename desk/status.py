from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.desk import staff
from accounts.roles import Duty
from desk.checkup import checkup
from desk.lights import Level, Light


@require_safe
def status_page(request: HttpRequest) -> HttpResponse:
    """What check_portal tells an administrator, for whoever has to call one."""
    if Duty.READ_ALL not in staff(request).duties:
        raise PermissionDenied
    found = [(one.name, Light(Level.GO if one.is_ok else Level.STOP, one.words)) for one in checkup(now())]
    context = {**admin.site.each_context(request), "title": _("State of the portal"), "found": found}
    return render(request, "desk/admin/status.html", context)
