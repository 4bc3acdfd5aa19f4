"""The forms of a meeting: signing up, and proposing a topic."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.forms import VisitorForm
from accounts.limits import TooMany, count_form
from accounts.models import Organization
from meetings import actions
from meetings.forms import SignUpForm, TopicForm
from meetings.models import Meeting, MeetingAction
from meetings.views.pages import deadlines_in_words, find_meeting
from meetings.words import day_of, when_words


@never_cache
def sign_up_page(request: HttpRequest, slug: str) -> HttpResponse:
    at = timezone.now()
    meeting = find_meeting(slug, at)
    form = SignUpForm(request.POST if request.method == "POST" else None, meeting=meeting)
    if form.step == "download":
        return form.as_file("zapis.txt")
    closed = "" if meeting.may(MeetingAction.SIGN_UP, at) else actions.SignUpIsClosed(meeting, at).in_words
    if form.is_ready:
        try:
            if send_sign_up(request, form, at):
                return redirect("meetings:sign_up_done", slug=slug)
        except actions.SignUpIsClosed as refusal:
            closed = refusal.in_words
    return show_form(request, form, meeting, closed, at, template="meetings/sign_up.html")


def send_sign_up(request: HttpRequest, form: SignUpForm, at: datetime) -> bool:
    """Whether the visitor may be told that a letter is on its way; otherwise the form says why not. Raises SignUpIsClosed."""
    try:
        count_form(request, form.person.email, at=at)
        actions.sign_up(form.cleaned_data["group"], person=form.person, form_token=form.token, at=at)
    except actions.AlreadySignedUp as known:
        # Nobody may learn here whether an address is known: the answer is the same, the letter says the rest.
        actions.send_link_again(known.registration, at=at)
    except actions.NoSuchWayToTakePart as refusal:
        form.add_error("way" if "way" in form.fields else None, refusal.in_words)
        return False
    except (actions.GroupIsFull, actions.GroupTakesNobody, actions.OrganizationLimitReached) as refusal:
        form.add_error("group", refusal.in_words)
        return False
    except TooMany as too_many:
        form.add_error(None, too_many.in_words)
        return False
    return True


def show_form(
    request: HttpRequest, form: VisitorForm, meeting: Meeting, closed: str, at: datetime, *, template: str
) -> HttpResponse:
    """The form, its answers to be checked, or, once it is closed, the sentence that says so with what was typed."""
    if closed and form.is_bound:
        form.is_valid()
        form.add_error(None, closed)
    page: dict[str, object] = {
        "form": form,
        "meeting": meeting,
        "when": when_words(meeting.starts_at, meeting.ends_at),
        "day": day_of(meeting),
        "closed": closed,
        "is_to_be_checked": form.is_to_be_checked,
        "deadlines": deadlines_in_words(meeting, at),
    }
    if not form.is_to_be_checked:
        page["organizations"] = Organization.objects.standing().filter(verified_at__isnull=False).values_list("name", flat=True)
    return render(request, template, page)


@never_cache
@require_safe
def sign_up_done(request: HttpRequest, slug: str) -> HttpResponse:
    """The same page for everybody: the address names no one, and what concerns one person is in the letter."""
    meeting = find_meeting(slug, timezone.now())
    minutes = int(actions.HOLD.total_seconds() // 60)
    return render(request, "meetings/sign_up_done.html", {"meeting": meeting, "day": day_of(meeting), "minutes": minutes})


@never_cache
def topic_new(request: HttpRequest, slug: str) -> HttpResponse:
    at = timezone.now()
    meeting = find_meeting(slug, at)
    form = TopicForm(request.POST if request.method == "POST" else None)
    if form.step == "download":
        return form.as_file("temat.txt")
    closed = "" if meeting.may(MeetingAction.PROPOSE_TOPIC, at) else actions.TopicsAreClosed(meeting, at).in_words
    if form.is_ready:
        try:
            if send_topic(request, form, meeting, at):
                return redirect("meetings:topic_done", slug=slug)
        except actions.TopicsAreClosed as refusal:
            closed = refusal.in_words
    return show_form(request, form, meeting, closed, at, template="meetings/topic_new.html")


def send_topic(request: HttpRequest, form: TopicForm, meeting: Meeting, at: datetime) -> bool:
    """As send_sign_up. Raises TopicsAreClosed."""
    answers = {key: form.cleaned_data[key] for key in ("title", "text", "name", "email", "organization_name")}
    try:
        count_form(request, answers["email"], at=at)
        actions.propose_topic(meeting, form_token=form.token, at=at, language=get_language() or "pl", **answers)
    except TooMany as too_many:
        form.add_error(None, too_many.in_words)
        return False
    return True


@never_cache
@require_safe
def topic_done(request: HttpRequest, slug: str) -> HttpResponse:
    meeting = find_meeting(slug, timezone.now())
    return render(request, "meetings/topic_done.html", {"meeting": meeting, "day": day_of(meeting)})
