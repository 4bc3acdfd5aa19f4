"""What officials say about a Word file: where it belongs, and what each of its rows is."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django import forms
from django.core.files import File
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from programs.imports.matching import Match
from programs.imports.plan import JOIN, SKIP, Choice
from programs.imports.result import ReadRow
from programs.marks import Spelling, as_cited
from programs.models import DraftVersion, Program, Purpose, Tracked
from programs.numbering import Unit

LARGEST = 10_000_000  # bytes
KINDS: list[tuple[str, str | Promise]] = [
    *((str(unit.value), unit.label) for unit in Unit),
    (JOIN, _("more words of the unit above")),
    (SKIP, _("not taken over")),
]


class ImportForm(forms.Form):
    program = forms.ModelChoiceField(Program.objects.filter(resolution=None), label=_("Program"))
    base = forms.ModelChoiceField(
        DraftVersion.objects.select_related("program"),
        required=False,
        label=_("It continues version"),
        help_text=_("Units that stay the same keep their identity and their remarks. Without one, every unit is new."),
    )
    purpose = forms.ChoiceField(choices=Purpose.choices, label=_("Purpose"))
    file = forms.FileField(label=_("Word file (.docx)"), help_text=_("At most 10 MB. It is read, shown to you, and thrown away."))
    tracked = forms.ChoiceField(
        choices=Tracked.choices,
        initial=Tracked.STOP,
        label=_("Tracked changes in the file"),
        widget=forms.RadioSelect,
    )

    def clean_file(self) -> File[bytes]:
        file: File[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST:
            raise forms.ValidationError(_("This file is larger than 10 MB. Take the pictures out of it and save it again."))
        return file

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        base = cleaned.get("base")
        if base and "program" in cleaned and base.program != cleaned["program"]:
            self.add_error("base", _("Choose a version of the same program, or none."))
        return cleaned


class Row(NamedTuple):
    number: int
    read: ReadRow
    words: str
    kind: forms.BoundField
    match: forms.BoundField
    found: Match


class RowsForm(forms.Form):
    """Some rows of an import: what each is, and which unit of the earlier version, by its citation."""

    def __init__(
        self,
        data: Any = None,
        *,
        rows: Sequence[tuple[int, ReadRow, Choice, Match]],
        file: Spelling,
        base: Spelling,
        elsewhere: Mapping[UUID, int],
    ) -> None:
        """`rows` are (index, what was read, what it is so far, what was found); `file` spells what was read.

        `base` are the units of the earlier version; `elsewhere` those that rows of other pages are, each with the index of
        its row.
        """
        super().__init__(data)
        self.shown, self.file, self.elsewhere = rows, file, elsewhere
        self.by_citation = {as_cited(target.citation): provision for provision, target in base.targets.items()}
        for index, _read, choice, _found in rows:
            self.fields[f"kind-{index}"] = forms.ChoiceField(choices=KINDS, initial=choice.kind)
            earlier = base.targets.get(choice.provision) if choice.provision else None
            citation = earlier.citation if earlier else ""
            self.fields[f"match-{index}"] = forms.CharField(
                required=False, initial=citation, widget=forms.TextInput(attrs={"list": "units", "size": 16})
            )

    def __iter__(self) -> Iterator[Row]:  # type: ignore[override]
        for index, read, _choice, found in self.shown:
            yield Row(index + 1, read, self.file.words(read.text), self[f"kind-{index}"], self[f"match-{index}"], found)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        claimed = dict(self.elsewhere)
        for index, *_rest in self.shown:
            name = f"match-{index}"
            typed = as_cited(cleaned.get(name, ""))
            provision = self.by_citation.get(typed)
            if typed and provision is None:
                self.add_error(name, _("The earlier version has no such unit. Choose one from the list, or leave it empty."))
            elif provision and cleaned.get(f"kind-{index}") not in (SKIP, JOIN) and claimed.setdefault(provision, index) != index:
                words = {"row": claimed[provision] + 1}
                told = _("Row %(row)s is that unit already, and it can go on as one row only. Leave one of the two empty.")
                self.add_error(name, told % words)
        return cleaned

    @property
    def decided(self) -> dict[int, Choice]:
        return {index: self._choice(index) for index, *_rest in self.shown}

    def _choice(self, index: int) -> Choice:
        typed = as_cited(self.cleaned_data[f"match-{index}"])
        return Choice(self.cleaned_data[f"kind-{index}"], self.by_citation[typed] if typed else None)
