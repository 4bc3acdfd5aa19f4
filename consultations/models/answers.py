from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.folding import folded
from accounts.models import User
from accounts.roles import Duty
from consultations.models.schedule import Consultation

USER = settings.AUTH_USER_MODEL


class Outcome(models.TextChoices):
    ACCEPTED = "accepted", _("taken into account")
    PARTLY = "partly", _("taken into account in part")
    REJECTED = "rejected", _("not taken into account")
    NOTED = "noted", _("explained")
    OUT_OF_SCOPE = "out_of_scope", _("outside the subject")
    NOT_CONSIDERED = "not_considered", _("left without consideration")


# What changes the text, or should.
TAKEN = (Outcome.ACCEPTED, Outcome.PARTLY)


class Step(StrEnum):
    """How far the answer to a part has come."""

    NONE = "none"
    DRAFT = "draft"
    REVIEW = "review"
    RETURNED = "returned"
    APPROVED = "approved"
    PUBLISHED = "published"


STEP_WORDS = {
    Step.NONE: _("no answer yet"),
    Step.DRAFT: _("being drafted"),
    Step.REVIEW: _("waits for approval"),
    Step.RETURNED: _("returned to be improved"),
    Step.APPROVED: _("approved"),
    Step.PUBLISHED: _("published"),
}


