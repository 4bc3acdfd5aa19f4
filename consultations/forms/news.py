"""Forms of visitors that are no voice: a message to the coordinator, following by e-mail."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from accounts.forms import VisitorForm, without_nul

MESSAGE = 4000  # characters
TOO_LONG = _("Characters written: %(show_value)d. The most is %(limit_value)d: shorten the text.")
NOT_AN_EMAIL = _("This is not an e-mail address. Example: anna@example.org")


class ContactForm(VisitorForm):
    name = forms.CharField(
        label=_("First and last name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Write your first and last name."), "max_length": TOO_LONG},
    )
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        help_text=_("The coordinator will answer to this address."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("Write your e-mail address: the answer will come there."),
            "invalid": NOT_AN_EMAIL,
            "max_length": TOO_LONG,
        },
    )
    message = forms.CharField(
        label=_("Message"),
        help_text=_("At most 4000 characters."),
        # Counted by a validator: the browser's own maxlength would cut a pasted text without a word.
        widget=forms.Textarea(attrs={"rows": 8, "data-counter": str(MESSAGE)}),
        validators=[MaxLengthValidator(MESSAGE)],
        error_messages={"required": _("Write your message."), "max_length": TOO_LONG},
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        # Browsers send line ends as two characters.
        return {name: value.replace("\r\n", "\n") if isinstance(value, str) else value for name, value in cleaned.items()}


class FollowForm(forms.Form):
    """The only form on a page that everybody reads alike: no session and no token, so it can only owe a letter."""

    email = forms.EmailField(
        label=_("Your e-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("Write the e-mail address to which we should send news."),
            "invalid": NOT_AN_EMAIL,
            "max_length": TOO_LONG,
        },
    )
    all_consultations = forms.BooleanField(label=_("Write to me about other consultations too"), required=False)
    # People never see it; a program that fills in everything does.
    website = forms.CharField(
        label=_("Leave this field empty"),
        required=False,
        max_length=0,
        widget=forms.TextInput(attrs={"class": "honeypot", "tabindex": "-1", "autocomplete": "off"}),
        error_messages={"max_length": _("Leave this field empty and send the form again.")},
    )

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(without_nul(data) if data is not None else None)
