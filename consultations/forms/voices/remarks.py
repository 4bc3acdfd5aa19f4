from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.functional import cached_property
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from consultations.actions.voices import RangeIsWrong, RemarkText
from consultations.forms.voices.fields import REASONS, WORDS, NamesSelect, SpokenForm, long_text, one_paragraph
from consultations.forms.voices.letters import LetterForm, Typed
from consultations.forms.voices.places import PlaceChoices, before
from consultations.models import Consultation, Voice, VoiceKind
from consultations.quotes import quote_of

CHANGED = gettext_noop(
    "The draft has changed since you wrote this. Read the present wording and see whether your text still fits it."
)
GONE = gettext_noop("The draft has changed since you wrote this, and %(place)s is not in it any more. Choose another place.")


class RemarkFields(SpokenForm):
    proposed_wording = long_text(
        _("Proposed wording"),
        limit=WORDS,
        rows=8,
        help_text=_(
            "Change the words as you would have them; at most 4000 characters. Leave them as they are if you only comment."
        ),
    )
    text = long_text(
        _("Comment"), limit=WORDS, rows=4, help_text=_("What is wrong, missing or unclear. At most 4000 characters.")
    )
    reasons = long_text(_("Reasons"), limit=REASONS, rows=4, help_text=_("Why it should be so. At most 2000 characters."))

    def present_wordings(self) -> tuple[str, ...]:
        """What may stand in the proposed wording without being a proposal."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        wording = cleaned.get("proposed_wording")
        if wording and one_paragraph(wording) in map(one_paragraph, self.present_wordings()):
            cleaned["proposed_wording"] = ""
        said = (cleaned.get("proposed_wording"), cleaned.get("text"))
        if not any(said) and not {"proposed_wording", "text"} & set(self.errors):
            self.add_error("proposed_wording", _("Change the wording here, or write a comment below: one of them is needed."))
        return cleaned

    @property
    def words(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("proposed_wording", "text", "reasons")}


class PlacedRemark(RemarkFields):
    """A remark on a provision, on a range of provisions, or on the whole document: keys of PlaceChoices."""

    place = forms.ChoiceField(
        label=_("Which provision is it about?"),
        widget=NamesSelect,
        error_messages={
            "required": _("Choose a provision from the list, or the whole document."),
            "invalid_choice": _("This provision is not in the draft under consultation. Choose one from the list."),
        },
    )
    until = forms.ChoiceField(
        label=_("Last provision"),
        required=False,
        help_text=_("From the provision chosen above to this one."),
        widget=NamesSelect,
        error_messages={
            "invalid_choice": _("This provision is not in the draft under consultation. Choose one from the list."),
        },
    )
    # Whose words were put into the proposed wording when the page was shown.
    quoted = forms.CharField(required=False, widget=forms.HiddenInput)
    # The versions that were under remark when the page was shown, by their keys: "12 15".
    read = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any] | None = None, *, places: PlaceChoices, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.places = places
        for name, choices in (
            ("place", [("", _("Choose a provision")), *places.all]),
            ("until", [("", _("None: it is about one provision")), *places.units]),
        ):
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = choices
        if not self.initial.get("read"):
            self.initial["read"] = places.read

    def _typed(self, name: str) -> str:
        return str(self[name].value() or "")

    @cached_property
    def quote(self) -> str:
        """The present wording of what is chosen."""
        return self.places.wording(self._typed("place"), self._typed("until"))

    def present_wordings(self) -> tuple[str, ...]:
        return self.quote, self.places.wording(self._typed("quoted"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        place = cleaned.get("place", "")
        if cleaned.get("until") == place:
            cleaned["until"] = ""
        elif until := cleaned.get("until"):
            self._check_range(place, until)
        data, seen = cast(MultiValueDict[str, Any], self.data), self._typed("read").split()
        version = self.places.version(place)
        if version is None:
            data["read"] = self.places.read
        elif str(version.pk) not in seen:
            self.add_error(
                "place",
                _(
                    "The draft has changed since you opened this page. Read the present wording, see whether your text "
                    "still fits it, and send it again."
                ),
            )
            self._show_present_wording(data, place, seen)
        return cleaned

    def _check_range(self, place: str, until: str) -> None:
        if place in self.places.versions:
            self.add_error("until", _("A range begins with a provision. Choose that one above, or “None” here."))
        elif place and not self.places.is_range(place, until):
            self.add_error("until", RangeIsWrong.in_words)

    def _show_present_wording(self, data: MultiValueDict[str, Any], place: str, seen: list[str]) -> None:
        data["read"], quoted = self.places.read, self._typed("quoted")
        old = before(quoted, seen) if quoted in self.places.texts else None
        if old and one_paragraph(quote_of(old)) == one_paragraph(self._typed("proposed_wording")):
            data["proposed_wording"] = self.places.wording(place)

    @property
    def about(self) -> str:
        return self.places.name(self._typed("place"), self._typed("until"))

    @property
    def excerpt(self) -> str:
        return self._typed("text") or self._typed("reasons") or self._typed("proposed_wording")

    @property
    def is_rewording(self) -> bool:
        """The proposed wording stands for the present one, so that it can be shown as a difference."""
        return bool(self.quote and self.cleaned_data["proposed_wording"] and not self.cleaned_data["until"])

    def answers(self) -> list[tuple[str, str, str]]:
        """The place in one row, and the proposed wording right after the present one."""
        place = [("id_place", str(self.fields["place"].label), self.about)]
        present = [("", gettext("Present wording"), self.quote)] if self.quote and not self.is_rewording else []
        return place + present + [row for row in super().answers() if row[0] not in ("id_place", "id_until")]

    @property
    def remark(self) -> RemarkText:
        place, texts = self.cleaned_data["place"], self.places.texts
        version = texts[place].version if place in texts else self.places.versions[place]
        return RemarkText(version, texts.get(place), texts.get(self.cleaned_data["until"]), **self.words)


class RemarkForm(LetterForm, PlacedRemark):
    """`provision` is the UUID of the unit the visitor came from; empty lets them choose it."""

    kind = VoiceKind.REMARK
    voice_fields = PlacedRemark
    file_name = _("remark.txt")
    field_order = ("place", "until", "proposed_wording", "text", "reasons", "organization", "name", "email")

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, consultation: Consultation, provision: str = "", **kwargs: Any
    ) -> None:
        super().__init__(data, consultation=consultation, places=PlaceChoices(consultation), **kwargs)
        if provision in self.places.texts:
            self._quote(provision)

    def _quote(self, place: str, until: str = "") -> None:
        # A range is too much to be reworded word by word.
        wording = "" if until else self.places.wording(place)
        self.initial.update(place=place, quoted="" if until else place, proposed_wording=wording)

    def with_quote(self) -> "RemarkForm":
        """The same page with the present wording of what was just chosen; nothing is judged yet."""
        typed = {name: self.data.get(name, "") for name in self.fields if name not in ("stamp", "read")}
        shown = RemarkForm(consultation=self.consultation, initial=typed)
        untouched = one_paragraph(typed["proposed_wording"]) in ("", one_paragraph(self.places.wording(typed["quoted"])))
        if untouched:
            shown._quote(typed["place"], typed["until"])
        return shown

    @property
    def notice(self) -> str:
        """What became of the place since the words of a kept draft were typed."""
        place, read = self._typed("place"), self._typed("read").split()
        version = self.places.version(place)
        if version:
            return "" if str(version.pk) in read else gettext(CHANGED)
        gone = before(place, read)
        return gettext(GONE) % {"place": gone.citation} if gone else ""

    def voice(self, typed: Typed) -> PlacedRemark:
        return PlacedRemark(typed, places=self.places)

    @property
    def remarks(self) -> list[RemarkText]:
        """Of a valid letter."""
        return [voice.remark for voice in self.voices if voice.is_valid()]


class RemarkChangeForm(RemarkFields):
    def __init__(self, data: Mapping[str, Any] | None = None, *, voice: Voice) -> None:
        self.voice = voice
        # What nobody would reword whole is not put into the field.
        present = "" if voice.until_text_id else voice.quote
        typed = {"proposed_wording": voice.proposed_wording or present, "text": voice.text, "reasons": voice.reasons}
        super().__init__(data, initial=typed)

    def present_wordings(self) -> tuple[str, ...]:
        return (self.voice.quote,)
