from collections.abc import Callable

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.templatetags.static import static
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_safe

from accounts import tokens
from accounts.tokens import Purpose
from accounts.views import directory_link
from consultations.models import Consultation
from consultations.views.author import submission_link
from consultations.views.following import follow_link, unfollow_link
from desk.home import home as collect_home
from desk.mine import matters_of
from desk.participants import took_part
from desk.preview.views import preview_page
from desk.privacy.export import export_person, zip_response
from desk.privacy.person import RunsAGroup, WorksAtTheDesk, erase_person
from desk.privacy.told import purposes
from meetings.views.groups import moderator_link
from meetings.views.own import quiet_link, registration_link
from programs.freshness import publicly_cached

Page = Callable[..., HttpResponse]

BEHIND_LINK: dict[Purpose, Page] = {
    Purpose.REGISTRATION: csrf_protect(registration_link),
    Purpose.SUBMISSION: csrf_protect(submission_link),
    Purpose.FOLLOW: csrf_protect(follow_link),
    # A mail program unsubscribes with one POST and no page before it (RFC 8058).
    Purpose.UNFOLLOW: unfollow_link,
    Purpose.DIRECTORY: directory_link,
    Purpose.QUIET: quiet_link,
    Purpose.MODERATOR: moderator_link,
}


@never_cache
@csrf_exempt  # each page of BEHIND_LINK says for itself whether it needs the token
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Every signed link. A GET changes nothing, whatever the page: mail scanners open links."""
    try:
        found = tokens.read(token, at=timezone.now())
    except tokens.LinkIsForged:
        return render(request, "desk/link_forged.html", status=404)
    except tokens.LinkIsExpired:
        return render(request, "desk/link_expired.html", status=410)
    if found.purpose == Purpose.PREVIEW:
        return preview_page(request, found)
    return BEHIND_LINK[found.purpose](request, found.pk, token)


@publicly_cached
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "desk/home.html", {"home": collect_home(timezone.now())})


@publicly_cached
@require_safe
def participants(request: HttpRequest, slug: str) -> HttpResponse:
    at = timezone.now()
    consultation = get_object_or_404(Consultation.objects.published(at), slug=slug)
    return render(request, "desk/took_part.html", {"consultation": consultation, "participants": took_part(consultation, at)})


@never_cache
@login_required
def mine(request: HttpRequest) -> HttpResponse:
    return render(request, "desk/mine.html", {"matters": matters_of(request.user, at=timezone.now())})  # type: ignore[arg-type]  # signed in


@never_cache
@login_required
def my_data(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return redirect("desk:mine")
    at, user = timezone.now(), request.user
    content = export_person(user.email, by=user, at=at)  # type: ignore[union-attr, arg-type]  # signed in
    return zip_response(content, name="moje-dane", at=at)


@never_cache
@login_required
def erase_me(request: HttpRequest) -> HttpResponse:
    """Signing in has proven the address; a GET only tells what goes and what stays."""
    context: dict[str, object] = {"email": request.user.email}  # type: ignore[union-attr]  # signed in
    if request.method == "POST":
        try:
            context["erasure"] = erase_person(str(context["email"]), at=timezone.now())
        except (WorksAtTheDesk, RunsAGroup) as refusal:
            context["refusal"] = refusal.in_words
        else:
            logout(request)
    return render(request, "desk/erase_me.html", context)


@publicly_cached
def robots(request: HttpRequest) -> HttpResponse:
    """Search engines read what everybody reads; personal links and the desk are not for them."""
    closed = "".join(
        f"Disallow: {path}\n" for path in ("/admin/", "/konto/", "/moje/", "/l/", "/en/konto/", "/en/moje/", "/en/l/")
    )
    return HttpResponse(f"User-agent: *\n{closed}", content_type="text/plain")


@publicly_cached
def favicon(request: HttpRequest) -> HttpResponse:
    """For programs that ask for it without reading a page."""
    return HttpResponseRedirect(static("img/favicon.ico"))


@publicly_cached
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "desk/accessibility.html")


@publicly_cached
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "desk/privacy.html", {"register": purposes()})
