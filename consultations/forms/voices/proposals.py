from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consultations.actions.voices import ProposalText
from consultations.forms.voices.fields import REASONS, WORDS, NamesSelect, Polish, SpokenForm, long_text
from consultations.forms.voices.letters import LetterForm, Typed
from consultations.models import Consultation, Topic, Voice, VoiceKind

OTHER_TOPIC = "0"
Topics = dict[str, Topic]


def _topics_of(consultation: Consultation) -> Topics:
    return {str(topic.pk): topic for topic in consultation.topics.all()}


class ProposalFields(SpokenForm):
    topic = forms.ChoiceField(
        label=_("Topic"),
        widget=NamesSelect,
        error_messages={
            "required": _("Choose the topic of your proposal."),
            "invalid_choice": _("This topic is not on the list. Choose the topic of your proposal."),
        },
    )
    text = long_text(
        _("What do you propose?"),
        limit=WORDS,
        rows=8,
        help_text=_("One proposal at a time, at most 4000 characters: then each can get its own answer."),
        missing=_("Write what you propose."),
    )
    reasons = long_text(
        _("Why?"),
        limit=REASONS,
        rows=4,
        help_text=_("What it would improve, for whom, by what example. At most 2000 characters."),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, topics: Topics, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.topics = topics
        field = self.fields["topic"]
        if isinstance(field, forms.ChoiceField):
            names = [(key, Polish(topic.name)) for key, topic in topics.items()]
            field.choices = [("", _("Choose a topic")), *names, (OTHER_TOPIC, _("Another matter"))]

    @property
    def chosen_topic(self) -> Topic | None:
        return self.topics.get(self.cleaned_data["topic"])

    @property
    def words(self) -> dict[str, Any]:
        return {"text": self.cleaned_data["text"], "reasons": self.cleaned_data["reasons"], "topic": self.chosen_topic}

    @property
    def about(self) -> str:
        """For a list of the voices of a letter."""
        topic = self.topics.get(str(self["topic"].value()))
        return topic.name if topic else str(_("Another matter"))

    @property
    def excerpt(self) -> str:
        return str(self["text"].value() or "")


class ProposalForm(LetterForm, ProposalFields):
    kind = VoiceKind.PROPOSAL
    voice_fields = ProposalFields
    file_name = _("proposal.txt")
    field_order = ("topic", "text", "reasons", "organization", "name", "email")

    def __init__(self, data: Mapping[str, Any] | None = None, *, consultation: Consultation, **kwargs: Any) -> None:
        super().__init__(data, consultation=consultation, topics=_topics_of(consultation), **kwargs)

    def voice(self, typed: Typed) -> ProposalFields:
        return ProposalFields(typed, topics=self.topics)

    @property
    def proposals(self) -> list[ProposalText]:
        """Of a valid letter."""
        return [ProposalText(**voice.words) for voice in self.voices if voice.is_valid()]


class ProposalChangeForm(ProposalFields):
    def __init__(self, data: Mapping[str, Any] | None = None, *, voice: Voice) -> None:
        typed = {"topic": voice.topic_id or OTHER_TOPIC, "text": voice.text, "reasons": voice.reasons}
        super().__init__(data, topics=_topics_of(voice.consultation), initial=typed)
