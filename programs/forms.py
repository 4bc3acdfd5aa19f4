"""What officials type at the desk: a program, a unit of its text."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from programs.models import DraftVersion, Program, ProvisionText, StatutoryElement
from programs.numbering import ALLOWED_CHILDREN, Unit

AFTER, IN = "after", "in"


class ProgramForm(forms.ModelForm[Program]):
    class Meta:
        model = Program
        fields = ("title", "slug", "kind", "first_year", "last_year", "previous")


class VersionForm(forms.ModelForm[DraftVersion]):
    class Meta:
        model = DraftVersion
        fields = ("program", "purpose", "based_on")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        based_on = cleaned.get("based_on")
        if based_on and "program" in cleaned and based_on.program != cleaned["program"]:
            self.add_error("based_on", _("Choose a version of the same program, or none."))
        return cleaned


class PurposeForm(forms.ModelForm[DraftVersion]):
    class Meta:
        model = DraftVersion
        fields = ("purpose",)


class CellsField(forms.CharField):
    """A table typed as lines: a row a line, its cells parted by | or, pasted from a spreadsheet, by tabs."""

    widget = forms.Textarea(attrs={"rows": 12, "cols": 100})

    def prepare_value(self, value: Any) -> Any:
        return value if value is None or isinstance(value, str) else "\n".join(" | ".join(row) for row in value)

    def to_python(self, value: Any) -> Any:
        lines = [line for line in (super().to_python(value) or "").splitlines() if line.strip()]
        return [[cell.strip() for cell in line.replace("\t", "|").split("|")] for line in lines]

    def clean(self, value: Any) -> Any:
        rows = super().clean(value)
        ragged = next((number for number, row in enumerate(rows, 1) if len(row) != len(rows[0])), None)
        if ragged:
            raise forms.ValidationError(
                _("Row %(row)s has %(cells)s cells and the first row has %(first)s. Give each row as many; they may be empty."),
                params={"row": ragged, "cells": len(rows[ragged - 1]), "first": len(rows[0])},
            )
        return rows


class UnitForm(forms.Form):
    """`unit` fills the form in; a new one names its kind instead."""

    heading = forms.CharField(
        label=_("Heading"),
        required=False,
        max_length=250,
        widget=forms.TextInput(attrs={"size": 100, "class": "vLargeTextField"}),
    )
    text = forms.CharField(
        label=_("Text"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 8, "cols": 100}),
        help_text=_("Plain words without the number: § 5, 2) and the like are put in by themselves."),
    )
    cells = CellsField(
        label=_("Table"),
        required=False,
        help_text=_("One row in a line, the cells parted by | or by tabs. The first row is the header."),
    )
    elements = forms.ModelMultipleChoiceField(
        StatutoryElement.objects.none(),
        label=_("Statutory elements it fulfils"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, unit: ProvisionText | None = None, version: DraftVersion) -> None:
        super().__init__(data)
        self.fields["elements"].queryset = StatutoryElement.objects.filter(kind=version.program.kind)  # type: ignore[attr-defined]
        if unit:
            self.initial = {"heading": unit.heading, "text": unit.text, "cells": unit.cells, "seen": unit.fingerprint()}
            self.initial["elements"] = list(unit.provision.elements.values_list("pk", flat=True))
            del self.fields["text" if unit.kind == Unit.TABLE else "cells"]

    def show_again(self, seen: str) -> None:
        """What was typed stays; the next attempt stands on the wording shown beside it."""
        data = self.data.copy()  # type: ignore[attr-defined]
        data["seen"] = seen
        self.data = data


class NewUnitForm(UnitForm):
    """A unit to be put behind `near` or into it; without `near`, into an empty text."""

    place = forms.ChoiceField(label=_("What, and where"))
    field_order = ("place", "heading", "text", "cells", "elements")

    def __init__(self, data: Any = None, *, near: ProvisionText | None, version: DraftVersion) -> None:
        super().__init__(data, version=version)
        self.fields["place"].choices = list(_places(near))  # type: ignore[attr-defined]
        self.near = near

    @property
    def kind(self) -> Unit:
        return Unit(self.cleaned_data["place"].partition(":")[2])

    @property
    def parent(self) -> ProvisionText | None:
        stands_in_near = self.cleaned_data["place"].startswith(IN)
        return self.near if stands_in_near or self.near is None else self.near.parent

    @property
    def after(self) -> ProvisionText | None:
        return self.near if self.cleaned_data["place"].startswith(AFTER) else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("cells") and "place" in cleaned and self.kind != Unit.TABLE:
            self.add_error("cells", _("Only a table has rows and cells: choose a table above, or leave this empty."))
        return cleaned


def _places(near: ProvisionText | None) -> Sequence[tuple[str, str]]:
    if near is None:
        return [(f"{IN}:{kind}", str(kind.label)) for kind in Unit if kind in ALLOWED_CHILDREN[None]]
    beside = ALLOWED_CHILDREN[Unit(near.parent.kind) if near.parent else None]
    inside = ALLOWED_CHILDREN[Unit(near.kind)]
    words = {"citation": near.citation}
    return [
        *((f"{AFTER}:{kind}", f"{kind.label} – " + _("behind %(citation)s") % words) for kind in Unit if kind in beside),
        *((f"{IN}:{kind}", f"{kind.label} – " + _("in %(citation)s, as the last") % words) for kind in Unit if kind in inside),
    ]
