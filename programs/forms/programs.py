from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from programs.models import DraftVersion, Program


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
