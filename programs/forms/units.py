"""What officials type into the text: a unit, where it goes, where it is cut."""

import hashlib
import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from programs.marks import MARK, UnknownMark, as_cited, stored, targets_of, typed
from programs.models import HEADING_AT_MOST, TEXT_AT_MOST, DraftVersion, ProvisionText, StatutoryElement
from programs.numbering import ALLOWED_CHILDREN, Unit
from programs.reading import spelling

AFTER, IN, AT_END = "after", "in", "end"
WITH_HEADING = (Unit.CHAPTER, Unit.ANNEX, Unit.PARAGRAPH, Unit.TABLE)
# A cell behind what parts it from the one before it.
_CELL = re.compile(r"[|\t]((?:\\.|[^\\|\t]|\\$)*)")
EMPTY_LINE = re.compile(r"\n[ \t]*\n\s*")
_NUMBERS_HAVE_CHANGED = _(
    "The numbers of the text have changed since you opened this page: what stands in braces may now name other provisions. "
    "Look at the references once more and save again."
)
_PLACE_IS_GONE = _(
    "Somebody has changed the text meanwhile, and its place is gone. What you typed is kept: choose where it goes."
)


class WordsField(forms.CharField):
    """Counted as it is stored: a browser sends the end of a line in two characters."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")


class CellsField(forms.CharField):
    """A table typed as lines: a row a line, its cells parted by | or, pasted from a spreadsheet, by tabs.

    What would part cells is typed behind a backslash: \\| is a line, \\n the end of one within a cell, \\\\ the backslash.
    """

    widget = forms.Textarea(attrs={"rows": 12, "cols": 100})

    def prepare_value(self, value: Any) -> Any:
        return value if value is None or isinstance(value, str) else "\n".join(" | ".join(map(_escaped, row)) for row in value)

    def to_python(self, value: Any) -> Any:
        lines = [line for line in re.split(r"\r?\n", super().to_python(value) or "") if line.strip()]
        return [[_unescaped(cell).strip() for cell in _CELL.findall(f"|{line}")] for line in lines]

    def clean(self, value: Any) -> Any:
        rows = super().clean(value)
        ragged = next((number for number, row in enumerate(rows, 1) if len(row) != len(rows[0])), None)
        if ragged:
            raise forms.ValidationError(
                _("Row %(row)s has %(cells)s cells and the first row has %(first)s. Give each row as many; they may be empty."),
                params={"row": ragged, "cells": len(rows[ragged - 1]), "first": len(rows[0])},
            )
        return rows


def _escaped(cell: str) -> str:
    return cell.replace("\\", r"\\").replace("|", r"\|").replace("\n", r"\n").replace("\t", " ")


def _unescaped(cell: str) -> str:
    return re.sub(r"\\([\\|n])", lambda found: "\n" if found[1] == "n" else found[1], cell)


class UnitForm(forms.Form):
    """`unit` fills the form in; a new one names its kind instead. `texts` is the whole version, in reading order."""

    heading = forms.CharField(
        label=_("Heading"),
        required=False,
        max_length=HEADING_AT_MOST,
        widget=forms.TextInput(attrs={"size": 100, "class": "vLargeTextField"}),
    )
    text = WordsField(
        label=_("Text"),
        required=False,
        max_length=TEXT_AT_MOST,
        widget=forms.Textarea(attrs={"rows": 8, "cols": 100}),
        help_text=_(
            "Plain words without the number: § 5, 2) and the like are put in by themselves. In braces: a reference "
            "{§ 12 ust. 3}, which keeps up with the numbers; an amount {10 000 zł}, which is printed in words too; "
            "the total of a table {razem: § 12 tabela}."
        ),
    )
    cells = CellsField(
        label=_("Table"),
        required=False,
        help_text=_(
            "One row in a line, the cells parted by | or by tabs. The first row is the header. "
            "In a row that begins with “Razem”, = stands for the sum of its column."
        ),
    )
    elements = forms.ModelMultipleChoiceField(
        StatutoryElement.objects.none(),
        label=_("Statutory elements it fulfils"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        # What was ticked when the page was opened: who only edits words must not undo what somebody has ticked since.
        show_hidden_initial=True,
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    numbering = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, unit: ProvisionText | None = None, version: DraftVersion, texts: Sequence[ProvisionText]
    ) -> None:
        super().__init__(data)
        self.texts = texts
        self.provision = unit.provision if unit else None
        self.fields["elements"].queryset = StatutoryElement.objects.filter(kind=version.program.kind)  # type: ignore[attr-defined]
        self.initial["numbering"] = _numbering(texts)
        if unit:
            words = typed(unit.text, spelling(texts))
            present = {"heading": unit.heading, "text": words, "cells": unit.cells, "seen": unit.fingerprint()}
            self.initial.update(present, elements=list(unit.provision.elements.values_list("pk", flat=True)))
            del self.fields["text" if unit.kind == Unit.TABLE else "cells"]
            if unit.kind not in WITH_HEADING and not unit.heading:
                del self.fields["heading"]

    def clean_elements(self) -> Any:
        """Only what was ticked and unticked on this page is changed; the ticks of a colleague stay."""
        if self.provision is None:
            return self.cleaned_data["elements"]
        chosen = {element.pk for element in self.cleaned_data["elements"]}
        shown = {int(key) for key in self.data.getlist(self.add_initial_prefix("elements")) if key.isdecimal()}  # type: ignore[attr-defined]
        present = set(self.provision.elements.values_list("pk", flat=True))
        return self.fields["elements"].queryset.filter(pk__in=(present - (shown - chosen)) | (chosen - shown))  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        try:
            cleaned["text"] = as_stored(cleaned.get("text", ""), self.texts)
        except forms.ValidationError as wrong:
            self.add_error("text", wrong)
            return cleaned
        names_provisions = any(found["link"] for found in MARK.finditer(cleaned["text"]))
        if names_provisions and cleaned.get("numbering") not in ("", _numbering(self.texts)):
            self._post_again("numbering", _numbering(self.texts))
            self.add_error("text", _NUMBERS_HAVE_CHANGED)
        return cleaned

    def show_again(self, seen: str) -> None:
        """What was typed stays; the next attempt stands on the wording shown beside it."""
        self._post_again("seen", seen)

    def _post_again(self, name: str, value: str) -> None:
        data = self.data.copy()  # type: ignore[attr-defined]
        data[name] = value
        self.data = data


class NewUnitForm(UnitForm):
    """A unit to be put behind `near` or into it; without `near`, at the end of the text."""

    place = forms.ChoiceField(
        label=_("What, and where"), error_messages={"required": _PLACE_IS_GONE, "invalid_choice": _PLACE_IS_GONE}
    )
    field_order = ("place", "heading", "text", "cells", "elements")

    def __init__(
        self, data: Any = None, *, near: ProvisionText | None, version: DraftVersion, texts: Sequence[ProvisionText]
    ) -> None:
        super().__init__(data, version=version, texts=texts)
        places = list(_places(near))
        # Its place is gone: the first kind on the list must not become the answer by itself.
        if near is None and texts:
            places.insert(0, ("", "---------"))
        self.fields["place"].choices = places  # type: ignore[attr-defined]
        self.near = near
        if near:
            # What most often comes next: one more of its kind, or the first § of a chapter.
            holds_paragraphs = Unit.PARAGRAPH in ALLOWED_CHILDREN[Unit(near.kind)]
            self.initial["place"] = f"{IN}:{Unit.PARAGRAPH}" if holds_paragraphs else f"{AFTER}:{near.kind}"

    @property
    def kind(self) -> Unit:
        return Unit(self.cleaned_data["place"].partition(":")[2])

    @property
    def parent(self) -> ProvisionText | None:
        stands_in_near = self.cleaned_data["place"].startswith(IN)
        return self.near if stands_in_near or self.near is None else self.near.parent

    @property
    def after(self) -> ProvisionText | None:
        return self.near if self.cleaned_data["place"].startswith(AFTER) else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "place" not in cleaned:
            return cleaned
        if cleaned.get("cells") and self.kind != Unit.TABLE:
            self.add_error("cells", _("Only a table has rows and cells: choose a table above, or leave this empty."))
        if cleaned.get("text") and self.kind == Unit.TABLE:
            self.add_error("text", _("A table has only rows and cells: put these words into the unit that it stands in."))
        if cleaned.get("heading") and self.kind not in WITH_HEADING:
            self.add_error("heading", _("Such a unit shows no heading: put it into the text, or choose another kind above."))
        return cleaned


class SplitForm(forms.Form):
    """One unit as it is, to be cut by empty lines."""

    words = forms.CharField(
        label=_("Text"),
        max_length=TEXT_AT_MOST + 1000,
        widget=forms.Textarea(attrs={"rows": 12, "cols": 100}),
        help_text=_("Leave an empty line where the next unit begins. The words themselves stay as they are."),
    )
    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, unit: ProvisionText, texts: Sequence[ProvisionText]) -> None:
        super().__init__(data)
        self.initial = {"words": typed(unit.text, spelling(texts)), "seen": unit.fingerprint()}
        self.texts = texts

    def clean_words(self) -> list[str]:
        """The parts, as they are stored."""
        words = self.cleaned_data["words"].replace("\r\n", "\n").strip()
        try:
            meant = stored(words, {as_cited(text.citation): text.provision_id for text in self.texts})
        except UnknownMark as unknown:
            raise forms.ValidationError(_no_such_mark(unknown.words)) from unknown
        return EMPTY_LINE.split(meant)


class PlaceForm(forms.Form):
    """Where a unit is to go: behind another one, or into one as the first there."""

    place = forms.ChoiceField(label=_("Where to"), widget=forms.Select(attrs={"size": 14}))

    def __init__(self, data: Any = None, *, unit: ProvisionText, texts: Sequence[ProvisionText]) -> None:
        """`texts` may not hold the unit itself, nor what stands in it."""
        super().__init__(data)
        self.texts = {text.pk: text for text in texts}
        self.fields["place"].choices = list(_targets(unit, texts))  # type: ignore[attr-defined]

    @property
    def parent(self) -> ProvisionText | None:
        text = self._text
        return text if text is None or self._how == IN else text.parent

    @property
    def after(self) -> ProvisionText | None:
        return self._text if self._how == AFTER else None

    @property
    def _how(self) -> str:
        return str(self.cleaned_data["place"]).partition(":")[0]

    @property
    def _text(self) -> ProvisionText | None:
        key = self.cleaned_data["place"].partition(":")[2]
        return self.texts[int(key)] if key else None


def _targets(unit: ProvisionText, texts: Sequence[ProvisionText]) -> Sequence[tuple[str, str]]:
    kind = Unit(unit.kind)
    found = [(f"{IN}:", str(_("to the very beginning of the text")))] if kind in ALLOWED_CHILDREN[None] else []
    for text in texts:
        words = {"citation": text.citation}
        if kind in ALLOWED_CHILDREN[Unit(text.parent.kind) if text.parent else None]:
            found.append((f"{AFTER}:{text.pk}", _named(_("behind %(citation)s") % words, text)))
        if kind in ALLOWED_CHILDREN[Unit(text.kind)]:
            found.append((f"{IN}:{text.pk}", _named(_("into %(citation)s, as the first") % words, text)))
    return found


def _named(place: str, text: ProvisionText) -> str:
    return f"{place} – {text.opening}" if text.opening else place


def as_stored(words: str, texts: Sequence[ProvisionText]) -> str:
    """Typed words, their marks by the meaning that they have in this text. Raises ValidationError."""
    if "{" not in words and "}" not in words:
        return words
    try:
        meant = stored(words, {as_cited(text.citation): text.provision_id for text in texts})
    except UnknownMark as unknown:
        raise forms.ValidationError(_no_such_mark(unknown.words)) from unknown
    if wrong := _wrong_total(meant, texts) or _stray_brace(meant):
        raise forms.ValidationError(wrong)
    return meant


def _no_such_mark(words: str) -> str:
    told = _("“{%(words)s}” names no provision of this text, no amount and no table. Correct it, or use other brackets.")
    return str(told % {"words": words})


def _wrong_total(words: str, texts: Sequence[ProvisionText]) -> str:
    """What to say when a total is asked of a unit of this text that is no table; a target that is gone is found by freezing."""
    not_tables = {text.provision_id: text.citation for text in texts if text.kind != Unit.TABLE}
    wrong = next((not_tables[target] for kind, target in targets_of(words) if kind == "sum" and target in not_tables), "")
    return _no_such_mark(f"razem: {wrong}") if wrong else ""


def _stray_brace(words: str) -> str:
    """A brace that is no part of a mark would be printed."""
    left = MARK.sub("", words)
    stray = next((left[place : place + 20] for place, sign in enumerate(left) if sign in "{}"), "")
    return str(_("“%(words)s”: a brace without its pair. Close it, or use other brackets.") % {"words": stray}) if stray else ""


def _numbering(texts: Sequence[ProvisionText]) -> str:
    """Changes when a citation comes to mean another provision."""
    meant = " ".join(f"{text.citation}={text.provision_id}" for text in texts)
    return hashlib.sha256(meant.encode()).hexdigest()[:16]


def _places(near: ProvisionText | None) -> Sequence[tuple[str, str]]:
    if near is None:
        end = _("at the end of the text")
        return [(f"{AT_END}:{kind}", f"{kind.label} – {end}") for kind in Unit if kind in ALLOWED_CHILDREN[None]]
    beside = ALLOWED_CHILDREN[Unit(near.parent.kind) if near.parent else None]
    inside = ALLOWED_CHILDREN[Unit(near.kind)]
    words = {"citation": near.citation}
    return [
        *((f"{AFTER}:{kind}", f"{kind.label} – " + _("behind %(citation)s") % words) for kind in Unit if kind in beside),
        *((f"{IN}:{kind}", f"{kind.label} – " + _("in %(citation)s, as the last") % words) for kind in Unit if kind in inside),
    ]
