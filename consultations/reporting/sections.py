"""The report as one Polish document: its sections, in the order in which offices write them (see blocks.py).

A page, a PDF and a Word file set the same sections; the page leaves the list of voices to its own pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby

from consultations.events import EventKind
from consultations.models import ChangeAction, Outcome, VoiceKind
from consultations.reporting import words
from consultations.reporting.blocks import (
    Bar,
    Block,
    Chart,
    Items,
    Link,
    Links,
    Prose,
    Section,
    Subheading,
    Table,
    Terms,
    Voices,
    Words,
)
from consultations.reporting.changes import Changed
from consultations.reporting.counts import ByTopic, Counts
from consultations.reporting.facts import EventFact, Facts, MeetingFact, Moved
from consultations.reporting.voices import Said
from consultations.reporting.words import closing, day, moment, opening, plural

_FIELDS = {
    "opens_at": "początek",
    "closes_at": "koniec",
    "planned_on": "dzień",
    "starts_at": "początek",
    "ends_at": "koniec",
    "topics_until": "termin zgłaszania tematów",
    "signup_until": "termin zapisów",
    "confirm_until": "termin potwierdzania udziału",
}
_DONE = {
    ChangeAction.REWORD: "nowe brzmienie",
    ChangeAction.ADD: "nowy zapis",
    ChangeAction.REMOVE: "zapis usunięty",
}
_OF_COUNCIL = (EventKind.HANDED_OVER, EventKind.OPINION)
_NOTHING = "Nie wpłynęła ani jedna propozycja i ani jedna uwaga."


def sections(facts: Facts, said: Sequence[Said] | None) -> list[Section]:
    """Without `said`, the section of voices only leads to their pages."""
    made = [
        Section("przedmiot", "Przedmiot konsultacji", list(_subject(facts))),
        Section("podstawa", "Podstawa prawna", [Prose(facts.written.basis)]),
        Section("formy", "Formy udziału", [Prose(facts.written.forms)]),
        Section("terminy", "Terminy i ich zmiany", list(_dates(facts))),
        Section("ogloszenie", "Gdzie ogłoszono konsultacje i kogo zaproszono", list(_announced(facts))),
        Section("przebieg", "Przebieg konsultacji", [Prose(facts.written.course)]),
        Section("spotkania", "Spotkania", [block for meeting in facts.meetings for block in _meeting(meeting)]),
        Section("udzial", "Kto zabrał głos", list(_turnout(facts.counts))),
        Section("rozstrzygniecia", "Rozstrzygnięcia według tematów", list(_outcomes(facts.counts))),
        Section("glosy", "Propozycje, uwagi i odpowiedzi", list(_voices(facts, said))),
        Section("rada", "Opinia rady działalności pożytku publicznego", list(_council(facts))),
        Section("zmiany", "Zmiany w projekcie", list(_changes(facts))),
        Section("czynnosci", "Czynności formalne", list(_events(facts.events))),
        Section("wnioski", "Wnioski końcowe", [Prose(facts.written.conclusion)]),
        Section("metryczka", "Metryczka", list(_imprint(facts))),
    ]
    return [section for section in made if any(not isinstance(block, Prose) or block.text for block in section.blocks)]


def _subject(facts: Facts) -> Iterator[Block]:
    rows: list[tuple[Words, Words]] = [("Konsultacje", Link(facts.title, facts.url))]
    rows += [("Program", Link(title, url)) for title, url in facts.programs]
    rows += [("Prowadzący", facts.host), ("Razem z", facts.co_hosts)]
    yield Terms([(term, value) for term, value in rows if value])
    yield Prose(facts.lead)


def _dates(facts: Facts) -> Iterator[Block]:
    rows = [(stage.name, opening(stage.opens_at), closing(stage.closes_at)) for stage in facts.stages]
    yield Table("Etapy konsultacji", ("Etap", "Od", "Do"), rows, (8, 6, 6))
    things: list[tuple[str, Sequence[Moved]]] = [(stage.name, stage.moved) for stage in facts.stages]
    things += [(event.name, event.moved) for event in facts.events]
    things += [(meeting.title, meeting.moved) for meeting in facts.meetings]
    moved: list[tuple[Words, Words]] = [
        (name, _move(list(together))) for name, moves in things for _at, together in groupby(moves, key=lambda move: move.at)
    ]
    if moved:
        yield Subheading("Zmiany ogłoszonych terminów")
        yield Terms(moved)
    else:
        yield Prose("Żaden ogłoszony termin nie został zmieniony.")


def _move(together: Sequence[Moved]) -> str:
    """One act may move both ends."""
    moves = [f"{_FIELDS.get(one.field, 'termin')}: {_told(one, one.new)}, przedtem {_told(one, one.old)}" for one in together]
    return "\n".join([*moves, f"Powód: {together[0].reason}", f"Zmieniono {moment(together[0].at)}."])


def _told(move: Moved, value: datetime | None) -> str:
    return closing(value) if move.field == "closes_at" else opening(value)


def _announced(facts: Facts) -> Iterator[Block]:
    rows: list[Words] = []
    for one in (*facts.announced, *facts.news):
        told = f"{one.place} – {day(one.on)}" if one.on else one.place
        rows.append(Link(told, one.url) if one.url else told)
    yield Items(rows) if rows else Prose("Nie zapisano żadnego miejsca ogłoszenia.")
    invited = [(stage.name, opening(stage.opens_at), str(stage.invited)) for stage in facts.stages if stage.invited]
    if invited:
        caption = "Zaproszenia wysłane pocztą elektroniczną do organizacji z bazy urzędu"
        yield Table(caption, ("Etap", "Początek etapu", "Zaproszonych organizacji"), invited, (9, 6, 5), numbers_from=2)
    else:
        yield Prose("Za pomocą portalu nie wysłano zaproszeń do organizacji z bazy urzędu.")


def _meeting(meeting: MeetingFact) -> Iterator[Block]:
    yield Subheading(meeting.title)
    came = plural(meeting.present, "osoba", "osoby", "osób") if meeting.present else "obecności nie zapisano"
    spoke_for = plural(meeting.organizations, "organizacja", "organizacje", "organizacji")
    rows: list[tuple[Words, Words]] = [
        ("Termin", Link(moment(meeting.starts_at), meeting.url)),
        ("Miejsce", meeting.place),
        ("Obecni", f"{came}; reprezentowane: {spoke_for}" if meeting.organizations else came),
    ]
    if meeting.is_cancelled:
        rows = [*rows[:2], ("Stan", "spotkanie odwołano")]
    yield Terms([(term, value) for term, value in rows if value])
    if meeting.groups and not meeting.is_cancelled:
        groups = [(group.name, str(group.registered), str(group.present)) for group in meeting.groups]
        yield Table("Grupy tematyczne", ("Grupa", "Zapisanych", "Obecnych"), groups, (12, 4, 4), numbers_from=1)
    if meeting.conclusions:
        yield Terms([(Link(one.signature, one.url), f"{one.group}: {one.text}") for one in meeting.conclusions])


def _turnout(counts: Counts) -> Iterator[Block]:
    if not counts.voices:
        yield Prose(f"{_NOTHING} Ilu osób zapoznało się z projektem, nie wiadomo: portal nie liczy odwiedzin.")
    else:
        yield Prose(_came(counts))
        yield _by_channel(counts)
        yield from _organizations(counts)
    if counts.withdrawn:
        yield Prose(f"Listów wycofanych przez autorów: {counts.withdrawn}.")


def _came(counts: Counts) -> str:
    proposals = plural(counts.proposals, "propozycja", "propozycje", "propozycji")
    remarks = plural(counts.remarks, "uwaga", "uwagi", "uwag")
    letters = plural(counts.letters, "liście", "listach", "listach")
    told = [f"W {letters} przyszły: {proposals} i {remarks}."]
    if counts.unreleased:
        told.append(f"Głosów, których urząd nie ogłosił: {counts.unreleased}.")
    if counts.unanswered:
        told.append(f"Głosów, na które odpowiedzi jeszcze nie ogłoszono: {counts.unanswered}.")
    return " ".join(told)


def _by_channel(counts: Counts) -> Chart:
    head = ("Sposób", "Listów", "Propozycji", "Uwag")
    rows = [(row.words, str(row.letters), str(row.proposals), str(row.remarks)) for row in counts.channels]
    rows.append(("Razem", str(counts.letters), str(counts.proposals), str(counts.remarks)))
    return Chart(
        "Propozycje i uwagi według sposobu przesłania",
        [Bar(row.words, [("proposal", row.proposals), ("remark", row.remarks)]) for row in counts.channels],
        [("proposal", "propozycje"), ("remark", "uwagi")],
        Table("Jak przyszły propozycje i uwagi", head, rows, (8, 4, 4, 4), numbers_from=1),
    )


def _organizations(counts: Counts) -> Iterator[Block]:
    rows = [(name, str(n)) for name, n in counts.organizations]
    if counts.residents:
        rows.append(("Mieszkańcy, w imieniu własnym", str(counts.residents)))
    if rows:
        yield Table("Kto zabrał głos publicznie", ("Organizacja lub grupa", "Głosów"), rows, (16, 4), numbers_from=1)


def _outcomes(counts: Counts) -> Iterator[Block]:
    if not counts.topics:
        return
    used = [outcome for outcome in Outcome if counts.of(outcome)]
    numbers = [(_topic(row), row, [row.outcomes.get(outcome, 0) for outcome in used]) for row in counts.topics]
    rows = [(name, *map(str, each), str(row.answers)) for name, row, each in numbers]
    rows.append(("Razem", *(str(counts.of(outcome)) for outcome in used), str(counts.of(*Outcome))))
    head = ("Temat", *(str(outcome.label) for outcome in used), "Razem")
    width = max(2, 12 // (len(head) - 1))
    widths = (20 - width * (len(head) - 1), *(width for _ in head[1:]))
    yield Chart(
        "Rozstrzygnięcia według tematów",
        [Bar(name, list(zip(map(str, used), each, strict=True))) for name, _row, each in numbers],
        [(str(outcome), str(outcome.label)) for outcome in used],
        Table("Ile odpowiedzi i jakich", head, rows, widths, numbers_from=1),
    )
    yield Prose("Liczone są odpowiedzi: głos, który mówi o kilku sprawach, ma ich kilka.")


def _topic(row: ByTopic) -> str:
    return row.topic or ("Uwagi do projektu" if row.is_of_remarks else "Inne sprawy")


def _voices(facts: Facts, said: Sequence[Said] | None) -> Iterator[Block]:
    if not facts.counts.voices:
        yield Prose(_NOTHING)
    elif said is None:
        rows: list[Words] = []
        if facts.counts.proposals:
            rows.append(Link("Wszystkie propozycje i odpowiedzi", f"{facts.url}propozycje/"))
        if facts.counts.remarks:
            rows.append(Link("Wszystkie uwagi i odpowiedzi", f"{facts.url}uwagi/"))
        yield Items(rows)
        yield Prose("Wszystkie głosy z odpowiedziami są też w plikach raport.docx, uwagi.xlsx, uwagi.csv i uwagi.json.")
    for kind, title in ((VoiceKind.PROPOSAL, "Propozycje"), (VoiceKind.REMARK, "Uwagi")):
        if of_kind := [one for one in said or () if one.kind == kind]:
            yield Voices(title, of_kind)


def _council(facts: Facts) -> Iterator[Block]:
    events = [event for event in facts.events if event.kind in _OF_COUNCIL]
    if not events and not facts.written.opinion:
        yield Prose("W przebiegu konsultacji nie zapisano przekazania projektu radzie działalności pożytku publicznego.")
        return
    for event in events:
        yield Terms([(event.name, _of_council(event)), *_documents(event)])
    yield Prose(facts.written.opinion)


def _of_council(event: EventFact) -> str:
    if event.done_on is None:
        return f"planowano na {day(event.planned_on)}" if event.planned_on else "jeszcze się nie odbyło"
    if event.waived:
        return f"do {day(event.done_on)} opinii nie wydano, co według ustawy oznacza rezygnację z prawa do jej wyrażenia"
    return day(event.done_on)


def _documents(event: EventFact) -> list[tuple[str, Words]]:
    return [("Dokument", Link(title, url)) for title, url in event.documents]


def _changes(facts: Facts) -> Iterator[Block]:
    if not facts.changes:
        yield Prose("W ogłoszonych wersjach projektu nie zapisano zmian wprowadzonych po konsultacjach.")
    for (program, version), made in groupby(facts.changes, key=lambda change: (change.program, change.version)):
        rows = [
            (Link(change.citation or "zapis projektu", change.url), _DONE[ChangeAction(change.action)], _because(change))
            for change in made
        ]
        yield Table(f"{program}, wersja {version}", ("Zapis", "Co zrobiono", "Z jakiego powodu"), rows, (7, 5, 8))


def _because(change: Changed) -> Words:
    links = [Link(signature, url) for signature, url in change.because]
    return Links(links) if links else change.own_reason


def _events(events: Sequence[EventFact]) -> Iterator[Block]:
    rows = [
        (event.name, day(event.planned_on) if event.planned_on else "–", day(event.done_on) if event.done_on else "jeszcze nie")
        for event in events
    ]
    if rows:
        yield Table("Czynności planowane i wykonane", ("Czynność", "Planowano", "Wykonano"), rows, (10, 5, 5))
    documents: list[Words] = [Link(title, url) for event in events for title, url in event.documents]
    if documents:
        yield Items(documents)


def _imprint(facts: Facts) -> Iterator[Block]:
    written = facts.written
    rows: list[tuple[Words, Words]] = [
        ("Kto sporządził", written.prepared_by),
        ("Kto ogłosił", written.published_by),
        ("Kiedy ogłoszono", moment(written.published_at)),
        ("Ostatnia zmiana", moment(written.edits[-1][0]) if written.edits else "nie zmieniano"),
    ]
    rows += [("Ogłoszenie odpowiedzi", f"{moment(at)}{f': {note}' if note else ''}") for at, note in facts.publications]
    yield Terms([(term, value) for term, value in rows if value])
    if written.edits:
        edits = [(moment(at), by or words.UNKNOWN, what) for at, by, what in written.edits]
        yield Table("Rejestr zmian", ("Kiedy", "Kto", "Co zmieniono"), edits, (6, 5, 9))
