"""What the clerk chooses and changes before anything is made: each date in an input of its own, the old one beside it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib.admin.utils import label_for_field
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations import deadlines
from consultations.actions import StagesOverlap, WindowIsWrong
from consultations.forms.moments import DayField, MomentField
from consultations.models import Consultation, Stage
from desk.blueprint.plan import MOMENTS, MeetingPlan, Process, whole_weeks
from meetings.models import Meeting

# Beside which input a constraint of the meeting speaks.
SPEAKS_AT = {
    "meeting_ends_after_it_starts": "ends_at",
    "meeting_signup_ends_before_start": "signup_until",
    "meeting_topics_end_before_start": "topics_until",
}


class ChooseForm(forms.Form):
    source = forms.ModelChoiceField(
        Consultation.objects.order_by("-pk"),
        label=gettext_lazy("Start from"),
        required=False,
        empty_label=gettext_lazy("the usual process"),
    )
    year = forms.IntegerField(label=gettext_lazy("For the program of the year"), min_value=2000, max_value=2100)


@dataclass(frozen=True)
class Row:
    field: BoundField
    old: str  # the date of the source in words
    new: str  # the weekday of the present one
    note: str


class PlanForm(forms.Form):
    """`source` and `plan` have the same rows; the inputs begin with the dates of the plan."""

    title = forms.CharField(label=gettext_lazy("Title of the consultation"), max_length=250)
    program_title = forms.CharField(label=gettext_lazy("Title of the program"), max_length=250)
    slug = forms.SlugField(label=gettext_lazy("Name in the address"), max_length=60)
    contact_email = forms.EmailField(label=gettext_lazy("E-mail of the coordinator"))

    def __init__(self, *args: Any, source: Process, plan: Process, at: datetime, **kwargs: Any) -> None:
        first = {"title": plan.title, "program_title": plan.program_title, "slug": str(plan.year)}
        kwargs["initial"] = {**first, "contact_email": plan.words["contact_email"]}
        super().__init__(*args, **kwargs)
        self.source, self.plan, self.at = source, plan, at
        for name, label, moment, required in _inputs(plan):
            kind = DayField if name.startswith("event") else MomentField
            self.fields[name] = kind(label=label, required=required, initial=moment)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors:
            self._check_stages()
            for number, meeting in enumerate(self.chosen().meetings):
                self._check_meeting(number, meeting)
        return cleaned

    def _check_stages(self) -> None:
        stages = self.chosen().stages
        for number, stage in enumerate(stages):
            opens_at, closes_at = stage.opens_at, stage.closes_at
            if opens_at is None and closes_at is None:
                continue
            if opens_at is None or closes_at is None or opens_at >= closes_at:
                self.add_error(f"stage-{number}-opens_at", str(WindowIsWrong.in_words))
                continue
            for other in stages[:number]:
                same = other.kind == stage.kind and other.opens_at and other.closes_at
                if same and other.opens_at < closes_at and other.closes_at > opens_at:  # type: ignore[operator]
                    self.add_error(f"stage-{number}-opens_at", str(StagesOverlap(Stage(name=other.name)).in_words))

    def _check_meeting(self, number: int, plan: MeetingPlan) -> None:
        meeting = Meeting(title=plan.title, **plan.options, **plan.moments)
        for constraint in Meeting._meta.constraints:
            try:
                constraint.validate(Meeting, meeting)
            except ValidationError as error:
                name = SPEAKS_AT.get(constraint.name, "confirm_until")
                self.add_error(f"meeting-{number}-{name}", error)

    def chosen(self) -> Process:
        """The plan with what was typed; before anything was, the plan itself."""
        said = getattr(self, "cleaned_data", None)
        if said is None:
            return self.plan
        return replace(
            self.plan,
            title=said.get("title", ""),
            program_title=said.get("program_title", ""),
            words={**self.plan.words, "contact_email": said.get("contact_email", "")},
            stages=[
                replace(one, opens_at=said.get(f"stage-{n}-opens_at"), closes_at=said.get(f"stage-{n}-closes_at"))
                for n, one in enumerate(self.plan.stages)
            ],
            events=[replace(one, planned_on=said.get(f"event-{n}-planned_on")) for n, one in enumerate(self.plan.events)],
            meetings=[
                replace(one, moments={name: said.get(f"meeting-{n}-{name}") for name in MOMENTS})
                for n, one in enumerate(self.plan.meetings)
            ],
        )

    def groups(self) -> Iterator[tuple[str, list[Row]]]:
        """Each stage, event and meeting with its rows."""
        old = {name: moment for name, _label, moment, _required in _inputs(self.source)}
        now = {name: moment for name, _label, moment, _required in _inputs(self.chosen())}
        whole = {name: moment for name, _label, moment, _required in _inputs(whole_weeks(self.source, self.plan))}
        names = {f"stage-{n}": one.name for n, one in enumerate(self.plan.stages)}
        names |= {f"event-{n}": one.name for n, one in enumerate(self.plan.events)}
        names |= {f"meeting-{n}": one.title for n, one in enumerate(self.plan.meetings)}
        for prefix, name in names.items():
            keys = [key for key in old if key.startswith(f"{prefix}-")]
            yield name, [self._row(key, old[key], now[key], whole[key]) for key in keys]

    def _row(self, key: str, old: date | None, new: date | None, whole: date | None) -> Row:
        """`whole`: where whole weeks alone would have put it."""
        day, usual_day = _day_of(key, new), _day_of(key, whole)
        acting = not key.endswith(("opens_at", "ends_at"))
        note = ""
        if day and acting and not deadlines.is_working(day):
            note = _("%(free)s.") % {"free": deadlines.free_words(day, self.at)}
        elif new == self[key].initial and day != usual_day and usual_day and not deadlines.is_working(usual_day):
            note = _("Moved to a working day: %(free)s.") % {"free": deadlines.free_words(usual_day, self.at)}
        compared = old is not None and self.source.program_pk is not None
        return Row(self[key], self._words(key, old) if compared else "", self._words(key, new), note)

    def _words(self, key: str, value: date | None) -> str:
        """By the days that people mean: what closes at midnight closes with the day before."""
        if value is None:
            stage = self.plan.stages[int(key.split("-")[1])] if key.startswith("stage") else None
            return _("Counted when the act is recorded.") if stage and stage.after is not None else ""
        if not isinstance(value, datetime):
            return f"{date_format(value, 'l')}, {deadlines.day_words(value, self.at)}"
        in_words = deadlines.from_words if key.endswith(("opens_at", "starts_at")) else deadlines.until_words
        return in_words(value, self.at)


def _day_of(key: str, value: date | None) -> date | None:
    """The day people mean."""
    if not isinstance(value, datetime):
        return value
    return deadlines.local_day(value) if key.endswith(("opens_at", "starts_at")) else deadlines.last_day(value)


def _inputs(plan: Process) -> Iterator[tuple[str, Any, date | None, bool]]:
    for n, stage in enumerate(plan.stages):
        yield f"stage-{n}-opens_at", gettext_lazy("Opens"), stage.opens_at, False
        yield f"stage-{n}-closes_at", gettext_lazy("Closes"), stage.closes_at, False
    for n, event in enumerate(plan.events):
        yield f"event-{n}-planned_on", gettext_lazy("Planned"), event.planned_on, False
    for n, meeting in enumerate(plan.meetings):
        for name in MOMENTS:
            label = label_for_field(name, Meeting)
            yield f"meeting-{n}-{name}", str(label).capitalize(), meeting.moments[name], name in ("starts_at", "ends_at")
