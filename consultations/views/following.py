"""Following by e-mail: asking, saying yes, choosing what to hear of, stopping. No page here needs an account."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from accounts.limits import TooMany, count_form
from accounts.tokens import Purpose, sign
from consultations.actions import news as verbs
from consultations.forms.news import FollowForm, LettersForm
from consultations.models import Consultation, Follow
from programs.freshness import publicly_cached

# In the address of a page that says that something was done.
SENT, SAVED = "wyslano", "zapisano"


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
            count_form(request, email, at=at)
            verbs.follow(wanted, email=email, at=at, language=get_language() or settings.LANGUAGE_CODE)
            return redirect(f"{request.path}?{SENT}")
        except TooMany as refused:
            form.add_error(None, refused.in_words)
    return render(request, "consultations/follow.html", {"form": form, "consultation": consultation})


def follow_link(request: HttpRequest, pk: int, token: str) -> HttpResponse:
    """The link of the letter that asks whether the address is theirs: a POST says yes, and to what."""
    found = _found(pk)
    if found.is_confirmed:
        return redirect(own_page(found))
    form = LettersForm(request.POST if request.method == "POST" else None, follow=found)
    if form.is_valid():
        return _saved(found, form)
    return render(request, "consultations/follow_confirm.html", {"follow": found, "form": form})


def unfollow_link(request: HttpRequest, pk: int, token: str) -> HttpResponse:
    """A follower's own page. Without a cookie: a mail program POSTs here by itself, and that stops (RFC 8058)."""
    found, at = _found(pk), timezone.now()
    act = request.POST.get("act", "stop") if request.method == "POST" else ""
    form = LettersForm(request.POST if act == "choose" else None, follow=found)
    if form.is_valid():
        return _saved(found, form)
    if act == "again":
        found = verbs.confirm_follow(found, at=at)
    elif act and act != "choose":
        found = verbs.end_follow(found, at=at)
    others = list(Follow.objects.confirmed().filter(email=found.email).exclude(pk=pk).select_related("consultation"))
    if not act and (wider := next((one for one in others if one.covers(found)), None)):
        return redirect(own_page(wider))
    page = {"follow": found, "form": form, "saved": SAVED in request.GET, "others": [(one, own_page(one)) for one in others]}
    return render(request, "consultations/follow_letters.html", page)


def _found(pk: int) -> Follow:
    return get_object_or_404(Follow.objects.select_related("consultation"), pk=pk)


def _saved(follow: Follow, form: LettersForm) -> HttpResponse:
    chosen = verbs.choose_letters(follow, at=timezone.now(), **form.chosen)
    return redirect(f"{own_page(chosen)}?{SAVED}")


def own_page(follow: Follow) -> str:
    """Where they change or stop their letters."""
    return reverse("link", args=[sign(Purpose.UNFOLLOW, follow.pk, at=timezone.now())])
