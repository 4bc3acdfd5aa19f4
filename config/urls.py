from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from desk import health, looks
from desk import views as desk

urlpatterns = [
    path("healthz", health.alive),
    path("readyz", health.ready),
    path("robots.txt", desk.robots),
    path("favicon.ico", desk.favicon),
    path("portal.css", looks.stylesheet, name="looks"),
    path("logo", looks.logo, name="logo"),
    *i18n_patterns(
        path("", include("desk.urls")),
        path("l/<str:token>/", desk.link, name="link"),
        path("", include("consultations.urls")),
        path("programy/", include("programs.urls")),
        path("spotkania/", include("meetings.urls")),
        path("konto/", include("accounts.urls")),
        path("admin/", admin.site.urls),
        prefix_default_language=False,
    ),
]
