from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.translation import get_language


def every_page(request: HttpRequest) -> dict[str, object]:
    """What base.html shows on each page. Touches neither the user nor the session: public pages stay cacheable."""
    other = "en" if get_language() == "pl" else "pl"
    return {
        "municipality": {
            **settings.MUNICIPALITY,
            "alternate_language": other,
            "alternate_url": translate_url(request.path, other),
        },
        "demonstration": settings.DEMO,
        "public_url": settings.PUBLIC_URL,
    }
