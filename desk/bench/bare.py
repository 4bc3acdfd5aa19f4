"""The baseline of a page: one query, 50 rows, a plain template, no middleware; the same database and web server."""

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

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


urlpatterns = [path("", bare)]


def make_application() -> WSGIHandler:
    django.setup(set_prefix=False)
    settings.MIDDLEWARE = []
    settings.ROOT_URLCONF = __name__
    return WSGIHandler()
