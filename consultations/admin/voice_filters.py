"""What narrows the desk's list of voices: filters, and one search box for numbers, citations and words."""

import re
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from accounts.desk import staff
from accounts.folding import folded
from accounts.models import User
from consultations.models import Part, Step, Voice, VoiceKind
from consultations.models.answers import STEP_WORDS, PartQuerySet, sees_all_voices
from consultations.models.voices import VoiceQuerySet
from programs.models import ProvisionText

Choices = list[tuple[str, Any]]
_SIGNATURE = re.compile(r"(?P<letter>[PU])/(?P<slug>.+)/(?P<number>[0-9]{1,9})", re.IGNORECASE)


class YesNoFilter(admin.SimpleListFilter):
    yes: Any
    no: Any
    condition: models.Q

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [("yes", self.yes), ("no", self.no)]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        if self.value() == "yes":
            return queryset.filter(self.condition)
        return queryset.exclude(self.condition) if self.value() == "no" else queryset


class ReleasedFilter(YesNoFilter):
    title, parameter_name = _("published"), "released"
    yes, no = _("published"), _("not published")
    condition = models.Q(released_at__isnull=False)


class UnconfirmedFilter(YesNoFilter):
    title, parameter_name = _("address"), "unconfirmed"
    yes, no = _("given but not confirmed"), _("confirmed or none")
    condition = ~models.Q(submission__email="") & models.Q(submission__email_confirmed_at=None)


class LateFilter(YesNoFilter):
    title, parameter_name = _("deadline"), "late"
    yes, no = _("after the deadline"), _("in time")
    condition = ~models.Q(submission__late_reason="")


class WithdrawnFilter(YesNoFilter):
    title, parameter_name = _("withdrawn"), "withdrawn"
    yes, no = _("withdrawn"), _("standing")
    condition = models.Q(submission__withdrawn_at__isnull=False)


class UnansweredFilter(admin.SimpleListFilter):
    title, parameter_name = _("answer"), "unanswered"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [("yes", _("still to be answered")), ("no", _("answered and approved"))]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        open_parts = Part.objects.seen_by(staff(request)).unanswered()
        waiting = Voice.objects.standing().filter(Exists(open_parts.filter(voice=OuterRef("pk")))).values("pk")
        if self.value() == "yes":
            return queryset.filter(pk__in=waiting)
        if self.value() == "no":
            return queryset.filter(submission__withdrawn_at=None).exclude(pk__in=waiting)
        return queryset


class PartsFilter(admin.SimpleListFilter):
    """Voices of which some part, not taken back by its author, is as chosen."""

    def chosen(self, parts: PartQuerySet, request: HttpRequest) -> PartQuerySet:
        raise NotImplementedError

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        if self.value() not in dict(self.lookup_choices):
            return queryset
        parts = Part.objects.seen_by(staff(request)).standing()
        return queryset.filter(Exists(self.chosen(parts, request).filter(voice=OuterRef("pk"))))


class StepFilter(PartsFilter):
    title, parameter_name = _("step of the answer"), "step"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [(step.value, words) for step, words in STEP_WORDS.items()]

    def chosen(self, parts: PartQuerySet, request: HttpRequest) -> PartQuerySet:
        return parts.at_step(Step(self.value() or ""))


class AssignedFilter(PartsFilter):
    title, parameter_name = _("assigned to"), "assigned"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [("me", _("me")), ("department", _("my department")), ("nobody", _("nobody"))]

    def chosen(self, parts: PartQuerySet, request: HttpRequest) -> PartQuerySet:
        if self.value() == "nobody":
            return parts.filter(assignee=None, department=None)
        return parts.filter(assignee=staff(request)) if self.value() == "me" else parts.filter(department__members=staff(request))


class DueFilter(PartsFilter):
    title, parameter_name = _("answer due"), "due"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [("overdue", _("overdue"))]

    def chosen(self, parts: PartQuerySet, request: HttpRequest) -> PartQuerySet:
        return parts.overdue(localdate())


class ParagraphFilter(admin.SimpleListFilter):
    """?paragraph=<key of a provision>: links lead to it, nobody chooses it from a list of hundreds."""

    title, parameter_name = _("provision"), "paragraph"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        if (key := self._key()) is None:
            return []
        newest = ProvisionText.objects.filter(provision=key).order_by("-version__number").first()
        return [(str(key), newest.citation if newest else _("none"))]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        key = self._key()
        return queryset.filter(provision_text__provision=key) if key else queryset

    def _key(self) -> UUID | None:
        try:
            return UUID(self.value() or "")
        except ValueError:
            return None


def searched(voices: VoiceQuerySet, typed: str, *, by: User) -> VoiceQuerySet:
    """A number, alone or as cited; a citation; else words, each in what is said or in who says it.

    Whoever sees only parts finds words of these and names of organizations: a search must not tell them who an author is.
    """
    typed = " ".join(typed.split())
    if found := _SIGNATURE.fullmatch(typed):
        kind = VoiceKind.PROPOSAL if found["letter"].upper() == "P" else VoiceKind.REMARK
        return voices.filter(kind=kind, consultation__slug__iexact=found["slug"], number=int(found["number"]))
    if typed.isdecimal() and len(typed) < 10:
        return voices.filter(number=int(typed))
    if typed.startswith("§"):
        return voices.filter(_about(" ".join(typed.replace("§", "§ ").split())))
    if not sees_all_voices(by):
        return _in_own_parts(voices, typed.split(), by)
    for word in typed.split():
        said = Q(folded__contains=folded(word)) | Q(submission__folded__contains=folded(word))
        voices = voices.filter(said | Q(submission__name__icontains=word) | Q(submission__email__icontains=word))
    return voices


def _in_own_parts(voices: VoiceQuerySet, words: list[str], by: User) -> VoiceQuerySet:
    for word in words:
        said = Q(excerpt__icontains=word) | Q(excerpt="", voice__folded__contains=folded(word))
        own = Part.objects.seen_by(by).filter(said, voice=OuterRef("pk"))
        voices = voices.filter(Exists(own) | Q(submission__folded__contains=folded(word)))
    return voices


def _about(citation: str) -> Q:
    """Remarks on a provision, on something in it, and on a range that holds it."""
    cited = ProvisionText.objects.filter(version=OuterRef("version"), citation__iexact=citation)
    in_range = cited.filter(rank__gte=OuterRef("provision_text__rank"), rank__lte=OuterRef("until_text__rank"))
    on_it = Q(provision_text__citation__iexact=citation) | Q(provision_text__citation__istartswith=f"{citation} ")
    return on_it | Q(Exists(in_range))
