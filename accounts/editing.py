"""The office's own words for letters: looked at, tried on oneself, saved, given up for the portal's."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import translation

from accounts.kinds import KINDS
from accounts.letters import owe_letter
from accounts.models import Letter, LetterText, User
from accounts.rendering import can_be_stopped, framed, values_of
from accounts.texts import Text, TextIsBroken, check_text, fill, filled, standard_values, used_in


@dataclass(frozen=True)
class Preview:
    subject: str
    plain: str
    html: str


@transaction.atomic
def save_text(kind: str, language: str, *, text: Text, by: User, at: datetime) -> LetterText:
    """Letters of this kind say this from now on, those that wait included. Raises TextIsBroken."""
    text = _checked(kind, text)
    words = {"subject": text.subject, "body": text.body, "why": text.why, "changed_at": at, "changed_by": by}
    return LetterText.objects.update_or_create(kind=kind, language=language, defaults=words)[0]


@transaction.atomic
def reset_text(kind: str, language: str) -> bool:
    """Letters of this kind say again what the portal says by itself; whether they had said anything else."""
    return bool(LetterText.objects.filter(kind=kind, language=language).delete()[0])


def preview(kind: str, language: str, *, text: Text) -> Preview:
    """The letter as it would look, broken or not."""
    newest = _newest(kind, language)
    said = _example(kind, language, _tidy(text), newest)
    plain, html = framed(said, language, f"{settings.PUBLIC_URL}/" if newest and can_be_stopped(newest) else "")
    return Preview(said["subject"], plain, html)


def send_test(kind: str, language: str, *, text: Text, to: User, at: datetime) -> None:
    """Owe whoever edits the text one letter that shows it. Raises TextIsBroken."""
    text = _checked(kind, text)
    context: dict[str, object] = {**_example(kind, language, text, _newest(kind, language))}
    occasion = f"test:{kind}:{language}:{at.isoformat()}"
    with transaction.atomic():
        owe_letter(to.email, kind="test", occasion=occasion, at=at, context=context, language=language)


def _checked(kind: str, text: Text) -> Text:
    text = _tidy(text)
    if wrong := check_text(kind, text):
        raise TextIsBroken(wrong)
    return text


def _tidy(text: Text) -> Text:
    """As browsers send it, it has carriage returns."""
    return Text(*("\n".join(part.strip().splitlines()) for part in (text.subject, text.body, text.why)))


def _newest(kind: str, language: str) -> Letter | None:
    if KINDS[kind].is_secret:
        return None
    return Letter.objects.filter(kind=kind, language=language).exclude(context={}).order_by("-pk").first()


def _example(kind: str, language: str, text: Text, letter: Letter | None) -> dict[str, str]:
    """The text filled from this letter, or from the samples. The links of a person stay theirs: samples stand for them."""
    values = standard_values()
    with translation.override(language):
        values |= {each.name: fill(str(each.sample), values) for each in KINDS[kind].placeholders}
    if letter:
        values |= {name: value for name, value in values_of(letter, used_in(text)).items() if not name.endswith("link")}
    return filled(text, values)
