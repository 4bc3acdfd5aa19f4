"""Why there is another act of publication."""

from django import forms
from django.utils.translation import gettext_lazy as _

from consultations.models import Publication


class PublishForm(forms.Form):
    note = forms.CharField(
        label=_("What this act adds or corrects"),
        required=False,
        max_length=Publication._meta.get_field("note").max_length,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("People read it beside the answers and in their letter. One or two sentences."),
    )
