"""The screen of a voice as an official uses it: opened, typed into, a button pressed."""

import re

from django.urls import reverse

from consultations.actions.answers import (
    send_for_approval,
)
from consultations.models import Part
from tests.consultations.voice_pages import text_of
from tests.factories.answers import ANSWERED, REASONS, drafted, drafter


def screen(voice, page="change"):
    name = "admin:consultations_voice_change" if page == "change" else "admin:consultations_voice_cut"
    return reverse(name, args=[voice.pk])


def typed(part, act, **changes):
    said = {"part": part.pk, "act": act, "seen": 0, "outcome": "rejected", "reasons": REASONS, "read_at": ANSWERED.isoformat()}
    return {**said, **changes}


def press(desk, part, act, **changes):
    return desk.post(screen(part.voice), typed(part, act, **changes))


def sent(part):
    drafted(part)
    send_for_approval(part, by=drafter(), at=ANSWERED)


def step(part):
    return Part.objects.select_related("current").get(pk=part.pk).step


def acts(response):
    """What the page offers to do."""
    return set(re.findall(r'name="act" value="(\w+)"', text_of(response)))
