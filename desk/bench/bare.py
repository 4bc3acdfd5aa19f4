"""The baselines, with no middleware, on the same database and web server.

Of a page: one query, 50 rows, a plain template. Of a sign-up: the group's row is locked, people are counted, one is added.
"""

from datetime import timedelta
from uuid import uuid4

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path
from django.utils.timezone import now

TEMPLATE = """<!doctype html>
<html lang="pl">
<head><meta charset="utf-8"><title>{{ title }}</title></head>
<body><h1>{{ title }}</h1>
<ul>
{% for row in rows %}<li id="{{ row.anchor }}">
    <h2>{{ row.label }} {{ row.citation }}</h2>
    <p>{{ row.version.frozen_at|date:"j E Y" }} {{ row.version.created_at|date:"j E Y, H:i" }}</p>
    <p>{{ row.text }}</p>
</li>{% endfor %}
</ul></body></html>"""


def bare(request: HttpRequest) -> HttpResponse:
    # Imported late: the web server loads this module before the apps.
    from programs.models import ProvisionText

    rows = ProvisionText.objects.select_related("version").order_by("pk")[:50]
    template = engines["django"].from_string(TEMPLATE)
    return HttpResponse(template.render({"title": "Bare", "rows": rows}))


@transaction.atomic
def sign_up(request: HttpRequest) -> HttpResponse:
    from meetings.models import Registration, WorkingGroup

    group = WorkingGroup.objects.select_for_update().get(pk=request.POST["group"])
    if Registration.objects.filter(group=group).count() >= group.capacity:
        return HttpResponse(status=409)
    at = now()
    Registration.objects.create(
        meeting_id=group.meeting_id,
        group=group,
        name=request.POST["name"],
        email=request.POST["email"],
        created_at=at,
        held_until=at + timedelta(minutes=30),
        form_token=uuid4().hex,
    )
    return HttpResponse(status=302, headers={"Location": "/", "Content-Length": "0"})


urlpatterns = [path("", bare), path("zapisy/", sign_up)]


def make_application() -> WSGIHandler:
    django.setup(set_prefix=False)
    settings.MIDDLEWARE = []
    settings.ROOT_URLCONF = __name__
    return WSGIHandler()
