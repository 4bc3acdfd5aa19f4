"""Why a file cannot be read, in words for the person who chose it. Asks no settings until the words are printed."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Reason(TextChoices):
    """The code travels from the worker to the page; the label is the sentence there."""

    NOT_WORD = "not_word", _("This is not a Word file. Open the text in a word processor, save it as .docx and choose that file.")
    OLD_WORD = "old_word", _("This is a Word file of the old kind (.doc). Open it in Word and save it as .docx.")
    OPEN_DOCUMENT = "open_document", _("This is an OpenDocument file (.odt). Open it and save it as .docx.")
    PDF = "pdf", _("This is a PDF. Its paragraphs cannot be told apart with certainty: choose the Word file it was made from.")
    ENCRYPTED = "encrypted", _("This file is protected with a password. Open it in Word, take the password off and save it.")
    TOO_LARGE = "too_large", _("This file is larger than 10 MB. Take the pictures out of it and save it again.")
    UNPACKS_TOO_LARGE = (
        "unpacks_too_large",
        _("This file is far larger than it looks, and a text never is. Copy the text into a new document and save that one."),
    )
    TOO_MANY_PARTS = (
        "too_many_parts",
        _("This file holds more than 2,000 pictures or other parts. Copy the text into a new document and save that one."),
    )
    BROKEN = "broken", _("This file is damaged. Open it in Word, which may repair it, and save it again.")
    HAS_DTD = (
        "has_dtd",
        _("This file was not written by a word processor: it tells its reader to load other files. It is not opened."),
    )
    TOO_DEEP = "too_deep", _("Tables in this file stand inside tables too many times. Copy their text out and save it again.")
    TOO_LONG = "too_long", _("This file has more than 10,000 paragraphs and rows of tables. Divide it and import one part.")
    UNIT_TOO_LONG = (
        "unit_too_long",
        _("A unit of the text has more than 20,000 characters: %(place)s. Number its paragraphs, or divide it."),
    )
    NO_TEXT = "no_text", _("There is no text in this file. If its pages are pictures, find the file they were scanned from.")
    NO_UNITS = (
        "no_units",
        _("No chapter, § or number was found in this file. Check that it is the right one and that its text is numbered."),
    )
    TRACKED = (
        "tracked",
        _("This file has tracked changes: %(count)s. Say whether to accept or to reject them all, or settle them in Word first."),
    )


class Unreadable(Exception):
    """`count` says how many tracked changes there are; `place` in which unit the trouble is."""

    def __init__(self, reason: Reason, *, count: int = 0, place: str = "") -> None:
        super().__init__(reason, count, place)
        self.reason = reason
        self.count = count
        self.place = place

    @property
    def in_words(self) -> str:
        return str(self.reason.label) % {"count": self.count, "place": self.place}
