"""What the office writes of a consultation: its words, the places where it was announced, and what a later change is."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from consultations.actions.report import Place, Words, fingerprint, places_of
from consultations.forms.moments import DayField
from consultations.models import Consultation, Publicity, Report

EMPTY_PLACES = 2
_ROWS = {"basis": 4, "forms": 6, "course": 8, "opinion": 5, "conclusion": 8}
_HELP = {
    "basis": _("Fill in the place marked with […]. Laws are cited as you write them here."),
    "forms": _("Lines that begin with a dash and a space become a list."),
    "course": _("What numbers do not say: how it went, who helped, what was difficult. May stay empty."),
    "opinion": _("What the opinion says, in a few sentences; its days come from the formal events. May stay empty."),
    "conclusion": _("What the office will do now."),
    "prepared_by": _("The bulletin names who made what it publishes, for example: Department of Cooperation, Anna Example."),
}


class BeginForm(forms.Form):
    consultation = forms.ModelChoiceField(
        label=_("Consultation"),
        queryset=Consultation.objects.filter(report=None),
        error_messages={"required": _("Choose the consultation.")},
    )


class ReportForm(forms.ModelForm[Report]):
    what = forms.CharField(
        label=_("What you change"),
        max_length=500,
        required=False,
        help_text=_("The report is public: people read this sentence in its log of changes."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Report
        fields = tuple(field.name for field in fields(Words))
        help_texts = _HELP
        widgets = {name: forms.Textarea(attrs={"rows": rows}) for name, rows in _ROWS.items()}

    def __init__(self, data: Mapping[str, Any] | None = None, *, instance: Report) -> None:
        super().__init__(data, instance=instance, initial={"seen": fingerprint(instance)})
        if not instance.published_at:
            del self.fields["what"]

    def words(self) -> Words:
        said = {name: self.cleaned_data[name].replace("\r\n", "\n").strip() for name in self.Meta.fields}
        return Words(**said)


class PlaceForm(forms.ModelForm[Publicity]):
    place = forms.CharField(label=_("Where"), max_length=200, required=False)
    on = DayField(label=_("When"), required=False)
    link = forms.URLField(label=_("Link"), required=False, assume_scheme="https")

    class Meta:
        model = Publicity
        fields = ("place", "on", "link")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("place") and (cleaned.get("on") or cleaned.get("link")):
            self.add_error("place", _("Write where it was announced."))
        return cleaned


class PlacesFormSet(forms.BaseFormSet[PlaceForm]):
    """A row that is emptied goes away."""

    def __init__(self, data: Mapping[str, Any] | None = None, *, report: Report) -> None:
        present = [{"place": place.place, "on": place.on, "link": place.link} for place in places_of(report)]
        super().__init__(data, initial=present, prefix="places")

    def places(self) -> list[Place]:
        said = (form.cleaned_data for form in self.forms)
        return [Place(row["place"], row["on"], row["link"]) for row in said if row.get("place")]


# The factory does not say of what class it makes one.
Places = cast(type[PlacesFormSet], forms.formset_factory(PlaceForm, formset=PlacesFormSet, extra=EMPTY_PLACES))
