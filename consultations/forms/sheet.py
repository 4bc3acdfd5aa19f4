"""One letter that says several things, or one meeting at which they were said, typed on one page."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from consultations.actions.intake import record_letter
from consultations.forms.citations import Citations
from consultations.forms.entered import LetterFields, SaidFields, all_topics
from consultations.models import Consultation, Submission, VoiceKind

STEP, MOST = 5, 100  # rows


class LetterForm(LetterFields):
    required_css_class = "required"
    consultation = forms.ModelChoiceField(label=_("Consultation"), queryset=Consultation.objects.all(), empty_label=None)
    kind = forms.ChoiceField(label=_("Kind"), choices=VoiceKind.choices, initial=VoiceKind.REMARK)

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at = at

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("consultation") and cleaned.get("kind"):
            self.check_letter(cleaned, cleaned["consultation"], VoiceKind(cleaned["kind"]))
        return cleaned

    @property
    def about(self) -> tuple[Consultation, VoiceKind] | None:
        """What its rows speak of, when that can be told."""
        typed = self.cleaned_data
        known = typed.get("consultation") and typed.get("kind")
        return (typed["consultation"], VoiceKind(typed["kind"])) if known else None


class RowForm(SaidFields):
    number: int
    about: tuple[Consultation, VoiceKind, Citations] | None = None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.about:
            self.check_said(cleaned, *self.about)
        return cleaned


class Sheet:
    """The letter and its rows, those that are empty left out of account."""

    def __init__(
        self,
        typed: Mapping[str, str],
        files: MultiValueDict[str, UploadedFile[bytes]] | None = None,
        *,
        at: datetime,
        judged: bool,
    ) -> None:
        """Judged, or shown as typed with no word of what is wrong."""
        rows = typed.get("rows", "")
        count = min(int(rows), MOST) if rows.isdecimal() and len(rows) < 4 else STEP
        self.letter = LetterForm(typed, files, at=at) if judged else LetterForm(initial={**typed}, at=at)
        topics = all_topics()
        self.rows = []
        for number in range(count):
            prefix = f"row-{number}"
            shown = {name: typed.get(f"{prefix}-{name}", "") for name in RowForm.base_fields}
            row = RowForm(typed if judged else None, prefix=prefix, initial={} if judged else shown, topics=topics)
            row.number = number + 1
            self.rows.append(row)
        self.is_judged = judged
        self.filled = [row for row in self.rows if judged and row.has_changed()]
        self.may_grow = count < MOST

    @property
    def how(self) -> list[forms.BoundField]:
        return [self.letter[name] for name in ("consultation", "kind", "channel", "received_at", "late_reason")]

    @property
    def whose(self) -> list[forms.BoundField]:
        return [self.letter[name] for name in ("name", "email", "organization", "organization_name")]

    @property
    def rest(self) -> list[forms.BoundField]:
        return [self.letter[name] for name in ("set_aside", "scan")]

    def is_valid(self) -> bool:
        is_right = self.letter.is_valid()
        if self.letter.about:
            citations = Citations(self.letter.about[0])
            for row in self.filled:
                row.about = (*self.letter.about, citations)
        if not self.filled:
            self.letter.add_error(None, _("Write at least one thing that the letter says."))
        return all(row.is_valid() for row in self.filled) and is_right and bool(self.filled)

    def record(self, *, by: User, at: datetime) -> Submission:
        letter = self.letter.letter(self.letter.cleaned_data["consultation"], [row.said() for row in self.filled])
        return record_letter(letter, form_token=self.letter.cleaned_data["form_token"], by=by, at=at)
