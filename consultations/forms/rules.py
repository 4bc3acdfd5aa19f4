"""A reminder rule as the coordinator types it. What is wrong with it, the verbs say."""

import itertools
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consultations.models import ReminderKind, ReminderRule, Stage
from consultations.rules import AUDIENCES, STAGES


class StageChoice(forms.ModelChoiceField[Stage]):
    def label_from_instance(self, stage: Stage) -> str:
        return f"{stage.name} ({stage.consultation})"


class RuleForm(forms.ModelForm[ReminderRule]):
    # Kind and audience in one list: only what goes together can be chosen.
    about = forms.ChoiceField(label=_("What about → to whom"))
    stage = StageChoice(
        label=_("Only this stage"),
        queryset=Stage.objects.none(),
        required=False,
        help_text=_("Empty: every stage that such a letter suits. Only for letters about stages."),
    )
    clock = forms.TimeField(
        label=_("At"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": _("There is no such time of day. Give one from 0:00 to 23:59, for example 9:00.")},
    )

    class Meta:
        model = ReminderRule
        fields = ("consultation", "stage", "days", "clock", "hours", "is_on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rule = self.instance
        kinds = [ReminderKind(rule.kind)] if rule.pk else list(AUDIENCES)
        if "about" in self.fields:  # a reader's page has no fields
            about = self.fields["about"]
            about.choices = [("", "---------"), *itertools.chain(*map(_choices, kinds))]  # type: ignore[attr-defined]
            if rule.pk:
                self.initial["about"] = f"{rule.kind}:{rule.audience}"
            self.fields["stage"].queryset = self._stages(kinds)  # type: ignore[attr-defined]

    def _stages(self, kinds: list[ReminderKind]) -> Any:
        suiting = frozenset().union(*(STAGES.get(kind, frozenset()) for kind in kinds))
        stages = Stage.objects.filter(kind__in=suiting).select_related("consultation").order_by("-consultation", "position")
        if self.instance.pk:
            return stages.filter(consultation=self.instance.consultation_id)
        chosen = self.data.get("consultation") or self.initial.get("consultation")
        return stages.filter(consultation=chosen) if str(chosen or "").isdecimal() else stages

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "about" in cleaned:
            cleaned["kind"], _colon, cleaned["audience"] = cleaned["about"].partition(":")
            # Looked at with the rest of the row.
            self.instance.kind, self.instance.audience = cleaned["kind"], cleaned["audience"]
        return cleaned


def _choices(kind: ReminderKind) -> list[tuple[str, str]]:
    return [(f"{kind.value}:{audience.value}", f"{kind.label} → {audience.label}") for audience in AUDIENCES[kind]]
