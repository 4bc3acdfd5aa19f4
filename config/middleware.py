from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

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


def _drop_from_vary(response: HttpResponse, header: str) -> None:
    vary = [name for name in response.get("Vary", "").split(", ") if name and name.lower() != header]
    if vary:
        response["Vary"] = ", ".join(vary)
    else:
        response.headers.pop("Vary", None)
