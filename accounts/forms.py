"""What every form for visitors has: nothing typed is lost, a double click counts once, bots meet a closed door."""

import re
import secrets
from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.core import signing
from django.http import HttpResponse
from django.utils.datastructures import MultiValueDict
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _

from accounts.identifiers import validate_one_mailbox

STAMP_LIVES = 12 * 60 * 60  # seconds
WEB_ADDRESS = re.compile(r"://|\bwww\.", re.IGNORECASE)


def without_nul(data: Mapping[str, Any]) -> MultiValueDict[str, Any]:
    """PostgreSQL cannot keep NUL, and it means nothing in a letter."""
    lists = data.lists() if isinstance(data, MultiValueDict) else [(key, [value]) for key, value in data.items()]
    return MultiValueDict({key: [v.replace("\x00", "") if isinstance(v, str) else v for v in values] for key, values in lists})


class VisitorForm(forms.Form):
    """A form in two steps: filled in, then checked and sent.

    The page posts `step`: "check" shows the answers, "edit" goes back, "send" sends, "download" gives the text as a
    file. The stamp carries the moment the form was shown and a token that makes one form one letter; a stale stamp
    shows the form again, it never refuses by itself.
    """

    # People never see it; a program that fills in everything does.
    website = forms.CharField(
        required=False,
        label=_("Leave this field empty"),
        widget=forms.TextInput(attrs={"class": "honeypot", "tabindex": "-1", "autocomplete": "off"}),
    )
    stamp = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(without_nul(data) if data is not None else None, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.EmailField):
                field.validators.append(validate_one_mailbox)
        self.step = self.data.get("step", "check") if self.is_bound else "fill"
        self.token, self.is_stale = self._open_stamp(self.data.get("stamp", ""))
        self.initial["stamp"] = self._new_stamp()
        if self.is_stale and self.is_bound:
            cast(MultiValueDict[str, Any], self.data)["stamp"] = self.initial["stamp"]

    def _new_stamp(self) -> str:
        return signing.dumps(secrets.token_hex(16), salt="form")

    def _open_stamp(self, stamp: str) -> tuple[str, bool]:
        """The form's token, and whether the page must be shown once more because the stamp is old or not ours."""
        try:
            return signing.loads(stamp, salt="form", max_age=STAMP_LIVES), False
        except signing.BadSignature:
            return secrets.token_hex(16), True

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("website"):
            # It cannot be seen, so it cannot be emptied by hand: a browser that filled it in by itself may send again.
            cast(MultiValueDict[str, Any], self.data)["website"] = ""
            raise forms.ValidationError(_("Leave the field “Leave this field empty” empty and send the form again."))
        for name, field in self.fields.items():
            if type(field.widget) is not forms.TextInput or not isinstance(typed := cleaned.get(name), str):
                continue
            # Names and titles stand in letters to addresses that nobody has proven yet: they must carry neither a
            # stranger's link nor, below an empty line, a stranger's sentence.
            cleaned[name] = " ".join(typed.split())
            if WEB_ADDRESS.search(typed):
                self.add_error(name, _("Write it without a web address; a longer text may hold one."))
        return cleaned

    @property
    def is_ready(self) -> bool:
        """Everything is in order and the visitor, having seen the answers, sends them."""
        return self.is_valid() and self.step == "send" and not self.is_stale

    @property
    def is_to_be_checked(self) -> bool:
        return self.is_valid() and (self.step == "check" or (self.step == "send" and self.is_stale))

    @property
    def notice(self) -> str:
        """What the visitor should know before sending what has been checked; empty for most forms."""
        return ""

    def answers(self) -> list[tuple[str, str, str]]:
        """(field id, label, answer as read by people) of every visible answer given."""
        return self._as_read(self.cleaned_data)

    def typed_answers(self) -> list[tuple[str, str, str]]:
        """The same of what was typed, right or wrong."""
        return self._as_read(self.data)

    def as_file(self, name: str) -> HttpResponse:
        """What was typed, right or wrong, as a text file: "uwaga.txt"."""
        parts = [f"{label}\n{value}" for _id, label, value in self.typed_answers()]
        response = HttpResponse("\n\n".join(parts), content_type="text/plain; charset=utf-8")
        response["Content-Disposition"] = content_disposition_header(True, name)
        return response

    def _as_read(self, values: Mapping[str, Any]) -> list[tuple[str, str, str]]:
        shown = []
        for field in self.visible_fields():
            value = values.get(field.name)
            if field.name == "website" or value in (None, "", []):
                continue
            if isinstance(field.field, forms.BooleanField):
                value = _("yes") if value and str(value) != "False" else _("no")
            choices = {str(key): choice for key, choice in getattr(field.field, "choices", ())}
            shown.append((field.auto_id, str(field.label), str(choices.get(str(field.value()), value))))
        return shown
