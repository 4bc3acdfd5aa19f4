"""The words of letters: every kind in every language, whether the office has its own for it or uses the portal's."""

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.letters import MailDesk, in_a_frame, may_hold_a_frame
from accounts.desk import staff
from accounts.editing import Preview, preview, reset_text, save_text, send_test
from accounts.kinds import KINDS
from accounts.models import LetterText
from accounts.placeholders import STANDARD, Placeholder
from accounts.texts import FIELDS, Text, TextIsBroken, check_text, default_text, fill, standard_values, text_of

# How long a preview of unsaved words can be looked at, in seconds.
PREVIEW_LIVES = 600
# The trial of a text has no words of its own.
EDITABLE = [kind for kind in KINDS if kind != "test"]


class TextForm(forms.Form):
    """What is wrong with the words, the verbs say: here they are only read."""

    subject = forms.CharField(
        label=capfirst(FIELDS["subject"].verbose_name),
        required=False,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text=_("One line. It says what the letter is about and, if there is one, until when."),
    )
    body = forms.CharField(
        label=capfirst(FIELDS["body"].verbose_name),
        required=False,
        widget=forms.Textarea(attrs={"rows": 20}),
        help_text=_(
            "An empty line begins a paragraph, “- ” an item of a list, “=> ” a button. "
            "A line with a placeholder that has nothing to say is left out."
        ),
    )
    why = forms.CharField(
        label=capfirst(FIELDS["why"].verbose_name),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Stands below the letter. How to stop the letters is added by itself."),
    )

    @property
    def text(self) -> Text:
        return Text(**{name: words.replace("\r\n", "\n") for name, words in self.cleaned_data.items()})

    def refuse(self, sentences: list[str]) -> None:
        for sentence in sentences:
            self.add_error(None, sentence)


@dataclass(frozen=True)
class Insertable:
    forms: list[str]  # as typed into the text
    words: Promise
    example: str


def insertable(placeholder: Placeholder) -> Insertable:
    name, values = f"{{{placeholder.name}}}", standard_values()
    is_address = placeholder.name == "link" or placeholder.name.endswith("_url")
    words = gettext("Words on the button")
    button = [f"=> {name} {words}"] if is_address else []
    example = values.get(placeholder.name) or fill(str(placeholder.sample), values)
    return Insertable([name, *button], placeholder.words, example)


@admin.register(LetterText)
class TextAdmin(MailDesk, admin.ModelAdmin[LetterText]):
    def get_urls(self) -> list[URLPattern]:
        # Most kinds have no row: none of the admin's own pages fit.
        pages = (
            ("", self.overview, "changelist"),
            ("<str:kind>/<str:language>/", self.edit, "edit"),
            ("<str:kind>/<str:language>/html/", self.html, "html"),
            ("<str:kind>/<str:language>/html/<uuid:key>/", self.html, "typed"),
            ("<str:kind>/<str:language>/reset/", self.reset, "reset"),
        )
        return [path(route, self.admin_site.admin_view(page), name=f"accounts_lettertext_{name}") for route, page, name in pages]

    def overview(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        own = {(row.kind, row.language): row for row in LetterText.objects.select_related("changed_by")}
        rows = [
            (
                KINDS[kind].words,
                [(kind, language, words, own.get((kind, language))) for language, words in settings.LANGUAGES],
            )
            for kind in EDITABLE
        ]
        return self._page(request, "texts", str(self.opts.verbose_name_plural), {"rows": rows})

    @may_hold_a_frame
    def edit(self, request: HttpRequest, kind: str, language: str) -> HttpResponse:
        self._check(request, kind, language, to_change=request.method == "POST")
        own = LetterText.objects.select_related("changed_by").filter(kind=kind, language=language).first()
        text = Text(own.subject, own.body, own.why) if own else default_text(kind, language)
        form = TextForm(request.POST if request.method == "POST" else None, initial=asdict(text))
        if form.is_valid():
            text = form.text
            try:
                if self._carry_out(request, kind, language, text):
                    return HttpResponseRedirect(reverse("admin:accounts_lettertext_changelist"))
            except TextIsBroken as broken:
                form.refuse(broken.in_words)
        seen = preview(kind, language, text=text)
        context = {
            **self._named(kind, language),
            "form": form,
            "own": own,
            "preview": seen,
            "key": self._kept(seen) if form.is_bound else None,
            "may_change": self.has_act_permission(request),
            "placeholders": [insertable(each) for each in (*KINDS[kind].placeholders, *STANDARD)],
        }
        return self._page(request, "text", KINDS[kind].words, context)

    def html(self, request: HttpRequest, kind: str, language: str, key: UUID | None = None) -> HttpResponse:
        """What stands in the frame: the saved words, or those typed and not saved."""
        self._check(request, kind, language)
        if key is None:
            return in_a_frame(preview(kind, language, text=text_of(kind, language)).html)
        gone = gettext("This preview is ten minutes old and gone. Press “Preview” once more.")
        return in_a_frame(cache.get(f"preview:{key}") or f"<p>{gone}</p>")

    def reset(self, request: HttpRequest, kind: str, language: str) -> HttpResponse:
        self._check(request, kind, language, to_change=True)
        if request.method == "POST":
            reset_text(kind, language)
            messages.success(request, gettext("These letters say again what the portal says by itself."))
            return HttpResponseRedirect(reverse("admin:accounts_lettertext_edit", args=[kind, language]))
        own = get_object_or_404(LetterText, kind=kind, language=language)
        context = {**self._named(kind, language), "own": own, "default": default_text(kind, language)}
        return self._page(request, "text_reset", _("Back to the text of the portal"), context)

    def _kept(self, seen: Preview) -> UUID:
        """The frame asks for its page by itself, and what was typed is saved nowhere else."""
        key = uuid4()
        cache.set(f"preview:{key}", seen.html, PREVIEW_LIVES)
        return key

    def _carry_out(self, request: HttpRequest, kind: str, language: str, text: Text) -> bool:
        """What the pressed button asks for; whether the page is done with. Raises TextIsBroken."""
        by, at = staff(request), timezone.now()
        if "save" in request.POST:
            save_text(kind, language, text=text, by=by, at=at)
            messages.success(request, gettext("The text is saved. Letters of this kind say it from now on."))
            return True
        if "test" in request.POST:
            send_test(kind, language, text=text, to=by, at=at)
            messages.success(
                request, gettext("A trial letter leaves for %(email)s. The text is not saved yet.") % {"email": by.email}
            )
        elif wrong := check_text(kind, text):
            raise TextIsBroken(wrong)
        return False

    def _check(self, request: HttpRequest, kind: str, language: str, *, to_change: bool = False) -> None:
        if not self.has_view_permission(request) or (to_change and not self.has_act_permission(request)):
            raise PermissionDenied
        if kind not in EDITABLE or language not in dict(settings.LANGUAGES):
            raise Http404

    def _named(self, kind: str, language: str) -> dict[str, Any]:
        return {
            "kind": kind,
            "kind_words": KINDS[kind].words,
            "language": language,
            "in_language": dict(settings.LANGUAGES)[language],
        }

    def _page(self, request: HttpRequest, template: str, title: str | Promise, context: dict[str, Any]) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts, "title": capfirst(str(title))}
        return render(request, f"accounts/admin/{template}.html", {**shared, **context})
