"""Forms of the coordinator: what is typed about stages and formal events, checked by what the verbs will ask."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations import deadlines
from consultations.actions.events import check_done, windows_after
from consultations.actions.schedule import ReasonIsMissing, ScheduleRefused, check_act, check_window, needs_reason
from consultations.forms.moments import DayField, MomentField
from consultations.models import Consultation, Document, FormalEvent, Stage

WHY_IT_MOVES = gettext_lazy("Needed only when a published date moves. People read it beside the old date.")


class ReasonField(forms.CharField):
    def __init__(self) -> None:
        super().__init__(
            label=gettext_lazy("Why the date moves"),
            help_text=WHY_IT_MOVES,
            required=False,
            max_length=500,
            widget=forms.Textarea(attrs={"rows": 2}),
        )


class StageForm(forms.ModelForm[Stage]):
    opens_at = MomentField(label=gettext_lazy("Opens"), required=False)
    closes_at = MomentField(
        label=gettext_lazy("Closes"),
        required=False,
        help_text=gettext_lazy("The first moment when it is closed: for “until 30 September” give 1 October, 00:00."),
    )
    reason = ReasonField()

    class Meta:
        model = Stage
        fields = (
            "consultation",
            "kind",
            "name",
            "description",
            "position",
            "opens_at",
            "closes_at",
            "shown_as",
            "after_event",
            "days_after",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "after_event" in self.fields:
            self.fields["after_event"].queryset = self.instance.consultation.events.all()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        stage = self.instance if self.instance.pk else Stage(kind=cleaned.get("kind", ""))
        if not self.instance.pk and isinstance(cleaned.get("consultation"), Consultation):
            stage.consultation = cleaned["consultation"]
        if self.errors or stage.consultation_id is None:
            return cleaned
        self._check_act(stage)
        try:
            check_window(stage, cleaned.get("opens_at"), cleaned.get("closes_at"))
        except ScheduleRefused as refused:
            self.add_error("opens_at", str(refused.in_words))
        if not self.errors and self._moves_without_a_word(stage):
            self.add_error("reason", str(ReasonIsMissing.in_words))
        return cleaned

    def _check_act(self, stage: Stage) -> None:
        act = self.cleaned_data.get("after_event")
        if act and act.consultation_id != stage.consultation_id:
            self.add_error("after_event", _("This act belongs to another consultation. Choose one of this consultation."))
        try:
            check_act(self.cleaned_data["shown_as"], act, self.cleaned_data.get("days_after"))
        except ScheduleRefused as refused:
            self.add_error("after_event", str(refused.in_words))

    def _moves_without_a_word(self, stage: Stage) -> bool:
        opens_at, closes_at = self.cleaned_data.get("opens_at"), self.cleaned_data.get("closes_at")
        moves = stage.pk is not None and needs_reason(stage, opens_at, closes_at, timezone.now())
        return moves and not self.cleaned_data.get("reason", "").strip()


class EventForm(forms.ModelForm[FormalEvent]):
    planned_on = DayField(label=gettext_lazy("Planned for"), required=False)
    done_on = DayField(
        label=gettext_lazy("Done on"),
        required=False,
        help_text=gettext_lazy("Stages that wait for this act get their dates from this day, after you have seen them."),
    )
    opens_at = MomentField(
        label=gettext_lazy("The stages it opens begin"),
        required=False,
        help_text=gettext_lazy("Empty: at midnight after the day of the act."),
    )
    reason = ReasonField()
    link = forms.URLField(label=gettext_lazy("Link"), required=False, assume_scheme="https")
    # The windows shown to the official: saved only when they are still the same.
    previewed = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = FormalEvent
        fields = ("consultation", "kind", "name", "note", "position", "planned_on", "done_on", "document", "link")

    def __init__(self, data: Mapping[str, Any] | None = None, *args: Any, **kwargs: Any) -> None:
        # A preview answers through the form itself, so what came in must be writable.
        super().__init__(data.copy() if data is not None else None, *args, **kwargs)  # type: ignore[attr-defined]
        if self.instance.waived:
            # Nothing was done: a day is typed here when an opinion came all the same.
            self.initial["done_on"] = None
        if "document" in self.fields:
            of_consultation = Document.objects.filter(consultation=self.instance.consultation_id)
            self.fields["document"].queryset = of_consultation  # type: ignore[attr-defined]
            if not self.instance.pk:
                self.fields["document"].disabled = True
                self.fields["document"].help_text = _("Save first: then choose from the documents of the consultation.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        done_on, planned_on = cleaned.get("done_on"), cleaned.get("planned_on")
        try:
            check_done(done_on, timezone.now())
        except ScheduleRefused as refused:
            self.add_error("done_on", str(refused.in_words))
        if self.errors or not self.instance.pk:
            return cleaned
        event = self.instance
        if event.done_on and not done_on and not event.waived:
            self.add_error("done_on", _("A recorded act can be corrected, not taken back: give the right day."))
        is_public = event.consultation.is_published(timezone.now())
        if is_public and event.planned_on and event.planned_on != planned_on and not cleaned.get("reason", "").strip():
            self.add_error("reason", str(ReasonIsMissing.in_words))
        if done_on and (done_on != event.done_on or cleaned.get("opens_at")):
            self._preview(event, done_on, cleaned.get("opens_at"))
        return cleaned

    def _preview(self, event: FormalEvent, done_on: date, opens_at: datetime | None) -> None:
        """Show the windows once before they are saved; what makes them impossible is said here too."""
        windows = windows_after(event, done_on=done_on, opens_at=opens_at)
        for stage, opens, closes in windows:
            try:
                check_window(stage, opens, closes)
            except ScheduleRefused as refused:
                self.add_error("done_on", f"{stage.name}: {refused.in_words}")
        seen = "|".join(f"{stage.pk} {opens:%s} {closes:%s}" for stage, opens, closes in windows)
        if seen == self.cleaned_data.get("previewed", "") or self.errors:
            return
        self.data["previewed"] = seen  # type: ignore[index]
        for stage, opens, closes in windows:
            dates = deadlines.shown("from_to", opens, closes, timezone.now())
            words = [_("This act opens “%(stage)s”: %(dates)s.") % {"stage": stage.name, "dates": dates}]
            words.append(deadlines.why_moved(done_on, stage.days_after or 0, timezone.now()))
            self.add_error(None, " ".join([*filter(None, words), _("If that is right, save once more.")]))
