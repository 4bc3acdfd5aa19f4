"""What the program itself has to say of how it was made and how its consultation went (act of 24 April 2003, art. 5a ust. 4
pkt 10): one paragraph, ready to be put into the text. And the words that a new report begins with.

Laws are cited here only in words that the office reads and changes before anybody else sees them.
"""

from django.conf import settings
from django.urls import reverse

from accounts.models import Portal
from consultations.deadlines import local_day
from consultations.events import EventKind
from consultations.models import Channel, Outcome
from consultations.reporting.facts import Facts
from consultations.reporting.words import closing, day, opening, plural
from consultations.stages import Kind

# The number of the statutory element that the paragraph fulfils.
HOW_IT_WAS_MADE = 10
# What has to be filled in; nothing is published with it.
HOLE = "[…]"
_BY_CHANNEL = {
    Channel.PORTAL: "formularz na portalu, osobno do każdego zapisu projektu",
    Channel.EMAIL: "poczta elektroniczna",
    Channel.PAPER: "pismo na papierze",
    Channel.PHONE: "rozmowa telefoniczna, którą zapisał urząd",
    Channel.EPUAP: "ePUAP lub e-Doręczenia",
}
_TAKEN = {
    Outcome.ACCEPTED: "uwzględniono",
    Outcome.PARTLY: "uwzględniono w części",
    Outcome.REJECTED: "nie uwzględniono",
    Outcome.NOTED: "wyjaśniono",
    Outcome.OUT_OF_SCOPE: "poza przedmiotem konsultacji",
    Outcome.NOT_CONSIDERED: "pozostawiono bez rozpatrzenia",
}


def basis() -> str:
    return (
        f"Art. 5 ust. 2 pkt 3 i 4 oraz art. 5a ust. 1 ustawy {Portal.current().act} oraz uchwała nr {HOLE} w sprawie sposobu "
        "konsultowania projektów aktów prawa miejscowego, podjęta na podstawie art. 5 ust. 5 tej ustawy."
    )


def forms_of(facts: Facts) -> str:
    """How people could take part, as far as the portal knows: what was open, what was used, what meetings there were."""
    used = {row.channel for row in facts.counts.channels} | {Channel.PORTAL}
    lines = [words for channel, words in _BY_CHANNEL.items() if channel in used]
    lines += [meeting.title for meeting in facts.meetings if not meeting.is_cancelled]
    return "\n".join(f"- {line}" for line in lines)


def paragraph(facts: Facts) -> str:
    """Call with Polish active."""
    told = [_when(facts), _where(facts), _meetings(facts), _what(facts), *_council(facts), _address(facts)]
    return " ".join(sentence for sentence in told if sentence)


def _when(facts: Facts) -> str:
    windows = [
        f"od {opening(stage.opens_at)} do {closing(stage.closes_at)}"
        for stage in facts.stages
        if stage.opens_at and stage.kind in (Kind.PROPOSALS, Kind.REMARKS)
    ]
    made = "Program powstał po konsultacjach z organizacjami pozarządowymi i podmiotami uprawnionymi do udziału w nich"
    return f"{made}, przeprowadzonych {' oraz '.join(windows)}." if windows else f"{made}."


def _where(facts: Facts) -> str:
    places = [f"{one.place} ({day(one.on)})" if one.on else one.place for one in facts.announced]
    return f"Konsultacje ogłoszono: {', '.join(places)}." if places else ""


def _meetings(facts: Facts) -> str:
    held = [meeting for meeting in facts.meetings if not meeting.is_cancelled]
    told = []
    for meeting in held:
        came = f" ({plural(meeting.present, 'osoba', 'osoby', 'osób')})" if meeting.present else ""
        told.append(f"{meeting.title}, {day(local_day(meeting.starts_at))}{came}")
    begun = "Odbyło się" if len(told) == 1 else "Odbyły się"
    return f"{begun}: {'; '.join(told)}." if told else ""


def _what(facts: Facts) -> str:
    counts = facts.counts
    if not counts.voices:
        return "W konsultacjach nie zgłoszono propozycji ani uwag."
    proposals = plural(counts.proposals, "propozycja", "propozycje", "propozycji")
    remarks = plural(counts.remarks, "uwaga", "uwagi", "uwag")
    outcomes = [f"{words} – {n}" for outcome, words in _TAKEN.items() if (n := counts.of(outcome))]
    answers = f" Rozstrzygnięcia: {', '.join(outcomes)}." if outcomes else ""
    return f"Zgłoszono: {proposals} i {remarks}.{answers}"


def _council(facts: Facts) -> list[str]:
    opinions = [event for event in facts.events if event.kind == EventKind.OPINION and event.done_on]
    return [
        "Rada działalności pożytku publicznego nie wydała opinii w terminie."
        if event.waived
        else f"Rada działalności pożytku publicznego wydała opinię {day(event.done_on)}."
        for event in opinions
    ]


def _address(facts: Facts) -> str:
    address = settings.PUBLIC_URL + reverse("consultations:report", args=[facts.slug])
    return f"Raport z konsultacji, z treścią wszystkich głosów i odpowiedzi, jest dostępny pod adresem {address}."
