"""What staff write down of a voice that did not come by the portal."""

import secrets
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.identifiers import validate_one_mailbox
from accounts.models import Organization, User
from consultations.actions.voices import (
    Author,
    LateNeedsAReason,
    ProposalText,
    ReceivedInTheFuture,
    RemarkText,
    submit_proposal,
    submit_remarks,
)
from consultations.forms.moments import MomentField
from consultations.models import Channel, Submission, Topic, Voice, VoiceKind
from consultations.models.voices import ACTION_OF
from consultations.quotes import versions_under_remark
from programs.models import DraftVersion, ProvisionText


class TopicChoice(forms.ModelChoiceField[Topic]):
    def label_from_instance(self, obj: Topic) -> str:
        return f"{obj.consultation.slug}: {obj.name}"


class EnteredVoiceForm(forms.ModelForm[Voice]):
    """What it says is checked by the facts that the verb asks. `at` is set by whoever shows the form."""

    at: datetime
    form_token = forms.CharField(widget=forms.HiddenInput)
    channel = forms.ChoiceField(label=_("Channel"), choices=[choice for choice in Channel.choices if choice[0] != Channel.PORTAL])
    received_at = MomentField(label=_("Received"), help_text=_("When it came to the office, not when you enter it."))
    late_reason = forms.CharField(
        label=_("Why it is recorded though late"),
        max_length=300,
        required=False,
        help_text=_("Only when no stage was open then. The public sees the mark and the reason."),
    )
    name = forms.CharField(label=_("First and last name"), max_length=150)
    email = forms.EmailField(
        label=_("E-mail"), required=False, validators=[validate_one_mailbox], help_text=_("If given, a receipt goes there.")
    )
    organization = forms.ModelChoiceField(
        label=_("Organization in the directory"), queryset=Organization.objects.all(), required=False
    )
    organization_name = forms.CharField(
        label=_("Organization as written"),
        max_length=250,
        required=False,
        help_text=_("This is what the public sees. Empty: a resident, or the organization chosen above."),
    )
    topic = TopicChoice(label=_("Topic"), queryset=Topic.objects.select_related("consultation"), required=False)
    citation = forms.CharField(
        label=_("Provision"),
        required=False,
        help_text=_("For a remark, as cited in the draft: § 12 ust. 3. Empty: the whole document."),
    )

    class Meta:
        model = Voice
        fields = ("consultation", "kind", "text", "proposed_wording", "reasons")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("form_token", secrets.token_hex(16))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        topic, consultation = cleaned.get("topic"), cleaned.get("consultation")
        if topic and consultation and topic.consultation_id != consultation.pk:
            self.add_error("topic", _("This topic belongs to another consultation. Choose one of its own."))
        if consultation and cleaned.get("kind"):
            self._check_moment(cleaned)
            self._check_words(cleaned)
        return cleaned

    def _check_moment(self, cleaned: dict[str, Any]) -> None:
        received = cleaned.get("received_at")
        if received is None:
            return
        if received > self.at:
            self.add_error("received_at", ReceivedInTheFuture.in_words)
            return
        is_open = cleaned["consultation"].may(ACTION_OF[VoiceKind(cleaned["kind"])], received)
        if not (is_open or cleaned.get("late_reason")):
            self.add_error("late_reason", LateNeedsAReason.in_words)

    def _check_words(self, cleaned: dict[str, Any]) -> None:
        if cleaned["kind"] == VoiceKind.PROPOSAL:
            if not cleaned.get("text"):
                self.add_error("text", _("Write what is proposed."))
            if cleaned.get("proposed_wording") or cleaned.get("citation"):
                self.add_error(
                    "kind", _("A proposal names no provision and no wording: choose a remark, or move them to the text.")
                )
            return
        if not (cleaned.get("text") or cleaned.get("proposed_wording")):
            self.add_error("proposed_wording", _("Write the proposed wording, or a comment in the text."))
        cleaned["version"], cleaned["provision_text"] = self._place(cleaned)

    def _place(self, cleaned: dict[str, Any]) -> tuple[DraftVersion | None, ProvisionText | None]:
        """The version, and the unit in it that the citation names."""
        versions = versions_under_remark(cleaned["consultation"])
        citation = " ".join(cleaned.get("citation", "").replace("§", "§ ").split())
        if not versions:
            self.add_error("consultation", _("No text has been put to consultation here yet. Freeze a version for it first."))
            return None, None
        if not citation:
            return versions[0], None
        found = ProvisionText.objects.filter(version__in=versions, citation__iexact=citation).select_related("version").first()
        if found is None:
            self.add_error("citation", _("There is no such provision in the draft. Write it as cited there: § 12 ust. 3 pkt 1."))
            return None, None
        return found.version, found

    def record(self, *, by: User) -> Submission:
        """Through the same verb as the portal's own voices."""
        entered = self.cleaned_data
        organization = entered["organization"]
        written = entered["organization_name"] or (organization.name if organization else "")
        envelope: dict[str, Any] = {
            "author": Author(entered["name"], entered["email"], written, organization),
            "form_token": entered["form_token"],
            "at": self.at,
            "channel": Channel(entered["channel"]),
            "entered_by": by,
            "received_at": entered["received_at"],
            "late_reason": entered["late_reason"],
        }
        if entered["kind"] == VoiceKind.PROPOSAL:
            said = ProposalText(entered["text"], entered["reasons"], entered["topic"])
            return submit_proposal(entered["consultation"], proposals=[said], **envelope)
        remark = RemarkText(
            entered["version"],
            entered["provision_text"],
            proposed_wording=entered["proposed_wording"],
            text=entered["text"],
            reasons=entered["reasons"],
            topic=entered["topic"],
        )
        return submit_remarks(entered["consultation"], remarks=[remark], **envelope)
