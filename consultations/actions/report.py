"""The report of a consultation: written, published, changed in everybody's sight."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date, datetime
from functools import partial
from hashlib import sha256

from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.letters import wake
from accounts.models import User
from consultations.actions.publication import PeopleStillSpeak
from consultations.models import Consultation, Publicity, Report, ReportEdit, Voice
from consultations.models.voices import ACTION_OF, cited
from consultations.reporting.element import HOLE, HOW_IT_WAS_MADE, basis, forms_of, paragraph
from consultations.reporting.facts import facts
from programs.actions import edit_unit
from programs.freshness import public_changed
from programs.models import ProvisionText


class ReportRefused(Exception):
    """Why a report cannot be as asked; `in_words` says what to do."""

    in_words: str | Promise = ""


class SomethingIsMissing(ReportRefused):
    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__(*missing)
        words = _("Write first: %(missing)s.")
        self.in_words = words % {"missing": ", ".join(missing)}


class SomethingIsToBeFilledIn(ReportRefused):
    in_words = _("Fill in the places that are marked with […].")


class ConsultationIsNotPublished(ReportRefused):
    in_words = _("Publish the consultation first: the report is a page of it.")


class VoicesHaveNoPublishedAnswer(ReportRefused):
    def __init__(self, voices: Sequence[Voice]) -> None:
        super().__init__(voices)
        words = ngettext(
            "%(n)d voice has no published answer: %(numbers)s. Publish the answers first.",
            "%(n)d voices have no published answer: %(numbers)s. Publish the answers first.",
            len(voices),
        )
        self.in_words = words % {"n": len(voices), "numbers": cited(voices)}


class WhatChangesIsMissing(ReportRefused):
    in_words = _("The report is public: say in a sentence what you change. People will read it in the log of changes.")


class ReportHasChanged(ReportRefused):
    in_words = _("Somebody else has changed the report since you opened it. Yours is kept below: compare them and save again.")


@dataclass(frozen=True)
class Words:
    """What the office writes itself: the fields of a report, by their names."""

    basis: str
    forms: str
    course: str
    opinion: str
    conclusion: str
    prepared_by: str


@dataclass(frozen=True)
class Place:
    """Where the consultation was announced, by whom the portal does not know."""

    place: str
    on: date | None = None
    link: str = ""


_NEEDED = ("basis", "forms", "conclusion", "prepared_by")


@transaction.atomic
def begin_report(consultation: Consultation, *, at: datetime) -> Report:
    """The report of a consultation; a new one begins with the words that offices begin with, and no one else sees."""
    report = Report.objects.filter(consultation=consultation).first()
    if report is None:
        before = Report.objects.exclude(published_at=None).order_by("published_at").last()
        with translation.override("pl"):
            forms = forms_of(facts(consultation, at))
        begun = {"basis": before.basis if before else basis(), "forms": forms}
        report, _is_new = Report.objects.get_or_create(consultation=consultation, defaults=begun)
    return report


@transaction.atomic
def write_report(
    report: Report, *, words: Words, places: Sequence[Place], by: User, at: datetime, what: str = "", seen: str | None = None
) -> Report:
    """Once people read it, each change is a line of its log; the same words again are none.

    `seen` is the fingerprint of what the writer had before them. Raises ReportHasChanged, WhatChangesIsMissing, and for
    a public report SomethingIsMissing and SomethingIsToBeFilledIn.
    """
    locked = Report.objects.select_for_update().get(pk=report.pk)
    if seen is not None and seen != fingerprint(locked):
        raise ReportHasChanged
    if (words, list(places)) == (words_of(locked), places_of(locked)):
        return locked
    if locked.published_at:
        if not what.strip():
            raise WhatChangesIsMissing
        _check(words)
        ReportEdit.objects.create(report=locked, at=at, by=by, what=what.strip())
    for field in fields(words):
        setattr(locked, field.name, getattr(words, field.name))
    locked.save()
    _announce(locked.consultation, places)
    if locked.published_at:
        _has_changed(at)
    return locked


@transaction.atomic
def publish_report(report: Report, *, by: User, at: datetime) -> Report:
    """From now on everybody reads it; published again it stays as it is.

    Raises ConsultationIsNotPublished, PeopleStillSpeak, VoicesHaveNoPublishedAnswer, SomethingIsMissing, SomethingIsToBeFilledIn.
    """
    # No letter comes in, and no answer is published, meanwhile.
    consultation = Consultation.objects.select_for_update().get(pk=report.consultation_id)
    locked = Report.objects.select_for_update().get(pk=report.pk)
    if locked.published_at:
        return locked
    check_report(locked, consultation, at=at)
    locked.published_at, locked.published_by = at, by
    locked.save(update_fields=["published_at", "published_by"])
    _has_changed(at)
    return locked


def check_report(report: Report, consultation: Consultation, *, at: datetime) -> None:
    """Whether it could be published now; raises what publish_report raises."""
    if not consultation.is_published(at):
        raise ConsultationIsNotPublished
    for stage in consultation.stages.order_by("pk"):
        if any(stage.permits(action, at) for action in ACTION_OF.values()):
            raise PeopleStillSpeak(stage, at)
    unanswered = list(consultation.voices.unanswered(at).select_related("consultation").order_by("kind", "number"))
    if unanswered:
        raise VoicesHaveNoPublishedAnswer(unanswered)
    _check(words_of(report))


def units_for_paragraph(consultation: Consultation) -> QuerySet[ProvisionText]:
    """Units of texts that are still written, marked as saying how the program was made: see reporting/element.py."""
    marked = ProvisionText.objects.filter(
        version__program__consultations=consultation, version__frozen_at=None, provision__elements__number=HOW_IT_WAS_MADE
    )
    return marked.select_related("version__program").order_by("version", "rank").distinct()


def put_paragraph(unit: ProvisionText, consultation: Consultation, *, seen: str, at: datetime) -> ProvisionText:
    """In the place of what the unit says; `seen` is its fingerprint. Raises what programs.actions.edit_unit raises."""
    with translation.override("pl"):
        text = paragraph(facts(consultation, at))
    return edit_unit(unit, heading=unit.heading, text=text, cells=unit.cells, seen=seen, at=at)


def words_of(report: Report) -> Words:
    return Words(**{field.name: getattr(report, field.name) for field in fields(Words)})


def places_of(report: Report) -> list[Place]:
    return [Place(row.place, row.on, row.link) for row in report.consultation.publicity.all()]


def fingerprint(report: Report) -> str:
    """Of the words and the places, as they are now."""
    said = (astuple(words_of(report)), [astuple(place) for place in places_of(report)])
    return sha256(repr(said).encode()).hexdigest()


def _has_changed(at: datetime) -> None:
    public_changed(at=at)
    transaction.on_commit(partial(wake, "consultations.render_reports"))


def _check(words: Words) -> None:
    needed = [field for field in Report._meta.fields if field.name in _NEEDED]
    missing = [str(field.verbose_name) for field in needed if not getattr(words, field.name).strip()]
    if missing:
        raise SomethingIsMissing(missing)
    if any(HOLE in part for part in astuple(words)):
        raise SomethingIsToBeFilledIn


def _announce(consultation: Consultation, places: Sequence[Place]) -> None:
    consultation.publicity.all().delete()
    Publicity.objects.bulk_create(
        [Publicity(consultation=consultation, place=one.place, on=one.on, link=one.link) for one in places]
    )
