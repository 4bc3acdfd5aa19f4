from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse, translate_url
from django.utils.translation import get_language

from accounts.models import Portal


def every_page(request: HttpRequest) -> dict[str, object]:
    """What base.html shows on each page. Touches neither the user nor the session: public pages stay cacheable."""
    other = "en" if get_language() == "pl" else "pl"
    portal = Portal.current()
    return {
        "portal": portal,
        # Whoever has come to an English page finds the way back, offered or not.
        "alternate": {"language": other, "url": translate_url(request.path, other)} if portal.english or other == "pl" else None,
        "addresses": _addresses(get_language() or settings.LANGUAGE_CODE),
        "demonstration": settings.DEMO,
        "public_url": settings.PUBLIC_URL,
    }


@lru_cache
def _addresses(language: str) -> dict[str, str]:
    """Of the pages that every page names, in the active language: looked up once, not nine times a page."""
    return {
        "home": reverse("desk:home"),
        "mine": reverse("desk:mine"),
        "accessibility": reverse("desk:accessibility"),
        "privacy": reverse("desk:privacy"),
        "consultations": reverse("consultations:list"),
        "news": reverse("consultations:news"),
        "calendar": reverse("consultations:calendar_all"),
        "atom": reverse("consultations:atom"),
    }
