"""Answers are published from here: what would happen is read first, then done by one button."""

from collections.abc import Sequence
from datetime import datetime

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.admin.letters import in_a_frame, may_hold_a_frame
from accounts.desk import DeskAdmin, SeenOnly, staff
from accounts.models import Letter
from accounts.roles import Duty
from accounts.story import shown
from consultations.actions.publication import (
    NoteIsMissing,
    Preview,
    PublicationRefused,
    check_publication,
    letters,
    preview,
    publish_answers,
)
from consultations.admin.steps import step_tag
from consultations.forms.publishing import PublishForm
from consultations.models import Consultation, Decision, Part, Publication, VoiceKind

# Of what waits or is to be looked at again.
LISTED_AT_MOST = 50


@admin.register(Publication)
class PublicationAdmin(SeenOnly, DeskAdmin, admin.ModelAdmin[Publication]):
    """The acts so far; the page that makes the next one belongs to a consultation."""

    duty = Duty.RUN_PROCESS
    list_help = _("Each act by which answers became public. The next one is made from the page of its consultation.")
    list_display = ("at", "consultation", "voices", "letters", "by", "note")
    list_filter = ("consultation",)
    list_select_related = ("consultation", "by")

    def get_urls(self) -> list[URLPattern]:
        page, letter = self.admin_site.admin_view(self.publish), self.admin_site.admin_view(self.letter)
        return [
            path("publish/<int:pk>/", page, name="consultations_publish"),
            path("publish/<int:pk>/letter/", letter, name="consultations_publish_letter"),
            *super().get_urls(),
        ]

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return self._has(request, self.duty)

    @may_hold_a_frame
    def publish(self, request: HttpRequest, pk: int) -> HttpResponse:
        """?kind= is one kind of voices; without it, both."""
        self._check(request, to_change=request.method == "POST")
        at, consultation = now(), get_object_or_404(Consultation, pk=pk)
        kinds = _kinds(request)
        form = PublishForm(request.POST) if request.method == "POST" else PublishForm()
        if form.is_bound and form.is_valid() and _publish(request, consultation, kinds, form, at):
            return HttpResponseRedirect(request.path)
        planned = preview(consultation, kinds, at=at)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Publish the answers"),
            "opts": self.opts,
            "consultation": consultation,
            "kind": request.GET.get("kind", ""),
            "planned": planned,
            "refusal": _refusal(consultation, kinds, planned, at),
            "outcomes": [(outcome.label, count) for outcome, count in planned.outcomes],
            "listed": LISTED_AT_MOST,
            "form": form,
            "may_publish": self.has_publish_permission(request),
            "acts": consultation.publications.select_related("by"),
            "corrections": [(part, step_tag(part.step)) for part in _corrections(consultation)],
        }
        return render(request, "consultations/admin/publish.html", context)

    def letter(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The first letter as it would leave, without its reader's own link."""
        self._check(request)
        at, consultation = now(), get_object_or_404(Consultation, pk=pk)
        said = next(letters(preview(consultation, _kinds(request), at=at), note=request.GET.get("note", "")), None)
        if said is None:
            raise Http404
        purpose, key = said.link
        letter = Letter(kind="answers", to=said.to, context=said.context, language=said.language, owed_at=at)
        letter.link_purpose, letter.link_pk = purpose, key
        return in_a_frame(shown(letter).html)

    def _check(self, request: HttpRequest, *, to_change: bool = False) -> None:
        if not (self.has_publish_permission(request) if to_change else self.has_view_permission(request)):
            raise PermissionDenied


def _kinds(request: HttpRequest) -> Sequence[VoiceKind]:
    asked = request.GET.get("kind", "")
    return [VoiceKind(asked)] if asked in VoiceKind else list(VoiceKind)


def _refusal(consultation: Consultation, kinds: Sequence[VoiceKind], planned: Preview, at: datetime) -> str:
    try:
        check_publication(consultation, kinds, planned, at=at)
    except PublicationRefused as refused:
        return str(refused.in_words)
    return ""


def _publish(
    request: HttpRequest, consultation: Consultation, kinds: Sequence[VoiceKind], form: PublishForm, at: datetime
) -> bool:
    """Whether it is done; what was refused stands on the form."""
    note, seen = form.cleaned_data["note"], request.POST.get("seen", "")
    try:
        act = publish_answers(consultation, kinds, by=staff(request), at=at, note=note, seen=seen)
    except PublicationRefused as refused:
        form.add_error("note" if isinstance(refused, NoteIsMissing) else None, str(refused.in_words))
        return False
    answers = ngettext("Answers to %(n)d voice are public.", "Answers to %(n)d voices are public.", act.voices)
    leaving = ngettext("%(n)d letter leaves now.", "%(n)d letters leave now.", act.letters)
    messages.success(request, f"{answers % {'n': act.voices}} {leaving % {'n': act.letters}}")
    return True


def _corrections(consultation: Consultation) -> list[Part]:
    """Whose answer people have read, and whose next one is being written."""
    read = Decision.objects.filter(part=OuterRef("pk"), published_at__isnull=False)
    parts = Part.objects.standing().filter(voice__consultation=consultation, current__published_at=None)
    return list(
        parts.filter(Exists(read)).select_related("current", "voice__consultation").order_by("voice__kind", "voice__number")
    )
