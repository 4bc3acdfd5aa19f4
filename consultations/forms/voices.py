"""Forms in which visitors say something, and those behind the signed link in which they change it."""

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.datastructures import MultiValueDict
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.forms import VisitorForm
from accounts.models import Organization
from consultations.actions.voices import Author, ProposalText, RemarkText
from consultations.models import Consultation, Topic, Voice
from consultations.quotes import quote_of, versions_under_remark
from programs.models import DraftVersion, ProvisionText

# Characters; what is longer than a page is read by nobody.
WORDS, REASONS = 4000, 2000
OTHER_TOPIC = "0"
TOO_LONG = _("Characters written: %(show_value)d. The most is %(limit_value)d: shorten the text, or send the rest separately.")


def _long_text(
    label: StrOrPromise, *, limit: int, rows: int, missing: StrOrPromise = "", help_text: StrOrPromise = ""
) -> forms.CharField:
    """A text area whose limit the server watches: the browser's own maxlength would cut a pasted text without a word."""
    return forms.CharField(
        label=label,
        required=bool(missing),
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows, "data-counter": str(limit)}),
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


def _one_paragraph(text: str) -> str:
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
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
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
        widget=forms.TextInput(attrs={"autocomplete": "organization", "list": "organizations"}),
        error_messages={"max_length": TOO_LONG},
    )

    @cached_property
    def organizations(self) -> dict[str, Organization]:
        known = Organization.objects.filter(verified_at__isnull=False).only("name")
        return {organization.name.casefold(): organization for organization in known}

    @property
    def author(self) -> Author:
        typed = _one_paragraph(self.cleaned_data["organization"])
        return Author(
            name=_one_paragraph(self.cleaned_data["name"]),
            email=self.cleaned_data["email"].lower(),
            organization_name=typed,
            organization=self.organizations.get(typed.casefold()),
        )


