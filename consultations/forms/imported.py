"""The rows of a sheet, judged as what is typed into a form: the cells are its fields."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime, time
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.core.files import File
from django.utils.translation import gettext_lazy as _

from accounts.folding import folded
from accounts.models import Organization
from consultations import deadlines
from consultations.actions.intake import EnteredLetter, numbers_of
from consultations.actions.voices import ProposalText, RemarkText
from consultations.forms.citations import Citations
from consultations.forms.entered import LetterFields, SaidFields
from consultations.imports.columns import COLUMNS, OTHER_MATTER, head
from consultations.imports.reader import MAX_BYTES
from consultations.imports.refusals import Reason
from consultations.imports.sheets import CHANNELS
from consultations.models import Consultation, Submission, Voice, VoiceImport, VoiceKind
from consultations.models.voices import ACTION_OF
from consultations.stages import kinds_permitting

NOON = time(12)
_DAYS = (r"(?P<d>\d{1,2})[./-](?P<m>\d{1,2})[./-](?P<y>[12]\d{3})", r"(?P<y>[12]\d{3})-(?P<m>\d{2})-(?P<d>\d{2})")
_HOUR = r"(?:godz\.? ?)?(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))?(?:[:.]\d{2})?"


class PutUpForm(forms.Form):
    """For an empty sheet to be filled as well: that needs no file."""

    consultation = forms.ModelChoiceField(label=_("Consultation"), queryset=Consultation.objects.all(), empty_label=None)
    kind = forms.ChoiceField(
        label=_("What the rows are"), choices=VoiceKind.choices, widget=forms.RadioSelect, initial=VoiceKind.REMARK
    )
    file = forms.FileField(
        label=_("Filled sheet (.xlsx)"),
        required=False,
        help_text=_(
            "At most 5 MB and 2,000 rows. It is read and shown to you row by row; nothing is recorded before you say so."
        ),
    )

    def clean_file(self) -> File[bytes] | None:
        file: File[bytes] | None = self.cleaned_data["file"]
        if file and file.size > MAX_BYTES:
            raise forms.ValidationError(str(Reason.TOO_LARGE.label))
        return file


class NamedField(forms.CharField):
    """Words that name one of a few things. `known` by their folded words, None for nothing."""

    def __init__(self, *, unknown: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.unknown = unknown
        self.known: Mapping[str, Any] = {}

    def clean(self, value: Any) -> Any:
        words = folded(super().clean(value))
        if not words:
            return None
        if words not in self.known:
            raise forms.ValidationError(self.unknown)
        return self.known[words]


class Known:
    """What the cells may name: a few queries, however many rows."""

    def __init__(self, put_up: VoiceImport, at: datetime) -> None:
        self.consultation, self.kind, self.at = put_up.consultation, VoiceKind(put_up.kind), at
        self.citations = Citations(self.consultation)
        topics = list(self.consultation.topics.select_related("consultation"))
        self.topics = {folded(OTHER_MATTER): None, **{folded(topic.name): topic for topic in topics}}
        self.organizations = {folded(one.name): one.heir for one in Organization.objects.select_related("merged_into")}
        self.stages = list(self.consultation.stages.filter(kind__in=kinds_permitting(ACTION_OF[self.kind])))


CHANNEL_WORDS = {folded(words): channel for channel, words in CHANNELS.items()}


class ImportedForm(LetterFields, SaidFields):
    """One row; `found` are the cells that could not be read."""

    received = "day"
    form_token = received_at = organization = scan = None  # type: ignore[assignment]  # a sheet has no such columns
    channel = NamedField(unknown=_("This is not a channel. Take a word from the second sheet of the empty one."))  # type: ignore[assignment]
    day = forms.CharField(max_length=40)
    hour = forms.CharField(max_length=40, required=False)
    topic = NamedField(  # type: ignore[assignment]
        required=False, unknown=_("This consultation has no such topic. Take the words from the second sheet of the empty one.")
    )

    def __init__(self, said: Mapping[str, str], found: Mapping[str, str], *, known: Known) -> None:
        super().__init__({**said}, topics=())
        self.known, self.found, self.at = known, found, known.at
        self.fields["channel"].known = CHANNEL_WORDS  # type: ignore[attr-defined]
        self.fields["topic"].known = known.topics  # type: ignore[attr-defined]

    def clean_topic(self) -> Any:
        return self.cleaned_data["topic"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name, reason in self.found.items():
            self.errors.pop(name, None)
            self.add_error(name or None, str(Reason(reason).label))
        cleaned["received_at"] = self._moment(cleaned)
        cleaned["organization"] = self.known.organizations.get(folded(cleaned.get("organization_name", "")))
        self.check_letter(cleaned, self.known.consultation, self.known.kind)
        self.check_said(cleaned, self.known.consultation, self.known.kind, self.known.citations)
        if not ({"citation", "topic"} & {*self.data, *self.errors}):
            self.add_error("topic", _("Say what it is about: a provision, or a topic from the second sheet of the empty one."))
        return cleaned

    def is_open(self, consultation: Consultation, kind: VoiceKind, at: datetime) -> bool:
        return any(stage.is_open(at) for stage in self.known.stages)

    def _moment(self, cleaned: Mapping[str, Any]) -> datetime | None:
        """The hour may stand in the cell of the day. None when either is wrong, which is said."""
        if not {"day", "hour"} <= cleaned.keys():
            return None
        typed = re.sub(r" ?r\.?$", "", " ".join(cleaned["day"].split())).replace("T", " ")
        words, _space, rest = typed.partition(" ")
        day, hour = _day_of(words), _hour_of(cleaned["hour"] or rest) if cleaned["hour"] or rest else NOON
        if day is None:
            self.add_error("day", _("Write the day as 14.10.2026."))
        if hour is None:
            self.add_error("hour" if cleaned["hour"] else "day", _("Write the hour as 9:30."))
        return deadlines.moment(day, hour) if day and hour is not None else None


def _day_of(typed: str) -> date | None:
    found = next(filter(None, (re.fullmatch(one, typed) for one in _DAYS)), None)
    with suppress(ValueError):
        return date(*(int(found[part]) for part in ("y", "m", "d"))) if found else None
    return None


def _hour_of(typed: str) -> time | None:
    found = re.fullmatch(_HOUR, typed)
    with suppress(ValueError):
        return time(int(found["hour"]), int(found["minute"] or 0)) if found else None
    return None


class ImportedRow:
    """One row of the page: which voice it is, what would be recorded of it, or what is wrong with it."""

    def __init__(self, row: Mapping[str, Any], known: Known, number: int | None, same_as: int) -> None:
        self.number: int = row["row"]
        self.token: str = row["token"]
        self.said: Mapping[str, str] = row.get("said", {})
        self.voice = number and Voice(kind=known.kind, number=number, consultation=known.consultation)
        self.form = ImportedForm(self.said, row.get("errors", {}), known=known)
        self._same_as = same_as

    @cached_property
    def errors(self) -> list[tuple[str, str]]:
        """The head of a column, empty for the whole row, and a sentence."""
        if self.voice:
            return []
        if self._same_as:
            said = _("It says the same as row %(row)s. If it is another letter, give another hour.")
            return [("", said % {"row": self._same_as})]
        wrong = self.form.errors
        in_order = [name for name in (*COLUMNS, NON_FIELD_ERRORS) if name in wrong]
        return [(head(name) if name in COLUMNS else "", str(one)) for name in in_order for one in wrong[name]]

    @property
    def is_good(self) -> bool:
        return not (self.voice or self.errors)

    @cached_property
    def letter(self) -> EnteredLetter:
        """Of a good row."""
        return self.form.letter(self.form.known.consultation, [self.form.said()])

    @property
    def said_words(self) -> ProposalText | RemarkText:
        """Of a good row."""
        return self.letter.said[0]

    @property
    def heads(self) -> list[tuple[str, str]]:
        """What stands in the row, cell by cell."""
        return [(head(name), self.said[name]) for name in COLUMNS if name in self.said]

    @property
    def author(self) -> str:
        return Submission(organization_name=self.letter.author.organization_name).author

    @property
    def place(self) -> str:
        """As the voice of a good row will be cited."""
        place = self.form.place
        return Voice(kind=self.form.known.kind, provision_text=place and place.text, until_text=place and place.until).place


def rows_of(put_up: VoiceImport, at: datetime) -> list[ImportedRow]:
    """All of a sheet, judged as of now."""
    known, numbers = Known(put_up, at), numbers_of(put_up)
    first: dict[str, int] = {}
    rows = []
    for row in put_up.rows:
        before = first.setdefault(row["token"], row["row"])
        rows.append(ImportedRow(row, known, numbers.get(row["token"]), before if before != row["row"] else 0))
    return rows
