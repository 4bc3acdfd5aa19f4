"""What the forms of voices are made of: long texts, Polish names, the author."""

from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.forms import VisitorForm
from accounts.models import Organization
from consultations.actions.voices import Author

# Characters; what is longer than a page is read by nobody.
WORDS, REASONS = 4000, 2000
TOO_LONG = _("Characters written: %(show_value)d. The most is %(limit_value)d: shorten the text, or send the rest separately.")


def long_text(
    label: StrOrPromise, *, limit: int, rows: int, missing: StrOrPromise = "", help_text: StrOrPromise = ""
) -> forms.CharField:
    """A text area whose limit the server watches: the browser's own maxlength would cut a pasted text without a word."""
    return forms.CharField(
        label=label,
        required=bool(missing),
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows, "data-counter": str(limit), "dir": "auto"}),
        validators=[MaxLengthValidator(limit)],
        error_messages={"required": missing, "max_length": TOO_LONG},
    )


class Polish(str):
    """A name as the office wrote it, whatever the language of the page."""


class NamesSelect(forms.Select):
    """Says of each Polish name that it is one, so that it is read aloud as Polish on an English page."""

    def create_option(self, name: str, value: Any, label: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, label, *args, **kwargs)
        if isinstance(label, Polish):
            option["attrs"]["lang"] = "pl"
        return option


def one_paragraph(text: str) -> str:
    return " ".join(text.split())


class SpokenForm(VisitorForm):
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        # Browsers send line ends as two characters; a text is kept, compared and quoted with one.
        return {name: value.replace("\r\n", "\n") if isinstance(value, str) else value for name, value in cleaned.items()}


class AuthorFields(SpokenForm):
    name = forms.CharField(
        label=_("First and last name"),
        max_length=150,
        help_text=_("For the office only: we never publish it."),
        widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
        error_messages={"required": _("Write your first and last name."), "max_length": TOO_LONG},
    )
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        help_text=_("We will send a receipt with your text and a link by which you can change or withdraw it."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("Write your e-mail address: the receipt will come there."),
            "invalid": _("This is not an e-mail address. Example: anna@example.org"),
            "max_length": TOO_LONG,
        },
    )
    organization = forms.CharField(
        label=_("Organization"),
        required=False,
        max_length=250,
        help_text=_("If you speak for one. We publish its name with your text."),
        widget=forms.TextInput(attrs={"autocomplete": "organization", "list": "organizations", "dir": "auto"}),
        error_messages={"max_length": TOO_LONG},
    )

    @cached_property
    def organizations(self) -> dict[str, Organization]:
        known = Organization.objects.filter(verified_at__isnull=False).select_related("merged_into")
        return {organization.name.casefold(): organization.heir for organization in known.only("name", "merged_into__name")}

    @property
    def author(self) -> Author:
        typed = one_paragraph(self.cleaned_data["organization"])
        return Author(
            name=one_paragraph(self.cleaned_data["name"]),
            email=self.cleaned_data["email"].lower(),
            organization_name=typed,
            organization=self.organizations.get(typed.casefold()),
        )
