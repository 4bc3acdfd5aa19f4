from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import reverse

from accounts.acting import acting
from accounts.models import User

SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")
Handler = Callable[[HttpRequest], HttpResponse]


def one_language_per_address(get_response: Handler) -> Handler:
    """Drop `Vary: Accept-Language`: the address alone decides the language, so caches need not keep a copy for each."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        _drop_from_vary(response, "accept-language")
        return response

    return middleware


def no_cookie_on_public_pages(get_response: Handler) -> Handler:
    """A visitor's stale session is not taken away by a page that caches share: its Set-Cookie would reach everybody."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if "public" in response.get("Cache-Control", ""):
            response.cookies.clear()
            _drop_from_vary(response, "cookie")
        return response

    return middleware


def no_body_on_head(get_response: Handler) -> Handler:
    """Web servers complain of each one; monitors ask by HEAD all day."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.method == "HEAD" and not response.streaming:
            response.headers.setdefault("Content-Length", str(len(response.content)))
            response.content = b""
        return response

    return middleware


def files_by_nginx(get_response: Handler) -> Handler:
    """A stored file is named to nginx, which sends it faster than we read it; who may have it has been decided."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if isinstance(response, FileResponse) and response.status_code == 200:
            stored = Path(getattr(response.file_to_stream, "path", ""))  # of what a row's field has opened
            if stored.is_relative_to(settings.MEDIA_ROOT):
                response.close()
                return _handed_on(response, quote(f"/files-of-the-portal/{stored.relative_to(settings.MEDIA_ROOT)}"))
        return response

    if not settings.FILES_BY_NGINX:
        raise MiddlewareNotUsed
    return middleware


def _handed_on(response: FileResponse, address: str) -> HttpResponse:
    handed = HttpResponse(headers={**response.headers, "X-Accel-Redirect": address})
    del handed["Content-Length"]
    return handed


def desk_acts_by_name(get_response: Handler) -> Handler:
    """The audit is told whose doing it is that the desk, or somebody's account, changes. Public pages ask nobody who they are."""

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user if request.method not in SAFE and request.path.startswith(_of_staff()) else None
        with acting(user if isinstance(user, User) and user.is_staff else None):
            return get_response(request)

    return middleware


def _of_staff() -> tuple[str, str]:
    return reverse("admin:index"), reverse("account")


def _drop_from_vary(response: HttpResponse, header: str) -> None:
    vary = [name for name in response.get("Vary", "").split(", ") if name and name.lower() != header]
    if vary:
        response["Vary"] = ", ".join(vary)
    else:
        response.headers.pop("Vary", None)
