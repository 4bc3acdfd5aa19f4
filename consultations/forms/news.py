"""Forms of visitors that are no voice: a message to the coordinator, following by e-mail, choosing letters."""

from collections.abc import Mapping
from typing import Any, TypedDict

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from accounts.forms import VisitorForm, without_nul
from accounts.identifiers import validate_one_mailbox
from consultations.models import Follow

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
        validators=[validate_one_mailbox],
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


class OwnNames(forms.RadioSelect):
    """Languages by the names that their speakers know, read aloud as such."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        option["attrs"]["lang"] = str(value)
        return option


class Chosen(TypedDict):
    wants_reminders: bool
    wants_news: bool
    language: str
    about_all: bool


class LettersForm(forms.Form):
    """What a follower wants to hear of, about which consultations, in which language."""

    wants = forms.MultipleChoiceField(
        label=_("What we should write to you about"),
        help_text=_("When neither is ticked, we write nothing: it is the same as stopping the letters."),
        choices=[
            ("reminders", _("Dates: what opens and what closes soon")),
            ("news", _("Announcements and results")),
        ],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        error_messages={"invalid_choice": _("Tick what stands on the list.")},
    )
    scope = forms.ChoiceField(
        label=_("About which consultations"),
        choices=[("one", _("Only this one")), ("all", _("All consultations, the coming ones too"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the two."), "invalid_choice": _("Choose one of the two.")},
    )
    language = forms.ChoiceField(
        label=_("In which language"),
        choices=[("pl", "Po polsku"), ("en", "In English")],
        widget=OwnNames,
        error_messages={"required": _("Choose one of the two."), "invalid_choice": _("Choose one of the two.")},
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, follow: Follow) -> None:
        ticked = [name for name, wanted in (("reminders", follow.wants_reminders), ("news", follow.wants_news)) if wanted]
        initial = {"wants": ticked, "scope": "one", "language": follow.language}
        super().__init__(without_nul(data) if data is not None else None, initial=initial)
        if follow.consultation_id is None:
            # There is nothing wider, and no one consultation to go back to.
            del self.fields["scope"]

    @property
    def chosen(self) -> Chosen:
        said = self.cleaned_data
        return {
            "wants_reminders": "reminders" in said["wants"],
            "wants_news": "news" in said["wants"],
            "language": said["language"],
            "about_all": said.get("scope") == "all",
        }
