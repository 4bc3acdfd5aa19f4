import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.forms import VisitorForm
from accounts.limits import FORMS_FROM_ONE_NETWORK, LETTERS_TO_ONE_ADDRESS, TooMany, count_against, network_of
from accounts.models import Organization
from consultations.actions import stop_letters
from consultations.deadlines import full_words, left_words, until_words
from consultations.models import Follow
from consultations.views.following import own_page
from meetings import actions, ical
from meetings.exports.poster import poster_pdf, poster_words
from meetings.forms import ChangeGroupForm, SignUpForm, TopicForm
from meetings.models import Meeting, MeetingAction, Registration
from meetings.words import day_of, moved_words, places_left, when_words
from programs.freshness import publicly_cached


def find_meeting(slug: str, at: datetime) -> Meeting:
    return get_object_or_404(Meeting.objects.published(at).select_related("consultation"), slug=slug)


@publicly_cached
@require_safe
def meeting_detail(request: HttpRequest, slug: str) -> HttpResponse:
    at = timezone.now()
    meeting = find_meeting(slug, at)
    groups = meeting.groups.prefetch_related("moderators", "topic_proposals")
    changes = list(meeting.date_changes.all())
    page = {
        "meeting": meeting,
        "when": when_words(meeting),
        "day": day_of(meeting),
        "groups": [{"row": group, "places": places_left(group)} for group in groups],
        "takes_sign_ups": meeting.may(MeetingAction.SIGN_UP, at),
        "takes_topics": meeting.may(MeetingAction.PROPOSE_TOPIC, at),
        "is_over": meeting.ends_at <= at,
        "now": now_panel(meeting, at),
        "deadlines": deadlines_in_words(meeting, at),
        "moved": [moved_words(change, at) for change in changes if change.field != "cancelled_at"],
        "cancelled_because": next((change.reason for change in changes if change.field == "cancelled_at"), ""),
    }
    return render(request, "meetings/detail.html", page)


def deadlines_in_words(meeting: Meeting, at: datetime) -> dict[str, str]:
    return {
        "sign_up": until_words(meeting.deadline(MeetingAction.SIGN_UP), at),
        "topics": until_words(meeting.deadline(MeetingAction.PROPOSE_TOPIC), at),
        "confirm": until_words(meeting.confirm_until, at) if meeting.confirm_until and meeting.separate_confirmation else "",
    }


def now_panel(meeting: Meeting, at: datetime) -> dict[str, object] | None:
    """What the meeting's page offers beside its name, for components/_now.html."""
    deadline = meeting.deadline(MeetingAction.SIGN_UP)
    if meeting.may(MeetingAction.SIGN_UP, at):
        return {
            "title": _("Sign-up for the meeting"),
            "until": until_words(deadline, at),
            "left": left_words(deadline, at),
            "button_url": reverse("meetings:sign_up", args=[meeting.slug]),
            "button_text": _("Sign up for the meeting"),
        }
    if meeting.cancelled_at or meeting.starts_at <= at:
        return None
    return {
        "later": True,
        "title": _("Sign-up has closed"),
        "until": _("It was open %(until)s. Write to the coordinator if you want to come all the same.")
        % {"until": until_words(deadline, at)},
        "button_url": reverse("consultations:contact", args=[meeting.consultation.slug]),
        "button_text": _("Write to the coordinator"),
    }


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
        count_against(FORMS_FROM_ONE_NETWORK, network_of(request), at=at)
        count_against(LETTERS_TO_ONE_ADDRESS, form.person.email.lower(), at=at)
        actions.sign_up(form.cleaned_data["group"], person=form.person, form_token=form.token, at=at)
    except actions.AlreadySignedUp as known:
        # Nobody may learn here whether an address is known: the answer is the same, the letter says the rest.
        actions.send_link_again(known.registration, at=at)
    except (actions.GroupIsFull, actions.OrganizationLimitReached) as refusal:
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
        "when": when_words(meeting),
        "day": day_of(meeting),
        "closed": closed,
        "is_to_be_checked": form.is_to_be_checked,
        "deadlines": deadlines_in_words(meeting, at),
    }
    if not form.is_to_be_checked:
        page["organizations"] = Organization.objects.filter(verified_at__isnull=False).values_list("name", flat=True)
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
        count_against(FORMS_FROM_ONE_NETWORK, network_of(request), at=at)
        count_against(LETTERS_TO_ONE_ADDRESS, answers["email"].lower(), at=at)
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


@publicly_cached
@require_safe
def meeting_calendar(request: HttpRequest, slug: str) -> HttpResponse:
    at = timezone.now()
    meeting = find_meeting(slug, at)
    return calendar_file(ical.public_entry(meeting, at=at), meeting)


def calendar_file(content: bytes | str, meeting: Meeting) -> HttpResponse:
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{meeting.slug}.ics"'
    return response


