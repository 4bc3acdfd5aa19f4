import hashlib
from datetime import datetime
from mimetypes import guess_type
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.core.cache import cache
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed, Enclosure
from django.utils.translation import gettext as _
from django.utils.xmlutils import SimplerXMLGenerator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.limits import FORMS_FROM_ONE_NETWORK, TooMany, count_against, network_of
from accounts.models import Portal
from consultations.actions import news as verbs
from consultations.forms.news import ContactForm
from consultations.models import Announcement, Consultation, Document
from consultations.templatetags.prose import prose
from consultations.timeline import document_url
from programs.exports.pdf import render_pdf
from programs.freshness import publicly_cached

A_PAGE, IN_FEED = 20, 30
PDF_KEPT = 24 * 60 * 60  # seconds
SENT = "wyslano"  # in the address of a page that says that something was sent


@publicly_cached
@require_safe
def news_list(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    published = Announcement.objects.published(at).with_documents(at)
    page = Paginator(published, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "consultations/news.html", {"page": page})


@publicly_cached
@require_safe
def announcement(request: HttpRequest, slug: str) -> HttpResponse:
    at = timezone.now()
    return announcement_page(request, get_object_or_404(Announcement.objects.published(at).with_documents(at), slug=slug), at)


def announcement_page(request: HttpRequest, found: Announcement, at: datetime) -> HttpResponse:
    """`found` with its documents: who may read it has been asked."""
    address = settings.PUBLIC_URL + reverse("consultations:announcement", args=[found.slug])
    return render(request, "consultations/announcement.html", {"announcement": found, "address": address, "at": at})


@publicly_cached
@require_safe
def announcement_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    """Made on request, because it is a page or two; kept by what it says, so that each wording is made once."""
    at = timezone.now()
    found = get_object_or_404(Announcement.objects.published(at).with_documents(at), slug=slug)
    address = settings.PUBLIC_URL + reverse("consultations:announcement", args=[slug])
    documents = [(document.title, _address_of(found, document)) for document in found.documents.all()]
    said = [settings.RELEASE, address, found.published_at, found.title, found.body, found.consultation.title, documents]
    key = f"announcement-pdf:{found.pk}:{hashlib.sha256(repr(said).encode()).hexdigest()}"
    content = cache.get(key)
    if content is None:
        context = {"announcement": found, "address": address, "documents": documents}
        content = render_pdf("consultations/announcement_pdf.html", context).content
        cache.set(key, content, PDF_KEPT)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{slug}.pdf"'
    return response


def _address_of(announcement: Announcement, document: Document) -> str:
    """Whole, for what is read elsewhere."""
    return settings.PUBLIC_URL + document_url(announcement.consultation, document)


class AtomOfPlainText(Atom1Feed):
    """The summary is plain text, which Django would call HTML; the whole stands beside it."""

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, {**item, "description": None})
        handler.addQuickElement("summary", item["description"], {"type": "text"})
        handler.addQuickElement("content", item["html"], {"type": "html"})


class AtomFeed(Feed[Announcement, None]):
    feed_type = AtomOfPlainText
    language = settings.LANGUAGE_CODE

    def __call__(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        return publicly_cached(super().__call__)(request, *args, **kwargs)

    def title(self) -> str:
        return _("News of consultations – %(municipality)s") % {"municipality": Portal.current().name}

    def link(self) -> str:
        return settings.PUBLIC_URL + reverse("consultations:news")

    def feed_url(self) -> str:
        return settings.PUBLIC_URL + reverse("consultations:atom")

    def author_name(self) -> str:
        return Portal.current().office

    def items(self) -> list[Announcement]:
        at = timezone.now()
        return list(Announcement.objects.published(at).with_documents(at)[:IN_FEED])

    def item_guid(self, item: Announcement) -> str:
        """The same in both languages and whenever it is published again."""
        return f"tag:{urlsplit(settings.PUBLIC_URL).hostname},2026:announcement-{item.pk}"

    def item_title(self, item: Announcement) -> str:
        return item.title

    def item_description(self, item: Announcement) -> str:
        return item.teaser

    def item_extra_kwargs(self, item: Announcement) -> dict[str, Any]:
        return {"html": prose(item.body)}

    def item_link(self, item: Announcement) -> str:
        return settings.PUBLIC_URL + reverse("consultations:announcement", args=[item.slug])

    def item_pubdate(self, item: Announcement) -> object:
        return item.published_at

    def item_updateddate(self, item: Announcement) -> datetime:
        """A document that was attached is news too."""
        moments = (item.published_at, item.edited_at, *(document.published_at for document in item.documents.all()))
        return max(moment for moment in moments if moment)

    def item_categories(self, item: Announcement) -> list[str]:
        return [item.consultation.title]

    def item_enclosures(self, item: Announcement) -> list[Enclosure]:
        return [
            Enclosure(_address_of(item, one), str(one.size), guess_type(one.file_name)[0] or "application/octet-stream")
            for one in item.documents.all()
        ]


@never_cache
def contact(request: HttpRequest, slug: str) -> HttpResponse:
    at = timezone.now()
    consultation = get_object_or_404(Consultation.objects.published(at), slug=slug)
    if SENT in request.GET:
        return render(request, "consultations/contact_sent.html", {"consultation": consultation})
    form = ContactForm(request.POST if request.method == "POST" else None)
    if form.step == "download":
        return form.as_file(_("message") + ".txt")
    if form.is_ready:
        try:
            count_against(FORMS_FROM_ONE_NETWORK, network_of(request), at=at)
            said = {name: form.cleaned_data[name] for name in ("name", "email", "message")}
            verbs.write_to_coordinator(consultation, **said, form_token=form.token, at=at)
            return redirect(f"{request.path}?{SENT}")
        except TooMany as refused:
            form.add_error(None, refused.in_words)
    return render(request, "consultations/contact.html", {"form": form, "consultation": consultation})
