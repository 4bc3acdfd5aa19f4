import hashlib

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.core.cache import cache
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from accounts.limits import FORMS_FROM_ONE_NETWORK, LETTERS_TO_ONE_ADDRESS, TooMany, count_against, network_of
from accounts.tokens import Purpose, sign
from consultations.actions import news as verbs
from consultations.forms.news import ContactForm, FollowForm
from consultations.models import Announcement, Consultation, Follow
from programs.exports.pdf import render_pdf
from programs.freshness import publicly_cached

A_PAGE, IN_FEED = 20, 30
PDF_KEPT = 24 * 60 * 60  # seconds
SENT = "wyslano"  # in the address of a page that says that something was sent


@publicly_cached
@require_safe
def news_list(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    published = Announcement.objects.published(at).select_related("consultation")
    page = Paginator(published, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "consultations/news.html", {"page": page})


@publicly_cached
@require_safe
def announcement(request: HttpRequest, slug: str) -> HttpResponse:
    at = timezone.now()
    found = get_object_or_404(Announcement.objects.published(at).select_related("consultation"), slug=slug)
    address = settings.PUBLIC_URL + reverse("consultations:announcement", args=[slug])
    return render(request, "consultations/announcement.html", {"announcement": found, "address": address, "at": at})


@publicly_cached
@require_safe
def announcement_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    """Made on request, because it is a page or two; kept by what it says, so that each wording is made once."""
    at = timezone.now()
    found = get_object_or_404(Announcement.objects.published(at).select_related("consultation"), slug=slug)
    said = f"{settings.RELEASE} {settings.PUBLIC_URL} {found.published_at} {found.title} {found.body} {found.consultation.title}"
    key = f"announcement-pdf:{found.pk}:{hashlib.sha256(said.encode()).hexdigest()}"
    content = cache.get(key)
    if content is None:
        address = settings.PUBLIC_URL + reverse("consultations:announcement", args=[slug])
        content = render_pdf("consultations/announcement_pdf.html", {"announcement": found, "address": address}).content
        cache.set(key, content, PDF_KEPT)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{slug}.pdf"'
    return response


class AtomFeed(Feed[Announcement, None]):
    feed_type = Atom1Feed
    language = settings.LANGUAGE_CODE

    def __call__(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        return publicly_cached(super().__call__)(request, *args, **kwargs)

    def title(self) -> str:
        return _("News of consultations – %(municipality)s") % {"municipality": settings.MUNICIPALITY["name"]}

    def link(self) -> str:
        return settings.PUBLIC_URL + reverse("consultations:news")

    def feed_url(self) -> str:
        return settings.PUBLIC_URL + reverse("consultations:atom")

    def author_name(self) -> str:
        return settings.MUNICIPALITY["office"]

    def items(self) -> list[Announcement]:
        return list(Announcement.objects.published(timezone.now()).select_related("consultation")[:IN_FEED])

    def item_title(self, item: Announcement) -> str:
        return item.title

    def item_description(self, item: Announcement) -> str:
        return item.body

    def item_link(self, item: Announcement) -> str:
        return settings.PUBLIC_URL + reverse("consultations:announcement", args=[item.slug])

    def item_pubdate(self, item: Announcement) -> object:
        return item.published_at

    def item_updateddate(self, item: Announcement) -> object:
        return item.published_at

    def item_categories(self, item: Announcement) -> list[str]:
        return [item.consultation.title]


@never_cache
def contact(request: HttpRequest, slug: str) -> HttpResponse:
    at = timezone.now()
    consultation = get_object_or_404(Consultation.objects.published(at), slug=slug)
    if SENT in request.GET:
        return render(request, "consultations/contact_sent.html", {"consultation": consultation})
    form = ContactForm(request.POST if request.method == "POST" else None)
    if form.step == "download":
        return form.as_file(f"{_('message')}.txt")
    if form.is_ready:
        try:
            count_against(FORMS_FROM_ONE_NETWORK, network_of(request), at=at)
            said = {name: form.cleaned_data[name] for name in ("name", "email", "message")}
            verbs.write_to_coordinator(consultation, **said, form_token=form.token, at=at)
            return redirect(f"{request.path}?{SENT}")
        except TooMany as refused:
            form.add_error(None, refused.in_words)
    return render(request, "consultations/contact.html", {"form": form, "consultation": consultation})


@csrf_exempt  # no session and no token: all it can do is owe a rate-limited letter that asks for a yes
def follow(request: HttpRequest, slug: str) -> HttpResponse:
    return _ask_to_follow(request, slug) if request.method == "POST" else _follow_page(request, slug)


@publicly_cached
@require_safe
def _follow_page(request: HttpRequest, slug: str) -> HttpResponse:
    consultation = get_object_or_404(Consultation.objects.published(timezone.now()), slug=slug)
    page = "consultations/follow_sent.html" if SENT in request.GET else "consultations/follow.html"
    return render(request, page, {"form": FollowForm(), "consultation": consultation})


@never_cache
def _ask_to_follow(request: HttpRequest, slug: str) -> HttpResponse:
    at = timezone.now()
    consultation = get_object_or_404(Consultation.objects.published(at), slug=slug)
    form = FollowForm(request.POST)
    if form.is_valid():
        email = form.cleaned_data["email"].lower()
        wanted = None if form.cleaned_data["all_consultations"] else consultation
        try:
            count_against(FORMS_FROM_ONE_NETWORK, network_of(request), at=at)
            count_against(LETTERS_TO_ONE_ADDRESS, email, at=at)
            verbs.follow(wanted, email=email, at=at, language=get_language() or settings.LANGUAGE_CODE)
            return redirect(f"{request.path}?{SENT}")
        except TooMany as refused:
            form.add_error(None, refused.in_words)
    return render(request, "consultations/follow.html", {"form": form, "consultation": consultation})


def follow_link(request: HttpRequest, pk: int, token: str) -> HttpResponse:
    """The link of the letter that asks whether the address is theirs: a POST says yes."""
    found = get_object_or_404(Follow.objects.select_related("consultation"), pk=pk)
    at = timezone.now()
    if request.method == "POST":
        found = verbs.confirm_follow(found, at=at)
    stop = reverse("link", args=[sign(Purpose.UNFOLLOW, pk, at=at)])
    return render(request, "consultations/follow_confirm.html", {"follow": found, "stop": stop})


def unfollow_link(request: HttpRequest, pk: int, token: str) -> HttpResponse:
    """Also what a mail program POSTs by itself, without a cookie (RFC 8058)."""
    found = get_object_or_404(Follow.objects.select_related("consultation"), pk=pk)
    if request.method == "POST":
        found = verbs.end_follow(found, at=timezone.now())
    return render(request, "consultations/follow_stop.html", {"follow": found})