class Department(models.Model):
    """A unit of the office that answers what is assigned to it."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    email = models.EmailField(_("e-mail"), blank=True, help_text=_("Assigned voices and reminders are written to it."))
    members: models.ManyToManyField[User, models.Model] = models.ManyToManyField(
        USER, blank=True, related_name="departments", verbose_name=_("who works in it")
    )

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


def sees_all_voices(user: User) -> bool:
    """At the desk. An official of a unit sees what is given to them."""
    return not user.duties.isdisjoint({Duty.HANDLE_VOICES, Duty.READ_ALL})


class PartQuerySet(models.QuerySet["Part"]):
    def given_to(self, user: User) -> PartQuerySet:
        """By name, or to a unit that they work in."""
        return self.filter(Q(assignee=user) | Q(department__in=Department.objects.filter(members=user)))

    def seen_by(self, user: User) -> PartQuerySet:
        if sees_all_voices(user):
            return self
        return self.given_to(user) if Duty.ANSWER_OWN in user.duties else self.none()

    def standing(self) -> PartQuerySet:
        return self.filter(voice__submission__withdrawn_at=None)

    def unanswered(self) -> PartQuerySet:
        """Without an approved answer, and with none that people have read: a correction in the making holds nothing back.

        Nobody has to answer what its author took back, but see `standing`.
        """
        waiting = Q(current=None) | Q(current__approved_at=None) | Q(current__returned_at__isnull=False)
        return self.filter(waiting).exclude(pk__in=Decision.objects.filter(published_at__isnull=False).values("part"))

    def ready(self) -> PartQuerySet:
        """Approved, and the public has not read it."""
        return self.at_step(Step.APPROVED)

    def at_step(self, step: Step) -> PartQuerySet:
        return self.filter(_AT_STEP[step])

    def telling_unanswered(self) -> PartQuerySet:
        unanswered = models.Exists(Part.objects.unanswered().filter(pk=models.OuterRef("pk")))
        return self.annotate(is_unanswered=unanswered)  # type: ignore[no-redef]  # declared there for its readers

    def overdue(self, day: date) -> PartQuerySet:
        return self.unanswered().filter(due_on__lt=day)


class Part(models.Model):
    """What gets one answer: a whole voice, or one of the several things that it says."""

    voice = models.ForeignKey("consultations.Voice", models.PROTECT, related_name="parts", verbose_name=_("voice"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    # In the author's words; empty for the whole voice.
    excerpt = models.TextField(_("what this part says"), max_length=20_000, blank=True)
    department = models.ForeignKey(
        Department, models.SET_NULL, null=True, blank=True, related_name="parts", verbose_name=_("department")
    )
    assignee = models.ForeignKey(USER, models.SET_NULL, null=True, blank=True, related_name="parts", verbose_name=_("person"))
    due_on = models.DateField(_("answer due"), null=True, blank=True)
    # The newest decision, published or not: for the desk alone. What the public may read is decisions.published(at).
    current = models.OneToOneField(
        "consultations.Decision", models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    is_unanswered: bool  # where telling_unanswered() was asked
    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = _("part of a voice")
        verbose_name_plural = _("parts of voices")
        ordering = ("voice", "position")
        constraints = [
            models.UniqueConstraint(fields=("voice", "position"), name="part_once_per_place"),
        ]

    def __str__(self) -> str:
        return f"{self.voice}.{self.position + 1}" if self.position or self.excerpt else str(self.voice)

    @property
    def step(self) -> Step:
        return self.current.step if self.current else Step.NONE

    @property
    def is_answered(self) -> bool:
        """By its newest answer: not while a correction of a published one is in the making."""
        return self.step in (Step.APPROVED, Step.PUBLISHED)

    @property
    def is_quoted(self) -> bool:
        """Whether the voice says these words, and still does after its author has changed it."""
        return folded(self.excerpt) in self.voice.folded


class DecisionQuerySet(models.QuerySet["Decision"]):
    def published(self, at: datetime) -> DecisionQuerySet:
        return self.filter(published_at__lte=at)

    def in_force(self, at: datetime) -> DecisionQuerySet:
        """Published, and not corrected since: one of each part that is answered."""
        later = Decision.objects.published(at).filter(part=models.OuterRef("part"), revision__gt=models.OuterRef("revision"))
        return self.published(at).exclude(models.Exists(later))


class Decision(models.Model):
    """One wording of an answer. Its words never change: other words are the next revision. Moments are set once each."""

    part = models.ForeignKey(Part, models.PROTECT, related_name="decisions", verbose_name=_("part"))
    revision = models.PositiveSmallIntegerField(_("revision"))
    outcome = models.CharField(_("outcome"), max_length=15, choices=Outcome)
    reasons = models.TextField(_("reasons"), max_length=20_000, blank=True)
    drafted_by = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+", verbose_name=_("drafted by"))
    drafted_at = models.DateTimeField(_("drafted"))
    submitted_at = models.DateTimeField(_("sent for approval"), null=True, blank=True)
    returned_by = models.ForeignKey(USER, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("returned by"))
    returned_at = models.DateTimeField(_("returned"), null=True, blank=True)
    returned_why = models.CharField(_("what to improve"), max_length=1000, blank=True)
    approved_by = models.ForeignKey(USER, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("approved by"))
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    # What was published stays: a correction is the next revision, published by an act of its own.
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    publication = models.ForeignKey("Publication", models.PROTECT, null=True, blank=True, related_name="decisions")
    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ("part", "revision")
        constraints = [
            models.UniqueConstraint(fields=("part", "revision"), name="decision_revision_once"),
            models.CheckConstraint(
                condition=Q(outcome="accepted") | ~Q(reasons=""),
                name="decision_gives_reasons",
                violation_error_message=_("Write the reasons: only what is taken into account whole may go without them."),
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | Q(drafted_by=None) | ~Q(approved_by=F("drafted_by")),
                name="decision_approved_by_another",
                violation_error_message=_("Somebody else has to approve an answer than who drafted it."),
            ),
            models.CheckConstraint(
                # It may be returned even when it is approved: while nobody outside has read it.
                condition=Q(approved_at=None) | Q(submitted_at__isnull=False),
                name="decision_approved_after_review",
            ),
            models.CheckConstraint(
                condition=Q(published_at=None, publication=None)
                | Q(published_at__isnull=False, approved_at__isnull=False, returned_at=None, publication__isnull=False),
                name="decision_published_after_approval",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part} #{self.revision}"

    @property
    def step(self) -> Step:
        if self.published_at:
            return Step.PUBLISHED
        if self.returned_at:
            return Step.RETURNED
        if self.approved_at:
            return Step.APPROVED
        return Step.REVIEW if self.submitted_at else Step.DRAFT

    @property
    def is_taken(self) -> bool:
        return self.outcome in TAKEN


# The same as Decision.step, asked of rows.
_AT_STEP: dict[Step, Q] = {
    Step.NONE: Q(current=None),
    Step.DRAFT: Q(current__isnull=False, current__submitted_at=None),
    Step.REVIEW: Q(current__submitted_at__isnull=False, current__returned_at=None, current__approved_at=None),
    Step.RETURNED: Q(current__returned_at__isnull=False),
    Step.APPROVED: Q(current__approved_at__isnull=False, current__returned_at=None, current__published_at=None),
    Step.PUBLISHED: Q(current__published_at__isnull=False),
}


class Publication(models.Model):
    """One act by which answers became public: the first for all of a kind, later ones to correct or to add."""

    consultation = models.ForeignKey(Consultation, models.PROTECT, related_name="publications", verbose_name=_("consultation"))
    at = models.DateTimeField(_("published"))
    by = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+", verbose_name=_("published by"))
    # Shown to the public beside what a later act changed; empty for the first.
    note = models.CharField(_("why there is another act"), max_length=500, blank=True)
    voices = models.PositiveIntegerField(_("voices answered"))
    letters = models.PositiveIntegerField(_("letters owed"))

    class Meta:
        verbose_name = _("publication of answers")
        verbose_name_plural = _("publications of answers")
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"{self.consultation}, {self.at:%Y-%m-%d}"


@dataclass(frozen=True)
class Answer:
    """To one part: the newest decision published, and those that it corrected, oldest first."""

    part: Part
    decision: Decision
    corrected: Sequence[Decision]

    @property
    def note(self) -> str:
        """Why the newest one was published by an act of its own; empty when it came with all the others."""
        return self.decision.publication.note if self.decision.publication else ""


class Note(models.Model):
    """What officials tell one another about a voice. Never shown outside the office, never changed."""

    voice = models.ForeignKey("consultations.Voice", models.PROTECT, related_name="notes", verbose_name=_("voice"))
    text = models.TextField(_("note"), max_length=4000)
    by = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+", verbose_name=_("written by"))
    at = models.DateTimeField(_("written"))

    class Meta:
        verbose_name = _("internal note")
        verbose_name_plural = _("internal notes")
        ordering = ("at", "pk")
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="note_says_something")]

    def __str__(self) -> str:
        return self.text[:60]


class AnswerTemplate(models.Model):
    """Words that many answers begin with; whoever drafts one still changes them to fit."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    outcome = models.CharField(_("outcome"), max_length=15, choices=Outcome)
    reasons = models.TextField(_("reasons"), max_length=4000, blank=True)

    class Meta:
        verbose_name = _("answer template")
        verbose_name_plural = _("answer templates")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
