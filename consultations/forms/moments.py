"""Days and hours as an official types them."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from consultations import deadlines


class MomentField(forms.DateTimeField):
    """One input for a local day and hour; hours that the clocks skip or repeat are read as deadlines.moment says."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def to_python(self, value: Any) -> datetime | None:
        try:
            wall = parse_datetime(value.strip()) if isinstance(value, str) else None
        except ValueError:
            wall = None
        try:
            return deadlines.moment(wall.date(), wall.time()) if wall and timezone.is_naive(wall) else super().to_python(value)
        except OverflowError as nonsense:
            # Of the first and the last day of all calendars, another zone has none.
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from nonsense


class DayField(forms.DateField):
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
