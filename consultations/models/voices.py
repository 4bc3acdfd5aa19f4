from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from consultations.models.answers import Answer, Decision, Part, sees_all_voices
from consultations.models.schedule import Consultation, Topic
from consultations.stages import Action
from programs.lineage import Whereabouts
from programs.models import DraftVersion

if TYPE_CHECKING:
    from consultations.models.changes import Landing


class Channel(models.TextChoices):
    PORTAL = "portal", _("portal")
    EMAIL = "email", _("e-mail")
    PAPER = "paper", _("on paper")
    PHONE = "phone", _("by telephone")
    MEETING = "meeting", _("at the meeting")
    EPUAP = "epuap", _("by ePUAP or e-Doręczenia")


class VoiceKind(models.TextChoices):
    PROPOSAL = "proposal", _("proposal")
    REMARK = "remark", _("remark")


ACTION_OF: dict[VoiceKind, Action] = {VoiceKind.PROPOSAL: Action.PROPOSE, VoiceKind.REMARK: Action.REMARK}


class Submission(models.Model):
    """One letter: who sent it, how and when. Personal data live here, what is published lives in its voices."""

    consultation = models.ForeignKey(Consultation, models.PROTECT, related_name="submissions", verbose_name=_("consultation"))
    # Empty for a letter that nobody signed: it is recorded all the same.
    name = models.CharField(_("first and last name"), max_length=150, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    organization = models.ForeignKey(
        "accounts.Organization",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="submissions",
        verbose_name=_("organization"),
    )
    # As typed; empty for a resident who speaks for nobody else.
    organization_name = models.CharField(_("organization as written"), max_length=250, blank=True)
    # The organization as people look for it: see accounts.folding.
    folded = models.CharField(max_length=250, blank=True, editable=False)
    language = models.CharField(max_length=5, default="pl", editable=False)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel, default=Channel.PORTAL)
    received_at = models.DateTimeField(_("received"))
    email_confirmed_at = models.DateTimeField(_("address confirmed"), null=True, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("entered by")
    )
    late_reason = models.CharField(_("late: why it is recorded all the same"), max_length=300, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    # Who sent it is forgotten; what it said, if it was not withdrawn, is part of the file.
    erased_at = models.DateTimeField(_("author erased"), null=True, blank=True, editable=False)
    # The letter as it came, for the office alone.
    scan = models.FileField(_("scan"), upload_to="scans/", max_length=200, blank=True)
    # One form, one letter: a double click gets the first answer again.
    form_token = models.CharField(max_length=32, unique=True, editable=False)

    class Meta:
        verbose_name = _("letter received")
        verbose_name_plural = _("letters received")
        ordering = ("-received_at", "-pk")
        constraints = [
            models.CheckConstraint(
                condition=~Q(channel="portal") | ~Q(email="") | Q(erased_at__isnull=False),
                name="submission_from_portal_has_email",
                violation_error_message=_("A letter from the portal has an e-mail address."),
            ),
            models.CheckConstraint(
                condition=~Q(channel="portal") | ~Q(name="") | Q(erased_at__isnull=False),
                name="submission_from_portal_is_signed",
                violation_error_message=_("A letter from the portal is signed."),
            ),
            models.CheckConstraint(
                condition=Q(erased_at=None) | Q(name="", email="", scan=""), name="submission_erased_names_nobody"
            ),
        ]

    def __str__(self) -> str:
        return self.author

    @property
    def author(self) -> str:
        """Whom the public sees: the organization, never a contact person."""
        return self.organization_name or str(_("a resident"))

    @property
    def is_late(self) -> bool:
        return bool(self.late_reason)

    @property
    def action(self) -> Action:
        """What the public had to be allowed to do for this letter to come; a letter holds voices of one kind."""
        return ACTION_OF[VoiceKind(self.voices.all()[0].kind)]

    @property
    def is_answered(self) -> bool:
        """In public: its words, and that it was sent, are part of the record."""
        return Decision.objects.filter(part__voice__submission=self.pk, published_at__isnull=False).exists()

    def may_be_changed(self, at: datetime) -> bool:
        """By its author, until the close."""
        return self.withdrawn_at is None and self.consultation.may(self.action, at) and not self.is_answered


class VoiceQuerySet(models.QuerySet["Voice"]):
    def proposals(self) -> VoiceQuerySet:
        return self.filter(kind=VoiceKind.PROPOSAL)

    def remarks(self) -> VoiceQuerySet:
        return self.filter(kind=VoiceKind.REMARK)

    def seen_by(self, user: User) -> VoiceQuerySet:
        """At the desk, whole or in part."""
        if sees_all_voices(user):
            return self
        return self.filter(models.Exists(Part.objects.seen_by(user).filter(voice=models.OuterRef("pk"))))

    def standing(self) -> VoiceQuerySet:
        return self.filter(submission__withdrawn_at=None)

    def awaiting_answer(self) -> VoiceQuerySet:
        """Standing, with a part whose answer nobody has approved."""
        open_parts = Part.objects.filter(voice=models.OuterRef("pk")).unanswered()
        return self.standing().filter(models.Exists(open_parts))

    def answered(self, at: datetime) -> VoiceQuerySet:
        """Those whose answers the public may read: they are published by one act, so one published part says it of all."""
        return self.filter(models.Exists(Decision.objects.filter(part__voice=models.OuterRef("pk")).published(at)))

    def unanswered(self, at: datetime) -> VoiceQuerySet:
        """Standing, with a part whose answer the public cannot read."""
        answered = Decision.objects.published(at).filter(part=models.OuterRef("pk"))
        open_parts = Part.objects.filter(~models.Exists(answered), voice=models.OuterRef("pk"))
        return self.standing().filter(models.Exists(open_parts))

    def released(self, at: datetime) -> VoiceQuerySet:
        """What the public may read: nothing before staff have released it."""
        return self.standing().filter(released_at__lte=at)


class Voice(models.Model):
    consultation = models.ForeignKey(Consultation, models.PROTECT, related_name="voices", verbose_name=_("consultation"))
    submission = models.ForeignKey(Submission, models.PROTECT, related_name="voices", verbose_name=_("letter received"))
    kind = models.CharField(_("kind"), max_length=10, choices=VoiceKind)
    number = models.PositiveIntegerField(_("number"))
    topic = models.ForeignKey(Topic, models.SET_NULL, null=True, blank=True, related_name="voices", verbose_name=_("topic"))
    # A remark stands on frozen words; without a provision it is about the whole document.
    version = models.ForeignKey(
        "programs.DraftVersion", models.PROTECT, null=True, blank=True, related_name="voices", verbose_name=_("version")
    )
    provision_text = models.ForeignKey(
        "programs.ProvisionText", models.PROTECT, null=True, blank=True, related_name="voices", verbose_name=_("provision")
    )
    # The last unit of a range that begins with `provision_text`.
    until_text = models.ForeignKey(
        "programs.ProvisionText", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("to provision")
    )
    quote = models.TextField(_("wording it was made on"), max_length=20_000, blank=True)
    proposed_wording = models.TextField(_("proposed wording"), max_length=20_000, blank=True)
    text = models.TextField(_("text"), max_length=20_000, blank=True)
    reasons = models.TextField(_("reasons"), max_length=20_000, blank=True)
    # Its words as people look for them, and as they are compared with others: see accounts.folding.
    folded = models.TextField(blank=True, editable=False)
    # As received, before any edit by the author or redaction by staff: {"text": …, "proposed_wording": …, "reasons": …}
    original = models.JSONField(default=dict, editable=False)
    released_at = models.DateTimeField(_("released"), null=True, blank=True)
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    edited_at = models.DateTimeField(_("edited by its author"), null=True, blank=True)
    objects = VoiceQuerySet.as_manager()
    # Where its provision is in the newest public version: told by quotes.tell_where_now.
    now_at: Whereabouts | None = None
    newest: DraftVersion | None = None
    # What the public may read of what became of it: told by answered.tell_answers and tracing.tell_landings.
    answers: Sequence[Answer] = ()
    landings: Sequence[Landing] = ()

    class Meta:
        verbose_name = _("voice")
        verbose_name_plural = _("voices")
        ordering = ("consultation", "kind", "number")
        constraints = [
            models.UniqueConstraint(fields=("consultation", "kind", "number"), name="voice_number_once"),
            models.CheckConstraint(
                # A proposal is free text on a topic; a remark is about the words of a version.
                condition=Q(kind="proposal", version=None, provision_text=None, until_text=None, quote="", proposed_wording="")
                & ~Q(text="")
                | Q(kind="remark", version__isnull=False)
                & (Q(until_text=None) | Q(provision_text__isnull=False))
                & ~(Q(text="") & Q(proposed_wording="") & Q(reasons="")),
                name="voice_has_the_fields_of_its_kind",
                violation_error_message=_("Write what you propose."),
            ),
        ]

    def __str__(self) -> str:
        return self.signature

    @property
    def signature(self) -> str:
        """The number people cite: P/2022/014 for a proposal, U/2022/014 for a remark."""
        letter = "P" if self.is_proposal else "U"
        return f"{letter}/{self.consultation.slug}/{self.number:03d}"

    @property
    def is_proposal(self) -> bool:
        return self.kind == VoiceKind.PROPOSAL

    @property
    def place(self) -> str:
        """What a remark is about, as cited; empty for a proposal."""
        if self.is_proposal:
            return ""
        if not self.provision_text:
            return str(_("the whole document"))
        return f"{self.provision_text.citation} – {self.until_text.citation}" if self.until_text else self.provision_text.citation

    @property
    def is_rewording(self) -> bool:
        """The proposed wording stands for the present one. Of a range it is some words, which do away with nothing."""
        return bool(self.quote and self.proposed_wording) and self.until_text_id is None

    @property
    def in_full(self) -> str:
        """Everything that it says, in the order in which it is read."""
        return "\n\n".join(filter(None, (self.proposed_wording, self.text, self.reasons)))

    def get_absolute_url(self) -> str:
        name = "consultations:proposal" if self.is_proposal else "consultations:remark"
        return reverse(name, args=[self.consultation.slug, self.number])


def cited(voices: Iterable[Voice], at_most: int = 5) -> str:
    """The numbers of the first of them, each once, as sentences and letters list them."""
    numbers = list(dict.fromkeys(voice.signature for voice in voices))
    return ", ".join(numbers[:at_most]) + ("…" if len(numbers) > at_most else "")