@publicly_cached
@require_safe
def poster(request: HttpRequest, slug: str) -> HttpResponse:
    at = timezone.now()
    meeting = find_meeting(slug, at)
    words = poster_words(meeting, at=at)
    # Made on request, since it is one page; kept by what it says, so that a sign-up does not make it anew.
    said = json.dumps([settings.RELEASE, settings.MUNICIPALITY, words], default=str)
    key = f"poster:{meeting.pk}:{hashlib.sha256(said.encode()).hexdigest()}"
    content = cache.get_or_set(key, lambda: poster_pdf(words), 60 * 60 * 24)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{meeting.slug}.pdf"'
    return response


Act = Callable[[], object]


@never_cache
def registration_link(request: HttpRequest, pk: int, token: str) -> HttpResponse:
    """One person's sign-up behind the link of their letter. A GET changes nothing."""
    at = timezone.now()
    rows = Registration.objects.select_related("meeting__consultation", "group", "organization")
    registration = get_object_or_404(rows, pk=pk)
    step = request.GET.get("krok", "")
    form = ChangeGroupForm(request.POST if request.POST.get("act") == "change" else None, registration=registration)
    refusal = ""
    if request.method == "POST":
        refusal = act_on(registration, form, request.POST.get("act", ""), at)
        if not refusal and not form.errors:
            return HttpResponseRedirect(request.path)
        registration = rows.get(pk=pk)
    elif step == "kalendarz" and registration.email_confirmed_at:
        return calendar_file(ical.personal_entry(registration, at=at), registration.meeting)
    page: dict[str, object] = {
        **registration_page(registration, at),
        "token": token,
        "form": form,
        "refusal": refusal,
        "step": "grupa" if form.is_bound else step,
    }
    return render(request, "meetings/registration.html", page, status=409 if refusal else 200)


def act_on(registration: Registration, form: ChangeGroupForm, act: str, at: datetime) -> str:
    """Do what the button says; why not, in words, when it cannot be done."""
    verbs: dict[str, Act] = {
        "confirm": partial(actions.confirm_email, registration, at=at),
        "attend": partial(actions.confirm_attendance, registration, at=at),
        "resign": partial(actions.decline, registration, at=at),
    }
    if act == "change" and form.is_valid():
        verbs["change"] = partial(actions.change_group, registration, group=form.cleaned_data["group"], at=at)
    try:
        if act in verbs:
            verbs[act]()
    except actions.Refusal as refusal:
        return refusal.in_words
    return ""


def registration_page(registration: Registration, at: datetime) -> dict[str, object]:
    meeting = registration.meeting
    active = registration.ended_at is None
    known = registration.email_confirmed_at is not None
    # A hold that has run out may still be answered: the seat is taken again while there is one.
    is_held = not known and registration.ended_because in ("", "lapsed")
    return {
        "registration": registration,
        "meeting": meeting,
        "when": when_words(meeting),
        "day": day_of(meeting),
        "deadlines": deadlines_in_words(meeting, at),
        "held_until": full_words(registration.held_until) if registration.held_until else "",
        "hold_is_over": registration.held_until is not None and registration.held_until <= at,
        "may_answer": is_held and meeting.cancelled_at is None,
        "may_confirm": active and known and not registration.is_confirmed and meeting.may(MeetingAction.CONFIRM, at),
        "may_change": active and known and meeting.may(MeetingAction.CHANGE, at),
        "may_resign": active and meeting.may(MeetingAction.RESIGN, at),
        "may_sign_up": not active and meeting.may(MeetingAction.SIGN_UP, at),
        "room_link": registration.group.room_link if registration.is_confirmed and not meeting.cancelled_at else "",
    }


@never_cache
def quiet_link(request: HttpRequest, pk: int, token: str) -> HttpResponse:
    """Somebody signed up wants no letters about the consultation. Without a cookie: a mail program POSTs here by itself,
    and the answer must be no redirect (RFC 8058)."""
    rows = Registration.objects.exclude(email="").select_related("meeting__consultation")
    registration = get_object_or_404(rows, pk=pk)
    consultation, email = registration.meeting.consultation, registration.email.lower()
    page: dict[str, object] = {"consultation": consultation}
    if request.method == "POST":
        theirs = Registration.objects.filter(meeting__consultation=consultation, email__iexact=email)
        pks = theirs.values_list("pk", flat=True)
        stopped = stop_letters(consultation, email=email, language=registration.language, registrations=pks, at=timezone.now())
        page["choose_url"] = own_page(stopped)
    elif (
        follow := Follow.objects.filter(consultation=consultation, email=email).exclude(confirmed_at=None, ended_at=None).first()
    ):
        # They have said yes or stop since; there they may say something else.
        return redirect(own_page(follow))
    return render(request, "meetings/quiet.html", page)
