"""Every kind of letter that the portal writes: what staff call it, what its text may say, what happens when it goes wrong.

The words themselves are templates/emails/<kind>.txt, or a LetterText row once the office has written its own.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Placeholder:
    """A word in braces in the text of a letter, as {until}."""

    name: str
    words: Promise
    # What a preview shows before a real letter of the kind has been written.
    sample: Promise | str
    # A value of several lines is written by this template from the letter's content.
    template: str = ""


@dataclass(frozen=True)
class LetterKind:
    words: Promise
    placeholders: tuple[Placeholder, ...] = ()
    # Holds a code or an address that lets somebody in: erased once sent.
    is_secret: bool = False
    # In doubt it is repeated once by itself: a receipt that comes twice is better than none. A reminder is not.
    repeats_in_doubt: bool = False
    # Asked for by the person or about their own act; goes out whatever they have chosen to hear of, and even to an
    # address that has refused letters.
    is_transactional: bool = True


KINDS: dict[str, LetterKind] = {}
