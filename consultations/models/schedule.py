from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from consultations.deadlines import last_day, local_day
from consultations.events import EventKind, handed_for, opinion_ends
from consultations.stages import PERMITS, Action, Kind, ShownAs, kinds_permitting
from programs.models import Resolution


class ConsultationQuerySet(models.QuerySet["Consultation"]):
    def published(self, at: datetime) -> ConsultationQuerySet:
        return self.filter(published_at__lte=at)

    def unfinished(self, at: datetime) -> ConsultationQuerySet:
        """A stage has not closed, a meeting is ahead, an event is still planned, or the year has not been reported on."""
        stages = Stage.objects.filter(consultation=models.OuterRef("pk"), closes_at__gt=at)
        events = FormalEvent.objects.filter(consultation=models.OuterRef("pk"), done_on=None)
        ahead = Q(planned_on__gte=local_day(at)) | Q(kind=EventKind.ANNUAL_REPORT)
        meetings = Consultation.objects.filter(meetings__ends_at__gt=at)
        return self.filter(models.Exists(stages) | models.Exists(events.filter(ahead)) | Q(pk__in=meetings))

    def at_work(self, at: datetime) -> ConsultationQuerySet:
        """Being prepared, or going on."""
        return self.unfinished(at) | self.filter(published_at=None)

    def permitting(self, action: Action, at: datetime) -> ConsultationQuerySet:
        return self.filter(models.Exists(Stage.objects.filter(consultation=models.OuterRef("pk")).permitting(action, at)))

    def taking_remarks(self, at: datetime) -> ConsultationQuerySet:
        """For apps below, which cannot name an action."""
        return self.published(at).permitting(Action.REMARK, at)