class ProposalFields(SpokenForm):
    topic = forms.ChoiceField(
        label=_("Topic"),
        widget=NamesSelect,
        error_messages={
            "required": _("Choose the topic of your proposal."),
            "invalid_choice": _("This topic is not on the list. Choose the topic of your proposal."),
        },
    )
    text = _long_text(
        _("What do you propose?"),
        limit=WORDS,
        rows=8,
        help_text=_("One proposal at a time, at most 4000 characters: then each can get its own answer."),
        missing=_("Write what you propose."),
    )
    reasons = _long_text(
        _("Why?"),
        limit=REASONS,
        rows=4,
        help_text=_("What it would improve, for whom, by what example. At most 2000 characters."),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, consultation: Consultation, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self._topics = {str(topic.pk): topic for topic in consultation.topics.all()}
        names = [(key, Polish(topic.name)) for key, topic in self._topics.items()]
        self._choice("topic").choices = [("", _("Choose a topic")), *names, (OTHER_TOPIC, _("Another matter"))]

    def _choice(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        return field

    @property
    def chosen_topic(self) -> Topic | None:
        return self._topics.get(self.cleaned_data["topic"])


class ProposalForm(AuthorFields, ProposalFields):
    field_order = ("topic", "text", "reasons", "organization", "name", "email")

    @property
    def proposals(self) -> list[ProposalText]:
        return [ProposalText(self.cleaned_data["text"], self.cleaned_data["reasons"], self.chosen_topic)]


class ProposalChangeForm(ProposalFields):
    def __init__(self, data: Mapping[str, Any] | None = None, *, voice: Voice) -> None:
        typed = {"topic": voice.topic_id or OTHER_TOPIC, "text": voice.text, "reasons": voice.reasons}
        super().__init__(data, consultation=voice.consultation, initial=typed)

    @property
    def words(self) -> dict[str, Any]:
        return {"text": self.cleaned_data["text"], "reasons": self.cleaned_data["reasons"], "topic": self.chosen_topic}


class RemarkFields(SpokenForm):
    proposed_wording = _long_text(
        _("Proposed wording"),
        limit=WORDS,
        rows=8,
        help_text=_(
            "Change the words as you would have them; at most 4000 characters. Leave them as they are if you only comment."
        ),
    )
    text = _long_text(
        _("Comment"), limit=WORDS, rows=4, help_text=_("What is wrong, missing or unclear. At most 4000 characters.")
    )
    reasons = _long_text(_("Reasons"), limit=REASONS, rows=4, help_text=_("Why it should be so. At most 2000 characters."))

    def present_wording(self) -> str:
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        wording = cleaned.get("proposed_wording")
        if wording is not None and _one_paragraph(wording) == _one_paragraph(self.present_wording()):
            cleaned["proposed_wording"] = ""
        said = (cleaned.get("proposed_wording"), cleaned.get("text"))
        if not any(said) and not {"proposed_wording", "text"} & set(self.errors):
            self.add_error("proposed_wording", _("Change the wording here, or write a comment below: one of them is needed."))
        return cleaned

    @property
    def words(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("proposed_wording", "text", "reasons")}


class RemarkForm(AuthorFields, RemarkFields):
    """`provision` is the UUID of the unit the visitor came from; empty lets them choose it."""

    place = forms.ChoiceField(
        label=_("Which provision is it about?"),
        widget=NamesSelect,
        error_messages={
            "required": _("Choose a provision from the list, or the whole document."),
            "invalid_choice": _("This provision is not in the draft under consultation. Choose one from the list."),
        },
    )
    # Whose words were put into the proposed wording when the page was shown.
    quoted = forms.CharField(required=False, widget=forms.HiddenInput)
    # The versions that were under remark when the page was shown, by their keys: "12 15".
    read = forms.CharField(required=False, widget=forms.HiddenInput)
    field_order = ("place", "proposed_wording", "text", "reasons", "organization", "name", "email")

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, consultation: Consultation, provision: str = "", **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.consultation = consultation
        self.versions = {f"v{version.pk}": version for version in versions_under_remark(consultation)}
        texts = ProvisionText.objects.filter(version__in=self.versions.values()).order_by("version__program_id", "rank")
        self.texts = {str(text.provision_id): text for text in texts.select_related("version__program")}
        field = self.fields["place"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", _("Choose a provision")), *self._places()]
        self.initial["read"] = self._now_under_remark
        if provision in self.texts:
            self._quote(provision)

    def _places(self) -> list[tuple[str, str]]:
        several = len(self.versions) > 1
        whole = [
            (key, f"{version.program.slug}: " + gettext("the whole document") if several else gettext("the whole document"))
            for key, version in self.versions.items()
        ]
        units = [
            (key, Polish(f"{text.version.program.slug}: {self._name(text)}" if several else self._name(text)))
            for key, text in self.texts.items()
        ]
        return whole + units

    def _name(self, text: ProvisionText) -> str:
        return f"{text.citation} – {text.opening}" if text.opening else text.citation

    @property
    def _now_under_remark(self) -> str:
        return " ".join(str(version.pk) for version in self.versions.values())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        place, seen = cleaned.get("place", ""), cleaned.get("read", "").split()
        if place and str(self._version(place).pk) not in seen:
            self.add_error(
                "place",
                _(
                    "The draft has changed since you opened this page. Read the present wording, see whether your text "
                    "still fits it, and send it again."
                ),
            )
            self._show_present_wording(place, seen)
        return cleaned

    def _show_present_wording(self, place: str, seen: list[str]) -> None:
        data = cast(MultiValueDict[str, Any], self.data)
        data["read"], quoted = self._now_under_remark, data.get("quoted", "")
        if quoted in self.texts:
            read = DraftVersion.objects.public().filter(pk__in=[key for key in seen if key.isdecimal()])
            before = ProvisionText.objects.filter(version__in=read, provision=quoted).select_related("version").first()
            untouched = before and _one_paragraph(quote_of(before)) == _one_paragraph(data.get("proposed_wording", ""))
            if untouched:
                data["proposed_wording"] = self._wording(place)

    def _version(self, place: str) -> DraftVersion:
        return self.texts[place].version if place in self.texts else self.versions[place]

    def _quote(self, provision: str) -> None:
        self.initial.update(place=provision, quoted=provision, proposed_wording=self._wording(provision))

    def _wording(self, provision: str) -> str:
        return quote_of(self.texts[provision]) if provision in self.texts else ""

    @cached_property
    def quote(self) -> str:
        """The present wording of the unit that is chosen."""
        return self._wording(str(self["place"].value() or ""))

    def present_wording(self) -> str:
        return self.quote or self._wording(self.data.get("quoted", ""))

    def with_quote(self) -> "RemarkForm":
        """The same page with the present wording of the unit just chosen; nothing is judged yet."""
        typed = {name: self.data.get(name, "") for name in self.fields if name != "stamp"}
        shown = RemarkForm(consultation=self.consultation, initial=typed)
        untouched = _one_paragraph(typed["proposed_wording"]) in ("", _one_paragraph(self._wording(typed["quoted"])))
        if untouched:
            shown._quote(typed["place"])
        return shown

    def answers(self) -> list[tuple[str, str, str]]:
        """The proposed wording stands right after the present one."""
        shown = super().answers()
        present = [("", gettext("Present wording"), self.quote)] if self.quote else []
        return shown[:1] + present + shown[1:]

    @property
    def remarks(self) -> list[RemarkText]:
        place = self.cleaned_data["place"]
        return [RemarkText(version=self._version(place), provision_text=self.texts.get(place), **self.words)]


class RemarkChangeForm(RemarkFields):
    def __init__(self, data: Mapping[str, Any] | None = None, *, voice: Voice) -> None:
        self.voice = voice
        typed = {"proposed_wording": voice.proposed_wording or voice.quote, "text": voice.text, "reasons": voice.reasons}
        super().__init__(data, initial=typed)

    @property
    def quote(self) -> str:
        return self.voice.quote

    def present_wording(self) -> str:
        return self.voice.quote
