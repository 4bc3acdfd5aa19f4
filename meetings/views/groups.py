"""The page of those who run a group: who comes, who is here, the notes, the conclusions. Nobody else can open it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.acting import acting as as_actor
from accounts.audit import record_export
from accounts.models import Export, User
from accounts.roles import Duty, has_duty
from consultations.deadlines import moment_words
from meetings import actions
from meetings.exports.attendance import attendance_pdf
from meetings.exports.moderator_sheet import moderator_sheet_pdf
from meetings.forms import ConclusionForm, NoteForm, WalkInsForm
from meetings.models import Conclusion, GroupModerator, WorkingGroup
from meetings.words import day_of, group_when, page_of, people_on_the_day, when_words

# Which invitations this browser has opened: keys of GroupModerator.
OPENED = "moderates"


@dataclass(frozen=True)
class Keeper:
    """Whoever may open the page: a moderator of this very group, or somebody who runs all meetings."""

    name: str
    user: User | None


@never_cache
def moderator_link(request: HttpRequest, pk: int, token: str) -> HttpResponse:
    """The link of an invitation opens the group's page; the address of that page holds no secret that could be passed on."""
    moderator = get_object_or_404(GroupModerator.objects.working(timezone.now()).select_related("group__meeting"), pk=pk)
    opened: list[int] = request.session.get(OPENED, [])
    request.session[OPENED] = [*{*opened, pk}]
    return HttpResponseRedirect(page_of(moderator.group))


def find_group(request: HttpRequest, slug: str, pk: int, at: datetime) -> tuple[WorkingGroup, Keeper]:
    """Raises Http404 for everybody else, as if there were no such page."""
    rows = WorkingGroup.objects.select_related("meeting__consultation", "parent", "topic").prefetch_related("moderators")
    group = get_object_or_404(rows, pk=pk, meeting__slug=slug, meeting__published_at__lte=at)
    user = request.user if isinstance(request.user, User) and request.user.is_active else None
    working = GroupModerator.objects.working(at).filter(group__in=[pk, group.parent_id or pk])
    opened = working.filter(pk__in=request.session.get(OPENED, [])).first()
    if opened is None and user is not None:
        opened = working.of_user(user).first()
    if opened is not None:
        return group, Keeper(opened.name, user)
    if user is not None and has_duty(user, Duty.RUN_MEETINGS):
        return group, Keeper(str(user), user)
    raise Http404