class Consultation(models.Model):
    title = models.CharField(_("title"), max_length=250)
    slug = models.SlugField(_("name in the address"), max_length=60, unique=True)
    lead = models.TextField(_("in two sentences: what for, and what people can change"), max_length=600, blank=True)
    programs = models.ManyToManyField("programs.Program", related_name="consultations", verbose_name=_("programs"))
    host = models.CharField(_("who runs it"), max_length=250, blank=True)
    co_hosts = models.CharField(_("together with"), max_length=500, blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    # Letters from the contact form go here; it stands in no page, so that nobody can harvest it.
    contact_email = models.EmailField(_("e-mail of the coordinator"))
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    objects = ConsultationQuerySet.as_manager()

    class Meta:
        verbose_name = _("consultation")
        verbose_name_plural = _("consultations")
        ordering = ("-published_at", "-pk")

    def __str__(self) -> str:
        return self.title

    def may(self, action: Action, at: datetime) -> bool:
        """Whether the public may do this now; staff may at any time, with a reason (accounts.roles)."""
        return self.stages.permitting(action, at).exists()

    def is_published(self, at: datetime) -> bool:
        return self.published_at is not None and self.published_at <= at


class StageQuerySet(models.QuerySet["Stage"]):
    def open(self, at: datetime) -> StageQuerySet:
        return self.filter(opens_at__lte=at, closes_at__gt=at)

    def permitting(self, action: Action, at: datetime) -> StageQuerySet:
        return self.open(at).filter(kind__in=kinds_permitting(action))

    def overlapping(self, opens_at: datetime, closes_at: datetime) -> StageQuerySet:
        return self.filter(opens_at__lt=closes_at, closes_at__gt=opens_at)


class Stage(models.Model):
    """When one kind of work goes on. Without dates it is announced but not open."""

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="stages", verbose_name=_("consultation"))
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    name = models.CharField(_("name"), max_length=150)
    description = models.TextField(_("what happens in it"), max_length=1000, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    opens_at = models.DateTimeField(_("opens"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closes"), null=True, blank=True)
    shown_as = models.CharField(_("how the date is shown"), max_length=10, choices=ShownAs, default=ShownAs.FROM_TO)
    # A stage may open by an act: N days counted from the day the event was done (deadlines.days_after).
    after_event = models.ForeignKey(
        "FormalEvent", models.SET_NULL, null=True, blank=True, related_name="stages_it_opens", verbose_name=_("opened by the act")
    )
    days_after = models.PositiveSmallIntegerField(_("lasts so many days after it"), null=True, blank=True)
    # Organizations that were invited to it by e-mail; the public page says how many.
    invited = models.PositiveIntegerField(_("organizations invited"), default=0, editable=False)
    date_changes = GenericRelation("DateChange")
    objects = StageQuerySet.as_manager()

    class Meta:
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        ordering = ("consultation", "position", "opens_at")
        constraints = [
            models.CheckConstraint(
                # A CHECK passes on NULL, so half a window has to be excluded by name.
                condition=Q(opens_at=None, closes_at=None)
                | Q(opens_at__isnull=False, closes_at__isnull=False, opens_at__lt=F("closes_at")),
                name="stage_has_both_dates_in_order_or_none",
                violation_error_message=_("Give both dates, the opening first, or neither."),
            ),
            models.CheckConstraint(
                condition=~Q(shown_as="after_act") | Q(after_event__isnull=False, days_after__isnull=False),
                name="stage_after_an_act_names_it",
                violation_error_message=_("Say which act opens this stage and how many days it lasts."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def is_open(self, at: datetime) -> bool:
        return self.opens_at is not None and self.closes_at is not None and self.opens_at <= at < self.closes_at

    def is_over(self, at: datetime) -> bool:
        return self.closes_at is not None and self.closes_at <= at

    def permits(self, action: Action, at: datetime) -> bool:
        return self.is_open(at) and action in PERMITS[Kind(self.kind)]


class FormalEvent(models.Model):
    """What is not participation: handed to the council of public benefit, accepted by the mayor, adopted, published."""

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="events", verbose_name=_("consultation"))
    kind = models.CharField(_("kind"), max_length=15, choices=EventKind, default=EventKind.OTHER)
    name = models.CharField(_("what happens"), max_length=200)
    note = models.TextField(_("note"), max_length=1000, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    planned_on = models.DateField(_("planned"), null=True, blank=True)
    done_on = models.DateField(_("done"), null=True, blank=True)
    document = models.ForeignKey("Document", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("document"))
    link = models.URLField(_("link"), blank=True)
    # No opinion came in its days, which the law takes for a waiver: `done_on` is then the day they ended (art. 41i ust. 2).
    waived = models.BooleanField(_("no opinion in time: waived"), default=False)
    date_changes = GenericRelation("DateChange")

    class Meta:
        verbose_name = _("formal event")
        verbose_name_plural = _("formal events")
        ordering = ("consultation", "position", "planned_on")
        constraints = [
            models.CheckConstraint(
                condition=Q(waived=False) | Q(kind="opinion", done_on__isnull=False),
                name="event_waived_is_an_opinion",
                violation_error_message=_("Only an opinion whose days have passed can be waived."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def resolutions(self) -> list[Resolution]:
        """What the council adopted, as recorded with the programs: nobody types it here again."""
        if self.kind != EventKind.RESOLUTION:
            return []
        return [program.resolution for program in self.consultation.programs.all() if hasattr(program, "resolution")]

    @property
    def acted_on(self) -> date | None:
        """The day it was done on, recorded here or, of a resolution, with the program."""
        return self.done_on or min((resolution.adopted_on for resolution in self.resolutions), default=None)

    @property
    def opinion_ends_at(self) -> datetime | None:
        """Of an opinion: when its days are over. None while no draft has been handed over."""
        if self.kind != EventKind.OPINION:
            return None
        delivered = [
            one.done_on for one in self.consultation.events.all() if one.kind == EventKind.HANDED_OVER and one.done_on is not None
        ]
        handed_on = handed_for(self.done_on, delivered)
        return opinion_ends(handed_on) if handed_on else None

    @property
    def day(self) -> date | None:
        """By which people look for it: done, else planned, else the last one that the law leaves for it."""
        ends_at = self.opinion_ends_at
        return self.acted_on or self.planned_on or (last_day(ends_at) if ends_at else None)

    @property
    def is_late(self) -> bool:
        """An opinion that came after its days."""
        ends_at = self.opinion_ends_at
        return bool(ends_at and self.done_on and not self.waived and self.done_on > last_day(ends_at))


class DateChange(models.Model):
    """A published date was moved, by whom and why: shown to the public, never edited."""

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="date_changes", verbose_name=_("consultation"))
    content_type = models.ForeignKey(ContentType, models.CASCADE)
    object_id = models.PositiveBigIntegerField()
    thing = GenericForeignKey()
    field = models.CharField(_("which date"), max_length=30)
    old = models.DateTimeField(_("was"), null=True)
    new = models.DateTimeField(_("is"), null=True)
    reason = models.CharField(_("reason"), max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("moved by"))
    at = models.DateTimeField(_("moved at"))

    class Meta:
        verbose_name = _("moved date")
        verbose_name_plural = _("moved dates")
        ordering = ("at", "pk")
        indexes = [models.Index(fields=("content_type", "object_id"), name="date_change_thing")]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="date_change_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.field} {self.old} → {self.new}"


class Topic(models.Model):
    """A thematic area, shared by groups, proposals and remarks of one consultation."""

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="topics", verbose_name=_("consultation"))
    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("description"), max_length=1000, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ("consultation", "position", "pk")
        constraints = [models.UniqueConstraint(fields=("consultation", "name"), name="topic_once_per_consultation")]

    def __str__(self) -> str:
        return self.name
