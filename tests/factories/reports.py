"""A consultation that is over, answered, and reported on, all through the verbs."""

from datetime import date, timedelta

from consultations.actions.report import Place, Words, begin_report, publish_report, write_report
from consultations.actions.voices import Author, release_voices
from consultations.models import Consultation, Outcome, Report, Voice
from tests.factories.answers import PUBLISHED, answered
from tests.factories.answers import published as published_answers
from tests.factories.voices import consultation, coordinator, proposal, remark

REPORTED = PUBLISHED + timedelta(days=3)
RESIDENT = Author("Jan Mieszkaniec-Znak", "jan.znak@example.org", "")
WORDS = Words(
    basis="Uchwała nr 12/2010 w sprawie konsultacji.",
    forms="- formularz na portalu,\n- spotkanie.",
    course="Zażółć gęślą jaźń: konsultacje przebiegły zgodnie z planem.",
    opinion="",
    conclusion="Projekt po zmianach trafi do rady miasta.",
    prepared_by="Wydział Współpracy",
)
PLACES = [
    Place("Tablica ogłoszeń urzędu", date(2026, 8, 25)),
    Place("Strona miasta", date(2026, 8, 26), "https://example.org/bip"),
]


def released(*voices: Voice) -> None:
    release_voices(Voice.objects.filter(pk__in=[voice.pk for voice in voices]), by=coordinator(), at=PUBLISHED)


def answered_consultation(slug: str = "2027") -> Consultation:
    """A proposal of an organization taken up, a resident's remark refused, both public with their answers."""
    made = consultation(slug)
    first = answered(proposal(made), outcome=Outcome.ACCEPTED, reasons="Warsztaty będą.")
    second = answered(remark(made, author=RESIDENT), outcome=Outcome.REJECTED)
    published_answers(made)
    released(first, second)
    return made


def written(made: Consultation) -> Report:
    report = begin_report(made, at=REPORTED)
    return write_report(report, words=WORDS, places=PLACES, by=coordinator(), at=REPORTED)


def reported(made: Consultation | None = None) -> Report:
    return publish_report(written(made or answered_consultation()), by=coordinator(), at=REPORTED)
