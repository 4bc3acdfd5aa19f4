"""What staff write down of a letter that did not come by the portal, and of each thing that it says."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from django import forms
from django.core.files import File
from django.utils.translation import gettext_lazy as _

from accounts.identifiers import validate_one_mailbox
from accounts.models import Organization, User
from consultations.actions.intake import EnteredLetter, ScanIsTooLarge, SignatureIsMissing, check_scan, record_letter
from consultations.actions.voices import Author, LateNeedsAReason, ProposalText, ReceivedInTheFuture, RemarkText
from consultations.forms.citations import Citations, Place
from consultations.forms.moments import MomentField
from consultations.models import Channel, Consultation, Submission, Topic, Voice, VoiceKind
from consultations.models.voices import ACTION_OF
from programs.uploads import FileIsEmpty, FileIsOfNoUse

LONGEST = 20_000  # characters


def _words(label: Any, *, rows: int, help_text: Any = "") -> forms.CharField:
    area = forms.Textarea(attrs={"rows": rows, "class": "vLargeTextField"})
    return forms.CharField(label=label, required=False, max_length=LONGEST, widget=area, help_text=help_text)


class LetterFields(forms.Form):
    """From whom, how and when it came. `at` is set by whoever shows the form."""

    at: datetime
    # The field that says when it was received.
    received = "received_at"
    form_token = forms.CharField(widget=forms.HiddenInput)
    channel = forms.ChoiceField(label=_("Channel"), choices=[choice for choice in Channel.choices if choice[0] != Channel.PORTAL])
    received_at = MomentField(label=_("Received"), help_text=_("When it came to the office, not when you enter it."))
    late_reason = forms.CharField(
        label=_("Why it is recorded though late"),
        max_length=300,
        required=False,
        help_text=_("Only when no stage was open then. The public sees the mark and the reason."),
    )
    name = forms.CharField(
        label=_("First and last name"),
        max_length=150,
        required=False,
        help_text=_("Empty only when nobody signed the letter: then write below why it is not considered."),
    )
    email = forms.EmailField(
        label=_("E-mail"), required=False, validators=[validate_one_mailbox], help_text=_("If given, a receipt goes there.")
    )
    organization = forms.ModelChoiceField(
        label=_("Organization in the directory"), queryset=Organization.objects.standing(), required=False
    )
    organization_name = forms.CharField(
        label=_("Organization as written"),
        max_length=250,
        required=False,
        help_text=_("This is what the public sees. Empty: a resident, or the organization chosen above."),
    )
    set_aside = forms.CharField(
        label=_("Why it is not considered"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
        help_text=_(
            "Only for a letter that stays without consideration: not signed, too late, from somebody who may not speak for the "
            "organization. It is recorded with this answer, which another person approves before it is published."
        ),
    )
    scan = forms.FileField(
        label=_("Scan"),
        required=False,
        help_text=_("The letter as it came, at most 20 MB. For the office only. Choose it last: your browser may forget it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("form_token", secrets.token_hex(16))

    def clean_scan(self) -> File[bytes] | None:
        scan: File[bytes] | None = self.cleaned_data["scan"]
        if scan:
            try:
                check_scan(scan)
            except (FileIsEmpty, FileIsOfNoUse, ScanIsTooLarge) as refused:
                raise forms.ValidationError(str(refused.in_words)) from refused
        return scan

    def check_letter(self, cleaned: dict[str, Any], consultation: Consultation, kind: VoiceKind) -> None:
        """What the verb will ask."""
        if not (cleaned.get("name") or cleaned.get("set_aside") or {"name", "set_aside"} & self.errors.keys()):
            self.add_error("name", SignatureIsMissing.in_words)
        received = cleaned.get("received_at")
        if received is None:
            return
        if received > self.at:
            self.add_error(self.received, ReceivedInTheFuture.in_words)
        elif not (cleaned.get("late_reason") or self.is_open(consultation, kind, received)):
            self.add_error("late_reason", LateNeedsAReason.in_words)

    def is_open(self, consultation: Consultation, kind: VoiceKind, at: datetime) -> bool:
        return consultation.may(ACTION_OF[kind], at)

    def letter(self, consultation: Consultation, said: Iterable[ProposalText | RemarkText]) -> EnteredLetter:
        typed = self.cleaned_data
        organization = typed["organization"]
        written = typed["organization_name"] or (organization.name if organization else "")
        return EnteredLetter(
            consultation,
            Author(typed["name"], typed["email"], written, organization),
            tuple(said),
            Channel(typed["channel"]),
            typed["received_at"],
            late_reason=typed["late_reason"],
            set_aside=typed["set_aside"],
            scan=typed.get("scan"),
        )


def all_topics() -> list[Topic]:
    return list(Topic.objects.select_related("consultation").order_by("-consultation__published_at", "-consultation", "position"))


class SaidFields(forms.Form):
    """One thing that a letter says. `topics` are what may be chosen."""

    topic = forms.ChoiceField(label=_("Topic"), required=False)
    citation = forms.CharField(
        label=_("Provision"),
        required=False,
        help_text=_("For a remark, as cited in the draft: § 12 ust. 3, or a range: § 5 – § 7. Empty: the whole document."),
    )
    proposed_wording = _words(_("Proposed wording"), rows=3)
    text = _words(_("Text"), rows=4)
    reasons = _words(_("Reasons"), rows=2)
    place: Place | None = None

    def __init__(self, *args: Any, topics: Sequence[Topic] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = all_topics() if topics is None else topics
        self._topics = {str(topic.pk): topic for topic in chosen}
        of_each = groupby(chosen, key=lambda topic: topic.consultation)
        choices = [(made.title, [(str(topic.pk), topic.name) for topic in group]) for made, group in of_each]
        if "topic" in self.fields:  # a reader's page has no fields
            self.fields["topic"].choices = [("", "---------"), *choices]  # type: ignore[attr-defined]

    def clean_topic(self) -> Topic | None:
        return self._topics.get(self.cleaned_data["topic"])

    def check_said(self, cleaned: dict[str, Any], consultation: Consultation, kind: VoiceKind, citations: Citations) -> None:
        topic = cleaned.get("topic")
        if topic and topic.consultation_id != consultation.pk:
            self.add_error("topic", _("This topic belongs to another consultation. Choose one of its own."))
        if kind == VoiceKind.PROPOSAL:
            self._check_proposal(cleaned)
            return
        # Other words may be in the field that was refused.
        if not (cleaned.get("text") or cleaned.get("proposed_wording") or {"text", "proposed_wording"} & self.errors.keys()):
            self.add_error("proposed_wording", _("Write the proposed wording, or a comment in the text."))
        try:
            self.place = citations.find(cleaned.get("citation", ""))
        except forms.ValidationError as wrong:
            self.add_error("citation", wrong)

    def _check_proposal(self, cleaned: dict[str, Any]) -> None:
        if not (cleaned.get("text") or "text" in self.errors):
            self.add_error("text", _("Write what is proposed."))
        if cleaned.get("proposed_wording") or cleaned.get("citation"):
            wrong = "citation" if cleaned.get("citation") else "proposed_wording"
            self.add_error(wrong, _("A proposal names no provision and no wording: choose a remark, or move them to the text."))

    def said(self) -> ProposalText | RemarkText:
        # Browsers send line ends as two characters.
        text, wording, reasons = (
            self.cleaned_data[name].replace("\r\n", "\n") for name in ("text", "proposed_wording", "reasons")
        )
        topic = self.cleaned_data["topic"]
        if self.place is None:
            return ProposalText(text, reasons, topic)
        return RemarkText(*self.place, proposed_wording=wording, text=text, reasons=reasons, topic=topic)


class EnteredVoiceForm(LetterFields, SaidFields, forms.ModelForm[Voice]):
    """A letter that says one thing."""

    class Meta:
        model = Voice
        fields = ("consultation", "kind")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if (consultation := cleaned.get("consultation")) and cleaned.get("kind"):
            kind = VoiceKind(cleaned["kind"])
            self.check_letter(cleaned, consultation, kind)
            self.check_said(cleaned, consultation, kind, Citations(consultation))
        return cleaned

    def record(self, *, by: User) -> Submission:
        letter = self.letter(self.cleaned_data["consultation"], [self.said()])
        return record_letter(letter, form_token=self.cleaned_data["form_token"], by=by, at=self.at)
