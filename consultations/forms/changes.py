"""What officials type to change the text because of a voice, and to say why it was changed."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from consultations.models import ChangeAction, Part
from programs.forms.units import WITH_HEADING, WordsField, as_stored
from programs.marks import MARK, Spelling, as_cited, typed
from programs.models import HEADING_AT_MOST, TEXT_AT_MOST, DraftVersion, ProvisionText
from programs.numbering import Unit
from programs.reading import spelling


class WordsForm(forms.Form):
    """The words that a unit is to have; marks are typed as at the drafting desk. `texts` is the version they stand in."""

    heading = forms.CharField(
        label=_("Heading"), required=False, max_length=HEADING_AT_MOST, widget=forms.TextInput(attrs={"class": "vLargeTextField"})
    )
    text = WordsField(
        label=_("Text"),
        required=False,
        max_length=TEXT_AT_MOST,
        widget=forms.Textarea(attrs={"rows": 8, "cols": 100, "lang": "pl"}),
        help_text=_("Without the number. References and amounts in braces, as in the text: {§ 12 ust. 3}, {10 000 zł}."),
    )

    def __init__(
        self, data: Any = None, *, unit: ProvisionText, texts: Sequence[ProvisionText], words: str, heading: str
    ) -> None:
        super().__init__(data, initial={"text": words, "heading": heading})
        self.texts = texts
        if unit.kind not in WITH_HEADING and not unit.heading:
            del self.fields["heading"]

    def clean_text(self) -> str:
        return as_stored(self.cleaned_data["text"], self.texts)

    @property
    def words(self) -> dict[str, str]:
        return {"heading": self.cleaned_data.get("heading", ""), "text": self.cleaned_data["text"]}


class ChangeForm(WordsForm):
    """A change proposed on `unit` because of a part; the author's own wording stands in it to begin with."""

    action = forms.ChoiceField(label=_("What is done"), choices=ChangeAction)
    field_order = ("action", "heading", "text")

    def __init__(self, data: Any = None, *, part: Part, unit: ProvisionText, texts: Sequence[ProvisionText]) -> None:
        words = author_wording(part, unit, spelling(texts))
        super().__init__(data, unit=unit, texts=texts, words=words, heading=unit.heading)
        if unit.kind == Unit.TABLE:
            only = [(ChangeAction.REMOVE, ChangeAction.REMOVE.label)]
            self.fields["action"] = forms.ChoiceField(label=self.fields["action"].label, choices=only)


def author_wording(part: Part, unit: ProvisionText, spelled: Spelling) -> str:
    """What the author proposed, or the present words if nothing; what is a mark in the present words stays one."""
    wording = part.voice.proposed_wording
    if not wording:
        return typed(unit.text, spelled)
    for mark in dict.fromkeys(found[0] for found in MARK.finditer(unit.text)):
        shown = typed(mark, spelled)
        wording = shown.join(re.split(rf"(?<!\w){re.escape(spelled.words(mark))}(?!\w)", wording))
    return wording


class PlaceForm(forms.Form):
    """Where in a version something stands already, or stood before it was taken out."""

    citation = forms.CharField(label=_("Provision"), max_length=120, help_text=_("As cited in that version: § 12 ust. 3 pkt 1."))

    def __init__(self, data: Any = None, *, versions: QuerySet[DraftVersion]) -> None:
        super().__init__(data)
        self.fields = {"version": forms.ModelChoiceField(versions, label=_("Version"), empty_label=None), **self.fields}
        self.text: ProvisionText | None = None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        version, wanted = cleaned.get("version"), as_cited(cleaned.get("citation", ""))
        if version and wanted:
            cited = version.texts.select_related("provision")
            self.text = next((text for text in cited if as_cited(text.citation) == wanted), None)
            if self.text is None:
                self.add_error("citation", _("There is no such provision in that version. Write it as cited there."))
        return cleaned
