"""One answer to several voices."""

from django import forms
from django.utils.translation import gettext_lazy as _

from consultations.forms.answering import AnswerForm


class TogetherForm(AnswerForm):
    send = forms.BooleanField(label=_("Send the answers for approval at once"), required=False)
