"""Who is to answer, and until when."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import ALLOWS, GIVEN_BY_GROUP, Duty
from consultations.models import Department

ANSWERING = [role.value for role in GIVEN_BY_GROUP if not ALLOWS[role].isdisjoint({Duty.HANDLE_VOICES, Duty.ANSWER_OWN})]


class AssignForm(forms.Form):
    department = forms.ModelChoiceField(Department.objects.all(), label=_("Department"), required=False, empty_label=_("none"))
    assignee = forms.ModelChoiceField(
        User.objects.filter(is_active=True, is_staff=True, groups__name__in=ANSWERING).distinct().order_by("name", "email"),
        label=_("Person"),
        required=False,
        empty_label=_("nobody"),
    )
    due_on = forms.DateField(
        label=_("Answer due on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Who answers is reminded three days before, and on the day after if an answer is missing."),
    )
