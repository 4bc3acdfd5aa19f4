"""One person's sign-up behind the link of their letter."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from consultations.actions import stop_letters
from consultations.deadlines import full_words
from consultations.models import Follow
from consultations.views.following import own_page
from meetings import actions, ical
from meetings.forms import ChangeGroupForm
from meetings.models import MeetingAction, Registration, RegistrationEvent, What
from meetings.views.pages import calendar_file, deadlines_in_words
from meetings.words import day_of, group_when, queue_words, when_words

Act = Callable[[], object]


@never_cache
def registration_link(request: HttpRequest, pk: int, token: str) -> HttpResponse:
    """One person's sign-up behind the link of their letter. A GET changes nothing."""
    at = timezone.now()
    rows = Registration.objects.select_related("meeting__consultation", "group__parent", "organization")
    registration = get_object_or_404(rows, pk=pk)
    step = request.GET.get("krok", "")
    form = ChangeGroupForm(request.POST if request.POST.get("act") == "change" else None, registration=registration)
    refusal = ""
    if request.method == "POST":
        refusal = act_on(registration, form, request.POST.get("act", ""), at)
        if not refusal and not form.errors:
            return HttpResponseRedirect(request.path)
        registration = rows.get(pk=pk)
    elif step == "kalendarz" and has_entry(registration):
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
        "name": partial(actions.let_be_named, registration, may_be_named=True, at=at),
        "unname": partial(actions.let_be_named, registration, may_be_named=False, at=at),
    }
    if act == "change" and form.is_valid():
        verbs["change"] = partial(actions.change_group, registration, at=at, **form.change)
    try:
        if act in verbs:
            verbs[act]()
    except actions.Refusal as refusal:
        return refusal.in_words
    return ""


def has_entry(registration: Registration) -> bool:
    """Whether there is something to put into a calendar; a place that only waits or is on offer is none yet."""
    return registration.email_confirmed_at is not None and not (registration.is_waiting or registration.is_offered)


def registration_page(registration: Registration, at: datetime) -> dict[str, object]:
    meeting, group = registration.meeting, registration.group
    group.meeting = meeting
    active = registration.ended_at is None
    known = registration.email_confirmed_at is not None
    # A hold that has run out may still be answered: the seat is taken again while there is one.
    is_held = not known and registration.ended_because in ("", "lapsed")
    offer_is_on = registration.is_offered and registration.offered_until is not None and registration.offered_until > at
    is_silent = active and known and not (registration.is_waiting or registration.is_confirmed or group.cancelled_at)
    return {
        "registration": registration,
        "meeting": meeting,
        "when": group_when(group) or when_words(meeting.starts_at, meeting.ends_at),
        "day": day_of(meeting),
        "deadlines": deadlines_in_words(meeting, at),
        "held_until": full_words(registration.held_until) if registration.held_until else "",
        "hold_is_over": registration.held_until is not None and registration.held_until <= at,
        "offered_until": full_words(registration.offered_until) if offer_is_on and registration.offered_until else "",
        "queue": queue_words(registration) if registration.is_waiting else "",
        "turns": turns_since(registration) if registration.is_waiting else 0,
        "ended_words": "" if active else actions.RegistrationHasEnded(registration).in_words,
        "may_answer": is_held and meeting.cancelled_at is None,
        "may_confirm": is_silent and (offer_is_on or meeting.may(MeetingAction.CONFIRM, at)),
        "may_change": known and registration.may_change_group(at),
        "may_resign": active and meeting.may(MeetingAction.RESIGN, at),
        "may_sign_up": not active and meeting.may(MeetingAction.SIGN_UP, at),
        "room_link": registration.room_link,
        "confirm_closed": actions.TooLate(meeting, at, MeetingAction.CONFIRM).in_words if is_silent else "",
    }


def turns_since(registration: Registration) -> int:
    """How many places of this group have gone to people of the queue since this person joined it."""
    moved = RegistrationEvent.objects.filter(group=registration.group_id, what__in=(What.OFFERED, What.SEATED))
    return moved.filter(at__gte=registration.waits_since, registration__remotely=registration.remotely).count()


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
