"""Addresses of a meeting's pages, and what stands on them."""

from html import unescape

from django.urls import reverse

from accounts import tokens
from tests.factories.meetings import NOW


def page(name, meeting):
    return reverse(f"meetings:{name}", args=[meeting.slug])


def text(response) -> str:
    return unescape(response.content.decode())


def link_of(registration, at=NOW, query=""):
    return reverse("link", args=[tokens.sign(tokens.Purpose.REGISTRATION, registration.pk, at=at)]) + query
