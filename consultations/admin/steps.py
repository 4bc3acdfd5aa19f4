"""What the desk says of an answer in few words: a sign for the eye, words that carry the meaning, a tone of color."""

from collections import Counter
from datetime import date

from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from consultations.models import Step, Voice
from consultations.models.answers import STEP_WORDS

SIGNS = {Step.NONE: "○", Step.DRAFT: "◔", Step.REVIEW: "◑", Step.RETURNED: "↩", Step.APPROVED: "✓", Step.PUBLISHED: "●"}
TONES = {Step.REVIEW: "open", Step.RETURNED: "stop", Step.APPROVED: "go", Step.PUBLISHED: "go"}


def tag(words: StrOrPromise, *, sign: str = "", tone: str = "") -> SafeString:
    mark = format_html('<span aria-hidden="true">{}</span> ', sign) if sign else ""
    return format_html('<span class="tag {}">{}{}</span>', tone, mark, words)


def step_tag(step: Step, count: int = 1) -> SafeString:
    words = f"{STEP_WORDS[step]} ({count})" if count > 1 else STEP_WORDS[step]
    return tag(words, sign=SIGNS[step], tone=TONES.get(step, ""))


def steps_of(voice: Voice) -> SafeString:
    """Each step at which parts of it are, the least advanced first. No query when its parts are fetched."""
    if voice.submission.withdrawn_at:
        return tag(_("withdrawn"), sign="×")
    counts = Counter(part.step for part in voice.parts.all())
    return format_html_join(" ", "{}", ((step_tag(step, counts[step]),) for step in Step if counts[step]))


def day_words(day: date) -> str:
    return date_format(day, "j M Y")
