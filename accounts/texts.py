"""The words of letters: plain text with placeholders in braces, as {until}.

Everything else stands in the text as a reader without HTML sees it: "=> {link} Words" is a button, "- " begins an
item, "> " quotes what a visitor wrote.
"""

import difflib
import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache

from django.conf import settings
from django.template.loader import get_template
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.kinds import KINDS
from accounts.models import LetterText, Portal
from accounts.placeholders import STANDARD

PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
BRACED = re.compile(r"\{([^{}\n]*)\}")
# Only to our own pages: what a visitor typed must not become a button.
BUTTON = re.compile(r"=> (?P<url>\S+) (?P<words>.+)")
FIELDS = {field.name: field for field in LetterText._meta.fields}


@dataclass(frozen=True)
class Text:
    """The three things that a letter says, before or after its placeholders are filled."""

    subject: str
    body: str
    why: str


class TextIsBroken(ValueError):
    """`in_words` says what is wrong, a sentence each."""

    def __init__(self, in_words: list[str]) -> None:
        super().__init__(" ".join(in_words))
        self.in_words = in_words


OwnTexts = Mapping[tuple[str, str], Text]


def own_texts() -> OwnTexts:
    """The office's own words by kind and language: one query. Ask anew for each batch, so that a change is seen at once."""
    rows = LetterText.objects.values_list("kind", "language", "subject", "body", "why")
    return {(kind, language): Text(subject, body, why) for kind, language, subject, body, why in rows}


def text_of(kind: str, language: str, own: OwnTexts | None = None) -> Text:
    """The office's own words, else the portal's."""
    return (own_texts() if own is None else own).get((kind, language)) or default_text(kind, language)


@lru_cache
def default_text(kind: str, language: str) -> Text:
    """The portal's words with each placeholder standing for itself: what staff see is what is filled."""
    template = get_template(f"emails/{kind}.txt")
    themselves = {name: f"{{{name}}}" for name in placeholders_of(kind)}
    with translation.override(language):
        return Text(*(template.render({**themselves, "part": part}).strip() for part in ("subject", "body", "why")))


def placeholders_of(kind: str) -> list[str]:
    return [placeholder.name for placeholder in (*KINDS[kind].placeholders, *STANDARD)]


def standard_values() -> dict[str, str]:
    return {"municipality": Portal.current().name, "public_url": settings.PUBLIC_URL}


@lru_cache(maxsize=256)
def used_in(text: Text) -> frozenset[str]:
    return frozenset(PLACEHOLDER.findall(f"{text.subject}\n{text.body}\n{text.why}"))


def fill(text: str, values: Mapping[str, str]) -> str:
    """Each {name} becomes its value, in one pass: braces in a value stay as typed. What has no value stays too."""
    return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


def filled(text: Text, values: Mapping[str, str]) -> dict[str, str]:
    """Subject, body and why. A line of the body with a placeholder whose value is empty is left out."""
    # One line, whatever was typed into a title: a line break in a subject would start another header.
    subject = " ".join(fill(text.subject, values).split())
    lines = (line for line in text.body.split("\n") if all(values.get(name, name) for name in PLACEHOLDER.findall(line)))
    return {"subject": subject, "body": fill("\n".join(lines), values).strip(), "why": fill(text.why, values).strip()}


def button_in(line: str) -> re.Match[str] | None:
    found = BUTTON.fullmatch(line.strip())
    return found if found and f"{found['url']}/".startswith(f"{settings.PUBLIC_URL}/") else None


def check_text(kind: str, text: Text) -> list[str]:
    """What is wrong with words for letters of this kind, in sentences; nothing when they can be sent."""
    checks = (
        _wrong_parts(text),
        _perhaps_empty(kind, text),
        _wrong_braces(kind, text),
        _crowded(kind, text),
        _missing(kind, text),
        _wrong_buttons(kind, text),
    )
    return [*itertools.chain.from_iterable(checks)]


def _wrong_parts(text: Text) -> Iterator[str]:
    if "\n" in text.subject.strip():
        yield _("The subject has to be one line.")
    if "{link}" in text.subject:
        yield _("The subject cannot hold %(name)s: let it stand in the text.") % {"name": "{link}"}
    for name, written in asdict(text).items():
        field = FIELDS[name]
        if not written.strip():
            yield _("Write something in the field “%(field)s”.") % {"field": field.verbose_name}
        elif len(written) > (field.max_length or 0):
            limit = {"field": field.verbose_name, "n": field.max_length}
            yield _("The field “%(field)s” is too long: at most %(n)d characters.") % limit


def _perhaps_empty(kind: str, text: Text) -> Iterator[str]:
    silent = {each.name: "" for each in KINDS[kind].placeholders if each.may_be_empty}
    for name, left in filled(text, silent).items():
        if not left and getattr(text, name).strip():
            yield _("In some letters nothing would be left of the field “%(field)s”. Add words of your own.") % {
                "field": FIELDS[name].verbose_name
            }


def _wrong_braces(kind: str, text: Text) -> Iterator[str]:
    known = placeholders_of(kind)
    for line in f"{text.subject}\n{text.body}\n{text.why}".splitlines():
        for name in BRACED.findall(line):
            if name not in known:
                yield _unknown(name, known)
        if re.search(r"[{}]", BRACED.sub("", line)):
            yield _("A brace has no partner in this line: %(line)s") % {"line": line.strip()}


def _unknown(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name.strip().lower(), known, n=1)
    names = {"name": f"{{{name}}}", "known": ", ".join(f"{{{each}}}" for each in near or known)}
    if near:
        return _("Letters of this kind do not know %(name)s. Did you mean %(known)s?") % names
    return _("Letters of this kind do not know %(name)s. They know: %(known)s.") % names


def _crowded(kind: str, text: Text) -> Iterator[str]:
    """What has several lines quotes visitors with a mark at the start of each: nothing may stand before the mark."""
    for each in KINDS[kind].placeholders:
        name = f"{{{each.name}}}"
        lines = [line for line in f"{text.subject}\n{text.body}\n{text.why}".splitlines() if name in line]
        if each.template and any(line.strip() != name for line in lines):
            yield _("%(name)s holds several lines: let it stand in a line of its own.") % {"name": name}


def _missing(kind: str, text: Text) -> Iterator[str]:
    """Without its link, or the code that somebody waits for, a letter is of no use."""
    needed = {each.name for each in KINDS[kind].placeholders} if KINDS[kind].is_secret else {"link"}
    usual = {name for language, _words in settings.LANGUAGES for name in PLACEHOLDER.findall(default_text(kind, language).body)}
    for name in sorted(needed & usual - set(PLACEHOLDER.findall(text.body))):
        yield _("The text has to contain %(name)s: without it the reader can do nothing.") % {"name": f"{{{name}}}"}


def _wrong_buttons(kind: str, text: Text) -> Iterator[str]:
    ours = {f"{{{name}}}" for name in placeholders_of(kind) if name == "link" or name.endswith("_url")}
    for line in text.body.splitlines():
        written, filled_in = BUTTON.fullmatch(line.strip()), button_in(fill(line, standard_values()))
        # An address is a whole placeholder, or a page of the portal written out.
        is_button = (written and written["url"] in ours) or (filled_in and "{" not in filled_in["url"])
        if line.strip().startswith("=>") and not is_button:
            yield _("This is not a button: %(line)s. Write =>, a space, an address of the portal, a space and the words.") % {
                "line": line.strip()
            }
