"""Parts that are taken into account, the changes they lead to, and the version in which these are made."""

from datetime import timedelta

from consultations.actions import changes as verbs
from consultations.models import ChangeAction, Outcome
from programs.actions import (
    start_version,
)
from programs.models import Purpose
from programs.numbering import Unit
from tests.factories.answers import answered, drafter
from tests.factories.voices import CLOSES, remark

AT = CLOSES + timedelta(days=3)
REWORD, ADD, REMOVE = ChangeAction.REWORD, ChangeAction.ADD, ChangeAction.REMOVE


def taken(made, citation="§ 2", outcome=Outcome.ACCEPTED):
    """The part of a remark that is answered so."""
    return answered(remark(made, citation=citation), outcome=outcome).parts.get()


def after(part):
    """The next version of the text, which is still written."""
    return start_version(part.voice.version.program, purpose=Purpose.AFTER, based_on=part.voice.version, at=AT)


def propose(part, *, action=REWORD, text="Nowe słowa.", on=None, **words):
    return verbs.propose_change(
        [part], on=on or part.voice.provision_text, action=action, text=text, by=drafter(), at=AT, **words
    )


def make(change, version, **words):
    return verbs.apply_change(change, version, by=drafter(), at=AT, **words)


def outline(version):
    return [f"{text.citation} {text.text}" for text in version.texts.in_reading_order() if text.kind != Unit.CHAPTER]
