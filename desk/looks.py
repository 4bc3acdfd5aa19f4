"""The looks that the desk has chosen, at addresses of their own: inline styles are forbidden, and caches keep these for good."""

from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from accounts.contrast import Colour, Shades, on_dark, on_light
from accounts.models import Portal

YEAR = timedelta(days=365)
MINUTE = timedelta(minutes=1)
# Which shade the variables of the desk take (static/css/admin.css). It has a switch of its own, hence light-dark().
AT_THE_DESK = {
    "accent": (
        *("primary", "secondary", "header-link-color", "breadcrumbs-link-fg", "link-fg"),
        *("button-bg", "default-button-bg", "object-tools-bg"),
    ),
    "deep": ("link-hover-color", "link-selected-fg", "button-hover-bg", "default-button-hover-bg", "object-tools-hover-bg"),
    "wash": ("selected-bg", "selected-row", "message-warning-bg"),
    "on": ("primary-fg", "button-fg", "object-tools-fg"),
    "brick": ("desk-brick",),
}
# And those of the public pages (static/css/theme.css).
IN_PUBLIC = {"accent": "accent", "accent-deep": "deep", "brick": "brick", "accent-wash": "wash", "on-accent": "on"}


@require_safe
def stylesheet(request: HttpRequest) -> HttpResponse:
    portal = _portal()
    if not portal.accent:
        raise Http404
    response = HttpResponse(_sheet(Colour.of(portal.accent)), content_type="text/css; charset=utf-8")
    return _kept(request, response, portal)


@require_safe
def logo(request: HttpRequest) -> HttpResponse:
    """On its own it may do nothing at all, whatever its file turns out to hold."""
    portal = _portal()
    if not portal.logo_sum:
        raise Http404
    response = HttpResponse(bytes(portal.logo), content_type=portal.logo_kind)
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return _kept(request, response, portal)


def _portal() -> Portal:
    """Asked anew: what this process holds may be older than the page that names the address."""
    return get_object_or_404(Portal, pk=1)


def _kept(request: HttpRequest, response: HttpResponse, portal: Portal) -> HttpResponse:
    """For good at the address of this edition; elsewhere as long as a page."""
    if request.GET.get("v") == portal.edition:
        patch_cache_control(response, public=True, immutable=True, max_age=int(YEAR.total_seconds()))
    else:
        patch_cache_control(response, public=True, max_age=int(MINUTE.total_seconds()))
    return response


def _sheet(accent: Colour) -> str:
    """On paper pages stay black on white."""
    day, night = on_light(accent), on_dark(accent)
    both = {shade: f"light-dark({getattr(day, shade)},{getattr(night, shade)})" for shade in Shades._fields}
    desk = "".join(f"--{name}:{both[shade]};" for shade, names in AT_THE_DESK.items() for name in names)
    return (
        f"@media screen{{:root{{{_public(day)}}}html:root{{{desk}}}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{_public(night)}}}}}\n"
    )


def _public(shades: Shades) -> str:
    return "".join(f"--{name}:{getattr(shades, shade)};" for name, shade in IN_PUBLIC.items())
