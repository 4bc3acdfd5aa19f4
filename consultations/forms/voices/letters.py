"""Several voices in one letter, without a session: what is not in the fields travels, signed, with the page."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar, Self, cast

from django import forms
from django.core import signing
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.forms import VisitorForm
from consultations.forms.voices.fields import AuthorFields, SpokenForm
from consultations.models import Consultation, KeptDraft, VoiceKind

# The fields of one voice, as they were typed.
Typed = dict[str, str]
AT_MOST = 20  # voices in a letter
FULL = _("A letter holds at most 20 of them. Send this one, then write another letter: each gets its own receipt.")
DAMAGED = _(
    "The other texts of this letter came damaged and cannot be read. Go back one page in your browser to have them "
    "again, or go on with this text alone."
)


class LetterForm(AuthorFields):
    """One voice stands in the fields, the others in `rest`.

    Beside the steps of a VisitorForm the page posts "another", "keep" (save and finish later), and, with the place of
    a voice in the letter counted from 0, "change-1" and "drop-1".
    """

    kind: ClassVar[VoiceKind]
    # The form of one voice.
    voice_fields: ClassVar[type[SpokenForm]]
    file_name: ClassVar[StrOrPromise]
    # Signed: [place in the letter of the voice in the fields, the others as typed].
    rest = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"data-kept": ""}))
    # The edition of the draft that this form was saved as.
    draft = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"data-kept": ""}))

    def __init__(self, data: Mapping[str, Any] | None = None, *, consultation: Consultation, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.consultation = consultation
        self.nth, self.others, self.is_damaged = _opened(self["rest"].value() or "")

    @classmethod
    def reopened(cls, draft: KeptDraft) -> Self:
        """Filled with what was kept; nothing is judged yet."""
        typed = draft.typed["author"] | _turned_to(draft.typed["nth"], draft.typed["letter"]) | {"draft": draft.edition}
        return cls(initial=typed, consultation=draft.consultation)

    def voice(self, typed: Typed) -> SpokenForm:
        """A form of one voice."""
        raise NotImplementedError

    @property
    def letter(self) -> list[Typed]:
        """Every voice of a posted letter, in its order."""
        names = self.voice_fields.base_fields.keys() - VisitorForm.base_fields.keys()
        shown = {name: str(self.data.get(name, "")) for name in names}
        return [*self.others[: self.nth], shown, *self.others[self.nth :]]

    @cached_property
    def voices(self) -> list[Any]:
        """Every voice of a posted letter, in its order, as a form of its own."""
        return [self.voice(typed) for typed in self.letter]

    @property
    def other_voices(self) -> list[Any]:
        return [self.voice(typed) for typed in self.others]

    @property
    def takes_another(self) -> bool:
        return len(self.others) + 1 < AT_MOST

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.is_damaged:
            cast(MultiValueDict[str, Any], self.data)["rest"] = ""
            raise forms.ValidationError(DAMAGED)
        return cleaned

    def turned(self) -> Self:
        """What the pressed button makes of the letter: the same form, or one with another voice in its fields."""
        act, _dash, number = self.step.partition("-")
        letter, places = self.letter, {str(place): place for place in range(len(self.others) + 1)}
        if act == "change" and number in places:
            return self._showing(places[number], letter)
        if act == "drop" and number in places and self.others:
            del letter[places[number]]
            return self._showing(len(letter) - 1, letter, step="check").turned()
        if act == "another" and self.is_valid():
            if self.takes_another:
                return self._showing(len(letter), [*letter, {}])
            self.add_error(None, FULL)
        return self._at_what_is_wrong() if act in ("check", "send") and self.is_valid() else self

    def _at_what_is_wrong(self) -> Self:
        """The text may have changed since the other voices were written."""
        wrong = next((place for place, voice in enumerate(self.voices) if not voice.is_valid()), None)
        return self if wrong is None else self._showing(wrong, self.letter, step="check")

    def _showing(self, nth: int, letter: list[Typed], *, step: str = "") -> Self:
        """The same letter with another voice in the fields: as if `step` was pressed, or not judged yet."""
        typed = self._typed_author() | _turned_to(nth, letter) | {"draft": self.data.get("draft", "")}
        if step:
            return type(self)(typed | {"stamp": self.data.get("stamp", ""), "step": step}, consultation=self.consultation)
        return type(self)(initial=typed, consultation=self.consultation)

    def _typed_author(self) -> Typed:
        return {name: str(self.data.get(name, "")) for name in ("name", "email", "organization")}

    @property
    def may_be_kept(self) -> bool:
        """Right or wrong, but from a person and whole."""
        return not self.data.get("website") and not self.is_damaged

    def to_keep(self) -> dict[str, Any]:
        """For KeptDraft.typed."""
        return {"author": self._typed_author(), "letter": self.letter, "nth": self.nth}

    def author_answers(self) -> list[tuple[str, str, str]]:
        author = AuthorFields(self.data)
        return author.answers() if author.is_valid() else []

    def typed_answers(self) -> list[tuple[str, str, str]]:
        """Of the whole letter."""
        rows = [row for voice in self.voices for row in voice.typed_answers()]
        return rows + AuthorFields(self.data).typed_answers()


def _turned_to(nth: int, letter: list[Typed]) -> Typed:
    """The fields of a form that shows this voice of the letter."""
    rest = [nth, letter[:nth] + letter[nth + 1 :]] if len(letter) > 1 else None
    return letter[nth] | {"rest": signing.dumps(rest, salt="letter", compress=True) if rest else ""}


def _opened(rest: str) -> tuple[int, list[Typed], bool]:
    """The place of the voice in the fields, the others, and whether they came damaged."""
    if not rest:
        return 0, [], False
    try:
        nth, others = signing.loads(rest, salt="letter")
    except signing.BadSignature:
        return 0, [], True
    return nth, others, False