@never_cache
def group_page(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    at = timezone.now()
    group, keeper = find_group(request, slug, pk, at)
    return show_page(request, group, keeper, at)


def show_page(request: HttpRequest, group: WorkingGroup, keeper: Keeper, at: datetime, **given: object) -> HttpResponse:
    """`given`: a form that comes back with what was typed, or `refusal`, a sentence."""
    meeting, newest = group.meeting, group.notes.first()
    people = list(group.registrations.on_the_list().select_related("organization").order_by("name_key", "pk"))
    page: dict[str, object] = {
        "group": group,
        "meeting": meeting,
        "keeper": keeper,
        "day": day_of(meeting),
        "when": group_when(group) or when_words(meeting.starts_at, meeting.ends_at),
        "moderators": group.run_by(),
        "topics": group.topic_proposals.filter(outcome="accepted").prefetch_related("merged"),
        "people": people,
        "is_the_day": meeting.is_the_day(at),
        "has_begun": meeting.starts_at <= at,
        "numbers": people_on_the_day(group, people),
        "needs": [one.needs for one in people if one.needs],
        "note": newest,
        "note_form": NoteForm(initial={"body": newest.body if newest else "", "base": newest.number if newest else 0}),
        "saved": moment_words(newest.at, at) if newest else "",
        "walk_ins_form": WalkInsForm(),
        "conclusions": group.conclusions.select_related("voice__consultation"),
        "conclusion_form": ConclusionForm(),
        **given,
    }
    return render(request, "meetings/group.html", page, status=409 if given.get("refusal") else 200)


def _acting(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A POST of one of the page's forms; a refusal shows the page again with the sentence and what was typed."""

    @never_cache
    def acting(request: HttpRequest, slug: str, pk: int, **kwargs: object) -> HttpResponseBase:
        at = timezone.now()
        group, keeper = find_group(request, slug, pk, at)
        if request.method != "POST":
            return HttpResponseRedirect(page_of(group))
        # Signed in, a moderator works as the desk does.
        with as_actor(keeper.user):
            return view(request, group, keeper, at, **kwargs)

    return acting


def number_in(request: HttpRequest, name: str) -> int:
    """A row's key out of a hidden field; 0, which no row has, for anything else."""
    given = request.POST.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else 0


def _to(group: WorkingGroup, part: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{page_of(group)}#{part}")


@_acting
def group_attendance(request: HttpRequest, group: WorkingGroup, keeper: Keeper, at: datetime) -> HttpResponse:
    verb = {"present": actions.mark_present, "absent": actions.mark_absent}.get(request.POST.get("act", ""))
    registration = group.registrations.filter(pk=number_in(request, "who")).first()
    if verb is None or registration is None:
        raise Http404
    try:
        verb(registration, at=at, by=keeper.user)
    except actions.Refusal as refusal:
        return show_page(request, group, keeper, at, refusal=refusal.in_words)
    return _to(group, "people")


@_acting
def group_walk_ins(request: HttpRequest, group: WorkingGroup, keeper: Keeper, at: datetime) -> HttpResponse:
    form = WalkInsForm(request.POST)
    if not form.is_valid():
        return show_page(request, group, keeper, at, walk_ins_form=form)
    try:
        actions.add_walk_ins(group, people=form.people, at=at, by=keeper.user)
    except actions.Refusal as refusal:
        form.add_error("people_text", refusal.in_words)
        return show_page(request, group, keeper, at, walk_ins_form=form)
    return _to(group, "people")


@_acting
def group_note(request: HttpRequest, group: WorkingGroup, keeper: Keeper, at: datetime) -> HttpResponse:
    """Also what the page saves by itself: that asks for JSON, and on a conflict stops and lets the person decide."""
    form = NoteForm(request.POST)
    by_itself = request.accepts("application/json") and not request.accepts("text/html")
    if not form.is_valid():
        return JsonResponse({}, status=400) if by_itself else show_page(request, group, keeper, at, note_form=form)
    body, base = form.cleaned_data["body"], form.cleaned_data["base"]
    try:
        saved = actions.save_note(group, body=body, base=base, author=keeper.name, at=at, by_itself=by_itself)
    except actions.NoteConflict as conflict:
        if by_itself:
            return JsonResponse({}, status=409)
        context = {"group": group, "meeting": group.meeting, "day": day_of(group.meeting), "theirs": conflict.theirs}
        context |= {"when": moment_words(conflict.theirs.at, at), "mine": body}
        context["form"] = NoteForm(initial={"body": body, "base": conflict.theirs.number})
        return render(request, "meetings/note_conflict.html", context, status=409)
    if by_itself:
        return JsonResponse({"base": saved.number, "saved": moment_words(saved.at, at)})
    return _to(group, "note")


@_acting
def group_conclusions(request: HttpRequest, group: WorkingGroup, keeper: Keeper, at: datetime) -> HttpResponse:
    form = ConclusionForm(request.POST)
    which = group.conclusions.filter(pk=number_in(request, "which")).first()
    try:
        if "which" in request.POST and which is None:
            raise Conclusion.DoesNotExist
        if request.POST.get("act") == "drop" and which:
            actions.drop_conclusion(which)
            # A slip of the finger: its words are in the form, to be added again.
            again = ConclusionForm(initial={"text": which.text, "reasons": which.reasons})
            return show_page(request, group, keeper, at, conclusion_form=again, dropped=True)
        if not form.is_valid():
            return show_page(request, group, keeper, at, conclusion_form=form, editing=which)
        if which:
            actions.edit_conclusion(which, author=keeper.name, at=at, **form.cleaned_data)
        else:
            actions.add_conclusion(group, author=keeper.name, at=at, **form.cleaned_data)
    except (actions.Refusal, ObjectDoesNotExist) as refusal:
        words = getattr(refusal, "in_words", _("Somebody has removed this conclusion in the meantime."))
        return show_page(request, group, keeper, at, refusal=words, conclusion_form=form)
    return _to(group, "conclusions")


@never_cache
@require_safe
def group_conclusion(request: HttpRequest, slug: str, pk: int, which: int) -> HttpResponse:
    """One conclusion in the form again."""
    at = timezone.now()
    group, keeper = find_group(request, slug, pk, at)
    editing = get_object_or_404(Conclusion, pk=which, group=group, voice=None)
    form = ConclusionForm(initial={"text": editing.text, "reasons": editing.reasons})
    return show_page(request, group, keeper, at, conclusion_form=form, editing=editing)


@never_cache
@require_safe
def group_note_history(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    at = timezone.now()
    group, _keeper = find_group(request, slug, pk, at)
    revisions = [(moment_words(one.at, at), one) for one in group.notes.all()[:50]]
    page = {"group": group, "meeting": group.meeting, "day": day_of(group.meeting), "revisions": revisions}
    return render(request, "meetings/note_history.html", page)


@never_cache
@require_safe
def group_list_pdf(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    at = timezone.now()
    group, keeper = find_group(request, slug, pk, at)
    listed = group.registrations.registered().count()
    record_export(group, Export.ATTENDANCE, by=keeper.user, rows=listed, at=at)
    return _pdf(attendance_pdf([group], at=at), f"lista-{group.pk}.pdf")


@never_cache
@require_safe
def group_sheet_pdf(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    at = timezone.now()
    group, _keeper = find_group(request, slug, pk, at)
    return _pdf(moderator_sheet_pdf(group, at=at), f"arkusz-{group.pk}.pdf")


def _pdf(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response
