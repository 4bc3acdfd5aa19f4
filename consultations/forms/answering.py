"""What officials type about one voice. What may not be is refused by the verbs, in words that stand beside the field."""

from django import forms
from django.utils.translation import gettext_lazy as _

from consultations.models import AnswerTemplate, Decision, Note, Outcome


class AnswerForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("Outcome"),
        choices=Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what becomes of it.")},
    )
    reasons = forms.CharField(
        label=_("Reasons"),
        required=False,
        max_length=Decision._meta.get_field("reasons").max_length,
        widget=forms.Textarea(attrs={"rows": 9}),
        help_text=_("People read exactly these words. Only what is taken into account whole may go without them."),
    )

    def with_template(self, template: AnswerTemplate) -> "AnswerForm":
        """The same with the words of a template behind those that are typed."""
        typed = self.data.get("reasons", "").rstrip()
        words = f"{typed}\n\n{template.reasons}" if typed else template.reasons
        return AnswerForm(initial={"outcome": self.data.get("outcome") or template.outcome, "reasons": words})


class ReturnForm(forms.Form):
    why = forms.CharField(
        label=_("What to improve"),
        max_length=Decision._meta.get_field("returned_why").max_length,
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
    )


class NoteForm(forms.Form):
    text = forms.CharField(
        label=_("Add a note"),
        max_length=Note._meta.get_field("text").max_length,
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
    )
