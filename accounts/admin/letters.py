"""The outbox at the desk: every letter as it left or would leave now, what happened to it, and two things to do."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from csp.constants import SELF
from csp.decorators import csp_update
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import story
from accounts.desk import DeskAdmin, SeenOnly, staff
from accounts.letters import Done, cancel_letters, retry_letters
from accounts.models import TROUBLE, WAITING, Letter, State
from accounts.roles import Duty

# Class of the tag and its sign; the words say the same.
TAGS: dict[str, tuple[str, str]] = {
    State.QUEUED: ("", "…"),
    State.LEASED: ("", "…"),
    State.SENDING: ("", "…"),
    State.SENT: ("go", "✓"),
    State.UNCERTAIN: ("open", "?"),
    State.FAILED: ("stop", "✕"),
    State.OBSOLETE: ("", "–"),
    State.SUPPRESSED: ("open", "–"),
}
STATE_GROUPS: list[tuple[Promise | str, tuple[str, ...]]] = [
    (_("all in trouble"), TROUBLE),
    (State.FAILED.label, (State.FAILED,)),
    (State.UNCERTAIN.label, (State.UNCERTAIN,)),
    (_("waiting to be sent"), (State.QUEUED, State.LEASED, State.SENDING)),
    (State.SENT.label, (State.SENT,)),
    (State.SUPPRESSED.label, (State.SUPPRESSED,)),
    (State.OBSOLETE.label, (State.OBSOLETE,)),
]
# A letter's HTML carries its own style and nothing else: no script, no picture, no form, and no way out of its frame.
FRAME_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox",
    "X-Frame-Options": "SAMEORIGIN",
}
# The page around the frame; the rest of the site frames nothing.
may_hold_a_frame = method_decorator(csp_update({"frame-src": [SELF]}))


def in_a_frame(html: str) -> HttpResponse:
    return HttpResponse(html, headers=FRAME_HEADERS)


class MailDesk(SeenOnly, DeskAdmin):
    """Whom the portal writes to, and what, is not for everybody who may read the rest."""

    duty = Duty.SEE_LETTERS

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._has(request, self.duty)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._has(request, self.duty)

    def has_act_permission(self, request: HttpRequest) -> bool:
        return self._has(request, Duty.RUN_PROCESS)


class StateFilter(admin.SimpleListFilter):
    title, parameter_name = _("state"), "state__in"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        counts = dict(Letter.objects.order_by().values_list("state").annotate(Count("pk")))
        groups = [(words, states, sum(counts.get(state, 0) for state in states)) for words, states in STATE_GROUPS]
        return [(",".join(states), f"{words} ({n})") for words, states, n in groups if n or self.value() == ",".join(states)]

    def queryset(self, request: HttpRequest, letters: QuerySet[Letter]) -> QuerySet[Letter]:
        value = self.value()
        return letters.filter(state__in={*value.split(",")} & {*State.values}) if value else letters


class KindFilter(admin.AllValuesFieldListFilter):
    def choices(self, changelist: Any) -> Iterator[Any]:
        for choice in super().choices(changelist):
            yield {**choice, "display": story.kind_words(str(choice["display"]))}


@admin.register(Letter)
class LetterAdmin(MailDesk, admin.ModelAdmin[Letter]):
    list_help = _(
        "Every letter of the portal, the newest first. Open one to read it and what happened to it. To send some once more, "
        "or to cancel some that wait, tick them and choose the action."
    )
    change_form_template = "accounts/admin/letter.html"
    list_display = ("to", "state_tag", "about", "moment", "why")
    list_filter = (StateFilter, ("kind", KindFilter), "owed_at")
    search_fields = ("to", "occasion", "as_sent__subject")
    fields = ()
    actions = ("retry", "cancel")

    @admin.display(description=_("about"), ordering="kind")
    def about(self, letter: Letter) -> str:
        return story.kind_words(letter.kind)

    @admin.display(description=_("state"), ordering="state")
    def state_tag(self, letter: Letter) -> SafeString:
        css, sign = TAGS[letter.state]
        return format_html(
            '<span class="tag {}"><span aria-hidden="true">{}</span>&nbsp;{}</span>', css, sign, letter.get_state_display()
        )

    @admin.display(description=_("sent, or waiting since"), ordering="owed_at")
    def moment(self, letter: Letter) -> datetime:
        return letter.sent_at or letter.owed_at

    @admin.display(description=_("why not sent"), empty_value="")
    def why(self, letter: Letter) -> str:
        return "" if letter.state == State.SENT else Truncator(letter.error).chars(90)

    def get_urls(self) -> list[URLPattern]:
        html = self.admin_site.admin_view(self.html)
        return [path("<int:pk>/html/", html, name="accounts_letter_html"), *super().get_urls()]

    @may_hold_a_frame
    def change_view(self, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().change_view(*args, **kwargs)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> HttpResponse:
        letter: Letter = context["original"]
        try:
            context["shown"] = story.shown(letter)
        except story.NotShown as hidden:
            context["hidden"] = hidden.in_words
        is_acting = self.has_act_permission(request)
        context |= {
            "about": self.about(letter),
            "in_language": dict(settings.LANGUAGES).get(letter.language, letter.language),
            "state_tag": self.state_tag(letter),
            "advice": story.ADVICE[letter.state],
            "is_as_left": story.is_as_left(letter),
            "history": story.history(letter),
            "may_retry": is_acting and letter.state in (*TROUBLE, State.SUPPRESSED),
            "may_cancel": is_acting and letter.state in WAITING,
        }
        return super().render_change_form(request, context, *args, **kwargs)

    def html(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            return in_a_frame(story.shown(get_object_or_404(Letter, pk=pk)).html)
        except story.NotShown as hidden:
            return HttpResponse(str(hidden.in_words), content_type="text/plain; charset=utf-8", headers=FRAME_HEADERS)

    @admin.action(description=_("Send once more"), permissions=["act"])
    def retry(self, request: HttpRequest, chosen: QuerySet[Letter]) -> None:
        done = retry_letters(chosen, by=staff(request), at=timezone.now())
        words = ngettext("Sent once more: %(n)d letter.", "Sent once more: %(n)d letters.", done.done)
        self._say(request, words, done)

    @admin.action(description=_("Cancel (do not send)"), permissions=["act"])
    def cancel(self, request: HttpRequest, chosen: QuerySet[Letter]) -> None:
        done = cancel_letters(chosen, by=staff(request), at=timezone.now())
        words = ngettext("Cancelled: %(n)d letter.", "Cancelled: %(n)d letters.", done.done)
        self._say(request, words, done)

    def _say(self, request: HttpRequest, words: str, done: Done) -> None:
        """How many were done, and for each reason how many were not."""
        if done.done:
            self.message_user(request, words % {"n": done.done}, messages.SUCCESS)
        for reason, n in Counter(str(reason) for _letter, reason in done.skipped).items():
            skipped = ngettext("Left as it was: %(n)d letter. %(reason)s", "Left as they were: %(n)d letters. %(reason)s", n)
            self.message_user(request, skipped % {"n": n, "reason": reason}, messages.WARNING)
